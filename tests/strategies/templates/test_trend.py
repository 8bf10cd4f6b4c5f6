"""Trend templates on bars whose signals can be worked out by hand."""

from __future__ import annotations

import pytest

from tests.strategies.templates.bars import closes, places, said

JUMP_AND_FALL = [100.0] * 60 + [110, 110, 110, 40, 40]


def test_the_golden_cross_comes_with_the_jump_and_goes_with_the_fall():
    # row 63: fast (100 + 3 × 110 + 40) / 5 = 94, slow (46 × 100 + 3 × 110 + 40) / 50 = 99.4
    found = said("golden-cross", closes(JUMP_AND_FALL), {"fast": 5, "slow": 50})
    assert places(found["long_entry"]) == [60]
    assert places(found["long_exit"]) == [63]


def test_the_golden_cross_stays_out_while_the_fast_average_is_below():
    found = said("golden-cross", closes([200.0 - i for i in range(90)]), {"fast": 5, "slow": 50})
    assert not found.to_numpy().any()


def test_the_ema_trend_turns_from_long_to_short():
    found = said("ema-trend", closes(JUMP_AND_FALL), {"fast": 5, "slow": 40})
    assert places(found["long_entry"]) == places(found["short_exit"]) == [60]
    assert places(found["short_entry"]) == places(found["long_exit"]) == [63]


@pytest.mark.parametrize("confirm", [1, 3, 5])
def test_the_ribbon_waits_until_its_order_is_confirmed(confirm):
    rising = [100.0] * 70 + [100.0 + i for i in range(1, 21)]
    found = said("ema-ribbon", closes(rising), {"confirm": confirm})
    assert places(found["long_entry"]) == list(range(69 + confirm, 90))
    assert not found["long_exit"].any()


def test_the_ribbon_is_left_when_its_fast_side_falls_through():
    found = said("ema-ribbon", closes([100.0] * 70 + [101, 102, 103, 60, 60]))
    # the 15-bar EMA falls below the 30-bar one with the first bar at 60: 5.3 of 40 against 2.7
    assert places(found["long_entry"]) == [72]
    assert places(found["long_exit"]) == [73, 74]


def test_the_macd_line_crosses_its_signal_line_with_the_jump_and_back():
    # line 1.54 - 0.74 = 0.80 over signal 0.16, then -0.19 under 0.09
    found = said("macd", closes([100.0] * 60 + [110, 90, 90]))
    assert places(found["long_entry"]) == [60]
    assert places(found["long_exit"]) == [61]


def test_flat_prices_cross_nothing():
    for name in ("golden-cross", "ema-trend", "ema-ribbon", "macd"):
        assert not said(name, closes([100.0] * 300)).to_numpy().any(), name


def test_supertrend_turns_with_the_crash_and_with_the_leap_and_not_before():
    rising = [100.0 + i for i in range(40)]
    found = said("supertrend", closes([*rising, 110, 109, 160, 161]))
    assert places(found["long_exit"]) == [40]
    assert places(found["long_entry"]) == [42]


def test_adx_trend_is_long_in_a_steady_rise_and_out_in_a_steady_fall():
    rising = [100.0 + i for i in range(60)]
    falling = [160.0 - 3 * i for i in range(1, 31)]
    found = said("adx-trend", closes(rising + falling))
    assert places(found["long_entry"])[:33] == list(range(27, 60))  # the first ADX is row 27's
    assert not found["long_entry"].iloc[75:].any()
    assert not found["long_exit"].iloc[:60].any()
    assert found["long_exit"].iloc[70:].all()


def test_adx_trend_stays_out_of_a_range():
    assert not said("adx-trend", closes([100.0, 103, 100, 97] * 30))["long_entry"].any()
