"""What windows come to together: one curve, its growth, and how much of it was promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.metrics import cagr_pct

if TYPE_CHECKING:
    from collections.abc import Sequence


def stitched(curves: Sequence[pd.Series], initial_equity: float) -> pd.Series:
    """Return the curves of windows one after another, each going on with what the last came to.

    Parameters
    ----------
    curves : Series of equity a window, in order of time, sharing no bar; each simulated alone
        with `initial_equity`
    initial_equity : account currency

    Returns
    -------
    Series of shape (sum of n_bars,), name "equity"
        Returns compound: money of a fixed size (a fixed fee, fixed_cash) weighs in each window as
        it does on `initial_equity`. After a window that ends at or below zero it stays there.

    Raises
    ------
    DataError
        Curves overlap, or there are none.
    """
    if not curves:
        raise DataError("There are no curves to stitch. Give the equity of at least one window.")
    capital = initial_equity
    parts: list[pd.Series] = []
    for curve in curves:
        if parts and curve.index[0] <= parts[-1].index[-1]:
            raise DataError(
                f"The windows overlap: one ends at {parts[-1].index[-1]}, the next begins at "
                f"{curve.index[0]}. Give curves that share no bar, in order of time."
            )
        points = curve.to_numpy() * (capital / initial_equity)
        parts.append(
            pd.Series(points if capital > 0 else np.full(len(curve), capital), curve.index)
        )
        capital = float(parts[-1].iloc[-1])
    whole: pd.Series = pd.concat(parts)
    return whole.rename("equity")


def compound_cagr_pct(
    curves: Sequence[pd.Series], initial_equity: float, timeframe: str
) -> float | None:
    """Return the yearly growth of all windows together, in percent.

    The product of what each window made of one unit of money, over the sum of their times: in
    sample windows overlap, so they have no curve in common.

    Parameters
    ----------
    curves : Series of equity a window, each simulated alone with `initial_equity`
    initial_equity : account currency
    timeframe : of the bars; a window lasts from its first bar's start to its last one's end

    Returns
    -------
    float or None
        −100 where a window lost everything. None below 90 days of windows (BACKTEST_RULES 19).
    """
    growths = [max(float(curve.iloc[-1]) / initial_equity, 0.0) for curve in curves]
    spans = [clock.bar_end(curve.index[-1], timeframe) - curve.index[0] for curve in curves]
    return cagr_pct(float(np.prod(growths)), sum(spans, pd.Timedelta(0)))


def efficiency(out_of_sample_pct: float | None, in_sample_pct: float | None) -> float | None:
    """Return out-of-sample over in-sample yearly growth; None where in sample is not above zero.

    Parameters
    ----------
    out_of_sample_pct, in_sample_pct : CAGR in percent; None gives None

    Notes
    -----
    Pardo (2008), "The Evaluation and Optimization of Trading Strategies": walk-forward efficiency.
    1 keeps what was promised, 0.5 half of it; below zero it lost.

    Examples
    --------
    >>> efficiency(6.0, 12.0), efficiency(-6.0, 12.0), efficiency(6.0, -1.0)
    (0.5, -0.5, None)
    """
    if out_of_sample_pct is None or in_sample_pct is None or in_sample_pct <= 0:
        return None
    return out_of_sample_pct / in_sample_pct
