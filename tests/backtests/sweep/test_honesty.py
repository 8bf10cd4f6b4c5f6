"""Whether the winner of a sweep is more than luck; every number beside a direct computation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import run_honesty, trials, trials_store
from bitstockerz_lab.backtests.sweep import engine, honesty
from bitstockerz_lab.backtests.sweep.pure import sweep
from bitstockerz_lab.errors import DataError, TradingError, UnknownName
from bitstockerz_lab.measures import honest
from bitstockerz_lab.measures.honest import overfitting, sharpe_tests
from bitstockerz_lab.measures.honest.definitions import DEFINITIONS
from bitstockerz_lab.strategies import close
from tests.helpers import make_bars, sma_cross

GRID = {"fast": [3, 5, 8, 12, 16, 25]}
BARS = make_bars(500, drift=0.001)


@pytest.fixture(scope="module")
def swept():
    """A sweep of six combinations on one unit."""
    return sweep(sma_cross(), BARS, grid=GRID, fee_bps=5, asset_type="EQUITY")


@pytest.fixture(scope="module")
def daily(swept):
    """The daily returns of all of them."""
    return engine.daily_returns(swept.units[0], swept.combinations)


@pytest.fixture(scope="module")
def found(swept):
    """The honest statistics of its winner."""
    return swept.honesty()


def test_the_winner_is_judged_as_its_own_run_with_all_that_were_tried(swept, found, daily):
    sharpes = [sharpe_tests.moments(one).sharpe for one in daily]
    best = int(np.argmax(sharpes))
    count = trials.count(np.array(sharpes), "")
    alike = np.corrcoef(daily)
    mean = alike[~np.eye(6, dtype=bool)].mean()
    expected = honest.judge(
        daily[best],
        engine.benchmark_returns(swept.units[0]),
        trials=6,
        variance=count.variance,
        effective_trials=sharpe_tests.effective_trials(6, mean),
    )
    assert_same(found.verdict, expected)
    assert found.title == f"SMA cross with fast={GRID['fast'][best]} on {found_symbol(swept)} 1d"


def assert_same(verdict, expected):
    for name in verdict.__slots__:
        value = getattr(expected, name)
        near = value if value is None else pytest.approx(value, rel=1e-9)
        assert getattr(verdict, name) == near, name


def found_symbol(swept):
    return swept.units[0].recipe.symbol.symbol


def test_every_number_is_there_in_order_with_definition_and_sentence(found):
    assert found.table["name"].tolist() == list(DEFINITIONS)
    assert (found.table[["label", "value", "definition", "sentence"]] != "").all(axis=None)
    assert "without a database nothing else was counted" in found.sentences["trials"]
    assert "The benchmark is 0 a day." in found.sentences["spa"]


def test_with_less_than_three_years_it_is_said_that_hansens_test_says_too_much(found):
    assert "With fewer than 3 years of days it says so too often." in found.sentences["spa"]


def test_pbo_is_that_of_the_daily_returns_kept_or_measured_again(swept, daily, found):
    direct = honest.probability_of_overfitting(overfitting.block_sums(daily))
    assert swept.pbo().pbo == direct.pbo
    assert replace(swept, sums={}).pbo().pbo == direct.pbo
    assert found.numbers["overfitting"] == direct.pbo


@pytest.mark.parametrize("benchmark", [None, "hold"])
def test_the_reality_check_is_that_of_all_daily_returns_at_once(
    swept, daily, benchmark, monkeypatch
):
    monkeypatch.setattr(honesty, "AT_ONCE", 4)
    hold = engine.benchmark_returns(swept.units[0])
    check = honest.RealityCheck(
        honest.StationaryBootstrap(len(hold), 200, seed=3), hold if benchmark else None
    )
    check.add(daily)
    streamed = swept.reality_check(benchmark=benchmark, replications=200, seed=3)
    direct = check.result()
    assert streamed == replace(direct, statistic=pytest.approx(direct.statistic))


def test_the_deflated_sharpe_ratio_needs_no_simulation(swept, found, monkeypatch):
    monkeypatch.setattr(engine, "daily_returns", None)
    monkeypatch.setattr(type(swept.units[0].recipe), "simulate", None)
    assert swept.deflated_sharpe() == pytest.approx(found.verdict.deflated, rel=1e-9)


def test_the_verdict_alone_is_that_of_honesty_but_for_how_alike_the_trials_are(swept, found):
    effective = {"effective_trials": None, "deflated_effective": None}
    assert swept.verdict() == replace(found.verdict, **effective)


def test_the_robustness_is_that_of_the_winners_own_run(swept, found):
    _, position = swept._chosen(None, None, None)
    lines, spreads = run_honesty.shake(swept.units[0], swept.combinations[position], "sharpe_ratio")
    assert found.numbers["costs_doubled"] == lines[0].number
    assert found.numbers["parameter_noise"] == lines[1].number
    pd.testing.assert_frame_equal(found.spreads["fill_noise"].table, spreads["fill_noise"].table)


def test_another_metric_unit_or_combination_may_be_judged(swept):
    least = swept.results["max_drawdown_pct"].idxmin()
    fast = swept.results["fast"].iloc[least]
    assert f"fast={fast}" in swept.honesty(by="max_drawdown_pct", robust=False).title
    assert "fast=25" in swept.honesty(0, 5, robust=False).title


def test_what_was_not_tried_is_refused(swept):
    with pytest.raises(DataError, match="No unit 3 was tried"):
        swept.honesty(3)
    with pytest.raises(DataError, match="No combination 99 was tried"):
        swept.deflated_sharpe(0, 99)
    with pytest.raises(DataError, match="No benchmark 'SPY'"):
        swept.reality_check(benchmark="SPY")
    with pytest.raises(UnknownName, match="metric to rank by"):
        swept.honesty(by="luck")


def test_where_nothing_traded_there_is_nothing_to_judge():
    never = bz.strategy("Never", enter=close > bz.parameter("level", 1e9), leave=close < 1)
    idle = sweep(never, BARS, grid={"level": [1e8, 1e9]})
    with pytest.raises(TradingError, match="None of 2 combinations of Never traded"):
        idle.honesty()
    assert idle.pbo() is None
    assert idle.reality_check() is None


def test_combinations_that_never_traded_are_counted_apart():
    level = bz.parameter("level", 100.0)
    rules = bz.strategy("Level", enter=close > level, leave=close < level)
    middle = float(BARS["close"].median())
    some = sweep(rules, BARS, grid={"level": [0.9 * middle, middle, 1e8, 1e9]})
    found = some.honesty(robust=False)
    assert (found.counted.trials, found.counted.undefined) == (2, 2)


def test_of_several_symbols_all_trials_count_once_whatever_the_costs():
    two = {"AAA": BARS, "BBB": make_bars(500, seed=9)}
    many = sweep(sma_cross(), two, grid=GRID, fee_bps=[0, 20], asset_type="EQUITY")
    assert len(many.results) == 24
    assert many.honesty(robust=False).counted.trials == 12


def test_a_stopped_sweep_is_judged_by_what_it_did(swept, daily):
    part = replace(swept, results=swept.results.iloc[:4], sums={}, status="cancelled")
    assert part.honesty(robust=False).counted.trials == 4
    direct = honest.probability_of_overfitting(overfitting.block_sums(daily[:4]))
    assert part.pbo().pbo == direct.pbo


def test_the_history_counts_where_it_leaves_more_to_luck_and_the_sweep_where_that_does(
    stocked,
):
    lab = stocked
    own = lab.backtests.sweep("SMA cross", "AAA", grid=GRID, fee_bps=5, record=False)
    assert own.verdict().trials == 6
    version = lab.strategies.get("SMA cross")
    more = pd.DataFrame(
        {
            "trial_key": [f"key {number}" for number in range(300)],
            "strategy_id": version.strategy_id,
            "symbol_id": own.units[0].recipe.symbol.id,
            "timeframe": "1d",
            "daily_sharpe": np.random.default_rng(1).normal(0, 0.05, 300),
            "days": 400,
        }
    )
    with lab.backtests._database.write() as con:
        trials_store.add(con, lab.backtests._user.id, more)
    found = own.honesty(robust=False)
    assert found.counted.trials == 306
    assert "306 distinct trials by you on AAA 1d" in found.sentences["trials"]
    effective = found.verdict.effective_trials
    assert 301 < effective < 306, "trials whose returns nobody has count as independent"
    lab.market.load_frame(make_bars(400, seed=5), symbol="BBB", timeframe="1d", exchange="XNYS")
    both = lab.backtests.sweep("SMA cross", ["AAA", "BBB"], grid=GRID, fee_bps=5, record=False)
    assert both.verdict(unit=1).trials == 12
    assert both.verdict(unit=0).trials == 306


def test_a_sweep_counts_its_trials_recorded_or_not_and_again_no_second_time(stocked):
    count = stocked.backtests.count_trials
    stocked.backtests.sweep("SMA cross", "AAA", grid=GRID, record=False)
    assert count("AAA", "1d").trials == 6
    stocked.backtests.sweep("SMA cross", "AAA", grid=GRID, fee_bps=5)
    assert count("AAA", "1d").trials == 6
    stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8}, fee_bps=3)
    assert count("AAA", "1d").trials == 6
    stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 9})
    assert count("AAA", "1d").trials == 7
    assert count("COIN-USD").trials == 0


def test_a_run_of_a_sweeps_winner_has_the_verdict_of_the_sweep(stocked):
    own = stocked.backtests.sweep("SMA cross", "AAA", grid=GRID, fee_bps=5)
    best = own.results.loc[own.results["sharpe_ratio"].idxmax()]
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": best["fast"]}, fee_bps=5)
    assert_same(run.honesty(robust=False).verdict, own.verdict())


def test_a_metric_that_was_not_measured_is_refused_as_the_best_by_it_is():
    few = sweep(sma_cross(), BARS, grid=GRID, metrics=["total_return_pct"], asset_type="EQUITY")
    for judge in (few.best, few.honesty, few.verdict, few.deflated_sharpe):
        with pytest.raises(UnknownName, match="calmar_ratio was not measured"):
            judge(by="calmar_ratio")
    assert few.verdict(by="total_return_pct").trials == 6


def test_over_one_symbol_the_history_counts_even_where_the_sweep_leaves_more_to_luck(stocked):
    own = stocked.backtests.sweep("SMA cross", "AAA", grid=GRID, fee_bps=5, record=False)
    version = stocked.strategies.get("SMA cross")
    alike = pd.DataFrame(
        {
            "trial_key": [f"key {number}" for number in range(300)],
            "strategy_id": version.strategy_id,
            "symbol_id": own.units[0].recipe.symbol.id,
            "timeframe": "1d",
            "daily_sharpe": 0.01,
            "days": 400,
        }
    )
    with stocked.backtests._database.write() as con:
        trials_store.add(con, stocked.backtests._user.id, alike)
    apart = own.results.assign(daily_sharpe=[0.9, -0.9, 0.8, -0.8, 0.7, -0.7])
    found = replace(own, results=apart)
    assert found.honesty(robust=False).counted.trials == 306
    assert found.verdict().trials == 306
    two = replace(own, results=apart.assign(symbol=["AAA", "BBB"] * 3))
    assert two._counted(0, 400).trials == 6, "of several symbols, what leaves more to luck"


def test_neighbours_that_no_run_takes_do_not_stop_the_judging():
    parameters = {"near": {"default": 5.0}, "far": {"default": 5.4}}
    document = {
        "name": "Scaled out",
        "parameters": parameters,
        "enter_long": {"left": "close", "op": ">", "right": 1},
        "targets": [{"profit_pct": {"parameter": name}, "close_pct": 50} for name in parameters],
    }
    swept = sweep(document, BARS, grid={"near": [5.0], "far": [5.4]}, asset_type="EQUITY")
    assert "Of 5 near parameter sets" in swept.honesty().sentences["parameter_noise"]
