"""The loops over moving windows, compiled; imported only when one of theirs is computed.

A moving window is summed without ever taking a value out again. Every `period` bars there is a
boundary; a window that straddles it is the sum of the bars before it (a suffix, summed backwards
once) and of those from it on (a prefix, summed as the bars come). That costs two additions a bar
whatever the period, leaves no rounding behind from bars that have left the window, and makes a NaN
spoil the windows it is in and no other. Values are counted from the boundary's own, which lies in
every window that straddles it: a window of equal values has a mean of exactly that value and a
deviation of exactly 0, and little cancels elsewhere.

Both sums of a boundary are made in one loop, since the processor adds to several at once, and put
together in another without a condition, which it does for several bars at once.

numba's cache watches this file only, so everything a loop calls stands in it.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

compiled = njit(cache=True, error_model="numpy", nogil=True)  # x / 0 is no error: checks are slow


@compiled
def _add_up(ahead, behind, since, before) -> None:
    """Sum the distances from a boundary, and their squares: from it on, and backwards from it."""
    origin = ahead[0]
    last = len(behind) - 1
    period = since.shape[1]
    total = 0.0
    square = 0.0
    earlier = 0.0
    squares = 0.0
    for j in range(period):
        if j < len(ahead):
            far = ahead[j] - origin
            total += far
            square += far * far
            since[0, j] = total
            since[1, j] = square
        if j <= last:
            far = behind[last - j] - origin
            earlier += far
            squares += far * far
            before[0, period - 1 - j] = earlier
            before[1, period - 1 - j] = squares


@compiled
def window_moments(values, period):
    """Return mean and population variance of the last `period` values."""
    n = len(values)
    mean = np.empty(n)
    variance = np.empty(n)
    since = np.zeros((2, period))
    before = np.zeros((2, period))
    for boundary in range(0, n, period):
        ahead = values[boundary : boundary + period]
        behind = values[max(boundary - period + 1, 0) : boundary + 1]
        middle = mean[boundary : boundary + period]
        spread = variance[boundary : boundary + period]
        _add_up(ahead, behind, since, before)
        origin = values[boundary]
        for j in range(len(ahead)):
            first = (since[0, j] + before[0, j]) / period
            left = (since[1, j] + before[1, j]) / period - first * first
            middle[j] = origin + first
            spread[j] = 0.0 if left < 0.0 else left  # noqa: FURB136 - max(NaN, 0.0) may be 0
    mean[: period - 1] = np.nan
    variance[: period - 1] = np.nan
    return mean, variance


@compiled
def window_band(values, period, times):
    """Return mean + times × standard deviation as of `window_moments`, in one go."""
    n = len(values)
    band = np.empty(n)
    since = np.zeros((2, period))
    before = np.zeros((2, period))
    for boundary in range(0, n, period):
        ahead = values[boundary : boundary + period]
        behind = values[max(boundary - period + 1, 0) : boundary + 1]
        found = band[boundary : boundary + period]
        _add_up(ahead, behind, since, before)
        origin = values[boundary]
        for j in range(len(ahead)):
            first = (since[0, j] + before[0, j]) / period
            left = (since[1, j] + before[1, j]) / period - first * first
            spread = np.sqrt(0.0 if left < 0.0 else left)  # noqa: FURB136 - max(NaN, 0.0) may be 0
            found[j] = origin + first + times * spread
    band[: period - 1] = np.nan
    return band


@compiled
def window_mean(values, period):
    """Return the mean of the last `period` values, the same as that of `window_moments`."""
    n = len(values)
    mean = np.empty(n)
    before = np.zeros(period)
    since = np.zeros(period)
    for boundary in range(0, n, period):
        ahead = values[boundary : boundary + period]
        behind = values[max(boundary - period + 1, 0) : boundary + 1]
        found = mean[boundary : boundary + period]
        origin = values[boundary]
        total = 0.0
        earlier = 0.0
        last = len(behind) - 1
        for j in range(period):
            if j < len(ahead):
                total += ahead[j] - origin
                since[j] = total
            if j <= last:
                earlier += behind[last - j] - origin
                before[period - 1 - j] = earlier
        for j in range(len(ahead)):
            found[j] = origin + (since[j] + before[j]) / period
    mean[: period - 1] = np.nan
    return mean


@compiled
def window_means(values, periods, rows, first, lead) -> None:
    """Write `window_mean` of each period into a row, from row `first` and column `lead` on."""
    for k in range(len(periods)):
        rows[first + k, lead : lead + len(values)] = window_mean(values, periods[k])


@compiled
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


@compiled
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


@compiled
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


@compiled
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


@compiled
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
