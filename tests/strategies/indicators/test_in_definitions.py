"""Indicators where a definition names them: outputs, settings, times."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import Definition, indicators, signals, summary, validate
from bitstockerz_lab.strategies.compile import Columns
from tests.helpers import make_bars
from tests.strategies.indicators.examples import NAMES, made

BARS = make_bars(400, seed=9, timeframe="1h")
POSSIBLE = [name for name in NAMES if name != "correlation"]


def uses(**use):
    return {"indicators": {"x": use}, "enter_long": {"left": "x", "op": ">", "right": 0}}


def told(**use):
    return [str(problem) for problem in validate(uses(**use))]


def column(**use):
    definition = Definition.parse(uses(**use))
    return Columns(definition, BARS, definition.resolve()).indicator("x")


@pytest.mark.parametrize("name", [*POSSIBLE, "talib.CDLDOJI", "talib.STOCH", "talib.DIV"])
def test_every_output_of_every_indicator_may_be_named(name):
    entry = indicators.get(name)
    for output in entry.outputs:
        use = {"indicator": name} | ({"output": output} if len(entry.outputs) > 1 else {})
        np.testing.assert_array_equal(column(**use), made(name, BARS)[output])
        definition = Definition.parse(uses(**use))
        assert Definition.parse(definition.to_json()) == definition
        assert "{" not in summary(definition)


def test_the_first_output_is_taken_and_stored_where_none_is_named():
    definition = Definition.parse(uses(indicator="macd"))
    assert definition.rules()["indicators"]["x"] == {
        "indicator": "macd",
        "output": "macd",
        "source": "close",
        "fast": 12,
        "slow": 26,
        "signal": 9,
    }
    assert definition == Definition.parse(uses(indicator="macd", output="macd"))
    assert definition != Definition.parse(uses(indicator="macd", output="signal"))


def test_two_outputs_of_one_indicator_are_computed_once(monkeypatch):
    calls = []
    compute = indicators.compute_all

    def counted(*given, **told):
        calls.append(given)
        return compute(*given, **told)

    monkeypatch.setattr(indicators, "compute_all", counted)
    signals(
        {
            "indicators": {
                "line": {"indicator": "macd"},
                "signal": {"indicator": "macd", "output": "signal"},
            },
            "enter_long": {"left": "line", "op": "crosses_above", "right": "signal"},
        },
        BARS,
    )
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (
            {"indicator": "macd", "output": "sgnal"},
            "indicators.x.output: macd has no output 'sgnal'. Did you mean 'signal'?",
        ),
        (
            {"indicator": "supertrend", "output": "zzz"},
            (
                "indicators.x.output: supertrend has no output 'zzz'. "
                "Known are 'value' or 'direction'."
            ),
        ),
        (
            {"indicator": "macd", "output": 2},
            'indicators.x.output: A text is needed, not 2. Write it in quotes: "…".',
        ),
        (
            {"indicator": "rsi", "output": "value"},
            "indicators.x.output: rsi has no setting 'output'. Known are 'period' or 'source'.",
        ),
        (
            {"indicator": "obv", "period": 3},
            "indicators.x.period: obv has no setting 'period'. It has none.",
        ),
        (
            {"indicator": "bollinger", "multiplier": "2"},
            "indicators.x.multiplier: A finite number is needed, not '2'. Write 2, without quotes.",
        ),
        (
            {"indicator": "bollinger", "multiplier": 0},
            (
                "indicators.x.multiplier: 0 does not fit. A number from 0.01 up to 1000 is needed "
                "here."
            ),
        ),
        (
            {"indicator": "macd", "fast": 1.5},
            (
                "indicators.x.fast: 1.5 does not fit. A whole number from 1 up to 100000 is needed "
                "here."
            ),
        ),
        (
            {"indicator": "talib.CDLDOJ"},
            "indicators.x.indicator: No indicator 'talib.CDLDOJ'. Did you mean 'talib.CDLDOJI'?",
        ),
        (
            {"indicator": "talib.CCI", "period": 3},
            "indicators.x.period: talib.CCI has no setting 'period'. Did you mean 'timeperiod'?",
        ),
        (
            {"indicator": "talib.SMA", "timeperiod": 0},
            (
                "indicators.x.timeperiod: 0 does not fit. A whole number from 1 up to 100000 is "
                "needed here."
            ),
        ),
        (
            {"indicator": "correlation"},
            (
                "indicators.x: correlation needs a second column. Say of which: "
                '"other": {"of": "close", "symbol": "SPY"}, or another operand.'
            ),
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_path_and_the_way_out(use, expected):
    assert told(**use) == [expected]


def test_an_unknown_name_far_from_any_is_told_what_there_is():
    (problem,) = told(indicator="zzzzzz")
    assert "'sma', 'ema'" in problem
    assert problem.endswith("of TA-Lib's any, like 'talib.TRIX'.")


def test_what_is_not_declared_is_told_how_to():
    (problem,) = validate({"enter_long": {"left": "macd", "op": ">", "right": 0}})
    assert problem.suggestion == 'Declare it first: "indicators": {"macd": {"indicator": "macd"}}.'


def test_a_sentence_names_the_output():
    assert "the %B of the 20-bar Bollinger bands (± 2.5) is above 0" in summary(
        uses(indicator="bollinger", multiplier=2.5, output="percent_b")
    )
    assert "the 14-bar +DI is above 0" in summary(uses(indicator="adx", output="plus_di"))


def test_the_calendar_reads_the_times_of_the_bars():
    found = column(indicator="hour")
    np.testing.assert_array_equal(found, BARS.index.hour)
    monday = uses(indicator="day_of_week") | {
        "enter_long": {"left": "x", "op": "<", "right": 1},
    }
    np.testing.assert_array_equal(signals(monday, BARS)["long_entry"], BARS.index.day_of_week == 0)


def test_times_are_utc_whatever_zone_the_bars_are_told_in():
    there = BARS.tz_convert("America/New_York")
    here, abroad = (signals(uses(indicator="hour"), one) for one in (BARS, there))
    np.testing.assert_array_equal(here.to_numpy(), abroad.to_numpy())


def test_a_missing_bar_has_no_hour_either():
    frame = BARS.copy()
    frame.iloc[3, 0] = np.nan
    definition = Definition.parse(uses(indicator="hour"))
    found = Columns(definition, frame, {}).indicator("x")
    assert np.isnan(found).nonzero()[0].tolist() == [3]


def test_bars_without_times_are_refused_where_times_are_read():
    with pytest.raises(DataError, match="have no times: their index is a RangeIndex"):
        signals(uses(indicator="hour"), BARS.reset_index(drop=True))
