"""From the sums of one combination to its metrics, compiled."""

# ruff: noqa: ANN001, ANN202 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

from bitstockerz_lab.backtests import sources
from bitstockerz_lab.backtests.sweep.tally import (
    BORROW,
    CUBES,
    DAYS,
    DEEPEST,
    DOWNSIDE,
    EXPOSED,
    FEES,
    FINAL,
    FOURTHS,
    HELD,
    LONGEST,
    LOSSES,
    LOST,
    MEAN,
    RUINED,
    SKIPPED,
    SQUARES,
    TAIL_HIGH,
    TAIL_LOW,
    TOTAL,
    TRADED,
    TRADES,
    WINS,
    WITH_MARKET,
    WON,
)

OF_EQUITY = (
    "final_equity", "total_return_pct", "cagr_pct", "max_drawdown_pct", "calmar_ratio",
    "longest_drawdown_days", "exposure_pct", "turnover", "benchmark_return_pct",
)  # fmt: skip
OF_TRADES = (
    "num_trades", "win_rate_pct", "avg_win_pct", "avg_loss_pct", "total_fees", "total_borrow",
    "longest_held_days", "skipped_entries", "ruined",
)  # fmt: skip
OF_RETURNS = (
    "volatility_pct", "sharpe_ratio", "sortino_ratio", "tail_ratio", "alpha", "beta", "days",
    "daily_sharpe", "skewness", "kurtosis",
)  # fmt: skip
VALUES = OF_EQUITY + OF_TRADES + OF_RETURNS
DAY_NS = 24 * 3600 * 1e9


@njit(error_model="numpy", nogil=True)
def _equity(of, initial, bars, years, per_year, market):
    """Return OF_EQUITY: what the equity curve tells."""
    growth, drawdown = of[FINAL] / initial, abs(100.0 * of[DEEPEST])
    cagr = 100.0 * (max(growth, 0.0) ** per_year - 1.0) if per_year > 0.0 else np.nan
    return (
        of[FINAL],
        100.0 * (growth - 1.0),
        cagr,
        drawdown,
        cagr / drawdown,
        of[LONGEST] / DAY_NS,
        100.0 * of[EXPOSED] / bars,
        of[TRADED] / max(of[MEAN], 0.0) / years,
        market,
    )


@njit(error_model="numpy", nogil=True)
def _trades(of):
    """Return OF_TRADES; 0 / 0 is undefined."""
    return (
        of[TRADES],
        100.0 * of[WINS] / of[TRADES],
        of[WON] / of[WINS],
        of[LOST] / of[LOSSES],
        of[FEES],
        of[BORROW],
        of[HELD],
        of[SKIPPED],
        of[RUINED],
    )


@njit(error_model="numpy", nogil=True)
def _returns(of, periods, mean_of_market, variance_of_market):
    """Return OF_RETURNS: what the daily returns tell, where their sums do: `facts.doubtful`."""
    days = of[DAYS]
    mean, square = of[TOTAL] / days, of[SQUARES] / days
    cube, fourth = of[CUBES] / days, of[FOURTHS] / days
    spread = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    tail = fourth - 4 * mean * cube + 6 * mean**2 * square - 3 * mean**4
    deviation = np.sqrt(spread * days / (days - 1))
    varied = days > 1 and of[SQUARES] > 0
    daily = mean / deviation if varied else np.nan
    beta = of[WITH_MARKET] / (days - 1) / variance_of_market
    downside = np.sqrt(of[DOWNSIDE] / days * periods)
    return (
        100.0 * deviation * np.sqrt(periods),
        daily * np.sqrt(periods),
        mean * periods / downside if days > 1 else np.nan,
        abs(of[TAIL_HIGH]) / abs(of[TAIL_LOW]),
        (mean - beta * mean_of_market) * periods,
        beta,
        days,
        daily,
        third / spread**1.5 if varied else np.nan,
        tail / spread**2 if varied else np.nan,
    )


def _compiled(made_of):
    @njit(cache=True, error_model="numpy", nogil=True)
    def write_values(found, of_equity, of_returns, values):
        """Write the VALUES of combinations, NaN where undefined, of shape (len(VALUES), n).

        `found` has a row of tally.FACTS for each; the bars' part in it is what `_equity` and
        `_returns` take besides.
        """
        for k in range(len(found) + made_of * 0):
            of = found[k]
            told = _equity(of, *of_equity) + _trades(of) + _returns(of, *of_returns)
            for place in range(len(told)):
                values[place, k] = told[place] if np.isfinite(told[place]) else np.nan

    return write_values


write_values = _compiled(sources.digest("sweep/tails.py", "sweep/tally.py"))
