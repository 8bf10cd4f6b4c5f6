"""Definitions: one text for the same rules, parameters resolved, exits, nothing changeable."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import Definition
from tests.strategies import random_rules
from tests.strategies.random_definitions import documents

RISES = {"left": "close", "op": ">", "right": 100}
FALLS = {"left": "close", "op": "<", "right": 90}
GOLDEN = {
    "name": "Golden cross",
    "parameters": {"fast": {"default": 50, "min": 5, "max": 100, "step": 1}},
    "indicators": {
        "sma_fast": {"indicator": "sma", "period": {"parameter": "fast"}},
        "sma_200": {"indicator": "sma", "period": 200},
    },
    "enter_long": {"left": "sma_fast", "op": "crosses_above", "right": "sma_200"},
    "exit_long": {"left": "sma_fast", "op": "crosses_below", "right": "sma_200"},
    "stop_loss_pct": 5.0,
}
GOLDEN_TEXT = """\
{
  "direction": "long",
  "enter_long": {"left": "sma_fast", "op": "crosses_above", "right": "sma_200"},
  "exit_long": {"left": "sma_fast", "op": "crosses_below", "right": "sma_200"},
  "format": 1,
  "indicators": {
    "sma_200": {"indicator": "sma", "period": 200, "source": "close"},
    "sma_fast": {"indicator": "sma", "period": {"parameter": "fast"}, "source": "close"}
  },
  "name": "Golden cross",
  "parameters": {"fast": {"default": 50, "max": 100, "min": 5, "step": 1}},
  "stop_loss_pct": 5
}"""


def text(node=RISES, **document):
    return Definition.parse({"enter_long": node, **document}).to_json()


def test_the_text_reads_well_and_reads_back():
    assert Definition.parse(GOLDEN).to_json() == GOLDEN_TEXT
    assert Definition.parse(GOLDEN_TEXT) == Definition.parse(GOLDEN)
    assert Definition.parse(GOLDEN_TEXT).to_json() == GOLDEN_TEXT


FORMAT_1 = json.loads(
    (Path(__file__).parents[1] / "answers" / "definitions_of_format_1.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", FORMAT_1)
def test_what_was_stored_before_there_was_format_2_keeps_its_text(name):
    definition = Definition.parse(FORMAT_1[name])
    assert definition.format == 1
    assert definition.to_json() == FORMAT_1[name]
    assert Definition.parse(json.loads(FORMAT_1[name]) | {"format": 2}) == definition


def test_the_format_is_the_smallest_that_can_express_the_rules():
    lagged = {"left": {"of": {"of": "close", "bars_ago": 1}, "bars_ago": 0}, "op": ">", "right": 1}
    alone = {"holds": RISES, "bars": 1}
    for node in (RISES, lagged, alone):
        assert json.loads(text(node, format=2))["format"] == 1
    for newer in (
        {"enter_long": {"holds": RISES, "bars": 2}},
        {"enter_long": {**RISES, "left": {"add": ["close", 1]}}},
        {"enter_long": {**RISES, "left": {"of": "close", "symbol": "SPY"}}},
        {"enter_long": {**RISES, "left": {"of": {"add": ["close", 1]}, "bars_ago": 1}}},
        {"enter_long": RISES, "cooldown_bars": 3},
        {"enter_long": RISES, "break_even_pct": 3},
        {"enter_long": RISES, "stop_loss_pct": {"subtract": ["close", 1]}},
        {"enter_long": RISES, "stop_loss_pct": "volume"},
        {"enter_long": RISES, "targets": [{"profit_pct": 3, "close_pct": 50}]},
        {
            "indicators": {
                "r": {"indicator": "rsi"},
                "s": {"indicator": "sma", "source": "r"},
            },
            "enter_long": {**RISES, "left": "s"},
        },
    ):
        definition = Definition.parse(newer)
        assert definition.format == 2
        assert Definition.parse(definition.to_json()).format == 2


@settings(max_examples=80, deadline=None)
@given(document=st.one_of(documents(), random_rules.documents(exits=True)))
def test_reading_what_was_written_gives_the_same_text(document):
    definition = Definition.parse(document)
    again = Definition.parse(definition.to_json())
    assert again == definition
    assert hash(again) == hash(definition)
    assert again.to_json() == definition.to_json()
    assert Definition.parse(json.loads(json.dumps(definition.document))) == definition


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RISES, {"all": [RISES]}),
        (RISES, {"any": [{"all": [RISES]}]}),
        (RISES, {"not": {"not": RISES}}),
        ({"all": [RISES, FALLS, RISES]}, {"all": [{"all": [RISES, FALLS]}, RISES]}),
        (RISES, {"left": {"of": "close", "bars_ago": 0}, "op": ">", "right": 100.0}),
        (RISES, {"left": "close", "op": ">", "right": {"of": 100, "bars_ago": 3}}),
        (RISES, {"left": "close", "op": ">", "right": np.int64(100)}),
        (RISES, {"holds": RISES, "bars": 1}),
        (RISES, {"happened": RISES, "bars": 1.0}),
        (
            {**RISES, "left": {"of": {"of": "high", "bars_ago": 2}, "bars_ago": 3}},
            {**RISES, "left": {"of": "high", "bars_ago": 5}},
        ),
        (
            {**RISES, "left": {"of": {"of": "high", "bars_ago": 2}, "symbol": " spy "}},
            {**RISES, "left": {"of": "high", "bars_ago": 2, "symbol": "SPY"}},
        ),
        (
            {**RISES, "left": {"add": [{"add": ["high", "low"]}, "close"]}},
            {**RISES, "left": {"add": ["high", "low", "close"]}},
        ),
        (
            {**RISES, "left": {"minimum": ["low", {"minimum": ["open", "close"]}]}},
            {**RISES, "left": {"minimum": ["low", "open", "close"]}},
        ),
    ],
)
def test_the_same_rules_said_differently_give_the_same_text(one, other):
    assert text(one) == text(other)


def test_all_and_any_are_not_the_same_rules():
    assert text({"all": [RISES, FALLS]}) != text({"any": [RISES, FALLS]})
    assert text({"all": [RISES, FALLS]}) != text({"all": [FALLS, RISES]})
    assert text({"not": {"all": [RISES, FALLS]}}) != text({"all": [RISES, FALLS]})


def test_what_is_left_out_is_filled_in_so_that_a_stored_text_needs_no_catalogue():
    definition = Definition.parse(
        {
            "indicators": {"r": {"indicator": "rsi"}, "a": {"indicator": "atr"}},
            "enter_long": {"left": "r", "op": "<", "right": "a"},
        }
    )
    assert definition.rules()["indicators"] == {
        "r": {"indicator": "rsi", "period": 14, "source": "close"},
        "a": {"indicator": "atr", "period": 14},
    }


@pytest.mark.parametrize(
    ("groups", "direction"),
    [
        ({"enter_long": RISES}, "long"),
        ({"enter_short": RISES}, "short"),
        ({"enter_long": RISES, "enter_short": FALLS}, "both"),
    ],
)
def test_the_direction_follows_from_the_entries(groups, direction):
    assert Definition.parse(groups).direction == direction
    assert Definition.parse({**groups, "direction": direction}) == Definition.parse(groups)


def test_rules_leave_out_name_and_description_and_nothing_else():
    plain = Definition.parse(GOLDEN)
    titled = plain.titled(name="Other", description="For people.")
    assert titled.name == "Other"
    assert titled.rules() == plain.rules()
    assert titled.to_json() != plain.to_json()
    stopped = Definition.parse({**GOLDEN, "stop_loss_pct": 6})
    assert stopped.rules() != plain.rules()


def test_none_is_the_same_as_left_out():
    assert text(exit_long=None, stop_loss_pct=None, sizing=None, description=None) == text()


def test_resolve_gives_every_parameter_in_its_declared_type():
    definition = Definition.parse(
        {
            "parameters": {
                "n": {"default": 5},
                "x": {"default": 2.0},
                "y": {"default": 3, "type": "float"},
                "z": {"default": 1, "step": 0.5},
            },
            "enter_long": RISES,
        }
    )
    found = definition.resolve({"n": 20.0, "y": 7})
    assert found == {"n": 20, "x": 2.0, "y": 7.0, "z": 1.0}
    assert {name: type(value) for name, value in found.items()} == {
        "n": int,
        "x": float,
        "y": float,
        "z": float,
    }
    assert type(definition.resolve({"n": np.int64(7)})["n"]) is int


def test_a_float_parameter_with_a_whole_default_stays_a_float_through_the_text():
    definition = Definition.parse({"parameters": {"x": {"default": 2.0}}, "enter_long": RISES})
    again = Definition.parse(definition.to_json())
    assert definition.document["parameters"] == {"x": {"default": 2, "type": "float"}}
    assert type(again.resolve()["x"]) is float


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fast": 4}, "Parameter fast = 4 does not fit: a whole number from 5 up to 100 is needed"),
        ({"fast": 101}, "fast = 101"),
        ({"fast": 50.5}, "fast = 50.5"),
        ({"fast": "50"}, "fast = '50'"),
        ({"fast": True}, "fast = True"),
        ({"fast": float("nan")}, "fast = nan"),
    ],
)
def test_resolve_refuses_what_does_not_fit(given, told):
    with pytest.raises(DefinitionError, match=told):
        Definition.parse(GOLDEN).resolve(given)


def test_resolve_suggests_the_parameter_that_was_meant():
    with pytest.raises(UnknownName, match=r"No parameter 'fats'\. Did you mean 'fast'\?"):
        Definition.parse(GOLDEN).resolve({"fats": 20})


def test_resolve_refuses_a_value_that_does_not_fit_where_the_parameter_stands():
    definition = Definition.parse(
        {
            "parameters": {"stop": {"default": 5.0}},
            "enter_long": RISES,
            "stop_loss_pct": {"parameter": "stop"},
        }
    )
    with pytest.raises(DefinitionError, match=r"stop_loss_pct: stop = 100\.0 does not fit"):
        definition.resolve({"stop": 100})


def test_exits_hold_only_what_the_definition_sets_with_parameters_put_in():
    definition = Definition.parse(
        {
            "parameters": {"stop": {"default": 5.0}, "most": {"default": 10}},
            "enter_long": RISES,
            "stop_loss_pct": {"parameter": "stop"},
            "take_profit_pct": 20,
            "max_bars": {"parameter": "most"},
            "sizing": {"method": "risk_percent", "value": 1},
        }
    )
    assert definition.exits() == {
        "stop_loss_pct": 5.0,
        "take_profit_pct": 20,
        "max_bars": 10,
        "sizing": ("risk_percent", 1),
    }
    assert definition.exits(definition.resolve({"stop": 7}))["stop_loss_pct"] == 7.0
    assert Definition.parse({"enter_long": RISES}).exits() == {}


def test_a_definition_cannot_be_changed():
    definition = Definition.parse(GOLDEN)
    with pytest.raises(ValidationError, match="frozen"):
        definition.stop_loss_pct = 1
    with pytest.raises(ValidationError, match="frozen"):
        definition.enter_long.op = ">"


def test_a_definition_that_does_not_hold_together_cannot_be_made_by_another_door_either():
    with pytest.raises(ValueError, match="No indicator or price field 'clsoe'"):
        Definition.model_validate({"enter_long": {"left": "clsoe", "op": ">", "right": 1}})


def test_a_definition_survives_pickling():
    definition = Definition.parse(GOLDEN)
    assert pickle.loads(pickle.dumps(definition)) == definition  # noqa: S301 - our own bytes


def test_a_definition_shows_itself_in_english_and_as_json():
    definition = Definition.parse({**GOLDEN, "name": "<b>"})
    assert "Buy at the next open when" in str(definition)
    assert definition.to_json() in str(definition)
    shown = definition._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "Buy at the next open when" in shown
    assert repr(definition) == "Definition('<b>', long)"


def test_a_definition_is_read_from_itself():
    definition = Definition.parse(GOLDEN)
    assert Definition.parse(definition) is definition
