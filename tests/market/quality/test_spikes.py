"""Prices that are off for a moment."""

from __future__ import annotations

import pytest

DAY, NEXT = "2019-08-07", "2019-08-08"


def off(bars, column, factor, day=DAY, volume=1.0):
    """Return bars with one price off, its high and low stretched to it."""
    changed = bars.copy()
    changed.loc[day, column] *= factor
    changed.loc[day, "volume"] *= volume
    changed["high"] = changed[["open", "high", "low", "close"]].max(axis=1)
    changed["low"] = changed[["open", "high", "low", "close"]].min(axis=1)
    return changed


@pytest.mark.parametrize("factor", [0.8, 1.3])
def test_a_close_that_comes_back_is_a_spike_and_its_way_back_is_not_told(quiet, found, factor):
    assert [row for row in found(off(quiet(), "close", factor)) if row[0] != "wick"] == [
        ("spike", "error", DAY, DAY, 1)
    ]


def test_a_close_at_half_that_comes_back_is_a_spike_and_no_split(quiet, found):
    assert "split" not in [kind for kind, *_ in found(off(quiet(), "close", 0.5))]


def test_a_spike_with_the_volume_of_a_real_move_is_none(quiet, found):
    assert "spike" in [kind for kind, *_ in found(off(quiet(), "close", 0.93))]
    assert "spike" not in [kind for kind, *_ in found(off(quiet(), "close", 0.93, volume=5))]


def test_an_open_outside_both_closes_is_a_spike(quiet, found, message):
    bars = off(quiet(), "open", 1.5)
    assert found(bars) == [("spike", "error", DAY, DAY, 1)]
    assert (
        "above both the close before and its own close; entries fill on it. Correct it"
        in message(bars)
    )


def test_an_open_that_gaps_to_where_the_day_ends_is_none(quiet, found):
    bars = quiet()
    assert found(off(bars, "open", 1.02)) == []


def test_a_low_far_below_open_and_close_is_a_wick(quiet, found, message):
    bars = quiet()
    near = bars.copy()
    near.loc[DAY, "low"] = float(bars.loc[DAY, ["open", "close"]].to_numpy().min()) * 0.95
    assert found(near) == []
    bars.loc[DAY, "low"] *= 0.88
    assert found(bars) == [("wick", "warning", DAY, DAY, 1)]
    assert message(bars).endswith(
        "% below open and close; stops fill on it. Correct it with lab.market.correct(...)."
    )


@pytest.mark.parametrize(("column", "factor"), [("low", 0.3), ("high", 3.0)])
def test_a_wick_to_half_or_twice_the_price_is_an_error_whatever_the_volume(
    quiet, found, column, factor
):
    bars = quiet()
    bars.loc[DAY, column] *= factor
    bars.loc[DAY, "volume"] *= 9
    assert found(bars) == [("wick", "error", DAY, DAY, 1)]


def test_a_wick_with_the_volume_of_a_flash_crash_is_none(quiet, found):
    bars = quiet()
    bars.loc[DAY, "low"] *= 0.88
    bars.loc[DAY, "volume"] *= 5
    assert found(bars) == []
