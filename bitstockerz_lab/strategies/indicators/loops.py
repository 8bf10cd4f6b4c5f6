"""The loops of the indicators, compiled; imported only when one of theirs is computed.

A moving window is summed without ever taking a value out again. Every `period` bars there is a
boundary; a window that straddles it is the sum of the bars before it (a suffix, summed backwards
once) and of those from it on (a prefix, summed as the bars come). That costs two additions a bar
whatever the period, leaves no rounding behind from bars that have left the window, and makes a NaN
spoil the windows it is in and no other. Values are counted from the boundary's own, which lies in
every window that straddles it: a window of equal values has a mean of exactly that value and a
deviation of exactly 0, and little cancels elsewhere.

numba's cache watches this file only, so everything a loop calls stands in it.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def window_moments(values, period):
    """Return mean and population variance of the last `period` values."""
    n = len(values)
    mean = np.full(n, np.nan)
    variance = np.full(n, np.nan)
    sums = np.zeros(period)
    squares = np.zeros(period)
    for boundary in range(0, n, period):
        origin = values[boundary]
        for k in range(1, min(period, boundary + 1)):
            far = values[boundary - k] - origin
            sums[k] = sums[k - 1] + far
            squares[k] = squares[k - 1] + far * far
        total = 0.0
        square = 0.0
        for i in range(boundary, min(boundary + period, n)):
            far = values[i] - origin
            total += far
            square += far * far
            if i >= period - 1:
                before = period - 1 - (i - boundary)
                first = (total + sums[before]) / period
                second = (square + squares[before]) / period
                mean[i] = origin + first
                variance[i] = max(second - first * first, 0.0) if second == second else np.nan  # noqa: PLR0124 - NaN is not itself
    return mean, variance


@njit(cache=True)
def weighted_mean(values, weights, period):
    """Return the mean of the last `period` values, each by its weight; NaN where all weigh 0."""
    n = len(values)
    mean = np.full(n, np.nan)
    sums = np.zeros(period)
    loads = np.zeros(period)
    for boundary in range(0, n, period):
        origin = values[boundary]
        for k in range(1, min(period, boundary + 1)):
            weight = weights[boundary - k]
            sums[k] = sums[k - 1] + weight * (values[boundary - k] - origin)
            loads[k] = loads[k - 1] + weight
        total = 0.0
        load = 0.0
        for i in range(boundary, min(boundary + period, n)):
            total += weights[i] * (values[i] - origin)
            load += weights[i]
            if i >= period - 1:
                before = period - 1 - (i - boundary)
                weight = load + loads[before]
                if weight != 0.0:
                    mean[i] = origin + (total + sums[before]) / weight
    return mean


@njit(cache=True)
def window_trend(values, period):
    """Return mean of the last `period` values, and the sum of value × (bar − middle bar)."""
    n = len(values)
    mean = np.full(n, np.nan)
    moment = np.full(n, np.nan)
    sums = np.zeros(period)
    turns = np.zeros(period)
    for boundary in range(0, n, period):
        origin = values[boundary]
        for k in range(1, min(period, boundary + 1)):
            far = values[boundary - k] - origin
            sums[k] = sums[k - 1] + far
            turns[k] = turns[k - 1] - k * far
        total = 0.0
        turn = 0.0
        for i in range(boundary, min(boundary + period, n)):
            j = i - boundary
            far = values[i] - origin
            total += far
            turn += j * far
            if i >= period - 1:
                before = period - 1 - j
                whole = total + sums[before]
                mean[i] = origin + whole / period
                moment[i] = turn + turns[before] - (j - (period - 1) / 2) * whole
    return mean, moment


@njit(cache=True)
def co_moments(left, right, period):
    """Return variances and covariance of the last `period` values of two columns."""
    n = len(left)
    found = np.full((3, n), np.nan)
    kept = np.zeros((5, period))
    for boundary in range(0, n, period):
        for k in range(1, min(period, boundary + 1)):
            x = left[boundary - k] - left[boundary]
            y = right[boundary - k] - right[boundary]
            kept[0, k] = kept[0, k - 1] + x
            kept[1, k] = kept[1, k - 1] + y
            kept[2, k] = kept[2, k - 1] + x * x
            kept[3, k] = kept[3, k - 1] + y * y
            kept[4, k] = kept[4, k - 1] + x * y
        sx = sy = sxx = syy = sxy = 0.0
        for i in range(boundary, min(boundary + period, n)):
            x = left[i] - left[boundary]
            y = right[i] - right[boundary]
            sx += x
            sy += y
            sxx += x * x
            syy += y * y
            sxy += x * y
            if i >= period - 1:
                k = period - 1 - (i - boundary)
                mx = (sx + kept[0, k]) / period
                my = (sy + kept[1, k]) / period
                found[0, i] = (sxx + kept[2, k]) / period - mx * mx
                found[1, i] = (syy + kept[3, k]) / period - my * my
                found[2, i] = (sxy + kept[4, k]) / period - mx * my
    return found[0], found[1], found[2]


@njit(cache=True)
def mean_deviation(values, mean, period):
    """Return the mean distance of the last `period` values from their mean."""
    n = len(values)
    found = np.full(n, np.nan)
    fours = period // 4 * 4
    for i in range(period - 1, n):
        middle = mean[i]
        first = i - period + 1
        a = b = c = d = 0.0  # four sums, which the processor adds to at once
        for k in range(first, first + fours, 4):
            a += abs(values[k] - middle)
            b += abs(values[k + 1] - middle)
            c += abs(values[k + 2] - middle)
            d += abs(values[k + 3] - middle)
        for k in range(first + fours, i + 1):
            a += abs(values[k] - middle)
        found[i] = ((a + b) + (c + d)) / period
    return found


@njit(cache=True)
def smoothed(values, period, weight):
    """Return previous + weight × (value − previous), seeded with the mean of the first `period`.

    A NaN is passed over: NaN there, and the next value follows the last that was there.
    """
    n = len(values)
    found = np.full(n, np.nan)
    seen = 0
    origin = 0.0
    average = 0.0
    for i in range(n):
        value = values[i]
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


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True)
def bars_since_highest(values, period):
    """Return how many bars ago the largest of the last `period` values was, the newest of equals.

    Kept are the bars that may still become the largest: each larger than all that follow it.
    """
    n = len(values)
    found = np.full(n, np.nan)
    kept = np.empty(n, np.int64)
    first = 0
    last = -1
    for i in range(n):
        while last >= first and values[kept[last]] <= values[i]:
            last -= 1
        last += 1
        kept[last] = i
        if kept[first] <= i - period:
            first += 1
        if i >= period - 1:
            found[i] = i - kept[first]
    return found
