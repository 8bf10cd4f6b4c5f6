"""Long histories in as many marks as a screen shows: points of a line, candles of several bars."""

from __future__ import annotations

from itertools import pairwise

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
    if len(frame) <= max(points, unthinned):
        return frame
    stretches = max(1, (points - 2) // (2 * frame.shape[1]))
    edges = np.linspace(0, len(frame), stretches + 1).astype(np.int64)
    kept = [0, len(frame) - 1]
    for column in frame.to_numpy(dtype=np.float64).T:
        missing = np.isnan(column)
        for values, pick in (
            (np.where(missing, -np.inf, column), np.argmax),
            (np.where(missing, np.inf, column), np.argmin),
        ):
            kept.extend(first + int(pick(values[first:last])) for first, last in pairwise(edges))
    return frame.iloc[np.unique(kept)]


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


def _starts(missing: np.ndarray, each: int) -> np.ndarray:
    """Return the first rows of groups of `each` rows, begun anew behind every long hole."""
    rows = np.arange(len(missing))
    if each == 1:
        return rows
    begins = np.where(missing >= each, rows, 0)
    return np.flatnonzero((rows - np.maximum.accumulate(begins)) % each == 0)
