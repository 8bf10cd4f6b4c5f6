"""Signals: three-valued logic, crosses, bars ago, missing bars, and nothing that peeks."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.strategies import Definition, signals
from bitstockerz_lab.strategies.compile import COLUMNS, Columns
from bitstockerz_lab.strategies.document import PRICES
from tests.helpers import make_bars, typed_bars
from tests.strategies.random_definitions import INDICATORS, bars, documents, reader, said

NOT_A_NUMBER = float("nan")


def closes(*values):
    """Bars whose open, high, low and close are all the same; None is a missing bar."""
    index = pd.date_range("2020-01-01", periods=len(values), tz="UTC", name="timestamp")
    price = np.array([np.nan if value is None else value for value in values], dtype=float)
    columns = dict.fromkeys(("open", "high", "low", "close"), price)
    return pd.DataFrame({**columns, "volume": 1.0}, index=index)


def entries(node, frame, **document):
    found = signals({"enter_long": node, **document}, frame)["long_entry"]
    return "".join("+" if flag else "." for flag in found)


# volume may be missing in a bar that is not: the one operand with three values at a given bar
VOLUMES = {True: 2.0, False: 0.0, None: NOT_A_NUMBER}
HOLDS = {"left": "volume", "op": ">", "right": 1}


def truth(node_of_a_and_b, a, b):
    """The value of a node over two conditions with the given values, read as True, False or None.

    One bar tells a from b by asking for volume now (a) and one bar earlier (b).
    """
    frame = closes(10, 10)
    frame["volume"] = [VOLUMES[b], VOLUMES[a]]
    earlier = {"left": {"of": "volume", "bars_ago": 1}, "op": ">", "right": 1}
    node = node_of_a_and_b(HOLDS, earlier)
    is_true = entries(node, frame)[1] == "+"
    is_false = entries({"not": node}, frame)[1] == "+"
    assert not (is_true and is_false)
    return True if is_true else False if is_false else None


THREE = (True, False, None)
PAIRS = list(itertools.product(THREE, THREE))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_all_is_false_if_one_is_false_else_missing_if_one_is_missing(a, b):
    expected = False if False in (a, b) else None if None in (a, b) else True
    assert truth(lambda one, two: {"all": [one, two]}, a, b) is expected


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_any_is_true_if_one_is_true_else_missing_if_one_is_missing(a, b):
    expected = True if True in (a, b) else None if None in (a, b) else False
    assert truth(lambda one, two: {"any": [one, two]}, a, b) is expected


@pytest.mark.parametrize(("a", "expected"), [(True, False), (False, True), (None, None)])
def test_not_of_missing_is_missing(a, expected):
    assert truth(lambda one, _: {"not": one}, a, True) is expected


@pytest.mark.parametrize(
    ("op", "expected"), [(">", "..+"), (">=", ".++"), ("<", "+.."), ("<=", "++.")]
)
def test_each_comparison_knows_whether_equal_counts(op, expected):
    assert entries({"left": "close", "op": op, "right": 10}, closes(9, 10, 11)) == expected


def test_a_missing_operand_makes_neither_a_comparison_nor_its_opposite_true():
    node = {"left": "volume", "op": ">", "right": 1}
    frame = closes(10)
    frame["volume"] = np.nan
    assert entries(node, frame) == "."
    assert entries({"not": node}, frame) == "."


def test_between_is_false_beyond_one_known_end_though_the_other_is_missing():
    unknown = {"of": "close", "bars_ago": 9}
    node = {"left": "close", "op": "between", "low": 10, "high": unknown}
    assert entries(node, closes(9, 11)) == ".."
    assert entries({"not": node}, closes(9, 11)) == "+."
    assert entries({"not": {**node, "low": unknown, "high": 10}}, closes(9, 11)) == ".+"


def test_between_includes_both_ends():
    node = {"left": "close", "op": "between", "low": 10, "high": 12}
    assert entries(node, closes(9.99, 10, 11, 12, 12.01)) == ".+++."
    assert entries({"not": node}, closes(9.99, 10, 11, 12, 12.01)) == "+...+"


def test_a_cross_counts_from_equal_and_only_once():
    node = {"left": "close", "op": "crosses_above", "right": 10}
    assert entries(node, closes(9, 10, 11, 12, 10, 10, 11)) == "..+...+"
    assert entries({**node, "op": "crosses_below"}, closes(11, 10, 9, 8, 10, 9)) == "..+..+"


def test_there_is_no_cross_at_the_first_bar_and_its_not_is_missing_there():
    node = {"left": "close", "op": "crosses_above", "right": 10}
    assert entries(node, closes(11, 11)) == ".."
    assert entries({"not": node}, closes(11, 11)) == ".+"


def test_a_cross_needs_both_operands_on_both_bars():
    node = {"left": "close", "op": "crosses_above", "right": 10}
    assert entries(node, closes(9, None, 11, 9, 11)) == "....+"
    assert entries({"not": node}, closes(9, None, 11, 9, 11)) == "...+."


def test_a_number_may_stand_on_the_left():
    assert entries({"left": 10, "op": "<", "right": "close"}, closes(9, 11)) == ".+"
    node = {"left": 10, "op": "crosses_below", "right": "close"}
    assert entries(node, closes(9, 11)) == ".+"


def test_bars_ago_looks_back_by_rows_and_is_missing_before_the_first():
    node = {"left": {"of": "close", "bars_ago": 2}, "op": ">", "right": 10}
    assert entries(node, closes(11, 9, 9, 12)) == "..+."
    assert entries({"not": node}, closes(11, 9, 9, 12)) == "...+"
    far = {"left": {"of": "close", "bars_ago": 9}, "op": ">", "right": 10}
    assert entries(far, closes(11, 12)) == ".."


def test_a_missing_bar_gives_no_signal_even_where_every_operand_is_known():
    node = {"left": {"of": "close", "bars_ago": 1}, "op": ">", "right": 10}
    assert entries(node, closes(11, None, 11, 11)) == "...+"
    assert entries(node, closes(11, 12, 11, 11)) == ".+++"


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -3.0])
@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
def test_one_bad_price_makes_the_whole_bar_missing(column, bad):
    frame = closes(11, 11, 11)
    frame.iloc[1, frame.columns.get_loc(column)] = bad
    assert entries({"left": "close", "op": ">", "right": 10}, frame) == "+.+"


def test_an_indicator_passes_over_a_missing_bar():
    node = {"left": "mean", "op": ">=", "right": 10}
    document = {"indicators": {"mean": {"indicator": "sma", "period": 2}}}
    assert entries(node, closes(9, 11, None, 9, 11), **document) == ".+.++"


def test_nothing_of_a_missing_bar_is_used_though_its_close_is_there():
    frame = closes(9, 11, 99, 9, 11)
    frame.iloc[2, frame.columns.get_loc("open")] = np.nan
    mean = {"indicators": {"mean": {"indicator": "sma", "period": 2}}}
    assert entries({"left": "mean", "op": ">", "right": 10}, frame, **mean) == "....."
    earlier = {"left": {"of": "close", "bars_ago": 1}, "op": ">", "right": 90}
    assert entries(earlier, frame) == "....."


def test_the_four_columns_carry_the_four_groups():
    above, below = ({"left": "close", "op": op, "right": 10} for op in (">", "<"))
    document = {"enter_long": above, "exit_long": below, "enter_short": below, "exit_short": above}
    found = signals(document, closes(9, 11))
    assert list(found) == ["long_entry", "long_exit", "short_entry", "short_exit"]
    assert found.to_numpy().tolist() == [[False, True, True, False], [True, False, False, True]]
    assert (found.dtypes == "bool").all()
    assert found.index.equals(closes(9, 11).index)


def test_parameters_replace_the_defaults():
    document = {
        "parameters": {"level": {"default": 10}},
        "enter_long": {"left": "close", "op": ">", "right": {"parameter": "level"}},
    }
    assert signals(document, closes(9, 11, 13))["long_entry"].tolist() == [False, True, True]
    changed = signals(document, closes(9, 11, 13), {"level": 12})["long_entry"]
    assert changed.tolist() == [False, False, True]
    with pytest.raises(UnknownName, match="Did you mean 'level'"):
        signals(document, closes(9), {"levle": 1})


def test_the_bars_stay_as_they_are():
    frame = closes(9, None, 11)
    before = frame.copy()
    signals({"enter_long": {"left": "close", "op": ">", "right": 10}}, frame)
    pd.testing.assert_frame_equal(frame, before)


def test_no_bars_give_no_signals():
    document = {
        "indicators": {"r": {"indicator": "rsi"}},
        "enter_long": {"left": "r", "op": "crosses_above", "right": 30},
    }
    assert signals(document, make_bars(0)).shape == (0, 4)


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="no column volume"):
        signals(
            {"enter_long": {"left": "close", "op": ">", "right": 1}},
            closes(1).drop(columns="volume"),
        )


def test_two_names_for_the_same_indicator_share_one_column():
    definition = Definition.parse(
        {
            "indicators": {
                "a": {"indicator": "sma", "period": 2},
                "b": {"indicator": "sma", "period": 2},
            },
            "enter_long": {"left": "a", "op": ">", "right": "b"},
        }
    )
    columns = Columns(definition, closes(1, 2, 3), {})
    assert columns.indicator("a") is columns.indicator("b")
    assert columns.price("close") is columns.price("close")


def test_typed_bars_with_every_column_give_the_signal_read_off_by_hand():
    frame = typed_bars("""
        10 11  9 10
        10 12 10 12
        12 13 11 11
        11 15 11 15
    """)
    node = {
        "all": [
            {"left": "close", "op": ">", "right": {"of": "top", "bars_ago": 1}},
            {"not": {"left": "close", "op": "<", "right": "open"}},
        ]
    }
    document = {"indicators": {"top": {"indicator": "highest", "period": 2}}}
    # highest highs of two bars: -, 12, 13, 15; one bar earlier: -, -, 12, 13
    assert entries(node, frame, **document) == "...+"


@settings(max_examples=80, deadline=None)
@given(document=documents(), frame=bars())
def test_signals_equal_the_rules_told_one_bar_at_a_time(document, frame):
    definition = Definition.parse(document)
    resolved = definition.resolve()
    columns = Columns(definition, frame, resolved)
    values = {name: columns.indicator(name) for name in INDICATORS}
    values |= {name: columns.price(name) for name in PRICES}
    value = reader(values, resolved)
    found = signals(document, frame)
    for group, column in COLUMNS.items():
        expected = [
            group in document and not columns.missing[t] and said(document[group], value, t) is True
            for t in range(len(frame))
        ]
        assert found[column].tolist() == expected


@settings(max_examples=80, deadline=None)
@given(document=documents(), frame=bars())
def test_signals_of_the_first_n_bars_are_the_first_n_signals(document, frame):
    full = signals(document, frame)
    for n in {0, 1, 2, len(frame) // 2, len(frame) - 1} & set(range(len(frame))):
        pd.testing.assert_frame_equal(signals(document, frame.iloc[:n]), full.iloc[:n])


@settings(max_examples=30, deadline=None)
@given(frame=bars())
def test_indicators_of_the_first_n_bars_are_the_same_bit_for_bit(frame):
    document = {
        "indicators": {k: v for k, v in INDICATORS.items() if k != "fast"},
        "enter_long": {"left": "close", "op": ">", "right": 1},
    }
    definition = Definition.parse(document)
    whole = Columns(definition, frame, {})
    for n in range(0, len(frame), 7):
        part = Columns(definition, frame.iloc[:n], {})
        for name in document["indicators"]:
            assert part.indicator(name).tobytes() == whole.indicator(name)[:n].tobytes()
