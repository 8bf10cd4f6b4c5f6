"""Stops, targets, counts of bars and entries, and the size of an entry compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.diff.changes import Change
from bitstockerz_lab.strategies.diff.sides import PlainPhrases, Side, place
from bitstockerz_lab.strategies.document import COUNTS, LEVELS
from bitstockerz_lab.strategies.english import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Said = Callable[[Side, Any, bool], str]

LABELS = {
    "stop_loss_pct": "stop loss",
    "take_profit_pct": "take profit",
    "trailing_stop_pct": "trailing stop",
    "break_even_pct": "break-even gain",
    "max_bars": "longest time held",
    "cooldown_bars": "pause after a loss",
    "max_trades_per_day": "most entries a day (UTC)",
}


def exits(old: Side, new: Side) -> Iterator[Change]:
    """Yield what changed about exits other than conditions, and about the size of an entry."""
    for name in (*LEVELS, *COUNTS):
        pair = getattr(old.definition, name), getattr(new.definition, name)
        said = _percent if name in LEVELS else _bars if name.endswith("bars") else _number
        values = canonical.value(pair[0]), canonical.value(pair[1])
        yield from _one((old, new), (LABELS[name], name), pair, values, said)
    yield from _targets(old, new)
    pair = old.definition.sizing, new.definition.sizing
    values = old.document.get("sizing"), new.document.get("sizing")
    yield from _one((old, new), ("sizing", "sizing"), pair, values, _size)


def _targets(old: Side, new: Side) -> Iterator[Change]:
    olds, news = old.document.get("targets", []), new.document.get("targets", [])
    befores, afters = old.definition.targets or (), new.definition.targets or ()
    keys = [old.key(one) for one in olds], [new.key(one) for one in news]
    left = [i for i, key in enumerate(keys[0]) if key not in keys[1]]
    came = [j for j, key in enumerate(keys[1]) if key not in keys[0]]
    for i, j in zip(left, came, strict=False):
        label = f"target {j + 1}", f"targets[{j}]"
        yield from _one((old, new), label, (befores[i], afters[j]), (olds[i], news[j]), _target)
    for i in left[len(came) :]:
        label = f"target {i + 1}", f"targets[{i}]"
        yield from _one((old, new), label, (befores[i], None), (olds[i], None), _target)
    for j in came[len(left) :]:
        label = f"target {j + 1}", f"targets[{j}]"
        yield from _one((old, new), label, (None, afters[j]), (None, news[j]), _target)


def _one(
    sides: tuple[Side, Side],
    label: tuple[str, str],
    pair: tuple[Any, Any],
    values: tuple[Any, Any],
    said: Said,
) -> Iterator[Change]:
    """Yield the change of one thing, if there is one.

    Parameters
    ----------
    sides : old and new
    label : what a sentence calls it, and its path
    pair : the parts of the two definitions, None where there is none
    values : their JSON
    said : how a part is said, with parameters as numbers or by name
    """
    told, path = label
    before, after = values
    if before is None and after is None:
        return
    if before is None:
        text = said(sides[1], pair[1], True)
        yield Change(path, "added", None, after, f"{told} added: {text}")
    elif after is None:
        text = said(sides[0], pair[0], True)
        yield Change(path, "removed", before, None, f"{told} removed: {text}")
    elif sides[0].key(before) != sides[1].key(after):
        where, one, other = place(path, before, after, sides)
        constant = any(map(_is_named, pair))
        for named in (constant, True):
            texts = [said(side, part, named) for side, part in zip(sides, pair, strict=True)]
            if texts[0] != texts[1]:
                break
        yield Change(where, "changed", one, other, f"{told}: {' → '.join(texts)}")


def _is_named(part: Any) -> bool:  # noqa: ANN401 - an operand, a target or a size
    return canonical.is_constant(part)


def _percent(side: Side, operand: Any, named: bool) -> str:  # noqa: ANN401 - an operand
    return _phrases(side, named=named).percent(operand)


def _bars(side: Side, value: Any, named: bool) -> str:  # noqa: ANN401 - a Value
    return _phrases(side, named=named).bars(value)


def _number(side: Side, value: Any, named: bool) -> str:  # noqa: ANN401 - a Value
    return _phrases(side, named=named).operand(value)


def _target(side: Side, target: Any, named: bool) -> str:  # noqa: ANN401 - a Target
    phrases = _phrases(side, named=named)
    share, gain = phrases.percent(target.close_pct), phrases.percent(target.profit_pct)
    return f"{share} of the position at a gain of {gain}"


def _size(side: Side, size: Any, named: bool) -> str:  # noqa: ANN401 - a Sizing
    told = _phrases(side, named=named).operand(size.value)
    return SIZES[size.method].format(told).removeprefix("Each entry ").rstrip(".")


def _phrases(side: Side, *, named: bool) -> PlainPhrases:
    return side.named if named else side.plain
