"""A strategy told in plain English: golden texts."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import (
    atr,
    between,
    close,
    correlation,
    count,
    crosses_above,
    crosses_below,
    ema,
    high,
    highest,
    hour,
    low,
    lowest,
    macd,
    maximum,
    minimum,
    month,
    open_,
    parameter,
    roc,
    rsi,
    sma,
    stddev,
    summary,
    volume,
)


def told(**keywords):
    return summary(bz.strategy("S", **keywords)).splitlines()


def test_groups_are_told_with_brackets_where_they_are_nested():
    condition = ((close > sma(50)) & (rsi(2) < 10) & ~(volume >= 1e6)) | between(ema(3), 5, atr(7))
    assert told(enter=condition) == [
        (
            "Buy at the next open when (the close is above the 50-bar SMA, the 2-bar RSI is below "
            "10, and the volume is not at or above 1,000,000) or the 3-bar EMA is between 5 and "
            "the 7-bar ATR."
        ),
        "Hold until the end of the data.",
    ]


def test_earlier_bars_and_extremes_are_told():
    condition = (close > highest(20).bars_ago(1)) & (close.bars_ago(3) <= lowest(5, close))
    assert told(enter=condition, leave=crosses_below(close, high.bars_ago(2)))[0] == (
        "Buy at the next open when the close is above the highest high of the 20 bars before "
        "and the close 3 bars earlier is at or below the lowest close of the last 5 bars; "
        "sell at the next open when the close crosses below the high 2 bars earlier."
    )


def test_a_short_with_every_exit_and_a_size_is_told():
    assert told(
        enter_short=close < 10,
        stop_loss_pct=2.5,
        take_profit_pct=5,
        trailing_stop_pct=8,
        max_bars=1,
        sizing=("fixed_cash", 10_000),
    ) == [
        "Sell short at the next open when the close is below 10.",
        "Stop loss 2.5 % from the entry price.",
        "Take profit 5 % from the entry price.",
        "Trailing stop 8 % from the best price since the entry.",
        "Leave after 1 bar at the latest.",
        "Each entry spends 10,000 of cash.",
    ]


def test_every_sizing_is_told():
    for sizing, sentence in {
        ("percent_of_equity", 50): "Each entry uses 50 % of equity.",
        ("fixed_quantity", 0.5): "Each entry trades 0.5 units.",
        ("risk_percent", 1): "Each entry risks 1 % of equity down to its stop.",
    }.items():
        assert sentence in told(enter=close > 1, stop_loss_pct=5, sizing=sizing)


def test_parameters_given_are_told_instead_of_the_defaults():
    definition = bz.strategy("S", enter=close > sma(parameter("n", 50)), leave=close < 1)
    assert summary(definition, {"n": 20}).splitlines() == [
        (
            "Buy at the next open when the close is above the 20-bar SMA; "
            "sell at the next open when the close is below 1."
        ),
        "Parameters: n = 20.",
    ]


def test_arithmetic_and_indicators_of_indicators_are_told():
    condition = (close / sma(50) - 1 < -0.05) & (ema(9, rsi(14)) > stddev(20, close / open_) * 2)
    assert told(enter=condition, leave=abs(close - open_) > 3 * atr(14))[0] == (
        "Buy at the next open when (the close / the 50-bar SMA) − 1 is below -0.05 and "
        "the 9-bar EMA of the 14-bar RSI is above the 20-bar standard deviation of "
        "(the close / the open) × 2; sell at the next open when |the close − the open| is above "
        "3 × the 14-bar ATR."
    )


def test_conditions_over_several_bars_and_counts_are_told():
    up = close > open_
    condition = up.for_bars(3) & (up & (volume > 5)).within(5) & (count(up, 10) >= 7)
    assert told(enter=condition)[0] == (
        "Buy at the next open when (the close is above the open for 3 bars running), (at least "
        "once in the last 5 bars (the close was above the open and the volume was above 5)), and "
        "the number of the last 10 bars at which the close is above the open is 7 or more."
    )


def test_other_symbols_and_timeframes_are_told():
    condition = (close.of("SPY") > sma(200).of("SPY")) & (
        close.on("1w") > highest(10).on("1w").bars_ago(1)
    )
    leave = crosses_below(close.of("SPY").on("1w").bars_ago(2), minimum(open_, close, low))
    assert told(enter=condition, leave=leave)[0] == (
        "Buy at the next open when SPY's close is above SPY's 200-bar SMA and the last weekly "
        "close is above the highest high of the 10 weeks before; sell at the next open when "
        "SPY's weekly close 2 weeks earlier crosses below the lowest of the open, the close, "
        "and the low."
    )


def test_moving_stops_and_targets_are_told():
    width = 100 * atr(14) / close
    assert told(
        enter=close > 1,
        stop_loss_pct=2 * width,
        break_even_pct=parameter("even", 5.0),
        targets=[(5, 25), (maximum(width, 6), parameter("share", 50))],
        max_trades_per_day=2,
        cooldown_bars=1,
        sizing=("risk_percent", 1),
    ) == [
        "Buy at the next open when the close is above 1.",
        (
            "Stop loss 2 × the 14-bar ATR (in % of the close) from the entry price, as it stands "
            "when the entry is decided."
        ),
        "After a gain of 5 % the stop moves to the entry price.",
        (
            "Close 25 % of the position at a gain of 5 % and 50 % of the position at a gain of "
            "(the higher of (100 × the 14-bar ATR / the close) and 6) %, as it stands when the "
            "entry is decided."
        ),
        "After a loss no entry is decided for 1 bar.",
        "Enter 2 times a day (UTC) at most.",
        "Each entry risks 1 % of equity down to its stop.",
        "Parameters: even = 5, share = 50.",
    ]


def test_longer_bars_are_counted_in_their_own_unit():
    condition = (roc(12).on("1mo") > 0) & (sma(20).on("4h") > close.on("4h").bars_ago(1))
    assert told(enter=condition & (macd().on("1d") > 0), leave=atr(14).on("1w") > 1)[0] == (
        "Buy at the next open when the 12-month rate of change (%) is above 0, the 4-hour 20-bar "
        "SMA is above the 4-hour close 1 bar earlier, and the daily MACD(12, 26, 9) line is above "
        "0; sell at the next open when the 14-week ATR is above 1."
    )


def test_what_is_at_the_end_of_its_own_window_is_told_as_its_extreme():
    strength = rsi(2)
    condition = (close <= lowest(7, close)) & (strength >= highest(20, strength))
    assert told(enter=condition, leave=close <= lowest(7))[0] == (
        "Buy at the next open when the close is the lowest close of the last 7 bars and the 2-bar "
        "RSI is the highest of the last 20 bars; sell at the next open when the close is at or "
        "below the lowest low of the last 7 bars."
    )


def test_what_has_happened_is_told_in_the_past_and_what_is_not_so_with_not():
    crossed = crosses_above(close, sma(50)).within(5)
    condition = crossed & ~crosses_below(close, open_) & ~between(close, 5, 6)
    assert told(enter=condition, leave=~((close > 1) & (close > 2)))[0] == (
        "Buy at the next open when (at least once in the last 5 bars the close crossed above the "
        "50-bar SMA), the close does not cross below the open, and the close is not between 5 and "
        "6; sell at the next open when not (the close is above 1 and the close is above 2)."
    )


def test_products_in_sums_need_no_brackets_and_sums_in_products_do():
    condition = (close > open_ + 2 * (high - low)) & (close < 3 * open_ - atr(14) / 2)
    assert told(enter=condition)[0] == (
        "Buy at the next open when the close is above the open + 2 × (the high − the low) and the "
        "close is below 3 × the open − (the 14-bar ATR / 2)."
    )


def test_a_gain_that_moves_the_stop_says_what_stands_as_it_was_decided():
    assert told(enter=close > 1, break_even_pct=200 * atr(14) / close)[1] == (
        "After a gain of 2 × the 14-bar ATR (in % of the close) the stop moves to the entry price, "
        "that gain as it stands when the entry is decided."
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (close > sma(5) + -1, "the close is above the 5-bar SMA − 1"),
        (close > sma(5) - -1, "the close is above the 5-bar SMA + 1"),
        (close > open_ * -1, "the close is above the open × -1"),
        (between(hour, 0, 0), "the hour of the day (UTC) is 0"),
        (~between(hour, 0, 0), "the hour of the day (UTC) is not 0"),
    ],
)
def test_numbers_are_told_as_a_person_says_them(rule, said):
    assert told(enter=rule)[0] == f"Buy at the next open when {said}."


def test_averages_of_several_lengths_are_told_in_one_list():
    condition = minimum(ema(3), ema(5), ema(8)) > maximum(sma(20), ema(30))
    assert told(enter=condition)[0] == (
        "Buy at the next open when the lowest of the 3-, 5-, and 8-bar EMAs is above the higher of "
        "the 20-bar SMA and the 30-bar EMA."
    )


def test_buying_at_any_price_is_told_so():
    assert told(enter=close > 0) == [
        "Buy at the next open, whatever the price.",
        "Hold until the end of the data.",
    ]
    assert told(enter=volume > 0)[0] == "Buy at the next open when the volume is above 0."


def test_a_distance_in_percent_of_another_price_than_the_close_is_told_as_it_is():
    assert told(enter=close > 1, stop_loss_pct=100 * (close - low) / open_)[1] == (
        "Stop loss (100 × (the close − the low) / the open) % from the entry price, as it stands "
        "when the entry is decided."
    )
    assert told(enter=close > 1, stop_loss_pct=50 * (close - low) / close)[1] == (
        "Stop loss 0.5 × (the close − the low) (in % of the close) from the entry price, as it "
        "stands when the entry is decided."
    )


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"min": 1, "max": 5}, "n = 3 (1 to 5)."),
        ({"min": 1, "step": 2}, "n = 3 (from 1 in steps of 2)."),
        ({"max": 5}, "n = 3 (up to 5)."),
        ({}, "n = 3."),
    ],
)
def test_the_range_of_a_parameter_is_told(bounds, said):
    condition = close > sma(parameter("n", 3, **bounds))
    assert told(enter=condition)[-1] == f"Parameters: {said}"


def test_time_and_the_correlation_of_two_symbols_are_told():
    condition = (hour >= 14) & (correlation(20, other=close.of("SPY")) < 0.5)
    assert told(enter=condition & (macd().signal > 0), leave=month > 11)[0] == (
        "Buy at the next open when the hour of the day (UTC) is 14 or more, the 20-bar "
        "correlation of close with SPY's close is below 0.5, and the MACD(12, 26, 9) signal line "
        "is above 0; sell at the next open when the month is above 11."
    )
