"""From the sums of each combination to its metrics: the same numbers that `measures.measure` gives.

BACKTEST_RULES 16 to 19 and 21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.backtests.sweep import tally
from bitstockerz_lab.backtests.sweep.values import VALUES, write_values
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.measures.honest import sharpe_tests

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.layout import Layout

    Numbers = NDArray[np.float64]

ROUNDING = 1e-2
"""A variance that small beside the mean square is partly rounding."""
NO_SPREAD = 1e-25
"""A variance that small may be rounding alone, see `metrics.ROUNDING`."""


def doubtful(found: Numbers, layout: Layout) -> NDArray[np.intp]:
    """Return the combinations whose sums do not tell how their returns vary.

    Nearly constant returns are lost in the rounding of sums, and those that end in ruin are of
    fewer days than the benchmark's.
    """
    days, total, squares = (found[:, at] for at in (tally.DAYS, tally.TOTAL, tally.SQUARES))
    spread = squares - total**2 / days
    lost = (spread <= ROUNDING * squares) | (spread <= NO_SPREAD * days)
    return np.flatnonzero((lost & (squares > 0)) | (days < len(layout.ends)))


def values_of(found: Numbers, layout: Layout) -> dict[str, Numbers]:
    """Return the metrics of combinations, and what `engine.BESIDES` names.

    Parameters
    ----------
    found : array of shape (n_combinations, len(tally.FACTS))
    layout : the bars they were simulated on
    """
    initial, market = layout.initial_equity, layout.benchmark_returns
    span = layout.span
    of_equity = (
        initial,
        float(len(layout.stamps)),
        span / metrics.YEAR,
        metrics.YEAR / span if span >= metrics.SHORTEST_FOR_CAGR else np.nan,
        100.0 * (layout.benchmark[-1] / initial - 1.0),
    )
    steady = len(market) < 2 or np.ptp(market) <= metrics.ROUNDING  # noqa: PLR2004 - ddof 1
    of_returns = (
        float(metrics.periods_a_year(layout.asset_type, layout.timeframe)),
        market.mean(),
        np.nan if steady else market.var(ddof=1),
    )
    values = np.empty((len(VALUES), len(found)))
    write_values(found, of_equity, of_returns, values)
    return dict(zip(VALUES, values, strict=True))


def exactly(returns: Numbers, layout: Layout) -> dict[str, float]:
    """Return what the daily returns of one combination tell, from the returns themselves.

    Parameters
    ----------
    returns : up to a day of ruin
    """
    periods = metrics.periods_a_year(layout.asset_type, layout.timeframe)
    moments = sharpe_tests.moments(returns)
    alpha, beta = metrics.regression(returns, layout.benchmark_returns, periods)
    found = {
        "volatility_pct": metrics.volatility_pct(returns, periods),
        "sharpe_ratio": metrics.sharpe_ratio(returns, periods),
        "sortino_ratio": metrics.sortino_ratio(returns, periods),
        "alpha": alpha,
        "beta": beta,
        "daily_sharpe": moments.sharpe if moments else None,
        "skewness": moments.skew if moments else None,
        "kurtosis": moments.kurtosis if moments else None,
    }
    return {name: np.nan if one is None else one for name, one in found.items()}
