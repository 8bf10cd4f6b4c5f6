"""Costs doubled, near parameters and worse fills: simulated again, by hand beside it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import robustness
from bitstockerz_lab.strategies import close, sma
from tests.backtests.sweep.random_sweeps import compared, unit_of
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
    judged = unit(two_averages())
    recipe = judged.recipe
    near = robustness.neighbours(judged, recipe.parameters)
    assert sorted(set(near.columns["fast"].tolist())) == [20, 22]  # 18 is below the least
    assert sorted(set(near.columns["slow"].tolist())) == [45, 50, 55]
    assert sorted(set(near.columns["stop"].tolist())) == pytest.approx([7.2, 8.0, 8.8])
    assert len(near) == 2 * 3 * 3 - 1
    assert dict(recipe.parameters) not in list(near)
    assert near.columns["slow"].dtype == np.int64


def test_what_the_rules_do_not_allow_is_no_neighbour():
    definition = bz.strategy("One", enter=close > sma(bz.parameter("n", 2)), leave=close < 1)
    near = robustness.neighbours(unit(definition), {"n": 2})
    assert set(near.columns["n"].tolist()) <= {1, 3}
    assert 3 in near.columns["n"].tolist()


def test_parameter_noise_is_the_share_of_neighbours_with_half_the_score():
    judged = unit(two_averages(), fee_bps=5)
    parameters = judged.recipe.parameters
    near = robustness.neighbours(judged, judged.recipe.parameters)
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
    near = robustness.neighbours(judged, judged.recipe.parameters)
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


GAPS = pd.DataFrame(
    {"open": np.tile([97.0, 100], 60), "close": np.tile([99.9, 100.2], 60)},
    index=pd.date_range("2020-01-01", periods=120, tz="UTC"),
).assign(high=lambda bars: bars.max(axis=1) + 0.1, low=lambda bars: bars.min(axis=1) - 0.01)
GAPS["volume"], GAPS.attrs["timeframe"] = 1000.0, "1d"
WAITING = typed_bars("100 101 99 100\n100 101 99 101\n-\n98 99 97 98\n98 99 97 99\n" * 12)
ALWAYS = compared("close", ">", 1)
NEVER = compared("close", ">", 1e9)
BOTH = compared("close", ">", 100)
AT_OPENS = {
    "signals": (sma_cross().document, BARS),
    "reversals": (
        {
            "enter_long": compared("close", ">", "open"),
            "enter_short": compared("close", "<", "open"),
        },
        BARS,
    ),
    "both exits on one rule": (
        {
            "enter_long": compared("close", "<", 100),
            "exit_long": BOTH,
            "enter_short": NEVER,
            "exit_short": BOTH,
        },
        GAPS,
    ),
    "a gap over the stop, the entry still true": ({"enter_long": ALWAYS, "stop_loss_pct": 2}, GAPS),
    "max_bars, the entry still true": ({"enter_long": ALWAYS, "max_bars": 3}, BARS),
    "exits that waited": (
        {"enter_long": compared("close", "<", 98.5), "exit_long": compared("close", ">", 100.5)},
        WAITING,
    ),
}
"""Rules whose fills are all at opens, but for the last close."""


def simulating(document, bars, **terms):
    """How these rules are simulated on worse bars, with what they decided on the true ones."""
    judged = unit_of({"name": "Shaken", **document}, bars, **terms)
    flags, simulate = robustness.decided(judged, judged.recipe)
    return partial(simulate, flags=flags)


def shaken(document, bars, worse, slippage_bps=0, **terms):
    """The plain simulation, and the one whose fills at the open of bar t are worse by worse[t]."""
    simulate = simulating(document, bars, slippage_bps=slippage_bps, **terms)
    return simulate(bars), robustness.worse_fills(simulate, bars, worse, slippage_bps / 1e4)


@pytest.mark.parametrize("slippage_bps", [0, 3])
@pytest.mark.parametrize("what", list(AT_OPENS))
def test_every_fill_at_an_open_is_worse_by_its_draw_and_all_else_stays(what, slippage_bps):
    document, bars = AT_OPENS[what]
    worse = np.random.default_rng(4).uniform(0.0001, 0.001, len(bars))
    plain, found = shaken(document, bars, worse, slippage_bps)
    before, after = plain.trades, found.trades
    assert len(before) > 5
    same = ["entry_time", "exit_time", "side", "exit_reason", "bars_held", "position_no"]
    pd.testing.assert_frame_equal(after[same], before[same])
    side = np.where(before["side"] == "LONG", 1, -1)
    drawn = pd.Series(worse, index=bars.index)
    entered = side * (after["entry_price"] / before["entry_price"] - 1)
    np.testing.assert_allclose(entered, drawn[before["entry_time"]], atol=1e-12)
    left = -side * (after["exit_price"] / before["exit_price"] - 1)
    last = before["exit_reason"] == "end_of_data"
    np.testing.assert_allclose(left, np.where(last, 0, drawn[before["exit_time"]]), atol=1e-12)


def fill_by_fill(simulate, bars, worse, slippage):
    """The same with one simulation a fill: each looked at on its plain open, then worsened."""
    way = np.zeros(len(bars))
    for at in range(len(bars)):
        given = robustness._worsened(bars, way * worse)
        way[at] = robustness._filled(simulate(given).trades, given, slippage)[0][at]
    return simulate(robustness._worsened(bars, way * worse))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "exits",
    [
        {"stop_loss_pct": 2, "take_profit_pct": 3},
        {"trailing_stop_pct": 1, "max_bars": 4},
        {"break_even_pct": 0.5, "stop_loss_pct": 1, "enter_short": compared("close", "<", 95)},
        {"targets": [{"profit_pct": 0.5, "close_pct": 50}, {"profit_pct": 1, "close_pct": 50}]},
    ],
)
def test_where_worse_entries_move_stops_every_fill_that_follows_is_worse(exits, seed):
    bars = make_bars(80, seed=seed, volatility=0.03)
    worse = np.random.default_rng(seed).uniform(0, 0.02, len(bars))
    document = {"enter_long": ALWAYS, **exits}
    plain, found = shaken(document, bars, worse, 5)
    simulate = simulating(document, bars, slippage_bps=5)
    each = fill_by_fill(simulate, bars, worse, 5 / 1e4)
    pd.testing.assert_frame_equal(found.trades, each.trades)
    assert plain.trades["exit_time"].tolist() != found.trades["exit_time"].tolist()


def test_an_entry_that_a_worse_price_leaves_no_money_for_is_skipped():
    bars = typed_bars("100 101 99 100\n" * 20)
    document = {"enter_long": ALWAYS, "max_bars": 2}
    terms = {"initial_equity": 100.5, "lot_size": 1}
    plain, found = shaken(document, bars, np.full(20, 0.01), **terms)
    assert len(plain.trades) > 5
    assert found.trades.empty
    assert found.skipped_entries


def test_targets_and_stops_within_a_bar_fill_at_their_levels_from_the_worse_entry():
    bars = typed_bars("100 101 99 100\n100 100.5 99.9 100\n100 104 99.8 103\n103 103 90 95")
    rising = {"enter_long": compared("close", "<", 101), "take_profit_pct": 3}
    _, found = shaken(rising, bars, np.full(4, 0.001))
    assert found.trades["entry_price"].tolist() == pytest.approx([100.1])
    assert found.trades["exit_price"].tolist() == pytest.approx([100.1 * 1.03])
    falling = {"enter_long": compared("close", "<", 101), "stop_loss_pct": 5}
    _, found = shaken(falling, bars, np.full(4, 0.001))
    assert found.trades["exit_price"].tolist() == pytest.approx([100.1 * 0.95])


def test_parameters_that_a_run_refuses_are_no_neighbours():
    near, far = ({"default": 5.0}, {"default": 5.4})
    targets = [
        {"profit_pct": {"parameter": "near"}, "close_pct": 50},
        {"profit_pct": {"parameter": "far"}, "close_pct": 50},
    ]
    document = {"name": "T", "enter_long": ALWAYS, "parameters": {"near": near, "far": far}}
    judged = unit_of({**document, "targets": targets}, BARS)
    found = robustness.neighbours(judged, judged.recipe.parameters)
    assert len(found) == 5  # of 8; 5.5 is beyond 4.86 and 5.4, and 5 beyond 4.86
    assert all(one["near"] < one["far"] for one in found)


def test_shares_that_close_more_than_all_are_no_neighbours():
    share = {"share": {"default": 50.0}}
    targets = [
        {"profit_pct": 2, "close_pct": {"parameter": "share"}}, {"profit_pct": 5, "close_pct": 50},
    ]  # fmt: skip
    document = {"name": "S", "enter_long": ALWAYS, "parameters": share, "targets": targets}
    judged = unit_of(document, BARS)
    assert list(robustness.neighbours(judged, {"share": 50.0})) == [{"share": 45.0}]
    assert robustness.parameter_noise(judged, {"share": 50.0}).number is not None


def test_neighbours_whose_targets_cross_on_some_bar_are_left_out():
    near, far = bz.parameter("near", 5.0), bz.parameter("far", 5.4)
    moving = close / close
    rules = bz.strategy("M", enter=close > 1, targets=[(near * moving, 50), (far * moving, 50)])
    judged = unit(rules)
    found = robustness.parameter_noise(judged, judged.recipe.parameters)
    assert found.sentence.startswith("Of 5 near parameter sets")


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
    bars = typed_bars("10 11 9 10\n-\n10 11 9 10\n10 11 10 10")
    worse = robustness._worsened(bars, np.array([0, 0, 0.2, -0.01]))
    assert worse["open"].isna().tolist() == [False, True, False, False]
    assert worse.iloc[[0, 2, 3], :3].to_numpy().tolist() == [
        [10, 11, 9],
        [12, 12, 9],
        [9.9, 11, 9.9],
    ]
