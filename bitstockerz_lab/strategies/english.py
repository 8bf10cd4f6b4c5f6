"""A definition in plain English: what is done, when, and where it fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.language import Comparison
from bitstockerz_lab.strategies.phrases import Phrases, figure, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.language import Node

    Resolved = Mapping[str, int | float]

SIZES = {
    "percent_of_equity": "Each entry uses {} % of equity.",
    "fixed_cash": "Each entry spends {} of cash.",
    "fixed_quantity": "Each entry trades {} units.",
    "risk_percent": "Each entry risks {} % of equity down to its stop.",
}
LEVELS = {
    "stop_loss_pct": "Stop loss {} from the entry price{}.",
    "take_profit_pct": "Take profit {} from the entry price{}.",
    "trailing_stop_pct": "Trailing stop {} from the best price since the entry{}.",
    "break_even_pct": "After a gain of {} the stop moves to the entry price{}.",
}
COUNTS = {
    "max_bars": "Leave after {} at the latest.",
    "cooldown_bars": "After a loss no entry is decided for {}.",
    "max_trades_per_day": "Enter {} a day (UTC) at most.",
}
PYTHON_SIDES = {
    "long": "",
    "short": " It sells short only.",
    "both": " It buys and sells short.",
}
AS_DECIDED = "as it stands when the entry is decided"


def _python(definition: Definition) -> str:
    code = definition.python
    if code is None:
        return ""
    lines = f"{code.lines} line{'' if code.lines == 1 else 's'}"
    told = f"Python code decides: {code.function}({', '.join(code.arguments)}), {lines}."
    return f"{told}{PYTHON_SIDES[definition.direction]}"


def _side(definition: Definition, side: str, phrases: Phrases) -> str:
    enter, leave = getattr(definition, f"enter_{side}"), getattr(definition, f"exit_{side}")
    if enter is None:
        return ""
    buy, sell = ("Buy", "sell") if side == "long" else ("Sell short", "buy back")
    when = ", whatever the price" if _always(enter) else f" when {phrases.condition(enter)}"
    told = f"{buy} at the next open{when}"
    if leave is None:
        return f"{told}."
    return f"{told}; {sell} at the next open when {phrases.condition(leave)}."


def _always(node: Node) -> bool:
    """Tell whether a condition holds wherever there is a price, as that of buy and hold."""
    return (
        isinstance(node, Comparison)
        and node.left in PRICES[:4]
        and (node.op, node.right) == (">", 0)
    )


def _exits(definition: Definition, phrases: Phrases) -> Iterator[str]:
    """Yield a sentence for each stop, the targets and each count."""
    for name, sentence in LEVELS.items():
        level = getattr(definition, name)
        if level is not None:
            what = "that gain " if name == "break_even_pct" else ""
            moving = "" if canonical.is_constant(level) else f", {what}{AS_DECIDED}"
            yield sentence.format(phrases.percent(level), moving)
    if definition.targets:
        told = [
            f"{phrases.percent(target.close_pct)} of the position at a gain of "
            f"{phrases.percent(target.profit_pct)}"
            for target in definition.targets
        ]
        moving = f", {AS_DECIDED}" if "targets" in definition.moving_exits else ""
        yield f"Close {', '.join(told[:-1])}{' and ' if told[1:] else ''}{told[-1]}{moving}."
    for name, sentence in COUNTS.items():
        value = getattr(definition, name)
        if value is not None:
            number = canonical.number(value, phrases.resolved)
            word = "time" if name == "max_trades_per_day" else "bar"
            yield sentence.format(times(number, word))


def _parameters(definition: Definition, resolved: Resolved) -> str:
    told = []
    for name, parameter in sorted(definition.parameters.items()):
        low, high = (None if end is None else figure(end) for end in (parameter.min, parameter.max))
        bounds = {
            (True, True): f"{low} to {high}",
            (True, False): f"from {low}",
            (False, True): f"up to {high}",
        }.get((low is not None, high is not None), "")
        steps = "" if parameter.step is None else f"in steps of {figure(parameter.step)}"
        allowed = f" ({' '.join(filter(None, [bounds, steps]))})" if bounds or steps else ""
        told.append(f"{name} = {figure(resolved[name])}{allowed}")
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
    phrases = Phrases(definition, values)
    sentences = [_python(definition)]
    sentences += [_side(definition, side, phrases) for side in ("long", "short")]
    if definition.direction == "both":
        sentences.append("An opposite entry closes the position and reverses it.")
    exits = [*_exits(definition, phrases)]
    sentences += exits
    if definition.sizing is not None:
        size = canonical.number(definition.sizing.value, values)
        sentences.append(SIZES[definition.sizing.method].format(figure(size)))
    if (
        not (exits or definition.exit_long or definition.exit_short or definition.python)
        and definition.direction != "both"
    ):
        sentences.append("Hold until the end of the data.")
    sentences.append(_parameters(definition, values))
    return "\n".join(filter(None, sentences))
