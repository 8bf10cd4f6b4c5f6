"""From a definition back to plain JSON values, what is left out by default left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies.checks import declared_kind
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Comparison,
    Lagged,
    Not,
    ParameterReference,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.definition import Definition, IndicatorUse, Parameter
    from bitstockerz_lab.strategies.document import Document


def number(value: float | ParameterReference, resolved: Mapping[str, int | float]) -> int | float:
    """Return the number that stands here, or the value of the parameter that does."""
    return resolved[value.parameter] if isinstance(value, ParameterReference) else value


def _value(value: Any) -> Any:  # noqa: ANN401 - any operand in, plain JSON out
    if isinstance(value, ParameterReference):
        return {"parameter": value.parameter}
    if isinstance(value, Lagged):
        return {"of": _value(value.of), "bars_ago": _value(value.bars_ago)}
    return value


def _node(node: Any) -> Document:  # noqa: ANN401 - any node in, plain JSON out
    if isinstance(node, Not):
        return {"not": _node(node.member)}
    if isinstance(node, AllOf | AnyOf):
        word = "all" if isinstance(node, AllOf) else "any"
        return {word: [_node(member) for member in node.members]}
    keys = ("left", "right") if isinstance(node, Comparison) else ("left", "low", "high")
    assert isinstance(node, Comparison | Between)  # noqa: S101 - the only other nodes
    return {"op": node.op, **{key: _value(getattr(node, key)) for key in keys}}


def _parameter(parameter: Parameter) -> Document:
    keys = ("default", "min", "max", "step")
    found = {key: getattr(parameter, key) for key in keys if getattr(parameter, key) is not None}
    return found if declared_kind(found) == parameter.type else {**found, "type": parameter.type}


def _indicator(use: IndicatorUse) -> Document:
    chosen = {"source": use.source, "output": use.output}
    settings = {name: _value(value) for name, value in use.settings.items()}
    told = {key: value for key, value in chosen.items() if value is not None}
    return {"indicator": use.indicator, **told, **settings}


def document(definition: Definition) -> Document:
    """Return a definition as a plain dict of JSON values."""
    found: Document = {"format": definition.format, "direction": definition.direction}
    found |= {key: getattr(definition, key) for key in ("name", "description")}
    found["parameters"] = {k: _parameter(v) for k, v in definition.parameters.items()}
    found["indicators"] = {k: _indicator(v) for k, v in definition.indicators.items()}
    for key in ("enter_long", "exit_long", "enter_short", "exit_short"):
        group = getattr(definition, key)
        found[key] = None if group is None else _node(group)
    for key in ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "max_bars"):
        found[key] = _value(getattr(definition, key))
    if definition.sizing is not None:
        found["sizing"] = {
            "method": definition.sizing.method,
            "value": _value(definition.sizing.value),
        }
    return {key: value for key, value in found.items() if value not in (None, "", {})}
