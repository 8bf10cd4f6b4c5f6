"""Costs doubled, near parameters and worse fills: simulated again, by hand beside it."""

from __future__ import annotations

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import robustness
from bitstockerz_lab.strategies import close, sma
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars, sma_cross, typed_bars

BARS = make_bars(600, drift=0.001)
FAST = {"fast": 5}


def unit(definition=None, bars=BARS, **costs):
    return unit_of((definition or sma_cross()).document, bars, **costs)


def sharpe(of, **costs):
    return unit(of, **costs).recipe.simulate(BARS).metrics.sharpe_ratio


def two_averages():
    fast = sma(bz.parameter("fast", 20, min=19, max=100))
    slow = sma(bz.parameter("slow", 50))
    return bz.strategy(
        "Two", enter=fast > slow, leave=fast < slow, stop_loss_pct=bz.parameter("stop", 8.0)
    )


def test_costs_doubled_is_the_run_with_twice_the_costs():
    found = robustness.costs_doubled(unit(fee_bps=7, slippage_bps=3, fixed_fee=2), FAST)
    expected = sharpe(sma_cross(), fee_bps=14, slippage_bps=6, fixed_fee=4)
    assert found.number == expected
    assert f"Sharpe ratio is {expected:,.4g} instead of" in found.sentence


def test_without_costs_nothing_can_be_doubled():
    found = robustness.costs_doubled(unit(), FAST)
    assert found.number is None
    assert "No costs were set" in found.sentence


def test_neighbours_are_all_steps_together_within_what_is_declared():
    recipe = unit(two_averages()).recipe
    near = robustness.neighbours(recipe)
    assert sorted(set(near.columns["fast"].tolist())) == [20, 22]  # 18 is below the least
    assert sorted(set(near.columns["slow"].tolist())) == [45, 50, 55]
    assert sorted(set(near.columns["stop"].tolist())) == pytest.approx([7.2, 8.0, 8.8])
    assert len(near) == 2 * 3 * 3 - 1
    assert dict(recipe.parameters) not in list(near)
    assert near.columns["slow"].dtype == np.int64


def test_what_the_rules_do_not_allow_is_no_neighbour():
    definition = bz.strategy("One", enter=close > sma(bz.parameter("n", 2)), leave=close < 1)
    near = robustness.neighbours(unit(definition).recipe)
    assert set(near.columns["n"].tolist()) <= {1, 3}
    assert 3 in near.columns["n"].tolist()


def test_parameter_noise_is_the_share_of_neighbours_with_half_the_score():
    judged = unit(two_averages(), fee_bps=5)
    parameters = judged.recipe.parameters
    near = robustness.neighbours(judged.recipe)
    own = judged.recipe.simulate(BARS).metrics.sharpe_ratio
    each = [judged.recipe_of(one).simulate(BARS).metrics.sharpe_ratio for one in near]
    expected = np.mean([one is not None and one >= own / 2 for one in each])
    found = robustness.parameter_noise(judged, parameters)
    assert own > 0
    assert found.number == expected
    assert found.sentence.startswith(f"Of 17 near parameter sets, {100 * expected:.0f} % have at")


def test_where_less_is_better_a_neighbour_may_have_twice_as_much():
    judged = unit(two_averages())
    found = robustness.parameter_noise(judged, judged.recipe.parameters, "max_drawdown_pct")
    own = judged.recipe.simulate(BARS).metrics.max_drawdown_pct
    near = robustness.neighbours(judged.recipe)
    each = [judged.recipe_of(one).simulate(BARS).metrics.max_drawdown_pct for one in near]
    assert found.number == np.mean([one <= 2 * own for one in each])
    assert "at most twice" in found.sentence


def test_a_score_below_zero_or_no_parameters_leave_nothing_to_shake():
    falling = make_bars(400, drift=-0.004, seed=3)
    judged = unit(sma_cross(), falling)
    found = robustness.parameter_noise(judged, FAST)
    assert found.number is None
    assert "no Sharpe ratio above zero" in found.sentence
    plain = unit(bz.strategy("Plain", enter=close > 1, leave=close < 1))
    assert robustness.parameter_noise(plain, {}).sentence.startswith("There is no parameter")


def test_fill_noise_without_noise_is_the_run_itself():
    judged = unit(fee_bps=5, stop_loss_pct=4)
    spread = robustness.fill_noise(judged, FAST, worse_bps=0, missed=0, paths=3)
    metrics = judged.recipe.simulate(BARS).metrics
    for name in robustness.OUTCOMES:
        assert set(spread.table.loc[name, ["observed", "q05", "q95"]]) == {getattr(metrics, name)}


def test_worse_fills_are_never_better_than_the_run_nor_worse_than_the_worst_slippage():
    judged = unit()
    spread = robustness.fill_noise(judged, FAST, worse_bps=50, missed=0, paths=30)
    row = spread.table.loc["total_return_pct"]
    worst = unit(slippage_bps=50).recipe.simulate(BARS).metrics.total_return_pct
    assert worst < row["q05"] < row["q95"] < row["observed"]


def test_missing_every_entry_trades_nothing():
    spread = robustness.fill_noise(unit(), FAST, worse_bps=0, missed=1, paths=3)
    assert spread.table.loc["total_return_pct", "q95"] == 0
    assert spread.table.loc["sharpe_ratio", "known"] == 0


def test_an_entry_is_missed_until_its_rule_has_been_false():
    flag = np.array([0, 1, 1, 0, 1, 0, 1, 1, 1], dtype=bool)
    random = np.random.default_rng(3)
    for _ in range(50):
        kept = robustness._miss(flag, 0.5, random)
        assert not (kept & ~flag).any()
        for streak in (slice(1, 3), slice(4, 5), slice(6, 9)):
            assert kept[streak].all() or not kept[streak].any()


def test_what_traded_nothing_has_no_fill_noise():
    never = bz.strategy("Never", enter=close > 1e9, leave=close < 1)
    assert robustness.fill_noise(unit(never), {}) is None


def test_a_recorded_run_becomes_a_unit_that_gives_its_recipe_back(stocked):
    run = stocked.backtests.run(
        "SMA cross", "AAA", parameters={"fast": 7}, fee_bps=5, sizing=("fixed_cash", 5_000),
        stop_loss_pct=4, max_bars=30, start="2020-03-01",
    )  # fmt: skip
    unit = robustness.unit_of(run.recipe, run.all_bars, run.other_bars)
    assert unit.recipe_of({"fast": 7}) == run.recipe
    assert unit.recipe_of({"fast": 9}).parameters == {"fast": 9}
    stocked.strategies.save(two_averages())
    run = stocked.backtests.run("Two", "AAA", parameters={"stop": 3})
    unit = robustness.unit_of(run.recipe, run.all_bars, run.other_bars)
    assert unit.recipe_of(run.recipe.parameters) == run.recipe
    assert unit.recipe_of({"stop": 5}).exits == {"stop_loss_pct": 5.0}


def test_missing_bars_stay_missing_in_worse_bars():
    bars = typed_bars("10 11 9 10\n-\n10 11 9 10\n10 11 9 10")
    orders = np.zeros((4, 4), dtype=bool)
    orders[0, 1] = orders[1, 3] = True
    worse = robustness._worsened(bars, orders, 100.0, np.random.default_rng(1))
    assert worse["open"].isna().tolist() == [False, True, False, False]
    assert worse["open"].iloc[0] == 10
    assert 9.9 < worse["open"].iloc[3] < 10
