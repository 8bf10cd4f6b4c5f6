"""A grid as fields: from, to and step."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.grid import MOST
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import close, sma, templates
from bitstockerz_lab.widgets.explorer import spans
from bitstockerz_lab.widgets.explorer.spans import Span


def span(**fields):
    plain = {"name": "fast", "low": 5, "high": 20, "step": 5, "value": 10}
    return Span(**plain | {"varies": True, "whole": True} | fields)


def definition(*parameters):
    rules = [close > sma(one) for one in parameters]
    leave = rules[0]
    enter = rules[0]
    for one in rules[1:]:
        enter &= one
    return bz.strategy("Any", enter=enter, leave=~leave)


def test_from_to_and_step_are_inclusive_values():
    assert span().values == [5, 10, 15, 20]
    assert span(high=19).values == [5, 10, 15]
    assert span(whole=False, low=0.1, high=0.3, step=0.1).values == [0.1, 0.2, 0.3]
    assert span().told == "4 values"
    assert span(high=5).told == "1 value"


def test_the_first_grid_has_the_defaults_of_the_classics_in_it():
    for name in ("golden-cross", "rsi-reversal", "turtle"):
        for one in spans.spans(templates.get(name)):
            assert not one.varies or one.value in one.values, (name, one)


def test_a_parameter_that_stays_is_one_value():
    assert span(varies=False).values == [10]
    assert span(varies=False).told == "stays"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"step": 0}, "fast: its step is 0. Give one above 0."),
        ({"step": None}, "fast: step is empty. Give a number."),
        ({"low": 30}, "fast: from 30 is above to 20. Swap them."),
        ({"low": 2.5}, "fast: from is 2.5. Give a whole number."),
        ({"varies": False, "value": None}, "fast: value is empty. Give a number."),
        (
            {"whole": False, "step": 1e-6},
            f"fast: more than {MOST:,} values are asked for. Give a larger step.",
        ),
    ],
)
def test_what_is_wrong_with_the_fields_is_said_beside_them(fields, told):
    assert span(**fields).told == told
    assert span(**fields).is_wrong
    with pytest.raises(DefinitionError, match=r"^fast: "):
        span(**fields).values  # noqa: B018 - it raises


def test_a_strategy_begins_with_a_grid_that_is_soon_done():
    fast, slow = (bz.parameter(name, 20, min=2, max=400) for name in ("fast", "slow"))
    found = spans.spans(bz.strategy("Any", enter=sma(fast) > sma(slow), leave=close < sma(slow)))
    for one in found:
        assert one.varies
        assert 5 <= len(one.values) <= 20
        assert 2 <= one.low < 20 < one.high <= 400


@pytest.mark.parametrize(
    ("declared", "default"),
    [({}, 5), ({"min": 1}, 1), ({"min": 3, "max": 3}, 3), ({"step": 7, "min": 1, "max": 90}, 8)],
)
def test_what_is_tried_to_begin_with_fits_the_parameter(declared, default):
    rules = definition(bz.parameter("bars", default, **declared))
    [found] = spans.spans(rules)
    assert rules.fit("bars", found.values) == found.values
    if "step" in declared:
        assert {(value - 1) % 7 for value in found.values} == {0}


def test_a_fraction_begins_with_round_steps():
    stop = bz.parameter("stop", 5.0, min=1, max=50)
    rules = bz.strategy("Any", enter=close > sma(5), leave=close < sma(5), stop_loss_pct=stop)
    [found] = spans.spans(rules)
    assert (found.whole, found.step) == (False, 0.5)
    assert all(value * 2 == int(value * 2) for value in found.values)


def test_of_many_parameters_three_vary():
    four = [bz.parameter(name, 10, min=2, max=50) for name in "abcd"]
    assert [one.varies for one in spans.spans(definition(*four))] == [True, True, True, False]


def test_a_span_is_told_from_its_values():
    found = span().over([10, 30, 20])
    assert (found.low, found.high, found.step, found.values) == (10, 30, 10, [10, 20, 30])
    assert (span().over([7]).varies, span().over([7]).value) == (False, 7)
    assert span().over([1, 2, 5]).is_wrong  # not as far apart as one another: somebody has to say


def test_a_grid_is_of_those_that_vary():
    found = (span(), span(name="slow", varies=False))
    assert spans.grid_of(found) == {"fast": [5, 10, 15, 20]}
    with pytest.raises(DefinitionError, match="No parameter varies"):
        spans.grid_of(found[1:])


def test_what_stays_is_asked_for_whatever_the_default_is():
    assert spans.kept((span(varies=False), span(name="slow"))) == {"fast": 10}
