"""Bars out of order: swapped, exchanged, repeated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.helpers import make_bars

SWAPPED = {"open": "close", "close": "open"}


@pytest.fixture
def coin(quiet):
    """Daily bars that open where the day before closed."""
    return quiet(400, calendar="24/7")


def swapped(bars, first, last):
    changed = bars.copy()
    part = bars.iloc[first:last].rename(columns=SWAPPED)
    changed.iloc[first:last] = part[bars.columns].to_numpy()
    return changed


def exchanged(bars, at):
    changed = bars.copy()
    changed.iloc[[at, at + 1]] = bars.iloc[[at + 1, at]].to_numpy()
    return changed


def copied(bars, source, target, length):
    changed = bars.copy()
    changed.iloc[target : target + length] = bars.iloc[source : source + length].to_numpy()
    return changed


def large(bars, at):
    """Return bars of which one rises three per cent, so that its ends lie far apart."""
    prices = ["open", "high", "low", "close"]
    changed = bars.copy()
    rise = 1.03 * changed["open"].iloc[at] / changed["close"].iloc[at]
    changed.iloc[at + 1 :, :4] = changed.iloc[at + 1 :][prices] * rise
    changed.iloc[at, 3] *= rise
    changed["high"] = changed[prices].max(axis=1)
    changed["low"] = changed[prices].min(axis=1)
    return changed


def day(bars, at):
    return f"{bars.index[at]:%Y-%m-%d}"


def test_all_opens_and_closes_swapped_are_one_finding(coin, found):
    assert found(swapped(coin, 0, 400), calendar="24/7") == [
        ("swapped", "warning", day(coin, 0), day(coin, 399), 400)
    ]


def test_two_hundred_days_swapped_are_found_about_where_they_are(coin, found, message):
    bars = swapped(coin, 100, 300)
    ((kind, severity, first, last, _),) = found(bars, calendar="24/7")
    assert (kind, severity) == ("swapped", "warning")
    days = bars.index.get_indexer(pd.to_datetime([first, last], utc=True))
    np.testing.assert_allclose(days, [100, 299], atol=8)
    assert "open and close are swapped" in message(bars, calendar="24/7")


@pytest.mark.parametrize("night", [0.3, 1.0])
def test_stocks_that_open_far_from_the_close_before_are_found_swapped_and_else_not(night, found):
    bars = stock(night)
    kinds = [row[0] for row in found(bars)]
    assert "swapped" not in kinds
    whole = [row for row in found(swapped(bars, 0, len(bars))) if row[0] == "swapped"]
    assert [row[4] for row in whole] == [len(bars)]


@pytest.mark.parametrize("night", [3.0, 10.0])
def test_nights_that_move_more_than_days_are_not_taken_for_swapped(night, found):
    assert "swapped" not in [row[0] for row in found(stock(night))]


def stock(night):
    """Return bars whose nights move so many times as much as their days, in variance."""
    from bitstockerz_lab.market.calendars import Calendar

    stamps = Calendar("XNYS").expected("1d", "2012-01-03", "2019-12-31")[:1500]
    random = np.random.default_rng(3)
    days = random.normal(0, 0.01, 1500)
    close = np.cumsum(days + random.normal(0, 0.01 * night**0.5, 1500))
    opened, close = 100 * np.exp(close - days), 100 * np.exp(close)
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * 1.002,
            "low": np.minimum(opened, close) * 0.998,
            "close": close,
            "volume": np.floor(random.uniform(0.8e6, 1.2e6, 1500)),
        },
        index=stamps,
    )


def test_one_day_swapped_is_found_where_the_day_moved_far(coin, found, message):
    bars = large(coin, 200)
    assert found(bars, calendar="24/7") == []
    wrong = swapped(bars, 200, 201)
    assert found(wrong, calendar="24/7") == [
        ("swapped", "warning", day(bars, 200), day(bars, 200), 1)
    ]
    assert "if its open and close were swapped" in message(wrong, calendar="24/7")


def test_two_neighbours_exchanged_are_found(coin, found, message):
    bars = large(coin, 200)
    wrong = exchanged(bars, 200)
    assert found(wrong, calendar="24/7") == [
        ("swapped", "warning", day(bars, 200), day(bars, 201), 2)
    ]
    assert "if these two changed places" in message(wrong, calendar="24/7")


def test_a_gap_beside_it_leaves_a_bar_alone(coin, found):
    wrong = swapped(large(coin, 200), 200, 201)
    for gone in (199, 201):
        kinds = [row[0] for row in found(wrong.drop(wrong.index[gone]), calendar="24/7")]
        assert kinds == ["gap"]


@pytest.mark.parametrize(("length", "is_found"), [(2, False), (3, True), (20, True)])
def test_days_that_come_a_second_time_are_repeated(quiet, found, length, is_found):
    bars = copied(quiet(), 100, 150, length)
    told = [row for row in found(bars) if row[0] == "repeated"]
    expected = ("repeated", "warning", day(bars, 150), day(bars, 149 + length), length)
    assert told == [expected] * is_found


@pytest.mark.parametrize(("length", "is_found"), [(5, False), (6, True), (24, True)])
def test_hours_that_come_a_second_time_are_repeated(quiet, found, length, is_found):
    bars = quiet(600, timeframe="1h", calendar="24/7")
    rows = found(copied(bars, 276, 300, length), timeframe="1h", calendar="24/7")
    assert [row[4] for row in rows if row[0] == "repeated"] == [length] * is_found


def test_the_same_prices_with_another_volume_are_no_copy(quiet, found):
    bars = copied(quiet(), 100, 150, 5)
    bars.iloc[152, 4] += 1
    assert "repeated" not in [row[0] for row in found(bars)]


def test_a_price_that_stands_still_is_frozen_and_not_repeated(quiet, found):
    bars = quiet()
    bars.iloc[100:110] = bars.iloc[100].to_numpy()
    assert {row[0] for row in found(bars)} == {"frozen"}


def test_random_bars_are_in_order(found):
    for seed in range(5):
        rows = found(make_bars(1000, seed=seed), calendar="24/7")
        assert not {"swapped", "repeated"} & {row[0] for row in rows}
