"""A strategy told in plain English: golden texts."""

from __future__ import annotations

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import (
    atr,
    between,
    close,
    correlation,
    count,
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
    rsi,
    sma,
    stddev,
    summary,
    templates,
    volume,
)


def told(**keywords):
    return summary(bz.strategy("S", **keywords)).splitlines()


def test_the_golden_cross_in_english():
    assert summary(templates.get("golden-cross")) == (
        "Buy at the next open when the 50-bar SMA of close crosses above the 200-bar SMA of close; "
        "sell at the next open when the 50-bar SMA of close crosses below the 200-bar SMA of close."
        "\nParameters: fast = 50 (from 5 up to 100 in steps of 5), "
        "slow = 200 (from 50 up to 400 in steps of 10)."
    )


def test_the_rsi_reversal_in_english():
    assert summary(templates.get("rsi-reversal")) == (
        "Buy at the next open when the 14-bar RSI of close is below 30 and the close is above the "
        "200-bar SMA of close; sell at the next open when the 14-bar RSI of close is above 55.\n"
        "Stop loss 8 % from the entry price.\n"
        "Leave after 30 bars at the latest.\n"
        "Parameters: oversold = 30 (from 5 up to 45 in steps of 5), "
        "period = 14 (from 2 up to 30 in steps of 1), "
        "recovered = 55 (from 50 up to 80 in steps of 5), "
        "stop = 8 (from 1 up to 25 in steps of 1)."
    )


def test_the_ema_trend_in_english():
    assert summary(templates.get("ema-trend")) == (
        "Buy at the next open when the 20-bar EMA of close crosses above the 100-bar EMA of close; "
        "sell at the next open when the 20-bar EMA of close crosses below the 100-bar EMA of close."
        "\nSell short at the next open when the 20-bar EMA of close crosses below the 100-bar EMA "
        "of close; buy back at the next open when the 20-bar EMA of close crosses above the "
        "100-bar EMA of close.\n"
        "An opposite entry closes the position and reverses it.\n"
        "Trailing stop 15 % from the best price since the entry.\n"
        "Parameters: fast = 20 (from 5 up to 60 in steps of 5), "
        "slow = 100 (from 40 up to 250 in steps of 10), trail = 15 (from 2 up to 40 in steps of 1)."
    )


def test_groups_are_told_with_brackets_where_they_are_nested():
    condition = ((close > sma(50)) & (rsi(2) < 10) & ~(volume >= 1e6)) | between(ema(3), 5, atr(7))
    assert told(enter=condition) == [
        (
            "Buy at the next open when (the close is above the 50-bar SMA of close, "
            "the 2-bar RSI of close is below 10, and not (the volume is at or above 1,000,000)) "
            "or the 3-bar EMA of close is between 5 and the 7-bar ATR."
        ),
        "Hold until the end of the data.",
    ]


def test_earlier_bars_and_extremes_are_told():
    condition = (close > highest(20).bars_ago(1)) & (close.bars_ago(3) <= lowest(5, close))
    assert told(enter=condition, leave=crosses_below(close, high.bars_ago(2)))[0] == (
        "Buy at the next open when the close is above the highest high of the last 20 bars 1 bar "
        "earlier and the close 3 bars earlier is at or below the lowest close of the last 5 bars; "
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
            "Buy at the next open when the close is above the 20-bar SMA of close; "
            "sell at the next open when the close is below 1."
        ),
        "Parameters: n = 20.",
    ]


def test_arithmetic_and_indicators_of_indicators_are_told():
    condition = (close / sma(50) - 1 < -0.05) & (ema(9, rsi(14)) > stddev(20, close / open_) * 2)
    assert told(enter=condition, leave=abs(close - open_) > 3 * atr(14))[0] == (
        "Buy at the next open when (the close / the 50-bar SMA of close) − 1 is below -0.05 and "
        "the 9-bar EMA of 14-bar RSI of close is above the 20-bar standard deviation of "
        "(the close / the open) × 2; sell at the next open when |the close − the open| is above "
        "3 × the 14-bar ATR."
    )


def test_conditions_over_several_bars_and_counts_are_told():
    up = close > open_
    condition = up.for_bars(3) & (up & (volume > 5)).within(5) & (count(up, 10) >= 7)
    assert told(enter=condition)[0] == (
        "Buy at the next open when for 3 bars running the close is above the open, at one of the "
        "last 5 bars (the close is above the open and the volume is above 5), and the number of "
        "the last 10 bars at which the close is above the open is at or above 7."
    )


def test_other_symbols_and_timeframes_are_told():
    condition = (close.of("SPY") > sma(200).of("SPY")) & (
        close.on("1w") > highest(10).on("1w").bars_ago(1)
    )
    leave = crosses_below(close.of("SPY").on("1w").bars_ago(2), minimum(open_, close, low))
    assert told(enter=condition, leave=leave)[0] == (
        "Buy at the next open when SPY's close is above SPY's 200-bar SMA of close and the weekly "
        "close is above the weekly highest high of the last 10 bars 1 week earlier; sell at the "
        "next open when SPY's weekly close 2 weeks earlier crosses below the smallest of the "
        "open, the close, and the low."
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
            "Stop loss (2 × (100 × the 14-bar ATR / the close)) % from the entry price, as it "
            "stands when the entry is decided."
        ),
        "After a gain of 5 % the stop moves to the entry price.",
        (
            "Close 25 % of the position at a gain of 5 % and 50 % of the position at a gain of "
            "(the larger of (100 × the 14-bar ATR / the close) and 6) %, as it stands when the "
            "entry is decided."
        ),
        "After a loss no entry is decided for 1 bar.",
        "Enter 2 times a day (UTC) at most.",
        "Each entry risks 1 % of equity down to its stop.",
        "Parameters: even = 5, share = 50.",
    ]


def test_time_and_the_correlation_of_two_symbols_are_told():
    condition = (hour >= 14) & (correlation(20, other=close.of("SPY")) < 0.5)
    assert told(enter=condition & (macd().signal > 0), leave=month > 11)[0] == (
        "Buy at the next open when the hour of the day (UTC) is at or above 14, the 20-bar "
        "correlation of close with the other's: SPY's close is below 0.5, and the signal of "
        "the MACD(12, 26, 9) of close is above 0; sell at the next open when the month is above 11."
    )
