"""What a chart of a sweep says in words: at the pointer, at its axes, above it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import measures
from bitstockerz_lab.backtests import report_words
from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.cells import Cells, View
    from bitstockerz_lab.backtests.sweep.shades import Shades

MAIN = ("total_return_pct", "sharpe_ratio", "max_drawdown_pct", "num_trades")
"""Said of every combination, beside the metric drawn."""

DIGITS = 6
"""Of a parameter's value that are shown, where they tell all values apart."""


def label(by: str) -> str:
    """Return a metric's name with its unit."""
    known = measures.DEFINITIONS[by]
    return f"{known.label} (%)" if known.unit == "%" else known.label


def texts(values: NDArray[np.float64]) -> list[str]:
    """Return values of a parameter as the axis and the pointer show them, different ones apart."""
    short = [formats.plain(float(f"{value:.{DIGITS}g}")) for value in values.tolist()]
    distinct = np.unique(values)
    apart = len({*short}) == len(distinct) and ("0" not in short or 0 in distinct)
    return short if apart else [repr(value) for value in values.tolist()]


def value(shown: object, values: NDArray[np.float64]) -> float:
    """Return the value of a parameter where a chart was pointed at.

    Parameters
    ----------
    shown : its text, as `texts` gives it, or a number, to which the nearest value is taken
    values : those of the axis, at least one
    """
    known = texts(values)
    if shown in known:
        return float(values[known.index(str(shown))])
    return float(values[int(np.argmin(np.abs(values - float(str(shown)))))])


def results(of: View) -> dict[str, list[str]]:
    """Return what each combination came to: texts by the names of metrics, the one drawn first."""
    return {
        measures.DEFINITIONS[name].label: [
            report_words.value_text(name, value) for value in of.results[name].tolist()
        ]
        for name in dict.fromkeys((of.by, *MAIN))
        if name in of.results
    }


def rows(of: View) -> list[str]:
    """Return what each combination is and came to."""
    names = of.told
    named = zip(*(texts(of.results[name].to_numpy()) for name in names), strict=True)
    heads = (
        ", ".join(f"{escape(name)} {value}" for name, value in zip(names, own, strict=True))
        for own in named
    )
    told = results(of)
    came = (
        "<br>".join(map(" ".join, zip(told, one, strict=True)))
        for one in zip(*told.values(), strict=True)
    )
    return [f"<b>{head}</b><br>{words}" for head, words in zip(heads, came, strict=True)]


def cells(found: Cells, of: View) -> tuple[list[str], list[list[list[str]]]]:
    """Return the names of what is said of each cell, and the texts, "" where nothing has a score.

    Of a cell of one combination these are its metrics, of one of several their span.
    """
    told = results(of)
    label = measures.DEFINITIONS[of.by].label
    names = [f"{label}, median", "Highest", "Lowest", "With a score"] if found.over else list(told)
    each, groups = list(zip(*told.values(), strict=True)), _members(found, of) if found.over else {}
    words = [[[""] * len(names) for _ in found.columns] for _ in found.rows]
    for up, across in zip(*map(np.ndarray.tolist, np.nonzero(found.scored)), strict=True):
        at = int(found.at[up, across])
        words[up][across] = (
            _several(found, of, groups[up, across], (up, across)) if found.over else list(each[at])
        )
    return names, words


def places(found: Cells, of: View) -> list[list[str]]:
    """Return what each cell is and holds, in one text."""
    names, words = cells(found, of)
    columns, rows = texts(found.columns), texts(found.rows)
    return [
        [
            f"<b>{escape(found.x)} {x}, {escape(found.y)} {y}</b><br>"
            + "<br>".join(f"{name} {word}" for name, word in zip(names, told, strict=True))
            for x, told in zip(columns, row, strict=True)
        ]
        for y, row in zip(rows, words, strict=True)
    ]


def _members(found: Cells, of: View) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Return the scores that fall into each cell, by row and column."""
    across = np.searchsorted(found.columns, of.results[found.x].to_numpy()[of.has])
    up = np.searchsorted(found.rows, of.results[found.y].to_numpy()[of.has])
    cell = up * len(found.columns) + across
    order = np.argsort(cell, kind="stable")
    known, starts = np.unique(cell[order], return_index=True)
    parts = np.split(of.scores[of.has][order], starts[1:])
    wide = len(found.columns)
    return {
        (int(one) // wide, int(one) % wide): part for one, part in zip(known, parts, strict=True)
    }


def _several(
    found: Cells, of: View, scores: NDArray[np.float64], place: tuple[int, int]
) -> list[str]:
    """Return the median of a cell's combinations, their span, and how many there are."""
    ends = (float(found.scores[place]), float(scores.max()), float(scores.min()))
    tried = int(found.tried[place])
    return [
        *(report_words.value_text(of.by, value) for value in ends),
        f"{len(scores):,} of {tried:,} combinations",
    ]


def drawn(of: View, over: Sequence[str] = ()) -> str:
    """Return what a chart shows: the metric, what it is the median over, what is held."""
    less = of.by in MORE_IS_BETTER and not MORE_IS_BETTER[of.by]
    told = [f"{label(of.by)}, less is better" if less else label(of.by)]
    told += [f"median over {', '.join(over)}"] if over else []
    told += [f"{name} held at {formats.plain(value)}" for name, value in of.hold.items()]
    return "; ".join(told)


def notes(of: View, colours: Shades | None = None) -> list[str]:
    """Return what a chart cannot show, a phrase each."""
    told = []
    without = int((~of.has).sum())
    if without:
        every = f"{without:,} of {len(of.scores):,} combinations"
        told.append(f"{every} {'has' if without == 1 else 'have'} no score")
    if colours is not None and colours.cut:
        ends = (report_words.value_text(of.by, end) for end in (colours.least, colours.most))
        told.append(f"colours end at {' and '.join(ends)}")
    return told


def below(name: str, notes: Sequence[str]) -> str:
    """Return an axis title with the notes below it, a line each."""
    small = (f"<br><span style='font-size:11px'>{escape(note)}</span>" for note in notes)
    return escape(name) + "".join(small)
