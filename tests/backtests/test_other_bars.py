"""Runs whose rules read the bars of another symbol or longer ones."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import other_bars
from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, decisions, sma
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
    assert run.details.bars_digest == other_bars.digest(bars, others)
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
