"""Exits that stand in a definition: moving stops, targets, pauses; recorded, verified, told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock, strategies
from bitstockerz_lab.backtests import plan, run_terms
from bitstockerz_lab.backtests.report import Report
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.market.symbols import Symbol
from bitstockerz_lab.strategies import Definition
from bitstockerz_lab.strategies.versions import StrategyVersion

FORMAT_1 = Path(__file__).parents[1] / "answers" / "definitions_of_format_1.json"
ATR_PCT = {"divide": [{"multiply": [100, "range"]}, "close"]}
MOVING = {
    "name": "Moving",
    "parameters": {"times": {"default": 2.0, "min": 1, "max": 4}},
    "indicators": {
        "mean": {"indicator": "sma", "period": 8},
        "range": {"indicator": "atr", "period": 5},
    },
    "enter_long": {"left": "close", "op": ">", "right": "mean"},
    "enter_short": {"left": "close", "op": "<", "right": "mean"},
    "stop_loss_pct": {"multiply": [{"parameter": "times"}, ATR_PCT]},
    "trailing_stop_pct": 9,
    "break_even_pct": ATR_PCT,
    "targets": [
        {"profit_pct": ATR_PCT, "close_pct": 40},
        {"profit_pct": {"multiply": [2, ATR_PCT]}, "close_pct": 40},
    ],
    "max_bars": 12,
    "cooldown_bars": 2,
    "max_trades_per_day": 1,
    "sizing": {"method": "risk_percent", "value": 1},
}


def atr_pct(bars):
    definition = Definition.parse({**MOVING, "break_even_pct": None})
    columns = strategies.columns.Columns(definition, bars, definition.resolve())
    return 100 * columns.indicator("range") / bars["close"]


@pytest.fixture
def run(stocked):
    stocked.strategies.save(MOVING)
    return stocked.backtests.run("Moving", "AAA", parameters={"times": 1.5}, fee_bps=5)


def test_a_run_with_moving_exits_is_what_simulate_gives_with_columns(run):
    bars = run.bars
    signals = strategies.signals(MOVING, bars)
    width = atr_pct(bars)
    again = bz.simulate(
        bars,
        *(signals[name] for name in signals),
        stop_loss_pct=1.5 * width,
        trailing_stop_pct=9,
        break_even_pct=width,
        targets=[(width, 40), (2 * width, 40)],
        max_bars=12,
        cooldown_bars=2,
        max_trades_per_day=1,
        sizing=("risk_percent", 1),
        fee_bps=5,
    )
    reasons = set(again.trades["exit_reason"])
    assert {"stop_loss", "break_even", "take_profit"} <= reasons
    columns = ["entry_time", "exit_time", "side", "exit_reason", "position_no"]
    pd.testing.assert_frame_equal(again.trades[columns], run.trades[columns])
    pd.testing.assert_series_equal(again.trades["pnl_abs"], run.trades["pnl_abs"], rtol=1e-9)


def test_it_is_verified_bit_for_bit_and_the_second_engine_names_what_it_cannot(stocked, run):
    checked = stocked.backtests.verify(run.id)
    assert checked.differences == ()
    told = checked.second_opinion.not_comparable
    assert {
        "stop_loss_pct", "trailing_stop_pct", "break_even_pct", "targets", "max_bars",
        "cooldown_bars", "max_trades_per_day",
    } <= set(told)  # fmt: skip


def test_what_is_fixed_is_recorded_and_read_back(stocked, run):
    details = stocked.backtests.get(run.id).details
    assert details.exits == {
        "trailing_stop_pct": 9,
        "max_bars": 12,
        "cooldown_bars": 2,
        "max_trades_per_day": 1,
    }
    assert stocked.backtests.get(run.id).recipe.terms == run.recipe.terms
    again = stocked.backtests.run("Moving", "AAA", parameters={"times": 1.5}, fee_bps=5)
    assert again.id == run.id
    assert stocked.backtests.run("Moving", "AAA").id != run.id


def test_fixed_targets_are_recorded_and_told(stocked):
    aims = [{"profit_pct": 2, "close_pct": 50}, {"profit_pct": 4, "close_pct": {"parameter": "p"}}]
    rules = {"parameters": {"p": {"default": 25.0}}, "enter_long": MOVING["enter_long"],
             "indicators": {"mean": MOVING["indicators"]["mean"]}, "targets": aims,
             "cooldown_bars": 1}  # fmt: skip
    stocked.strategies.save(rules, name="Targets")
    run = stocked.backtests.get(stocked.backtests.run("Targets", "AAA").id)
    assert run.details.exits == {"targets": [[2, 50], [4, 25]], "cooldown_bars": 1}
    assert run.trades["position_no"].duplicated().any()
    assert stocked.backtests.verify(run.id).ok
    page = Report(run).html()
    aims = "targets 50 % at a gain of 2 % and 25 % at a gain of 4 %"
    assert f"{aims}, no entry for 1 bar after a loss" in page
    assert "Close 50 % of the position at a gain of 2 %" in page


EXITS = {
    "break_even_pct": 3,
    "targets": [(2, 50), (4, 25)],
    "cooldown_bars": 2,
    "max_trades_per_day": 1,
}


def test_a_run_is_given_what_the_strategy_leaves_open_and_it_is_the_same(stocked):
    rules = {"indicators": {"mean": MOVING["indicators"]["mean"]},
             "enter_long": MOVING["enter_long"]}  # fmt: skip
    stocked.strategies.save(rules, name="Open")
    aims = [{"profit_pct": gain, "close_pct": share} for gain, share in EXITS["targets"]]
    stocked.strategies.save({**rules, **EXITS, "targets": aims}, name="Set")
    given = stocked.backtests.run("Open", "AAA", stop_loss_pct=5, **EXITS)
    told = stocked.backtests.run("Set", "AAA", stop_loss_pct=5)
    pd.testing.assert_frame_equal(given.trades, told.trades)
    assert given.details.exits == told.details.exits
    assert stocked.backtests.verify(given.id).ok
    assert given.id != stocked.backtests.run("Open", "AAA", stop_loss_pct=5).id


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"targets": [5, 50]}, "pairs of"),
        ({"targets": [(9, 50), (4, 50)]}, "must ascend"),
        ({"targets": [([1, 2], 50)]}, "plain numbers"),
        ({"stop_loss_pct": [1, 2]}, "plain numbers"),
        ({"stop_loss_pct": "8"}, "stop_loss_pct must be a number; got '8'"),
        ({"break_even_pct": 0}, "break_even_pct must be a finite number above 0"),
        ({"cooldown_bars": 1.5}, "cooldown_bars must be a whole number from 1"),
    ],
)
def test_what_a_run_cannot_take_is_said(stocked, given, told):
    with pytest.raises(DefinitionError, match=told):
        stocked.backtests.run("SMA cross", "AAA", **given)


def test_what_the_definition_sets_by_an_expression_is_not_given_again(stocked):
    stocked.strategies.save(MOVING)
    with pytest.raises(DefinitionError, match="sets stop_loss_pct itself"):
        stocked.backtests.run("Moving", "AAA", stop_loss_pct=4)


def test_risk_is_measured_by_a_moving_stop_and_an_entry_without_one_is_skipped(stocked):
    rules = {**MOVING, "name": "Risk", "trailing_stop_pct": None, "targets": None}
    stocked.strategies.save({**rules, "stop_loss_pct": {"subtract": [ATR_PCT, 1e6]}})
    run = stocked.backtests.run("Risk", "AAA")
    assert len(run.trades) == 0
    assert run.details.skipped_entries > 0


def recipe(name, **terms):
    """A run's recipe without a database."""
    definition = Definition.parse(json.loads(FORMAT_1.read_text("utf-8"))[name])
    when = datetime(2024, 1, 1, tzinfo=UTC)
    version = StrategyVersion(1, 1, definition.name, 1, definition, "ANY", "ANY", "ANY", when)
    parameters = definition.resolve({})
    exits, checked = run_terms.join(version, parameters, plan.wish(version, "X", **terms).terms)
    return plan.Recipe(
        version=version,
        symbol=Symbol(1, "X", "X", AssetType.EQUITY, None, "USD", None, None),
        timeframe="1d",
        start=clock.utc("2020-01-01"),
        end=clock.utc("2021-01-01"),
        parameters=parameters,
        exits=exits,
        terms=checked,
        adjusted="all",
    )


RECORDED = {
    # computed by the program as it was when format 1 was all there is
    "e1c84a752b21d7e45aa4644655a4b4a4efd0571bc449061aff6d10770d8be28f": (
        "golden-cross",
        {"fee_bps": 5},
    ),
    "71faec0c22afbfede69a46773a54047ca0f16732d390444ff994282e2ccef2ce": (
        "golden-cross",
        {"stop_loss_pct": 5, "max_bars": 10},
    ),
    "edc60c7e4badb97202c13297095dfdc66dc22b61104f8c7ced8402f9b1973326": ("rsi-reversal", {}),
}


@pytest.mark.parametrize("fingerprint", RECORDED)
def test_runs_recorded_before_there_was_format_2_keep_their_fingerprint(fingerprint):
    name, terms = RECORDED[fingerprint]
    assert recipe(name, **terms).fingerprint("0" * 64, "1", "0.8.2") == fingerprint


def test_what_is_set_changes_the_fingerprint():
    plain, paused = recipe("golden-cross"), recipe("golden-cross", cooldown_bars=3)
    assert plain.fingerprint("0" * 64) != paused.fingerprint("0" * 64)
