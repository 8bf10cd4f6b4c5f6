"""A function that numba compiles, and one that uses it."""

from __future__ import annotations

import numba


@numba.njit
def above(values, n):
    return values > n


def rules(bars, n=3):
    return {"enter": above(bars["close"].to_numpy(), n)}
