"""Functions a strategy may be made of, as they stand in a person's file."""

from __future__ import annotations

import functools
from math import sqrt

import numpy as np
import pandas as pd  # noqa: TC002 - as a person writes it
import scipy.signal

BAND = 2.5
NAMES = {"close": ("close", [1, -2.0, float("inf"), None, True]), "set": {3, 1, 2}}


def spread(column: pd.Series, n, k=BAND):
    """The width of a band."""
    return column.rolling(n).std() * (k / sqrt(k * k))


def counted(n):
    return n if n <= 0 else counted(n - 1)


@functools.cache
def doubled(n):
    return 2 * n


halved = sqrt


def mean_reversion(bars: pd.DataFrame, n, width=2.0):
    # bought below the band
    column = bars[NAMES["close"][0]]
    middle = column.rolling(n).mean()
    return {
        "enter": column < middle - width * spread(column, n),
        "leave": column > middle,
    }


def all_kinds(bars, n=3):
    smooth = scipy.signal.lfilter([1.0], [1.0], bars["close"])
    far = np.linalg.norm([1.0]) + doubled(n) + counted(n) + halved(4.0)
    return {"enter": smooth > far, "leave": [one * 2 for one in np.zeros(3)] and smooth < far}
