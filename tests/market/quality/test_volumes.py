"""Volumes that change their unit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.market.quality.conftest import scaled

DAY = "2019-08-07"


def since(bars, factor, day=DAY):
    return bars.assign(volume=bars["volume"].where(bars.index < day, bars["volume"] * factor))


@pytest.mark.parametrize("factor", [10, 30, 50, 300, 500, 1000, 3456, 5000, 0.1, 1 / 30, 0.01])
def test_a_volume_times_a_large_factor_from_a_day_on_is_found_at_that_day(quiet, found, factor):
    assert found(since(quiet(), factor)) == [("volume_unit", "warning", DAY, DAY, 1)]


@pytest.mark.parametrize("factor", [2, 5, 6, 0.2])
def test_a_smaller_factor_is_no_unit(quiet, found, factor):
    assert found(since(quiet(), factor)) == []


def test_trading_that_only_grows_lively_is_no_unit(quiet, found):
    bars = quiet()
    grown = bars["volume"] * np.logspace(0, 2, len(bars))
    assert found(bars.assign(volume=grown)) == []


def test_a_month_in_another_unit_is_two_breaks(quiet, found):
    there_and_back = since(since(quiet(), 100), 0.01, "2019-11-07")
    assert [row[2] for row in found(there_and_back)] == [DAY, "2019-11-07"]


@pytest.mark.parametrize("length", [1, 2, 5, 20])
@pytest.mark.parametrize("first", [0, 100, None])
def test_a_few_days_in_another_unit_are_one_block(quiet, found, length, first):
    bars = quiet()
    first = len(bars) - length if first is None else first + 1
    bars.iloc[first : first + length, 4] *= 100
    days = bars.index[[first, first + length - 1]].strftime("%Y-%m-%d")
    assert found(bars) == [("volume_unit", "warning", *days, length)]


def test_a_busy_day_is_no_unit_and_neither_is_one_that_moves(quiet, found):
    bars = quiet()
    bars.loc[DAY, "volume"] *= 35
    assert found(bars) == []
    bars.loc[DAY, "volume"] *= 10
    assert found(bars) == [("volume_unit", "warning", DAY, DAY, 1)]
    assert found(scaled(bars, DAY, 1.05)) == []


def test_a_month_and_a_step_are_not_told_a_second_time_as_blocks(quiet, found):
    for length in (30, 45, 70):
        bars = quiet()
        bars.iloc[100 : 100 + length, 4] *= 100
        assert [row[4] for row in found(bars)] == [1, 1]
    assert len(found(since(quiet(), 100))) == 1


def test_the_sentence_of_a_block_says_how_many_times_the_usual_volume_it_is(quiet, message):
    bars = quiet()
    bars.iloc[100, 4] = 64 * bars["volume"].iloc[40:161].median()
    assert message(bars).startswith("The volume is 64 × the usual one")


def test_the_sentence_says_from_what_to_what(quiet, message):
    assert "from this bar on, near a power of ten" in message(since(quiet(), 100))
    assert "power of ten" not in message(since(quiet(), 30))
