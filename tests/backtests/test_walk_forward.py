"""lab.backtests.walk_forward, against a plain loop over lab.backtests.run."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.backtests import walk_forward_store
from bitstockerz_lab.errors import DataError, DefinitionError, NoBars, TradingError, UnknownName
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, sma
from tests.helpers import make_bars

COSTS = {"fee_bps": 10, "slippage_bps": 5, "fixed_fee": 1}
GRID = {"fast": [3, 12], "slow": [10, 20]}
ASKED = {"grid": GRID, "constraint": "fast < slow", "train": "8mo", "test": "2mo", **COSTS}
TABLES = ("walk_forwards", "walk_forward_windows", "backtest_runs", "backtest_equity_points",
          "run_details", "run_processes", "backtest_trades")  # fmt: skip


def cross():
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    slow = sma(bz.parameter("slow", 20, min=2, max=200))
    return bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))


@pytest.fixture
def walking(lab):
    """A lab with 600 daily bars of AAA and a strategy of two parameters."""
    lab.market.load_frame(make_bars(600), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.strategies.save(cross())
    return lab


def counts(lab):
    return {name: int(lab.sql(f"SELECT count(*) AS n FROM {name}")["n"].iloc[0]) for name in TABLES}  # noqa: S608


def choice(walk):
    return list(zip(walk.windows["fast"], walk.windows["slow"], strict=True))


def plain_loop(lab, windows, by="sharpe_ratio", sign=1):
    """Choose and trade each window with nothing but `run`: slow, and what is meant."""
    found = []
    for window in windows.itertuples():
        best = None
        for fast, slow in product(GRID["fast"], GRID["slow"]):
            if fast >= slow:
                continue
            parameters = {"fast": fast, "slow": slow}
            period = {"start": window.train_first, "end": window.train_last}
            inside = lab.backtests.run("Cross", "AAA", parameters=parameters, **period, **COSTS)
            score = getattr(inside.metrics, by)
            if score is None or not inside.metrics.num_trades:
                continue
            if best is None or sign * score > sign * getattr(best.metrics, by):
                best = inside
        period = {"start": window.test_first, "end": window.test_last}
        parameters = best.details.parameters
        outside = lab.backtests.run("Cross", "AAA", parameters=parameters, **period, **COSTS)
        found.append((best, outside))
    return found


@pytest.mark.parametrize(
    ("by", "sign", "anchored"),
    [("sharpe_ratio", 1, True), ("calmar_ratio", 1, False), ("max_drawdown_pct", -1, False)],
)
def test_a_walk_is_what_a_plain_loop_over_runs_gives(walking, by, sign, anchored):
    walk = walking.backtests.walk_forward("Cross", "AAA", by=by, anchored=anchored, **ASKED)
    loop = plain_loop(walking, walk.windows, by, sign)
    assert len(loop) == 5
    assert choice(walk) == [
        (one.details.parameters["fast"], one.details.parameters["slow"]) for one, _ in loop
    ]
    assert len(set(choice(walk))) > 1 or by == "max_drawdown_pct"
    for role, position in (("in_sample", 0), ("out_of_sample", 1)):
        # the loop was given back the very runs that the walk recorded
        assert walk.windows[f"{role}_run"].tolist() == [pair[position].id for pair in loop]
        for metric in ("total_return_pct", by, "num_trades"):
            wanted = np.array([getattr(pair[position].metrics, metric) for pair in loop], float)
            found = walk.windows[f"{role}_{metric}"].to_numpy(float, na_value=np.nan)
            np.testing.assert_array_equal(found, wanted)
    growth = np.prod([1 + outside.metrics.total_return_pct / 100 for _, outside in loop])
    assert walk.equity.iloc[-1] == pytest.approx(100_000 * growth)
    assert walk.outcome.total_return_pct == pytest.approx(100 * (growth - 1))


def test_efficiency_is_growth_out_of_sample_over_growth_in_sample(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    inside = [walk.run(number, "in_sample") for number in walk.windows.index]
    years = [len(run.equity) / 365.25 for run in inside]  # a bar a day, none missing
    growth = np.prod([run.metrics.final_equity / 1e5 for run in inside])
    promised = 100 * (growth ** (1 / sum(years)) - 1)
    reached = 100 * ((walk.equity.iloc[-1] / 1e5) ** (365.25 / len(walk.equity)) - 1)
    assert walk.outcome.in_sample_cagr_pct == pytest.approx(promised)
    assert walk.outcome.out_of_sample_cagr_pct == pytest.approx(reached)
    assert promised > 0
    assert walk.efficiency == pytest.approx(reached / promised)


def test_the_runs_of_its_windows_can_be_left_out_of_a_list(walking):
    own = walking.backtests.run("Cross", "AAA", **COSTS)
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    assert len(walk.windows) > 1
    assert len(walking.backtests.list()) > len(walk.windows)
    assert walking.backtests.list(limit=5, windows=False)["id"].tolist() == [own.id]


def test_every_bar_of_the_tests_is_in_the_stitched_curve_once(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    bars = walking.market.bars("AAA")
    first, last = walk.windows["test_first"].iloc[0], walk.windows["test_last"].iloc[-1]
    assert walk.equity.index.equals(bars.loc[first:last].index)
    second = walk.run(2)
    before = walk.equity.loc[: walk.windows["test_last"].iloc[0]].iloc[-1]
    part = walk.equity.loc[second.start_date : second.end_date]
    np.testing.assert_allclose(part, second.equity * before / 1e5)
    assert walk.benchmark.iloc[-1] == pytest.approx(
        1e5 * bars["close"].loc[last] / bars["open"].loc[first]
    )


def test_a_window_begins_flat_ends_closed_and_is_warm_from_its_first_bar(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    reasons = set()
    for number in walk.windows.index:
        run = walk.run(number)
        assert run.initial_equity == 100_000
        assert run.trades.empty or run.trades["entry_time"].min() >= run.start_date
        reasons |= set(run.trades["exit_reason"])
        assert run.trades["pnl_abs"].sum() == pytest.approx(run.metrics.final_equity - 100_000)
    assert "end_of_data" in reasons
    wide = {"fast": [30], "slow": [40]}
    slow = walking.backtests.walk_forward("Cross", "AAA", start="2020-03-01", grid=wide,
                                          train="6mo", test="30 bars")  # fmt: skip
    # 30 bars cannot warm up an average of 40: without earlier bars nothing would ever be traded
    assert slow.windows["out_of_sample_num_trades"].sum() > 0


def test_nothing_of_a_test_touches_the_choice_before_it(walking, tmp_path):
    whole = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    bars = make_bars(600)
    for window in whole.windows.iloc[[0, 2]].itertuples():
        mirrored = bars.copy()
        later = mirrored.index > window.train_last
        turned = ["open", "low", "high", "close"]  # what was highest is lowest
        mirrored.loc[later, ["open", "high", "low", "close"]] = (
            1e4 / bars.loc[later, turned].to_numpy()
        )
        for name, changed in {
            "mirrored": mirrored,
            "cut": mirrored[mirrored.index <= window.test_last],
        }.items():
            other = bz.open_lab(tmp_path / f"{name}{window.Index}.duckdb")
            other.market.load_frame(changed, symbol="AAA", timeframe="1d", exchange="XNYS")
            other.strategies.save(cross())
            walk = other.backtests.walk_forward("Cross", "AAA", **ASKED)
            upto = whole.windows.index <= window.Index
            assert choice(walk)[: window.Index] == choice(whole)[: window.Index]
            inside = [name for name in walk.windows if name.startswith("in_sample_sharpe")]
            pd.testing.assert_frame_equal(
                walk.windows[inside][: window.Index], whole.windows.loc[upto, inside]
            )
            last = "out_of_sample_total_return_pct"
            assert walk.windows[last][window.Index] != whole.windows[last][window.Index]


def test_a_walk_is_recorded_whole_and_read_back_equal(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", start="2020-02-01", **ASKED)
    again = walking.backtests.get_walk_forward(walk.id)
    pd.testing.assert_frame_equal(again.windows, walk.windows)
    pd.testing.assert_series_equal(again.equity, walk.equity)
    assert again.outcome == walk.outcome
    assert (again.grid, again.constraint) == (GRID, "fast < slow")
    [row] = walking.backtests.walk_forwards().to_dict("records")
    assert (row["id"], row["windows"], row["combinations"]) == (walk.id, len(walk.windows), 3)
    assert row["efficiency"] == pytest.approx(walk.efficiency)
    assert counts(walking)["backtest_runs"] == 2 * len(walk.windows)
    assert set(walking.sql("SELECT status FROM backtest_runs")["status"]) == {"completed"}
    assert walking.backtests.verify(walk.run(1)).ok


def test_the_same_question_gives_the_recorded_answer_back(walking):
    first = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    before = counts(walking)
    assert walking.backtests.walk_forward("Cross", "aaa", **ASKED).id == first.id
    assert counts(walking) == before
    other = walking.backtests.walk_forward("Cross", "AAA", **ASKED | {"by": "cagr_pct"})
    assert other.id != first.id
    rerun = walking.backtests.walk_forward("Cross", "AAA", **ASKED, rerun=True)
    assert rerun.id > other.id
    assert rerun.windows["out_of_sample_run"].min() > other.windows["out_of_sample_run"].max()
    assert rerun.outcome == first.outcome


def test_runs_that_are_recorded_already_are_pointed_to(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    window, number = walk.windows.loc[2], counts(walking)["backtest_runs"]
    parameters = {"fast": int(window["fast"]), "slow": int(window["slow"])}
    period = {"start": window["test_first"], "end": window["test_last"]}
    run = walking.backtests.run("Cross", "AAA", parameters=parameters, **period, **COSTS)
    assert run.id == window["out_of_sample_run"]
    assert counts(walking)["backtest_runs"] == number


def test_of_equal_combinations_the_first_of_the_grid_is_taken(lab):
    lab.market.load_frame(make_bars(500), symbol="AAA", timeframe="1d", exchange="XNYS")
    never = bz.parameter("unused", 1, min=0, max=9)
    up = crosses_above(close, sma(10)) | (close < 0 * sma(2) - never)
    lab.strategies.save(bz.strategy("Tie", enter=up, leave=crosses_below(close, sma(10))))
    asked = {"train": "6mo", "test": "3mo"}
    walk = lab.backtests.walk_forward("Tie", "AAA", grid={"unused": [7, 3, 5]}, **asked)
    assert set(walk.windows["unused"]) == {7}


def quiet_start(quiet, n=600):
    """Bars that lie still for a while, so that nothing crosses anything."""
    bars = make_bars(n)
    bars.iloc[:quiet, :4] = bars["open"].iloc[-1]
    return bars


def test_a_window_in_which_nothing_has_a_score_trades_nothing(lab):
    lab.market.load_frame(quiet_start(330), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.strategies.save(cross())
    walk = lab.backtests.walk_forward("Cross", "AAA", **ASKED)
    idle = walk.windows["out_of_sample_run"].isna()
    assert 0 < idle.sum() < len(walk.windows)
    assert (
        walk.windows.loc[idle, ["fast", "in_sample_run", "in_sample_sharpe_ratio"]]
        .isna()
        .all(axis=None)
    )
    still = walk.equity.loc[: walk.windows.loc[idle, "test_last"].iloc[-1]]
    assert (still == 100_000).all()
    assert walk.equity.index[0] == walk.windows["test_first"].iloc[0]
    assert f"In {idle.sum()} of {len(walk.windows)} windows no combination had" in str(walk)
    with pytest.raises(
        UnknownName, match="Window 1 of walk-forward 1 has no run: nothing was chos"
    ):
        walk.run(1)
    assert walk.chart().data


def test_no_score_in_any_window_is_refused_and_leaves_nothing(lab):
    lab.market.load_frame(quiet_start(600), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.strategies.save(cross())
    with pytest.raises(TradingError, match="None of 3 combinations had a sharpe_ratio in any of"):
        lab.backtests.walk_forward("Cross", "AAA", **ASKED)
    assert set(counts(lab).values()) == {0}


def test_what_was_asked_for_wrongly_is_refused_before_anything_runs(walking):
    def asked(wanted, told, **changed):
        with pytest.raises(wanted, match=told):
            walking.backtests.walk_forward("Cross", "AAA", **{**ASKED, **changed})

    asked(DataError, "600 bars from 2020-01-01 to 2021-08-22 are too few", train="9y")
    asked(DataError, "train='long' is no length", train="long")
    asked(UnknownName, "No metric to rank by 'sharp'", by="sharp")
    asked(UnknownName, "No parameter 'fats'", grid={"fats": [1]}, constraint=None)
    asked(DefinitionError, "fast", grid={"fast": [1000]}, constraint=None)
    asked(DefinitionError, "fast is in the grid and in parameters", parameters={"fast": 3})
    asked(UnknownName, "walk_forward has no argument 'fees'. Did you mean 'fee_bps'", fees=3)
    asked(UnknownName, r"grid=\{'lookback': \[...\]\}.* Known are strategy, .*max_bars", lookback=3)
    asked(UnknownName, 'train="500 bars"', train_bars=100)
    asked(UnknownName, "Every combination of the grid is tried", samples=10)
    asked(UnknownName, "always recorded", record=False)
    asked(UnknownName, "lab.backtests.sweep takes a client", client=None)
    asked(UnknownName, "cross_validate takes folds", n_folds=5)
    asked(NoBars, "has no 1d bars", start="1999-01-01", end="1999-12-31")
    assert set(counts(walking).values()) == {0}


@pytest.mark.parametrize("left_out", [("train",), ("grid",), ("grid", "train", "test")])
def test_what_is_missing_is_told_with_a_call_that_has_it(walking, left_out):
    asked = {name: value for name, value in ASKED.items() if name not in left_out}
    with pytest.raises(DataError) as told:
        walking.backtests.walk_forward("Cross", "AAA", **asked)
    assert f"walk_forward needs {' and '.join(left_out)}. " in str(told.value)
    assert 'grid={"fast": [10, 20, 50]}, train="4y", test="1y")' in str(told.value)
    assert told.value.values["missing"] == left_out


def test_several_symbols_are_walked_one_by_one(walking):
    with pytest.raises(DataError, match=r"\[lab.backtests.walk_forward\(strategy, one, ...\) for"):
        walking.backtests.walk_forward("Cross", ["AAA", "BBB"], **ASKED)


def test_windows_that_traded_nothing_are_counted_and_explained(walking):
    asked = {**ASKED, "train": "200 bars", "test": "8 bars"}
    walk = walking.backtests.walk_forward("Cross", "AAA", **asked)
    trades = (
        walk.windows["out_of_sample_run"].dropna().index.map(lambda at: len(walk.run(at).trades))
    )
    flat = int((trades == 0).sum())
    assert 0 < flat < len(walk.windows)
    note = (
        f"{flat} of {len(walk.windows)} windows traded nothing out of sample: every window begins"
    )
    assert [one for one in walk.notes if one.startswith(note)]
    asked = {**ASKED, "train": "200 bars", "test": "200 bars"}
    walk = walking.backtests.walk_forward("Cross", "AAA", **asked)
    assert walk.windows["out_of_sample_num_trades"].min() > 0
    assert "traded nothing" not in str(walk)


def test_parameters_that_do_not_vary_are_kept_and_constrain(walking):
    asked = {**ASKED, "grid": {"fast": [3, 6, 40]}, "parameters": {"slow": 30}}
    walk = walking.backtests.walk_forward("Cross", "AAA", **asked)
    assert walk.combinations == 2
    assert walk.run(1).details.parameters["slow"] == 30


def test_a_failure_while_recording_leaves_nothing(walking, monkeypatch):
    def fails(*_):
        raise RuntimeError

    monkeypatch.setattr(walk_forward_store, "add", fails)
    with pytest.raises(RuntimeError):
        walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    assert set(counts(walking).values()) == {0}


KILLED = """
import os, signal, sys
import bitstockerz_lab as bz
from bitstockerz_lab.backtests import store
lab = bz.open_lab(sys.argv[1])
record = store.record_all
def recorded(*given):
    record(*given)
    os.kill(os.getpid(), signal.SIGKILL)
store.record_all = recorded
lab.backtests.walk_forward("Cross", "AAA", grid={"fast": [3, 6]}, train="8mo", test="2mo")
"""


def test_a_process_that_is_killed_leaves_no_half_walk(walking):
    path = str(walking.path) if hasattr(walking, "path") else None
    path = (
        path or walking.sql("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL")["path"][0]
    )
    ended = subprocess.run([sys.executable, "-c", KILLED, path], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert set(counts(walking).values()) == {0}
    assert len(walking.backtests.walk_forward("Cross", "AAA", **ASKED).windows) == 5


def test_a_walk_of_somebody_else_is_not_seen(walking, monkeypatch, database):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    other = bz.open_lab(database.path)
    assert other.backtests.walk_forwards().empty
    with pytest.raises(UnknownName, match=f"No walk-forward {walk.id}"):
        other.backtests.get_walk_forward(walk.id)
    with pytest.raises(UnknownName, match="'x' is no walk-forward's id"):
        other.backtests.get_walk_forward("x")


def test_the_rules_may_read_another_symbol(lab):
    lab.market.load_frame(make_bars(700), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.market.load_frame(make_bars(700, seed=3), symbol="BBB", timeframe="1d", exchange="XNYS")
    length = bz.parameter("length", 5, min=2, max=100)
    rule = close.of("BBB") > sma(length).of("BBB")
    lab.strategies.save(bz.strategy("Other", enter=rule, leave=~rule))
    walk = lab.backtests.walk_forward(
        "Other", "AAA", grid={"length": [5, 20]}, train="1y", test="3mo"
    )
    window = walk.windows.loc[1]
    period = {"start": window["test_first"], "end": window["test_last"]}
    run = lab.backtests.run("Other", "AAA", parameters={"length": int(window["length"])}, **period)
    assert run.id == window["out_of_sample_run"]


def test_hourly_bars_walk_in_days_and_weeks(lab):
    hours = make_bars(24 * 60, seed=2, timeframe="1h", volatility=0.01)
    lab.market.load_frame(hours, symbol="COIN-USD", timeframe="1h", exchange="bitstamp")
    lab.strategies.save(cross())
    walk = lab.backtests.walk_forward(
        "Cross", "COIN-USD", grid={"fast": [5, 10]}, train="3w", test=7
    )
    assert walk.windows["test_last"].iloc[0] == clock.utc("2020-01-28 23:00")
    assert "2020-01-22 00:00" in walk.chart().data[-1].text[0]


def test_the_picture_shows_the_curve_above_its_windows(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    names = [trace.name for trace in walk.chart().data]
    assert sorted(names) == ["Buy and hold", "In sample", "Out of sample", "Strategy"]
    assert "<table" in walk._repr_html_()
    assert repr(walk).startswith("Walk-forward 1: Cross version 1 on AAA 1d, ")
    with pytest.raises(UnknownName, match="No role 'outside'"):
        walk.run(1, "outside")
    with pytest.raises(
        UnknownName, match="Window 99 of walk-forward 1 has no run: its windows count from 1 to 5"
    ):
        walk.run(99)


def runs_alone(lab, walk, strategy, **asked):
    """The runs that `run` has for the windows' periods and choices, by window and role."""
    for window in walk.windows.itertuples():
        parameters = {name: int(getattr(window, name)) for name in walk.grid}
        for role, first, last in (
            ("in_sample", window.train_first, window.train_last),
            ("out_of_sample", window.test_first, window.test_last),
        ):
            found = lab.backtests.find(
                strategy, walk.symbol, start=first, end=last, parameters=parameters, **asked
            )
            yield getattr(window, f"{role}_run"), found and found.id


def test_hours_of_another_symbol_are_read_to_the_end_of_the_last_day_and_weeks_not_beyond(lab):
    """A window reads exactly what a run that ends with it reads, whatever timeframes rules mix."""
    lab.market.load_frame(make_bars(160), symbol="AAA", timeframe="1d", exchange="XNYS")
    hours = make_bars(160 * 24, seed=4, timeframe="1h", volatility=0.005)
    lab.market.load_frame(hours, symbol="COIN-USD", timeframe="1h", exchange="bitstamp")
    coin, length = close.of("COIN-USD"), bz.parameter("length", 5, min=2, max=100)
    rule = (coin.on("1h") > sma(length).of("COIN-USD").on("1h")) & (coin.on("1w") > 1)
    lab.strategies.save(bz.strategy("Mixed", enter=rule, leave=~rule))
    asked = {"grid": {"length": [5, 20]}, "train": "45 bars", "test": "31 bars"}
    walk = lab.backtests.walk_forward("Mixed", "AAA", **asked)
    assert walk.windows["out_of_sample_num_trades"].sum() > 0
    for recorded, alone in runs_alone(lab, walk, "Mixed"):
        assert recorded == alone
    assert lab.backtests.verify(walk.run(1)).ok


def test_bars_adjusted_for_a_split_in_a_later_window_are_those_of_a_run(lab, tmp_path):
    lab.market.load_frame(make_bars(300), symbol="AAA", timeframe="1d", exchange="XNYS")
    path = tmp_path / "AAA_factors.csv"
    path.write_text(
        "date,price_factor,split_factor,reference_price\n2020-08-31,0.9,0.5,100\n2050-12-31,1,1,0\n"
    )
    lab.market.load_factors(path, symbol="AAA")
    lab.strategies.save(cross())
    asked = {"grid": GRID, "train": "100 bars", "test": "60 bars"}
    walk = lab.backtests.walk_forward("Cross", "AAA", **asked)
    assert walk.run(1).details.adjusted == "all"
    for recorded, alone in runs_alone(lab, walk, "Cross"):
        assert recorded == alone


def test_years_between_the_tests_are_no_years_without_growth(walking):
    asked = {**ASKED, "train": "200 bars", "test": "60 bars"}
    walk = walking.backtests.walk_forward("Cross", "AAA", **asked, step="150 bars")
    assert len(walk.equity) == 180
    growth = walk.equity.iloc[-1] / 1e5
    reached = 100 * (growth ** (365.25 / 180) - 1)
    assert walk.outcome.out_of_sample_cagr_pct == pytest.approx(reached)


def test_each_combination_is_one_trial_with_its_sharpe_of_the_last_in_sample(walking):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    trials = walking.sql("SELECT * FROM trials")
    assert set(trials["source"]) == {"walk_forward"}
    last = walk.windows.iloc[-1]
    wanted = []
    for fast, slow in ((3, 10), (3, 20), (12, 20)):
        run = walking.backtests.run(
            "Cross", "AAA", start=last["train_first"], end=last["train_last"],
            parameters={"fast": fast, "slow": slow}, **COSTS,
        )  # fmt: skip
        wanted.append(run.metrics.sharpe_ratio / np.sqrt(252))
        assert set(trials["days"]) == {len(run.equity)}
    assert sorted(trials["daily_sharpe"]) == pytest.approx(sorted(wanted))
    walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    assert len(walking.sql("SELECT * FROM trials")) == 3


def test_warnings_are_those_of_the_chosen_parameters(walking):
    asked = {"grid": {"fast": [3], "slow": [60]}, "train": "150 bars", "test": "50 bars"}
    walk = walking.backtests.walk_forward("Cross", "AAA", start="2020-01-11", **asked)
    told = [note for note in walk.notes if note.startswith("The rules need")]
    assert len(told) == 1
    assert told[0].startswith("The rules need 60 bars before their values")
    assert "only 10 lie before 2020-01-11" in told[0]
    assert told[0] in walk.run(1, "in_sample").details.warnings
    assert not any(one.startswith("The rules") for one in walk.run(1).details.warnings)


def test_skill_in_sample_only_keeps_nothing_of_what_it_promised(lab):
    rise, fall = make_bars(300, drift=0.002, volatility=0.01), make_bars(300, drift=-0.002)
    fall = fall.set_axis(rise.index + pd.Timedelta(days=300))
    fall[["open", "high", "low", "close"]] *= rise["close"].iloc[-1] / 100
    bars = pd.concat([rise, fall])
    lab.market.load_frame(bars, symbol="AAA", timeframe="1d", exchange="XNYS")
    length = bz.parameter("length", 5, min=2, max=100)
    lab.strategies.save(bz.strategy("Long", enter=close > 0.1 * sma(length)))
    asked = {"grid": {"length": [5, 20]}, "train": "300 bars", "test": "300 bars"}
    walk = lab.backtests.walk_forward("Long", "AAA", **asked)
    assert walk.outcome.in_sample_cagr_pct > 0 > walk.outcome.out_of_sample_cagr_pct
    assert walk.efficiency < 0


def test_the_report_is_one_page_of_what_was_tested_and_what_it_was_chosen_on(walking, tmp_path):
    walk = walking.backtests.walk_forward("Cross", "AAA", **ASKED)
    path = tmp_path / "walk.html"
    report = walk.report(path)
    page = path.read_text("utf-8")
    assert [section.title for section in report.sections] == [
        "", "Out of sample", "Windows", "How it was made",
    ]  # fmt: skip
    assert "Cross on AAA" in page
    assert page.count("<tbody") == 2
    assert f"{walk.outcome.total_return_pct:,.2f}".lstrip("-") in page
    assert "fee_bps = 10" in page
    assert "fast &lt; slow" in page
    table = walk.table()
    assert table["out of sample", "run"].tolist() == [
        str(one) for one in walk.windows["out_of_sample_run"]
    ]
    assert repr(report).startswith("<WalkForwardReport: Walk-forward of Cross on AAA")
