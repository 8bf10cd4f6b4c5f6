"""Volumes that change their unit."""

from __future__ import annotations

import numpy as np
import pytest

DAY = "2019-08-07"


def since(bars, factor, day=DAY):
    return bars.assign(volume=bars["volume"].where(bars.index < day, bars["volume"] * factor))


@pytest.mark.parametrize("factor", [10, 100, 1000, 0.1, 0.01])
def test_a_volume_times_a_power_of_ten_from_a_day_on_is_found_at_that_day(quiet, found, factor):
    assert found(since(quiet(), factor)) == [("volume_unit", "warning", DAY, DAY, 1)]


@pytest.mark.parametrize("factor", [2, 5, 30, 0.2])
def test_another_factor_is_no_unit(quiet, found, factor):
    assert found(since(quiet(), factor)) == []


def test_trading_that_only_grows_lively_is_no_unit(quiet, found):
    bars = quiet()
    grown = bars["volume"] * np.logspace(0, 2, len(bars))
    assert found(bars.assign(volume=grown)) == []


def test_a_month_in_another_unit_is_two_breaks(quiet, found):
    there_and_back = since(since(quiet(), 100), 0.01, "2019-11-07")
    assert [row[2] for row in found(there_and_back)] == [DAY, "2019-11-07"]


def test_a_single_busy_day_is_no_unit(quiet, found):
    bars = quiet()
    bars.loc[DAY, "volume"] *= 100
    assert found(bars) == []


def test_the_sentence_says_from_what_to_what(quiet, message):
    assert "from this bar on, near a power of ten" in message(since(quiet(), 100))
