"""Long histories in as many marks as a screen shows: points of a line, candles of several bars."""

from __future__ import annotations

import numpy as np
import pandas as pd

POINTS = 2_000
"""Points a long line is drawn with at most; a screen shows no more."""

UNTHINNED = 3_000
"""Bars up to which a line is drawn whole: ten years of days."""

CANDLES = 1_500
"""Candles that a long history is merged into at most."""

UNMERGED = 2_000
"""Bars up to which each is a candle of its own."""

SEEN = 2_250
"""Candles in view and near it: 1,500 in view, and half as many beside it."""

ASIDE = 250
"""Candles, and points of a line, that stand for what lies on each side of what is in view."""


def thin(frame: pd.DataFrame, points: int = POINTS, *, unthinned: int = UNTHINNED) -> pd.DataFrame:
    """Return the rows a line chart needs: the highest and the lowest of each stretch.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
        Columns drawn over the same index.
    points : rows kept at most; at least 4 times the number of columns
    unthinned : up to so many rows all are kept

    Returns
    -------
    DataFrame of shape (≤ max(points, unthinned), k)
        Rows of `frame`, in order, with its first and its last. Of every stretch of equal length the
        rows where a column is highest or lowest stay, so no peak and no trough is lost. NaN is
        neither.
    """
    return frame.iloc[_rows(frame.to_numpy(dtype=np.float64), points, unthinned)]


def _rows(values: np.ndarray, points: int, unthinned: int) -> np.ndarray:
    """Return the rows of `thin`."""
    count, columns = values.shape
    if count <= max(points, unthinned):
        return np.arange(count)
    stretches = max(1, (points - 2) // (2 * columns))
    each = -(-count // stretches)
    firsts = np.arange(0, count, each)
    kept = [np.array([0, count - 1])]
    for column in values.T:
        missing = np.isnan(column)
        for nothing, pick in ((-np.inf, np.argmax), (np.inf, np.argmin)):
            padded = np.full(len(firsts) * each, nothing)
            padded[:count] = np.where(missing, nothing, column)
            kept.append(firsts + pick(padded.reshape(-1, each), axis=1))
    return np.unique(np.concatenate(kept))


def rows_around(values: np.ndarray, shown: slice | None) -> np.ndarray:
    """Return the rows a line needs in a chart whose view is a part of it: `thin`, coarser beside.

    Parameters
    ----------
    values : array of shape (n,)
    shown : the rows in view; None is all
    """
    column = values.reshape(-1, 1)
    if shown is None:
        return _rows(column, POINTS, UNTHINNED)
    before, after = column[: shown.start], column[shown.stop :]
    return np.concatenate(
        [
            _rows(before, ASIDE, ASIDE),
            shown.start + _rows(column[shown], POINTS, UNTHINNED),
            shown.stop + _rows(after, ASIDE, ASIDE),
        ]
    )


def merge(
    bars: pd.DataFrame,
    missing: np.ndarray,
    candles: int = CANDLES,
    *,
    unmerged: int = UNMERGED,
) -> pd.DataFrame:
    """Return the candles that stand for bars: one each, or one for equal counts of many.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), without NaN
    missing : array of shape (n_bars,), as `times.missing` gives it
        No candle reaches over a hole that is as long as itself.
    candles : how many there are at most; up to a third more where holes cut them
    unmerged : up to so many bars each is a candle

    Returns
    -------
    DataFrame of shape (n_candles, 7)
        Index the first bar's stamp; open the first, high the highest, low the lowest, close the
        last, volume the sum; `last` the last bar's stamp, `bars` how many. `attrs` are those of
        `bars`, and `bars_each`: how many bars a candle has that no hole and no end cuts.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=3, tz="UTC")
    >>> bars = pd.DataFrame(dict.fromkeys(("open", "high", "low", "close", "volume"), [1.0, 3, 2]),
    ...                     index=days)
    >>> merge(bars, np.zeros(3), 2, unmerged=2)[["open", "high", "low", "close", "bars"]].to_numpy()
    array([[1., 3., 1., 3., 2.],
           [2., 2., 2., 2., 1.]])
    """
    each = 1 if len(bars) <= max(candles, unmerged) else -(-len(bars) // candles)
    starts = _starts(missing, each)
    while each > 1 and len(starts) > candles * 4 // 3:
        each += max(1, each // 4)
        starts = _starts(missing, each)
    ends = np.append(starts[1:], len(bars)) - 1
    values = {name: bars[name].to_numpy(dtype=np.float64) for name in bars.columns}
    merged = pd.DataFrame(
        {
            "open": values["open"][starts],
            "high": np.maximum.reduceat(values["high"], starts),
            "low": np.minimum.reduceat(values["low"], starts),
            "close": values["close"][ends],
            "volume": np.add.reduceat(values["volume"], starts),
            "last": bars.index[ends],
            "bars": ends - starts + 1,
        },
        index=bars.index[starts],
    )
    merged.attrs = bars.attrs | {"bars_each": each}
    return merged


def merge_around(bars: pd.DataFrame, missing: np.ndarray, shown: slice | None) -> pd.DataFrame:
    """Return candles of a chart whose view is a part of it: `merge`, coarser beside it.

    Parameters
    ----------
    bars, missing : as `merge` takes them
    shown : the rows in view; None is all

    Returns
    -------
    DataFrame of shape (n_candles, 7)
        As `merge` gives it for what is in view; `attrs` gains `in_view`: how many candles are.
    """
    if shown is None:
        return merge(bars, missing)
    inside = merge(bars.iloc[shown], missing[shown], SEEN, unmerged=SEEN)
    sides = [slice(0, shown.start), slice(shown.stop, len(bars))]
    before, after = (
        [merge(bars.iloc[side], missing[side], ASIDE, unmerged=ASIDE)]
        if side.stop > side.start
        else []
        for side in sides
    )
    together = pd.concat([*before, inside, *after])
    together.attrs = inside.attrs | {"in_view": len(inside)}
    return together


def _starts(missing: np.ndarray, each: int) -> np.ndarray:
    """Return the first rows of groups of `each` rows, begun anew behind every long hole."""
    rows = np.arange(len(missing))
    if each == 1:
        return rows
    begins = np.where(missing >= each, rows, 0)
    return np.flatnonzero((rows - np.maximum.accumulate(begins)) % each == 0)
