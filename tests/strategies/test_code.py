"""A definition as the builder's code: running it makes the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import Definition, close, hour, rsi, sma, templates
from bitstockerz_lab.strategies.document import parts, reference
from tests.strategies import random_definitions, random_rules


def made_by(code):
    names = {}
    exec(compile(code, "code", "exec"), names)  # noqa: S102 - our own
    return names["definition"]


def used(definition):
    """The definition without indicators and parameters that nothing uses."""
    document = dict(definition.document)
    before = None
    while before != document:
        before = dict(document)
        values = [part.value for part in parts(document)]
        names = {one for one in values if isinstance(one, str)}
        document["indicators"] = {
            name: use for name, use in document.get("indicators", {}).items() if name in names
        }
    declared = document.pop("parameters", {})
    text = str(document)
    document["parameters"] = {k: v for k, v in declared.items() if f"'parameter': '{k}'" in text}
    return Definition.parse(document)


@pytest.mark.parametrize("name", templates.names())
def test_the_code_of_a_template_makes_it(name):
    assert made_by(templates.get(name).code()) == templates.get(name)


@settings(max_examples=200, deadline=None)
@given(
    document=st.one_of(
        random_definitions.documents(),
        random_rules.documents(random_rules.ANYWHERE, exits=True),
    )
)
def test_the_code_of_a_definition_makes_the_same_rules(document):
    definition = Definition.parse(document).titled('It\'s "so"', "Tells:\nof close & sma.")
    assert made_by(definition.code()) == used(definition)


def test_the_code_reads_like_what_was_written():
    fast = bz.parameter("fast", 20, min=5, max=50)
    definition = bz.strategy(
        "Dip",
        enter=(close / sma(fast) - 1 < -0.05) & (rsi(2) < 10) & (hour >= 14),
        leave=close > sma(fast),
        stop_loss_pct=8,
        targets=[(5, 50), (10, 50)],
        sizing=("risk_percent", 1),
    )
    assert (
        definition.code()
        == """\
import bitstockerz_lab as bz
from bitstockerz_lab.strategies import close, hour, rsi, sma

fast = bz.parameter("fast", 20, min=5, max=50)
sma_fast = sma(fast)

definition = bz.strategy(
    "Dip",
    enter=(close / sma_fast - 1 < -0.05) & (rsi(2) < 10) & (hour >= 14),
    leave=close > sma_fast,
    stop_loss_pct=8,
    targets=[(5, 50), (10, 50)],
    sizing=("risk_percent", 1),
)
"""
    )


def test_a_long_condition_has_a_line_for_each_member():
    parts = [(close > sma(n)) | (rsi(n) < 30) for n in (10, 20, 30, 40)]
    code = bz.strategy("S", enter=(parts[0] & parts[1] & parts[2] & ~parts[3])).code()
    assert "    enter=all_of(\n        (close > sma(10)) | (rsi(10) < 30),\n" in code
    assert max(map(len, code.splitlines())) <= 88


def test_names_that_python_or_the_language_has_get_another_variable():
    rules = {
        "parameters": {
            "lambda": {"default": 3},
            "close": {"default": 4.0},
            "close_": {"default": 5},
        },
        "indicators": {"rsi": {"indicator": "sma", "period": {"parameter": "lambda"}}},
        "enter_long": {
            "all": [
                {"left": "rsi", "op": ">", "right": {"parameter": "close"}},
                {"left": 1e-7, "op": "<", "right": "rsi"},
                {"left": {"add": [1, 2, "close"]}, "op": ">", "right": {"parameter": "close_"}},
            ]
        },
    }
    definition = Definition.parse(rules)
    assert made_by(definition.code()) == definition
    assert 'close_ = bz.parameter("close", 4.0)' in definition.code()
    assert "number(1) + 2 + close" in definition.code()


def test_what_is_printed_has_the_words_the_code_and_the_json():
    text = str(templates.get("golden-cross"))
    assert text.index("Buy at") < text.index("bz.strategy(") < text.index('"enter_long"')
    assert reference({"parameter": "x"}) == "x"
