"""What simulate takes, and what it refuses, beside the rules the corner cases cover."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import strategies
from bitstockerz_lab.errors import BadBars, DataError, DefinitionError
from bitstockerz_lab.strategies import close, sma
from tests.helpers import make_bars, typed_bars

PRICES = {"open": "first", "high": "max", "low": "min", "close": "last"}


def signals_of(bars):
    above = bars["close"] > bars["close"].rolling(5).mean()
    return above, ~above


def test_bars_made_of_others_are_measured_by_their_own_steps():
    days = make_bars(700)
    days.attrs = {"timeframe": "1d", "asset_type": "EQUITY"}
    weeks = days.resample("W-FRI").agg(PRICES)
    assert weeks.attrs == days.attrs  # pandas keeps what is no longer true
    kept = bz.simulate(weeks, *signals_of(weeks))
    weeks.attrs = {}
    assert kept.metrics == bz.simulate(weeks, *signals_of(weeks)).metrics


def test_a_labs_bars_say_what_they_are():
    bars = make_bars(100)
    bars.attrs = {"asset_type": "CRYPTO"}
    coin = bz.simulate(bars, *signals_of(bars)).metrics
    assert coin == bz.simulate(bars, *signals_of(bars), asset_type="CRYPTO").metrics
    stock = bz.simulate(bars, *signals_of(bars), asset_type="EQUITY").metrics
    assert coin.sharpe_ratio == pytest.approx(stock.sharpe_ratio * np.sqrt(365 / 252))


def test_more_than_all_is_all():
    bars = make_bars(100)
    more = bz.simulate(bars, *signals_of(bars), sizing=("percent_of_equity", 250))
    all_in = bz.simulate(bars, *signals_of(bars))
    assert more.equity.to_numpy() == pytest.approx(all_in.equity.to_numpy())


def test_a_steady_market_gives_no_beta():
    bars = make_bars(60)
    bars["close"] = 100 * 1.01 ** np.arange(1, 61)
    bars["open"] = bars["close"] / 1.01
    bars["high"], bars["low"] = bars["close"], bars["open"]
    metrics = bz.simulate(bars, np.ones(60, bool), np.zeros(60, bool)).metrics
    assert metrics.beta is None
    assert metrics.alpha is None


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda bars: bars.drop(columns="low"), BadBars, "low is not there"),
        (lambda bars: bars.iloc[::-1], BadBars, "ascend"),
        (lambda bars: bars.iloc[:0], BadBars, "no bars"),
        (lambda bars: bars.reset_index(drop=True), BadBars, "DatetimeIndex"),
        (lambda bars: bars.assign(high=bars["low"] * 0.9), BadBars, "between low and high"),
    ],
)
def test_what_is_no_bars_frame_is_refused(change, error, says):
    bars = change(make_bars(10))
    with pytest.raises(error, match=says):
        bz.simulate(bars, np.ones(len(bars), bool), np.zeros(len(bars), bool))


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        (np.ones(9, bool), "9 values for 10 bars"),
        (np.ones(10), "must be boolean"),
        (make_bars(10, start="2021-01-01")["close"] > 0, "another index"),
    ],
)
def test_signals_that_do_not_fit_the_bars_are_refused(signal, says):
    with pytest.raises(DataError, match=says):
        bz.simulate(make_bars(10), signal, np.zeros(10, bool))


@pytest.mark.parametrize(
    "terms",
    [
        {"fee_bps": -1},
        {"fee_bps": 10_000},
        {"slippage_bps": float("nan")},
        {"initial_equity": 0},
        {"lot_size": "one"},
        {"max_bars": 2.5},
        {"sizing": ("percent_of_equity", 0)},
        {"sizing": "all"},
        {"stop_loss_pct": -3},
        {"take_profit_pct": 0},
        {"sizing": ("risk_percent", 1)},
    ],
)
def test_terms_that_make_no_sense_are_refused(terms):
    with pytest.raises(DefinitionError):
        bz.simulate(make_bars(10), np.ones(10, bool), np.zeros(10, bool), **terms)


PAIRS = "must be pairs of (profit_pct, close_pct); got "
DAYS = make_bars(10).index
RISING = pd.Series(np.arange(3.0, 13.0), index=DAYS)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (
            {"targets": [(10, 50), (5, 50)]},
            "nearest first, each further away; they are 10, 5.",
        ),
        ({"targets": [(5, 50), (5, 50)]}, "they are 5, 5."),
        (
            {"targets": [(RISING + 7, 50), (10, 50)]},
            f"at {DAYS[0]}, where an entry was decided, they are 10, 10.",
        ),
        ({"targets": [(5, 60), (10, 50)]}, "targets close 110 % of a position; 100 is all of it."),
        ({"targets": [(5, 100)], "take_profit_pct": 5}, "both given. take_profit_pct=10 is the"),
        ({"targets": [], "take_profit_pct": 5}, "both given"),
        ({"targets": [(0, 50)]}, "profit_pct of a target must be a finite number above 0; got 0."),
        ({"targets": [(5, 0)]}, "close_pct of a target must be a finite number above 0; got 0."),
        ({"targets": [(-5, 50)]}, "profit_pct of a target must be a finite number above 0; got -5"),
        ({"targets": [(5, np.nan)]}, "close_pct of a target must be a finite number above 0"),
        ({"targets": [("5", 50)]}, "profit_pct of a target must be a number; got '5'."),
        ({"targets": [(5, "half")]}, "close_pct of a target must be a number; got 'half'."),
        ({"targets": [(5, RISING)]}, "close_pct of a target must be a number; got "),
        ({"targets": [(["a"] * 10, 50)]}, "must be a number, or a number for each bar; got ['a', "),
        ({"targets": [(RISING - 3, 50)]}, "profit_pct of a target must be above 0 percent wherev"),
        ({"targets": "half"}, f"{PAIRS}'half'. Half at 5 %"),
        ({"targets": (5, 50)}, f"{PAIRS}(5, 50)."),
        ({"targets": [(5, 50, 1)]}, f"{PAIRS}[(5, 50, 1)]."),
        ({"break_even_pct": 0}, "break_even_pct must be a finite number above 0; got 0."),
        ({"break_even_pct": "5"}, "break_even_pct must be a number; got '5'."),
        ({"break_even_pct": RISING - 3}, "break_even_pct must be above 0 percent wherever"),
        ({"cooldown_bars": 0}, "cooldown_bars must be a whole number from 1; got 0."),
        ({"cooldown_bars": -1}, "cooldown_bars must be a whole number from 1; got -1."),
        ({"max_trades_per_day": 1.5}, "max_trades_per_day must be a whole number from 1; got 1.5"),
        ({"max_trades_per_day": "two"}, "max_trades_per_day must be a number; got 'two'."),
        ({"sizing": ("risk_percent", 1), "break_even_pct": 5}, "needs stop_loss_pct or trailing_"),
    ],
)
def test_ways_to_leave_that_make_no_sense_are_refused_in_a_sentence(terms, says):
    with pytest.raises(DefinitionError, match=re.escape(says)):
        bz.simulate(make_bars(10), np.ones(10, bool), np.zeros(10, bool), **terms)


@pytest.mark.parametrize("first", [0, 2])
def test_targets_may_cross_where_no_entry_is_filled(first):
    bars = make_bars(10)
    crossing = RISING.set_axis(bars.index)  # 10 at row 7, and above it later
    entries, exits = np.zeros(10, bool), np.zeros(10, bool)
    entries[first], exits[5], entries[9] = True, True, True
    free = bz.simulate(bars, entries, exits, targets=[(crossing, 50), (10, 50)])
    assert len(set(free.trades["position_no"])) == 1
    entries[8] = True
    with pytest.raises(DefinitionError, match=re.escape(f"at {bars.index[8]}, where")):
        bz.simulate(bars, entries, exits, targets=[(crossing, 50), (10, 50)])
    ordered = [(np.minimum(crossing, 9), 50), (10, 50)]
    assert bz.simulate(bars, entries, exits, targets=ordered).trades["position_no"].max() > 1


def test_targets_of_other_bars_are_refused():
    days = make_bars(10)
    late = RISING.set_axis(RISING.index + pd.Timedelta(days=1))
    with pytest.raises(DataError, match="profit_pct of a target has another index than the bars"):
        bz.simulate(days, np.ones(10, bool), np.zeros(10, bool), targets=[(late, 50)])


def test_targets_that_can_be_read_once_only_are_targets():
    bars = make_bars(60)
    pairs = [(1, 50), (2, 50)]
    once = bz.simulate(bars, *signals_of(bars), targets=zip((1, 2), (50, 50), strict=True)).trades
    assert (once["exit_reason"] == "take_profit").any()
    pd.testing.assert_frame_equal(once, bz.simulate(bars, *signals_of(bars), targets=pairs).trades)


def test_the_worst_and_the_best_price_of_a_trade():
    bars = typed_bars("""
    10 10 10 10
    10 12  9 11
    11 13 10 12
    12 20  5 12
    """)
    enter = np.array([1, 0, 0, 0], bool)
    leave = np.array([0, 0, 1, 0], bool)
    [trade] = bz.simulate(bars, enter, leave).trades.to_dict("records")
    assert trade["mae_pct"] == pytest.approx(-10)  # low 9 on the entry bar
    assert trade["mfe_pct"] == pytest.approx(30)  # high 13; of the exit bar only the fill counts


def test_the_longest_drawdown_lasts_until_the_peak_is_reached_again():
    bars = typed_bars("\n".join(f"{p} {p} {p} {p}" for p in (10, 10, 12, 11, 9, 12, 13, 12)))
    metrics = bz.simulate(bars, np.ones(8, bool), np.zeros(8, bool)).metrics
    assert metrics.longest_drawdown_days == 3  # from the end of the third bar to that of the sixth
    assert metrics.max_drawdown_pct == pytest.approx(25)


def test_flat_prices_are_neither_above_nor_below_their_average():
    bars = make_bars(120, seed=5)
    bars.iloc[60:, :4] = bars["close"].iloc[59]
    for condition in (close > sma(20), close < sma(20)):
        found = strategies.signals(bz.strategy("Flat", enter=condition, leave=close > 0), bars)
        assert not found["long_entry"].iloc[80:].any()


def test_settings_of_ta_lib_made_elsewhere_change_nothing():
    import talib

    bars = make_bars(200)
    rule = bz.strategy("RSI", enter=strategies.rsi(14) < 40, leave=strategies.rsi(14) > 60)
    plain = strategies.signals(rule, bars)
    talib.set_unstable_period("RSI", 100)
    try:
        assert strategies.signals(rule, bars).equals(plain)
    finally:
        talib.set_unstable_period("RSI", 0)
