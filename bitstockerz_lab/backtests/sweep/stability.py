"""How each combination's score stands among those of its neighbours in the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

PAIRS = 4_000_000
"""Pairs of neighbours that are held at a time."""

HALF = 0.5
MOST = 0.75
"""Shares of the places within reach: with a score, and tried."""


def stability(
    parameters: Mapping[str, NDArray[np.float64]],
    scores: NDArray[np.float64],
    *,
    reach: int = 1,
    more_is_better: bool = True,
) -> pd.DataFrame:
    """Return each combination's score beside those of its neighbours.

    The values tried of a parameter, in order, are its steps. Neighbours of a combination are the
    others that lie at most `reach` steps away in every parameter.

    Parameters
    ----------
    parameters : arrays of shape (n_combinations,) by name
    scores : array of shape (n_combinations,), NaN where there is none
    reach : steps, at least 1
    more_is_better : False where the lowest score is the best

    Returns
    -------
    DataFrame of shape (n_combinations, 8)
        score; neighbours (how many were tried); tried_share, of the places within reach, those
        beyond the edge of the grid included, 0 to 1; scored_share, the same of those with a score;
        neighbours_median and neighbours_worst of their scores, NaN without any; ahead: how much
        better the score is than that median, positive always being better; neighbourhood: the
        median of its own score and theirs, of an even number the worse one in the middle.

    Raises
    ------
    DataError
        `reach` is below 1.

    Notes
    -----
    A parameter of a single value has no steps and counts for nothing. What is far ahead of its
    neighbours is a lonely peak: found by luck more often than not.

    Examples
    --------
    >>> stability({"fast": np.array([5, 10, 20])}, np.array([1.0, 3.0, 1.2]))["ahead"].tolist()
    [-2.0, 1.9, -1.8]
    """
    if not isinstance(reach, int) or reach < 1:
        raise DataError(f"reach is {reach!r}. Give a whole number of steps, 1 or more.")
    steps = [np.unique(values, return_inverse=True)[1] for values in parameters.values()]
    # many values first: it leaves the fewest pairs to look at
    steps = sorted((one for one in steps if one.max(initial=0)), key=lambda one: -one.max())
    places = (2 * reach + 1) ** len(steps) - 1
    sides = scores if more_is_better else -scores
    found = np.full((len(scores), 5), np.nan)
    block = max(1, PAIRS // max(1, min(places, len(scores))))
    for first in range(0, len(scores), block):
        rows = np.arange(first, min(first + block, len(scores)))
        found[rows] = _summary(*_pairs(steps, rows, reach), sides, rows)
    median, worst, around = (found[:, 2:] if more_is_better else -found[:, 2:]).T
    return pd.DataFrame(
        {
            "score": scores,
            "neighbours": found[:, 0].astype(int),
            "tried_share": found[:, 0] / max(places, 1),
            "scored_share": found[:, 1] / max(places, 1),
            "neighbours_median": median,
            "neighbours_worst": worst,
            "ahead": sides - found[:, 2],
            "neighbourhood": around,
        }
    )


def plateau(found: pd.DataFrame, *, more_is_better: bool = True) -> int | None:
    """Return the position of the combination whose `neighbourhood` is best.

    Only those count of whose places within reach at least half have a score: what is hardly looked
    at is no plateau. While there are such of which at least three quarters were tried, only those
    count: the median of few neighbours at an edge comes out best by chance. Of equal ones, the one
    with the best score of its own, then the first. None where there is none.

    Parameters
    ----------
    found : as `stability` gives it
    more_is_better : as there
    """
    around, scores = found["neighbourhood"].to_numpy(), found["score"].to_numpy()
    counts = ~np.isnan(around) & (found["scored_share"].to_numpy() >= HALF)
    inner = counts & (found["tried_share"].to_numpy() >= MOST)
    known = np.flatnonzero(inner if inner.any() else counts)
    if not len(known):
        return None
    sign = -1.0 if more_is_better else 1.0
    return int(known[np.lexsort((sign * scores[known], sign * around[known]))[0]])


def _pairs(
    steps: list[NDArray[np.int64]], rows: NDArray[np.int64], reach: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and their neighbours, as positions; of equal combinations the first stands.

    Parameter by parameter, a row is paired with the beginnings of combinations that are still near.
    """
    if not steps:
        return rows[:0], rows[:0]
    groups, members = np.zeros(len(steps[0]), np.int64), rows[:0]
    near, group = rows, np.zeros(len(rows), np.int64)
    for step in steps:
        wide = int(step.max()) + 1 + 2 * reach
        known, members, inverse = np.unique(
            groups * wide + step + reach, return_index=True, return_inverse=True
        )
        found = list(_matches(known, group * wide + step[near] + reach, reach))
        near = np.concatenate([near[met] for met, _ in found])
        group, groups = np.concatenate([at for _, at in found]), inverse
    other = groups[near] != group
    return near[other], members[group[other]]


def _matches(
    known: NDArray[np.int64], keys: NDArray[np.int64], reach: int
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Yield, for each offset, which keys have somebody there, and whom."""
    for offset in range(-reach, reach + 1):
        at = np.minimum(np.searchsorted(known, keys + offset), len(known) - 1)
        met = known[at] == keys + offset
        yield met, at[met]


def _summary(
    near: NDArray[np.int64],
    others: NDArray[np.int64],
    scores: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return of each row: neighbours tried, those with a score, their median, least, and with it.

    The last is the median of the row and its neighbours, the lower one of two.
    """
    tried = np.bincount(near - rows[0], minlength=len(rows))
    has = ~np.isnan(scores[others])
    at, values = near[has] - rows[0], scores[others[has]]
    order = np.lexsort((values, at))
    values = values[order]
    counts = np.bincount(at, minlength=len(rows))
    starts = np.cumsum(counts) - counts
    result = np.full((len(rows), 5), np.nan)
    result[:, 0], result[:, 1] = tried, counts
    some, first, many = counts > 0, starts[counts > 0], counts[counts > 0]
    result[some, 2] = (values[first + (many - 1) // 2] + values[first + many // 2]) / 2
    result[some, 3] = values[first]
    # one more value among sorted ones moves the lower median by at most one place
    below = np.where(many > 1, values[first + np.maximum(many // 2 - 1, 0)], -np.inf)
    above = values[first + many // 2]
    own = scores[rows]
    result[:, 4] = own
    result[some, 4] = np.minimum(np.maximum(own[some], below), above)
    return result
