from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out as carrying
from bitstockerz_lab.backtests.sweep import engine
from bitstockerz_lab.backtests.sweep.engine import METRICS
from bitstockerz_lab.errors import DataError, DefinitionError, NoBars, UnknownName, Untrusted
from bitstockerz_lab.strategies.python import consent
from tests.helpers import make_bars, sma_cross

GRID = {"fast": [3, 5, 9]}


@pytest.fixture
def two(lab):
    """A lab with 150 daily bars of AAA and of BBB, and a strategy."""
    for seed, name in enumerate(("AAA", "BBB"), start=1):
        frame = make_bars(150, seed=seed)
        lab.market.load_frame(frame, symbol=name, timeframe="1d", exchange="XNYS")
    lab.strategies.save(sma_cross())
    return lab


def test_every_result_is_what_a_single_run_gives(two):
    swept = two.backtests.sweep(
        "SMA cross",
        ["AAA", "bbb"],
        grid=GRID,
        periods=[(None, "2020-03-31"), ("2020-04-01", None)],
        fee_bps=[0, 5],
        slippage_bps=1,
        stop_loss_pct=4,
        max_bars=7,
    )
    assert len(swept.results) == 3 * 8
    for label in range(1, 24, 4):
        row = swept.results.loc[label]
        run = two.backtests.run(
            "SMA cross",
            row["symbol"],
            start=row["start"],
            end=row["end"],
            parameters=swept.parameters(label),
            fee_bps=row["fee_bps"],
            slippage_bps=1,
            stop_loss_pct=4,
            max_bars=7,
        )
        known = {k: np.nan if v is None else v for k, v in run.metrics.as_dict().items()}
        np.testing.assert_allclose(
            [row[name] for name in METRICS], [known[name] for name in METRICS], rtol=1e-9, atol=1e-9
        )


def test_one_symbol_may_be_a_text_and_an_alias_is_the_same_symbol(two):
    alone = two.backtests.sweep("SMA cross", "aaa", grid=GRID, record=False)
    assert alone.results["symbol"].tolist() == ["AAA"] * 3
    twice = two.backtests.sweep("SMA cross", ["AAA", " aaa ", "AAA"], grid=GRID, record=False)
    assert len(twice.units) == 1


def test_the_numbers_are_those_of_the_sweep_without_a_database(two):
    ours = two.backtests.sweep("SMA cross", "AAA", grid=GRID, adjusted=False, fee_bps=3)
    bars = two.market.bars("AAA", adjusted=False)
    theirs = bz.sweep(sma_cross(), bars, grid=GRID, fee_bps=3)
    pd.testing.assert_frame_equal(ours.results, theirs.results)


def test_it_is_recorded_unless_told_otherwise(two):
    uncounted = two.backtests.sweep("SMA cross", "AAA", grid=GRID, record=False)
    assert uncounted.id is None
    assert uncounted.remarks[-1] == "Nothing is recorded; what was tried counts as trials."
    assert len(two.backtests.sweeps()) == 0
    swept = two.backtests.sweep("SMA cross", "AAA", grid=GRID)
    assert (swept.id, swept.version, swept.strategy) == (1, 1, "SMA cross")
    assert two.backtests.sweeps()["id"].tolist() == [1]
    assert "Sweep 1 of 'SMA cross': 3 combinations" in repr(swept)


def test_what_a_run_warns_of_is_said_of_a_sweep_once(two):
    swept = two.backtests.sweep("SMA cross", "AAA", grid=GRID, fee_bps=[0, 5])
    told = [one for one in swept.remarks if "no price factors" in one]
    assert len(told) == 1


def test_costs_that_a_run_warns_of_are_warned_of_at_those_costs_only(two):
    swept = two.backtests.sweep(
        "SMA cross", "AAA", grid=GRID, fee_bps=[0, 300], take_profit_pct=1, record=False
    )
    cheap, dear = (unit.recipe.warnings for unit in swept.units)
    assert len(dear) == len(cheap) + 1


def test_an_older_version_and_fixed_parameters_are_used(two):
    two.strategies.save(sma_cross(max_bars=bz.parameter("longest", 9)))
    old = two.backtests.sweep("SMA cross", "AAA", grid=GRID, version=1, record=False)
    assert old.version == 1
    new = two.backtests.sweep(
        "SMA cross", "AAA", grid=GRID, parameters={"longest": 2}, record=False
    )
    assert new.version == 2
    assert new.parameters(0) == {"longest": 2, "fast": 3}
    assert (new.results["final_equity"] != old.results["final_equity"]).all()


def asked(lab, error, told, *given, **settings):
    with pytest.raises(error, match=told):
        lab.backtests.sweep(*(given or ("SMA cross", "AAA")), **{"grid": GRID, **settings})


def test_what_cannot_be_swept_is_refused_and_nothing_is_recorded(two):
    asked(two, UnknownName, "No strategy 'SMA cros'", "SMA cros", "AAA")
    asked(two, UnknownName, "No symbol 'AAB'", "SMA cross", ["AAA", "AAB"])
    asked(two, DataError, "symbols is empty", "SMA cross", [])
    asked(two, DataError, "symbols must be a text or a list of texts; 5 is none", "SMA cross", [5])
    asked(two, NoBars, "AAA has no 1d bars from 2030", start="2030-01-01")
    asked(two, DataError, "is after end", periods=[("2020-03-01", "2020-02-01")])
    asked(two, DefinitionError, "Both periods and start", start="2020", periods=[("2020", None)])
    asked(two, UnknownName, r"No parameter 'fst'", grid={"fst": [5]})
    asked(two, UnknownName, r"no argument 'symbol'. Did you mean 'symbols'", symbol="AAA")
    asked(two, UnknownName, "No metric to rank by 'profit'", by="profit")
    asked(two, DefinitionError, "fast is in the grid and in parameters", parameters={"fast": 5})
    asked(two, DefinitionError, "No combination of fast meets", constraint="fast > 100")
    asked(two, DefinitionError, "slippage_bps must be", slippage_bps=[1, -1])
    asked(two, DefinitionError, "samples must be", samples=-1)
    asked(two, DataError, "No timeframe", timeframe="5d")
    assert len(two.backtests.sweeps()) == 0


def test_a_grid_goes_by_name(two):
    with pytest.raises(DefinitionError, match=r"timeframe must be a text .*A grid is given by"):
        two.backtests.sweep("SMA cross", "AAA", GRID)


def test_ctrl_c_keeps_what_is_done_and_the_same_call_goes_on(two, monkeypatch):
    whole = two.backtests.sweep("SMA cross", "AAA", grid=GRID, record=False).results
    real, calls = engine.measure, []

    def measure(unit, combinations, **settings):
        calls.append(combinations[0]["fast"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(unit, combinations, **settings)

    monkeypatch.setattr(engine, "measure", measure)
    monkeypatch.setattr(carrying, "FIRST_S", 0.0)
    monkeypatch.setattr(carrying, "PART_S", 0.0)
    stopped = two.backtests.sweep("SMA cross", "AAA", grid=GRID)
    assert (stopped.status, len(stopped.results)) == ("cancelled", 1)
    assert "Stopped after 1 of 3 results, which are kept; the same call goes on." in repr(stopped)
    assert two.backtests.sweeps()["status"].tolist() == ["cancelled"]
    went_on = two.backtests.sweep("SMA cross", "AAA", grid=GRID)
    assert (went_on.status, went_on.id) == ("completed", stopped.id)
    assert calls == [3, 5, 5, 9]
    pd.testing.assert_frame_equal(went_on.results, whole)


def test_a_failure_is_recorded_with_what_was_done(two, monkeypatch):
    def measure(*_, **__):
        raise DefinitionError("It went wrong.")

    monkeypatch.setattr(engine, "measure", measure)
    asked(two, DefinitionError, "It went wrong")
    found = two.backtests.sweeps()
    assert found[["status", "error_message"]].to_numpy().tolist() == [["failed", "It went wrong."]]


def test_code_that_looks_ahead_says_so(two):
    @bz.code_strategy("Peeks")
    def peeks(bars, fast=5):
        above = bars["close"].shift(-1) > bars["close"].rolling(fast).mean()
        return {"enter": above, "leave": ~above}

    two.strategies.save(peeks)
    swept = two.backtests.sweep("Peeks", "AAA", grid={"fast": [3, 5]})
    assert any("look" in one and "ahead" in one for one in swept.remarks)


def test_foreign_code_runs_only_where_somebody_agreed(two):
    @bz.code_strategy("Dip")
    def dip(bars, fast=3):
        fell = bars["close"] < bars["close"].shift(fast)
        return {"enter": fell, "leave": ~fell}

    two.strategies.save(dip)
    consent.take_back(dip)
    asked(two, Untrusted, "not written or agreed to", "Dip", "AAA")
    assert len(two.backtests.sweeps()) == 0
    swept = two.backtests.sweep("Dip", "AAA", grid=GRID, trust=True)
    assert swept.status == "completed"
    assert swept.results["num_trades"].gt(0).all()
