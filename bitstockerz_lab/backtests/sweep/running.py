"""Running sums of what a symbol's holder gets, compiled; `all_in` takes differences of them.

Each is a pair: the sum, and what rounding has left out of it (Knuth's two-sum). So the difference
of two is as exact as if the days between were added up alone; nothing is lost in the large sum.
"""

# ruff: noqa: ANN001, ANN202, ANN201 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

ONE, TWO, THREE, FOUR, DOWN, JOINT = range(6)
"""The sums of daily returns: r, r², r³, r⁴, min(r, 0)² and r·market."""
LEAST_PRICE, MOST_PRICE, LEAST_MOVE = 1e-50, 1e50, 1e-12
LEVELS = 3
"""Lowest and highest closes are of the next 4, 16 and 64 bars."""
NONE = (
    np.empty((0, 2, 6)),
    np.empty((0, 2, 1)),
    np.empty((LEVELS, 0)),
    np.empty((LEVELS, 0)),
    np.empty(0),
    np.empty(0, np.int64),
)
"""The running sums of no bars."""


@njit(error_model="numpy", nogil=True)
def _add(sums, at, place, value):
    """Write the sum up to and with `at`."""
    before = sums[at, 0, place]
    total = before + value
    back = total - before
    sums[at + 1, 0, place] = total
    sums[at + 1, 1, place] = sums[at, 1, place] + ((before - (total - back)) + (value - back))


@njit(error_model="numpy", nogil=True)
def between(sums, first, stop, place):
    """Return the sum from `first` to before `stop`."""
    whole = sums[stop, 0, place] - sums[first, 0, place]
    return whole + (sums[stop, 1, place] - sums[first, 1, place])


@njit(error_model="numpy", nogil=True)
def _extremes(close):
    """Return the lowest and the highest of the 4, 16 and 64 closes from each bar on."""
    n = len(close)
    low, high = np.empty((LEVELS, n)), np.empty((LEVELS, n))
    for level in range(LEVELS):
        step = 4**level
        for t in range(n):
            lowest = highest = close[t]
            for at in range(t, min(t + 4 * step, n), step):
                lowest = min(lowest, low[level - 1, at] if level else close[at])
                highest = max(highest, high[level - 1, at] if level else close[at])
            low[level, t], high[level, t] = lowest, highest
    return low, high


@njit(cache=True, error_model="numpy", nogil=True)
def running_sums(close, calendar):
    """Return what `all_in` takes of closes that are all there, with the calendar of `tally`.

    The sums of daily returns before each day, of shape (n_days + 1, 2, 6), the first day's, which
    has no close before it, being 0; the sums of closes before each bar, of shape
    (n_bars + 1, 2, 1); the lowest and the highest closes from each bar on, of shape
    (LEVELS, n_bars) each; the daily returns; each day's block. Eight numbers a bar, 14 a day.
    """
    ends, _, _, market, edges = calendar
    days, n = len(ends), len(close)
    daily, held = np.zeros((days + 1, 2, 6)), np.zeros((n + 1, 2, 1))
    own, block_of = np.zeros(days), np.zeros(days, np.int64)
    for day in range(days):
        value = close[ends[day]] / close[ends[day - 1]] - 1.0 if day else 0.0
        square, worse = value * value, min(value, 0.0)
        own[day] = value
        _add(daily, day, ONE, value)
        _add(daily, day, TWO, square)
        _add(daily, day, THREE, square * value)
        _add(daily, day, FOUR, square * square)
        _add(daily, day, DOWN, worse * worse)
        _add(daily, day, JOINT, value * market[day])
    for bar in range(n):
        _add(held, bar, 0, close[bar])
    for block in range(len(edges) - 1):
        block_of[edges[block] : edges[block + 1]] = block
    low, high = _extremes(close)
    return daily, held, low, high, own, block_of


@njit(cache=True, error_model="numpy", nogil=True)
def sane(open_, close, ends):
    """Return whether no price tests rounding.

    Prices so large or small overflow in sums; moves from day to day so small are rounding itself.
    """
    for t in range(len(close)):
        low, high = min(open_[t], close[t]), max(open_[t], close[t])
        if not (low > LEAST_PRICE and high < MOST_PRICE):
            return False
    for day in range(1, len(ends)):
        before, now = close[ends[day - 1]], close[ends[day]]
        if now != before and not abs(now - before) > LEAST_MOVE * now:
            return False
    return True
