"""docs/strategies.md tells the language as it is, and its code runs."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import strategies
from bitstockerz_lab.strategies import (
    builder,
    collected,
    conditions,
    definition,
    expressions,
    indicators,
    leaves,
    words,
)
from tests.helpers import make_bars

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "strategies.md").read_text("utf-8")
TABLE = (DOCS / "indicators.md").read_text("utf-8")
WORDS = [
    name
    for name in strategies.__all__
    if getattr(builder, name, None) is getattr(strategies, name)
    and name not in {"Definition", "validate", *words.WORDS}
]
METHODS = ["bars_ago", "of", "on", "named", "for_bars", "within", "bz.simulate"]


@pytest.fixture
def told(lab):
    """What the page's code leaves behind."""
    lab.market.load_frame(make_bars(600, seed=3), "AAPL", asset_type="EQUITY")
    names = {"lab": lab}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(block, "docs/strategies.md", "exec"), names)  # noqa: S102 - our own page
    return names


def test_the_code_of_the_page_runs_and_every_strategy_of_it_trades(lab, told):
    assert len(told["simulation"].trades) > 0
    found = [one for one in told.values() if isinstance(one, strategies.Definition)]
    assert [one.name for one in found] == [
        "RSI dip",
        "EMA cross",
        "Donchian breakout",
        "ATR channel",
        "Pullback",
    ]
    for one in found:
        lab.strategies.save(one)
        assert len(lab.backtests.run(one.name, "AAPL").trades) > 0, one.name


def test_a_close_is_never_above_the_highest_high_of_its_own_bar():
    bars = make_bars(600, seed=3)
    with_this_bar = bz.strategy("S", enter=strategies.close > strategies.highest(20))
    assert not strategies.signals(with_this_bar, bars)["long_entry"].any()


@pytest.mark.parametrize("word", words.WORDS)
def test_every_indicator_is_a_word_of_its_name_and_stands_in_the_table(word):
    found = getattr(strategies, word)
    made = found(other=strategies.volume) if word == "correlation" else found()
    assert made.indicator == word
    row = next(line for line in TABLE.splitlines() if line.startswith(f"| `{word}` |"))
    entry = indicators.get(word)
    for setting in entry.settings:
        assert f"`{setting.name}` {setting.default:g}" in row
    for output in entry.outputs if len(entry.outputs) > 1 else ():
        assert f"`{output}`" in row


@pytest.mark.parametrize("word", sorted({*WORDS, *METHODS}))
def test_every_word_stands_on_the_page(word):
    assert len(WORDS) > 15
    assert re.search(rf"`[^`\n]*\b{re.escape(word)}\b", PAGE)


@pytest.mark.parametrize("argument", sorted(builder.ARGUMENTS))
def test_every_argument_of_strategy_stands_on_the_page(argument):
    assert f"`{argument}`" in PAGE


def test_the_arguments_that_are_suggested_are_those_there_are():
    known = inspect.signature(builder.strategy).parameters
    assert set(builder.ARGUMENTS) == set(known) - {"name", "unknown"}
    assert set(builder.OTHER_WORDS.values()) <= set(builder.ARGUMENTS)


@pytest.mark.parametrize(
    "module", [builder, expressions, conditions, leaves, words, collected, definition]
)
def test_the_examples_of_the_words_say_what_happens(module):
    results = doctest.testmod(module, extraglobs={"volume": strategies.volume})
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize("word", [one for one in WORDS if callable(getattr(strategies, one))])
def test_every_word_has_an_example(word):
    assert ">>> " in (getattr(strategies, word).__doc__ or "")
