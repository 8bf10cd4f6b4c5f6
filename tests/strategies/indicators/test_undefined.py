"""Where nothing moves: no rounding shows, and what is 0/0 is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.strategies import indicators
from tests.strategies.indicators.examples import NAMES, columns, made

FLAT_FROM = 300
PRICES = (100.1, 0.3, 1 / 3, 61234.567, 1e-7)


def still(price, volume=1234.5):
    """Bars that wander about, then all the same price without a range."""
    random = np.random.default_rng(1)
    walk = price * np.exp(np.cumsum(random.normal(0, 0.02, FLAT_FROM)))
    close = np.concatenate([walk, np.full(300, price)])
    spread = np.concatenate([random.uniform(0, 0.02, FLAT_FROM), np.zeros(300)])
    traded = np.concatenate([random.uniform(1, 1e6, FLAT_FROM), np.full(300, volume)])
    index = pd.date_range("2020-01-01", periods=600, freq="h", tz="UTC", name="timestamp")
    table = [close, close * (1 + spread), close * (1 - spread), close, traded]
    return pd.DataFrame(
        dict(zip(["open", "high", "low", "close", "volume"], table, strict=True)), index=index
    )


def at_rest(name, price, output=None, **told):
    entry = indicators.get(name)
    frame = still(price)
    window = entry.warm_up(entry.defaults | told, output) + 1
    found = made(name, frame, **told)[output or entry.outputs[0]]
    return found[FLAT_FROM + window :]


SAME = [  # of a window of equal prices, exactly that price
    ("sma", None),
    ("wma", None),
    ("hma", None),
    ("vwma", None),
    ("highest", None),
    ("lowest", None),
    ("bollinger", "middle"),
    ("bollinger", "upper"),
    ("bollinger", "lower"),
    ("donchian", "upper"),
    ("donchian", "middle"),
    ("donchian", "lower"),
    ("ichimoku", "conversion"),
    ("ichimoku", "span_a"),
    ("ichimoku", "span_b"),
    ("median_price", None),
]


@pytest.mark.parametrize(("name", "output"), SAME)
@pytest.mark.parametrize("price", PRICES)
def test_an_average_of_equal_prices_is_exactly_that_price(name, output, price):
    found = at_rest(name, price, output)
    assert len(found) > 100
    assert (found == price).all()


@pytest.mark.parametrize("name", ["sma", "ema", "wma", "dema", "tema", "hma", "kama", "vwma"])
@pytest.mark.parametrize("price", PRICES)
def test_an_average_of_prices_that_never_moved_is_exactly_that_price(name, price):
    inputs = [np.full(200, price)] * len(indicators.get(name).inputs)
    entry = indicators.get(name)
    found = indicators.compute(entry, inputs, entry.defaults)
    assert (found[entry.warm_up(entry.defaults) :] == price).all()


NOTHING = [  # what is exactly 0 where nothing moves
    ("stddev", None),
    ("linreg_slope", None),
    ("realised_volatility", None),
    ("bollinger", "bandwidth"),
    ("donchian", "bandwidth"),
    ("roc", None),
    ("momentum", None),
    ("true_range", None),
    ("bars_since_high", None),
    ("bars_since_low", None),
    ("percentile_rank", None),
]


@pytest.mark.parametrize(("name", "output"), NOTHING)
@pytest.mark.parametrize("price", PRICES)
def test_what_measures_movement_is_exactly_0_where_nothing_moves(name, output, price):
    found = at_rest(name, price, output)
    assert len(found) > 100
    assert (found == 0).all()


UNDEFINED = [  # 0/0
    ("zscore", None),
    ("bollinger", "percent_b"),
    ("cci", None),
    ("stochastic", "k"),
    ("stochastic", "d"),
    ("williams_r", None),
    ("mfi", None),
    ("correlation", None),
]


@pytest.mark.parametrize(("name", "output"), UNDEFINED)
@pytest.mark.parametrize("price", PRICES)
def test_what_is_divided_by_no_movement_is_missing_and_not_0(name, output, price):
    found = at_rest(name, price, output)
    assert len(found) > 100
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("name", "output"), [("rsi", None), ("stoch_rsi", "k"), ("adx", "adx"), ("adx", "plus_di")]
)
def test_what_never_moved_has_no_strength(name, output):
    frame = still(100.1).iloc[FLAT_FROM + 1 :]
    assert np.isnan(made(name, frame)[output or "value"]).all()


def test_the_rsi_of_what_never_moved_is_missing_and_not_zero():
    entry = indicators.get("rsi")

    def rsi(*values):
        return indicators.compute(entry, [np.array(values, dtype=float)], {"period": 2})

    assert np.isnan(rsi(5, 5, 5, 5)).all()
    assert rsi(5, 5, 5, 4)[3] == 0
    assert rsi(5, 5, 5, 6)[3] == 100


def test_the_rsi_stays_where_it_was_while_nothing_moves_and_ends_before_it_is_noise():
    values = np.concatenate([[10, 12, 11], np.full(3000, 11.0)])
    found = indicators.compute(indicators.get("rsi"), [values], {"period": 2})
    known = found[~np.isnan(found)]
    assert len(known) > 900
    np.testing.assert_allclose(known, known[0], rtol=1e-12)


def test_the_adx_of_bars_that_begin_to_move_begins_with_the_movement():
    moving = made("adx", still(100.1).iloc[:FLAT_FROM])["adx"]
    frame = pd.concat([still(50.0).iloc[FLAT_FROM:], still(100.1).iloc[:FLAT_FROM]])
    found = made("adx", frame)["adx"]
    assert np.isnan(found[:313]).all()
    assert np.isfinite(found[313:]).all()
    np.testing.assert_allclose(found[-10:], moving[-10:], rtol=1e-3)


def test_bars_that_did_not_trade_have_no_weight():
    frame = still(100.0).iloc[:100].copy()
    frame.iloc[30:60, 4] = 0.0
    for name in ("vwma", "vwap_rolling", "cmf", "mfi"):
        found = made(name, frame, period=10)["value"]
        assert np.isfinite(found[20:39]).all(), name
        assert np.isnan(found[39:60]).all(), name
        assert np.isfinite(found[60:]).all(), name


def test_typical_prices_that_differ_only_by_rounding_did_not_move():
    table = np.array([[1.0, 0.9, 0.92], [1.0, 0.91, 0.91]] * 30)
    high, low, close = (column.copy() for column in table.T)
    assert len(set((high + low + close).tolist())) == 2  # they do differ, in the last digit
    traded = np.full(60, 5.0)
    for name, inputs in (("cci", [high, low, close]), ("mfi", [high, low, close, traded])):
        entry = indicators.get(name)
        assert np.isnan(indicators.compute(entry, inputs, entry.defaults)).all()


def test_a_quotient_by_0_is_missing():
    volume = [np.array([5.0, 0, 3, 0, 0, 2])]
    found = indicators.compute(indicators.get("roc"), volume, {"period": 1})
    np.testing.assert_array_equal(found, [np.nan, -100, np.nan, -100, np.nan, np.nan])
    entry = indicators.get("realised_volatility")
    assert np.isnan(indicators.compute(entry, volume, {"period": 2, "bars_per_year": 252})).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_infinite(name):
    frame = still(1.0)
    frame.iloc[::7, 4] = 0.0
    entry = indicators.get(name)
    inputs = columns(name, frame)
    if entry.source:
        inputs[0] = frame["volume"].to_numpy().copy()  # 0 now and then
    for values in indicators.compute_all(entry, inputs, entry.defaults).values():
        assert not np.isinf(values).any()
