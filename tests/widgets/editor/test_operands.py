"""What is typed and what it means are the same thing, whatever the operand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from bitstockerz_lab.strategies import templates
from bitstockerz_lab.strategies.document import parts
from bitstockerz_lab.widgets.editor import operands
from tests.strategies import random_rules

DECLARED = {
    "indicators": {"sma_50": {"indicator": "sma", "period": 50}},
    "parameters": {"fast": {"default": 5}, "close": {"default": 1}},
}


def all_operands(document):
    return [one.value for one in parts(document) if not one.is_condition]


@pytest.mark.parametrize("name", templates.names())
def test_every_operand_of_a_template_is_read_back_as_it_is_told(name):
    document = templates.get(name).document
    for operand in all_operands(document):
        told = operands.text(operand, document)
        assert not told.startswith("{")
        assert operands.read(told, document) == (operand, {})


@settings(max_examples=25, deadline=None)
@given(random_rules.documents(random_rules.ANYWHERE))
def test_any_operand_at_all_is_read_back_as_it_is_told(document):
    for operand in all_operands(document):
        told = operands.text(operand, document)
        assert operands.read(told, document) == (operand, {})


@pytest.mark.parametrize(
    ("told", "operand"),
    [
        ("close", "close"),
        ("open", "open"),
        ("open_", "open"),
        (" 30 ", 30),
        ("-1.5", -1.5),
        ("fast", {"parameter": "fast"}),
        ('parameter("close")', {"parameter": "close"}),
        ("close.bars_ago(fast)", {"of": "close", "bars_ago": {"parameter": "fast"}}),
        ('close.of("SPY").on("1w").bars_ago(2)',
         {"of": "close", "symbol": "SPY", "timeframe": "1w", "bars_ago": 2}),
        ("1 + 2 * sma_50", {"add": [1, {"multiply": [2, "sma_50"]}]}),
        ("close - (high - low)", {"subtract": ["close", {"subtract": ["high", "low"]}]}),
        ("-close", {"multiply": [-1, "close"]}),
        ("minimum(open_, close, 5)", {"minimum": ["open", "close", 5]}),
        ("abs(close / open_)", {"absolute": {"divide": ["close", "open"]}}),
        ('{"count": {"left": 1}}', {"count": {"left": 1}}),
    ],
)  # fmt: skip
def test_a_text_means(told, operand):
    assert operands.read(told, DECLARED) == (operand, {})


@pytest.mark.parametrize(
    ("told", "name", "declared"),
    [
        ("rsi", "rsi_14", {"rsi_14": ("rsi", 14)}),
        ("ema(9)", "ema_9", {"ema_9": ("ema", 9)}),
        ("sma(fast)", "sma_fast", {"sma_fast": ("sma", {"parameter": "fast"})}),
        ("sma(50)", "sma_50", {}),
        ("macd(12, 26, 9).signal", "macd_12_26_9_signal", {"macd_12_26_9_signal": ("macd", None)}),
        ("talib.CCI", "talib_CCI_14", {"talib_CCI_14": ("talib.CCI", None)}),
        ("ema(9, rsi(2))", "ema_9_rsi_2", {"rsi_2": ("rsi", 2), "ema_9_rsi_2": ("ema", 9)}),
    ],
)
def test_an_indicator_that_is_typed_is_declared_unless_it_is_there(told, name, declared):
    operand, new = operands.read(told, DECLARED)
    assert operand == name
    found = {key: (one["indicator"], one.get("period")) for key, one in new.items()}
    assert found == declared


@pytest.mark.parametrize(
    "told",
    ["clsoe", "close +", "sma(close)", "sma(1, 2, 3)", "sma(length=3)", "__import__('os')",
     "close ** 2", "close.shift(1)", "close if 1 else 2", "'close'", "open(1)", "1e999", "True"],
)  # fmt: skip
def test_what_is_no_operand_stays_as_it_was_typed(told):
    assert operands.read(told, DECLARED) == (told, {})


def test_what_has_no_text_is_its_json():
    counted = {"count": {"left": "close", "op": ">", "right": 1}, "bars": 3}
    assert json.loads(operands.text(counted, {})) == counted
    assert operands.text("clsoe", {}) == "clsoe"


def test_a_value_is_a_number_or_a_parameter():
    assert operands.value("12", DECLARED) == 12
    assert operands.value("fast", DECLARED) == {"parameter": "fast"}
    assert operands.value("sma(20)", DECLARED) == "sma(20)"
    assert operands.value("close", DECLARED) == "close"
