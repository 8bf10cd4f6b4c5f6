"""Indicators: values worked out by hand, an independent library's columns, missing bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies import indicators

NAN = float("nan")


def column(name, *inputs, **told):
    entry = indicators.get(name)
    told = {setting.name: setting.default for setting in entry.settings} | told
    return indicators.compute(entry, [np.array(one, dtype=float) for one in inputs], told)


HANDMADE = [  # name, settings, inputs, values
    ("sma", {"period": 3}, [[2, 4, 6, 8, 13]], [NAN, NAN, 4, 6, 9]),
    # seeded with (2 + 4 + 6) / 3, then previous + 2/4 × (value − previous)
    ("ema", {"period": 3}, [[2, 4, 6, 8, 12]], [NAN, NAN, 4, 6, 9]),
    # changes +2 −1 +2 −3: averages 1 and .5, then 1.5 and .25, then .75 and 1.625
    (
        "rsi",
        {"period": 2},
        [[10, 12, 11, 13, 10]],
        [NAN, NAN, 100 / 1.5, 100 * 1.5 / 1.75, 100 * 0.75 / 2.375],
    ),
    ("highest", {"period": 2}, [[3, 1, 2, 5]], [NAN, 3, 2, 5]),
    ("lowest", {"period": 2}, [[3, 1, 2, 5]], [NAN, 1, 1, 2]),
    # true ranges -, 2, 3, 3: the gap up counts from the previous close
    (
        "atr",
        {"period": 2},
        [[11, 12, 14, 13], [9, 10, 12, 10], [10, 11, 13, 12]],
        [NAN, NAN, 2.5, 2.75],
    ),
]


@pytest.mark.parametrize(
    ("name", "told", "inputs", "expected"), HANDMADE, ids=[case[0] for case in HANDMADE]
)
def test_values_are_those_worked_out_by_hand(name, told, inputs, expected):
    np.testing.assert_allclose(column(name, *inputs, **told), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [(name, told, expected) for name, told, _, expected in HANDMADE],
    ids=[case[0] for case in HANDMADE],
)
def test_the_warm_up_is_the_number_of_bars_before_the_first_value(name, told, expected):
    assert indicators.get(name).warm_up(told) == np.isnan(expected).sum()


@pytest.mark.parametrize(
    ("name", "told", "inputs", "expected"), HANDMADE, ids=[case[0] for case in HANDMADE]
)
@pytest.mark.parametrize("gap", [0, 1, 3])
def test_a_missing_bar_is_nan_itself_and_changes_no_other_value(name, told, inputs, expected, gap):
    found = column(name, *[np.insert(np.array(one, float), gap, NAN) for one in inputs], **told)
    assert np.isnan(found[gap])
    np.testing.assert_allclose(np.delete(found, gap), expected, rtol=1e-12)


def test_the_rsi_of_what_never_moved_is_missing_and_not_zero():
    assert np.isnan(column("rsi", [5, 5, 5, 5], period=2)).all()
    assert column("rsi", [5, 5, 5, 4], period=2)[3] == 0
    assert column("rsi", [5, 5, 5, 6], period=2)[3] == 100


@pytest.mark.parametrize("name", sorted(indicators.CATALOGUE))
def test_too_few_bars_give_only_nan(name):
    inputs = indicators.get(name).inputs
    for n in (0, 1, 2):
        found = column(name, *[np.arange(1.0, n + 1)] * len(inputs), period=5)
        assert found.shape == (n,)
        assert np.isnan(found).all()


@pytest.mark.parametrize("name", sorted(indicators.CATALOGUE))
def test_only_missing_bars_give_only_nan(name):
    inputs = indicators.get(name).inputs
    assert np.isnan(column(name, *[np.full(9, NAN)] * len(inputs))).all()


@pytest.mark.parametrize("name", sorted(indicators.CATALOGUE))
def test_the_shortest_period_allowed_works(name):
    entry = indicators.get(name)
    shortest = entry.settings[0].minimum
    found = column(name, *[np.arange(1.0, 10)] * len(entry.inputs), period=shortest)
    assert np.isfinite(found[shortest:]).all()


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.one_of(st.floats(1, 1000), st.just(NAN)), max_size=40),
    period=st.integers(2, 6),
)
def test_the_averages_equal_their_definitions_over_the_bars_that_are_there(values, period):
    present = [value for value in values if value == value]  # noqa: PLR0124 - NaN is not itself
    sma = column("sma", values, period=period)
    ema = column("ema", values, period=period)
    plain_sma = [np.mean(present[max(i - period + 1, 0) : i + 1]) for i in range(len(present))]
    plain_ema = plain_sma[:period]
    for value in present[period:]:
        plain_ema.append(plain_ema[-1] + 2 / (period + 1) * (value - plain_ema[-1]))
    there = ~np.isnan(np.array(values, dtype=float))
    for found, plain in ((sma, plain_sma), (ema, plain_ema)):
        assert np.isnan(found[~there]).all()
        assert np.isnan(found[there][: period - 1]).all()
        np.testing.assert_allclose(found[there][period - 1 :], plain[period - 1 :], rtol=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "period", "of"),
    [("sma", 20, "sma"), ("ema", 20, "ema"), ("rsi", 14, "rsi"), ("atr", 14, "atr")],
)
def test_values_equal_an_independent_library(reference, name, period, of):
    quotes = pd.read_csv(reference / "indicators" / "quotes_default.csv")
    expected = pd.read_csv(reference / "indicators" / f"expected_{name}.csv")[of].to_numpy()
    inputs = ["close"] if name != "atr" else ["high", "low", "close"]
    found = column(name, *[quotes[one] for one in inputs], period=period)
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-9, atol=0)


@pytest.mark.reference
def test_highest_and_lowest_equal_an_independent_librarys_channel_of_the_bars_before(reference):
    quotes = pd.read_csv(reference / "indicators" / "quotes_default.csv")
    expected = pd.read_csv(reference / "indicators" / "expected_donchian.csv")
    top = column("highest", quotes["high"], period=20)[:-1]
    floor = column("lowest", quotes["low"], period=20)[:-1]
    np.testing.assert_array_equal(top, expected["upperBand"].to_numpy()[1:])
    np.testing.assert_array_equal(floor, expected["lowerBand"].to_numpy()[1:])


def test_the_catalogue_is_a_frame_that_says_everything():
    frame = indicators.catalogue()
    assert list(frame.index) == ["atr", "ema", "highest", "lowest", "rsi", "sma"]
    assert list(frame) == ["inputs", "parameters", "warm_up", "definition", "reference"]
    assert frame.loc["rsi"].tolist()[:3] == [
        "source (default close)",
        "period: int from 2 to 100000, default 14",
        14,
    ]
    assert frame.map(bool).all(axis=None)


def test_an_unknown_indicator_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"No indicator 'smaa'\. Did you mean 'sma'\?"):
        indicators.get("smaa")
