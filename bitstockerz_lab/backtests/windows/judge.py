"""Cross-validation of combinations: choose on the days in sample, judge by the days out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.metrics import sharpe_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.windows.folds import Folds, Positions


def cross_validate(returns: pd.DataFrame, folds: Folds, periods: int) -> pd.DataFrame:
    """Return for each split which combination was best in sample, and its Sharpe out of sample.

    Parameters
    ----------
    returns : DataFrame of shape (n_days, n_combinations), daily returns of one simulation of the
        whole period a combination; a row a day of `folds.days`
    folds : as `purged_folds` gives them
    periods : days a year, 252 for stocks, 365 for coins

    Returns
    -------
    DataFrame, a row a split, index `split` from 1
        test_folds (from 0), chosen (a column of `returns`; None where none has a Sharpe),
        in_sample and out_of_sample (the chosen one's Sharpe ratios a year; NaN where undefined).

    Raises
    ------
    DataError
        The returns are not one a day of the folds.

    Notes
    -----
    BACKTEST_RULES 24: a set's score is the Sharpe of its days only. Of equal combinations the
    first is chosen. López de Prado (2018), "Advances in Financial Machine Learning", chapter 12.
    """
    if not returns.index.equals(folds.days):
        raise DataError(
            f"returns has {len(returns):,} rows, and they are not the {len(folds.days):,} days of "
            "the folds. Give a row a day: measures.daily_curve(equity) has them."
        )
    table = returns.to_numpy(dtype=np.float64)
    rows = []
    for split in folds:
        inside = _sharpes(table, split.train, periods)
        row = {"split": split.number, "test_folds": split.test_folds, "chosen": None}
        if not np.isnan(inside).all():
            best = int(np.nanargmax(inside))
            outside = _sharpes(table[:, [best]], split.test, periods)[0]
            row |= {"chosen": returns.columns[best], "in_sample": inside[best]}
            row |= {"out_of_sample": outside}
        rows.append(row)
    columns = ["split", "test_folds", "chosen", "in_sample", "out_of_sample"]
    return pd.DataFrame(rows, columns=columns).set_index("split")


def _sharpes(table: NDArray[np.float64], days: Positions, periods: int) -> NDArray[np.float64]:
    """Return the Sharpe ratio of each column over some of its days; NaN where it is undefined."""
    found = [sharpe_ratio(table[days, at], periods) for at in range(table.shape[1])]
    return np.array([np.nan if one is None else one for one in found])
