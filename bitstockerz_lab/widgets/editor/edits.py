"""What can be done to a tree of conditions: functions from a definition's JSON to another one.

Each returns the new document and the path at which what was touched now stands, so that whoever
looks at it can keep it in view. A document that is given is never changed.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.document import GROUPS
from bitstockerz_lab.widgets.editor import paths

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.document import Document

    Edited = tuple[Document, str]

LISTS = ("all", "any")
WRAPS = ("not", "holds", "happened")
FIRST = {"left": "close", "op": ">", "right": "open"}
"""What a new condition says until somebody says otherwise."""


def word_of(node: object) -> str:
    """Return all, any, not, holds or happened; "" for a condition, or what is none."""
    if not isinstance(node, dict):
        return ""
    return next((word for word in (*LISTS, *WRAPS) if word in node), "")


def is_list(node: object) -> bool:
    """Tell whether it is a group with a list of members."""
    word = word_of(node)
    return word in LISTS and isinstance(node, dict) and isinstance(node[word], list)


def members(path: str, node: Document) -> list[str]:
    """Return the paths of a group's members."""
    word = word_of(node)
    return [f"{path}.{word}[{place}]" for place in range(len(node[word]))]


def add(document: Document, path: str, condition: Any = None) -> Edited:  # noqa: ANN401 - reason: any JSON
    """Put a condition at the end of a group; beside what is no group, both in a new one."""
    new = dict(FIRST) if condition is None else condition
    if not paths.stands(document, path):
        return paths.put(document, path, new), path
    node = paths.at(document, path)
    word = word_of(node) if is_list(node) else "all"
    held = node[word] if is_list(node) else [node]
    grown = paths.put(document, path, {word: [*held, new]})
    return grown, f"{path}.{word}[{len(held)}]"


def beside(document: Document, path: str, condition: Any = None) -> Edited:  # noqa: ANN401 - reason: any JSON
    """Put a condition behind another one, in the same group."""
    around, place = paths.parent(path)
    if not isinstance(place, int):
        return add(document, path, condition)
    new = dict(FIRST) if condition is None else condition
    held = paths.at(document, around)
    grown = paths.put(document, around, [*held[: place + 1], new, *held[place + 1 :]])
    return grown, f"{around}[{place + 1}]"


def regroup(document: Document, path: str, word: str) -> Edited:
    """Make a group one of all or of any."""
    node = paths.at(document, path)
    if word not in LISTS:
        raise DefinitionError(f"A group is one of all or any, not {word!r}.", word=word)
    if not is_list(node):
        return paths.put(document, path, {word: [node]}), f"{path}.{word}[0]"
    return paths.put(document, path, {word: node[word_of(node)]}), path


def enclose(document: Document, path: str, word: str) -> Edited:
    """Put what stands at a path into a new group, alone for now."""
    node = paths.at(document, path)
    if word in LISTS:
        return paths.put(document, path, {word: [node]}), path
    return wrap(document, path, word)


def wrap(document: Document, path: str, word: str, bars: Any = 3) -> Edited:  # noqa: ANN401 - reason: any JSON
    """Say of a condition that it is not, that it holds for bars, or happened within bars."""
    if word not in WRAPS:
        raise DefinitionError(f"A condition is put into not, holds or happened, not {word!r}.")
    node = paths.at(document, path)
    told = {word: node} if word == "not" else {word: node, "bars": bars}
    return paths.put(document, path, told), path


def compare(document: Document, path: str, op: str) -> Edited:
    """Give a comparison another sign; between has two ends, which begin where the one was."""
    node = paths.at(document, path)
    ends = {"low", "high"} & set(node)
    if op == "between" and not ends:
        end = node.get("right")
        node = {key: one for key, one in node.items() if key != "right"} | {"low": end, "high": end}
    elif op != "between" and ends:
        kept = {key: one for key, one in node.items() if key not in ("low", "high")}
        node = kept | {"right": node.get("low", node.get("high"))}
    return paths.put(document, path, {**node, "op": op}), path


def unwrap(document: Document, path: str) -> Edited:
    """Put in place of a not, a holds, a happened or a group of one what is in it."""
    node = paths.at(document, path)
    word = word_of(node)
    if word in WRAPS:
        return paths.put(document, path, node[word]), path
    if not is_list(node):
        raise DefinitionError(f"{path} is in nothing that could be taken off.", path=path)
    held = node[word]
    around, place = paths.parent(path)
    if len(held) == 1:
        return paths.put(document, path, held[0]), path
    if not isinstance(place, int):
        raise DefinitionError(f"{path} has {len(held)} members, and there is room for one.")
    row = paths.at(document, around)
    return paths.put(document, around, [*row[:place], *held, *row[place + 1 :]]), path


def negate(document: Document, path: str) -> Edited:
    """Make a condition its contrary; the contrary of a not is what is in it."""
    node = paths.at(document, path)
    return unwrap(document, path) if word_of(node) == "not" else wrap(document, path, "not")


def remove(document: Document, path: str) -> Edited:
    """Take a condition or group away; a group that is left empty goes with it."""
    around, place = paths.parent(path)
    smaller = paths.without(document, path)
    if isinstance(place, int):
        left = paths.at(smaller, around)
        if left:
            return smaller, f"{around}[{min(place, len(left) - 1)}]"
        return remove(smaller, paths.parent(around)[0])
    if place in (*LISTS, *WRAPS):
        return remove(document, around)
    return smaller, path


def move(document: Document, path: str, to: str) -> Edited:
    """Take a condition to another place.

    Parameters
    ----------
    path : what is moved
    to : a member of a group, before which it goes; a group or one of the four sides, at whose end

    Raises
    ------
    DefinitionError
        A group cannot go into itself.
    """
    if paths.within(to, path):
        if paths.steps(to) == paths.steps(path):
            return document, path
        raise DefinitionError(f"{path} cannot go into itself, to {to}.", path=path, to=to)
    marker = _Moved(copy.deepcopy(paths.at(document, path)))
    marked = paths.put(document, path, marker)
    holder, place = paths.parent(to)
    target = paths.at(document, to) if paths.stands(document, to) else None
    if isinstance(place, int) and not is_list(target):
        row = paths.at(marked, holder)
        landed = paths.put(marked, holder, [*row[:place], marker.value, *row[place:]])
        where = (*paths.steps(holder), place)
    else:
        landed, told = add(marked, to, marker.value)
        where = paths.steps(told)
    return _lifted(landed, marker, where)


class _Moved:
    """Stands where something was until it is gone from there."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - reason: any JSON
        self.value = value


def _lifted(document: Document, marker: _Moved, where: paths.Steps) -> Edited:
    """Return a document without the marker, and where what moved stands once that is gone."""
    start = next(path for path in _places(document) if paths.at(document, path) is marker)
    held = paths.at(document, paths.written(where))
    smaller, _ = remove(document, start)
    found = [path for path in _places(smaller) if paths.at(smaller, path) is held]
    return smaller, found[0] if found else paths.written(where)


def _places(document: Document) -> list[str]:
    """Return the paths of all conditions, groups and markers."""
    found: list[str] = []
    waiting = [name for name in GROUPS if name in document]
    while waiting:
        path = waiting.pop(0)
        found.append(path)
        node = paths.at(document, path)
        if is_list(node):
            waiting += members(path, node)
        elif word_of(node) in WRAPS:
            waiting.append(f"{path}.{word_of(node)}")
    return found


def shift(document: Document, path: str, direction: str) -> Edited:
    """Move a condition one step: up, down, out of its group, or into the group before it.

    At the end of its group, up and down go out of it; where there is nowhere to go it stays.
    """
    around, place = paths.parent(path)
    if not isinstance(place, int):
        return document, path
    row, group = paths.at(document, around), paths.parent(around)[0]
    if direction == "in":
        before = f"{around}[{place - 1}]"
        fits = place > 0 and is_list(row[place - 1])
        return move(document, path, before) if fits else (document, path)
    step = {"up": -1, "down": 1}.get(direction, 0)
    if step and 0 <= place + step < len(row):
        swapped = list(row)
        swapped[place], swapped[place + step] = swapped[place + step], swapped[place]
        return paths.put(document, around, swapped), f"{around}[{place + step}]"
    return _out(document, path, group, below=direction != "up")


def _out(document: Document, path: str, group: str, *, below: bool) -> Edited:
    """Move a member of a group behind or before that group, where that is in a group itself."""
    outer, place = paths.parent(group)
    if not isinstance(place, int):
        return document, path
    row = paths.at(document, outer)
    node = paths.at(document, path)
    around, own = paths.parent(path)
    assert isinstance(own, int)  # noqa: S101 - reason: only members get here
    left = [one for number, one in enumerate(paths.at(document, around)) if number != own]
    word = word_of(row[place])
    rest = [{word: left}] if left else []
    moved = [*rest, node] if below else [node, *rest]
    grown = paths.put(document, outer, [*row[:place], *moved, *row[place + 1 :]])
    return grown, f"{outer}[{place + (len(rest) if below else 0)}]"
