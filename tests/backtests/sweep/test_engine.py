"""What the engine does besides being right, which `test_engine_equals_runs` is about."""

from dataclasses import replace

import numpy as np
import pytest

from bitstockerz_lab.backtests.sweep import engine, exits, one_by_one
from bitstockerz_lab.backtests.sweep.bind import bind
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.layout import Layout
from bitstockerz_lab.backtests.sweep.scheme import scheme_of
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import Definition, templates
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars

FAST, SLOW = np.meshgrid(np.arange(5, 15), np.arange(50, 90, 2))
PAIRS = Combinations({"fast": FAST.ravel(), "slow": SLOW.ravel()})


def crossing(bars=400, **terms):
    return unit_of(templates.get("golden-cross").document, make_bars(bars), **terms)


def bound(unit, combinations):
    return bind(scheme_of(unit, combinations), unit, Layout.of(unit))


def test_each_distinct_column_is_computed_once():
    found = bound(crossing(), PAIRS)
    assert len(found.columns) == 10 + 20
    assert found.scheme.count == 200


def test_the_period_begins_with_a_word_and_nothing_is_known_before_the_bars():
    unit = unit_of(templates.get("golden-cross").document, make_bars(400), first=100)
    layout = Layout.of(unit)
    assert (layout.lead + 100) % 64 == 0
    assert (layout.lead + 100) // 64 == layout.skipped
    padded = layout.padded(np.arange(400.0), np.nan)
    assert np.isnan(padded[: layout.lead]).all()
    assert np.isnan(padded[layout.lead + 400 :]).all()
    assert padded[64 * layout.skipped] == 100.0


def test_less_memory_means_more_parts_and_the_same_numbers():
    unit = crossing()
    whole = engine.measure(unit, PAIRS)
    parts = list(engine._bound(unit, Layout.of(unit), PAIRS, memory_mb=0.02))
    assert len(parts) > 4
    assert sum(part.scheme.count for part in parts) == len(PAIRS)
    assert max(part.columns.nbytes for part in parts) <= 20_000
    little = engine.measure(unit, PAIRS, memory_mb=0.02)
    for name, values in whole.values.items():
        np.testing.assert_array_equal(values, little.values[name])


def test_only_the_metrics_that_are_wanted_are_there_and_they_are_the_same():
    unit = crossing(fee_bps=5)
    whole, few = engine.measure(unit, PAIRS), engine.measure(unit, PAIRS, metrics=["sharpe_ratio"])
    assert set(few.values) == {"sharpe_ratio", *engine.BESIDES}
    for name, values in few.values.items():
        np.testing.assert_array_equal(values, whole.values[name])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads_gives_the_same_bits(threads):
    unit = crossing(fee_bps=5)
    one, many = (
        engine.daily_returns(unit, PAIRS),
        engine.daily_returns(unit, PAIRS, threads=threads),
    )
    np.testing.assert_array_equal(one, many)


def test_bars_without_a_column_are_refused_as_by_a_run():
    unit = crossing()
    lacking = replace(unit, bars=unit.bars.drop(columns="volume"))
    with pytest.raises(DataError, match=r"The bars have no column volume\. They need open"):
        engine.measure(lacking, PAIRS)


def test_one_combination_has_its_own_daily_returns():
    unit = crossing()
    alone = engine.daily_returns(unit, PAIRS[7:8])
    np.testing.assert_array_equal(alone, engine.daily_returns(unit, PAIRS)[7:8])


def test_nothing_lost_is_no_negative_zero():
    never = {"left": "close", "op": "<", "right": {"parameter": "least"}}
    rules = {"parameters": {"least": {"default": 0.5}}, "enter_long": never}
    idle = Combinations({"least": np.array([0.1, 0.2])})
    fall = engine.measure(unit_of(rules, make_bars(80)), idle).values["max_drawdown_pct"]
    assert (fall == 0).all()
    assert not np.signbit(fall).any()


def test_the_machine_leaves_to_single_runs_what_it_cannot_do():
    moving = {"left": "close", "op": ">", "right": 1}
    targets = [{"profit_pct": p, "close_pct": 50} for p in (5, {"multiply": ["close", 0.1]})]
    crossed = Definition.parse({"format": 2, "enter_long": moving, "targets": targets})
    assert not exits.expressible(crossed)
    assert exits.expressible(templates.get("golden-cross"))


@pytest.mark.parametrize("stop_loss_pct", [None, 4.0])
def test_combinations_side_by_side_are_what_each_is_alone(stop_loss_pct):
    """More of them than are compared together, over more bars than are compared at a time."""
    unit = crossing(bars=5_000, fee_bps=5, stop_loss_pct=stop_loss_pct)
    some = PAIRS.take(np.random.default_rng(3).permutation(len(PAIRS))[:37])
    together = engine.measure(unit, some, threads=2)
    for at in range(len(some)):
        alone = engine.measure(unit, some[at : at + 1], threads=1)
        for name, values in together.values.items():
            np.testing.assert_array_equal(values[at], alone.values[name][0], err_msg=name)
    for at in (0, 15, 16, 36):
        slowly = one_by_one.measure(unit, some[at : at + 1])
        for name, values in together.values.items():
            np.testing.assert_allclose(values[at], slowly.values[name][0], rtol=1e-9, atol=1e-9)
