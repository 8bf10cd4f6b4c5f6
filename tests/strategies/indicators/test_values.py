"""Indicators: values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.strategies import indicators

NAN = float("nan")


def column(name, *inputs, output=None, **told):
    entry = indicators.get(name)
    columns = [np.array(one, dtype=float) for one in inputs]
    return indicators.compute(entry, columns, entry.defaults | told, output)


BARS = [[11, 12, 14, 13], [9, 10, 12, 10], [10, 11, 13, 12]]
HANDMADE = [  # name, settings, inputs, values
    ("sma", {"period": 3}, [[2, 4, 6, 8, 13]], [NAN, NAN, 4, 6, 9]),
    # seeded with (2 + 4 + 6) / 3, then previous + 2/4 × (value − previous)
    ("ema", {"period": 3}, [[2, 4, 6, 8, 12]], [NAN, NAN, 4, 6, 9]),
    ("wma", {"period": 3}, [[1, 2, 3, 9]], [NAN, NAN, 14 / 6, (2 + 6 + 27) / 6]),
    # EMA 3, 13/3, 55/9; EMA of it -, 11/3, 143/27
    ("dema", {"period": 2}, [[2, 4, 5, 7]], [NAN, NAN, 5, 187 / 27]),
    # EMA 2, 4, 6, 8; of it 3, 5, 7; of that 4, 6: it follows a straight line
    ("tema", {"period": 2}, [[1, 3, 5, 7, 9]], [NAN, NAN, NAN, 7, 9]),
    # WMA(2) of 2 × WMA(2) − WMA(4): on a straight line 2(x − 1/3) − (x − 1), half of it a third ago
    ("hma", {"period": 4}, [[1, 2, 3, 4, 5]], [NAN, NAN, NAN, NAN, 5]),
    # efficiency 1 then 0: weight (2/3)², then (2/31)²; from the value before the first
    (
        "kama",
        {"period": 2},
        [[1, 2, 5, 2]],
        [NAN, NAN, 2 + 3 * 4 / 9, 10 / 3 - 4 / 3 * (2 / 31) ** 2],
    ),
    ("vwma", {"period": 2}, [[10, 20, 30], [1, 3, 1]], [NAN, 70 / 4, 90 / 4]),
    # changes +2 −1 +2 −3: averages 1 and .5, then 1.5 and .25, then .75 and 1.625
    (
        "rsi",
        {"period": 2},
        [[10, 12, 11, 13, 10]],
        [NAN, NAN, 100 / 1.5, 100 * 1.5 / 1.75, 100 * 0.75 / 2.375],
    ),
    ("roc", {"period": 2}, [[10, 20, 15, 5]], [NAN, NAN, 50, -75]),
    ("momentum", {"period": 2}, [[10, 20, 15, 5]], [NAN, NAN, 5, -15]),
    # typical 10, 11, 13: mean 11.33, mean distance 1.11
    ("cci", {"period": 3}, [BARS[0][:3], BARS[1][:3], [10, 11, 13]], [NAN, NAN, 100]),
    ("williams_r", {"period": 2}, BARS, [NAN, -100 / 3, -25, -50]),
    ("williams_r", {"period": 1}, BARS, [-50, -50, -50, -100 / 3]),
    # typical 10, 11, 13, 35/3, volume 1: in 11 and 13, then 13 in and 35/3 out
    ("mfi", {"period": 2}, [*BARS, [1, 1, 1, 1]], [NAN, NAN, 100, 1300 / (13 + 35 / 3)]),
    ("highest", {"period": 2}, [[3, 1, 2, 5]], [NAN, 3, 2, 5]),
    ("lowest", {"period": 2}, [[3, 1, 2, 5]], [NAN, 1, 1, 2]),
    ("bars_since_high", {"period": 3}, [[3, 5, 5, 1, 2, 1]], [NAN, NAN, 0, 1, 2, 1]),
    ("bars_since_low", {"period": 3}, [[3, 1, 1, 5, 2, 9]], [NAN, NAN, 0, 1, 2, 1]),
    ("stddev", {"period": 2}, [[1, 3, 3, 9]], [NAN, 1, 0, 3]),
    ("zscore", {"period": 3}, [[1, 1, 4]], [NAN, NAN, 2**0.5]),
    ("percentile_rank", {"period": 3}, [[1, 2, 3, 2, 9]], [NAN, NAN, NAN, 100 / 3, 100]),
    ("linreg_slope", {"period": 3}, [[1, 4, 7, 4]], [NAN, NAN, 3, 0]),
    # returns ln 2 and −ln 2: sample deviation ln 2 × √2, times 2 for four bars a year
    (
        "realised_volatility",
        {"period": 2, "bars_per_year": 4},
        [[1, 2, 1]],
        [NAN, NAN, 200 * np.log(2) * 2**0.5],
    ),
    ("correlation", {"period": 3}, [[1, 2, 3, 2], [2, 4, 6, 8]], [NAN, NAN, 1, 0]),
    (
        "correlation",
        {"period": 2, "changes": 1},
        [[1, 2, 3], [3, 6, 18]],
        [NAN, NAN, -1],  # 100 % then 50 %; 100 % then 200 %
    ),
    # true ranges -, 2, 3, 3: the gap up counts from the previous close
    ("true_range", {}, BARS, [NAN, 2, 3, 3]),
    ("atr", {"period": 2}, BARS, [NAN, NAN, 2.5, 2.75]),
    ("natr", {"period": 2}, BARS, [NAN, NAN, 250 / 13, 275 / 12]),
    ("obv", {}, [[10, 11, 11, 9], [5, 6, 7, 8]], [0, 6, 6, -2]),
    # close at the top, in the middle, at the bottom, and a bar without a range
    ("ad", {}, [[3, 3, 3, 3], [1, 1, 1, 3], [3, 2, 1, 3], [5, 6, 7, 8]], [5, 5, -2, -2]),
    (
        "cmf",
        {"period": 2},
        [[3, 3, 3, 3], [1, 1, 1, 3], [3, 2, 1, 3], [5, 6, 7, 8]],
        [NAN, 5 / 11, -7 / 13, -7 / 15],
    ),
    ("vwap_rolling", {"period": 2}, [*[[10, 20, 30]] * 3, [1, 3, 1]], [NAN, 70 / 4, 90 / 4]),
    ("typical_price", {}, BARS, [10, 11, 13, 35 / 3]),
    ("median_price", {}, BARS[:2], [10, 11, 13, 11.5]),
]


@pytest.mark.parametrize(
    ("name", "told", "inputs", "expected"), HANDMADE, ids=[case[0] for case in HANDMADE]
)
def test_values_are_those_worked_out_by_hand(name, told, inputs, expected):
    np.testing.assert_allclose(column(name, *inputs, **told), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "told", "inputs", "expected"), HANDMADE, ids=[case[0] for case in HANDMADE]
)
@pytest.mark.parametrize("gap", [0, 1, 3])
def test_a_missing_bar_is_nan_itself_and_changes_no_other_value(name, told, inputs, expected, gap):
    found = column(name, *[np.insert(np.array(one, float), gap, NAN) for one in inputs], **told)
    assert np.isnan(found[gap])
    np.testing.assert_allclose(np.delete(found, gap), expected, rtol=1e-12, atol=1e-14)


OUTPUTS = [  # name, settings, inputs, values by output
    (
        "stochastic",
        {"period": 2, "smooth_k": 1, "smooth_d": 2},
        BARS,
        {"k": [NAN, 200 / 3, 75, 50], "d": [NAN, NAN, 425 / 6, 62.5]},
    ),
    (
        "macd",
        {"fast": 1, "slow": 3, "signal": 2},
        [[2, 4, 6, 8, 13]],  # EMA(3) 4, 6, 9.5
        {"macd": [NAN, NAN, 2, 2, 3.5], "signal": [NAN, NAN, NAN, 2, 3]},
    ),
    (
        "bollinger",
        {"period": 2, "multiplier": 3},
        [[1, 3, 9]],
        {
            "middle": [NAN, 2, 6],
            "upper": [NAN, 5, 15],
            "lower": [NAN, -1, -3],
            "percent_b": [NAN, 4 / 6, 12 / 18],
            "bandwidth": [NAN, 3, 3],
        },
    ),
    (
        "donchian",
        {"period": 2},
        BARS[:2],
        {
            "upper": [NAN, NAN, 12, 14],
            "lower": [NAN, NAN, 9, 10],
            "middle": [NAN, NAN, 10.5, 12],
            "bandwidth": [NAN, NAN, 3 / 10.5, 4 / 12],
        },
    ),
    (
        "keltner",
        {"period": 2, "multiplier": 2, "atr_period": 2},
        BARS,
        {
            "middle": [NAN, 10.5, 12 + 1 / 6, 12 + 1 / 18],
            "upper": [NAN, NAN, 17 + 1 / 6, 17.5 + 1 / 18],
        },
    ),
    (
        "aroon",
        {"period": 2},
        [[5, 4, 3, 3], [1, 2, 3, 1]],
        {"up": [NAN, NAN, 0, 0], "down": [NAN, NAN, 0, 100], "oscillator": [NAN, NAN, 0, -100]},
    ),
    # moved 2 up in a true range of 3, then 2 down in one of 4
    (
        "adx",
        {"period": 1},
        [[10, 12, 11], [8, 9, 7], [9, 11, 8]],
        {"plus_di": [NAN, 200 / 3, 0], "minus_di": [NAN, 0, 50], "dx": [NAN, 100, 100]},
    ),
    (
        "ichimoku",
        {"conversion": 1, "base": 2, "span": 3},
        BARS[:2],
        {
            "conversion": [10, 11, 13, 11.5],
            "base": [NAN, 10.5, 12, 12],
            "span_a": [NAN, 10.75, 12.5, 11.75],
            "span_b": [NAN, NAN, 11.5, 12],
        },
    ),
    # ATR(1) is the true range 2, 2, 7; floors 9, 10: the close at 5 falls through 10, and the top
    # 13 of the second bar has not risen since
    (
        "supertrend",
        {"period": 1, "multiplier": 1},
        [[11, 12, 13, 11], [9, 10, 11, 5], [10, 11, 12, 5]],
        {"value": [NAN, 9, 10, 13], "direction": [NAN, 1, 1, -1]},
    ),
    # the RSI(2) rises, falls and rises: of its last two it is the top, the bottom, the top
    (
        "stoch_rsi",
        {"period": 2, "stoch_period": 2, "smooth_k": 1, "smooth_d": 2},
        [[10, 12, 11, 13, 10, 14]],
        {"k": [NAN, NAN, NAN, 100, 0, 100], "d": [NAN, NAN, NAN, NAN, 50, 50]},
    ),
]


@pytest.mark.parametrize(
    ("name", "told", "inputs", "expected"), OUTPUTS, ids=[case[0] for case in OUTPUTS]
)
def test_each_output_is_worked_out_by_hand(name, told, inputs, expected):
    for output, values in expected.items():
        found = column(name, *inputs, output=output, **told)
        np.testing.assert_allclose(found, values, rtol=1e-12, atol=1e-12, err_msg=output)


def test_the_first_output_is_given_where_none_is_named():
    quotes = [np.arange(1.0, 60)]
    np.testing.assert_array_equal(column("macd", *quotes), column("macd", *quotes, output="macd"))


def seconds(*stamps):
    return [pd.Timestamp(one).timestamp() for one in stamps]


def test_the_calendar_tells_when_a_bar_starts_in_utc_and_monday_is_0():
    stamps = seconds("2024-01-01", "2024-02-29 23:59", "2023-12-31 12:30", "1969-12-31 01:00")
    assert column("day_of_week", stamps).tolist() == [0, 3, 6, 2]
    assert column("day_of_month", stamps).tolist() == [1, 29, 31, 31]
    assert column("hour", stamps).tolist() == [0, 23, 12, 1]
    assert column("month", stamps).tolist() == [1, 2, 12, 12]


def test_the_calendar_is_that_of_pandas():
    index = pd.date_range("1999-12-25", periods=20_000, freq="7h", tz="UTC")
    stamps = index.tz_convert(None).as_unit("s").asi8.astype(float)
    for name, of in (
        ("day_of_week", "day_of_week"),
        ("day_of_month", "day"),
        ("hour", "hour"),
        ("month", "month"),
    ):
        np.testing.assert_array_equal(column(name, stamps), getattr(index, of))


def test_the_session_vwap_begins_anew_each_day_at_its_hour():
    stamps = seconds("2024-01-01 22:00", "2024-01-01 23:00", "2024-01-02 00:00", "2024-01-02 01:00")
    prices, traded = [10, 20, 30, 60], [1, 3, 0, 2]
    told = [stamps, prices, prices, prices, traded]
    found = column("vwap_session", *told)
    np.testing.assert_allclose(found, [10, 70 / 4, NAN, 60])  # nothing traded at midnight
    found = column("vwap_session", *told, session_start=23)
    np.testing.assert_allclose(found, [10, 20, 20, 36])


def test_the_parabolic_sar_follows_wilders_rules():
    # up, then through the stop: it turns to the highest price there was
    high, low = [10, 11, 12, 13, 11, 9], [9, 10, 11, 12, 10, 8]
    found = column("parabolic_sar", high, low)
    # 9, then 9 + .02 × (11 − 9); it stays at or below the lows of the two bars before
    np.testing.assert_allclose(found[:4], [NAN, 9, 9.04, 9.04 + 0.04 * (12 - 9.04)])
    assert found[5] == 13
