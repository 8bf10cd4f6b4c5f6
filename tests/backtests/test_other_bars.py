"""Runs whose rules read the bars of another symbol or longer ones."""

from __future__ import annotations

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, decisions, sma
from bitstockerz_lab.strategies import others as other_symbols
from tests.helpers import make_bars

RULES = bz.strategy(
    "Filtered",
    enter=crosses_above(close, sma(5)) & (close.of("SPY") > sma(20).of("SPY")),
    leave=crosses_below(close, sma(5)) | (close.on("1w") < sma(3).on("1w")),
    stop_loss_pct=400 * abs(close.of("SPY") / close.of("SPY").bars_ago(1) - 1),
)


@pytest.fixture
def filtered(stocked):
    stocked.market.load_frame(make_bars(450, seed=7, start="2019-11-20"), "SPY", exchange="ARCX")
    stocked.strategies.save(RULES)
    return stocked


def test_a_run_reads_the_other_symbol_and_is_verified(filtered):
    run = filtered.backtests.run("Filtered", "AAA", start="2020-03-01", fee_bps=5)
    others = {"SPY": filtered.market.bars("SPY", "1d", end=run.end_date)}
    bars = filtered.market.bars("AAA", "1d")
    assert run.details.bars_digest == other_symbols.digest(bars, others)
    assert run.details.bars_digest != market_bars.digest(bars)
    signals, levels = decisions(RULES, bars, others=others)
    shown = signals.loc["2020-03-01":]
    level = levels["stop_loss_pct"][-len(shown) :]
    again = bz.simulate(
        bars.loc["2020-03-01":], *(shown[name] for name in shown), stop_loss_pct=level, fee_bps=5
    )
    assert len(run.trades) > 5
    assert again.trades["pnl_abs"].tolist() == run.trades["pnl_abs"].tolist()
    assert (run.trades["exit_reason"] == "stop_loss").any()
    recorded = filtered.backtests.get(run.id)
    assert filtered.backtests.verify(run.id).differences == ()
    assert list(recorded.other_bars) == ["SPY"]
    assert len(recorded.all_bars) == len(bars)
    assert filtered.backtests.run("Filtered", "AAA", start="2020-03-01", fee_bps=5).id == run.id


def test_other_bars_make_another_run(filtered):
    first = filtered.backtests.run("Filtered", "AAA")
    later = make_bars(500, seed=7, start="2019-11-20").iloc[450:]
    filtered.market.load_frame(later, "SPY")
    again = filtered.backtests.run("Filtered", "AAA")
    assert again.id == first.id  # what comes after the period is not read
    earlier = make_bars(5, seed=8, start="2019-11-01")
    filtered.market.load_frame(earlier, "SPY")
    assert filtered.backtests.run("Filtered", "AAA").id != first.id
    assert filtered.backtests.verify(first.id).differences == ()


def test_a_symbol_or_bars_that_are_not_there_are_named(filtered):
    missing = bz.strategy("Missing", enter=close.of("QQQ") > 1)
    filtered.strategies.save(missing)
    with pytest.raises(UnknownName, match="No symbol 'QQQ'"):
        filtered.backtests.run("Missing", "AAA")
    with pytest.raises(DataError, match="1h"):
        filtered.backtests.run("Filtered", "COIN-USD")
    filtered.market.load_frame(make_bars(9, start="2022-01-01"), "LATE", exchange="ARCX")
    filtered.strategies.save(bz.strategy("Late", enter=close.of("LATE") > 1))
    with pytest.raises(NoBars, match="LATE has no 1d bars"):
        filtered.backtests.run("Late", "AAA")
    assert filtered.backtests.list(status="failed")["strategy"].tolist() == ["Late"]


def test_a_run_without_others_has_its_own_digest(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    assert run.details.bars_digest == market_bars.digest(run.all_bars)
    assert run.other_bars == {}


def weekdays(bars):
    return bars[bars.index.day_of_week < 5]


@pytest.fixture
def coin(lab):
    """A lab with 200 days and the first 900 hours of a coin, and 140 sessions of SPY."""
    lab.market.load_frame(make_bars(200, seed=3), "BTC-USD", "1d", exchange="bitstamp")
    hours = make_bars(900, seed=3, timeframe="1h", volatility=0.01)
    lab.market.load_frame(hours, "BTC-USD", "1h")
    spy = weekdays(make_bars(200, seed=4)).drop(pd.Timestamp("2020-01-20", tz="UTC"))
    lab.market.load_frame(spy, "SPY", exchange="ARCX")
    return lab


def rising(view):
    return bz.strategy("Rising", enter=view > view.bars_ago(1), leave=view < view.bars_ago(1))


@pytest.mark.parametrize("timeframe", ["1w", "1mo", None])
def test_a_run_that_ends_later_has_the_same_past(coin, timeframe):
    spy = close.of("SPY")
    coin.strategies.save(rising(spy.on(timeframe) if timeframe else spy))
    whole = coin.backtests.run("Rising", "BTC-USD", "1d", end="2020-04-30").equity
    for end in pd.date_range("2020-01-14", "2020-03-24", freq="5D").strftime("%Y-%m-%d"):
        part = coin.backtests.run("Rising", "BTC-USD", "1d", end=end).equity[:-1]
        assert (part == whole[: len(part)]).all()


def test_a_week_of_another_symbol_is_known_when_it_ends_whatever_is_stored_later(coin):
    coin.strategies.save(rising(close.of("SPY").on("1w")))
    ends = ("2020-01-20", "2020-01-21")
    first, second = (coin.backtests.run("Rising", "BTC-USD", "1d", end=end) for end in ends)
    assert first.trades["entry_time"].tolist() == second.trades["entry_time"].tolist()


def test_an_hourly_strategy_looks_at_the_days_of_a_share(coin):
    coin.strategies.save(rising(close.of("SPY").on("1d")))
    run = coin.backtests.run("Rising", "BTC-USD", "1h")
    assert len(run.trades) > 3
    assert set(run.trades["entry_time"].dt.hour) == {0}  # a day is known when it ends
    others = {"SPY": coin.market.bars("SPY")[: run.end_date - pd.Timedelta(hours=23)]}
    assert run.details.bars_digest == other_symbols.digest(run.all_bars, others)
    recorded = coin.backtests.get(run.id)
    assert recorded.other_bars["SPY"].attrs["timeframe"] == "1d"
    assert coin.backtests.verify(recorded).differences == ()
    coin.strategies.save(rising(close.of("SPY")))
    with pytest.raises(DataError, match=r"like close\.of\('SPY'\)\.on\('1d'\)"):
        coin.backtests.run("Rising", "BTC-USD", "1h")


def test_a_run_on_weeks_sees_weeks_of_another_symbol(coin):
    coin.strategies.save(rising(close.of("SPY")))
    run = coin.backtests.run("Rising", "BTC-USD", "1w")
    weeks = coin.market.bars("SPY", "1w")["close"]
    assert run.other_bars["SPY"].attrs["timeframe"] == "1d"
    signals, _ = decisions(rising(close.of("SPY")), run.all_bars, others=run.other_bars)
    known = weeks.reindex(signals.index)
    assert signals["long_entry"][1:].tolist() == (known > known.shift(1))[1:].tolist()
    assert coin.backtests.verify(run).differences == ()


def test_a_recorded_run_reads_the_symbol_that_an_alias_meant_then(coin):
    coin.market.load_frame(weekdays(make_bars(200, seed=9)), "META", exchange="XNAS")
    coin.market.load_frame(weekdays(make_bars(200, seed=8)), "NEWF", exchange="XNAS")
    coin.market.alias("FB", "META")
    coin.strategies.save(rising(close.of("FB")))
    run = coin.backtests.run("Rising", "BTC-USD", "1d")
    assert coin.backtests.get(run.id).bars_revised == ""
    assert coin.backtests.list()["bars_revised"].tolist() == [False]
    coin.market.drop_alias("FB")
    recorded = coin.backtests.get(run.id)
    assert recorded.bars_revised == "FB means no symbol today; this run read META."
    assert coin.backtests.verify(recorded).ok
    coin.market.alias("FB", "NEWF")
    assert recorded.bars_revised == "FB means NEWF today; this run read META."
    assert coin.backtests.list()["bars_revised"].tolist() == [True]
    assert coin.backtests.verify(run.id).ok
    assert coin.backtests.run("Rising", "BTC-USD", "1d").id != run.id
