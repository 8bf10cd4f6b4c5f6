"""Frames a report and its charts are drawn from: drawdown, returns by month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab import measures

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def drawdown_pct(equity: pd.Series, initial_equity: float) -> pd.Series:
    """Return how far equity is below its highest so far, in percent ≤ 0.

    Parameters
    ----------
    equity : Series of shape (n_bars,)
    initial_equity : counts as a point before the first

    Notes
    -----
    The least of it is minus `max_drawdown_pct`; it may fall below −100 after ruin.
    """
    drawdown = measures.drawdown_pct(equity.to_numpy(), initial_equity)
    return pd.Series(drawdown, index=equity.index, name="drawdown_pct")


def monthly_returns(equity: pd.Series, initial_equity: float) -> pd.DataFrame:
    """Return the compounded return of each calendar month and year, in percent.

    Parameters
    ----------
    equity : Series of shape (n_bars,), index UTC timestamps
    initial_equity : what the first month is measured against

    Returns
    -------
    DataFrame of shape (n_years, 13)
        Index `year`, columns Jan … Dec and Year. NaN where there is no bar, or where equity was
        gone before. The months of a year compound to the year.
    """
    by_month = _returns_pct(equity, initial_equity, "%Y-%m")
    by_year = _returns_pct(equity, initial_equity, "%Y")
    years = [int(year) for year in by_year.index]
    result = pd.DataFrame(np.nan, index=pd.Index(years, name="year"), columns=[*MONTHS, "Year"])
    for month, value in by_month.items():
        year, number = str(month).split("-")
        result.loc[int(year), MONTHS[int(number) - 1]] = value
    result["Year"] = by_year.to_numpy()
    return result


def _returns_pct(equity: pd.Series, initial_equity: float, period: str) -> pd.Series:
    last = equity.groupby(pd.DatetimeIndex(equity.index).strftime(period)).last()
    before = last.shift(1, fill_value=initial_equity)
    return (100.0 * (last / before - 1.0)).where(before > 0)
