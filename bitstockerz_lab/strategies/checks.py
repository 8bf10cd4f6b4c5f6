"""What a definition's shape cannot tell: names that are not there, numbers that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bitstockerz_lab.strategies import indicators, operand_checks
from bitstockerz_lab.strategies.document import (
    COUNTS,
    GROUPS,
    LEVELS,
    PRICES,
    Document,
    Part,
    as_number,
    names_of,
    objects,
    parts,
    reference,
    targets,
    unlagged,
)
from bitstockerz_lab.strategies.needs import Place, complaint, places
from bitstockerz_lab.strategies.problems import PLAIN_KEY, Problem, did_you_mean, join, listed
from bitstockerz_lab.strategies.python import checks as python_checks

DIRECTIONS = {
    ("enter_long",): "long",
    ("enter_short",): "short",
    ("enter_long", "enter_short"): "both",
}
FITTING = "Change the default or the bound."


def declared_kind(parameter: Mapping[str, Any]) -> str:
    """Return "int" or "float": as declared, else as the numbers are written (2.0 is a float)."""
    kind = parameter.get("type")
    if kind in ("int", "float"):
        return str(kind)
    given = [parameter[key] for key in ("min", "max", "step") if parameter.get(key) is not None]
    whole = all(isinstance(as_number(number), int) for number in given)
    default = parameter.get("default")
    return (
        "int"
        if whole and not isinstance(default, float) and as_number(default) == default
        else "float"
    )


def _names(document: Document) -> Iterator[Problem]:
    for key in ("parameters", "indicators"):
        for name, path, _ in objects(document, key):
            if not PLAIN_KEY.fullmatch(name):
                hint = "Use letters, digits and _, and no digit in front."
                yield Problem(path, f"{name!r} is no name for one of the {key}.", hint)
            elif key == "indicators" and name in PRICES:
                hint = f"Call it something else, such as {name}_average."
                yield Problem(path, f"{name!r} is the name of a price field already.", hint)


def _parameters(document: Document) -> Iterator[Problem]:
    for name, path, parameter in objects(document, "parameters"):
        numbers = {key: as_number(parameter.get(key)) for key in ("default", "min", "max", "step")}
        default, low, high, step = (numbers[key] for key in ("default", "min", "max", "step"))
        if low is not None and high is not None and low > high:
            yield Problem(path, f"min {low} is above max {high}.", "Swap them.")
        elif default is not None and low is not None and default < low:
            yield Problem(join(path, "default"), f"{default} is below min {low}.", FITTING)
        elif default is not None and high is not None and default > high:
            yield Problem(join(path, "default"), f"{default} is above max {high}.", FITTING)
        if step is not None and step <= 0:
            yield Problem(join(path, "step"), f"{step} is no step.", "It must be above 0.")
        if declared_kind(parameter) == "int":
            for key, number in numbers.items():
                if isinstance(number, float):
                    hint = 'Give it "type": "float".'
                    yield Problem(join(path, key), f"{name} is an int, {number} is not.", hint)


def _indicators(document: Document) -> Iterator[Problem]:
    for _, path, use in objects(document, "indicators"):
        kind = use.get("indicator")
        if not isinstance(kind, str):
            continue
        entry = indicators.find(kind)
        if entry is None:
            known = f"Known are {listed(indicators.CATALOGUE)}; of TA-Lib's any, like 'talib.TRIX'."
            hint = did_you_mean(kind, indicators.names(), known)
            yield Problem(join(path, "indicator"), f"No indicator {kind!r}.", hint)
        else:
            yield from _use(entry, use, path)


def _use(entry: indicators.Indicator, use: Mapping[str, Any], path: str) -> Iterator[Problem]:
    second = ("other",) if "other" in entry.inputs else ()
    keys = (*entry.keys, *second)
    for key in use:
        if key not in ("indicator", *keys):
            way_out = f"Known are {listed(keys)}." if keys else "It has none."
            hint = did_you_mean(str(key), keys, way_out)
            yield Problem(join(path, str(key)), f"{entry.name} has no setting {key!r}.", hint)
    if second and use.get("other") is None:
        hint = 'Say of which: "other": {"of": "close", "symbol": "SPY"}, or another operand.'
        yield Problem(path, f"{entry.name} needs a second column.", hint)
    output = use.get("output")
    if "output" in entry.keys and isinstance(output, str) and output not in entry.outputs:
        hint = did_you_mean(output, entry.outputs, f"Known are {listed(entry.outputs)}.")
        yield Problem(join(path, "output"), f"{entry.name} has no output {output!r}.", hint)


def _references(document: Document) -> Iterator[Problem]:
    known = names_of(document, "parameters")

    def walk(value: object, path: str) -> Iterator[Problem]:
        name = reference(value)
        if name is not None:
            if name not in known:
                way_out = f'Declare it: "parameters": {{"{name}": {{"default": …}}}}.'
                hint = did_you_mean(name, known, way_out)
                yield Problem(join(path, "parameter"), f"No parameter {name!r}.", hint)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                yield from walk(inner, join(path, str(key)))
        elif isinstance(value, list | tuple):
            for i, inner in enumerate(value):
                yield from walk(inner, join(path, i))

    for key in (*GROUPS, "indicators", *LEVELS, "targets", *COUNTS, "sizing"):
        yield from walk(document.get(key), key)


def _numbers(document: Document, found: list[Part]) -> Iterator[Problem]:
    declared = {name: parameter for name, _, parameter in objects(document, "parameters")}
    for place in places(document, found):
        name = reference(place.value)
        if name is None:
            told = complaint(place, place.value)
            if told:
                yield told
        elif name in declared:
            yield from _referred(place, name, declared[name])


def _referred(place: Place, name: str, parameter: Mapping[str, Any]) -> Iterator[Problem]:
    if place.need.whole and declared_kind(parameter) != "int":
        hint = f'Give parameters.{name} whole numbers or "type": "int".'
        yield Problem(place.path, f"A whole number is needed here, {name!r} is a float.", hint)
        return
    for key in ("default", "min", "max"):
        told = complaint(place, parameter.get(key), f"{name} = {parameter.get(key)} (its {key})")
        if told:
            yield told
            return


def _groups(document: Document) -> Iterator[Problem]:
    if "python" in document:
        yield from python_checks.check(document)
        return
    entries = tuple(name for name in GROUPS if name.startswith("enter") and name in document)
    if not entries:
        hint = "Give enter_long or enter_short a condition."
        yield Problem("", "The strategy never enters.", hint)
        return
    for side in ("long", "short"):
        if f"exit_{side}" in document and f"enter_{side}" not in document:
            hint = f"Add enter_{side}, or remove exit_{side}."
            yield Problem(f"exit_{side}", f"There is no enter_{side} to leave.", hint)
    direction = document.get("direction")
    if direction in DIRECTIONS.values() and direction != DIRECTIONS[entries]:
        told = f"direction is {direction!r}, but the entries are {' and '.join(entries)}."
        yield Problem("direction", told, f"Make it {DIRECTIONS[entries]!r}, or leave it out.")


def _exits(document: Document) -> Iterator[Problem]:
    sizing = document.get("sizing")
    by_risk = isinstance(sizing, Mapping) and sizing.get("method") == "risk_percent"
    stops = (document.get("stop_loss_pct"), document.get("trailing_stop_pct"))
    if by_risk and stops == (None, None):
        hint = "Set stop_loss_pct or trailing_stop_pct."
        yield Problem("sizing", "risk_percent needs a stop to measure the risk by.", hint)
    aims = document.get("targets")
    if aims is None:
        return
    if document.get("take_profit_pct") is not None:
        told = "take_profit_pct closes all of a position, and targets parts of it."
        hint = "Leave one out; the same as take_profit_pct 10 is the target of 100 at 10."
        yield Problem("targets", told, hint)
    if isinstance(aims, list | tuple) and not aims:
        yield Problem("targets", "The list is empty.", "Put a target into it, or leave it out.")
    yield from _ascending(document)


def _ascending(document: Document) -> Iterator[Problem]:
    """Find targets that close more than all there is, or do not lie one behind the other."""
    defaults = {name: one.get("default") for name, _, one in objects(document, "parameters")}

    def known(value: object) -> int | float | None:
        plain = unlagged(value)
        name = reference(plain)
        return as_number(defaults.get(name) if name else plain)

    before, closed = None, 0.0
    for path, target in targets(document):
        profit, share = known(target.get("profit_pct")), known(target.get("close_pct"))
        if None not in (before, profit) and profit <= before:  # type: ignore[operator]
            told = f"{profit} is not beyond the target before, {before}."
            yield Problem(join(path, "profit_pct"), told, "Order them from the nearest on.")
        before = profit if profit is not None else before
        closed += share or 0.0
    if closed > 100 * (1 + 1e-12):
        hint = "Together they close 100 at most."
        yield Problem("targets", f"The targets close {closed:g} % of a position.", hint)


def check(document: Document) -> list[Problem]:
    """Return what is wrong with a document beyond its shape, in reading order of the checks."""
    within = [*parts(document)]
    return [
        *_groups(document),
        *_names(document),
        *_parameters(document),
        *_indicators(document),
        *operand_checks.check(document, within),
        *_references(document),
        *_numbers(document, within),
        *_exits(document),
    ]
