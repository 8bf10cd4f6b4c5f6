"""Places in a definition's JSON, written as its problems write them: ``enter_long.all[0].left``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Steps = tuple[str | int, ...]

STEP = re.compile(r'\["(?P<quoted>[^"]*)"\]|\[(?P<place>\d+)\]|\.?(?P<key>[^.\[\]]+)')


def steps(path: str) -> Steps:
    """Return the keys and places a path leads through.

    Examples
    --------
    >>> steps('enter_long.all[0].left')
    ('enter_long', 'all', 0, 'left')
    """
    found: list[str | int] = []
    for step in STEP.finditer(path):
        place = step["place"]
        found.append(int(place) if place is not None else step["quoted"] or step["key"] or "")
    return tuple(found)


def written(taken: Iterable[str | int]) -> str:
    """Return the path of keys and places; `steps` the other way round."""
    path = ""
    for step in taken:
        path = join(path, step)
    return path


def at(document: Any, path: str) -> Any:  # noqa: ANN401 - reason: any JSON
    """Return what stands at a path.

    Raises
    ------
    UnknownName
        Nothing does.
    """
    found = document
    for step in steps(path):
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            message = f"Nothing stands at {path!r} of these rules. Their JSON shows what there is."
            raise UnknownName(message, name=path) from None
    return found


def stands(document: Any, path: str) -> bool:  # noqa: ANN401 - reason: any JSON
    """Tell whether something stands at a path."""
    try:
        at(document, path)
    except UnknownName:
        return False
    return True


def parent(path: str) -> tuple[str, str | int]:
    """Return the path of what holds a place, and the key or number in it."""
    taken = steps(path)
    return written(taken[:-1]), taken[-1]


def within(path: str, around: str) -> bool:
    """Tell whether a path is another one or leads into it."""
    outer = steps(around)
    return steps(path)[: len(outer)] == outer


def put(document: Any, path: str, value: Any) -> Any:  # noqa: ANN401 - reason: any JSON
    """Return a copy with another value at a path; objects on the way are made where none are."""
    return _put(document, steps(path), value)


def _put(document: Any, taken: Steps, value: Any) -> Any:  # noqa: ANN401 - reason: any JSON
    if not taken:
        return value
    step, rest = taken[0], taken[1:]
    if isinstance(step, int):
        copy = list(document)
        copy[step] = _put(copy[step], rest, value)
        return copy
    inner = document.get(step) if isinstance(document, dict) else None
    return {**(document if isinstance(document, dict) else {}), step: _put(inner, rest, value)}


def without(document: Any, path: str) -> Any:  # noqa: ANN401 - reason: any JSON
    """Return a copy with nothing at a path."""
    around, step = parent(path)
    holder = at(document, around)
    if isinstance(step, int):
        return put(document, around, [*holder[:step], *holder[step + 1 :]])
    return put(document, around, {key: one for key, one in holder.items() if key != step})


def leaves(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of every text, number and empty collection."""
    waiting: list[tuple[Steps, Any]] = [((), document)]
    while waiting:
        taken, value = waiting.pop(0)
        if isinstance(value, dict) and value:
            waiting += [((*taken, key), inner) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            waiting += [((*taken, place), inner) for place, inner in enumerate(value)]
        else:
            yield written(taken), value
