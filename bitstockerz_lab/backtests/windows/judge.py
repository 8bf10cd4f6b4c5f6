"""Cross-validation of combinations: choose on the days in sample, judge by the days out of it.

Only sums of daily returns are kept, of the stretches of days that folds can tell apart: some 50 of
them, whatever the number of days.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest.sharpe_tests import NO_DISPERSION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.windows.folds import Folds

    Numbers = NDArray[np.float64]

JUDGED = ("test_folds", "chosen", "in_sample", "out_of_sample", "train_days", "test_days")
POWERS = 3
"""n, Σr, Σr²."""


def stretch_sums(returns: Numbers, folds: Folds) -> Numbers:
    """Return n, Σr and Σr² of each stretch of days between two of `folds.cuts`.

    Parameters
    ----------
    returns : shape (n_combinations, n_days)
        Daily returns of one simulation of the whole period a combination. NaN, a day after ruin,
        is in no sum.
    folds : of the same days

    Returns
    -------
    Array of shape (n_stretches, 3, n_combinations)
        Those of several blocks of combinations are joined along the last axis.

    Raises
    ------
    DataError
        The returns are not one a day of the folds.
    """
    days = len(folds.days)
    if returns.ndim != 2 or returns.shape[1] != days:  # noqa: PLR2004 - combinations × days
        raise DataError(
            f"Returns of shape {returns.shape} are not those of {days:,} days. Give a row a "
            "combination and a column a day of the folds."
        )
    known = ~np.isnan(returns)
    values = np.where(known, returns, 0.0)
    powers = (known.astype(np.float64), values, values**2)
    starts = folds.cuts[:-1]
    return np.stack([np.add.reduceat(power, starts, axis=1).T for power in powers], axis=1)


def sharpe_ratios(sums: Numbers, periods: int) -> Numbers:
    """Return the Sharpe ratio a year of each combination, NaN where it is undefined.

    Parameters
    ----------
    sums : shape (3, n_combinations)
        n, Σr and Σr². Fewer than two returns, or a variance within rounding of zero, is undefined.
    periods : days a year, 252 for stocks, 365 for coins
    """
    count, total, squares = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / count
        spread = squares / count - mean**2
        found = mean / np.sqrt(spread * count / (count - 1)) * math.sqrt(periods)
        defined = (count > 1) & (spread > NO_DISPERSION * squares / count)
    return np.where(defined, found, np.nan)


def cross_validate(sums: Numbers, folds: Folds, periods: int) -> pd.DataFrame:
    """Return for each split which combination was best in sample, and its Sharpe out of sample.

    Parameters
    ----------
    sums : as `stretch_sums` gives them
    folds : as `purged_folds` gives them
    periods : days a year, 252 for stocks, 365 for coins

    Returns
    -------
    DataFrame, a row a split, index `split` from 1
        test_folds (numbers from 1), chosen (position of the combination; −1 where none has a
        Sharpe ratio), in_sample and out_of_sample (its Sharpe ratios a year; NaN where undefined),
        train_days, test_days.

    Notes
    -----
    BACKTEST_RULES 24: a set's score is the Sharpe of its days only. Of equal combinations the
    first is chosen. López de Prado (2018), "Advances in Financial Machine Learning", chapter 12.
    """
    rows, starts = [], folds.cuts[:-1]
    for split in folds:
        inside = sharpe_ratios(_pooled(sums, split.train, starts), periods)
        row = {
            "split": split.number,
            "test_folds": tuple(fold + 1 for fold in split.test_folds),
            "chosen": -1,
            "train_days": len(split.train),
            "test_days": len(split.test),
        }
        if not np.isnan(inside).all():
            best = int(np.nanargmax(inside))
            outside = sharpe_ratios(_pooled(sums[:, :, [best]], split.test, starts), periods)
            row |= {"chosen": best, "in_sample": inside[best], "out_of_sample": outside[0]}
        rows.append(row)
    found = pd.DataFrame(rows, columns=["split", *JUDGED]).set_index("split")
    return found.astype({"in_sample": float, "out_of_sample": float})


def _pooled(sums: Numbers, days: NDArray[np.intp], starts: NDArray[np.intp]) -> Numbers:
    """Return the sums of some days: whole stretches; added in one order for every combination."""
    pooled: Numbers = sums[np.isin(starts, days)].sum(axis=0)
    return pooled
