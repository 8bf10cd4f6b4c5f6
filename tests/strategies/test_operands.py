"""Arithmetic, counts, conditions over several bars, indicators of indicators, moving exits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from bitstockerz_lab.strategies import Definition, decisions, indicators, levels, signals
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.compile import COLUMNS
from tests.helpers import make_bars
from tests.strategies.random_definitions import bars
from tests.strategies.random_rules import Told, documents

NOT_A_NUMBER = float("nan")


def closes(*values):
    """Bars whose open, high, low and close are all the same; None is a missing bar."""
    index = pd.date_range("2020-01-01", periods=len(values), tz="UTC", name="timestamp")
    price = np.array([np.nan if value is None else value for value in values], dtype=float)
    columns = dict.fromkeys(("open", "high", "low", "close"), price)
    return pd.DataFrame({**columns, "volume": 1.0}, index=index)


def column(operand, frame, **document):
    """The values of an operand."""
    rules = {"enter_long": {"left": operand, "op": ">", "right": "close"}, **document}
    definition = Definition.parse(rules)
    found = Columns(definition, frame, definition.resolve()).operand(definition.enter_long.left)
    return np.broadcast_to(found, len(frame)).tolist()


def entries(node, frame, **document):
    found = signals({"enter_long": node, **document}, frame)["long_entry"]
    return "".join("+" if flag else "." for flag in found)


def same(found, expected):
    np.testing.assert_array_equal(found, [np.nan if one is None else one for one in expected])


@pytest.mark.parametrize(
    ("operand", "expected"),
    [
        ({"add": ["close", 1, "open"]}, [5, 9]),
        ({"subtract": [1, "close"]}, [-1, -3]),
        ({"multiply": ["close", "close", 2]}, [8, 32]),
        ({"divide": ["close", {"parameter": "p"}]}, [0.5, 1]),
        ({"minimum": ["close", 3, 7]}, [2, 3]),
        ({"maximum": [3, "close"]}, [3, 4]),
        ({"absolute": {"subtract": ["close", 3]}}, [1, 1]),
        ({"of": {"add": ["close", 1]}, "bars_ago": 1}, [None, 3]),
        ({"of": {"of": "close", "bars_ago": 1}, "bars_ago": 0}, [None, 2]),
        ({"add": [{"multiply": [2, 3]}, "close"]}, [8, 10]),
    ],
)
def test_arithmetic_is_what_it_says(operand, expected):
    same(column(operand, closes(2, 4), parameters={"p": {"default": 4}}), expected)


def test_what_is_made_of_something_missing_is_missing():
    for word in ("add", "multiply", "minimum", "maximum", "subtract", "divide"):
        same(column({word: ["close", 1]}, closes(None, 4))[:1], [None])
        same(column({word: [1, "close"]}, closes(None, 4))[:1], [None])
    same(column({"absolute": "close"}, closes(None, 4)), [None, 4])


def test_nothing_is_divided_by_zero_and_nothing_grows_beyond_numbers():
    zero = {"subtract": ["close", 2]}
    same(column({"divide": ["close", zero]}, closes(2, 4)), [None, 2])
    same(column({"divide": [zero, zero]}, closes(2, 4)), [None, 1])
    same(column({"divide": [1, {"parameter": "p"}]}, closes(2), parameters={"p": {"default": 0}}),
         [None])  # fmt: skip
    same(column({"multiply": [1e308, "close"]}, closes(2)), [None])
    below = {"left": {"divide": ["close", zero]}, "op": "<", "right": 1}
    assert entries(below, closes(2)) == entries({"not": below}, closes(2)) == "."


UP = {"left": "close", "op": ">", "right": 10}


def test_a_count_needs_all_its_bars_and_none_of_them_missing():
    frame = closes(11, 9, 11, 11, None, 11, 11, 11)
    same(column({"count": UP, "bars": 3}, frame), [None, None, 2, 2, None, None, None, 3])
    same(column({"count": UP, "bars": 1}, closes(11, 9, None)), [1, 0, None])
    same(column({"count": UP, "bars": 9}, closes(11, 9)), [None, None])


def test_a_condition_that_holds_was_true_at_each_of_the_last_bars():
    holds = {"holds": UP, "bars": 3}
    assert entries(holds, closes(11, 11, 11, 11, 9, 11)) == "..++.."
    # too few bars: missing, unless one of them is false already
    assert entries({"not": holds}, closes(11, 11, 11, 9, 11, 11, 11)) == "...+++."
    assert entries({"not": holds}, closes(9, 11, 11)) == "+++"
    assert entries(holds, closes(11, 11, None, 11, 11, 11)) == ".....+"
    assert entries({"not": holds}, closes(11, None, 9, 11, 11)) == "..+++"


def test_a_condition_that_happened_was_true_at_one_of_the_last_bars():
    happened = {"happened": UP, "bars": 3}
    assert entries(happened, closes(11, 9, 9, 9, 11)) == "+++.+"
    assert entries({"not": happened}, closes(9, 9, 9, 11, 9, 9, 9)) == "..+...+"
    assert entries(happened, closes(11, None, 9, 9)) == "+.+."
    assert entries({"not": happened}, closes(9, None, 9, 9, 9)) == "....+"


@pytest.mark.parametrize("word", ["holds", "happened"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9, 16, 30])
def test_every_number_of_bars_counts_exactly_so_many(word, number):
    frame = make_bars(25, seed=number)
    frame.loc[frame.index[11], "close"] = np.nan
    node = {word: {"left": "close", "op": ">", "right": "open"}, "bars": number}
    told = Told({}, frame, {})
    for wanted in (node, {"not": node}):
        found = signals({"enter_long": wanted}, frame)["long_entry"]
        expected = [told.truth(wanted, t) is True and not told.lost[t] for t in range(len(frame))]
        assert found.tolist() == expected


def test_an_indicator_may_be_taken_of_an_indicator_and_of_an_expression():
    frame = make_bars(60)
    document = {
        "indicators": {
            "r": {"indicator": "rsi", "period": 3},
            "smooth": {"indicator": "ema", "period": 4, "source": "r"},
            "spread": {"indicator": "stddev", "period": 5, "source": {"divide": ["close", "r"]}},
        }
    }
    strength = np.array(column("r", frame, **document))
    for name, entry, period, source in [
        ("smooth", "ema", 4, strength),
        ("spread", "stddev", 5, frame["close"].to_numpy() / strength),
    ]:
        expected = indicators.compute(indicators.get(entry), [source], {"period": period})
        np.testing.assert_array_equal(column(name, frame, **document), expected)


def test_a_second_column_may_be_any_operand():
    frame = make_bars(60)
    use = {"indicator": "correlation", "period": 9, "other": {"of": "volume", "bars_ago": 1}}
    found = pd.Series(column("c", frame, indicators={"c": use}), frame.index)
    expected = frame["close"].rolling(9).corr(frame["volume"].shift(1))
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_an_indicator_may_be_called_time_though_some_read_the_time():
    frame = make_bars(30)
    uses = {
        "time": {"indicator": "sma", "period": 2},
        "mean": {"indicator": "sma", "period": 3, "source": "time"},
        "day": {"indicator": "day_of_week"},
    }
    expected = frame["close"].rolling(2).mean().rolling(3).mean()
    np.testing.assert_allclose(column("mean", frame, indicators=uses), expected)
    assert column("day", frame, indicators=uses) == frame.index.day_of_week.tolist()


def test_what_stands_in_several_places_is_computed_once(monkeypatch):
    calls = []
    compute = indicators.compute_all
    monkeypatch.setattr(
        indicators,
        "compute_all",
        lambda *given, **told: calls.append(given) or compute(*given, **told),
    )
    far = {"subtract": ["close", "mean"]}
    mean_of_far = {"indicator": "sma", "period": 4, "source": far}
    rules = {
        "indicators": {
            "mean": {"indicator": "sma", "period": 3},
            "one": mean_of_far,
            "other": mean_of_far,
        },
        "enter_long": {"all": [{"left": "one", "op": ">", "right": "other"}, UP]},
        "exit_long": {"any": [UP, {"left": far, "op": "<", "right": "one"}]},
        "stop_loss_pct": {"absolute": far},
    }
    decisions(rules, make_bars(40))
    assert len(calls) == 2
    definition = Definition.parse(rules)
    columns = Columns(definition, make_bars(40), {})
    assert columns.operand(definition.indicators["one"].source) is columns.operand(
        definition.exit_long.members[1].left
    )
    assert columns.condition(definition.enter_long.members[1]) is columns.condition(
        definition.exit_long.members[0]
    )


def test_levels_are_numbers_where_they_are_and_a_column_where_they_move():
    frame = closes(10, 20, None, 40)
    rules = {
        "parameters": {"p": {"default": 3.0}},
        "enter_long": UP,
        "stop_loss_pct": {"divide": [100, "close"]},
        "trailing_stop_pct": {"parameter": "p"},
        "break_even_pct": {"subtract": ["close", 20]},
        "targets": [
            {"profit_pct": 5, "close_pct": 50},
            {"profit_pct": {"add": ["close", {"parameter": "p"}]}, "close_pct": 25},
        ],
        "cooldown_bars": 2,
    }
    found = levels(rules, frame, {"p": 4})
    assert set(found) == {"stop_loss_pct", "trailing_stop_pct", "break_even_pct", "targets"}
    same(found["stop_loss_pct"], [10, 5, None, 2.5])
    assert found["trailing_stop_pct"] == 4.0
    same(found["break_even_pct"], [None, None, None, 20])  # not above 0 is none
    assert found["targets"][0] == (5, 50)
    same(found["targets"][1][0], [14, 24, None, 44])
    definition = Definition.parse(rules)
    assert definition.moving_exits == ("stop_loss_pct", "break_even_pct", "targets")
    assert definition.exits() == {"trailing_stop_pct": 3.0, "cooldown_bars": 2}
    assert definition.format == 2


def test_decisions_are_signals_and_levels():
    rules = {"enter_long": UP, "stop_loss_pct": {"multiply": [0.1, "close"]}}
    found, exits = decisions(rules, closes(9, 12))
    pd.testing.assert_frame_equal(found, signals(rules, closes(9, 12)))
    again = levels(rules, closes(9, 12))
    np.testing.assert_array_equal(exits["stop_loss_pct"], again["stop_loss_pct"])


@settings(max_examples=150, deadline=None)
@given(document=documents(), frame=bars(most=40))
def test_signals_equal_the_rules_told_one_bar_at_a_time(document, frame):
    definition = Definition.parse(document)
    told = Told(document, frame, definition.resolve())
    found = signals(definition, frame)
    for group, name in COLUMNS.items():
        expected = [
            group in document and not told.lost[t] and told.truth(document[group], t) is True
            for t in range(len(frame))
        ]
        assert found[name].tolist() == expected


@settings(max_examples=100, deadline=None)
@given(document=documents(exits=True), frame=bars(most=40))
def test_nothing_of_the_first_n_bars_depends_on_later_ones(document, frame):
    full, exits = decisions(document, frame)
    for n in {0, 1, 2, len(frame) // 2, len(frame) - 1} & set(range(len(frame))):
        part, levels_there = decisions(document, frame.iloc[:n])
        pd.testing.assert_frame_equal(part, full.iloc[:n])
        for name, level in exits.items():
            pairs = zip(_columns(level), _columns(levels_there[name]), strict=True)
            for whole, short in pairs:
                np.testing.assert_array_equal(np.broadcast_to(whole, len(frame))[:n],
                                              np.broadcast_to(short, n))  # fmt: skip


def _columns(level):
    return [one for one, _ in level] if isinstance(level, list) else [level]
