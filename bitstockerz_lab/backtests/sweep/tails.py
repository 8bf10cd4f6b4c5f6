"""The 5th and 95th percentile of returns without sorting them, compiled."""

# ruff: noqa: ANN001, ANN202, ANN201 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit, uint64

SHARE = 0.05
FEW = 16
"""So many returns are sorted at last."""
MOST_STEPS = 60


@njit(error_model="numpy", nogil=True)
def _below(returns, days, sign, level):
    """Count the returns, times `sign`, that are below a level."""
    count = 0
    for day in range(uint64(days)):
        count += sign * returns[day] < level
    return count


@njit(error_model="numpy", nogil=True)
def _bracket(returns, days, sign, rank, guess):
    """Return two levels with few returns between, the rank's among them.

    Also how many are below the lower one.
    """
    below, at_zero = _below(returns, days, sign, 0.0), _below(returns, days, sign, 5e-324)
    if below <= rank < at_zero:
        return 0.0, 5e-324, below
    low, high, under, over = -np.inf, np.inf, 0, days
    if rank < below:
        high, over = 0.0, below
    else:
        low, under = 5e-324, at_zero
    level = guess
    for step in range(MOST_STEPS):
        if over - under <= FEW:
            break
        if low < level < high:
            count = _below(returns, days, sign, level)
            if count <= rank:
                low, under = level, count
            else:
                high, over = level, count
        if np.isinf(low) or np.isinf(high):  # the other side of the guess, ever further away
            width = max(abs(guess), 1e-6) * 0.1 * 2.0**step
            level = high - width if np.isinf(low) else low + width
        elif step % 3 == 2:  # noqa: PLR2004 - every third is the middle, so that it ends
            level = 0.5 * (low + high)
        else:
            level = low + (high - low) * (rank + 0.5 - under) / (over - under)
    return low, high, under


@njit(error_model="numpy", nogil=True)
def tail(returns, days, sign, guess):
    """Return the 5th percentile of the returns times `sign`, between the nearest two as numpy does.

    `guess` is where to begin; what is found depends on it in no way.
    """
    place = SHARE * (days - 1)
    rank = int(place)
    low, high, under = _bracket(returns, days, sign, rank, guess)
    between = np.empty(days)
    count, following = 0, np.inf
    for day in range(uint64(days)):
        value = sign * returns[day]
        if value >= low:
            if value < high:
                between[count] = value
                count += 1
            else:
                following = min(following, value)
    some = np.sort(between[:count])
    first = some[rank - under]
    second = some[rank - under + 1] if rank - under + 1 < count else following
    return first + (place - rank) * (second - first) if place > rank else first
