"""The loops in which a value follows from the one before, compiled; imported when one is computed.

Such a loop waits for its last value at each bar. So averages that belong to one indicator are taken
side by side: the processor computes one while it waits for the other, and no column is made on the
way.

numba's cache watches this file only, so everything a loop calls stands in it.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

compiled = njit(cache=True, error_model="numpy", nogil=True)  # x / 0 is no error: checks are slow
NOTHING = 1e-290  # what underflow leaves of 0; see `entry.ratio`


@compiled
def smoothed(values, period, weight):
    """Return previous + weight × (value − previous), seeded with the mean of the first `period`.

    A NaN is passed over: NaN there, and the next value follows the last that was there.
    """
    n = len(values)
    found = np.empty(n)
    seen = 0
    origin = 0.0
    average = 0.0
    for i in range(n):
        value = values[i]
        found[i] = np.nan
        if value != value:  # noqa: PLR0124 - NaN is not itself
            continue
        if seen >= period:
            average = value if weight >= 1.0 else average + weight * (value - average)
        else:
            origin = value if seen == 0 else origin
            average += value - origin
            seen += 1
            if seen < period:
                continue
            average = origin + average / period
        found[i] = average
    return found


@compiled
def exponentials(values, periods, rows, first, lead) -> None:
    """Write the EMA of each period into a row, from row `first` and column `lead` on."""
    for k in range(len(periods)):
        weight = 2.0 / (periods[k] + 1)
        rows[first + k, lead : lead + len(values)] = smoothed(values, periods[k], weight)


@compiled
def strength(values, period):
    """Return 100 × gain / (gain + loss), Wilder's averages of the changes; NaN where both are 0.

    The averages are `smoothed` of the gains and of the losses, side by side.
    """
    n = len(values)
    found = np.full(n, np.nan)
    weight = 1.0 / period
    first_gain = 0.0
    first_loss = 0.0
    gain = 0.0
    loss = 0.0
    for i in range(1, n):
        change = values[i] - values[i - 1]
        up = max(change, 0.0)
        down = max(-change, 0.0)
        if i > period:
            gain = up if weight >= 1.0 else gain + weight * (up - gain)
            loss = down if weight >= 1.0 else loss + weight * (down - loss)
        else:
            if i == 1:
                first_gain = up
                first_loss = down
            gain += up - first_gain
            loss += down - first_loss
            if i < period:
                continue
            gain = first_gain + gain / period
            loss = first_loss + loss / period
        whole = gain + loss
        if abs(whole) >= NOTHING:
            found[i] = 100.0 * (gain / whole)
    return found


@compiled
def strengths(values, periods, rows, first, lead) -> None:
    """Write `strength` of each period into a row, from row `first` and column `lead` on."""
    for k in range(len(periods)):
        rows[first + k, lead : lead + len(values)] = strength(values, periods[k])


@compiled
def convergence(values, fast, slow, signal, place):  # noqa: C901, PLR0912 - three averages side by side
    """Return MACD's line (place 0), signal (1) or histogram (2), each average as `smoothed`.

    Of gapless values.
    """
    n = len(values)
    found = np.full(n, np.nan)
    weights = (2.0 / (fast + 1), 2.0 / (slow + 1), 2.0 / (signal + 1))
    first = max(fast, slow) - 1
    near = 0.0
    far = 0.0
    origin = 0.0
    average = 0.0
    for i in range(n):
        value = values[i]
        if i >= fast:
            near = value if weights[0] >= 1.0 else near + weights[0] * (value - near)
        else:
            near += value - values[0]
            if i == fast - 1:
                near = values[0] + near / fast
        if i >= slow:
            far = value if weights[1] >= 1.0 else far + weights[1] * (value - far)
        else:
            far += value - values[0]
            if i == slow - 1:
                far = values[0] + far / slow
        if i < first:
            continue
        between = near - far
        if place == 0:
            found[i] = between
        if i >= first + signal:
            average = between if weights[2] >= 1.0 else average + weights[2] * (between - average)
        else:
            origin = between if i == first else origin
            average += between - origin
            if i < first + signal - 1:
                continue
            average = origin + average / signal
        if place > 0:
            found[i] = average if place == 1 else between - average
    return found


@compiled
def adaptive(values, efficiency, fast, slow):
    """Return Kaufman's average: the closer efficiency is to 1, the nearer its weight to `fast`."""
    n = len(values)
    found = np.full(n, np.nan)
    average = np.nan
    for i in range(1, n):
        if efficiency[i] != efficiency[i]:
            continue
        if average != average:  # noqa: PLR0124 - NaN is not itself
            average = values[i - 1]
        weight = efficiency[i] * (fast - slow) + slow
        average += weight * weight * (values[i] - average)
        found[i] = average
    return found


@compiled
def super_trend(middle, width, close):
    """Return the trailing band and its side: 1 below a rising market, −1 above a falling one."""
    n = len(close)
    value = np.full(n, np.nan)
    side = np.full(n, np.nan)
    upper = np.nan
    lower = np.nan
    rising = True
    for i in range(n):
        if width[i] != width[i]:
            continue
        top = middle[i] + width[i]
        floor = middle[i] - width[i]
        if upper != upper:  # noqa: PLR0124 - NaN is not itself
            rising = close[i] >= middle[i]
            upper = top
            lower = floor
        if top < upper or close[i - 1] > upper:
            upper = top
        if floor > lower or close[i - 1] < lower:
            lower = floor
        rising = close[i] > (lower if rising else upper)
        value[i] = lower if rising else upper
        side[i] = 1.0 if rising else -1.0
    return value, side


@compiled
def session_mean(values, weights, session):
    """Return the weighted mean since the session began; NaN until something weighs."""
    n = len(values)
    found = np.full(n, np.nan)
    origin = 0.0
    total = 0.0
    load = 0.0
    for i in range(n):
        if i == 0 or session[i] != session[i - 1]:
            origin = values[i]
            total = 0.0
            load = 0.0
        total += weights[i] * (values[i] - origin)
        load += weights[i]
        if load != 0.0:
            found[i] = origin + total / load
    return found
