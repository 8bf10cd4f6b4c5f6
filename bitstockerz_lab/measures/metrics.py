"""The metrics of a backtest; BACKTEST_RULES sections 16 to 19."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERIODS_A_YEAR = {AssetType.EQUITY: 252, AssetType.CRYPTO: 365}
LONGER_THAN_A_DAY = {"1w": 52, "1mo": 12}
YEAR = pd.Timedelta(days=365.25)
ROUNDING = 1e-13
"""Returns of a steady 1 % a day differ by 2e-16; those of a price in cents by more than 1e-7."""
DAY_NS = 24 * 3600 * 1_000_000_000
SHORTEST_FOR_CAGR = pd.Timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a backtest came to; `measures.DEFINITIONS` says what each number means.

    `_pct` is percent: 12.5 is 12.5 %. None stands where a number is undefined.
    """

    final_equity: float
    total_return_pct: float
    cagr_pct: float | None
    max_drawdown_pct: float
    longest_drawdown_days: float
    volatility_pct: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    tail_ratio: float | None
    num_trades: int
    win_rate_pct: float | None
    avg_win_pct: float | None
    avg_loss_pct: float | None
    exposure_pct: float
    turnover: float | None
    benchmark_return_pct: float | None
    alpha: float | None
    beta: float | None
    total_fees: float
    total_borrow: float

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the numbers by name."""
        return asdict(self)

    def _repr_html_(self) -> str:
        from bitstockerz_lab.measures.definitions import table  # noqa: PLC0415 - it needs this class

        return table(self).to_html(border=0)


def day_ends(stamps: pd.DatetimeIndex) -> NDArray[np.intp]:
    """Return the position of the last bar of each UTC date; dates without a bar have none.

    Parameters
    ----------
    stamps : bar starts of shape (n_bars,), ascending. Bars longer than a day end their own dates.
    """
    days = stamps.as_unit("ns").asi8 // DAY_NS
    return np.flatnonzero(np.append(days[1:] != days[:-1], True)) if len(days) else days


def daily_curve(equity: pd.Series) -> pd.Series:
    """Return the last point of each UTC date.

    Parameters
    ----------
    equity : Series of shape (n_bars,), index UTC stamps of the bars

    Returns
    -------
    Series of shape (n_days,), index midnight UTC of each date that has a bar
    """
    stamps = clock.stamps(equity)
    last = day_ends(stamps)
    return pd.Series(equity.to_numpy()[last], index=stamps[last].normalize(), name=equity.name)


def benchmark_curve(
    bars: pd.DataFrame, missing: NDArray[np.bool_], initial_equity: float
) -> pd.Series:
    """Return buy and hold of the same bars from the first open, without costs.

    Parameters
    ----------
    bars : bars frame, of shape (n_bars,)
    missing : which of them are missing; they repeat the last known close
    initial_equity : money at the first known open

    Returns
    -------
    Series of shape (n_bars,), name "benchmark"
        `initial_equity` until a bar is known.
    """
    open_, close = (bars[name].to_numpy(dtype=float) for name in ("open", "close"))
    curve = benchmark_points(open_, close, missing, initial_equity)
    return pd.Series(curve, index=bars.index, name="benchmark")


def benchmark_points(
    open_: NDArray[np.float64],
    close: NDArray[np.float64],
    missing: NDArray[np.bool_],
    initial_equity: float,
) -> NDArray[np.float64]:
    """Return the points of `benchmark_curve`; all of shape (n_bars,)."""
    curve = np.full(len(close), float(initial_equity))
    if not missing.any():
        return np.asarray(initial_equity * close / open_[0]) if len(close) else curve
    known = np.flatnonzero(~missing)
    if len(known):
        first = known[0]
        last_known = np.maximum.accumulate(np.where(missing, first, np.arange(len(close))))[first:]
        curve[first:] = initial_equity * close[last_known] / open_[first]
    return curve


def daily_returns(
    points: NDArray[np.float64], last: NDArray[np.intp], initial_equity: float
) -> NDArray[np.float64]:
    """Return the daily returns, the first against `initial_equity`; they stop at a day of ruin.

    Parameters
    ----------
    points : equity a bar, of shape (n_bars,)
    last : `day_ends` of the bars
    """
    daily = np.concatenate([[initial_equity], points[last]])
    ruined = np.flatnonzero(daily <= 0)
    daily = daily[: ruined[0] + 1] if len(ruined) else daily
    returns: NDArray[np.float64] = daily[1:] / daily[:-1] - 1.0
    return returns


def drawdown_pct(equity: NDArray[np.float64], initial_equity: float) -> NDArray[np.float64]:
    """Return how far each point is below the highest so far, in percent ≤ 0.

    Parameters
    ----------
    equity : points of shape (n_bars,)
    initial_equity : counts as a point before the first
    """
    peaks = np.maximum(np.maximum.accumulate(equity), initial_equity)
    fall: NDArray[np.float64] = 100.0 * (equity / peaks - 1.0)
    return fall


def periods_a_year(asset_type: str, timeframe: str) -> int:
    """Return N: 252 for EQUITY, 365 for CRYPTO, 52 for weekly bars, 12 for monthly ones."""
    return LONGER_THAN_A_DAY.get(timeframe) or PERIODS_A_YEAR[AssetType(asset_type)]


def sharpe_ratio(returns: NDArray[np.float64], periods: int) -> float | None:
    """Return mean / std · √N with ddof 1 and no risk-free rate; None where it is undefined."""
    if len(returns) < 2 or _constant(returns):  # noqa: PLR2004 - ddof 1
        return None
    return _finite(returns.mean() / returns.std(ddof=1) * math.sqrt(periods))


def volatility_pct(returns: NDArray[np.float64], periods: int) -> float | None:
    """Return 100 · std · √N with ddof 1; None with fewer than two returns."""
    return _finite(100.0 * returns.std(ddof=1) * math.sqrt(periods)) if len(returns) > 1 else None


def sortino_ratio(returns: NDArray[np.float64], periods: int) -> float | None:
    """Return mean · N / (√mean(min(r, 0)²) · √N); as empyrical-reloaded defines it."""
    if len(returns) < 2:  # noqa: PLR2004 - empyrical's own limit
        return None
    downside = math.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)) * math.sqrt(periods)
    return _finite(returns.mean() * periods / downside) if downside > 0 else None


def tail_ratio(returns: NDArray[np.float64]) -> float | None:
    """Return |95th percentile| / |5th percentile|; as empyrical-reloaded defines it."""
    if len(returns) < 1:
        return None
    lower, upper = np.abs(np.percentile(returns, [5, 95]))
    return _finite(upper / lower) if lower > 0 else None


def measure(
    equity: pd.Series,
    trades: pd.DataFrame,
    bars: pd.DataFrame,
    *,
    missing: NDArray[np.bool_],
    initial_equity: float,
    asset_type: str,
    timeframe: str,
    exposed_bars: int,
) -> Metrics:
    """Return the metrics of one simulation.

    Parameters
    ----------
    equity : Series of shape (n_bars,), in account currency, a point a bar
    trades : frame with the columns of `Simulation.trades`
    bars : the bars it was simulated on, n_bars rows
    missing : which bars are missing
    initial_equity : money before the first bar
    asset_type, timeframe : give the number of periods a year
    exposed_bars : bars with a position at the close or a fill

    Notes
    -----
    Sources: BACKTEST_RULES sections 16 to 19; Sharpe (1994), "The Sharpe Ratio"; Sortino and tail
    ratio as in empyrical-reloaded 0.5.
    """
    stamps, points = clock.stamps(bars), equity.to_numpy()
    last = day_ends(stamps)
    returns = daily_returns(points, last, initial_equity)
    benchmark = benchmark_curve(bars, missing, initial_equity).to_numpy()
    periods = periods_a_year(asset_type, timeframe)
    alpha, beta = regression(returns, daily_returns(benchmark, last, initial_equity), periods)
    max_drawdown, longest = _drawdowns(points, stamps, initial_equity, timeframe)
    final, average = float(points[-1]), float(points.mean())
    span = clock.bar_end(stamps[-1], timeframe) - stamps[0]
    cagr = cagr_pct(final / initial_equity, span)
    pnl, pnl_pct = trades["pnl_abs"].to_numpy(), trades["pnl_pct"].to_numpy()
    wins, losses = pnl_pct[pnl > 0], pnl_pct[pnl < 0]
    prices = trades["entry_price"].to_numpy() + trades["exit_price"].to_numpy()
    traded = float((trades["quantity"].to_numpy() * prices).sum())
    return Metrics(
        final_equity=final,
        total_return_pct=100.0 * (final / initial_equity - 1.0),
        cagr_pct=cagr,
        max_drawdown_pct=max_drawdown,
        longest_drawdown_days=longest,
        volatility_pct=volatility_pct(returns, periods),
        sharpe_ratio=sharpe_ratio(returns, periods),
        sortino_ratio=sortino_ratio(returns, periods),
        calmar_ratio=_finite(cagr / max_drawdown) if cagr is not None and max_drawdown else None,
        tail_ratio=tail_ratio(returns),
        num_trades=len(trades),
        win_rate_pct=100.0 * len(wins) / len(trades) if len(trades) else None,
        avg_win_pct=_mean(wins),
        avg_loss_pct=_mean(losses),
        exposure_pct=100.0 * exposed_bars / len(bars),
        turnover=_finite(traded / average / (span / YEAR)) if average > 0 else None,
        benchmark_return_pct=_finite(100.0 * (benchmark[-1] / initial_equity - 1.0)),
        alpha=alpha,
        beta=beta,
        total_fees=float(trades["fees"].sum()),
        total_borrow=float(trades["borrow"].sum()),
    )


def _constant(returns: NDArray[np.float64]) -> bool:
    """Whether all returns are one number but for rounding: their deviation means nothing."""
    return bool(returns.max() - returns.min() <= ROUNDING)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _mean(values: NDArray[np.float64]) -> float | None:
    return _finite(values.mean()) if len(values) else None


def cagr_pct(growth: float, span: pd.Timedelta) -> float | None:
    """Return the yearly growth in percent; None below 90 days, −100 if nothing is left.

    Parameters
    ----------
    growth : final over initial equity
    span : from the first bar's start to the last one's end; a year is 365.25 days
    """
    if span < SHORTEST_FOR_CAGR:
        return None
    return _finite(100.0 * (growth ** (YEAR / span) - 1.0)) if growth > 0 else -100.0


def _drawdowns(
    equity: NDArray[np.float64], stamps: pd.DatetimeIndex, initial_equity: float, timeframe: str
) -> tuple[float, float]:
    """Return the deepest fall in percent and the longest time below a peak in days."""
    below = np.concatenate([[0.0], drawdown_pct(equity, initial_equity)])
    depth = abs(float(below.min()))
    ends = clock.bar_end(stamps, timeframe)
    times = np.concatenate([stamps[:1].as_unit("ns").asi8, ends.as_unit("ns").asi8])
    starts = np.flatnonzero(below >= 0)
    stops = np.append(starts[1:], len(below) - 1)  # the next peak, or the end
    fell = stops - starts > 1
    fell[-1] = stops[-1] > starts[-1]
    spans = np.where(fell, times[stops] - times[starts], 0)
    return depth, float(spans.max() / DAY_NS)


def regression(
    returns: NDArray[np.float64], benchmark: NDArray[np.float64], periods: int
) -> tuple[float | None, float | None]:
    """Return alpha a year, as a fraction, and beta against the benchmark's returns."""
    days = min(len(returns), len(benchmark))
    if days < 2:  # noqa: PLR2004 - ddof 1
        return None, None
    mine, theirs = returns[:days], benchmark[:days]
    if _constant(theirs):
        return None, None
    beta = np.cov(mine, theirs, ddof=1)[0, 1] / theirs.var(ddof=1)
    return _finite((mine.mean() - beta * theirs.mean()) * periods), _finite(beta)
