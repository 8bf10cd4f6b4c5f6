"""Two definitions compared: entries and exits, stops, size, parameters, names."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.diff.changes import Change, Diff
from bitstockerz_lab.strategies.diff.conditions import Conditions
from bitstockerz_lab.strategies.diff.exits import exits
from bitstockerz_lab.strategies.diff.parameters import parameters, renamed
from bitstockerz_lab.strategies.diff.sides import Side, place
from bitstockerz_lab.strategies.diff.source import SOURCE, source
from bitstockerz_lab.strategies.document import COUNTS, GROUPS, LEVELS, to_text
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition

DERIVED = ("format", "direction")
"""What follows from the rest."""
TITLES = ("name", "description")
LONGEST_TEXT = 80
COMPARED = {*GROUPS, *LEVELS, *COUNTS, "targets", "sizing", "parameters", "indicators", SOURCE}


def compare(old: Definition, new: Definition, titles: tuple[str, str] | None = None) -> Diff:
    """Return what changed from one definition to another.

    An indicator under another name, conditions in another order and a comparison turned round
    (``a > b``, ``b < a``) mean the same and are no change.

    Parameters
    ----------
    old, new : definitions
    titles : what each is called; the definitions' names if left out

    Returns
    -------
    Diff
        False where both mean the same rules. Something of `changes` or `remarks` says so wherever
        `Definition.rules()` differ at all.
    """
    names = titles or (old.name or "one", new.name or "the other")
    called = renamed(old, new)
    sides = Side(old, called), Side(new)
    _share(*sides)
    found = [
        *_groups(*sides),
        *source(old, new),
        *exits(*sides),
        *parameters(old, new, called),
        *_indicators(*sides),
        *_others(old, new),
    ]
    changes = tuple(change for change in found if change.is_rule)
    remarks = [*_titles(old, new), *(change for change in found if not change.is_rule)]
    if not found and old.rules() != new.rules():
        remarks.append(_rewritten(old, new))
    return Diff(*names, changes, tuple(remarks))


def _share(old: Side, new: Side) -> None:
    """Take an indicator that kept its name and changed its meaning for one that changed."""
    kept = {
        name
        for name in old.indicators.keys() & new.indicators.keys()
        if old.indicators[name] not in new.indicators.values()
        and new.indicators[name] not in old.indicators.values()
    }
    old.shared = new.shared = frozenset(kept)


def _groups(old: Side, new: Side) -> Iterator[Change]:
    conditions = Conditions(old, new)
    sides = {side.definition.direction for side in (old, new)}
    for group in GROUPS:
        before, after = getattr(old.definition, group), getattr(new.definition, group)
        way, _, length = group.partition("_")
        word = {"enter": "entry", "exit": "exit"}[way]
        told = word if sides == {"long"} else f"{length} {word}"
        if before is None and after is None:
            continue
        if before is None:
            text = new.plain.condition(after)
            yield Change(group, "added", None, canonical.node(after), f"{told} added: {text}")
        elif after is None:
            text = old.plain.condition(before)
            yield Change(group, "removed", canonical.node(before), None, f"{told} removed: {text}")
        else:
            yield from conditions.compare(told, group, before, after)


def _indicators(old: Side, new: Side) -> Iterator[Change]:
    """Yield what changed under a name that stayed, and what is declared and not used."""
    used = old.uses() | new.uses()
    for name in sorted(old.shared):
        before, after = ({**side.declared[name]} for side in (old, new))
        if old.key(before) == new.key(
            after
        ):  # only what it is taken of has changed, under its name
            continue
        path = join("indicators", name)
        where, one, other = place(path, before, after, (old, new))
        texts = [side.plain.operand(name).removeprefix("the ") for side in (old, new)]
        if texts[0] == texts[1]:
            texts = [side.named.operand(name).removeprefix("the ") for side in (old, new)]
        sentence = f"indicator {name}: {texts[0]} → {texts[1]}"
        yield Change(where, "changed", one, other, sentence, is_rule=name in used)
    unused = [side.declared.keys() - side.uses() for side in (old, new)]
    for name in sorted(unused[1] - old.declared.keys()):
        text = f"indicator {name}, which no rule reads, added"
        yield _unused(name, None, new.declared[name], text)
    for name in sorted(unused[0] - new.declared.keys()):
        text = f"indicator {name}, which no rule reads, removed"
        yield _unused(name, old.declared[name], None, text)


def _unused(name: str, before: Any, after: Any, sentence: str) -> Change:  # noqa: ANN401 - JSON
    kind = "added" if before is None else "removed"
    path = join("indicators", name)
    return Change(path, kind, before, after, sentence, is_rule=False)  # type: ignore[arg-type]


def _others(old: Definition, new: Definition) -> Iterator[Change]:
    """Yield what this file knows no words for, as JSON, so that nothing goes unsaid."""
    before, after = old.rules(), new.rules()
    for key in sorted((before.keys() | after.keys()) - COMPARED - {*DERIVED}):
        if before.get(key) != after.get(key):
            texts = (to_text(before.get(key)), to_text(after.get(key)))
            sentence = f"{key}: {' → '.join(texts)}"
            yield Change(key, "changed", before.get(key), after.get(key), sentence)


def _titles(old: Definition, new: Definition) -> Iterator[Change]:
    for key in TITLES:
        before, after = getattr(old, key), getattr(new, key)
        if before == after:
            continue
        one, other = (shorten(text, LONGEST_TEXT, placeholder=" …") for text in (before, after))
        if not before:
            yield Change(key, "added", None, after, f"{key} added: {other}", is_rule=False)
        elif not after:
            yield Change(key, "removed", before, None, f"{key} removed: {one}", is_rule=False)
        else:
            told = f"{key}: {one} → {other}" if one != other else f"{key} changed: {other}"
            yield Change(key, "changed", before, after, told, is_rule=False)


def _rewritten(old: Definition, new: Definition) -> Change:
    told = "written differently, with the same meaning: other names of indicators, or another order"
    return Change("", "changed", old.rules(), new.rules(), told, is_rule=False)
