"""From a definition back to plain JSON values, what is left out by default left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies.checks import declared_kind
from bitstockerz_lab.strategies.document import (
    COUNTS,
    GROUPS,
    LEVELS,
    OPERATIONS,
    PRICES,
    objects,
    parts,
    reference,
)
from bitstockerz_lab.strategies.language import (
    Absolute,
    AllOf,
    AnyOf,
    Arithmetic,
    Between,
    Comparison,
    Count,
    Happened,
    Holds,
    Lagged,
    Not,
    ParameterReference,
    View,
)

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.document import Document
    from bitstockerz_lab.strategies.parts import IndicatorUse, Parameter

NEWER_KEYS = ("break_even_pct", "targets", "cooldown_bars", "max_trades_per_day", "python")
NEWER_WORDS = (*OPERATIONS, "absolute", "count", "symbol", "timeframe", "holds", "happened")


def number(value: Any, resolved: Mapping[str, int | float]) -> Any:  # noqa: ANN401 - a Value
    """Return the number that stands here, or the value of the parameter that does."""
    return resolved[value.parameter] if isinstance(value, ParameterReference) else value


def is_constant(value: object) -> bool:
    """Tell whether a number, a parameter or nothing stands here, and so no bar is looked at."""
    return value is None or isinstance(value, int | float | ParameterReference)


def newer_word(document: Mapping[str, Any]) -> str:
    """Return the first word of a canonical document that format 1 does not have; "" if none."""
    found = [name for name in NEWER_KEYS if name in document]
    found += [
        name
        for name in LEVELS
        if isinstance(document.get(name), str | Mapping) and reference(document[name]) is None
    ]
    for _, _, use in objects(document, "indicators"):
        found += [key for key in ("other",) if key in use]
        found += [key for key in ("source",) if key in use and use[key] not in PRICES]
    for part in parts(document):
        value = part.value
        if isinstance(value, Mapping):
            found += [word for word in NEWER_WORDS if word in value]
            found += ["of"] if not isinstance(value.get("of", ""), str) else []
    return found[0] if found else ""


def value(operand: Any) -> Any:  # noqa: ANN401 - any operand in, plain JSON out
    """Return an operand's JSON."""
    if isinstance(operand, ParameterReference):
        return {"parameter": operand.parameter}
    if isinstance(operand, Lagged | View):
        named = {key: getattr(operand, key, None) for key in ("symbol", "timeframe")}
        found = {key: word for key, word in named.items() if word is not None}
        if isinstance(operand, Lagged) or operand.bars_ago != 0:
            found["bars_ago"] = value(operand.bars_ago)
        return {"of": value(operand.of), **found}
    if isinstance(operand, Arithmetic):
        return {operand.word: [value(member) for member in operand.members]}
    if isinstance(operand, Absolute):
        return {operand.word: value(operand.member)}
    if isinstance(operand, Count):
        return {"count": node(operand.member), "bars": value(operand.bars)}
    return operand


def node(condition: Any) -> Document:  # noqa: ANN401 - any node in, plain JSON out
    """Return a condition's JSON."""
    if isinstance(condition, Not):
        return {"not": node(condition.member)}
    if isinstance(condition, Holds | Happened):
        word = "holds" if isinstance(condition, Holds) else "happened"
        return {word: node(condition.member), "bars": value(condition.bars)}
    if isinstance(condition, AllOf | AnyOf):
        word = "all" if isinstance(condition, AllOf) else "any"
        return {word: [node(member) for member in condition.members]}
    keys = ("left", "right") if isinstance(condition, Comparison) else ("left", "low", "high")
    assert isinstance(condition, Comparison | Between)  # noqa: S101 - the only other nodes
    return {"op": condition.op, **{key: value(getattr(condition, key)) for key in keys}}


def parameter(declared: Parameter) -> Document:
    """Return a parameter's JSON."""
    keys = ("default", "min", "max", "step")
    found = {key: getattr(declared, key) for key in keys if getattr(declared, key) is not None}
    return found if declared_kind(found) == declared.type else {**found, "type": declared.type}


def _indicator(use: IndicatorUse) -> Document:
    chosen = {"source": value(use.source), "other": value(use.other), "output": use.output}
    settings = {name: value(number) for name, number in use.settings.items()}
    told = {key: choice for key, choice in chosen.items() if choice is not None}
    return {"indicator": use.indicator, **told, **settings}


def document(definition: Definition) -> Document:
    """Return a definition as a plain dict of JSON values, in the smallest format that has them."""
    found: Document = {"direction": definition.direction}
    found |= {key: getattr(definition, key) for key in ("name", "description")}
    found["parameters"] = {k: parameter(v) for k, v in definition.parameters.items()}
    found["indicators"] = {k: _indicator(v) for k, v in definition.indicators.items()}
    for key in GROUPS:
        group = getattr(definition, key)
        found[key] = None if group is None else node(group)
    for key in (*LEVELS, *COUNTS):
        found[key] = value(getattr(definition, key))
    found["targets"] = [
        {"profit_pct": value(target.profit_pct), "close_pct": value(target.close_pct)}
        for target in definition.targets or ()
    ]
    if definition.sizing is not None:
        found["sizing"] = {
            "method": definition.sizing.method,
            "value": value(definition.sizing.value),
        }
    if definition.python is not None:
        found["python"] = definition.python.model_dump(exclude_defaults=True)
    kept = {key: one for key, one in found.items() if one not in (None, "", {}, [])}
    return {"format": 2 if newer_word(kept) else 1, **kept}
