"""lab.backtests.run: recorded whole, given back when known, failing in the open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import strategies
from bitstockerz_lab.backtests import plan, recording, store
from bitstockerz_lab.errors import (
    DataError,
    DefinitionError,
    NoBars,
    TradingError,
    UnknownName,
)
from tests.helpers import make_bars, sma_cross

COSTS = {"fee_bps": 10, "fixed_fee": 1, "slippage_bps": 5}


def count(lab, table):
    return int(lab.sql(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0])  # noqa: S608


def test_a_run_is_recorded_whole(stocked):
    run = stocked.backtests.run("SMA cross", "aaa", **COSTS)
    [row] = stocked.sql("SELECT * FROM backtest_runs").to_dict("records")
    assert (row["id"], row["status"], row["timeframe"]) == (run.id, "completed", "1d")
    assert row["start_date"] == run.bars.index[0]
    assert row["end_date"] == run.bars.index[-1]
    assert row["started_at"] <= row["finished_at"]
    [result] = stocked.sql("SELECT * FROM backtest_results").to_dict("records")
    assert result["final_equity"] == run.metrics.final_equity
    assert result["num_trades"] == run.metrics.num_trades == len(run.trades) > 5
    assert count(stocked, "backtest_trades") == count(stocked, "trade_details") == len(run.trades)
    assert count(stocked, "backtest_equity_points") == 400
    assert run.trades["pnl_abs"].sum() == pytest.approx(run.metrics.final_equity - 100_000)


def test_a_run_is_what_simulate_gives_on_the_same_signals(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", **COSTS)
    signals = strategies.signals(sma_cross(), run.bars)
    again = bz.simulate(run.bars, *(signals[name] for name in signals), **COSTS)
    pd.testing.assert_frame_equal(again.trades, run.trades, check_exact=True)
    assert again.metrics == run.metrics


def test_a_run_read_back_is_equal_to_the_one_returned(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", **COSTS)
    again = stocked.backtests.get(run.id)
    assert again.metrics == run.metrics
    assert again.details == run.details
    pd.testing.assert_frame_equal(again.trades, run.trades, check_exact=True, check_dtype=True)
    pd.testing.assert_series_equal(again.equity, run.equity, check_exact=True, check_freq=False)
    pd.testing.assert_frame_equal(again.bars, run.bars, check_exact=True, check_freq=False)


def test_the_same_run_is_given_back_and_rerun_makes_a_new_one(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    assert stocked.backtests.run("SMA cross", "AAA", fee_bps=5.0).id == run.id
    assert (
        stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 5.0}, fee_bps=5).id == run.id
    )
    assert count(stocked, "backtest_runs") == 1
    other = stocked.backtests.run("SMA cross", "AAA", fee_bps=5, rerun=True)
    assert other.id != run.id
    assert other.details.fingerprint == run.details.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"fee_bps": 1},
        {"fixed_fee": 1},
        {"slippage_bps": 1},
        {"borrow_bps": 1},
        {"lot_size": 1},
        {"initial_equity": 50_000},
        {"sizing": ("percent_of_equity", 50)},
        {"stop_loss_pct": 5},
        {"take_profit_pct": 5},
        {"trailing_stop_pct": 5},
        {"max_bars": 7},
        {"parameters": {"fast": 6}},
        {"start": "2020-03-01"},
        {"end": "2020-12-01"},
    ],
)
def test_whatever_changes_a_number_changes_the_fingerprint(stocked, change):
    plain = stocked.backtests.run("SMA cross", "AAA")
    changed = stocked.backtests.run("SMA cross", "AAA", **change)
    assert changed.id != plain.id
    assert changed.details.fingerprint != plain.details.fingerprint


def test_new_bars_are_a_new_run_and_a_new_name_of_a_strategy_is_not(stocked):
    first = stocked.backtests.run("SMA cross", "AAA", end="2020-12-31")
    later = make_bars(430).iloc[400:]
    stocked.market.load_frame(later, symbol="AAA", timeframe="1d")
    assert stocked.backtests.run("SMA cross", "AAA", end="2020-12-31").id == first.id
    assert stocked.backtests.run("SMA cross", "AAA").metrics.num_trades > first.metrics.num_trades


def test_earlier_bars_warm_up_and_the_last_signal_before_the_start_may_fill(stocked):
    whole = stocked.backtests.run("SMA cross", "AAA")
    entry = whole.trades["entry_time"].iloc[3]
    part = stocked.backtests.run("SMA cross", "AAA", start=entry)
    assert part.bars.index[0] == entry
    assert part.trades["entry_time"].iloc[0] == entry
    assert len(part.all_bars) == 400
    assert len(part.equity) == len(part.bars) < 400


def test_an_end_date_of_hourly_bars_is_the_whole_day(stocked):
    run = stocked.backtests.run("SMA cross", "COIN-USD", end="2020-01-10")
    assert run.bars.index[-1] == pd.Timestamp("2020-01-10 23:00", tz="UTC")
    assert run.end_date == run.bars.index[-1]


def test_a_period_without_bars_is_recorded_as_failed_and_raised(stocked):
    with pytest.raises(NoBars, match="AAA has no 1d bars from 2050"):
        stocked.backtests.run("SMA cross", "AAA", start="2050-01-01")
    failed = stocked.backtests.get(1)
    assert failed.status == "failed"
    assert "2050" in failed.error_message
    assert failed.metrics is None
    assert len(failed.trades) == len(failed.equity) == 0
    assert failed.details.fingerprint is None


def test_what_goes_wrong_in_the_simulation_is_recorded_and_raised(stocked, monkeypatch):
    def burst(*_):
        raise ZeroDivisionError("the kernel burst")

    monkeypatch.setattr(plan.Recipe, "simulate", burst)
    with pytest.raises(ZeroDivisionError):
        stocked.backtests.run("SMA cross", "AAA")
    failed = stocked.backtests.get(1)
    assert failed.status == "failed"
    assert "the kernel burst" in failed.error_message
    monkeypatch.undo()
    assert (
        stocked.backtests.run("SMA cross", "AAA").status == "completed"
    )  # a failure is not reused


def test_an_interrupted_run_is_cancelled(stocked, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan.Recipe, "simulate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        stocked.backtests.run("SMA cross", "AAA")
    assert stocked.backtests.get(1).status == "cancelled"


def test_an_interrupt_after_the_recording_leaves_the_run_completed(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    recording.record_failure(stocked.database, run.id, KeyboardInterrupt())
    assert stocked.backtests.get(run.id).status == "completed"


def test_a_recording_that_fails_leaves_no_half(stocked, monkeypatch):
    monkeypatch.setattr(store, "finish", lambda *_: (_ for _ in ()).throw(RuntimeError("late")))
    with pytest.raises(RuntimeError, match="late"):
        stocked.backtests.run("SMA cross", "AAA")
    for table in ("backtest_results", "backtest_trades", "trade_details", "run_metrics",
                  "backtest_equity_points"):  # fmt: skip
        assert count(stocked, table) == 0


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"strategy": "SMA crss"}, UnknownName, "Did you mean 'SMA cross'"),
        ({"symbol": "AAB"}, UnknownName, "Did you mean 'AAA'"),
        ({"version": 7}, UnknownName, "no version 7"),
        ({"parameters": {"fsat": 3}}, UnknownName, "Did you mean 'fast'"),
        ({"parameters": ["fast=3"]}, DefinitionError, r"parameters is a dict, like \{'fast': 5\}"),
        (
            {"fast": 3},
            UnknownName,
            r"run has no argument 'fast'.*into parameters=\{'fast': \.\.\.\}",
        ),
        ({"fee_bp": 3}, UnknownName, "Did you mean 'fee_bps'"),
        ({"symbol": ["AAA", "AAA"]}, DataError, "A run reads one symbol.*for one in symbols"),
        ({"version": "v1"}, UnknownName, r"has no version 'v1'. It has 1\."),
        ({"parameters": {"fast": 1000}}, DefinitionError, "1000"),
        ({"timeframe": "1h"}, DataError, "1h"),
        ({"start": "junk"}, DataError, "'junk'"),
        ({"start": "2021-01-01", "end": "2020-01-01"}, DataError, "Swap"),
        ({"fee_bps": -1}, DefinitionError, "fee_bps"),
        ({"initial_equity": 0}, DefinitionError, "initial_equity"),
        ({"sizing": ("half", 1)}, DefinitionError, "sizing"),
        ({"sizing": ("risk_percent", 1)}, DefinitionError, "stop_loss_pct"),
        ({"max_bars": 0}, DefinitionError, "max_bars"),
        ({"stop_loss_pct": 0}, DefinitionError, "stop_loss_pct"),
        ({"adjusted": "some"}, DataError, "adjusted"),
    ],
)
def test_what_cannot_be_run_is_one_sentence_and_leaves_no_row(stocked, asked, error, says):
    with pytest.raises(error, match=says):
        stocked.backtests.run(**{"strategy": "SMA cross", "symbol": "AAA", **asked})
    assert count(stocked, "backtest_runs") == 0


def test_giving_what_the_definition_sets_is_an_error_and_what_it_leaves_open_is_recorded(stocked):
    stocked.strategies.save(sma_cross(stop_loss_pct=5), name="Stopped")
    with pytest.raises(DefinitionError, match="sets stop_loss_pct itself"):
        stocked.backtests.run("Stopped", "AAA", stop_loss_pct=4)
    run = stocked.backtests.run("Stopped", "AAA", max_bars=9, sizing=("risk_percent", 1))
    assert stocked.backtests.get(run.id).details.exits == {"stop_loss_pct": 5, "max_bars": 9}
    assert stocked.backtests.get(run.id).details.sizing == ("risk_percent", 1.0)


def test_a_strategy_saved_for_coins_is_not_run_on_a_stock(stocked):
    stocked.strategies.save(sma_cross(), name="Coins", asset_type="CRYPTO")
    with pytest.raises(TradingError, match="saved for asset_type CRYPTO"):
        stocked.backtests.run("Coins", "AAA")
    assert stocked.backtests.run("Coins", "COIN-USD").status == "completed"


def test_a_retired_strategy_is_not_run(stocked):
    stocked.strategies.retire("SMA cross")
    with pytest.raises(TradingError, match="restore"):
        stocked.backtests.run("SMA cross", "AAA")


def test_runs_are_their_users_own(stocked, monkeypatch):
    run = stocked.backtests.run("SMA cross", "AAA")
    monkeypatch.setenv("BITSTOCKERZ_USER", "somebody@local")
    other = bz.open_lab(stocked.path)
    assert other.backtests.list().empty
    with pytest.raises(UnknownName, match=f"No run {run.id}"):
        other.backtests.get(run.id)


def test_list_and_compare(stocked):
    first = stocked.backtests.run("SMA cross", "AAA")
    second = stocked.backtests.run("SMA cross", "COIN-USD", parameters={"fast": 8})
    listed = stocked.backtests.list()
    assert listed["id"].tolist() == [second.id, first.id]
    assert stocked.backtests.list(symbol="aaa")["id"].tolist() == [first.id]
    assert len(stocked.backtests.list(limit=1)) == 1
    side_by_side = stocked.backtests.compare([first, second.id])
    assert side_by_side.loc["symbol"].tolist() == ["AAA", "COIN-USD"]
    assert side_by_side.loc["sharpe_ratio", first.id] == first.metrics.sharpe_ratio


def test_raw_stock_prices_without_factors_are_warned_of(stocked):
    assert "no price factors" in stocked.backtests.run("SMA cross", "AAA").details.warnings[0]
    assert (
        stocked.backtests.run("SMA cross", "AAA", adjusted=False, rerun=True).details.warnings == []
    )
    assert stocked.backtests.run("SMA cross", "COIN-USD").details.warnings == []


def test_a_run_that_is_given_back_says_what_is_to_be_said_of_the_question_now(stocked):
    quiet = stocked.backtests.run("SMA cross", "AAA", adjusted=False)
    assert quiet.details.warnings == []
    again = stocked.backtests.run("SMA cross", "AAA")
    assert again.id == quiet.id
    assert "no price factors" in again.details.warnings[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"stop_loss_pct": 8}, {"stop_loss_pct": 8.0}),
        ({"stop_loss_pct": 8}, {"stop_loss_pct": np.int64(8)}),
        ({"max_bars": 10}, {"max_bars": 10.0}),
        ({"max_bars": 10}, {"max_bars": np.int64(10)}),
        ({"sizing": ("fixed_cash", 5000)}, {"sizing": ["fixed_cash", 5000.0]}),
        ({"fee_bps": 5}, {"fee_bps": np.float64(5)}),
    ],
)
def test_one_number_in_two_types_is_one_run(stocked, one, other):
    first = stocked.backtests.run("SMA cross", "AAA", **one)
    assert stocked.backtests.run("SMA cross", "AAA", **other).id == first.id


def test_find_gives_the_run_that_would_be_given_back_and_records_nothing(stocked):
    assert stocked.backtests.find("SMA cross", "AAA", fee_bps=5) is None
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    assert stocked.backtests.find("SMA cross", "AAA", fee_bps=5).id == run.id
    assert stocked.backtests.find("SMA cross", "AAA", fee_bps=6) is None
    assert count(stocked, "backtest_runs") == 1
    with pytest.raises(UnknownName, match="Did you mean 'fee_bps'"):
        stocked.backtests.find("SMA cross", "AAA", fee_bsp=5)


def test_a_version_of_another_lab_is_refused(stocked, tmp_path):
    other = bz.open_lab(tmp_path / "other.duckdb")
    foreign = other.strategies.save(sma_cross(max_bars=3))
    with pytest.raises(UnknownName, match="not of this lab"):
        stocked.backtests.run(foreign, "AAA")
    mine = stocked.strategies.get("SMA cross")
    assert stocked.backtests.run(mine, "AAA").version == 1


def test_the_job_of_a_batch_is_written_down(stocked, monkeypatch):
    from bitstockerz_lab.ops import store as jobs

    with stocked.database.write() as con:
        job = jobs.create_job(con, stocked.user.id, "notebook", {})
    monkeypatch.setenv("BITSTOCKERZ_JOB_ID", str(job))
    assert stocked.backtests.run("SMA cross", "AAA").job_id == job


def test_a_run_whose_process_is_killed_is_marked_when_the_lab_is_next_opened(stocked):
    code = (
        "import sys, time\n"
        "import bitstockerz_lab as bz\n"
        "from bitstockerz_lab.backtests import plan\n"
        "def hang(*_):\n"
        "    print('simulating', flush=True)\n"
        "    time.sleep(600)\n"
        "plan.Recipe.simulate = hang\n"
        "bz.open_lab(sys.argv[1]).backtests.run('SMA cross', 'AAA')\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code, stocked.path], stdout=subprocess.PIPE)
    with runner:
        assert runner.stdout.readline() == b"simulating\n"
        assert stocked.backtests.get(1).status == "running"  # no lease is held while it simulates
        bz.open_lab(stocked.path)
        assert stocked.backtests.get(1).status == "running"  # nor is a living run an orphan
        os.kill(runner.pid, signal.SIGKILL)
    died = bz.open_lab(stocked.path).backtests.get(1)
    assert (died.status, died.error_message) == ("failed", "process died")
    for table in ("backtest_results", "backtest_trades", "backtest_equity_points"):
        assert count(stocked, table) == 0
    assert stocked.backtests.run("SMA cross", "AAA").status == "completed"


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.03, 0.08, 0.15])
def test_a_run_killed_at_any_moment_is_whole_or_marked(stocked, delay):
    code = (
        "import sys\n"
        "import bitstockerz_lab as bz\n"
        "lab = bz.open_lab(sys.argv[1])\n"
        "lab.backtests.run('SMA cross', 'AAA')\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    lab.backtests.run('SMA cross', 'AAA', rerun=True)\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code, stocked.path], stdout=subprocess.PIPE)
    with runner:
        assert runner.stdout.readline() == b"go\n"
        time.sleep(delay)
        os.kill(runner.pid, signal.SIGKILL)
    lab = bz.open_lab(stocked.path)
    runs = lab.backtests.list()
    assert set(runs["status"]) <= {"completed", "failed"}
    assert (runs.loc[runs["status"] == "failed", "error_message"] == "process died").all()
    whole = lab.sql(
        "SELECT backtest_run_id AS id, count(*) AS n FROM backtest_equity_points GROUP BY ALL"
    )
    assert set(whole["id"]) == set(runs.loc[runs["status"] == "completed", "id"])
    assert (whole["n"] == 400).all()


def test_two_processes_on_one_file_both_record(stocked):
    code = (
        "import sys\n"
        "import bitstockerz_lab as bz\n"
        "lab = bz.open_lab(sys.argv[1])\n"
        "for fast in range(int(sys.argv[2]), int(sys.argv[2]) + 5):\n"
        "    lab.backtests.run('SMA cross', 'AAA', parameters={'fast': fast})\n"
    )
    runners = [
        subprocess.Popen([sys.executable, "-c", code, stocked.path, str(first)])
        for first in (2, 12)
    ]
    assert [runner.wait(120) for runner in runners] == [0, 0]
    runs = stocked.backtests.list()
    assert len(runs) == 10
    assert (runs["status"] == "completed").all()
    assert count(stocked, "backtest_equity_points") == 4000


def test_numbers_survive_the_database_to_the_bit(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=1 / 3)
    stored = stocked.sql("SELECT equity FROM backtest_equity_points ORDER BY timestamp")
    assert np.array_equal(stored["equity"].to_numpy(), run.equity.to_numpy())
    assert stocked.backtests.get(run.id).details.costs["fee_bps"] == 1 / 3


def test_a_run_without_a_trade_says_so(stocked):
    stocked.strategies.save(
        bz.strategy("Never", enter=strategies.close < 0.001, leave=strategies.close > 0)
    )
    run = stocked.backtests.run("Never", "COIN-USD")
    assert "Nothing was traded" in run.details.warnings[0]
    assert "Note: Nothing was traded" in str(run)
    small = stocked.backtests.run("SMA cross", "COIN-USD", lot_size=1e9)
    assert "came to nothing" in small.details.warnings[0]


def test_an_unsaved_strategy_and_a_wrong_id_get_a_sentence(stocked):
    with pytest.raises(DefinitionError, match="is not saved yet"):
        stocked.backtests.run(sma_cross(), "AAA")
    for call in (stocked.backtests.get, stocked.backtests.verify):
        with pytest.raises(UnknownName, match="no run id"):
            call("SMA cross")
