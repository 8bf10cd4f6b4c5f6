"""The builder: words in, a Definition out, and clear sentences for what cannot be meant."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import (
    Definition,
    all_of,
    any_of,
    atr,
    between,
    close,
    correlation,
    count,
    crosses_above,
    crosses_below,
    ema,
    happened,
    high,
    highest,
    holds,
    hour,
    low,
    lowest,
    macd,
    maximum,
    minimum,
    not_,
    number,
    open_,
    parameter,
    rsi,
    sma,
    talib,
    volume,
)

NOT_A_NUMBER = float("nan")


def rules(enter, **told):
    return bz.strategy("S", enter=enter, **told).rules()


def entry(condition):
    return rules(condition)["enter_long"]


def test_the_golden_cross_is_one_sentence():
    definition = bz.strategy(
        "Golden cross",
        enter=crosses_above(sma(bz.parameter("fast", 50, min=5, max=100, step=1)), sma(200)),
        leave=crosses_below(sma(bz.parameter("fast", 50, min=5, max=100, step=1)), sma(200)),
    )
    assert definition == Definition.parse(
        {
            "name": "Golden cross",
            "parameters": {"fast": {"default": 50, "min": 5, "max": 100, "step": 1}},
            "indicators": {
                "sma_fast": {"indicator": "sma", "period": {"parameter": "fast"}},
                "sma_200": {"indicator": "sma", "period": 200},
            },
            "enter_long": {"left": "sma_fast", "op": "crosses_above", "right": "sma_200"},
            "exit_long": {"left": "sma_fast", "op": "crosses_below", "right": "sma_200"},
        }
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (close > open_, {"left": "close", "op": ">", "right": "open"}),
        (close >= 5, {"left": "close", "op": ">=", "right": 5}),
        (close <= 5, {"left": "close", "op": "<=", "right": 5}),
        (high > 5.5, {"left": "high", "op": ">", "right": 5.5}),
        (low < volume, {"left": "low", "op": "<", "right": "volume"}),
        (between(close, 1, 2), {"left": "close", "op": "between", "low": 1, "high": 2}),
        (crosses_below(close, 7), {"left": "close", "op": "crosses_below", "right": 7}),
        (crosses_above(7, close), {"left": 7, "op": "crosses_above", "right": "close"}),
        (
            close > high.bars_ago(1),
            {"left": "close", "op": ">", "right": {"bars_ago": 1, "of": "high"}},
        ),
    ],
)
def test_comparing_gives_a_condition(condition, expected):
    assert entry(condition) == expected


@pytest.mark.parametrize(
    ("operand", "expected"),
    [
        (close / open_ - 1, {"subtract": [{"divide": ["close", "open"]}, 1]}),
        (1 - close, {"subtract": [1, "close"]}),
        (2 / close, {"divide": [2, "close"]}),
        (1 + close + 2, {"add": [1, "close", 2]}),
        (close * parameter("n", 3), {"multiply": ["close", {"parameter": "n"}]}),
        (-close, {"multiply": [-1, "close"]}),
        (abs(close - open_), {"absolute": {"subtract": ["close", "open"]}}),
        (minimum(close, 3, open_), {"minimum": ["close", 3, "open"]}),
        (maximum(close, open_), {"maximum": ["close", "open"]}),
        ((close - 1).bars_ago(2), {"of": {"subtract": ["close", 1]}, "bars_ago": 2}),
        (close.of("spy"), {"of": "close", "symbol": "SPY"}),
        (close.bars_ago(1).on("1w"), {"of": "close", "timeframe": "1w", "bars_ago": 1}),
        (close.bars_ago(1).bars_ago(2), {"of": "close", "bars_ago": 3}),
        (close.of(" spy").on("weekly"), {"of": "close", "symbol": "SPY", "timeframe": "1w"}),
        (
            close.of("SPY").on("1w").bars_ago(2),
            {"of": "close", "symbol": "SPY", "timeframe": "1w", "bars_ago": 2},
        ),
        (
            count(close > open_, 5),
            {"count": {"left": "close", "op": ">", "right": "open"}, "bars": 5},
        ),
    ],
)
def test_arithmetic_counts_and_other_bars_are_operands(operand, expected):
    assert entry(operand > volume)["left"] == expected


def test_a_condition_may_stand_for_several_bars():
    up, rises = close > open_, {"left": "close", "op": ">", "right": "open"}
    assert entry(up.for_bars(3)) == entry(holds(up, 3)) == {"holds": rises, "bars": 3}
    assert entry(up.within(5)) == entry(happened(up, 5)) == {"happened": rises, "bars": 5}


def test_an_indicator_may_be_taken_of_another_and_of_an_expression():
    found = rules((ema(9, rsi(14)) > 50) & (sma(5, source=close / open_) > 1))["indicators"]
    assert found["ema_9_rsi_14"]["source"] == "rsi_14"
    assert found["rsi_14"] == {"indicator": "rsi", "period": 14, "source": "close"}
    assert found["sma_5_expression"]["source"] == {"divide": ["close", "open"]}


def test_each_output_is_an_attribute_and_another_name_is_refused():
    found = rules(macd(5, 10).macd > macd(5, 10).signal)["indicators"]
    assert {one["output"] for one in found.values()} == {"macd", "signal"}
    with pytest.raises(AttributeError, match=r"macd has no output 'sgnal'\. Did you mean 'signal'"):
        macd().sgnal  # noqa: B018 - the attribute is what is asked
    with pytest.raises(AttributeError, match=r"TA-Lib has no function 'CCII' here\. Did"):
        talib.CCII  # noqa: B018 - as above


def test_stops_and_targets_may_be_expressions():
    width = 100 * atr(14) / close
    definition = bz.strategy(
        "S",
        enter=close > 1,
        stop_loss_pct=2 * width,
        break_even_pct=width,
        targets=[(width, 50), (2 * width, parameter("rest", 25.0))],
        cooldown_bars=parameter("pause", 3),
        max_trades_per_day=1,
    )
    assert definition.moving_exits == ("stop_loss_pct", "break_even_pct", "targets")
    assert definition.exits() == {"cooldown_bars": 3, "max_trades_per_day": 1}
    assert list(definition.document["indicators"]) == ["atr_14"]


def test_conditions_combine_by_signs_and_by_words():
    up, down, flat = close > 1, close < 2, close >= 3
    expected = {
        "any": [
            {"all": [entry(up), entry(down)]},
            {"not": entry(flat)},
        ]
    }
    assert entry((up & down) | ~flat) == expected
    assert entry(any_of(all_of(up, down), not_(flat))) == expected
    assert entry(up & down & flat) == entry(all_of(up, down, flat))


def test_every_group_and_every_stop_has_its_keyword():
    definition = bz.strategy(
        "Both",
        enter=close > 1,
        leave=close < 2,
        enter_short=close < 3,
        leave_short=close > 4,
        stop_loss_pct=parameter("stop", 5.0),
        take_profit_pct=20,
        trailing_stop_pct=8,
        max_bars=parameter("most", 10),
        sizing=("risk_percent", parameter("risk", 1.0)),
        description="For people.",
    )
    found = definition.document
    assert [found[key]["right"] for key in ("enter_long", "exit_long")] == [1, 2]
    assert [found[key]["right"] for key in ("enter_short", "exit_short")] == [3, 4]
    assert definition.exits() == {
        "stop_loss_pct": 5.0,
        "take_profit_pct": 20,
        "trailing_stop_pct": 8,
        "max_bars": 10,
        "sizing": ("risk_percent", 1.0),
    }
    assert definition.direction == "both"
    assert definition.description == "For people."


def test_sizing_may_be_written_as_in_the_json():
    sizing = {"method": "fixed_cash", "value": parameter("cash", 1000)}
    assert bz.strategy("S", enter=close > 1, sizing=sizing).exits() == {
        "sizing": ("fixed_cash", 1000)
    }


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (sma(50), "sma_50"),
        (ema(), "ema_20"),
        (rsi(), "rsi_14"),
        (atr(10), "atr_10"),
        (sma(parameter("fast", 5)), "sma_fast"),
        (sma(50, high), "sma_50_high"),
        (sma(50, "volume"), "sma_50_volume"),
        (highest(20), "highest_20"),
        (lowest(20, close), "lowest_20_close"),
        (macd(), "macd_12_26_9"),
        (macd(5, 10).signal, "macd_5_10_9_signal"),
        (hour, "hour"),
        (talib.CCI(20), "talib_CCI_20"),
        (ema(9, close / open_), "ema_9_expression"),
        (correlation(20, other=volume), "correlation_20_0_volume"),
        (sma(5).named("trend"), "trend"),
    ],
)
def test_an_indicator_is_named_after_what_it_is(expression, name):
    assert list(rules(close > expression)["indicators"]) == [name]


def test_two_indicators_that_would_share_a_name_get_two():
    enter = sma(parameter("fast", 5), high) > sma(parameter("fast_high", 5))
    assert sorted(rules(enter)["indicators"]) == ["sma_fast_high", "sma_fast_high_2"]


def test_the_same_indicator_twice_is_one():
    assert list(rules((close > sma(5)) & (open_ > sma(5)))["indicators"]) == ["sma_5"]


def test_the_same_words_always_give_the_same_text():
    def build():
        return bz.strategy("S", enter=(close > sma(5)) | (rsi(parameter("n", 3)) < 10)).to_json()

    assert build() == build()


def test_a_parameter_declared_twice_and_differently_is_refused_with_both():
    enter = crosses_above(sma(parameter("n", 5)), sma(parameter("n", 6)))
    with pytest.raises(
        DefinitionError, match=r"'n' is declared twice .*: default = 5; default = 6"
    ):
        bz.strategy("S", enter=enter)


def test_a_parameter_may_stand_wherever_a_number_may():
    back, level = parameter("back", 1), parameter("level", 30)
    found = rules((rsi(14) < level) & (close.bars_ago(back) > level))
    assert found["enter_long"]["all"] == [
        {"left": "rsi_14", "op": "<", "right": {"parameter": "level"}},
        {
            "left": {"of": "close", "bars_ago": {"parameter": "back"}},
            "op": ">",
            "right": {"parameter": "level"},
        },
    ]
    assert entry(level > rsi(14))["op"] == ">"


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda: 30 < rsi(14) < 70, "between"),
        (lambda: (close > 1) and (close < 2), "Join conditions with &"),
        (lambda: not (close > 1), "no truth value"),
        (lambda: 1 if close else 0, "no truth value"),
        (
            lambda: close > sma(50) & rsi(14) < 30,
            r"not sma\(50\)\. Put each comparison in brackets",
        ),
        (lambda: ~close, "& and | join conditions, not close"),
        (lambda: (close > 1) & close, "join conditions, not close"),
        (lambda: (close > 1) & True, "& needs a condition, not True"),
        (lambda: (close > 1) > 2, r"not parts of them; here \(close > 1\) is compared"),
        (lambda: close > "100", "'100' is nothing to compare with"),
        (lambda: close > NOT_A_NUMBER, "nan is nothing to compare with"),
        (lambda: close > (close > 1), "join conditions"),
        (lambda: sma(5, "clsoe"), "sma cannot be taken of 'clsoe'. Did you mean 'close'?"),
        (lambda: close == 1, r"close == 1 is no condition. == compares exactly; use between\("),
        (lambda: sma(5) != 1, "== compares exactly"),
        (lambda: bz.strategy("S", enter=close == open_), "not False. .*== compares exactly"),
        (lambda: bz.strategy("S", enter=sma(50)), r"enter needs a condition, not sma\(50\)"),
        (lambda: all_of(close), "all_of needs a condition, not close"),
        (lambda: bz.strategy("S", enter=[close > 1]), r"not a list. Join several with all_of"),
        (lambda: bz.strategy("S"), r"The strategy never enters. .*enter=close.*enter_short="),
        (
            lambda: bz.strategy("S", enter=close > 1, leave_short=close > 2),
            "There is no enter_short for leave_short to leave",
        ),
        (
            lambda: bz.strategy("S", entry=close > 1, exit=close < 1),
            "'entry': did you mean 'enter'.*'exit': did you mean 'leave'",
        ),
        (lambda: bz.strategy("S", stop_los_pct=5), "did you mean 'stop_loss_pct'"),
        (lambda: bz.strategy("S", zzz=5), "no argument 'zzz': known are enter, leave"),
        (lambda: close.shift(1), r"close has no shift: write close\.bars_ago\(1\)"),
        (lambda: sma(20)[1], r"write sma\(20\)\.bars_ago\(1\)"),
        (lambda: close[-2], r"write close\.bars_ago\(2\)"),
        (lambda: (close > 1).shift(1), r"A condition \(close > 1\) has no earlier bar"),
        (lambda: (close > 1)[1], "Give it to what is compared"),
        (lambda: (close > 1).bars_ago(1), "Give it to what is compared"),
        (lambda: close // 2, r"//, % and \*\* \(here with close and 2\).*bz\.simulate"),
        (lambda: 2**close, "are not in the language"),
        (lambda: close > 5 & (rsi(2) < 10), "& and | join conditions, not 5. Put each comparison"),
        (lambda: close(1), r"takes nothing in brackets: write close, or close\.bars_ago\(1\)"),
        (lambda: round(close), "functions know no close: there are"),
        (lambda: math.log(close), "functions know no close: there are"),
        (lambda: close > sma, r"the function sma is nothing to compare with. Write sma\(20\)\."),
        (lambda: close > open, r"the function open .* It is Python's own: write open_\."),
        (lambda: bz.strategy("S", enter=close != sma(5)), r"There is no !=; ~\(\.\.\.\) is"),
        (lambda: bz.strategy("S", enter=lambda bars: bars), "a function. .*@bz.code_strategy"),
        (lambda: close * "2", "'2' is nothing to calculate with"),
        (lambda: close + (close > 1), "& and | join conditions"),
        (lambda: min(close, open_), r"minimum\(a, b\) for min"),
        (lambda: close.of("SPY").of("QQQ"), r'close\.of\("SPY"\) is of SPY already'),
        (lambda: close.on("1w").on("1d"), "is on 1w already"),
        (lambda: close.on("1w").bars_ago(1).bars_ago(1), "is earlier already"),
        (lambda: close.of(5), "A symbol is a text, like 'SPY', not 5"),
        (lambda: (close > 1).for_bars("3"), "for_bars needs a whole number of bars"),
        (lambda: holds(close, 3), "holds needs a condition, not close"),
        (lambda: count(close > 1, None), "count needs a whole number of bars"),
        (lambda: number("5"), "number needs a finite number, not '5'"),
        (lambda: macd(12, 26, 9, close, 5), "macd takes 'fast', 'slow', 'signal' or 'source'; 5"),
        (lambda: macd(fst=5), "macd has no setting 'fst'. Did you mean 'fast'"),
        (lambda: macd(5, fast=6), "macd was given fast twice"),
        (lambda: macd(close), "macd needs a number for fast, not close; numbers come first: macd"),
        (lambda: bz.strategy("S", enter=correlation(20) > 0.5), "correlation needs a second col"),
        (
            lambda: bz.strategy("S", enter=close > 1, targets=5),
            r"targets is a list of \(profit_pct, close_pct\), like",
        ),
        (
            lambda: bz.strategy("S", enter=close > 1, targets=[(5, 60), (9, 60)]),
            "The targets close 120 % of a position",
        ),
        (
            lambda: bz.strategy("S", enter=sma(5).named("x") > sma(6).named("x")),
            "Two indicators are called 'x'",
        ),
        (lambda: sma(close, 20), r"the period comes first: sma\(20, close\)"),
        (lambda: ema("high", 20), r"the period comes first: ema\(20, high\)"),
        (lambda: atr(close), r"the period comes first: atr\(20\)"),
        (lambda: sma(rsi(14)), r"the period comes first: sma\(20, rsi\(14\)\)"),
        (
            lambda: close.bars_ago("1"),
            "bars_ago needs a whole number of bars or a parameter, not '1'",
        ),
        (
            lambda: bz.strategy("S", enter=close > 1, max_bars=atr(14)),
            r"A number or a parameter is needed, not atr\(14\)\.",
        ),
        (lambda: sma("20"), "sma needs a number of bars, not '20'"),
        (lambda: parameter("n", 500, max=100), "500 is above max 100"),
        (lambda: parameter("n", 5, min=10), "5 is below min 10"),
        (lambda: parameter("n", "50"), "parameters.n.default: .*'50'"),
        (lambda: parameter("n", 5, min=9, max=3), "min 9 is above max 3"),
        (lambda: parameter("n", 5, step=0), "0 is no step"),
        (lambda: parameter("slow n", 5), "'slow n' is no name"),
        (lambda: parameter(5, 5), "A parameter's name is a word, like 'fast', not 5"),
        (lambda: bz.strategy("S", enter=close > sma(0)), "indicators.sma_0.period: 0 does not fit"),
        (lambda: bz.strategy("S", enter=close > 1, stop_loss_pct="5"), "not '5'"),
        (
            lambda: bz.strategy("S", enter=close > 1, sizing=0.5),
            r"sizing is \(method, value\), like",
        ),
        (lambda: bz.strategy("S", enter=close > 1, sizing=(50, "fixed_cash")), r"not \(50, 'fix"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(write, told):
    with pytest.raises(DefinitionError, match=told):
        write()


COLUMN = pd.Series([1.5, 2.5], index=pd.date_range("2020", periods=2))


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (
            lambda: bz.strategy("S", enter=COLUMN > 2),
            "enter needs a condition, not a pandas Series",
        ),
        (lambda: (close > 1) & (COLUMN > 2), "& needs a condition, not a pandas Series"),
        (lambda: bz.strategy("S", enter=COLUMN.to_frame()), "not a pandas DataFrame"),
        (lambda: any_of(COLUMN.to_numpy() > 2), "any_of needs a condition, not a numpy ndarray"),
        (lambda: close > COLUMN, "a pandas Series is nothing to compare with"),
        (lambda: sma(COLUMN), "sma needs a number of bars, not a pandas Series"),
        (lambda: close.bars_ago(COLUMN), "or a parameter, not a pandas Series"),
        (
            lambda: bz.strategy("S", enter=close > 1, stop_loss_pct=COLUMN),
            "A number or a parameter is needed, not a pandas Series",
        ),
    ],
)
def test_a_column_of_pandas_is_named_and_not_shown(write, kind):
    with pytest.raises(DefinitionError, match=kind) as refused:
        write()
    assert "2.5" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "write",
    [
        lambda: bz.strategy("S", enter=COLUMN > 2),
        lambda: (close > 1) & (COLUMN > 2),
        lambda: close > COLUMN,
        lambda: COLUMN * close,
        lambda: bz.strategy("S", enter=close > 1, stop_loss_pct=COLUMN),
    ],
)
def test_who_comes_with_a_column_is_sent_to_simulate(write):
    with pytest.raises(DefinitionError, match=r"bz\.simulate"):
        write()


def test_equal_expressions_are_equal_and_have_one_hash():
    assert sma(5) == sma(5)
    assert sma(5) != sma(6)
    assert sma(5) != ema(5)
    assert close.bars_ago(1) == close.bars_ago(1)
    assert len({sma(5), sma(5), close, close, parameter("n", 5), parameter("n", 5)}) == 3
    named = parameter("minus_5", 5)
    enter = any_of(close > sma(5), close > sma(named))
    assert len(rules(enter)["indicators"]) == 2


def test_expressions_and_conditions_show_themselves_as_they_were_written():
    condition = (close > sma(50)) & ~(rsi(14) < parameter("level", 30).bars_ago(2))
    assert str(condition) == "(close > sma(50)) & ~(rsi(14) < level.bars_ago(2))"


EXPRESSIONS = st.one_of(
    st.sampled_from([close, high, low, open_, volume, atr(3), rsi(parameter("n", 4))]),
    st.builds(sma, st.integers(1, 300), st.sampled_from([close, high])),
    st.builds(ema, st.integers(1, 300)),
)
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(lambda a, b: a > b, EXPRESSIONS, EXPRESSIONS),
        st.builds(lambda a, b: a <= b, EXPRESSIONS, st.integers(-5, 500)),
        st.builds(crosses_above, EXPRESSIONS, st.floats(1, 100)),
        st.builds(lambda a, n: between(a.bars_ago(n), low, 50), EXPRESSIONS, st.integers(0, 9)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(enter=CONDITIONS, leave=CONDITIONS)
def test_what_is_built_goes_through_json_and_back(enter, leave):
    built = bz.strategy("Built", enter=enter, leave=leave, description="d")
    again = Definition.parse(built.to_json())
    assert again == built
    assert again.to_json() == built.to_json()
    assert again.name == "Built"
