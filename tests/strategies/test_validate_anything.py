"""Whatever is handed in: problems are returned and never raised, and what has none can be used."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import Definition, close, summary, validate

RISES = {"left": "close", "op": ">", "right": 1}
LAG = {"of": "close", "bars_ago": {"parameter": "n"}}
WHOLE = {
    "name": "n",
    "description": "d",
    "format": 2,
    "direction": "both",
    "parameters": {
        "n": {"default": 2, "min": 1, "max": 5, "step": 1, "type": "int"},
        "y": {"default": 1.5},
    },
    "indicators": {
        "a": {
            "indicator": "sma",
            "period": {"parameter": "n"},
            "source": {"add": ["close", {"of": "close", "symbol": "SPY", "timeframe": "1w"}]},
        },
        "m": {"indicator": "macd", "output": "signal"},
        "c": {"indicator": "correlation", "other": "volume"},
    },
    "enter_long": {
        "all": [
            {"left": "a", "op": ">", "right": {"divide": ["close", 2]}},
            {"not": {"holds": {"left": "m", "op": "crosses_above", "right": LAG}, "bars": 3}},
            {"any": [{"left": "c", "op": "between", "low": 1, "high": {"parameter": "y"}}, RISES]},
            {"left": {"count": RISES, "bars": {"parameter": "n"}}, "op": ">=", "right": 2},
        ]
    },
    "enter_short": {"happened": {**RISES, "right": {"of": LAG, "bars_ago": 2}}, "bars": 4},
    "stop_loss_pct": 5,
    "trailing_stop_pct": {"multiply": [2, {"absolute": "m"}]},
    "targets": [{"profit_pct": 5, "close_pct": 50}, {"profit_pct": 9, "close_pct": 50}],
    "max_bars": {"parameter": "n"},
    "sizing": {"method": "risk_percent", "value": 1},
}
ODD = [
    None, True, 0, -1, 2.0, 1e17, 10**400, 10**5000, float("nan"), "", "close", "a", "spy",
    "9" * 400, "\ud800", "talib.XX", "1w", [], {}, [[]], {"": 1}, {1: 2}, {"\udfff": 1}, (1, 2),
    b"b", 1j, np.float64(3), np.int64(3), np.array([1, 2]), np.array([]), np.bool_(1), object(),
    range(3), set(), {"parameter": []}, {"of": 5, "bars_ago": 1}, {"of": "close"},
    {"of": LAG, "bars_ago": 60_000}, {"of": "close", "symbol": None}, {"all": set()}, {"all": "ab"},
    {"of": LAG, "symbol": "spy", "bars_ago": 2}, {"type": []}, {"default": 1, "type": {}}, RISES,
    {"indicator": []}, {"indicator": "hour"}, {"indicator": "sma", "source": None}, {"add": "ab"},
]  # fmt: skip


def _places(value):
    """Yield each object or list within, with each of its keys."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _odd():
    """What stands nowhere, each time its own: the next step may change it."""
    return st.sampled_from(ODD).map(copy.deepcopy)


@st.composite
def mutated(draw):
    """A valid document in which up to three members are something else, moved or gone."""
    document = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from([*_places(document)]))
        kind = draw(st.sampled_from(["odd", "odd", "gone", "added", "moved"]))
        if kind == "gone":
            del holder[key]
        elif kind == "added" and isinstance(holder, dict):
            keys = ["symbol", "bars_ago", "of", "x", "\ud800", "type", "source", 3]
            holder[draw(st.sampled_from(keys))] = draw(_odd())
        elif kind == "moved":
            other, place = draw(st.sampled_from([*_places(document)]))
            holder[key] = copy.deepcopy(other[place])
        else:
            holder[key] = draw(_odd())
        if not document:
            break
    return document


@settings(max_examples=300, deadline=None)
@given(document=mutated())
def test_validate_never_raises_and_what_has_no_problem_can_be_told_stored_and_made_anew(document):
    problems = validate(document)
    assert all(str(problem).encode() for problem in problems)
    if problems:
        return
    definition = Definition.parse(document)
    assert summary(definition).encode()
    assert Definition.parse(definition.to_json()) == definition
    made = {}
    exec(definition.code(), made)  # noqa: S102 - the code is ours
    assert made["definition"].to_json() == Definition.parse(made["definition"].to_json()).to_json()


@settings(max_examples=100, deadline=None)
@given(document=mutated(), at=st.integers(0, 2000), sign=st.sampled_from('{}[]",:0\\u'))
def test_validate_of_a_broken_text_never_raises(document, at, sign):
    try:
        text = json.dumps(document, default=str)
    except (TypeError, ValueError):  # keys and numbers that no text can have
        return
    assert isinstance(validate(text), list)
    assert isinstance(validate(text[:at] + sign + text[at:]), list)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"parameters": {"x": {"default": 1, "type": []}}}, "parameters.x.type: [] is not one of"),
        ({"\ud800": 1}, "The key '\\ud800' cannot be stored."),
        ({"name": "a\udfff"}, "name: 'a\\udfff' cannot be stored."),
        ({"description": "\ud800"}, "description: '\\ud800' cannot be stored."),
        ({"format": np.array([1, 2])}, "format: A ndarray is nothing that JSON has."),
        ({"enter_long": {"all": set()}}, "enter_long.all: A set is nothing that JSON has."),
        ({"max_bars": 10**5000}, "max_bars: A finite number is needed, not inf."),
        ({3: 4}, "A key is a text, not int."),
        ({"stop_loss_pct": {"of": -5, "bars_ago": 1}}, "stop_loss_pct: -5 does not fit."),
        (
            {
                "parameters": {"x": {"default": 150}},
                "stop_loss_pct": {"of": {"parameter": "x"}, "bars_ago": 1},
            },
            "stop_loss_pct: x = 150 (its default) does not fit.",
        ),
        (
            {
                "targets": [
                    {"profit_pct": 5, "close_pct": 9},
                    {"profit_pct": {"of": 0, "bars_ago": 2}, "close_pct": 9},
                ]
            },
            "targets[1].profit_pct: 0 does not fit.",
        ),
        (
            {
                "enter_long": {
                    "left": "close",
                    "op": "between",
                    "low": {"of": 9, "bars_ago": 1},
                    "high": 3,
                }
            },
            "enter_long: Nothing lies between 9 and 3.",
        ),
    ],
)
def test_what_was_once_raised_or_let_through_is_a_problem(document, told):
    assert any(told in str(one) for one in validate({"enter_long": RISES, **document}))


def test_a_number_of_thousands_of_digits_in_a_text_is_told_with_its_place():
    text = json.dumps({"enter_long": RISES}).replace("1}", "9" * 5000 + "}")
    assert str(validate(text)[0]).startswith("enter_long.right: A finite number is needed, not inf")


def test_a_name_that_cannot_be_stored_is_refused_when_it_is_given():
    with pytest.raises(DefinitionError, match=r"name: .*half a character"):
        bz.strategy("\ud800", enter=close > 1)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"indicator": "sma", "source": None}, {"indicator": "sma"}),
        (
            {"indicator": "correlation", "source": None, "other": "open"},
            {"indicator": "correlation", "other": "open"},
        ),
        ({"indicator": "macd", "output": None}, {"indicator": "macd", "output": "macd"}),
        ({"indicator": "sma", "period": None}, {"indicator": "sma", "period": 20}),
        (
            {"indicator": "sma", "source": {"of": "high", "symbol": None, "timeframe": None}},
            {"indicator": "sma", "source": "high"},
        ),
    ],
)
def test_null_says_nothing_and_the_default_is_written_out(changed, same):
    rules = {"enter_long": {**RISES, "right": "x"}}
    found = Definition.parse({**rules, "indicators": {"x": changed}})
    assert found == Definition.parse({**rules, "indicators": {"x": same}})
    assert Definition.parse(found.to_json()) == found
    assert "null" not in found.to_json()
    assert "None" not in summary(found)


@pytest.mark.parametrize(
    ("operand", "code"),
    [
        ({"of": LAG, "bars_ago": 2}, "close.bars_ago(n).bars_ago(2)"),
        (
            {"of": {"of": "close", "bars_ago": 60_000}, "bars_ago": 60_000},
            "close.bars_ago(60000).bars_ago(60000)",
        ),
        (
            {"of": LAG, "symbol": "SPY", "bars_ago": 2},
            'close.bars_ago(n).of("SPY").bars_ago(2)',
        ),
        (
            {"of": {"add": [{"of": "close", "symbol": "SPY"}, LAG]}, "bars_ago": 2},
            '(close.of("SPY") + close.bars_ago(n)).bars_ago(2)',
        ),
    ],
)
def test_lags_that_cannot_be_added_up_are_code_as_they_stand(operand, code):
    rules = {"parameters": {"n": {"default": 2}}, "enter_long": {**RISES, "right": operand}}
    rules["exit_long"] = {**RISES, "right": {"parameter": "n"}}
    definition = Definition.parse(rules)
    assert f"enter=close > {code}" in definition.code()
    made = {}
    exec(definition.code(), made)  # noqa: S102 - the code is ours
    assert made["definition"] == definition
