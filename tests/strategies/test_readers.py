"""A column is computed once, and goes as soon as nobody reads it any more."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given, settings

from bitstockerz_lab.strategies import Definition, indicators, signals
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.compile import _levels, _signals
from tests.helpers import make_bars
from tests.strategies.random_definitions import bars
from tests.strategies.random_rules import documents


def extremes(many):
    """Rules that compare the close with so many extremes; Python can count TA-Lib's memory."""
    names = [f"top_{n}" for n in range(2, many + 2)]
    conditions = [{"left": "close", "op": "<", "right": name} for name in names]
    uses = {name: {"indicator": "highest", "period": int(name[4:])} for name in names}
    return {"indicators": uses, "enter_long": {"all": conditions}}


@settings(max_examples=80, deadline=None)
@given(document=documents(exits=True), frame=bars())
def test_every_column_is_made_once_and_none_is_left(document, frame):
    definition = Definition.parse(document)
    columns, made = Columns(definition, frame, definition.resolve(), keep=False), []
    once = columns._once
    columns._once = lambda key, make: once(key, lambda: made.append(key) or make())
    _signals(columns)
    _levels(columns)
    assert len(made) == len(set(made))
    assert columns._made == {}


def test_an_indicator_in_eight_conditions_is_computed_once(monkeypatch):
    calls = []
    compute = indicators.compute_all
    monkeypatch.setattr(
        indicators,
        "compute_all",
        lambda *given, **told: calls.append(given) or compute(*given, **told),
    )
    levels = [{"left": "strength", "op": ">", "right": level} for level in range(10, 80, 10)]
    last = {"left": "close", "op": ">", "right": {"multiply": ["strength", 2]}}
    rules = {
        "indicators": {"strength": {"indicator": "rsi"}},
        "enter_long": {"all": [*levels[:4], last]},
        "exit_long": {"any": [{"not": one} for one in levels[4:]]},
    }
    signals(rules, make_bars(100))
    assert len(calls) == 1


def test_a_column_is_not_copied_for_a_condition_on_it():
    frame = make_bars(20_000, timeframe="1h")
    definition = Definition.parse(extremes(2))
    columns = Columns(definition, frame, {})
    assert np.shares_memory(columns.price("close"), frame["close"].to_numpy())
    assert columns.indicator("top_2") is columns.indicator("top_2")


def test_forty_conditions_need_hardly_more_memory_than_four():
    frame = make_bars(20_000, timeframe="1h")
    peaks = []
    for many in (4, 40):
        definition = Definition.parse(extremes(many))
        signals(definition, frame)
        tracemalloc.start()
        signals(definition, frame)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000  # a column has 160,000 bytes, its flags 20,000
