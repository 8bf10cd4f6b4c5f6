"""The catalogue against TA-Lib and pandas, where each is right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

talib = pytest.importorskip("talib")

from bitstockerz_lab.strategies import indicators  # noqa: E402 - after the skip
from tests.helpers import make_bars  # noqa: E402
from tests.strategies.indicators.examples import columns, made  # noqa: E402

BARS = make_bars(1200, seed=11, timeframe="1h")
open_, high, low, close, volume = (BARS[name].to_numpy() for name in BARS)
typical = (high + low + close) / 3


def of(*names):
    return lambda results: dict(zip(names, results, strict=True))


def rolling(values, period):
    return pd.Series(values).rolling(period)


def slopes(period):
    time = np.arange(period)
    return rolling(close, period).apply(lambda one: np.polyfit(time, one, 1)[0], raw=True)


def stochastic(above, reach, smooth):
    k = (100 * above / reach).rolling(smooth).mean()
    return {"k": k, "d": k.rolling(3).mean()}


def stoch_rsi():
    strength = pd.Series(talib.RSI(close, 14))
    floor, top = strength.rolling(14).min(), strength.rolling(14).max()
    return stochastic(strength - floor, top - floor, 3)


def ichimoku():
    middle = {n: (rolling(high, n).max() + rolling(low, n).min()) / 2 for n in (9, 26, 52)}
    span = (middle[9] + middle[26]) / 2
    return {"conversion": middle[9], "base": middle[26], "span_a": span, "span_b": middle[52]}


def keltner(found):
    upper, middle, lower = found
    return {"middle": middle, "upper": upper, "lower": lower}


def session():
    days = BARS.index.floor("D")
    sums = pd.DataFrame({"paid": typical * volume, "volume": volume}).groupby(days).cumsum()
    return sums["paid"] / sums["volume"]


def rank(period):
    return rolling(close, period + 1).apply(lambda one: 100 * (one[:-1] < one[-1]).mean(), raw=True)


SECOND = {  # indicator: settings, what another source gives
    "sma": ({"period": 30}, lambda: talib.SMA(close, 30)),
    "ema": ({"period": 30}, lambda: talib.EMA(close, 30)),
    "wma": ({"period": 30}, lambda: talib.WMA(close, 30)),
    "dema": ({"period": 30}, lambda: talib.DEMA(close, 30)),
    "tema": ({"period": 30}, lambda: talib.TEMA(close, 30)),
    "hma": ({"period": 30}, lambda: talib.HMA(close, 30)),
    "kama": ({"period": 30}, lambda: talib.KAMA(close, 30)),
    "vwma": ({"period": 30}, lambda: talib.VWMA(close, volume, 30)),
    "rsi": ({"period": 9}, lambda: talib.RSI(close, 9)),
    "stoch_rsi": ({}, stoch_rsi),
    "stochastic": (
        {"period": 5, "smooth_k": 4},
        lambda: stochastic(
            close - rolling(low, 5).min(), rolling(high, 5).max() - rolling(low, 5).min(), 4
        ),
    ),
    "roc": ({"period": 7}, lambda: talib.ROC(close, 7)),
    "momentum": ({"period": 7}, lambda: talib.MOM(close, 7)),
    "cci": ({"period": 15}, lambda: talib.CCI(high, low, close, 15)),
    "williams_r": ({"period": 7}, lambda: talib.WILLR(high, low, close, 7)),
    "mfi": ({"period": 7}, lambda: talib.MFI(high, low, close, volume, 7)),
    "aroon": ({"period": 9}, lambda: of("down", "up")(talib.AROON(high, low, 9))),
    "atr": ({"period": 9}, lambda: talib.ATR(high, low, close, 9)),
    "natr": ({"period": 9}, lambda: talib.NATR(high, low, close, 9)),
    "true_range": (
        {},
        lambda: (np.fmax(high, BARS["close"].shift()) - np.fmin(low, BARS["close"].shift())).where(
            BARS["close"].shift().notna()
        ),
    ),
    "bollinger": (
        {"period": 10, "multiplier": 1.5},
        lambda: of("upper", "middle", "lower")(talib.BBANDS(close, 10, 1.5, 1.5, 0)),
    ),
    "keltner": (
        {"period": 10, "multiplier": 1.5, "atr_period": 7},
        lambda: {
            "middle": talib.EMA(close, 10),
            "upper": talib.EMA(close, 10) + 1.5 * talib.ATR(high, low, close, 7),
        },
    ),
    "donchian": (
        {"period": 10},
        lambda: {"upper": rolling(high, 10).max().shift(), "lower": rolling(low, 10).min().shift()},
    ),
    "stddev": ({"period": 10}, lambda: rolling(close, 10).std(ddof=0)),
    "zscore": (
        {"period": 10},
        lambda: (close - rolling(close, 10).mean()) / rolling(close, 10).std(ddof=0),
    ),
    "percentile_rank": ({"period": 50}, lambda: rank(50)),
    "highest": ({"period": 9}, lambda: rolling(high, 9).max()),
    "lowest": ({"period": 9}, lambda: rolling(low, 9).min()),
    "bars_since_high": (
        {"period": 9},
        lambda: rolling(high, 9).apply(lambda one: np.argmax(one[::-1]), raw=True),
    ),
    "bars_since_low": (
        {"period": 9},
        lambda: rolling(low, 9).apply(lambda one: np.argmin(one[::-1]), raw=True),
    ),
    "linreg_slope": ({"period": 12}, lambda: slopes(12)),
    "realised_volatility": (
        {"period": 12, "bars_per_year": 365},
        lambda: 100 * 365**0.5 * pd.Series(np.log(close)).diff().rolling(12).std(),
    ),
    "correlation": (
        {"period": 12},
        lambda: rolling(close, 12).corr(pd.Series(np.sqrt(volume * close))),
    ),
    "supertrend": (
        {"period": 9, "multiplier": 2.0},
        lambda: {"value": talib.SUPERTREND(high, low, close, 9, 2.0)[0]},
    ),
    "parabolic_sar": ({"step": 0.03, "maximum": 0.3}, lambda: talib.SAR(high, low, 0.03, 0.3)),
    "ichimoku": ({}, ichimoku),
    "obv": ({}, lambda: talib.OBV(close, volume) - volume[0]),
    "ad": ({}, lambda: talib.AD(high, low, close, volume)),
    "cmf": (
        {"period": 9},
        lambda: (
            rolling(volume * (2 * close - low - high) / (high - low), 9).sum()
            / rolling(volume, 9).sum()
        ),
    ),
    "vwap_session": ({}, session),
    "vwap_rolling": (
        {"period": 9},
        lambda: rolling(typical * volume, 9).sum() / rolling(volume, 9).sum(),
    ),
    "typical_price": ({}, lambda: talib.TYPPRICE(high, low, close)),
    "median_price": ({}, lambda: talib.MEDPRICE(high, low)),
}


@pytest.mark.parametrize("name", sorted(SECOND))
def test_the_values_are_those_of_a_second_source(name):
    told, source = SECOND[name]
    expected = source()
    found = made(name, BARS, **told)
    for output, values in (expected if isinstance(expected, dict) else {"value": expected}).items():
        np.testing.assert_allclose(
            found[output], np.asarray(values), rtol=1e-8, atol=1e-9, err_msg=output
        )


LATER = {  # TA-Lib seeds these otherwise: equal once both have settled
    "macd": (
        {},
        lambda: of("macd", "signal", "histogram")(talib.MACD(close, 12, 26, 9)),
    ),
    "adx": (
        {},
        lambda: {
            "adx": talib.ADX(high, low, close, 14),
            "plus_di": talib.PLUS_DI(high, low, close, 14),
            "minus_di": talib.MINUS_DI(high, low, close, 14),
            "dx": talib.DX(high, low, close, 14),
        },
    ),
}


@pytest.mark.parametrize("name", sorted(LATER))
def test_what_talib_seeds_otherwise_is_equal_once_it_has_settled(name):
    told, source = LATER[name]
    entry = indicators.get(name)
    found = made(name, BARS, **told)
    for output, values in source().items():
        since = entry.settles(entry.defaults | told, output)
        assert since < 700
        np.testing.assert_allclose(found[output][since:], values[since:], rtol=1e-8, atol=1e-9)
        assert not np.allclose(found[output][40:50], values[40:50], rtol=1e-9)


def test_every_indicator_is_checked_against_something_nobody_here_wrote():
    calendar = {"day_of_week", "day_of_month", "hour", "month"}  # against pandas, in test_values
    assert set(SECOND) | set(LATER) | calendar == set(indicators.CATALOGUE)


@pytest.mark.parametrize("name", ["rsi", "mfi", "stddev", "ema", "adx"])
def test_what_a_notebook_set_in_talib_changes_nothing(name):
    before = made(name, BARS)
    inputs = columns(name, BARS)
    entry = indicators.get(name)
    talib.set_unstable_period("ALL", 40)
    talib.set_compatibility(1)
    try:
        after = indicators.compute_all(entry, inputs, entry.defaults)
        cci = indicators.get("talib.EMA")
        assert indicators.compute(cci, [close], {"timeperiod": 5})[4] == close[:5].mean()
    finally:
        talib.set_unstable_period("ALL", 0)
        talib.set_compatibility(0)
    for output, values in before.items():
        np.testing.assert_array_equal(values, after[output])
