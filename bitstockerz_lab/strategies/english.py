"""A definition in plain English: what is done, when, and where it fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Lagged,
    Not,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.definition import Definition

    Resolved = Mapping[str, int | float]

OPS = {
    ">": "is above",
    "<": "is below",
    ">=": "is at or above",
    "<=": "is at or below",
    "crosses_above": "crosses above",
    "crosses_below": "crosses below",
}
SIZES = {
    "percent_of_equity": "Each entry uses {} % of equity.",
    "fixed_cash": "Each entry spends {} of cash.",
    "fixed_quantity": "Each entry trades {} units.",
    "risk_percent": "Each entry risks {} % of equity down to its stop.",
}
EXITS = {
    "stop_loss_pct": "Stop loss {} % from the entry price.",
    "take_profit_pct": "Take profit {} % from the entry price.",
    "trailing_stop_pct": "Trailing stop {} % from the best price since the entry.",
    "max_bars": "Leave after {} bars at the latest.",
}


def _figure(value: float) -> str:
    """Return 10,000 for 10000.0, 0.25 for 0.25."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.15g}"


def _series(definition: Definition, name: str, resolved: Resolved) -> str:
    if name in PRICES:
        return f"the {name}"
    use = definition.indicators[name]
    told = {k: _figure(canonical.number(v, resolved)) for k, v in use.settings.items()}
    return f"the {indicators.get(use.indicator).say(told, use.source, use.output)}"


def _operand(definition: Definition, operand: Any, resolved: Resolved) -> str:  # noqa: ANN401 - any operand
    if isinstance(operand, str):
        return _series(definition, operand, resolved)
    if isinstance(operand, Lagged):
        bars = canonical.number(operand.bars_ago, resolved)
        earlier = f" {_figure(bars)} bar{'' if bars == 1 else 's'} earlier" if bars else ""
        return f"{_operand(definition, operand.of, resolved)}{earlier}"
    return _figure(canonical.number(operand, resolved))


def _joined(parts: list[str], word: str) -> str:
    comma = "," if len(parts) > 2 else ""  # noqa: PLR2004 - a pair needs no comma
    return f"{', '.join(parts[:-1])}{comma} {word} {parts[-1]}"


def _node(definition: Definition, node: Any, resolved: Resolved, inside: bool = False) -> str:  # noqa: ANN401 - any node
    if isinstance(node, AllOf | AnyOf):
        parts = [_node(definition, member, resolved, inside=True) for member in node.members]
        told = _joined(parts, "and" if isinstance(node, AllOf) else "or")
        return f"({told})" if inside else told
    if isinstance(node, Not):
        return f"not ({_node(definition, node.member, resolved)})"
    left = _operand(definition, node.left, resolved)
    if isinstance(node, Between):
        low, high = (_operand(definition, end, resolved) for end in (node.low, node.high))
        return f"{left} is between {low} and {high}"
    return f"{left} {OPS[node.op]} {_operand(definition, node.right, resolved)}"


def _side(definition: Definition, side: str, resolved: Resolved) -> str:
    enter, leave = getattr(definition, f"enter_{side}"), getattr(definition, f"exit_{side}")
    if enter is None:
        return ""
    buy, sell = ("Buy", "sell") if side == "long" else ("Sell short", "buy back")
    told = f"{buy} at the next open when {_node(definition, enter, resolved)}"
    if leave is None:
        return f"{told}."
    return f"{told}; {sell} at the next open when {_node(definition, leave, resolved)}."


def _parameters(definition: Definition, resolved: Resolved) -> str:
    told = []
    for name, parameter in sorted(definition.parameters.items()):
        bounds = []
        if parameter.min is not None:
            bounds.append(f"from {_figure(parameter.min)}")
        if parameter.max is not None:
            bounds.append(f"up to {_figure(parameter.max)}")
        if parameter.step is not None:
            bounds.append(f"in steps of {_figure(parameter.step)}")
        allowed = f" ({' '.join(bounds)})" if bounds else ""
        told.append(f"{name} = {_figure(resolved[name])}{allowed}")
    return f"Parameters: {', '.join(told)}." if told else ""


def describe(definition: Definition, resolved: Resolved | None = None) -> str:
    """Return the rules in plain English.

    Parameters
    ----------
    definition : the strategy
    resolved : what `Definition.resolve` gave; the defaults if left out

    Returns
    -------
    str
        A sentence a line: entries and exits, stops, size, parameters.
    """
    values = definition.resolve() if resolved is None else resolved
    exits = definition.exits(values)
    sizing = exits.pop("sizing", None)
    sentences = [_side(definition, side, values) for side in ("long", "short")]
    if definition.direction == "both":
        sentences.append("An opposite entry closes the position and reverses it.")
    for name, value in exits.items():
        plural = EXITS[name] if value != 1 else EXITS[name].replace("bars", "bar")
        sentences.append(plural.format(_figure(value)))
    if sizing is not None:
        method, value = sizing
        sentences.append(SIZES[method].format(_figure(value)))
    if (
        not (exits or definition.exit_long or definition.exit_short)
        and definition.direction != "both"
    ):
        sentences.append("Hold until the end of the data.")
    sentences.append(_parameters(definition, values))
    return "\n".join(filter(None, sentences))
