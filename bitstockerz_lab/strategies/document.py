"""A definition as plain JSON: read from text, walked whatever state it is in, written canonically.

The walkers here yield only what has the right shape and stay silent about the rest, so that one
pass over a half-broken document still finds every other problem in it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from bitstockerz_lab.strategies.problems import Problem, join

Document = dict[str, Any]
GROUPS = ("enter_long", "exit_long", "enter_short", "exit_short")
PRICES = ("open", "high", "low", "close", "volume")
LEVELS = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "break_even_pct")
COUNTS = ("max_bars", "cooldown_bars", "max_trades_per_day")
OPERATIONS = ("add", "multiply", "subtract", "divide", "minimum", "maximum")
OPERAND_KEYS = ("left", "right", "low", "high")
LINE_WIDTH = 92
DEEPEST = 50
FURTHEST_BACK = 100_000
EXACT_INTEGERS = 2.0**53
SURROGATE = re.compile("[\ud800-\udfff]")
HALF_CHARACTER = "It holds half a character (a lone surrogate): leave it out."
LONGEST_INTEGER = 308
"""Digits of the longest whole number that is finite as a float whatever its digits are."""


def as_number(value: object) -> int | float | None:
    """Return a finite number in its canonical type (30.0 is 30), None for anything else.

    Examples
    --------
    >>> as_number(30.0), as_number(2.5), as_number(True), as_number(float("nan"))
    (30, 2.5, None, None)
    """
    if type(value) is int and abs(value) < EXACT_INTEGERS:  # by far the commonest
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return None
    if isinstance(value, Integral) and abs(int(value)) < EXACT_INTEGERS:
        return int(value)
    try:
        plain = float(value)
    except OverflowError:
        return None
    if not math.isfinite(plain):
        return None
    return int(plain) if plain.is_integer() and abs(plain) < EXACT_INTEGERS else plain


def number_hint(given: object) -> str:
    """Return what to write instead of something that is no number.

    Examples
    --------
    >>> number_hint("5 %"), number_hint("ten")
    ('Write 5, without quotes.', 'Write a number, like 10.')
    """
    number = None
    if isinstance(given, str):
        with suppress(ValueError):
            number = as_number(float(given.strip(" %")))
    return "Write a number, like 10." if number is None else f"Write {number}, without quotes."


def reference(value: object) -> str | None:
    """Return the name in ``{"parameter": name}``, None for anything else."""
    if isinstance(value, Mapping) and set(value) == {"parameter"}:
        name = value["parameter"]
        return name if isinstance(name, str) else None
    return None


def read_text(text: str) -> tuple[Document | None, list[Problem]]:
    """Return the JSON object in a text and what is wrong with the text."""
    twice: list[Problem] = []

    def pairs(members: list[tuple[str, Any]]) -> Document:
        names = [name for name, _ in members]
        twice.extend(
            Problem("", f"The key {name!r} stands twice in one object.", "Keep one of them.")
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        )
        return dict(members)

    def whole(digits: str) -> int | float:  # Python reads no integer of thousands of digits
        return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)

    try:
        found = json.loads(text, object_pairs_hook=pairs, parse_int=whole)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        return None, [Problem("", f"The text is no JSON: {problem.msg} at {where}.")]
    except RecursionError:
        return None, [Problem("", "The text is nested too deeply to be read.")]
    if not isinstance(found, dict):
        kind = type(found).__name__
        return None, [Problem("", f"A definition is a JSON object, not a {kind}.")]
    return found, twice


@dataclass(frozen=True, slots=True)
class Part:
    """A condition or an operand somewhere in a document: its path and what stands there."""

    path: str
    value: object
    is_condition: bool


def _roots(document: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the parts that stand in no other, in reading order."""
    for name in GROUPS:
        if name in document:
            yield Part(name, document[name], is_condition=True)
    for _, path, use in objects(document, "indicators"):
        for key in ("source", "other"):
            if use.get(key) is not None:
                yield Part(join(path, key), use[key], is_condition=False)
    for name in LEVELS:
        if document.get(name) is not None:
            yield Part(name, document[name], is_condition=False)
    for path, target in targets(document):
        if "profit_pct" in target:
            yield Part(join(path, "profit_pct"), target["profit_pct"], is_condition=False)


def inside(part: Part) -> Iterator[Part]:
    """Yield the conditions and operands a part is made of; of a name or a number, nothing."""
    node, path = part.value, part.path
    if not isinstance(node, Mapping):
        return
    lists = ("all", "any") if part.is_condition else OPERATIONS
    for word in lists:
        members = node.get(word)
        if isinstance(members, Sequence) and not isinstance(members, str):
            for i, member in enumerate(members):
                yield Part(join(join(path, word), i), member, part.is_condition)
    conditions = ("not", "holds", "happened") if part.is_condition else ("count",)
    operands = OPERAND_KEYS if part.is_condition else ("of", "absolute")
    for keys, are_conditions in ((conditions, True), (operands, False)):
        for key in keys:
            if key in node:
                yield Part(join(path, key), node[key], are_conditions)


def parts(document: Mapping[str, Any]) -> Iterator[Part]:
    """Yield every condition and operand of a document, each before what it is made of."""
    waiting = [*_roots(document)][::-1]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend([*inside(part)][::-1])


def objects(document: Mapping[str, Any], key: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield name, path and value of the objects in a named collection."""
    collection = document.get(key)
    for name, value in collection.items() if isinstance(collection, Mapping) else ():
        if isinstance(value, Mapping):
            yield str(name), join(key, str(name)), value


def names_of(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the names declared under `parameters` or `indicators`."""
    return tuple(name for name, _, _ in objects(document, key))


def targets(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and value of each target."""
    given = document.get("targets")
    for i, target in enumerate(given if isinstance(given, list | tuple) else ()):
        if isinstance(target, Mapping):
            yield join("targets", i), target


def plain(document: Mapping[str, Any]) -> tuple[Document, list[Problem]]:
    """Return a document without what is null, and what in it JSON could not hold.

    Null says nothing: an object whose key is null is the one without that key.

    Parameters
    ----------
    document : not nested too deeply
    """
    problems: list[Problem] = []
    return _plain_object("", document, problems), problems


def _plain(path: str, value: Any, problems: list[Problem]) -> Any:  # noqa: ANN401 - whatever is there
    if isinstance(value, Mapping):
        return _plain_object(path, value, problems)
    if isinstance(value, list | tuple):
        return [_plain(join(path, i), one, problems) for i, one in enumerate(value)]
    if isinstance(value, str):
        if SURROGATE.search(value):
            problems.append(Problem(path, f"{value!r} cannot be stored.", HALF_CHARACTER))
    elif isinstance(value, Integral) and not isinstance(value, bool):
        return math.inf if as_number(value) is None else as_number(value)
    elif not (value is None or isinstance(value, bool | Real)):
        told = f"A {type(value).__name__} is nothing that JSON has."
        hint = "Write a number, a text, a list or an object."
        problems.append(Problem(path, told, hint))
    return value


def _plain_object(path: str, value: Mapping[Any, Any], problems: list[Problem]) -> Document:
    found: Document = {}
    for key, member in value.items():
        if not isinstance(key, str):
            told = f"A key is a text, not {type(key).__name__}."
            problems.append(Problem(path, told, "Put it in quotes."))
        elif SURROGATE.search(key):
            problems.append(Problem(path, f"The key {key!r} cannot be stored.", HALF_CHARACTER))
        elif member is not None:
            found[key] = _plain(join(path, key), member, problems)
    return found


def unlagged(value: object) -> object:
    """Return the number or parameter that stands in lags, which is the same at every bar.

    Anything else is given back as it is.

    Examples
    --------
    >>> unlagged({"of": {"of": -5, "bars_ago": 1}, "bars_ago": 2}), unlagged("close")
    (-5, 'close')
    """
    inner = value
    while isinstance(inner, Mapping) and set(inner) in ({"of"}, {"of", "bars_ago"}):
        inner = inner["of"]
    is_constant = as_number(inner) is not None or reference(inner) is not None
    return inner if is_constant else value


def is_too_deep(document: Mapping[str, Any]) -> bool:
    """Tell whether objects and lists are nested beyond what a person could read."""
    layer: list[object] = [document]
    for _ in range(DEEPEST):
        found: list[object] = []
        for value in layer:
            if isinstance(value, Mapping):
                found.extend(value.values())
            elif isinstance(value, list | tuple):
                found.extend(value)
        layer = found
    return any(isinstance(value, Mapping | list | tuple) for value in layer)


def to_text(value: object, indent: str = "") -> str:
    """Write JSON with sorted keys; what fits on a line stays on one line.

    Examples
    --------
    >>> to_text({"b": [1, 2], "a": 1.5})
    '{"a": 1.5, "b": [1, 2]}'
    """
    line = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    if len(indent) + len(line) <= LINE_WIDTH:
        return line
    deeper = indent + "  "
    if isinstance(value, Mapping) and value:
        inner = [f"{json.dumps(key)}: {to_text(value[key], deeper)}" for key in sorted(value)]
        return "{\n" + ",\n".join(deeper + part for part in inner) + f"\n{indent}}}"
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        inner = [to_text(member, deeper) for member in value]
        return "[\n" + ",\n".join(deeper + part for part in inner) + f"\n{indent}]"
    return line
