"""The loops over all splits of sixteen blocks, compiled; imported only when PBO is computed.

A set of blocks is a number of sixteen bits. The sums of the lower and of the upper eight bits are
tabled once a chunk of combinations, so that a set costs one addition instead of eight.

numba's cache watches this file only, so everything a loop calls stands in it.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201 - compiled: numba infers the types

from __future__ import annotations

import math

import numpy as np
from numba import njit

HALF = 8
SUBSETS = 1 << HALF
CHUNK = 64  # combinations at once: two tables of 400 kB, which a core keeps near
TINY = 1e-10  # sharpe_tests.NO_DISPERSION


@njit(cache=True, error_model="numpy")
def sharpe_of(count, total, square):
    """Return mean / deviation (ddof 1) of the returns with these sums; 0 without dispersion."""
    mean = total / count
    away = square - total * mean
    ratio = mean / math.sqrt(away / (count - 1.0))
    return ratio if count > 1.0 and away > TINY * square else 0.0


@njit(cache=True, error_model="numpy")
def fill_table(sums, start, size, block, table):
    """Table n, Σr and Σr² of every subset of eight blocks from `block` on, a combination each."""
    for power in range(3):
        for k in range(size):
            table[0, power, k] = 0.0
    for subset in range(1, SUBSETS):
        lowest = 0
        while not (subset >> lowest) & 1:
            lowest += 1
        rest = subset & (subset - 1)
        for power in range(3):
            for k in range(size):
                table[subset, power, k] = (
                    table[rest, power, k] + sums[start + k, block + lowest, power]
                )


@njit(cache=True, error_model="numpy")
def fill_sharpes(low, high, size, chosen, sharpes):
    """Write the Sharpe ratios of a set of blocks, for the combinations of the tables."""
    near, far = low[chosen & (SUBSETS - 1)], high[chosen >> HALF]
    for k in range(size):
        sharpes[k] = sharpe_of(
            near[0, k] + far[0, k], near[1, k] + far[1, k], near[2, k] + far[2, k]
        )


@njit(cache=True, error_model="numpy")
def winners(sums, chosen):
    """Return, a set of blocks, the first combination with the highest Sharpe ratio in it."""
    combinations, splits = len(sums), len(chosen)
    best = np.full(splits, -np.inf)
    winner = np.zeros(splits, np.int64)
    low, high = np.zeros((SUBSETS, 3, CHUNK)), np.zeros((SUBSETS, 3, CHUNK))
    sharpes = np.zeros(CHUNK)
    for start in range(0, combinations, CHUNK):
        size = min(CHUNK, combinations - start)
        fill_table(sums, start, size, 0, low)
        fill_table(sums, start, size, HALF, high)
        for split in range(splits):
            fill_sharpes(low, high, size, chosen[split], sharpes)
            for k in range(size):
                if sharpes[k] > best[split]:
                    best[split] = sharpes[k]
                    winner[split] = start + k
    return winner


@njit(cache=True, error_model="numpy")
def own_sharpes(sums, chosen, winner):
    """Return, a set of blocks, the Sharpe ratio in it of the combination named for it."""
    found = np.zeros(len(chosen))
    low, high = np.zeros((SUBSETS, 3, 1)), np.zeros((SUBSETS, 3, 1))
    one = np.zeros(1)
    last = -1
    for split in np.argsort(winner):
        if winner[split] != last:
            last = winner[split]
            fill_table(sums, last, 1, 0, low)
            fill_table(sums, last, 1, HALF, high)
        fill_sharpes(low, high, 1, chosen[split], one)
        found[split] = one[0]
    return found


@njit(cache=True, error_model="numpy")
def ranks(sums, chosen, winner):
    """Return, a set of blocks, the average rank in it, from 1, of the combination named for it."""
    combinations, splits = len(sums), len(chosen)
    own = own_sharpes(sums, chosen, winner)
    lower, same = np.zeros(splits, np.int64), np.zeros(splits, np.int64)
    low, high = np.zeros((SUBSETS, 3, CHUNK)), np.zeros((SUBSETS, 3, CHUNK))
    sharpes = np.zeros(CHUNK)
    for start in range(0, combinations, CHUNK):
        size = min(CHUNK, combinations - start)
        fill_table(sums, start, size, 0, low)
        fill_table(sums, start, size, HALF, high)
        for split in range(splits):
            fill_sharpes(low, high, size, chosen[split], sharpes)
            mine = own[split]
            below, equal = 0, 0
            for k in range(size):
                below += sharpes[k] < mine
                equal += sharpes[k] == mine
            lower[split] += below
            same[split] += equal
    return lower + (same + 1) / 2.0
