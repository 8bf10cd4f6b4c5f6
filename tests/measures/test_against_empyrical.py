"""The metrics of simulated equity against empyrical-reloaded, and against numbers typed by hand."""

from __future__ import annotations

import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz

PERIODS = {"EQUITY": 252, "CRYPTO": 365}


def frame(rows: str, *, index: pd.DatetimeIndex | None = None) -> pd.DataFrame:
    """Bars typed as `open high low close`, parted by |, one a day unless told otherwise."""
    table = [[float(price) for price in row.split()] for row in rows.split("|")]
    bars = pd.DataFrame(table, columns=["open", "high", "low", "close"]).assign(volume=1.0)
    if index is None:
        index = pd.date_range("2024-01-01", periods=len(bars), tz="UTC")
    return bars.set_axis(index.rename("timestamp"), axis=0)


def flags(bars: pd.DataFrame, *where: int) -> pd.Series:
    return pd.Series(np.isin(np.arange(len(bars)), where), index=bars.index)


def exactly(number: float):
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def returns_of(equity: pd.Series, initial_equity: float) -> pd.Series:
    """Daily returns: the last point of each date, the first against the initial equity."""
    daily = equity.groupby(equity.index.date).last()
    daily.index = pd.to_datetime(daily.index)
    gone = np.flatnonzero(daily <= 0)
    daily = daily[: gone[0] + 1] if len(gone) else daily
    return daily / daily.shift(fill_value=initial_equity) - 1


def same_or_undefined(ours: float | None, theirs: float) -> bool:
    if not np.isfinite(theirs):
        return ours is None
    return ours is not None and ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    asset_type=st.sampled_from(list(PERIODS)),
    step=st.sampled_from(["1h", "1D"]),
    drift=st.sampled_from([-0.01, 0.0, 0.01]),
)
def test_ratios_are_those_of_empyrical(seed, asset_type, step, drift):
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(drift, 0.03, 200)))
    opens = np.append(100, close[:-1])
    bars = pd.DataFrame(
        {
            "open": opens,
            "high": np.maximum(opens, close),
            "low": np.minimum(opens, close),
            "close": close,
            "volume": 1.0,
        },
        index=pd.date_range("2022-01-01 05:00", periods=200, freq=step, tz="UTC", name="timestamp"),
    )
    signals = [pd.Series(random.random(200) < 0.3, index=bars.index) for _ in range(4)]
    simulation = bz.simulate(
        bars, *signals, initial_equity=5000, fee_bps=3, asset_type=asset_type, borrow_bps=100
    )
    metrics, periods = simulation.metrics, PERIODS[asset_type]
    daily = returns_of(simulation.equity, 5000)
    per_bar = simulation.equity / simulation.equity.shift(fill_value=5000) - 1
    theirs = {
        "sharpe_ratio": empyrical.sharpe_ratio(daily, annualization=periods),
        "sortino_ratio": empyrical.sortino_ratio(daily, annualization=periods),
        "tail_ratio": empyrical.tail_ratio(daily),
        "volatility_pct": 100 * empyrical.annual_volatility(daily, annualization=periods),
        "max_drawdown_pct": -100 * empyrical.max_drawdown(per_bar),
        "total_return_pct": 100 * empyrical.cum_returns_final(daily),
    }
    held = bars["close"].groupby(bars.index.date).last().set_axis(daily.index)
    benchmark = held / held.shift(fill_value=bars["open"].iloc[0]) - 1
    theirs["beta"] = empyrical.beta(daily, benchmark)
    theirs["alpha"] = (daily.mean() - theirs["beta"] * benchmark.mean()) * periods
    theirs["benchmark_return_pct"] = 100 * empyrical.cum_returns_final(benchmark)
    for name, value in theirs.items():
        ours = getattr(metrics, name)
        assert same_or_undefined(ours, value), (name, ours, value)


FALLING = "100 100 100 100 | 100 100 90 90 | 90 90 85.5 85.5"


@pytest.mark.parametrize(
    ("asset_type", "index", "root"),
    [
        ("EQUITY", pd.date_range("2024-01-01", periods=3, tz="UTC"), 15.874507866387544),
        ("CRYPTO", pd.date_range("2024-01-01", periods=3, tz="UTC"), 19.104973174542800),
        ("EQUITY", pd.date_range("2024-01-01", periods=3, freq="7D", tz="UTC"), 7.2111025509279786),
        ("CRYPTO", pd.date_range("2024-01-01", periods=3, freq="MS", tz="UTC"), 3.4641016151377546),
    ],
    ids=["252 days of a stock", "365 days of a coin", "52 weeks", "12 months"],
)
def test_a_loss_only(asset_type, index, root):
    bars = frame(FALLING, index=index)
    metrics = bz.simulate(
        bars, flags(bars, 0), flags(bars), initial_equity=1000, asset_type=asset_type
    ).metrics
    # returns 0, −0.1, −0.05: mean −0.05, deviation 0.05, below zero √(0.0125 / 3)
    assert metrics.sharpe_ratio == exactly(-root)
    assert metrics.sortino_ratio == exactly(-0.7745966692414834 * root)
    assert metrics.volatility_pct == exactly(5 * root)
    assert metrics.tail_ratio == exactly(0.005 / 0.095)
    assert metrics.final_equity == exactly(855)
    assert metrics.total_return_pct == exactly(-14.5)
    assert metrics.max_drawdown_pct == exactly(14.5)
    assert metrics.num_trades == 1
    assert metrics.win_rate_pct == 0
    assert metrics.avg_win_pct is None
    assert metrics.avg_loss_pct == exactly(-14.5)
    assert metrics.exposure_pct == exactly(200 / 3)
    assert metrics.benchmark_return_pct == exactly(-14.5)
    assert metrics.beta == exactly(1)
    assert metrics.alpha == exactly(0)


def test_turnover_is_a_year_s_fills_over_the_mean_equity():
    bars = frame(FALLING)
    metrics = bz.simulate(bars, flags(bars, 0), flags(bars), initial_equity=1000).metrics
    # (1000 + 855) / ((1000 + 900 + 855) / 3) in 3 of 365.25 days
    assert metrics.turnover == exactly(5565 / 2755 * 121.75)


def test_without_a_trade_and_with_all_returns_equal():
    bars = frame("9 10 8 10 | 10 12 9 11 | 12 13 11 12 | 13 14 12 14 | 14 15 13 15")
    metrics = bz.simulate(bars, flags(bars), flags(bars), initial_equity=1000).metrics
    assert metrics.final_equity == 1000
    assert metrics.num_trades == 0
    zero = "total_return_pct max_drawdown_pct volatility_pct exposure_pct turnover beta alpha"
    for name in [*zero.split(), "total_fees", "total_borrow"]:
        assert getattr(metrics, name) == 0, name
    none = "win_rate_pct avg_win_pct avg_loss_pct sharpe_ratio sortino_ratio tail_ratio cagr_pct"
    for name in [*none.split(), "calmar_ratio"]:
        assert getattr(metrics, name) is None, name
    assert metrics.benchmark_return_pct == exactly(200 / 3)


def test_one_return_has_no_deviation():
    index = pd.date_range("2024-01-01 20:00", periods=3, freq="h", tz="UTC")
    bars = frame(FALLING, index=index)
    metrics = bz.simulate(bars, flags(bars, 0), flags(bars), initial_equity=1000).metrics
    assert metrics.sharpe_ratio is None
    assert metrics.sortino_ratio is None
    assert metrics.volatility_pct is None
    assert metrics.beta is None
    assert metrics.alpha is None
    assert metrics.total_return_pct == exactly(-14.5)
    assert metrics.max_drawdown_pct == exactly(14.5)


def test_a_single_bar():
    bars = frame("10 11 9 10")
    metrics = bz.simulate(bars, flags(bars, 0), flags(bars), initial_equity=1000).metrics
    assert metrics.final_equity == 1000
    assert metrics.num_trades == 0
    assert metrics.sharpe_ratio is None


def test_returns_stop_with_the_day_of_ruin():
    bars = frame(
        "21 21 19 20 | 20 22 18 19 | 45 50 44 46 | 40 41 39 40 | 40 41 39 40 | 40 41 39 40"
    )
    never = flags(bars)
    metrics = bz.simulate(bars, never, never, flags(bars, 0), never, initial_equity=1000).metrics
    # equity 1000, 1050, −250 for ever: returns 0, 0.05, −1300/1050; mean −0.39603174603174603,
    # deviation 0.7296767733041953
    assert metrics.sharpe_ratio == exactly(
        -0.39603174603174603 / 0.7296767733041953 * 15.874507866387544
    )
    assert metrics.total_return_pct == exactly(-125)
    assert metrics.max_drawdown_pct == exactly(100 * 1300 / 1050)
    assert metrics.avg_loss_pct == exactly(-125)
    assert metrics.cagr_pct is None


def test_a_trade_without_gain_or_loss_is_neither_but_counts():
    flat = "100 110 80 100 | 100 110 80 100 | 110 110 80 100 | 100 110 80 100"
    bars = frame(f"{flat} | 80 110 50 100 | 50 110 50 100 | 50 110 50 100")
    simulation = bz.simulate(
        bars,
        flags(bars, 0, 2, 4),
        flags(bars, 1, 3, 5),
        initial_equity=1000,
        sizing=("fixed_quantity", 1),
    )
    assert simulation.trades["pnl_abs"].tolist() == exactly([10, -20, 0])
    metrics = simulation.metrics
    assert metrics.num_trades == 3
    assert metrics.win_rate_pct == exactly(100 / 3)
    assert metrics.avg_win_pct == exactly(10)
    assert metrics.avg_loss_pct == exactly(-20)


def four_years() -> pd.DataFrame:
    """1461 days from 100 to 1600, with one close at 50 on the way."""
    bars = pd.DataFrame(
        {"open": 100.0, "high": 100.0, "low": 100.0, "close": 100.0, "volume": 1.0},
        index=pd.date_range("2020-01-01", periods=1461, tz="UTC", name="timestamp"),
    )
    bars.iloc[10, [2, 3]] = 50
    bars.iloc[-1, [1, 3]] = 1600
    return bars


def test_sixteenfold_in_four_years_is_a_hundred_percent_a_year():
    bars = four_years()
    metrics = bz.simulate(bars, flags(bars, 0), flags(bars), initial_equity=1000).metrics
    assert metrics.cagr_pct == exactly(100)
    assert metrics.max_drawdown_pct == exactly(50)
    assert metrics.calmar_ratio == exactly(2)


def test_growth_a_year_is_undefined_below_ninety_days():
    for days, defined in ((89, False), (90, True)):
        bars = four_years()[:days]
        metrics = bz.simulate(bars, flags(bars, 0), flags(bars), initial_equity=1000).metrics
        assert (metrics.cagr_pct is not None) == defined


def test_growth_a_year_after_ruin_is_a_loss_of_everything():
    bars = four_years()
    never = flags(bars)
    metrics = bz.simulate(bars, never, never, flags(bars, 0), never, initial_equity=1000).metrics
    assert metrics.final_equity <= 0
    assert metrics.cagr_pct == -100
