"""From the sums of each combination to its metrics: the same numbers that `measures.measure` gives.

BACKTEST_RULES 16 to 19 and 21; what is a branch for one run is a mask for many.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.backtests.sweep import tally
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.measures.honest import sharpe_tests

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    with np.errstate(all="ignore"):
        of = {name: found[:, at] for at, name in enumerate(tally.FACTS)}
        values = {**_money(of, layout), **_trades(of), **_returns(of, layout)}
    return {name: np.where(np.isfinite(one), one, np.nan) for name, one in values.items()}


def _money(of: Mapping[str, Numbers], layout: Layout) -> dict[str, Numbers]:
    """Return what the equity curve alone tells."""
    final, initial = of["final_equity"], layout.initial_equity
    span = clock.bar_end(layout.stamps[-1], layout.timeframe) - layout.stamps[0]
    years = span / metrics.YEAR
    cagr = np.full(len(final), np.nan)
    if span >= metrics.SHORTEST_FOR_CAGR:
        growth = np.maximum(final / initial, 0.0)
        cagr = 100.0 * (growth ** (metrics.YEAR / span) - 1.0)
    drawdown = np.abs(100.0 * of["deepest"])
    market = 100.0 * (layout.benchmark[-1] / initial - 1.0)
    return {
        "final_equity": final,
        "total_return_pct": 100.0 * (final / initial - 1.0),
        "cagr_pct": cagr,
        "max_drawdown_pct": drawdown,
        "longest_drawdown_days": of["longest_ns"] / metrics.DAY_NS,
        "calmar_ratio": cagr / drawdown,
        "exposure_pct": 100.0 * of["exposed_bars"] / len(layout.stamps),
        "turnover": of["traded"] / np.where(of["mean_equity"] > 0, of["mean_equity"], 0.0) / years,
        "benchmark_return_pct": np.full(len(final), market),
    }


def _trades(of: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Return what the trades tell; 0 / 0 is undefined."""
    return {
        "num_trades": of["num_trades"],
        "win_rate_pct": 100.0 * of["wins"] / of["num_trades"],
        "avg_win_pct": of["won_pct"] / of["wins"],
        "avg_loss_pct": of["lost_pct"] / of["losses"],
        "total_fees": of["total_fees"],
        "total_borrow": of["total_borrow"],
        "longest_held_days": of["longest_held_days"],
        "skipped_entries": of["skipped_entries"],
        "ruined": of["ruined"],
    }


def _returns(of: Mapping[str, Numbers], layout: Layout) -> dict[str, Numbers]:
    """Return what the daily returns tell, where their sums do (see `doubtful`)."""
    days, periods = of["days"], metrics.periods_a_year(layout.asset_type, layout.timeframe)
    mean, square = of["total"] / days, of["squares"] / days
    cube, fourth = of["cubes"] / days, of["fourths"] / days
    spread = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    tail = fourth - 4 * mean * cube + 6 * mean**2 * square - 3 * mean**4
    deviation = np.sqrt(spread * days / (days - 1))
    varied = (days > 1) & (of["squares"] > 0)
    daily = np.where(varied, mean / deviation, np.nan)
    market = layout.benchmark_returns
    steady = len(market) < 2 or np.ptp(market) <= metrics.ROUNDING  # noqa: PLR2004 - ddof 1
    beta = of["with_market"] / (days - 1) / (np.nan if steady else market.var(ddof=1))
    return {
        "volatility_pct": 100.0 * deviation * math.sqrt(periods),
        "sharpe_ratio": daily * math.sqrt(periods),
        "sortino_ratio": np.where(
            days > 1, mean * periods / np.sqrt(of["downside"] / days * periods), np.nan
        ),
        "tail_ratio": np.abs(of["tail_high"]) / np.abs(of["tail_low"]),
        "alpha": (mean - beta * market.mean()) * periods,
        "beta": beta,
        "days": days,
        "daily_sharpe": daily,
        "skewness": np.where(varied, third / spread**1.5, np.nan),
        "kurtosis": np.where(varied, tail / spread**2, np.nan),
    }


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
