"""Runs on bars that are not stored but made of shorter ones: 4h, 1d, 1w, 1mo."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import strategies
from bitstockerz_lab.errors import DataError, NoBars, TradingError
from tests.helpers import make_bars, sma_cross

COIN, STOCK = "DEEP-USD", "OLD"


@pytest.fixture(scope="module")
def deep(template, tmp_path_factory):
    """A lab with 14 months of a coin's hours and 8 years of a stock's days."""
    path = tmp_path_factory.mktemp("deep") / "lab.duckdb"
    path.write_bytes(template.read_bytes())
    lab = bz.open_lab(path)
    hours = make_bars(24 * 430, seed=4, timeframe="1h", start="2019-12-15", drift=0)
    lab.market.load_frame(hours, COIN, "1h", exchange="bitstamp")
    days = make_bars(8 * 365, seed=5, start="2012-01-02")
    lab.market.load_frame(days[days.index.day_of_week < 5], STOCK, exchange="XNYS")
    lab.strategies.save(sma_cross())
    return lab


RUNS = [
    (COIN, "4h", 365, None), (COIN, "12h", 365, None), (COIN, "1d", 365, None), (COIN, "1w", 52, 1),
    (STOCK, "1w", 52, 1), (STOCK, "1mo", 12, 1),
]  # fmt: skip


@pytest.mark.parametrize(("symbol", "timeframe", "periods", "one_a_bar"), RUNS)
def test_a_run_on_made_bars_is_recorded_and_verified(deep, symbol, timeframe, periods, one_a_bar):
    run = deep.backtests.run("SMA cross", symbol, timeframe, fee_bps=10)
    assert (run.status, run.timeframe) == ("completed", timeframe)
    bars = deep.market.bars(symbol, timeframe)
    pd.testing.assert_frame_equal(run.bars, bars, check_exact=True)
    assert run.bars.attrs["resampled_from"] == ("1h" if symbol == COIN else "1d")
    verification = deep.backtests.verify(run.id)
    assert verification.ok, str(verification)
    signals = strategies.signals(sma_cross(), bars)
    again = bz.simulate(bars, *(signals[name] for name in signals), fee_bps=10)
    assert (again.equity == run.equity).all()
    # the metrics by hand: one return a day, or a bar where bars are longer
    curve = run.equity if one_a_bar else run.equity.groupby(run.equity.index.floor("D")).last()
    returns = np.diff(np.append(100_000, curve)) / np.append(100_000, curve)[:-1]
    expected = returns.mean() / returns.std(ddof=1) * np.sqrt(periods)
    assert run.metrics.sharpe_ratio == pytest.approx(expected, rel=1e-9)


def test_a_timeframe_in_another_spelling_is_the_same_run(deep):
    run = deep.backtests.run("SMA cross", COIN, "4H")
    assert run.timeframe == "4h"
    assert deep.backtests.run("SMA cross", COIN, "4 hours").id == run.id


def test_the_period_speaks_of_the_made_bars(deep):
    run = deep.backtests.run("SMA cross", STOCK, "1w", start="2014-01-01", end="2015-12-31")
    assert run.bars.index[0] == pd.Timestamp("2014-01-06", tz="UTC")
    assert run.bars.index[-1] == pd.Timestamp("2015-12-28", tz="UTC")
    hours = deep.backtests.run("SMA cross", COIN, "4h", start="2020-03-01", end="2020-05-31")
    assert hours.bars.index[-1] == pd.Timestamp("2020-05-31 20:00", tz="UTC")
    assert deep.backtests.verify(hours.id).ok


def test_a_run_stays_verified_when_more_and_other_bars_come(stocked):
    run = stocked.backtests.run("SMA cross", "COIN-USD", "4h")
    daily = stocked.backtests.run("SMA cross", "COIN-USD", "1d")
    last = stocked.market.bars("COIN-USD", "1h").index[-1]
    more = make_bars(30, seed=8, timeframe="1h", start=last + pd.Timedelta(hours=1))
    stocked.market.load_frame(more, "COIN-USD", "1h")
    stocked.market.load_frame(make_bars(60, seed=9, start="2020-01-01"), "COIN-USD", "1d")
    for one in (run, daily):
        again = stocked.backtests.get(one.id)
        assert stocked.backtests.verify(one.id).ok
        assert again.bars.attrs["resampled_from"] == "1h"
    assert stocked.backtests.run("SMA cross", "COIN-USD", "1d").id != daily.id


def test_a_strategy_meant_for_a_timeframe_runs_on_bars_made_for_it(stocked):
    stocked.strategies.save(sma_cross(), name="Four hours", timeframe="4h")
    run = stocked.backtests.run("Four hours", "COIN-USD")
    assert run.timeframe == "4h"
    with pytest.raises(TradingError, match="saved for timeframe 4h, not 1d"):
        stocked.backtests.run("Four hours", "COIN-USD", "1d")


def test_what_cannot_be_made_says_so(stocked):
    with pytest.raises(DataError, match="4h bars of EQUITY symbols have no table"):
        stocked.backtests.run("SMA cross", "AAA", "4h")
    with pytest.raises(NoBars, match="1mo bars are made of them, each once it is complete"):
        stocked.backtests.run("SMA cross", "COIN-USD", "1mo")
