"""A run's rules as a new version: it trades as the run did."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import TradingError
from tests.helpers import sma_cross

COSTS = {"fee_bps": 5, "slippage_bps": 2}


def test_the_parameters_become_the_defaults_of_the_next_version(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8}, **COSTS)
    made = stocked.backtests.promote(run)
    assert (made.name, made.version) == ("SMA cross", 2)
    assert made.definition.parameters["fast"].default == 8
    assert stocked.strategies.diff("SMA cross").sentences == ("parameter fast: default 5 → 8",)
    again = stocked.backtests.run("SMA cross", "AAA", **COSTS)
    assert (again.version, again.metrics) == (2, run.metrics)
    assert again.trades.equals(run.trades)
    (note,) = stocked.strategies.notes("SMA cross")["note"]
    assert note.startswith(f"Promoted from run {run.id} on AAA 1d, 2020-01-01 to ")
    assert note.endswith("with fast 8.")


def test_what_the_call_set_is_written_into_the_rules(stocked):
    terms = {
        "stop_loss_pct": 4, "targets": [(3, 50), (6, 25)], "max_bars": 9, "cooldown_bars": 2,
        "sizing": ("percent_of_equity", 40),
    }  # fmt: skip
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 7}, **terms, **COSTS)
    made = stocked.backtests.promote(run.id)
    again = stocked.backtests.run(made, "AAA", **COSTS)
    assert again.metrics == run.metrics
    assert again.trades.equals(run.trades)
    assert set(made.definition.exits()) == set(terms)


def test_what_the_rules_set_themselves_stays_as_it_is(stocked):
    stocked.strategies.save(sma_cross(stop_loss_pct=5, sizing=("percent_of_equity", 50)), "Own")
    run = stocked.backtests.run("Own", "AAA")
    made = stocked.backtests.promote(run)
    assert (made.version, made.definition) == (1, run.details.definition)


def test_promoting_twice_gives_one_version_and_one_note(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8})
    first, second = stocked.backtests.promote(run), stocked.backtests.promote(run.id)
    assert first == second
    assert len(stocked.strategies.notes("SMA cross")) == 1


def test_another_name_is_a_strategy_of_its_own_meant_for_the_same(stocked):
    stocked.strategies.save(sma_cross(), asset_type="EQUITY", symbol_scope="AAA", timeframe="1d")
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8})
    made = stocked.backtests.promote(run, "Quick cross")
    assert (made.name, made.version, made.asset_type) == ("Quick cross", 1, "EQUITY")
    assert (made.symbol_scope, made.timeframe) == ("AAA", "1d")
    other = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 9})
    assert stocked.backtests.promote(other, "quick cross").version == 2
    assert stocked.strategies.versions("SMA cross")["version"].tolist() == [1]


def test_a_retired_strategy_takes_none(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8})
    stocked.strategies.retire("SMA cross")
    with pytest.raises(TradingError, match="is retired"):
        stocked.backtests.promote(run)
    assert stocked.backtests.promote(run, "Another").version == 1
