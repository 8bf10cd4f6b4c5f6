"""Sweeps in the database: written whole, given back, gone on with, made runs."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out, recorder, store
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS, Measured
from bitstockerz_lab.backtests.sweep.question import Part, Question
from bitstockerz_lab.backtests.sweep.recorder import Recorder
from bitstockerz_lab.backtests.sweep.rows import parts_of
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DataError, TradingError, UnknownName, Untrusted
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, sma
from bitstockerz_lab.strategies.python import consent
from tests.conventions.project import PACKAGE
from tests.helpers import make_bars

TABLES = ("sweeps", "sweep_units", "sweep_combinations", "sweep_results", "sweep_runs", "trials")
GRID = {"fast": [3, 5, 15], "slow": [10, 20, 30]}
ASKED = {"grid": GRID, "constraint": "fast < slow", "progress": False}


@pytest.fixture
def sweeping(lab):
    """A lab with two symbols of 400 daily bars and a strategy of two parameters."""
    for seed, symbol in enumerate(("AAA", "BBB")):
        lab.market.load_frame(
            make_bars(400, seed=seed), symbol=symbol, timeframe="1d", exchange="XNYS"
        )
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    slow = sma(bz.parameter("slow", 20, min=2, max=200))
    lab.strategies.save(
        bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))
    )
    return lab


def counts(lab):
    return {name: int(lab.sql(f"SELECT count(*) AS n FROM {name}")["n"].iloc[0]) for name in TABLES}  # noqa: S608


def equal(one, other):
    pd.testing.assert_frame_equal(one.results, other.results, check_exact=True)


def correct(lab, symbol, day):
    """Correct the close of one bar."""
    bar = lab.market.bars(symbol, "1d", start=day, end=day, adjusted=False).iloc[0]
    value = float(bar["close"] + bar["high"]) / 2
    lab.market.correct(symbol, day, close=value, reason="a digit was wrong")


def interrupted_after(monkeypatch, parts):
    """Let every combination be a part, and Ctrl-C come after so many of them."""
    measure, done = carry_out.engine.measure, []

    def measured(*given, **words):
        if len(done) == parts:
            raise KeyboardInterrupt
        done.append(1)
        return measure(*given, **words)

    monkeypatch.setattr(carry_out.engine, "measure", measured)
    for name in ("FIRST_S", "PART_S"):
        monkeypatch.setattr(carry_out, name, 0.0)


@pytest.fixture
def every_part_at_once(monkeypatch):
    """Let each part be a transaction of its own."""
    monkeypatch.setattr(recorder, "AT_ONCE_S", -1.0)
    monkeypatch.setattr(recorder, "EVERY_S", -1.0)


def test_the_table_has_a_column_for_every_number():
    path = PACKAGE / "storage" / "migrations" / "0020_sweeps.sql"
    text = path.read_text("utf-8").partition("CREATE TABLE sweep_results (")[2]
    table = text.partition(");")[0]
    lines = [line.split() for line in table.splitlines() if line.strip()]
    names = [words[0] for words in lines if words[0] != "--"]
    assert set(names) == {"sweep_id", "unit_number", "combination", *METRICS, *BESIDES}


def test_a_sweep_is_read_back_exactly_as_it_was_computed(sweeping):
    swept = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], fee_bps=[0, 10], **ASKED)
    found = sweeping.backtests.get_sweep(swept.id)
    equal(found, swept)
    assert len(found.results) == 4 * 8
    for name in ("id", "strategy", "version", "by", "status", "asked", "seed", "as_of"):
        assert getattr(found, name) == getattr(swept, name)
    assert list(found.combinations) == list(swept.combinations)
    assert {name: column.dtype for name, column in found.combinations.columns.items()} == {
        name: column.dtype for name, column in swept.combinations.columns.items()
    }
    for mine, theirs in zip(found.units, swept.units, strict=True):
        assert (mine.number, mine.recipe) == (theirs.number, theirs.recipe)
        pd.testing.assert_frame_equal(mine.bars, theirs.bars)


def test_fractions_and_undefined_numbers_come_back_as_they_were(sweeping):
    swept = sweeping.backtests.sweep(
        "Cross",
        "AAA",
        grid={"fast": [90, 99], "slow": [100, 200]},
        stop_loss_pct=7.25,
        progress=False,
    )
    assert swept.results["avg_loss_pct"].isna().any()
    found = sweeping.backtests.get_sweep(swept.id)
    equal(found, swept)
    assert found.units[0].recipe == swept.units[0].recipe


def test_a_short_sweep_takes_one_transaction(sweeping, monkeypatch):
    monkeypatch.setattr(recorder, "AT_ONCE_S", 1e9)  # however slow the machine is
    written = []
    write = type(sweeping.database).write
    monkeypatch.setattr(
        type(sweeping.database), "write", lambda self: written.append(1) or write(self)
    )
    sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    assert len(written) == 1
    assert counts(sweeping) == {
        "sweeps": 1, "sweep_units": 1, "sweep_combinations": 8, "sweep_results": 8,
        "sweep_runs": 0, "trials": 8,
    }  # fmt: skip


def test_the_same_question_is_answered_by_what_is_recorded(sweeping, monkeypatch):
    swept = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    before = counts(sweeping)
    interrupted_after(monkeypatch, 0)
    again = sweeping.backtests.sweep("cross", "aaa", by="calmar_ratio", **ASKED)
    assert (again.id, again.by, again.status) == (swept.id, "calmar_ratio", "completed")
    equal(again, swept)
    assert counts(sweeping) == before


def test_rerun_begins_a_new_one(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    again = sweeping.backtests.sweep("Cross", "AAA", rerun=True, **ASKED)
    assert again.id != swept.id
    equal(again, swept)
    assert counts(sweeping)["trials"] == 8  # trying again counts once


def test_without_a_record_the_trials_count_all_the_same(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", record=False, **ASKED)
    assert swept.id is None
    assert counts(sweeping) == dict.fromkeys(TABLES, 0) | {"trials": 8}


@pytest.mark.usefixtures("every_part_at_once")
def test_a_sweep_that_was_stopped_goes_on_and_ends_like_an_unbroken_one(sweeping, monkeypatch):
    with monkeypatch.context() as patch:
        interrupted_after(patch, 5)
        stopped = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], **ASKED)
    assert (stopped.status, len(stopped.results)) == ("cancelled", 5)
    equal(sweeping.backtests.get_sweep(stopped.id), stopped)
    with monkeypatch.context() as patch:
        interrupted_after(patch, 6)
        later = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], **ASKED)
    assert (later.id, later.status, len(later.results)) == (stopped.id, "cancelled", 11)
    whole = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], **ASKED)
    assert (whole.id, whole.status) == (stopped.id, "completed")
    assert f"Sweep {whole.id} went on where it had stopped: 11 of its" in "".join(whole.remarks)
    unbroken = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], rerun=True, **ASKED)
    equal(whole, unbroken)
    equal(sweeping.backtests.get_sweep(whole.id), sweeping.backtests.get_sweep(unbroken.id))


@pytest.mark.usefixtures("every_part_at_once")
def test_a_failure_is_recorded_and_the_next_attempt_goes_on(sweeping, monkeypatch):
    with monkeypatch.context() as patch:
        interrupted_after(patch, 3)
        patch.setattr(recorder.store, "add_results", _fail_at(3))
        with pytest.raises(TradingError, match="no room"):
            sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    [row] = sweeping.backtests.sweeps().to_dict("records")
    assert (row["status"], row["error_message"]) == ("failed", "no room")
    assert counts(sweeping)["sweep_results"] == 2
    assert "Not all of it was carried out (no room)" in sweeping.backtests.get_sweep(1).show
    assert sweeping.backtests.sweep("Cross", "AAA", **ASKED).status == "completed"
    assert counts(sweeping)["sweep_results"] == 8


@pytest.mark.usefixtures("every_part_at_once")
@pytest.mark.parametrize("at", [0, 4])
@pytest.mark.parametrize("committed", [False, True])
def test_an_interrupt_while_it_is_written_neither_loses_nor_doubles_a_row(
    sweeping, monkeypatch, committed, at
):
    write, done = type(sweeping.database).write, []

    @contextmanager
    def broken(self):
        done.append(1)
        if len(done) != at + 1:
            with write(self) as con:
                yield con
            return
        with write(self) as con:
            yield con
            if not committed:
                raise KeyboardInterrupt
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        interrupted_after(patch, 99)
        patch.setattr(type(sweeping.database), "write", broken)
        stopped = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    assert (stopped.status, len(stopped.results)) == ("cancelled", at + 1)
    equal(sweeping.backtests.get_sweep(stopped.id), stopped)
    whole = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    assert (whole.id, len(whole.results)) == (stopped.id, 8)
    assert counts(sweeping)["sweeps"] == 1
    assert counts(sweeping)["sweep_results"] == 8
    assert counts(sweeping)["trials"] == 8


def test_a_sweep_stopped_before_anything_was_done_is_empty(sweeping, monkeypatch):
    with monkeypatch.context() as patch:
        interrupted_after(patch, 0)
        stopped = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    found = sweeping.backtests.get_sweep(stopped.id)
    assert (found.status, len(found.results)) == ("cancelled", 0)
    equal(found, stopped)


def test_long_sweeps_that_are_not_recorded_count_their_trials_on_the_way(sweeping, monkeypatch):
    monkeypatch.setattr(recorder, "AT_ONCE_S", -1.0)
    monkeypatch.setattr(recorder, "EVERY_S", 1e9)
    interrupted_after(monkeypatch, 3)
    told = []
    swept = sweeping.backtests.sweep(
        "Cross", "AAA", record=False, grid=GRID, constraint="fast < slow",
        progress=lambda _: told.append(counts(sweeping)["trials"]),
    )  # fmt: skip
    assert (swept.id, swept.status, len(swept.results)) == (None, "cancelled", 3)
    assert told == [0, 1, 1]
    assert counts(sweeping) == dict.fromkeys(TABLES, 0) | {"trials": 3}


def _fail_at(part):
    add, done = store.add_results, []

    def failing(con, sweep_id, parts, seconds):
        done.append(1)
        if len(done) == part:
            parts.clear()
            raise TradingError("no room")
        add(con, sweep_id, parts, seconds)

    return failing


def test_what_somebody_carries_out_is_not_carried_out_twice(sweeping, monkeypatch):
    swept = sweeping.backtests.sweep("Cross", "AAA", record=False, **ASKED)
    question = _question(swept, sweeping)
    monkeypatch.setattr(recorder, "AT_ONCE_S", -1.0)
    first, second = (Recorder(sweeping.database, sweeping.user) for _ in range(2))
    first.begin(question, rerun=False)
    first.take(_part(swept, 0, 4))
    with pytest.raises(TradingError, match="Sweep 1, the same, is being carried out by process"):
        second.begin(question, rerun=False)
    first.take(_part(swept, 4, 8))
    first.finish(Status.COMPLETED)
    assert len(second.begin(question, rerun=False)) == 1
    equal(sweeping.backtests.get_sweep(1), swept)


def test_of_two_that_go_on_at_once_one_wins(sweeping, monkeypatch):
    swept = sweeping.backtests.sweep("Cross", "AAA", record=False, **ASKED)
    question = _question(swept, sweeping)
    monkeypatch.setattr(recorder, "AT_ONCE_S", 1e9)
    dead = Recorder(sweeping.database, sweeping.user)
    dead.begin(question, rerun=False)
    dead.take(_part(swept, 0, 4))
    dead.finish(Status.CANCELLED)
    with sweeping.database.read() as con:
        known = store.known(con, sweeping.user.id, question.version.id, question.fingerprint)
    with sweeping.database.write() as con:
        assert store.claim(con, known.id, known.claim, "one")
        assert not store.claim(con, known.id, known.claim, "other")
    # who lost its claim can write nothing any more
    late = Recorder(sweeping.database, sweeping.user)
    late._question, late.id = question, 1
    late.take(_part(swept, 4, 8))
    with pytest.raises(TradingError, match="Sweep 1 was taken over"):
        late.finish(Status.COMPLETED)
    assert counts(sweeping)["sweep_results"] == 4


def _question(swept, lab):
    return Question(
        version=lab.strategies.get(swept.strategy),
        combinations=swept.combinations,
        units=swept.units,
        as_of=swept.as_of,
    )


def _part(swept, start, stop):
    values = {name: swept.results[name].to_numpy()[start:stop] for name in (*METRICS, *BESIDES)}
    return Part(0, start, stop, Measured(values, np.zeros((stop - start, 16, 5))))


def test_new_bars_make_a_new_sweep_and_it_says_so(sweeping):
    old = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    bars = make_bars(420, seed=0)
    sweeping.market.load_frame(bars.iloc[400:], symbol="AAA", timeframe="1d")
    new = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    assert new.id != old.id
    assert "The stored bars are not those of sweep 1, which asked the same" in new.show


def test_a_recorded_sweep_keeps_its_bars_and_says_what_was_stored_since(sweeping):
    old = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], **ASKED)
    assert "was stored since" not in sweeping.backtests.get_sweep(old.id).show
    correct(sweeping, "AAA", "2020-07-19")
    found = sweeping.backtests.get_sweep(old.id)
    assert "Of AAA something was stored since that this sweep would read today" in found.show
    pd.testing.assert_frame_equal(found.units[0].bars, old.units[0].bars)
    row = found.best(1).iloc[0]
    assert found.promote(row).metrics.sharpe_ratio == pytest.approx(row["sharpe_ratio"], abs=1e-9)


def test_a_symbol_that_the_rules_look_at_is_read_again_as_it_was(sweeping):
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    calm = close.of("BBB") > sma(20).of("BBB")
    rules = bz.strategy("Looks", enter=(close > fast) & calm, leave=close < fast)
    sweeping.strategies.save(rules)
    swept = sweeping.backtests.sweep("Looks", "AAA", grid={"fast": [3, 5]}, progress=False)
    found = sweeping.backtests.get_sweep(swept.id)
    assert found.units[0].recipe == swept.units[0].recipe
    pd.testing.assert_frame_equal(found.units[0].others["BBB"], swept.units[0].others["BBB"])
    correct(sweeping, "BBB", "2020-04-10")
    assert "Of BBB something was stored since" in sweeping.backtests.get_sweep(swept.id).show


def test_bars_changed_behind_the_labs_back_are_refused(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    with sweeping.database.write() as con:
        con.execute("UPDATE equity_daily_bars SET close = close * 1.001, high = high * 1.01")
    with pytest.raises(DataError, match="not those of sweep 1 any more"):
        sweeping.backtests.get_sweep(swept.id).units[0]


@pytest.mark.parametrize("stored", [False, True])
def test_every_way_to_name_a_combination_promotes_it(sweeping, stored):
    swept = sweeping.backtests.sweep(
        "Cross", ["AAA", "BBB"], start="2020-04-01", fee_bps=[0, 25], slippage_bps=3, **ASKED
    )
    if stored:
        swept = sweeping.backtests.get_sweep(swept.id)
    row = swept.results.iloc[27]
    run = swept.promote(27)
    assert (run.symbol, run.details.costs["fee_bps"]) == ("BBB", 25)
    assert run.details.parameters == {"fast": row["fast"], "slow": row["slow"]}
    for name, value in run.metrics.as_dict().items():
        expected = np.nan if value is None else value
        assert row[name] == pytest.approx(expected, abs=1e-9, rel=1e-9, nan_ok=True), name
    same = [row, swept.results.iloc[[27]], {"fast": row["fast"], "slow": row["slow"]}]
    assert [swept.promote(one, unit=3).id for one in same] == [run.id] * 3
    steady = swept.stability(unit=3)
    assert swept.promote(steady.loc[27], unit=3).id == run.id
    assert swept.runs.to_dict("records") == [{"unit": 3, "combination": 3, "run": run.id}]
    assert sweeping.backtests.verify(run.id).ok
    by_hand = sweeping.backtests.run(
        "Cross", "BBB", start="2020-04-01", fee_bps=25, slippage_bps=3,
        parameters=run.details.parameters,
    )  # fmt: skip
    assert by_hand.id == run.id


def test_foreign_code_is_promoted_only_where_somebody_agreed(sweeping):
    @bz.code_strategy("Dip")
    def dip(bars, lag=3):
        fell = bars["close"] < bars["close"].shift(lag)
        return {"enter": fell, "leave": ~fell}

    sweeping.strategies.save(dip)
    swept = sweeping.backtests.sweep("Dip", "AAA", grid={"lag": [2, 5]}, progress=False)
    consent.take_back(dip)
    found = sweeping.backtests.get_sweep(swept.id)
    equal(found, swept)
    with pytest.raises(Untrusted, match="not written or agreed to on this machine"):
        found.promote(1)
    assert sweeping.backtests.list().empty
    consent.agree(dip)
    assert found.promote(1).details.parameters == {"lag": 5}


def test_what_cannot_be_promoted_says_why(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    for wrong in (99, {"fast": 4, "slow": 10}, {"fast": 3}):
        with pytest.raises(UnknownName):
            swept.promote(wrong)
    with pytest.raises(UnknownName, match="No unit 3"):
        swept.promote({"fast": 3, "slow": 10}, unit=3)
    with pytest.raises(TradingError, match="One row becomes one run; got 3"):
        swept.promote(swept.best(3))
    with pytest.raises(TradingError, match="belongs to no lab"):
        bz.sweep(
            sweeping.strategies.get("Cross").definition, make_bars(100), asset_type="EQUITY",
            grid=GRID, progress=False,
        ).promote(0)  # fmt: skip


def test_of_several_units_it_asks_which_is_promoted(sweeping):
    swept = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], fee_bps=[0, 25], **ASKED)
    row = swept.best(1).iloc[0]
    chosen = {"fast": row["fast"], "slow": row["slow"]}
    for unclear in (chosen, swept.plateau(), swept.stability().iloc[0]):
        with pytest.raises(TradingError, match=r"4 units: 0 \(AAA, .*, fee_bps 0\); .* unit="):
            swept.promote(unclear)
    with pytest.raises(TradingError, match=f"row is of unit {row['unit']}, but unit=9"):
        swept.promote(row, unit=9)
    with pytest.raises(TradingError, match="names no combination"):
        swept.promote(row[["sharpe_ratio"]], unit=0)
    assert sweeping.backtests.list().empty
    alone = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    row = alone.best(1).iloc[0]
    run = alone.promote({"fast": row["fast"], "slow": row["slow"]})
    assert alone.promote(alone.stability().loc[row.name]).id == run.id


def test_sweeps_are_listed_by_strategy_and_symbol(sweeping):
    for symbols in ("AAA", ["AAA", "BBB"], "BBB"):
        sweeping.backtests.sweep("Cross", symbols, **ASKED)
    listed = sweeping.backtests.sweeps
    assert listed()["id"].tolist() == [3, 2, 1]
    assert listed(symbol=" aaa ")["id"].tolist() == [2, 1]
    assert listed("CROSS", "bbb", limit=1)["id"].tolist() == [3]
    assert listed("Other").empty
    assert listed(symbol="AA").empty
    assert listed("Cross", "AAA").index.tolist() == [0, 1]


def test_a_run_that_differs_from_its_row_is_told(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", **ASKED)
    swept.results.loc[0, "final_equity"] += 1
    with pytest.raises(TradingError, match="came to final_equity"):
        swept.promote(0)


def test_sweeps_are_listed_newest_first(sweeping):
    assert sweeping.backtests.sweeps().empty
    sweeping.backtests.sweep("Cross", ["BBB", "AAA"], fee_bps=[0, 5, 10], **ASKED)
    sweeping.backtests.sweep("Cross", "AAA", by="calmar_ratio", **ASKED)
    told = sweeping.backtests.sweeps()
    assert told["id"].tolist() == [2, 1]
    assert told["symbols"].tolist() == ["AAA", "AAA, BBB"]
    assert told["units"].tolist() == [1, 6]
    assert told["combinations"].tolist() == [8, 8]
    assert told["chosen_by"].tolist() == ["calmar_ratio", "sharpe_ratio"]


@pytest.mark.parametrize("wrong", [9, "1", None])
def test_a_sweep_that_is_not_there_is_told(sweeping, wrong):
    with pytest.raises(UnknownName, match=r"lab\.backtests\.sweeps\(\)"):
        sweeping.backtests.get_sweep(wrong)


def test_parts_are_what_neighbours_make():
    rows = pd.DataFrame({"unit_number": [0, 0, 0, 1, 1], "combination": [0, 1, 5, 5, 6]})
    found = parts_of(rows.assign(days=[1.0, 2.0, 3.0, 4.0, 5.0]))
    assert [(one.unit, one.start, one.stop) for one in found] == [(0, 0, 2), (0, 5, 6), (1, 5, 7)]
    assert [one.measured.values["days"].tolist() for one in found] == [[1, 2], [3], [4, 5]]
    assert parts_of(rows.iloc[:0]) == []


def test_parameters_are_written_as_json():
    columns = {"a %s": np.array([1, 2]), 'b"': np.array([0.5, 1e-7])}
    texts = store._as_json(columns)
    assert [json.loads(text) for text in texts] == [
        {"a %s": 1, 'b"': 0.5},
        {"a %s": 2, 'b"': 1e-7},
    ]
