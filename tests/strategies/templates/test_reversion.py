"""Reversion templates on bars whose signals can be worked out by hand."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import levels, templates
from tests.helpers import typed_bars
from tests.strategies.templates.bars import closes, places, said

RISE = [100 + i / 2 for i in range(220)]  # up to 209.5, its 200-bar average about 50 below
FALL = [300 - i / 2 for i in range(220)]


def falling_by(step, bars, before=RISE):
    return [*before, *(before[-1] - step * i for i in range(1, bars + 1))]


def test_rsi_reversal_buys_the_fourth_bar_of_a_fall_in_a_rising_market():
    # Wilder: 0.5 × (13/14)^n gained against 4 lost each bar: RSI 62, 44, 33, 27
    found = said("rsi-reversal", closes(falling_by(4, 4)))
    assert places(found["long_entry"]) == [223]
    assert not found["long_exit"].iloc[221:].any()
    assert found["long_exit"].iloc[20:219].all()


def test_rsi_2_buys_the_third_bar_of_a_fall_and_sells_above_its_short_average():
    # gained 0.5 / 2^n against 2 lost each bar: RSI 20, 7.7, 3.4
    found = said("rsi-2", closes([*falling_by(2, 3), 210.0]))
    assert places(found["long_entry"]) == [222]
    assert places(found["long_exit"].iloc[220:]) == [3]


def test_double_seven_buys_the_lowest_close_of_seven_and_not_a_smaller_fall():
    deep, shallow = (closes([*RISE, RISE[-1] - fall]) for fall in (4, 2))
    assert places(said("double-seven", deep)["long_entry"]) == [220]
    assert places(said("double-seven", shallow)["long_entry"]) == []
    rises = said("double-seven", shallow)["long_exit"]
    assert places(rises) == list(range(6, 220))  # every bar of the rise is the highest of seven


@pytest.mark.parametrize("name", ["rsi-reversal", "rsi-2", "double-seven", "gap-fade"])
def test_nothing_is_bought_below_the_long_average(name):
    assert not said(name, closes(falling_by(4, 5, FALL)))["long_entry"].any()


def test_bollinger_reversion_buys_the_return_into_the_bands_and_not_the_fall_out_of_them():
    found = said("bollinger-reversion", closes([100.0, 101.0] * 15 + [90, 98, 99, 101]))
    assert places(found["long_entry"]) == [31]
    assert places(found["long_exit"].iloc[30:]) == [3]


def with_last_bar(bar):
    """A rise to 209.5 with an average true range of 1.5, and then one bar."""
    rows = [f"{before} {after + 0.5} {before - 0.5} {after}" for before, after in ROWS]
    return typed_bars("\n".join([*rows, bar]))


ROWS = list(zip([RISE[0], *RISE[:-1]], RISE, strict=True))


@pytest.mark.parametrize(
    ("bar", "is_bought"),
    [
        ("206 208 205 207", True),  # opens 3.5 below the close before, half the ATR is about 0.9
        ("206 210 205 207", False),  # traded at 209.5 again: the gap is closed
        ("209 209.2 208 208.5", False),  # a gap of 0.5 is smaller than half the ATR
        ("211 212 210.5 211.5", False),  # a gap up
    ],
)
def test_gap_fade_buys_after_a_gap_down_that_is_still_open(bar, is_bought):
    found = said("gap-fade", with_last_bar(bar))
    assert places(found["long_entry"]) == ([220] if is_bought else [])


def test_gap_fade_aims_at_the_close_before_the_gap_and_stops_two_ranges_away():
    bars = with_last_bar("206 208 205 207")
    found = levels(templates.get("gap-fade"), bars)
    assert found["take_profit_pct"][-1] == pytest.approx(100 * (209.5 - 207) / 207)
    average = (1.5 * 13 + 4.5) / 14  # the gap's true range is from 209.5 down to 205
    assert found["stop_loss_pct"][-1] == pytest.approx(2 * 100 * average / 207)


def test_gap_fade_takes_the_profit_where_the_gap_closes():
    bars = with_last_bar("206 208 205 207\n207 208 206 207.5\n208 211 207 210")
    definition = templates.get("gap-fade")
    found, exits = bz.strategies.decisions(definition, bars)
    entries, leaves = found["long_entry"], found["long_exit"]
    trades = bz.simulate(bars, long_entries=entries, long_exits=leaves, **exits).trades
    assert trades["exit_reason"].tolist() == ["take_profit"]
    assert trades["entry_price"].tolist() == [207.0]
    assert trades["exit_price"].iloc[0] == pytest.approx(209.5)  # it filled at the close decided at
