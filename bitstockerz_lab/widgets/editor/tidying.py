"""What a step leaves to be put in order: idle indicators, names that tell no more, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.definition import FORMATS
from bitstockerz_lab.strategies.document import names_of
from bitstockerz_lab.widgets.editor import paths, uses

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.document import Document
    from bitstockerz_lab.widgets.editor.edits import Edited


def without(document: Document, path: str) -> Document:
    """Return a document with nothing at a path, and no collection left empty by that."""
    smaller: Document = paths.without(document, path)
    around = paths.parent(path)[0]
    empty = around and paths.at(smaller, around) in ({}, [])
    return paths.without(smaller, around) if empty and "." not in around else smaller


def tidied(document: Document, before: Document, path: str) -> Edited:
    """Drop the indicators that nobody reads any more, and call changed ones by what they are."""
    document = _without_what_follows(document, before)
    pruned = uses.pruned(document, before)
    called = uses.renamed(pruned, before)
    taken = paths.steps(path)
    if taken[:1] == ("indicators",) and not paths.stands(called, path):
        lost = set(names_of(pruned, "indicators")) - set(names_of(called, "indicators"))
        new = [*names_of(called, "indicators")]
        place = [*names_of(pruned, "indicators")].index(str(taken[1])) if taken[1] in lost else -1
        path = paths.written(("indicators", new[place], *taken[2:])) if place >= 0 else path
    return called, path


def _without_what_follows(document: Document, before: Document) -> Document:
    """Leave out the format, and the direction where the entries have changed: both follow."""
    entries = ("enter_long", "enter_short")
    same = [name in document for name in entries] == [name in before for name in entries]
    idle = {"format"} if document.get("format") in FORMATS else set()
    idle |= set() if same or "python" in document else {"direction"}
    return {key: one for key, one in document.items() if key not in idle}


def ranged(number: float) -> Document:
    """Return a parameter around a number: half of it to twice it, in steps a person would take."""
    if number == 0:
        return {"default": number, "min": 0, "max": 10, "step": 1}
    low, high = sorted((number / 2, number * 2))
    if isinstance(number, int):
        low, high = int(low), int(high)
        low = max(1, low) if number > 0 else low
        return {"default": number, "min": low, "max": high, "step": 1}
    step = 10.0 ** (len(str(int(abs(number)))) - 3)
    return {"default": number, "min": round(low, 6), "max": round(high, 6), "step": step}
