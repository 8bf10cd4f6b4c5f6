"""No value lies outside what is told of it: each indicator, and every expression made of them."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import Definition, close, indicators, sma
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.document import GROUPS
from bitstockerz_lab.strategies.honesty.degenerate import conditions
from bitstockerz_lab.strategies.honesty.spans import Spans, told
from bitstockerz_lab.strategies.indicators.entry import NOT_NEGATIVE, PRICE
from tests.helpers import make_bars
from tests.strategies import random_definitions, random_rules
from tests.strategies.indicators import examples

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def source_of(entry):
    return NOT_NEGATIVE if entry.source == "volume" else PRICE


def assert_within(values, span):
    """Let rounding pass: a billionth of the values, and of what bounds them."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if not len(known):
        return
    ends = [abs(end) for end in span if abs(end) < inf]
    slack = 1e-9 * max(1.0, *ends, np.abs(known).max())
    assert known.min() >= span[0] - slack
    assert known.max() <= span[1] + slack


@pytest.mark.parametrize("name", examples.NAMES)
def test_an_indicator_stays_within_its_range_on_random_bars(name):
    entry = indicators.get(name)
    for seed, volatility in ((1, 0.02), (2, 0.3)):
        bars = make_bars(1500, seed=seed, volatility=volatility)
        for told_ in examples.told_to(name):
            for output, values in examples.made(name, bars, **told_).items():
                assert_within(values, entry.span(told_, output, source_of(entry)))


@pytest.mark.parametrize("name", examples.NAMES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_indicator_stays_within_its_range_whatever_it_is_told(name, data):
    entry, bars = indicators.get(name), make_bars(80, seed=3, volatility=0.1)
    chosen = data.draw(examples.random_settings(name))
    for output, values in examples.made(name, bars, **chosen).items():
        assert_within(values, entry.span(chosen, output, source_of(entry)))


def test_a_range_is_reached_where_it_can_be():
    rising = make_bars(60).assign(close=np.arange(1.0, 61.0))
    assert examples.made("rsi", rising)["value"][-1] == 100.0
    assert indicators.get("zscore").span({"period": 5})[1] == 2.0


@FEW
@given(document=random_rules.documents(), bars=random_definitions.bars(40))
def test_an_expression_stays_within_what_is_told_of_it(document, bars):
    definition = Definition.parse(document)
    bars = bars.assign(volume=bars["volume"].clip(lower=0))  # a market refuses less
    resolved = definition.resolve()
    spans, columns = Spans(definition, resolved), Columns(definition, bars, resolved)
    anything = Spans(definition, {})
    for group in GROUPS:
        node = getattr(definition, group)
        for _, one in conditions(node, group) if node is not None else ():
            for key in ("left", "right", "low", "high"):
                operand = getattr(one, key, None)
                if operand is None:
                    continue
                low, high = spans.operand(operand)
                assert low <= high
                assert_within(np.atleast_1d(columns.operand(operand)), (low, high))
                wide = anything.operand(operand)
                assert wide[0] <= low
                assert high <= wide[1]


def test_division_knows_where_it_has_no_bound():
    rules = bz.strategy("x", enter=close / sma(50) - 1 > -0.5)
    left = rules.enter_long.left
    assert Spans(rules, {}).operand(left) == (-1.0, inf)


def test_spans_are_told_in_words():
    assert told((0.0, 100.0)) == "lies between 0 and 100"
    assert told(PRICE) == "is always above 0"
    assert told((-inf, 3.0)) == "is never above 3"
    assert told((2.0, 2.0)) == "is 2"
