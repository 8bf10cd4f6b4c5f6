"""What a definition's shape cannot tell: names that are not there, numbers that do not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import (
    CONNECTIVES,
    GROUPS,
    PRICES,
    Document,
    as_number,
    conditions,
    nodes,
    operands,
    reference,
)
from bitstockerz_lab.strategies.needs import Place, complaint, places
from bitstockerz_lab.strategies.problems import PLAIN_KEY, Problem, did_you_mean, join, listed

DIRECTIONS = {
    ("enter_long",): "long",
    ("enter_short",): "short",
    ("enter_long", "enter_short"): "both",
}


def _objects(document: Document, key: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield name, path and value of the objects in a named collection."""
    collection = document.get(key)
    for name, value in collection.items() if isinstance(collection, Mapping) else ():
        if isinstance(value, Mapping):
            yield str(name), join(key, str(name)), value


def names_of(document: Document, key: str) -> tuple[str, ...]:
    """Return the names declared under `parameters` or `indicators`."""
    return tuple(name for name, _, _ in _objects(document, key))


def declared_kind(parameter: Mapping[str, Any]) -> str:
    """Return "int" or "float": as declared, else as the numbers are written (2.0 is a float)."""
    kind = parameter.get("type")
    if kind in {"int", "float"}:
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
        for name, path, _ in _objects(document, key):
            if not PLAIN_KEY.fullmatch(name):
                hint = "Use letters, digits and _, and no digit in front."
                yield Problem(path, f"{name!r} is no name for one of the {key}.", hint)
            elif key == "indicators" and name in PRICES:
                hint = f"Call it something else, such as {name}_average."
                yield Problem(path, f"{name!r} is the name of a price field already.", hint)


def _parameters(document: Document) -> Iterator[Problem]:
    for name, path, parameter in _objects(document, "parameters"):
        numbers = {key: as_number(parameter.get(key)) for key in ("default", "min", "max", "step")}
        default, low, high, step = (numbers[key] for key in ("default", "min", "max", "step"))
        if low is not None and high is not None and low > high:
            yield Problem(path, f"min {low} is above max {high}.", "Swap them.")
        elif default is not None and low is not None and default < low:
            yield Problem(join(path, "default"), f"{default} is below min {low}.")
        elif default is not None and high is not None and default > high:
            yield Problem(join(path, "default"), f"{default} is above max {high}.")
        if step is not None and step <= 0:
            yield Problem(join(path, "step"), f"{step} is no step.", "It must be above 0.")
        if declared_kind(parameter) == "int":
            for key, number in numbers.items():
                if isinstance(number, float):
                    hint = 'Give it "type": "float".'
                    yield Problem(join(path, key), f"{name} is an int, {number} is not.", hint)


def _indicators(document: Document) -> Iterator[Problem]:
    for _, path, use in _objects(document, "indicators"):
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
    if "other" in entry.inputs:
        hint = "Compute it with strategies.indicators.compute and hand signals to bz.simulate."
        told = f"{entry.name} needs the bars of another symbol, which no definition can name yet."
        yield Problem(join(path, "indicator"), told, hint)
    for key in use:
        if key not in ("indicator", *entry.keys):
            way_out = f"Known are {listed(entry.keys)}." if entry.keys else "It has none."
            hint = did_you_mean(str(key), entry.keys, way_out)
            yield Problem(join(path, str(key)), f"{entry.name} has no setting {key!r}.", hint)
    source, output = use.get("source"), use.get("output")
    if entry.source and isinstance(source, str) and source not in PRICES:
        hint = did_you_mean(source, PRICES, f"Known are {listed(PRICES)}.")
        yield Problem(join(path, "source"), f"No price field {source!r}.", hint)
    if "output" in entry.keys and isinstance(output, str) and output not in entry.outputs:
        hint = did_you_mean(output, entry.outputs, f"Known are {listed(entry.outputs)}.")
        yield Problem(join(path, "output"), f"{entry.name} has no output {output!r}.", hint)


def _unknown_operand(document: Document, path: str, name: str) -> Problem | None:
    known = names_of(document, "indicators")
    if name in PRICES or name in known:
        return None
    if name in names_of(document, "parameters"):
        hint = f'Write {{"parameter": "{name}"}} for the parameter.'
    elif entry := indicators.find(name):
        told = {"indicator": name, **({"period": 20} if "period" in entry.keys else {})}
        key = "_".join(str(word) for word in told.values()).replace(".", "_")
        hint = f'Declare it first: "indicators": {json.dumps({key: told})}.'
    else:
        hint = did_you_mean(name, (*known, *PRICES), f"Known are {listed((*known, *PRICES))}.")
    return Problem(path, f"No indicator or price field {name!r}.", hint)


def _operands(document: Document) -> Iterator[Problem]:
    for path, condition in conditions(document):
        names = []
        for where, operand in operands(condition, path):
            lagged = isinstance(operand, Mapping) and "of" in operand
            plain = operand["of"] if lagged else operand  # type: ignore[index]
            names.append(plain if isinstance(plain, str) else None)
            if isinstance(plain, str):
                problem = _unknown_operand(document, join(where, "of") if lagged else where, plain)
                if problem:
                    yield problem
        if names and not any(names):
            hint = "Compare an indicator or a price field."
            yield Problem(path, "This condition looks at no bar: it has only numbers.", hint)
        low, high = as_number(condition.get("low")), as_number(condition.get("high"))
        if low is not None and high is not None and low > high:
            yield Problem(path, f"Nothing lies between {low} and {high}.", "Swap low and high.")


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

    for key in (*GROUPS, "indicators", "stop_loss_pct", "take_profit_pct", "trailing_stop_pct",
                "max_bars", "sizing"):  # fmt: skip
        yield from walk(document.get(key), key)


def _numbers(document: Document) -> Iterator[Problem]:
    declared = {name: parameter for name, _, parameter in _objects(document, "parameters")}
    for place in places(document):
        name = reference(place.value)
        if name is None:
            told = complaint(place, place.value)
            if told:
                yield Problem(place.path, told)
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
            yield Problem(place.path, told)
            return


def _groups(document: Document) -> Iterator[Problem]:
    for path, node in nodes(document):
        for word in CONNECTIVES[:2]:
            if isinstance(node.get(word), list | tuple) and not node[word]:
                yield Problem(join(path, word), "The list is empty.", "Put a condition into it.")
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


def _sizing(document: Document) -> Iterator[Problem]:
    sizing = document.get("sizing")
    by_risk = isinstance(sizing, Mapping) and sizing.get("method") == "risk_percent"
    stops = (document.get("stop_loss_pct"), document.get("trailing_stop_pct"))
    if by_risk and stops == (None, None):
        hint = "Set stop_loss_pct or trailing_stop_pct."
        yield Problem("sizing", "risk_percent needs a stop to measure the risk by.", hint)


def check(document: Document) -> list[Problem]:
    """Return what is wrong with a document beyond its shape, in reading order of the checks."""
    found: list[Problem] = []
    for look in (
        _groups,
        _names,
        _parameters,
        _indicators,
        _operands,
        _references,
        _numbers,
        _sizing,
    ):
        found.extend(look(document))
    return found
