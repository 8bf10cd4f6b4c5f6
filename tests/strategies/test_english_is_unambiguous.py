"""Different rules are told differently: of all small rules of few words no two have one summary.

What is told alike though it is written differently: a parameter and the number it stands for, the
same indicator under two names, numbers that differ behind the 15th digit, what is declared and
never used, the type of a parameter, and percents of the close however they are multiplied, and
a number that is taken away and its opposite added.
"""

from __future__ import annotations

import itertools
import operator

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import (
    between,
    close,
    correlation,
    count,
    highest,
    maximum,
    minimum,
    open_,
    parameter,
    roc,
    rsi,
    sma,
    summary,
)

BACK = parameter("back", 2)


def _made(make, *of):
    """Return what was made, or nothing where the builder refuses it: SPY's close of SPY."""
    try:
        return [make(*of)]
    except DefinitionError:
        return []


def wider(operands, leaves):
    """Return every expression made of one of these and, where there are two, of a leaf."""
    found = []
    for one in operands:
        found += _made(lambda x: x.bars_ago(1), one) + _made(lambda x: x.bars_ago(3), one)
        found += _made(lambda x: x.of("SPY"), one) + _made(lambda x: x.on("1w"), one)
        found += [abs(one), sma(3, one), highest(3, one), roc(3, one)]
        for leaf in leaves:
            found += [count(pair, 3) for pair in (one > leaf, leaf > one)]
            for pair in ((one, leaf), (leaf, one)):
                found += [op(*pair) for op in (operator.add, operator.sub, operator.truediv)]
                found += [maximum(*pair), correlation(3, source=pair[0], other=pair[1])]
    return found


def joined(conditions, leaves):
    """Return every condition made of one of these and, where there are two, of a leaf."""
    found = [made for one in conditions for made in (~one, one.for_bars(3), one.within(3))]
    pairs = [pair for one in conditions for leaf in leaves for pair in ((one, leaf), (leaf, one))]
    return found + [made for one, two in pairs for made in (one & two, one | two)]


def told(enter):
    """Return the rules of a condition and what is told of them, or None where it is refused."""
    try:
        definition = bz.strategy("", enter=enter)
    except DefinitionError:
        return None
    return summary(definition), definition.to_json()


def test_no_two_small_expressions_are_told_alike():
    leaves, small = [close], [close, rsi(3)]
    once = wider(small, leaves)
    assert _told_apart([one > 5 for one in (*once, *wider(once, leaves))]) > 600


def test_no_two_small_conditions_are_told_alike():
    leaves = [close > open_, between(close, 3, rsi(3))]
    counts = [count(close > open_, 3) + 3, count(leaves[1], 3), minimum(close, open_)]
    leaves += [one > close for one in counts] + [close > one for one in counts]
    leaves += [between(close, *pair) for pair in itertools.permutations(counts, 2)]
    once = joined(leaves[:4], leaves)
    held = [one > 5 for one in (count(made, 3) for made in once)]
    assert _told_apart([*leaves, *once, *held, *joined(once[:50], leaves[:1])]) > 300


def _told_apart(conditions):
    """Check that what is told of the conditions is told of none of the others; how many it is."""
    seen = {}
    for found in filter(None, map(told, conditions)):
        assert seen.setdefault(*found) == found[1], found[0]
    return len(seen)


UP, DOWN = close > open_, close < sma(3)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (count(close > open_ + 2, 10) > 5, count(close > open_, 10) + 2 > 5),
        (
            count(close > open_.bars_ago(3), 10) > 5,
            count(close > open_, 10).bars_ago(3) > 5,
        ),
        (
            sma(5, count(close > open_.bars_ago(3), 10)) > 5,
            sma(5, count(close > open_, 10).bars_ago(3)) > 5,
        ),
        (
            correlation(20, other=close.bars_ago(3)) > 0.5,
            correlation(20, other=close).bars_ago(3) > 0.5,
        ),
        (sma(20, rsi(3).bars_ago(3)) > 5, sma(20, rsi(3)).bars_ago(3) > 5),
        (sma(20, highest(3).bars_ago(1)) > 5, sma(20, highest(3)).bars_ago(1) > 5),
        (
            correlation(9, other=close.of("SPY").bars_ago(3)) > 0.5,
            correlation(9, other=close.of("SPY")).bars_ago(3) > 0.5,
        ),
        (
            correlation(9, 1, other=close.of("SPY")) > 0.5,
            correlation(9, other=close.of("SPY")) > 0.5,
        ),
        (UP.within(5) & DOWN, (UP & DOWN).within(5)),
        (UP.for_bars(5) | DOWN, (UP | DOWN).for_bars(5)),
        (close > count(UP.for_bars(5), 9), (close > count(UP, 9)).for_bars(5)),
    ],
)
def test_what_was_once_told_alike_is_told_differently(one, other):
    assert told(one)[0] != told(other)[0]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            sma(20, close.bars_ago(3)) > 5,
            "the 20-bar SMA of (the close 3 bars earlier) is above 5",
        ),
        (sma(20).bars_ago(3) > 5, "the 20-bar SMA 3 bars earlier is above 5"),
        (sma(20, close.bars_ago(1)) > 5, "the 20-bar SMA of the previous close is above 5"),
        (
            UP.within(5) & UP,
            (
                "(at least once in the last 5 bars the close was above the open) and the close is "
                "above the open"
            ),
        ),
        (
            between(close, count(UP, 3), count(UP, 5)),
            (
                "the close is between (the number of the last 3 bars at which the close is above "
                "the open) and (the number of the last 5 bars at which the close is above the open)"
            ),
        ),
        (
            count(UP, 3) + 2 > 5,
            "(the number of the last 3 bars at which the close is above the open) + 2 is above 5",
        ),
        (
            (close.of("SPY") + 1).bars_ago(2) > 5,
            "(SPY's close + 1) 2 of the strategy's bars earlier is above 5",
        ),
        (
            sma(5, close.of("SPY")).bars_ago(2) > 5,
            "the 5-bar SMA of SPY's close 2 of the strategy's bars earlier is above 5",
        ),
        (
            (close + sma(3)).on("1w") > 5,
            "the weekly (the close + the 3-bar SMA) is above 5",
        ),
        (close.bars_ago(BACK).bars_ago(3) > 5, "(the close 2 bars earlier) 3 bars earlier"),
    ],
)
def test_brackets_stand_where_words_would_run_together(rule, said):
    assert said in told(rule)[0]
