"""Walk-forward windows; `answers/skfolio_splits.csv` holds what skfolio 1.12.2 gives.

Its rows were written by WalkForward(...).split and CombinatorialPurgedCV(...).split with the
arguments in the row ("WalkForward MS": with freq="MS" on business days), positions as ranges.
skfolio is no dependency of the tests: it brings cvxpy and its solvers.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.backtests.windows import Length, length, walk_windows
from bitstockerz_lab.errors import DataError

ANSWERS = Path(__file__).parents[2] / "answers" / "skfolio_splits.csv"


def answers(splitter):
    """Return [(arguments, [(train, test), …]), …] of a splitter, positions as text."""
    found = {}
    with ANSWERS.open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["splitter"] == splitter:
                found.setdefault(row["arguments"], []).append((row["train"], row["test"]))
    return [(json.loads(arguments), splits) for arguments, splits in found.items()]


def days(first, last):
    return pd.date_range(first, last, tz="UTC", name="timestamp")


def weekdays(first, last):
    return pd.bdate_range(first, last, tz="UTC", name="timestamp")


def told(windows):
    return [(f"{one.train[0]}-{one.train[-1]}", f"{one.test[0]}-{one.test[-1]}") for one in windows]


@pytest.mark.parametrize(("arguments", "splits"), answers("WalkForward"))
def test_windows_counted_in_bars_are_those_of_skfolio(arguments, splits):
    stamps = pd.date_range("2020-01-01", periods=arguments["n"], freq="h", tz="UTC")
    windows = walk_windows(
        stamps,
        train=f"{arguments['train_size']} bars",
        test=f"{arguments['test_size']} bars",
        anchored=arguments["expand_train"],
        keep_rest=arguments["reduce_test"],
    )
    assert told(windows) == splits


@pytest.mark.parametrize(("arguments", "splits"), answers("WalkForward MS"))
def test_windows_of_calendar_months_are_those_of_skfolio(arguments, splits):
    windows = walk_windows(
        weekdays(arguments["start"], arguments["end"]),
        train=f"{arguments['train_size']}mo",
        test=f"{arguments['test_size']} months",
        anchored=arguments["expand_train"],
        keep_rest=arguments["reduce_test"],
        start=clock.utc(arguments["start"]),
    )
    assert told(windows) == splits


def test_a_window_names_its_first_and_last_bars():
    windows = walk_windows(days("2018-01-01", "2020-12-31"), train="2y", test="6mo")
    first, second = windows
    assert [str(stamp.date()) for stamp in (first.train_first, first.train_last)] == [
        "2018-01-01",
        "2019-12-31",
    ]
    assert [str(stamp.date()) for stamp in (first.test_first, first.test_last)] == [
        "2020-01-01",
        "2020-06-30",
    ]
    assert second.train_first == clock.utc("2018-07-01")
    assert second.test_last == clock.utc("2020-12-31")
    assert (first.train_bars, first.test_bars) == (730, 182)
    assert windows.left_over == ""
    assert windows.time_tested == pd.Timedelta(days=182 + 184)
    assert windows.frame.loc[2, "train_last"] == clock.utc("2020-06-30")


def test_what_is_left_at_the_end_is_said_and_tested_on_request():
    stamps = days("2018-01-01", "2021-02-10")
    windows = walk_windows(stamps, train="2y", test="6mo")
    assert len(windows) == 2
    assert windows.after == 41
    assert "41 bars at the end (2021-01-01 to 2021-02-10)" in windows.left_over
    assert windows.left_over in repr(windows)
    rest = walk_windows(stamps, train="2y", test="6mo", keep_rest=True)
    assert (len(rest), rest[-1].test_bars, rest.left_over) == (3, 41, "")


def test_a_weekend_after_the_last_daily_bar_does_not_cost_a_window():
    until_friday = weekdays("2020-01-01", "2022-12-30")
    windows = walk_windows(until_friday, train="2y", test="6mo", start=clock.utc("2020-01-01"))
    assert (len(windows), windows[-1].test_last) == (2, clock.utc("2022-12-30"))
    until_thursday = until_friday[:-1]
    assert len(walk_windows(until_thursday, train="2y", test="6mo")) == 1


def test_a_weekend_that_is_missing_of_a_market_that_never_closes_does_cost_one():
    until_friday = days("2020-01-01", "2022-12-30")
    assert len(walk_windows(until_friday, train="2y", test="6mo")) == 1
    assert len(walk_windows(days("2020-01-01", "2022-12-31"), train="2y", test="6mo")) == 2


def test_hours_that_are_missing_at_the_end_do_cost_a_window():
    hours = pd.date_range("2021-01-01", "2021-01-10 22:00", freq="h", tz="UTC")
    assert len(walk_windows(hours, train="8d", test="1d")) == 1
    whole = pd.date_range("2021-01-01", "2021-01-10 23:00", freq="h", tz="UTC")
    assert len(walk_windows(whole, train="8d", test="1d")) == 2


def test_months_counted_from_the_31st_do_not_drift():
    windows = walk_windows(days("2021-01-31", "2021-12-31"), train="3mo", test="1mo")
    firsts = [str(window.test_first.date()) for window in windows]
    assert firsts[:4] == ["2021-04-30", "2021-05-31", "2021-06-30", "2021-07-31"]


def test_anchored_windows_all_begin_at_the_first_bar():
    windows = walk_windows(days("2018-01-01", "2020-12-31"), train="1y", test="6mo", anchored=True)
    assert {window.train_first for window in windows} == {clock.utc("2018-01-01")}
    assert [window.train_bars for window in windows] == [365, 546, 730, 912]


@settings(deadline=None)
@given(
    n=st.integers(20, 400),
    train=st.sampled_from(["10 bars", "1mo", "3w", 9, "2mo"]),
    test=st.sampled_from(["1 bar", "7 bars", "1mo", "1w", 5]),
    anchored=st.booleans(),
    keep_rest=st.booleans(),
)
def test_tests_follow_each_other_and_in_sample_ends_where_they_begin(
    n, train, test, anchored, keep_rest
):
    stamps = pd.date_range("2020-01-15", periods=n, freq="B", tz="UTC")
    try:
        windows = walk_windows(
            stamps, train=train, test=test, anchored=anchored, keep_rest=keep_rest
        )
    except DataError:
        return
    tested = [position for window in windows for position in window.test]
    assert tested == list(range(windows.before, n - windows.after))
    for window in windows:
        assert window.train.stop == window.test.start
        assert window.train_last < window.test_first == stamps[window.test.start]


def test_a_longer_step_leaves_bars_untested_and_a_shorter_one_is_refused():
    stamps = days("2020-01-01", "2020-12-31")
    windows = walk_windows(stamps, train="100 bars", test="20 bars", step="50 bars")
    assert [window.test.start for window in windows] == [100, 150, 200, 250, 300]
    assert windows.time_tested == pd.Timedelta(days=5 * 20)
    with pytest.raises(DataError, match=r"step='10 bars' is shorter than test='20 bars'.*share"):
        walk_windows(stamps, train="100 bars", test="20 bars", step="10 bars")
    with pytest.raises(DataError, match="step=0 is no length"):
        walk_windows(stamps, train="100 bars", test="20 bars", step=0)


def test_a_period_that_is_too_short_is_refused_with_its_values():
    with pytest.raises(
        DataError, match="31 bars from 2020-01-01 to 2020-01-31 are too few"
    ) as told:
        walk_windows(days("2020-01-01", "2020-01-31"), train="2y", test="6mo")
    assert told.value.values == {"train": "2y", "test": "6mo", "bars": 31}
    with pytest.raises(DataError, match="no bars to split"):
        walk_windows(pd.DatetimeIndex([], tz="UTC"), train="2y", test="6mo")


def test_a_window_without_a_bar_is_refused():
    holed = days("2020-01-01", "2020-12-31")
    holed = holed[(holed < clock.utc("2020-05-01")) | (holed >= clock.utc("2020-08-01"))]
    with pytest.raises(DataError, match="Window 2 would test on no bars at all, near 2020-08-01"):
        walk_windows(holed, train="3mo", test="1mo", start=clock.utc("2020-01-01"))


def test_a_day_on_which_a_market_is_closed_points_to_lengths_in_bars():
    traded = weekdays("2018-01-01", "2019-12-31")
    with pytest.raises(DataError, match=r'calendar time.*test="1 bars" or test="5 bars"'):
        walk_windows(traded, train="1y", test="1d")
    assert len(walk_windows(traded, train="1y", test="1 bars")) > 200


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("2y", Length(months=24)),
        ("6mo", Length(months=6)),
        ("6M", Length(months=6)),
        ("1 year", Length(months=12)),
        ("90d", Length(hours=90 * 24)),
        (90, Length(hours=90 * 24)),
        (90.0, Length(hours=90 * 24)),
        ("12 weeks", Length(hours=12 * 168)),
        ("36h", Length(hours=36)),
        (" 500 Bars ", Length(bars=500)),
        ("1 bar", Length(bars=1)),
    ],
)
def test_a_length_is_read(given_, wanted):
    assert length(given_) == wanted


@pytest.mark.parametrize(
    "given_", ["", "y", "2", "0d", "-3d", "1.5y", "90 min", "2q", None, True, 0, -1, 1.5, [3]]
)
def test_what_is_no_length_is_refused_with_how_to_write_one(given_):
    with pytest.raises(DataError, match=r'train=.* is no length of time. Write it like "2y"'):
        length(given_, "train")


def test_the_picture_shows_each_window_in_both_parts():
    windows = walk_windows(days("2018-01-01", "2021-02-10"), train="2y", test="6mo")
    drawing = windows.chart()
    inside, outside = drawing.data
    assert (inside.name, outside.name) == ("In sample", "Out of sample")
    assert list(outside.base) == ["2020-01-01 00:00", "2020-07-01 00:00"]
    assert list(outside.x) == [182 * 86_400_000, 184 * 86_400_000]
    assert list(inside.y) == [1, 2]
    assert "41 bars at the end" in drawing.layout.xaxis.title.text
