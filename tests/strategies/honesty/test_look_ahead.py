"""Every way of peeking that notebooks know is caught, and nothing honest is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.strategies.honesty import look_ahead
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
