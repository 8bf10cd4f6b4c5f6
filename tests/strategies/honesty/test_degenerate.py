"""Rules that cannot do what they say are named, with their place and the reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import (
    Definition,
    adx,
    between,
    bollinger,
    close,
    correlation,
    count,
    crosses_above,
    day_of_week,
    donchian,
    happened,
    high,
    highest,
    holds,
    honesty,
    low,
    lowest,
    maximum,
    minimum,
    open_,
    rsi,
    sma,
    typical_price,
    volume,
    williams_r,
    zscore,
)
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.document import GROUPS
from bitstockerz_lab.strategies.honesty.degenerate import (
    Logic,
    conditions,
    inside_costs,
    same_rules,
)
from tests.helpers import make_bars
from tests.strategies import random_definitions, random_rules

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def fixed(enter, parameters=None, **said):
    rules = bz.strategy("x", enter=enter, **said)
    return [*Logic(rules, rules.resolve(parameters)).fixed()]


NEVER = {
    "rsi below its range": rsi(14) < -5,
    "rsi above its top": rsi(14) > 100,
    "percent r turned round": between(williams_r(14), 10, 20),
    "eighth day": day_of_week >= 7,
    "adx beyond": adx(14) > 100,
    "correlation beyond": correlation(20, other=volume) > 1,
    "z-score beyond what a window allows": zscore(20) > 5,
    "a price below nothing": close < 0,
    "more often than there are bars": count(close > open_, 10) > 10,
    "arithmetic": (rsi(14) - 50) / 50 > 1.5,
    "smaller of two": minimum(rsi(2), rsi(14)) > 100,
    "some bars earlier": rsi(2).bars_ago(3) > 100,
    "a view": rsi(2).on("1w") > 100,
    "a cross out of reach": crosses_above(rsi(2), 100),
    "close above a high that counts it": close > highest(20),
    "an earlier close within the window": close.bars_ago(5) > highest(20),
    "close below the lowest low": close < lowest(20),
    "low above the close": low > close,
    "larger of two below one of them": maximum(close, open_) < open_,
    "bands": bollinger(20).lower > bollinger(20).upper,
    "itself": sma(20) > sma(20),
}
MAY = {
    "rsi": rsi(14) < 100,
    "at the edge": rsi(14) >= 100,
    "a channel without this bar": close > donchian(20).upper,
    "one bar earlier": close > highest(20).bars_ago(1),
    "an earlier close beyond the window": close.bars_ago(25) > highest(20),
    "another's": close > highest(20, source=close.bars_ago(1)),
    "bands of other widths": bollinger(20).lower > bollinger(20, 3).upper,
    "highs of another window": highest(20) > highest(50),
    "high above close": high > close,
    "a third of three prices, which rounding lifts above them": typical_price > high,
}


@pytest.mark.parametrize("condition", NEVER.values(), ids=NEVER.keys())
def test_what_can_never_be_true_is_found(condition):
    (found,) = fixed(condition)
    assert not found.always
    assert found.path == "enter_long"
    assert "can never be true" in found.message


@pytest.mark.parametrize("condition", MAY.values(), ids=MAY.keys())
def test_what_may_be_true_is_left_alone(condition):
    assert fixed(condition) == []


def test_the_message_has_place_rule_and_reason():
    (found,) = fixed((close > sma(5)) & holds(rsi(14) < -5, 3))
    assert found.message.startswith("enter_long.all[1].holds: “")
    assert "is below -5” can never be true: the 14-bar RSI" in found.message
    assert found.message.endswith("lies between 0 and 100.")
    (found,) = fixed(close > highest(20))
    assert found.message.endswith(
        "of the same bar. Compare with one of them a bar earlier, bars_ago 1."
    )


def test_a_condition_inside_a_count_is_found_where_it_stands():
    (found,) = fixed(count(rsi(14) > 100, 5) / 2 > 1)
    assert found.path == "enter_long.left.divide[0].count"
    (found,) = fixed(happened(~(rsi(2) >= 0), 5))
    assert found.always
    assert found.path == "enter_long.happened.not"


def test_a_price_above_0_is_how_one_says_always_and_no_warning():
    (found,) = fixed(close > 0)
    assert found.is_plain
    assert found.message == "enter_long is true at every bar with a price: close > 0."
    assert not fixed((close > 0) & (rsi(2) < 10))[0].is_plain


def test_a_parameter_counts_with_its_value_or_with_its_bounds_where_nobody_gave_one():
    level = bz.parameter("level", 30, min=-50, max=50)
    assert fixed(rsi(14) < level) == []
    assert len(fixed(rsi(14) < level, {"level": -5})) == 1
    rules = bz.strategy("x", enter=rsi(14) < bz.parameter("level", -30, min=-50, max=-10))
    assert len([*Logic(rules, {}).fixed()]) == 1
    rules = bz.strategy("x", enter=rsi(14) < bz.parameter("level", -30, min=-50))
    assert [*Logic(rules, {}).fixed()] == []


def test_an_entry_that_is_the_exit_is_told():
    up = close > sma(20)
    (told,) = same_rules(bz.strategy("x", enter=up, leave=up))
    assert told.startswith("enter_long and exit_long are the same condition")
    assert [*same_rules(bz.strategy("x", enter=up, leave=close >= sma(20)))] == []
    assert len([*same_rules(bz.strategy("x", enter=up, enter_short=up))]) == 1


def test_stops_and_targets_inside_the_costs_are_told_with_the_sum():
    (told,) = inside_costs({"stop_loss_pct": 0.1, "take_profit_pct": 5}, 5, 2)
    assert told.startswith(
        "The stop loss of 0.1 % is less than what buying and selling costs, 0.14 %"
    )
    (told,) = inside_costs({"targets": [(0.2, 50), (4, 50)]}, 10, 0)
    assert "target of 0.2 % is no more than what" in told
    assert [*inside_costs({"stop_loss_pct": 0.1, "trailing_stop_pct": 1}, 0, 0)] == []


def test_an_exit_that_never_comes_is_told_unless_something_else_leaves():
    bars = make_bars(500)
    never = close > 1e9
    rules = bz.strategy("x", enter=close > sma(5), leave=never)
    told = "exit_long is never true on these 500 bars, and nothing else leaves"
    assert told in str(honesty.check(rules, bars))
    assert honesty.check(bz.strategy("x", enter=close > sma(5), leave=never, max_bars=3), bars).ok


def test_an_entry_that_chose_nothing_or_never_came_on_these_bars_is_told():
    bars = make_bars(500)
    leave = close < sma(5)
    always = str(honesty.check(bz.strategy("x", enter=close > 0.001, leave=leave), bars))
    assert "enter_long is true at each of the 500 bars at which it is known" in always
    never = str(honesty.check(bz.strategy("x", enter=sma(20) > 1e9, leave=leave), bars))
    assert "enter_long is never true on the 481 of these bars at which it is known" in never
    missing = str(honesty.check(bz.strategy("x", enter=sma(600) > 1, leave=leave), bars))
    assert "enter_long is missing at each of these 500 bars" in missing


@FEW
@given(document=random_rules.documents(), bars=random_definitions.bars(40))
def test_no_bar_contradicts_what_is_told_to_be_never_or_always_true(document, bars):
    definition = Definition.parse(document)
    bars = bars.assign(volume=bars["volume"].clip(lower=0))  # a market refuses less
    resolved = definition.resolve()
    logic, columns = Logic(definition, resolved), Columns(definition, bars, resolved)
    for group in GROUPS:
        node = getattr(definition, group)
        for _, one in conditions(node, group) if node is not None else ():
            told = logic.truth(one)
            if told is not None:
                assert not np.any(columns.condition(one, wanted=not told))


def test_what_never_happens_is_a_warning_on_many_real_bars_and_a_note_on_few():
    rules = bz.strategy("x", enter=sma(20) > 1e9, leave=close < sma(5))
    assert honesty.check(rules, make_bars(500)).ok
    assert not honesty.check(rules, make_bars(1100)).ok
    simulated = make_bars(1100)
    simulated.attrs["simulated"] = True
    assert honesty.check(rules, simulated).ok
