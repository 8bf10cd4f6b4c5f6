"""The exported JSON Schema is that of the model, and what the model reads it lets through."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.strategies import Definition, json_schema, templates, validate
from tests.strategies import random_definitions, random_rules

STORED = json.loads(json_schema.SCHEMA.read_text("utf-8"))
CHECKER = jsonschema.Draft202012Validator(STORED)
RISES = {"left": "close", "op": ">", "right": 100}
EVERYTHING = {
    "format": 2,
    "name": "All",
    "parameters": {"p": {"default": 2.0, "min": 1, "max": 9, "step": 0.5}},
    "indicators": {
        "r": {"indicator": "rsi"},
        "m": {"indicator": "macd", "fast": 5, "output": "signal"},
        "s": {"indicator": "sma", "period": 9, "source": "r"},
        "c": {"indicator": "correlation", "other": {"of": "close", "symbol": "SPY"}},
    },
    "enter_long": {
        "all": [
            RISES,
            {"not": {"any": [RISES, {"left": "r", "op": "between", "low": 10, "high": 20}]}},
            {"holds": {**RISES, "left": {"of": {"add": ["open", 1]}, "bars_ago": 1}}, "bars": 3},
            {"happened": {**RISES, "left": {"absolute": {"subtract": ["m", "s"]}}}, "bars": 5},
            {"left": {"count": RISES, "bars": 9}, "op": ">=", "right": {"parameter": "p"}},
            {"left": {"of": "m", "timeframe": "1w", "bars_ago": 1}, "op": "<", "right": "c"},
        ]
    },
    "stop_loss_pct": {"multiply": [2, {"divide": ["r", "close"]}]},
    "targets": [{"profit_pct": 5, "close_pct": 50}],
    "cooldown_bars": 3,
    "sizing": {"method": "risk_percent", "value": 1},
}


def test_the_stored_schema_is_that_of_the_model():
    told = "it is old: run python -m bitstockerz_lab.strategies.json_schema"
    assert json_schema.SCHEMA.read_text("utf-8") == json_schema.text(), told


def test_it_is_a_schema_and_lies_where_the_package_takes_it_along():
    jsonschema.Draft202012Validator.check_schema(STORED)
    assert json_schema.SCHEMA.suffix == ".json"


@pytest.mark.parametrize("name", templates.names())
def test_a_template_is_valid(name):
    CHECKER.validate(templates.get(name).document)


def test_everything_the_language_has_is_valid():
    assert validate(EVERYTHING) == []
    CHECKER.validate(EVERYTHING)
    CHECKER.validate(Definition.parse(EVERYTHING).document)


@settings(max_examples=60, deadline=None)
@given(
    document=st.one_of(
        random_definitions.documents(), random_rules.documents(random_rules.ANYWHERE, exits=True)
    )
)
def test_what_the_model_reads_and_writes_is_valid(document):
    CHECKER.validate(json.loads(json.dumps(document)))
    CHECKER.validate(json.loads(Definition.parse(document).to_json()))


@pytest.mark.parametrize(
    "broken",
    [
        {"enter_lnog": RISES},
        {"enter_long": {**RISES, "op": "=>"}},
        {"enter_long": {**RISES, "more": 1}},
        {"enter_long": {"holds": RISES}},
        {"enter_long": {**RISES, "left": {"sum": [1, 2]}}},
        {"enter_long": {**RISES, "left": {"divide": ["close"]}}},
        {"enter_long": {**RISES, "left": {"of": "close", "symbl": "SPY"}}},
        {"enter_long": RISES, "targets": [{"profit_pct": 5}]},
        {"enter_long": RISES, "sizing": {"method": "half", "value": 1}},
        {"enter_long": RISES, "format": 3},
    ],
)
def test_a_wrong_shape_is_refused_by_both(broken):
    assert not CHECKER.is_valid(broken)
    assert validate(broken)
