"""What rules need is the sum of what each step of them needs."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import (
    atr,
    close,
    count,
    crosses_above,
    ema,
    happened,
    holds,
    honesty,
    obv,
    open_,
    rsi,
    sma,
    talib,
)
from bitstockerz_lab.strategies.honesty import needs
from tests.helpers import make_bars

UP = close > sma(10)

CASES = {
    "a price": (close > open_, 0),
    "a window": (UP, 9),
    "an indicator of another": (sma(10, sma(5)) > 1, 13),
    "an indicator of an expression": (sma(10, close / sma(5)) > 1, 13),
    "some bars earlier": (close > sma(10).bars_ago(4), 13),
    "a cross": (crosses_above(close, sma(10)), 10),
    "several bars running": (holds(UP, 3), 11),
    "one of several bars": (happened(UP, 3), 11),
    "a count": (count(UP, 5) > 2, 13),
    "the longest of several": (UP & (close > sma(30)), 29),
    "another symbol": (close > sma(10).of("SPY"), 9),
    "weeks": (close > sma(10).on("1w"), 11 * 7),
    "weeks earlier": (close > sma(10).on("1w").bars_ago(2), 13 * 7),
    "a memory that fades": (close > ema(20), 19 + 231),
}


@pytest.mark.parametrize(("enter", "wanted"), CASES.values(), ids=CASES.keys())
def test_every_step_adds_what_it_needs(enter, wanted):
    found = needs(bz.strategy("x", enter=enter))
    assert found.bars == wanted
    assert found.never == ()


def test_moving_stops_and_parameters_count():
    rules = bz.strategy(
        "x",
        enter=close > sma(bz.parameter("n", 10, min=1, max=99)),
        stop_loss_pct=100 * atr(5) / close,
    )
    assert needs(rules, {"n": 99}).bars == needs(rules).bars
    assert needs(rules).bars > 100
    plain = bz.strategy("x", enter=close > sma(bz.parameter("n", 10, min=1, max=99)))
    assert needs(plain, {"n": 99}).bars == 98


def test_bars_tell_how_many_of_them_a_week_has():
    rules = bz.strategy("x", enter=close > sma(10).on("1w"))
    bars = make_bars(300)
    assert needs(rules, bars=bars[bars.index.day_of_week < 5]).bars == 11 * 5


def test_what_never_settles_is_said_and_what_nobody_knows_too():
    found = needs(bz.strategy("x", enter=obv > sma(20, obv)))
    assert found.bars == 19
    assert found.never[0].startswith("The level of the on-balance volume depends on the first bar")
    (unknown,) = needs(bz.strategy("x", enter=close > talib.EMA(20))).never
    assert "may depend on where the data starts" in unknown
    assert "The rules need 19 bars" in str(found)


def test_code_cannot_be_counted():
    def rules(bars):
        return {"enter": bars["close"] > 1}

    found = needs(bz.code_strategy("x")(rules))
    assert found.bars is None
    assert "can be measured only" in str(found)


def test_what_is_needed_is_what_is_measured_for_windows():
    rules = bz.strategy("x", enter=rsi(2).bars_ago(3) > 50, leave=close < sma(30, sma(4)))
    found = honesty.check(rules, make_bars(800))
    assert "The rules need" in str(found)
    assert found.ok
