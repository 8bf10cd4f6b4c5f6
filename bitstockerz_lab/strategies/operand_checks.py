"""What is wrong with operands and conditions: names, circles, views, comparisons of nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import (
    OPERAND_KEYS,
    PRICES,
    Document,
    Part,
    as_number,
    inside,
    names_of,
    number_hint,
    objects,
    unlagged,
)
from bitstockerz_lab.strategies.problems import Problem, did_you_mean, join, listed

LONGEST_CHAIN = 8
"""An indicator of an indicator of an …: further than a person follows."""


def check(document: Document, within: list[Part]) -> Iterator[Problem]:
    """Yield what is wrong with the operands and conditions of a document, in reading order.

    Parameters
    ----------
    document : in whatever state
    within : its `parts`
    """
    inputs = _inputs(document)
    known = {*PRICES, *names_of(document, "indicators")}
    elsewhere = _viewing(inputs)
    for part in within:
        if part.is_condition:
            yield from _condition(part)
        elif isinstance(part.value, str):
            if part.value not in known:
                yield _unknown(document, part.path, part.value)
        elif isinstance(part.value, Mapping):
            yield from _view(part, elsewhere)
    for taken_of in inputs.values():
        yield from map(_constant, (one for one in taken_of if not _looks_at_bars(one.value)))
    yield from _circles(inputs)


def _condition(part: Part) -> Iterator[Problem]:
    node = part.value
    if not isinstance(node, Mapping):
        return
    for word in ("all", "any"):
        if isinstance(node.get(word), list | tuple) and not node[word]:
            yield Problem(join(part.path, word), "The list is empty.", "Put a condition into it.")
    operands = [node[key] for key in OPERAND_KEYS if key in node]
    if operands and not any(map(_looks_at_bars, operands)):
        hint = "Compare an indicator or a price field."
        yield Problem(part.path, "This condition looks at no bar: it has only numbers.", hint)
    low, high = (as_number(unlagged(node.get(key))) for key in ("low", "high"))
    if low is not None and high is not None and low > high:
        yield Problem(part.path, f"Nothing lies between {low} and {high}.", "Swap low and high.")


def _looks_at_bars(operand: object) -> bool:
    """Tell whether an operand may differ from bar to bar; True for what has no known shape."""
    if not isinstance(operand, Mapping):
        return isinstance(operand, str)
    if "parameter" in operand:
        return False
    inner = [part.value for part in inside(Part("", operand, is_condition=False))]
    return "count" in operand or not inner or any(map(_looks_at_bars, inner))


def _unknown(document: Document, path: str, name: str) -> Problem:
    known = names_of(document, "indicators")
    if _is_figure(name):
        return Problem(path, f"A finite number is needed, not {name!r}.", number_hint(name))
    if name in names_of(document, "parameters"):
        hint = f'Write {{"parameter": "{name}"}} for the parameter.'
    elif entry := indicators.find(name):
        told = {"indicator": name, **({"period": 20} if "period" in entry.keys else {})}
        key = "_".join(str(word) for word in told.values()).replace(".", "_")
        hint = f'Declare it first: "indicators": {json.dumps({key: told})}.'
    else:
        hint = did_you_mean(name, (*known, *PRICES), f"Known are {listed((*known, *PRICES))}.")
    return Problem(path, f"No indicator or price field {name!r}.", hint)


def _is_figure(text: str) -> bool:
    try:
        float(text.strip().removesuffix("%"))
    except ValueError:
        return False
    return True


def _names_in(part: Part) -> Iterator[str]:
    """Yield the names that stand in a part, whatever it is made of."""
    waiting = [part]
    while waiting:
        found = waiting.pop()
        if isinstance(found.value, str) and not found.is_condition:
            yield found.value
        waiting.extend(inside(found))


def _is_view(value: object) -> bool:
    return isinstance(value, Mapping) and ("symbol" in value or "timeframe" in value)


def _has_view(part: Part) -> bool:
    return _is_view(part.value) or any(map(_has_view, inside(part)))


def looks_elsewhere(part: Part, elsewhere: set[str]) -> bool:
    """Tell whether a part is made of other bars: by a view in it, or by an indicator of one."""
    return _has_view(part) or any(name in elsewhere for name in _names_in(part))


def _inputs(document: Document) -> dict[str, list[Part]]:
    """Return what each declared indicator is taken of."""
    return {
        name: [
            Part(join(path, key), use[key], is_condition=False)
            for key in ("source", "other")
            if use.get(key) is not None
        ]
        for name, path, use in objects(document, "indicators")
    }


def viewing(document: Document) -> set[str]:
    """Return the indicators that are taken of another symbol's or timeframe's bars."""
    return _viewing(_inputs(document))


def _viewing(inputs: Mapping[str, list[Part]]) -> set[str]:
    found = {name for name, parts in inputs.items() if any(map(_has_view, parts))}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {
            name
            for name, parts in inputs.items()
            if any(inner in found for part in parts for inner in _names_in(part))
        }
    return found


def _view(part: Part, elsewhere: set[str]) -> Iterator[Problem]:
    value: Any = part.value
    if not _is_view(value):
        if "of" in value and _is_view(value["of"]):
            inner = value["of"]
            told = "It is not clear which bars are counted: these, or those of the view inside."
            hint = f"Put bars_ago beside {'symbol' if 'symbol' in inner else 'timeframe'}, where it"
            yield Problem(part.path, told, f"{hint} counts the bars of that view.")
        return
    inner = Part(join(part.path, "of"), value.get("of"), is_condition=False)
    if "of" in value and not _looks_at_bars(value["of"]):
        hint = "Leave symbol and timeframe out."
        yield Problem(part.path, "A number is the same on all bars.", hint)
    elif "of" in value and looks_elsewhere(inner, elsewhere):
        told = "Other bars are looked at from other bars here."
        hint = "Give one object both symbol and timeframe, or look at each from these bars."
        yield Problem(part.path, told, hint)


def _constant(part: Part) -> Problem:
    told = "An indicator of a number is the same at every bar."
    return Problem(part.path, told, "Take it of a price, an indicator or an expression.")


def _circles(inputs: Mapping[str, list[Part]]) -> Iterator[Problem]:
    """Find indicators that are taken of themselves, or through too many others."""
    waiting = {
        name: {inner for part in parts for inner in _names_in(part)} & set(inputs)
        for name, parts in inputs.items()
    }
    rounds = 0
    while ready := [name for name, needs in waiting.items() if not needs & set(waiting)]:
        rounds += 1
        if rounds > LONGEST_CHAIN:
            hint = f"Take it of another, or of a price; {LONGEST_CHAIN} in a row are the most."
            told = f"{ready[0]} is taken through {rounds - 1} other indicators."
            yield Problem(join("indicators", ready[0]), told, hint)
            return
        waiting = {name: needs for name, needs in waiting.items() if name not in ready}
    told_already = set()
    for name in waiting:
        circle = _circle(waiting, name)
        if frozenset(circle) not in told_already:
            told_already.add(frozenset(circle))
            hint = "Break the circle: take one of them of a price."
            told = f"{circle[0]} is taken of itself: {' of '.join(circle)}."
            yield Problem(join("indicators", circle[0]), told, hint)


def _circle(needs: Mapping[str, set[str]], start: str) -> list[str]:
    """Return a way from an indicator back to itself, where each waits for another."""
    trail = [start]
    while True:
        after = min(needs[trail[-1]] & set(needs))
        if after in trail:
            return [*trail[trail.index(after) :], after]
        trail.append(after)
