"""A recorded run can be computed again, and a change to the record is found."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import engine
from bitstockerz_lab.errors import DataError, NoBars, TradingError
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma
from tests.helpers import make_bars


def tamper(lab, statement):
    with lab.database.write() as con:
        con.execute(statement)


@pytest.mark.slow
def test_an_untouched_run_is_equal_bit_for_bit_and_for_vectorbt(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=10, slippage_bps=5, start="2020-04-01")
    verification = stocked.backtests.verify(run.id)
    assert verification.ok
    assert verification.second_opinion.differences == ()
    assert verification.second_opinion.not_comparable == ()
    assert f"{len(run.trades)} trades" in str(verification)


@pytest.mark.slow
def test_vectorbt_agrees_on_reversals_and_lots(stocked):
    fast, slow = sma(5), sma(20)
    stocked.strategies.save(
        bz.strategy(
            "Both ways",
            enter=crosses_above(fast, slow),
            enter_short=crosses_below(fast, slow),
        )
    )
    run = stocked.backtests.run("Both ways", "AAA", fee_bps=10, slippage_bps=5, lot_size=1)
    assert set(run.trades["side"]) == {"LONG", "SHORT"}
    opinion = stocked.backtests.verify(run).second_opinion
    assert str(opinion).startswith("equal"), str(opinion)


def test_what_vectorbt_cannot_express_is_named(stocked):
    run = stocked.backtests.run(
        "SMA cross", "AAA", stop_loss_pct=3, max_bars=5, sizing=("fixed_cash", 1000), lot_size=0.5
    )
    opinion = stocked.backtests.verify(run).second_opinion
    assert opinion.not_comparable == (
        "sizing fixed_cash 1000", "lot_size 0.5", "stop_loss_pct", "max_bars",
    )  # fmt: skip
    assert "not comparable: sizing fixed_cash 1000" in str(opinion)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE backtest_trades SET pnl_abs = pnl_abs + 1e-9", "pnl_abs of trade 0"),
        ("UPDATE trade_details SET exit_reason = 'stop_loss'", "exit_reason of trade 0"),
        ("UPDATE backtest_equity_points SET equity = equity * (1 + 1e-15)", "equity of 2020-01-01"),
        ("UPDATE backtest_results SET sharpe_ratio = 9", "metrics sharpe_ratio"),
        ("UPDATE run_metrics SET value = 9 WHERE metric = 'beta'", "metrics beta"),
        ("UPDATE run_details SET engine_version = '0'", "engine version 0"),
        ("UPDATE run_details SET fingerprint = 'x'", "the fingerprint"),
        ("UPDATE run_details SET costs_json = replace(costs_json, '0.0', '0.1')", "fingerprint"),
        ("UPDATE run_details SET skipped_entries = 99", "skipped_entries"),
        ("DELETE FROM backtest_equity_points WHERE timestamp > '2020-02-01'", "stamps"),
    ],
)
def test_a_record_that_was_changed_is_found(stocked, statement, found):
    run = stocked.backtests.run("SMA cross", "AAA", max_bars=5)
    tamper(stocked, statement)
    verification = stocked.backtests.verify(run.id)
    assert not verification.ok
    assert found in str(verification)


def test_a_run_still_in_hand_is_verified_as_it_is_recorded(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", max_bars=5)
    tamper(stocked, "UPDATE backtest_trades SET pnl_abs = pnl_abs + 1e-9")
    assert "pnl_abs of trade 0" in str(stocked.backtests.verify(run))


def test_bars_that_were_changed_are_found(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    tamper(stocked, "UPDATE equity_daily_bars SET volume = volume + 1 WHERE date = '2020-02-03'")
    with pytest.raises(DataError, match="digest differs"):
        stocked.backtests.verify(run.id)


def test_bars_and_factors_loaded_later_do_not_disturb(stocked, tmp_path):
    bars = make_bars(400)
    run = stocked.backtests.run("SMA cross", "AAA", max_bars=5)
    earlier = make_bars(50, start="2019-11-01").iloc[:40]
    stocked.market.load_frame(earlier, symbol="AAA", timeframe="1d")
    factors = tmp_path / "factors.csv"
    factors.write_text(
        "date,price_factor,split_factor,reference_price\n2020-06-01,1,0.5,100\n2050-12-31,1,1,0\n"
    )
    stocked.market.load_factors(factors, symbol="AAA")
    assert stocked.backtests.verify(run.id).ok
    assert len(stocked.backtests.get(run.id).all_bars) == len(bars)


def test_the_engine_version_is_part_of_a_fingerprint(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    recipe, digest = run.recipe, run.details.bars_digest
    assert recipe.fingerprint(digest) == run.details.fingerprint
    assert recipe.fingerprint(digest, engine=engine.ENGINE_VERSION + "x") != run.details.fingerprint


def test_a_failed_run_cannot_be_verified(stocked):
    with pytest.raises(NoBars):
        stocked.backtests.run("SMA cross", "AAA", start="2050-01-01")
    with pytest.raises(TradingError, match="failed"):
        stocked.backtests.verify(1)
