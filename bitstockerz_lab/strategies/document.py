"""A definition as plain JSON: read from text, walked whatever state it is in, written canonically.

The walkers here yield only what has the right shape and stay silent about the rest, so that one
pass over a half-broken document still finds every other problem in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from bitstockerz_lab.strategies.problems import Problem, join

Document = dict[str, Any]
GROUPS = ("enter_long", "exit_long", "enter_short", "exit_short")
PRICES = ("open", "high", "low", "close", "volume")
CONNECTIVES = ("all", "any", "not")
OPERAND_KEYS = ("left", "right", "low", "high")
LINE_WIDTH = 92
DEEPEST = 24
EXACT_INTEGERS = 2.0**53


def as_number(value: object) -> int | float | None:
    """Return a finite number in its canonical type (30.0 is 30), None for anything else.

    Examples
    --------
    >>> as_number(30.0), as_number(2.5), as_number(True), as_number(float("nan"))
    (30, 2.5, None, None)
    """
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

    try:
        found = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        return None, [Problem("", f"The text is no JSON: {problem.msg} at {where}.")]
    except RecursionError:
        return None, [Problem("", "The text is nested too deeply to be read.")]
    if not isinstance(found, dict):
        kind = type(found).__name__
        return None, [Problem("", f"A definition is a JSON object, not a {kind}.")]
    return found, twice


def members(node: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield path and value of a group's members; of a condition, nothing."""
    if not isinstance(node, Mapping):
        return
    for word in ("all", "any"):
        inner = node.get(word)
        if isinstance(inner, Sequence) and not isinstance(inner, str):
            yield from ((join(join(path, word), i), member) for i, member in enumerate(inner))
    if "not" in node:
        yield join(path, "not"), node["not"]


def nodes(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and value of every group and condition, in reading order."""
    waiting = [(name, document[name]) for name in reversed(GROUPS) if name in document]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Mapping):
            yield path, node
            waiting.extend(reversed(list(members(node, path))))


def conditions(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and value of every condition, in reading order."""
    for path, node in nodes(document):
        if not any(word in node for word in CONNECTIVES):
            yield path, node


def operands(condition: Mapping[str, Any], path: str) -> Iterator[tuple[str, object]]:
    """Yield path and value of a condition's operands."""
    for key in OPERAND_KEYS:
        if key in condition:
            yield join(path, key), condition[key]


def is_too_deep(document: Mapping[str, Any]) -> bool:
    """Tell whether groups are nested beyond what a person could read."""
    layer = [(name, document[name]) for name in GROUPS if name in document]
    for _ in range(DEEPEST):
        layer = [inner for path, node in layer for inner in members(node, path)]
    return bool(layer)


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
