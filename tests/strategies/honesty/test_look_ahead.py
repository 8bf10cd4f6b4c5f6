"""Every way of peeking that notebooks know is caught, and nothing honest is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.strategies.honesty import futures, look_ahead
from bitstockerz_lab.strategies.honesty.look_ahead import look
from tests.helpers import make_bars


def frame(entry, leave=None):
    """Signals as a code strategy returns them."""
    leave = ~entry if leave is None else leave
    return pd.DataFrame({"long_entry": entry.fillna(False), "long_exit": leave.fillna(False)})


def tomorrow(bars):
    return frame(bars["close"].shift(-1) > bars["close"])


def centred_window(bars):
    return frame(bars["close"] > bars["close"].rolling(21, center=True).mean())


def normalised_by_the_whole_sample(bars):
    score = (bars["close"] - bars["close"].mean()) / bars["close"].std()
    return frame(score < -1, score > 0)


def weeks_labelled_by_their_start(bars):
    weekly = bars["close"].resample("W-MON", label="left", closed="left").last()
    return frame(bars["close"] < weekly.reindex(bars.index, method="ffill"))


def merged_with_the_next(bars):
    right = bars[["close"]].iloc[::7].rename(columns={"close": "next"})
    merged = pd.merge_asof(
        bars[["close"]], right, left_index=True, right_index=True, direction="forward"
    )
    return frame(merged["next"] > merged["close"])


def filled_backwards(bars):
    monthly = bars["close"].where(bars.index.day == 1).bfill()
    return frame(bars["close"] < monthly)


def ranked_over_all(bars):
    return frame(bars["close"].rank(pct=True) < 0.2)


PEEKS = [
    tomorrow,
    centred_window,
    normalised_by_the_whole_sample,
    weeks_labelled_by_their_start,
    merged_with_the_next,
    filled_backwards,
    ranked_over_all,
]


@pytest.mark.parametrize("rules", PEEKS, ids=lambda rules: rules.__name__)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_planted_peek_is_caught_and_named(rules, seed):
    peek = look_ahead(rules, make_bars(600, seed=seed))
    assert peek is not None
    assert peek.column in {"long_entry", "long_exit"}
    assert peek.timestamp <= peek.known_until
    assert "looks ahead" in str(peek)


def a_veto_of_tomorrows_fall(bars):
    price = bars["close"]
    average = price.rolling(20).mean()
    return frame((price > average) & ~(price.shift(-1) < price * 0.965), price < average)


def an_exit_before_a_fall(bars):
    price = bars["close"]
    average = price.rolling(5).mean()
    return frame(price > average, (price < average) | (price.shift(-1) < price * 0.97))


def a_veto_three_bars_ahead(bars):
    price = bars["close"]
    return frame((price.pct_change() < -0.01) & ~(price.shift(-3) < price * 0.97), price > 0)


def a_veto_that_fills_the_last_bar(bars):
    price = bars["close"]
    following = price.shift(-1).fillna(price)
    return frame((price > price.rolling(10).mean()) & (following >= price * 0.97), price > 0)


def a_quantile_of_the_whole_sample(bars):
    reach = (bars["high"] - bars["low"]) / bars["close"]
    calm = reach < reach.quantile(0.995)
    return frame((bars["close"] > bars["close"].rolling(10).mean()) & calm, reach > 0)


RARE = [
    a_veto_of_tomorrows_fall,
    an_exit_before_a_fall,
    a_veto_three_bars_ahead,
    a_veto_that_fills_the_last_bar,
    a_quantile_of_the_whole_sample,
]


@pytest.mark.parametrize("rules", RARE, ids=lambda rules: rules.__name__)
@pytest.mark.parametrize("seed", range(6))
def test_a_peek_that_matters_at_one_bar_of_thirty_is_caught(rules, seed):
    assert look_ahead(rules, make_bars(2000, seed=seed)) is not None


def test_a_peek_in_a_made_up_future_is_told_as_such():
    def rules(bars):
        return pd.DataFrame({"crash": bars["close"].shift(-1) < bars["close"] * 0.6})

    told = str(look_ahead(rules, make_bars(300)))
    assert " looks ahead: it is false with all bars and true if those after " in told
    assert " fall. A value may use its own bar" in told


@pytest.mark.parametrize("future", futures.KINDS)
def test_a_made_up_future_is_of_valid_bars_and_leaves_what_was(future):
    bars = make_bars(300)
    made = futures.after(bars, 250, future)
    pd.testing.assert_frame_equal(made.iloc[:250], bars.iloc[:250])
    assert (made.index == bars.index).all()
    assert (made["low"] <= made[["open", "close"]].min(axis=1)).all()
    assert (made["high"] >= made[["open", "close"]].max(axis=1)).all()
    change = made["close"].iloc[250] / bars["close"].iloc[249] - 1
    assert change < -0.3 if future == "fall" else change > 0.5
    assert len(futures.after(bars, 100, future)) == 100 + futures.LENGTH


def test_there_are_as_many_places_as_were_asked_for():
    bars = make_bars(2000)
    found = look(a_frame_of_the_past, bars, a_frame_of_the_past(bars), cuts=60)
    assert (found.peek, found.places, found.is_whole) == (None, 60, True)


def a_frame_of_the_past(bars):
    return frame(bars["close"] > bars["close"].rolling(20).mean())


def test_without_time_it_is_said_that_not_all_was_looked_at():
    bars = make_bars(200)
    found = look(a_frame_of_the_past, bars, a_frame_of_the_past(bars), cuts=60, seconds=0)
    assert (found.peek, found.places, found.is_whole) == (None, 0, False)


def test_the_first_difference_is_the_earliest_bar_of_that_cut():
    bars = make_bars(100)
    peek = look_ahead(lambda bars: bars[["close"]].shift(-3), bars)
    reached = min(2, bars.index.get_loc(peek.known_until))
    assert peek.known_until - peek.timestamp == pd.Timedelta(days=reached)
    assert peek.with_future == bars["close"].iloc[bars.index.get_loc(peek.timestamp) + 3]
    assert np.isnan(peek.without)


def test_rules_that_refuse_short_data_differently_are_no_peek_but_columns_that_come_and_go_are():
    def grows(bars):
        table = {"signal": bars["close"] > 0}
        if len(bars) > 80:
            table["late"] = bars["close"] > 0
        return pd.DataFrame(table)

    peek = look_ahead(grows, make_bars(100))
    assert peek.column == "late"


def test_two_bars_have_nothing_to_cut():
    assert look_ahead(tomorrow, make_bars(2)) is None


def test_signals_are_told_as_true_and_false_and_numbers_as_numbers():
    assert " true with all bars and false with " in str(look_ahead(tomorrow, make_bars(300)))
    peek = look_ahead(lambda bars: bars[["close"]].shift(-1), make_bars(50))
    assert " with all bars and missing with those up to " in str(peek)


def test_a_signal_that_changes_rarely_is_met_among_prices_that_always_do():
    bars = make_bars(2000)
    rare = pd.Series(False, index=bars.index)
    rare.iloc[[700, 1500]] = True

    def rules(bars):
        known = rare.reindex(bars.index)
        return pd.DataFrame(
            {"close": bars["close"], "long_entry": known.shift(-1, fill_value=False)}
        )

    peek = look_ahead(rules, bars, cuts=16)
    assert peek.column == "long_entry"


def test_an_end_at_which_the_rules_raise_is_passed_over():
    def rules(bars):
        if len(bars) < 150:
            raise ZeroDivisionError
        return bars[["close"]].shift(-1)

    assert look_ahead(rules, make_bars(200)).known_until >= make_bars(200).index[149]
