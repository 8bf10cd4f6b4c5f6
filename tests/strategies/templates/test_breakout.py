"""Breakout templates on bars whose signals can be worked out by hand."""

from __future__ import annotations

import pytest

from bitstockerz_lab.strategies import levels, templates
from tests.helpers import typed_bars
from tests.strategies.templates.bars import closes, places, said

FLAT = "100 101 99 100\n" * 60
WILD, CALM = [100.0, 104.0] * 30, [101.9, 102.1] * 15


def test_turtle_buys_above_the_twenty_bars_before_and_not_at_their_high():
    rows = FLAT + "100 101 99 101\n101 102 100 101.5\n101 101 95 98\n98 99 97 98.5"
    found = said("turtle", typed_bars(rows))
    assert places(found["long_entry"]) == [61]  # 101 is only as high as the highest high
    assert places(found["long_exit"]) == [62]  # 98 is below 99, the lowest low of ten
    assert places(found["short_entry"]) == [62]
    assert places(found["short_exit"]) == [61]


def test_turtle_puts_its_stop_two_true_ranges_away_and_risks_one_percent():
    definition = templates.get("turtle")
    found = levels(definition, typed_bars(FLAT))
    assert found["stop_loss_pct"][-1] == pytest.approx(2 * 2.0)  # an ATR of 2 on 100
    assert definition.exits()["sizing"] == ("risk_percent", 1)


def test_bollinger_breakout_needs_a_squeeze_first():
    after_calm, after_wild = closes([*WILD, *CALM, 104]), closes([*CALM, *WILD, *WILD, 115])
    found = said("bollinger-breakout", after_calm, {"quiet": 60})
    assert places(found["long_entry"]) == [90]
    assert places(said("bollinger-breakout", after_wild)["long_entry"]) == []
    upper_line_alone = said("keltner", after_wild)  # it did break out, above any band
    assert places(upper_line_alone["long_entry"]) == [150]


def test_bollinger_breakout_is_left_below_the_middle():
    left = said("bollinger-breakout", closes([*WILD, *CALM, 104, 105, 101]))["long_exit"]
    assert places(left.iloc[90:]) == [2]


@pytest.mark.parametrize(("close", "is_bought"), [(103, True), (102.5, False)])
def test_keltner_buys_above_two_ranges_and_not_within(close, is_bought):
    # 103: EMA 100.29 + 2 × ATR 1.3 = 102.88; 102.5: 100.24 + 2 × 1.25 = 102.74
    found = said("keltner", closes([100.0] * 60 + [close, 90]))
    assert places(found["long_entry"]) == ([60] if is_bought else [])
    assert places(found["long_exit"]) == [61]


@pytest.mark.parametrize(
    ("close", "side"),
    [(112, "long"), (111, None), (95, "short"), (97, None)],
)
def test_the_atr_channel_is_wider_above_than_below(close, side):
    # 112: 100.24 + 7 × 1.6 = 111.44; 111: 100.22 + 7 × 1.55 = 111.07
    # 95: 99.9 - 3 × 1.25 = 96.15; 97: 99.94 - 3 × 1.15 = 96.49
    found = said("atr-channel", closes([100.0] * 60 + [close]), {"period": 50})
    for one in ("long", "short"):
        assert places(found[f"{one}_entry"]) == ([60] if one == side else [])
    assert places(found["long_exit"]) == ([60] if close < 100 else [])
    assert places(found["short_exit"]) == ([60] if close > 100 else [])


@pytest.mark.parametrize(
    ("bar", "enters", "leaves"),
    [
        ("100 101.5 100 101.3", True, False),  # the range before is 2, six tenths of it 1.2
        ("100 101.5 100 101.1", False, False),
        ("100 100.5 98 98.7", False, True),
        ("103 104 102 104", False, False),  # a gap up is no run from the open
    ],
)
def test_volatility_breakout_measures_the_run_from_the_open(bar, enters, leaves):
    found = said("volatility-breakout", typed_bars("100 101 99 100\n" * 3 + bar))
    assert places(found["long_entry"]) == ([3] if enters else [])
    assert places(found["long_exit"]) == ([3] if leaves else [])
