"""Purged and combinatorial cross-validation: sets of days to choose on and to judge by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Positions = NDArray[np.intp]
    Flags = NDArray[np.bool_]

MOST_SPLITS = 100_000
EMBARGO_SHARE = 100
"""The embargo is one day in so many of the period."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One way to divide the days.

    Attributes
    ----------
    number : from 1
    test_folds : which folds are out of sample, from 0
    train, test : positions of their days among `Folds.days`, ascending
    """

    number: int
    test_folds: tuple[int, ...]
    train: Positions
    test: Positions


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Contiguous folds of days, and every choice of some of them as out of sample.

    Iterating gives a `Split` each, in the order of `itertools.combinations`.

    Attributes
    ----------
    days : DatetimeIndex of shape (n_days,), midnight UTC of each date that has a bar
    edges : of shape (n_folds + 1,), the position at which each fold begins, and the end
    test_folds : how many folds a split tests
    purge : days left out on both sides of a test, for positions held across its edge
    embargo : days left out after a test besides
    """

    days: pd.DatetimeIndex
    edges: Positions
    test_folds: int
    purge: int
    embargo: int

    @property
    def folds(self) -> int:
        """How many folds there are."""
        return len(self.edges) - 1

    def __len__(self) -> int:
        return math.comb(self.folds, self.test_folds)

    def __iter__(self) -> Iterator[Split]:
        chosen = combinations(range(self.folds), self.test_folds)
        for number, folds in enumerate(chosen, start=1):
            tested = self._tested(folds)
            train = np.flatnonzero(~tested & ~self._left_out(tested))
            yield Split(number, folds, train, np.flatnonzero(tested))

    @property
    def cuts(self) -> Positions:
        """The positions between which all days are in sample, out of it or left out together.

        From 0 to n_days, both in: the edges, and where a purge or an embargo may begin or end.
        """
        shifts = np.array([-self.purge, 0, self.purge + self.embargo])
        found: Positions = np.unique(np.clip(np.add.outer(self.edges, shifts), 0, len(self.days)))
        return found

    @property
    def paths(self) -> Positions:
        """The splits that test each fold, of shape (n_folds, n_paths), numbered from 1.

        A column is a path: with it every day is out of sample once. One path in plain k-fold.
        """
        tested_by: list[list[int]] = [[] for _ in range(self.folds)]
        chosen = combinations(range(self.folds), self.test_folds)
        for number, folds in enumerate(chosen, start=1):
            for fold in folds:
                tested_by[fold].append(number)
        return np.array(tested_by, dtype=np.intp)

    def __repr__(self) -> str:
        return (
            f"{len(self):,} splits of {len(self.days):,} days in {self.folds} folds, "
            f"{self.test_folds} of them out of sample; purge {self.purge}, embargo "
            f"{self.embargo} days"
        )

    def _tested(self, folds: tuple[int, ...]) -> Flags:
        tested = np.zeros(len(self.days), dtype=bool)
        for fold in folds:
            tested[self.edges[fold] : self.edges[fold + 1]] = True
        return tested

    def _left_out(self, tested: Flags) -> Flags:
        """Return which days lie too near to a test, tests among them."""
        ends = np.concatenate([[0], np.cumsum(tested)])
        at = np.arange(len(tested))
        first = np.maximum(at - self.purge - self.embargo, 0)
        last = np.minimum(at + self.purge + 1, len(tested))
        near: Flags = ends[last] > ends[first]
        return near


def purged_folds(
    stamps: pd.DatetimeIndex | pd.DataFrame | pd.Series,
    *,
    folds: int = 5,
    test_folds: int = 1,
    purge: int = 0,
    embargo: int | None = None,
) -> Folds:
    """Split days for purged k-fold, or, with several test folds, combinatorial purged validation.

    Parameters
    ----------
    stamps : bar starts of shape (n_bars,), ascending, UTC; or a frame that has them as its index
    folds : contiguous folds of n_days // folds days each; the last takes what is left
    test_folds : how many are out of sample at a time; 1 is k-fold
    purge : days; the longest holding time of any combination
    embargo : days; None is 1 % of all days, rounded down

    Returns
    -------
    Folds
        Iterate it for the splits; nothing of them is kept.

    Raises
    ------
    DataError
        The numbers do not fit together, or leave a split nothing to choose on.

    Notes
    -----
    López de Prado (2018), "Advances in Financial Machine Learning", chapters 7 and 12. The
    positions are those of skfolio's CombinatorialPurgedCV(n_folds, n_test_folds, purged_size,
    embargo_size), which refuses one test fold; there they are those of scikit-learn's KFold where
    the folds are of one size.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=12, tz="UTC")
    >>> [split.train.tolist() for split in purged_folds(days, folds=3, purge=1)]
    [[5, 6, 7, 8, 9, 10, 11], [0, 1, 2, 9, 10, 11], [0, 1, 2, 3, 4, 5, 6]]
    """
    index = stamps if isinstance(stamps, pd.DatetimeIndex) else clock.stamps(stamps)
    days = index.normalize().unique()
    margin = len(days) // EMBARGO_SHARE if embargo is None else embargo
    _check(len(days), folds, test_folds, purge, margin)
    edges = np.append(np.arange(folds) * (len(days) // folds), len(days)).astype(np.intp)
    return Folds(days, edges, test_folds, int(purge), int(margin))


def _check(days: int, folds: int, test_folds: int, purge: int, embargo: int) -> None:
    whole = {"folds": folds, "test_folds": test_folds, "purge": purge, "embargo": embargo}
    for name, value in whole.items():
        least = {"folds": 2, "test_folds": 1}.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise DataError(
                f"{name} must be a whole number from {least}; got {value!r}.", **{name: value}
            )
    if test_folds >= folds:
        raise DataError(
            f"test_folds={test_folds} of folds={folds} leave nothing to choose on. Test fewer, or "
            "make more folds.",
            **whole,
        )
    if math.comb(folds, test_folds) > MOST_SPLITS:
        raise DataError(
            f"folds={folds} and test_folds={test_folds} make {math.comb(folds, test_folds):,} "
            f"splits; {MOST_SPLITS:,} are the most. Make fewer folds.",
            **whole,
        )
    if purge + embargo >= days // folds:
        raise DataError(
            f"{days:,} days in {folds} folds are {days // folds} days a fold, and purge={purge} "
            f"and embargo={embargo} together take them all. Make fewer folds, or take a longer "
            "period.",
            days=days,
            **whole,
        )
