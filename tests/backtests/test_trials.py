"""What counts as a trial: keys, and the registry over everything a user ever tried."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import trials, trials_store
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.errors import DataError, UnknownName
from tests.helpers import make_bars, sma_cross

NUMBERS = Combinations({"fast": np.array([5, 7, 20]), "size": np.array([1.0, 2.5, 20.0])})


def other_rules():
    return bz.strategy("Other", enter=bz.strategies.close > 100, leave=bz.strategies.close < 90)


def rows(version, symbol_id, sharpes, timeframe="1d", first=0):
    """Trials of made-up keys."""
    return pd.DataFrame(
        {
            "trial_key": [f"key {first + number}" for number in range(len(sharpes))],
            "strategy_id": version.strategy_id,
            "symbol_id": symbol_id,
            "timeframe": timeframe,
            "daily_sharpe": sharpes,
            "days": 400,
        }
    )


def add(lab, frame, user_id=None, source="sweep"):
    with lab.backtests._database.write() as con:
        trials_store.add(con, user_id or lab.backtests._user.id, frame, source)


def test_a_key_is_the_hash_of_rules_symbol_timeframe_and_parameters():
    definition = sma_cross()
    shared = json.dumps(
        {"rules": definition.rules(), "symbol": "AAA", "timeframe": "1d"},
        sort_keys=True,
        separators=(",", ":"),
    )
    text = shared + '"fast":7,"size":2.5'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert trials.key(definition, "AAA", "1d", {"size": 2.5, "fast": 7}) == expected
    assert trials.keys(definition, "AAA", "1d", NUMBERS)[1] == expected


def test_keys_of_many_are_those_of_each():
    fixed = {"fast": 1, "size": 3.0, "stop": 2.5}
    found = trials.keys(sma_cross(), "AAA", "1d", NUMBERS, fixed)
    assert found == [trials.key(sma_cross(), "AAA", "1d", {**fixed, **one}) for one in NUMBERS]


def test_a_whole_number_is_the_same_in_any_type():
    as_float = Combinations({"fast": np.array([20.0])})
    as_int = Combinations({"fast": np.array([20])})
    found = trials.keys(sma_cross(), "AAA", "1d", as_float)
    assert found == trials.keys(sma_cross(), "AAA", "1d", as_int)
    assert found == [trials.key(sma_cross(), "AAA", "1d", {"fast": 20.0})]


def test_name_and_description_are_in_no_key_but_everything_else_is():
    definition, parameters = sma_cross(), {"fast": 5}
    document = definition.document | {"name": "Renamed", "description": "Told otherwise."}
    renamed = type(definition).parse(json.dumps(document))
    own = trials.key(definition, "AAA", "1d", parameters)
    assert trials.key(renamed, "AAA", "1d", parameters) == own
    different = {
        trials.key(sma_cross(stop_loss_pct=5), "AAA", "1d", parameters),
        trials.key(definition, "BBB", "1d", parameters),
        trials.key(definition, "AAA", "1h", parameters),
        trials.key(definition, "AAA", "1d", {"fast": 6}),
        own,
    }
    assert len(different) == 5


def test_ten_thousand_combinations_have_as_many_keys():
    many = Combinations({"fast": np.arange(10_000), "size": np.linspace(0, 1, 10_000)})
    assert len(set(trials.keys(sma_cross(), "AAA", "1d", many, {"fast": 5}))) == 10_000


def test_a_run_is_a_trial_whatever_its_costs_and_period(stocked):
    first = stocked.backtests.run("SMA cross", "AAA")
    stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    stocked.backtests.run("SMA cross", "AAA", start="2020-06-01", initial_equity=5_000)
    last = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 5}, slippage_bps=9)
    found = stocked.backtests.trials()
    assert len(found) == 1
    assert found["source"].tolist() == ["run"]
    assert found["daily_sharpe"].tolist() == [last.metrics.sharpe_ratio / np.sqrt(252)]
    assert first.metrics.sharpe_ratio != last.metrics.sharpe_ratio
    assert found["trial_key"].tolist() == [
        trials.key(first.recipe.version.definition, "AAA", "1d", {"fast": 5})
    ]


def test_coins_have_365_days_in_the_year_of_a_daily_sharpe(stocked):
    run = stocked.backtests.run("SMA cross", "COIN-USD")
    (daily,) = stocked.backtests.trials("coin-usd")["daily_sharpe"]
    assert daily == pytest.approx(run.metrics.sharpe_ratio / np.sqrt(365), rel=1e-15)


def test_what_failed_or_was_only_verified_is_no_trial(stocked):
    with pytest.raises(LookupError):
        stocked.backtests.run("SMA cross", "AAA", parameters={"none": 1})
    run = stocked.backtests.run("SMA cross", "AAA")
    stocked.backtests.verify(run)
    run.honesty()
    assert len(stocked.backtests.trials()) == 1


def test_a_renamed_strategy_and_one_of_the_same_rules_are_no_new_trials(stocked):
    stocked.backtests.run("SMA cross", "AAA")
    stocked.strategies.rename("SMA cross", "Crossing")
    stocked.backtests.run("Crossing", "AAA", rerun=True)
    assert stocked.backtests.trials()["strategy"].tolist() == ["Crossing"]
    document = sma_cross().document | {"name": "Twin"}
    stocked.strategies.save(type(sma_cross()).parse(json.dumps(document)))
    stocked.backtests.run("Twin", "AAA")
    assert stocked.backtests.trials()["strategy"].tolist() == ["Twin"]
    assert len(stocked.backtests.trials(strategy="Crossing")) == 1


def test_a_search_counts_once_however_often_and_its_latest_sharpe_holds(stocked):
    version = stocked.strategies.get("SMA cross")
    add(stocked, rows(version, 1, [0.1, 0.2, np.nan]))
    add(stocked, rows(version, 1, [0.3, 0.2, np.nan]), source="walk_forward")
    found = stocked.backtests.trials().set_index("trial_key")
    assert found["daily_sharpe"].to_dict() == pytest.approx(
        {"key 0": 0.3, "key 1": 0.2, "key 2": np.nan}, nan_ok=True
    )
    assert set(found["source"]) == {"walk_forward"}
    assert found["days"].tolist() == [400, 400, 400]


def test_of_a_key_given_twice_the_last_holds(stocked):
    version = stocked.strategies.get("SMA cross")
    add(stocked, pd.concat([rows(version, 1, [0.1]), rows(version, 1, [0.2])]))
    assert stocked.backtests.trials()["daily_sharpe"].tolist() == [0.2]


def test_a_later_run_of_a_trial_that_a_sweep_made_replaces_its_sharpe(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    (key,) = stocked.backtests.trials()["trial_key"]
    version = stocked.strategies.get("SMA cross")
    add(stocked, rows(version, 1, [0.5]).assign(trial_key=key))
    assert stocked.backtests.trials()["daily_sharpe"].tolist() == [0.5]
    stocked.backtests.run("SMA cross", "AAA", rerun=True)
    (daily,) = stocked.backtests.trials()["daily_sharpe"]
    assert daily == run.metrics.sharpe_ratio / np.sqrt(252)


def test_what_has_no_sharpe_is_in_neither_n_nor_v(stocked):
    version = stocked.strategies.get("SMA cross")
    add(stocked, rows(version, 1, [0.1, np.nan, 0.2, 0.4, np.inf]))
    counted = stocked.backtests.count_trials("AAA", "1d")
    assert (counted.trials, counted.undefined) == (3, 2)
    assert counted.variance == pytest.approx(np.var([0.1, 0.2, 0.4], ddof=1))
    assert counted.sentence == (
        "3 distinct trials by you on AAA 1d, whatever the strategy. 2 more had no Sharpe ratio."
    )


def test_the_scope_is_a_symbol_and_timeframe_of_one_user_whatever_the_strategy(stocked):
    lab, cross = stocked, stocked.strategies.get("SMA cross")
    other = lab.strategies.save(other_rules())
    symbols = lab.market.symbols()
    ids = dict(zip(symbols["symbol"], range(1, len(symbols) + 1), strict=True))
    add(lab, rows(cross, ids["AAA"], [0.1] * 3))
    add(lab, rows(other, ids["AAA"], [0.2] * 2, first=10))
    add(lab, rows(cross, ids["AAA"], [0.2] * 7, timeframe="1h", first=20))
    add(lab, rows(cross, ids["COIN-USD"], [0.2] * 11, timeframe="1h", first=30))
    add(lab, rows(cross, ids["AAA"], [0.3] * 13, first=50), user_id=999)
    count = lab.backtests.count_trials
    assert count("aaa", "daily").trials == 5
    assert count("AAA").trials == 12
    assert count(timeframe="1h").trials == 18
    assert count("AAA", "1d", "Other").trials == 2
    assert count().trials == 23
    assert "of Other" in count("AAA", "1d", "Other").sentence


def test_another_users_runs_do_not_count(stocked, monkeypatch):
    stocked.backtests.run("SMA cross", "AAA")
    monkeypatch.setenv("BITSTOCKERZ_USER", "somebody@else")
    other = bz.open_lab(stocked.backtests._database.path)
    assert other.backtests.count_trials().trials == 0
    other.strategies.save(sma_cross())
    other.backtests.run("SMA cross", "AAA")
    assert other.backtests.count_trials("AAA").trials == 1
    assert stocked.backtests.count_trials("AAA").trials == 1


def test_a_run_without_a_sharpe_ratio_is_counted_apart(stocked):
    stocked.strategies.save(bz.strategy("Never", enter=bz.strategies.close > 1e9))
    assert stocked.backtests.run("Never", "AAA").metrics.sharpe_ratio is None
    stocked.backtests.run("SMA cross", "AAA")
    add(stocked, rows(stocked.strategies.get("SMA cross"), 1, [0.1, 0.3, np.nan]))
    counted = stocked.backtests.count_trials("AAA")
    found = stocked.backtests.trials("AAA")["daily_sharpe"]
    assert (counted.trials, counted.undefined) == (3, 2)
    assert counted.trials == found.count()
    assert counted.variance == pytest.approx(found.var(), rel=1e-12)


def test_before_anything_was_tried_there_is_an_empty_frame(lab):
    assert lab.backtests.trials().empty
    assert lab.backtests.trials().columns.tolist() == trials_store.COLUMNS
    assert lab.backtests.count_trials().sentence.startswith("0 distinct trials by you")


def test_unknown_names_are_refused(stocked):
    with pytest.raises(UnknownName):
        stocked.backtests.trials("NOPE")
    with pytest.raises(UnknownName):
        stocked.backtests.trials(strategy="Nope")
    with pytest.raises(DataError):
        stocked.backtests.trials(timeframe="5 parsecs")


def test_ten_thousand_trials_stored_again_are_still_ten_thousand(lab):
    lab.market.load_frame(make_bars(50), symbol="AAA", timeframe="1d", exchange="XNYS")
    version = lab.strategies.save(sma_cross())
    frame = rows(version, 1, np.random.default_rng(0).normal(0, 0.05, 10_000))
    for _ in range(3):
        with lab.backtests._database.write() as con:
            trials_store.add(con, 1, frame)
    assert len(lab.backtests.trials()) == 10_000


def test_a_count_shows_its_sentence():
    counted = trials.count(np.array([0.1, np.nan, 0.2]), "by you on AAA 1d")
    assert repr(counted) == str(counted) == counted.sentence
    assert counted.sentence == ("2 distinct trials by you on AAA 1d. 1 more had no Sharpe ratio.")
