"""A run says when its rules were not settled as it began, and when costs eat its stops."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import close, ema, obv, sma
from tests.helpers import make_bars, sma_cross


@pytest.fixture
def stocked(lab):
    bars = make_bars(500)
    lab.market.load_frame(bars, symbol="ACME", timeframe="1d", asset_type="CRYPTO", currency="USD")
    lab.strategies.save(bz.strategy("EMA", enter=close > ema(50), leave=close < ema(50)))
    lab.strategies.save(sma_cross())
    return lab


def warnings(lab, strategy, **asked):
    return lab.backtests.run(strategy, "ACME", **asked).details.warnings


def test_a_start_before_the_rules_are_settled_is_told_with_both_ways_out(stocked):
    (told,) = warnings(stocked, "SMA cross", start="2020-01-11")
    assert told == (
        "The rules need 20 bars before their values no longer depend on where the data starts; "
        "only 10 lie before 2020-01-11. Load earlier bars, or start on 2020-01-21 or later."
    )
    assert warnings(stocked, "SMA cross", start="2020-01-21") == []


def test_a_start_without_any_earlier_bar_says_none(stocked):
    (told,) = warnings(stocked, "SMA cross", start="2019-01-01")
    assert "; none lie before 2020-01-01." in told


def test_rules_that_need_more_bars_than_there_are_can_only_load_more(stocked):
    (told,) = warnings(stocked, "EMA", start="2021-01-01")
    assert told.startswith("The rules need 625 bars")
    assert told.endswith("only 366 lie before 2021-01-01. Load earlier bars.")


def test_nothing_is_said_where_nobody_named_a_start(stocked):
    assert warnings(stocked, "EMA") == []
    assert warnings(stocked, "SMA cross", end="2020-12-31") == []


def test_a_running_total_has_its_own_sentence_whenever_the_run_starts(stocked):
    stocked.strategies.save(bz.strategy("OBV", enter=obv > sma(20, obv), leave=close < sma(5)))
    for asked in ({}, {"start": "2021-01-01"}):
        (told,) = warnings(stocked, "OBV", **asked)
        assert told == (
            "The level of the on-balance volume depends on the first bar of the data for ever; "
            "only its changes do not."
        )


def test_a_stop_inside_the_costs_is_told_whoever_set_it(stocked):
    (told,) = warnings(stocked, "SMA cross", stop_loss_pct=0.1, fee_bps=5, slippage_bps=1)
    assert told.startswith(
        "The stop loss of 0.1 % is less than what buying and selling costs, 0.12 %"
    )
    assert warnings(stocked, "SMA cross", stop_loss_pct=0.1) == []
