"""The verb that computes an indicator outside any rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.strategies import close, crosses_above, number, signals, sma
from tests.helpers import make_bars


def test_an_indicator_is_what_rules_see(lab):
    bars = make_bars(200)
    values = lab.strategies.indicator(bars, "sma", 30)["value"]
    np.testing.assert_allclose(values, bars["close"].rolling(30).mean())
    rule = bz.strategy("S", enter=crosses_above(close, sma(30)), leave=close < number(0))
    above = (bars["close"] > values) & (bars["close"].shift() <= values.shift())
    pd.testing.assert_series_equal(
        signals(rule, bars)["long_entry"], above, check_names=False, check_freq=False
    )


def test_numbers_go_in_the_order_of_the_catalogue_and_the_rest_keep_their_defaults(lab):
    bars = make_bars(100)
    given = lab.strategies.indicator(bars, "bollinger", 20, 1)
    assert list(given) == ["upper", "middle", "lower"] or "upper" in given
    half = given["upper"] - given["middle"]
    double = lab.strategies.indicator(bars, "bollinger", 20, 2)
    np.testing.assert_allclose(2 * half, double["upper"] - double["middle"])
    default = lab.strategies.indicator(bars, "rsi")
    pd.testing.assert_frame_equal(default, lab.strategies.indicator(bars, "rsi", 14))


def test_the_source_may_be_chosen(lab):
    bars = make_bars(100)
    of_volume = lab.strategies.indicator(bars, "sma", 5, source="volume")["value"]
    np.testing.assert_allclose(of_volume, bars["volume"].rolling(5).mean())


def test_a_missing_bar_has_no_value_and_the_others_are_computed_without_it(lab):
    bars = make_bars(50)
    bars.iloc[20] = np.nan
    values = lab.strategies.indicator(bars, "sma", 5)["value"]
    assert np.isnan(values.iloc[20])
    assert values.iloc[22] == pytest.approx(bars["close"].dropna().iloc[17:22].mean())


def test_what_reads_the_time_has_it(lab):
    hours = lab.strategies.indicator(make_bars(30, timeframe="1h"), "hour")["value"]
    assert hours.tolist() == [float(one % 24) for one in range(30)]


def test_the_bars_stay_as_they_were(lab):
    bars = make_bars(60)
    before = bars.copy()
    for name in ("sma", "supertrend", "obv"):
        lab.strategies.indicator(bars, name)
    pd.testing.assert_frame_equal(bars, before)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (("smaa",), UnknownName, "Did you mean 'sma'"),
        (("sma", 0), DataError, "period=0 does not suit sma. It takes period: int from 1"),
        (("sma", 2.5), DataError, "period=2.5"),
        (("sma", 5, 6), DataError, "sma was given 2 numbers, 5, 6. It takes period"),
        (("obv", 5), DataError, "It takes none"),
        (("correlation",), DataError, "another symbol"),
    ],
)
def test_what_cannot_be_computed_is_told_with_the_way_out(lab, asked, error, said):
    with pytest.raises(error, match=said):
        lab.strategies.indicator(make_bars(50), *asked)


def test_a_source_that_cannot_be_chosen_is_refused(lab):
    with pytest.raises(DataError, match="what it reads is fixed"):
        lab.strategies.indicator(make_bars(50), "obv", source="open")
    with pytest.raises(DataError, match="open, high, low, close, volume"):
        lab.strategies.indicator(make_bars(50), "sma", source="price")
