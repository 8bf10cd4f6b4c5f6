"""Show 2: every combination of a sweep against the single run of it, every number.

What is expected comes from `Recipe.simulate`, which a run calls, and from the curve it gives; the
sweep has to give the same to 1e-9 × max(1, |value|), NaN where a run says None.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings

from bitstockerz_lab import measures
from bitstockerz_lab.backtests.sweep import engine
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.errors import DefinitionError, LabError
from bitstockerz_lab.measures import Metrics
from bitstockerz_lab.measures.honest import overfitting, sharpe_tests
from tests.backtests.sweep.random_sweeps import (
    ATR_PCT,
    INDICATORS,
    PARAMETERS,
    USUAL,
    VALUES,
    compared,
    of,
    sweeps,
    unit_of,
)
from tests.helpers import make_bars
from tests.strategies import random_rules

TOLERANCE = 1e-9
often = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],  # to explain takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
seldom = settings(often, max_examples=40)


def singly(unit, parameters):
    """Every number of one combination, from a run of it alone, and its daily returns."""
    recipe = unit.recipe_of(parameters)
    simulation = recipe.simulate(unit.bars, unit.others)
    first = recipe.terms.initial_equity
    daily = measures.daily_curve(simulation.equity).to_numpy()
    before = np.append(first, daily[:-1])
    alive = np.append(True, np.cumsum(daily[:-1] <= 0) == 0)
    returns = (daily / before - 1)[alive]
    moments = sharpe_tests.moments(returns)
    found = {k: np.nan if v is None else v for k, v in simulation.metrics.as_dict().items()}
    dates = simulation.equity.index.normalize().unique()
    trades = simulation.trades[["entry_time", "exit_time"]]
    held = [
        ((dates > entered.normalize()) & (dates <= left)).sum()
        for entered, left in trades.itertuples(index=False)
    ]
    found |= {
        "days": len(returns),
        "longest_held_days": max(held, default=0),
        "daily_sharpe": moments.sharpe if moments else np.nan,
        "skewness": moments.skew if moments else np.nan,
        "kurtosis": moments.kurtosis if moments else np.nan,
        "skipped_entries": simulation.skipped_entries,
        "ruined": float(simulation.ruined),
    }
    padded = np.append(returns, np.full(len(daily) - len(returns), np.nan))
    return found, padded, simulation


def tell(simulation):
    """Count what the examples were about."""
    event(f"trades: {min(len(simulation.trades), 3)} or more")
    for reason in set(simulation.trades["exit_reason"]):
        event(f"left by {reason}")
    event(f"ruined: {simulation.ruined}")
    event(f"skipped entries: {simulation.skipped_entries > 0}")
    event(f"left in parts: {simulation.trades['position_no'].duplicated().any()}")


def assert_equal(ours, theirs, what):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape, what
    assert (np.isnan(ours) == np.isnan(theirs)).all(), f"{what}: {ours} and {theirs}"
    off = np.abs(ours - theirs) > TOLERANCE * np.maximum(1, np.abs(theirs))
    assert not off.any(), f"{what}: {ours[off][0]!r} in the sweep, {theirs[off][0]!r} in the run"


def assert_the_same_numbers(unit, combinations, told=lambda _: None):
    try:
        runs = [singly(unit, one) for one in combinations]
    except LabError as refusal:
        with pytest.raises(type(refusal)):
            engine.measure(unit, combinations)
        return
    measured = engine.measure(unit, combinations)
    returns = engine.daily_returns(unit, combinations)
    assert len(measured) == len(combinations) == len(returns)
    for k, (found, daily, simulation) in enumerate(runs):
        told(simulation)
        assert set(measured.values) == set(found)
        for name, value in found.items():
            assert_equal(measured.values[name][k], value, f"{name} of {combinations[k]}")
        assert_equal(returns[k], daily, f"daily returns of {combinations[k]}")
        sums = overfitting.block_sums(daily[None])[0]
        assert_equal(measured.sums[k], sums, f"sums of {combinations[k]}")


def test_steep_and_steady_growth_keeps_its_skewness_and_kurtosis():
    bars = make_bars(300)
    random = np.random.default_rng(3)
    for ratio in (5, 8, 12, 70, 100, 500):  # mean over deviation of the daily returns
        growth = 1 + 0.01 * (1 + random.standard_t(4, len(bars)) / ratio)
        bars["close"] = 10 * np.cumprod(growth)
        bars["open"] = bars["close"].shift(1, fill_value=10.0)
        bars["high"] = bars[["open", "close"]].max(axis=1)
        bars["low"] = bars[["open", "close"]].min(axis=1)
        grown = {
            "parameters": {"least": {"default": 1.0}},
            "enter_long": compared("close", ">", of("least")),
        }
        assert_the_same_numbers(unit_of(grown, bars), Combinations({"least": np.array([1.0, 2.0])}))


def test_every_metric_is_compared():
    assert set(engine.METRICS) == {field.name for field in fields(Metrics)}
    unit = unit_of({"enter_long": compared("close", ">", 1)}, make_bars(10))
    found, _, _ = singly(unit, {})
    assert set(found) == {*engine.METRICS, *engine.BESIDES}


@often
@given(sweeps())
def test_every_combination_is_what_its_run_gives(drawn):
    assert_the_same_numbers(*drawn, tell)


@seldom
@given(sweeps(random_rules.ANYWHERE, others=True))
def test_so_it_is_where_rules_look_at_other_symbols_and_timeframes(drawn):
    assert_the_same_numbers(*drawn, tell)


def bits(measured):
    return {
        name: column.tobytes() for name, column in measured.values.items()
    }, measured.sums.tobytes()


@seldom
@given(sweeps())
def test_neither_threads_nor_memory_nor_the_company_changes_a_bit(drawn):
    unit, combinations = drawn
    try:
        whole = engine.measure(unit, combinations, threads=1)
    except LabError:
        return
    assert bits(engine.measure(unit, combinations, threads=2)) == bits(whole)
    assert bits(engine.measure(unit, combinations, memory_mb=1)) == bits(whole)
    middle = slice(len(combinations) // 3, len(combinations) // 3 + 2)
    part = engine.measure(unit, combinations[middle])
    for name, column in part.values.items():
        assert column.tobytes() == whole.values[name][middle].tobytes(), name
    assert part.sums.tobytes() == whole.sums[middle].tobytes()


def rules(enter, leave, **besides):
    return {
        "name": "Rules", "indicators": INDICATORS, "parameters": PARAMETERS,
        "enter_long": enter, "exit_long": leave, **besides,
    }  # fmt: skip


def grid(**values):
    mesh = np.meshgrid(*values.values(), indexing="ij")
    return Combinations(dict(zip(values, (one.ravel() for one in mesh), strict=True)))


LONG_AND_SHORT = {
    "enter_short": compared("fast", "crosses_below", "slow"),
    "exit_short": compared("fast", "crosses_above", "slow"),
}
STEPS = [
    {"profit_pct": {"multiply": [of("times"), ATR_PCT]}, "close_pct": of("share")},
    {"profit_pct": {"multiply": [5, ATR_PCT]}, "close_pct": 50},
]
MANY = {
    "periods, long and short": (
        LONG_AND_SHORT,
        {"n": VALUES["n"], "m": VALUES["m"]},
    ),
    "stops by parameter": (
        {"stop_loss_pct": of("percent"), "trailing_stop_pct": of("far"), "break_even_pct": 5},
        {"percent": VALUES["percent"], "far": VALUES["far"], "m": [3, 7]},
    ),
    "moving stops and two moving targets": (
        {"trailing_stop_pct": {"multiply": [of("times"), ATR_PCT]}, "targets": STEPS},
        {"times": VALUES["times"], "share": VALUES["share"], "n": [2, 5]},
    ),
    "break even and the counts": (
        {
            "break_even_pct": of("percent"), "max_bars": of("count"), "cooldown_bars": of("span"),
            "max_trades_per_day": of("back"), **LONG_AND_SHORT,
        },
        {"percent": [4.0, 7.5], "count": VALUES["count"], "span": VALUES["span"], "back": [1, 2]},
    ),
    **{
        f"size by {sizing['method']} {sizing['value']}": (
            {"sizing": sizing, "stop_loss_pct": of("percent"), **LONG_AND_SHORT},
            {name: VALUES[name] for name in ("percent", parameter)},
        )
        for sizing, parameter in [
            ({"method": "percent_of_equity", "value": of("share")}, "share"),
            ({"method": "fixed_cash", "value": of("cash")}, "cash"),
            ({"method": "fixed_quantity", "value": of("pieces")}, "pieces"),
            ({"method": "risk_percent", "value": of("risk")}, "risk"),
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("timeframe", ["1d", "1h"])
@pytest.mark.parametrize("name", MANY)
def test_a_grid_of_each_kind_on_a_year_of_bars(name, timeframe):
    besides, values = MANY[name]
    parameters = PARAMETERS | {"back": {"default": 1, "min": 1, "max": 4}}
    document = {**rules(*USUAL[0], **besides), "parameters": parameters}
    frame = make_bars(260 if timeframe == "1d" else 700, timeframe=timeframe, volatility=0.03)
    frame.iloc[[40, 41, 200], 3] = np.nan
    unit = unit_of(document, frame, first=30, fee_bps=5, slippage_bps=2, borrow_bps=200)
    combinations = grid(**values)
    assert_the_same_numbers(unit, combinations)
    traded = engine.measure(unit, combinations).values["num_trades"]
    assert (traded > 0).mean() > 0.5


def test_exits_and_sizing_of_the_call_are_those_of_its_runs():
    frame = make_bars(200, volatility=0.04)
    unit = unit_of(
        rules(*USUAL[0]),
        frame,
        stop_loss_pct=4,
        targets=[(3, 50), (9, 50)],
        max_bars=9,
        sizing=("fixed_cash", 40_000),
        fixed_fee=3,
        lot_size=1,
    )
    assert_the_same_numbers(unit, grid(n=VALUES["n"], m=VALUES["m"]))


def test_moving_targets_that_cross_where_an_entry_is_filled_are_refused_as_in_a_run():
    crossing = [
        {"profit_pct": ATR_PCT, "close_pct": 50},
        {"profit_pct": {"multiply": [of("times"), ATR_PCT]}, "close_pct": 50},
    ]
    unit = unit_of(rules(*USUAL[0], targets=crossing), make_bars(200))
    assert_the_same_numbers(unit, Combinations({"times": np.array([2.0, 4.0])}))
    with pytest.raises(DefinitionError, match="targets must ascend"):
        engine.measure(unit, Combinations({"times": np.array([2.0, 0.5])}))
