"""Longer bars of shorter ones: what they are, when they are there, and against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.market.bars import PRICES
from bitstockerz_lab.market.resample import makes, resample
from tests.helpers import make_bars, typed_bars

RULES = {"1w": "W-MON", "1mo": "MS"}
PAIRS = [
    (source, target) for source in clock.TIMEFRAMES for target in clock.TIMEFRAMES
    if makes(source, target)
]  # fmt: skip


def told(bars, timeframe):
    bars.attrs["timeframe"] = timeframe
    return bars


def hours(n, start="2020-01-01", **more):
    return told(make_bars(n, timeframe="1h", start=start, **more), "1h")


def days(n, start="2020-01-01", **more):
    return told(make_bars(n, start=start, **more), "1d")


def by_pandas(bars, timeframe):
    """The same by pandas, which also shows the first and the last bar where they are parts."""
    rule = RULES.get(timeframe, clock.TIMEFRAMES[timeframe])
    return (
        bars.resample(rule, label="left", closed="left")
        .agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"})
        .dropna()
    )


def test_a_longer_bar_is_first_open_highest_high_lowest_low_last_close_and_all_volume():
    bars = told(
        typed_bars(
            "10 12 9 11\n11 15 10 14\n14 14 7 8\n8 9 8 9", timeframe="1h", start="2020-01-01"
        ),
        "1h",
    )
    longer = resample(bars, "4h")
    assert longer.to_numpy().tolist() == [[10, 15, 7, 9, 4000]]
    assert longer.index.tolist() == [pd.Timestamp("2020-01-01", tz="UTC")]
    assert longer.index.name == "timestamp"
    assert longer.attrs == {"timeframe": "4h", "resampled_from": "1h"}


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_pandas_makes_the_same_bars(source, target):
    bars = told(make_bars(1500, timeframe=source, start="2019-04-01"), source)
    if source == "1d":
        bars = told(bars[bars.index.day_of_week < 5], "1d")
    mine = resample(bars, target)
    other = by_pandas(bars, target).reindex(mine.index)
    for name in ("open", "high", "low", "close"):
        assert mine[name].tolist() == other[name].tolist()
    np.testing.assert_allclose(mine["volume"], other["volume"], rtol=1e-12)
    all_of_them = by_pandas(bars, target)
    assert all_of_them.index.difference(mine.index).isin(all_of_them.index[[0, -1]]).all()


@pytest.mark.parametrize(
    ("timeframe", "starts"),
    [
        ("4h", ["2020-01-31 00:00", "2020-01-31 04:00", "2020-02-03 20:00"]),
        ("8h", ["2020-01-31 00:00", "2020-01-31 08:00", "2020-02-03 16:00"]),
        ("1d", ["2020-01-31", "2020-02-01", "2020-02-03"]),
    ],
)
def test_hours_lie_on_the_grid_of_the_utc_day(timeframe, starts):
    index = resample(hours(96, "2020-01-31"), timeframe).index
    assert [index[0], index[1], index[-1]] == [pd.Timestamp(one, tz="UTC") for one in starts]


def test_weeks_start_on_monday_and_months_on_their_first():
    bars = days(400)
    assert set(resample(bars, "1w").index.day_of_week) == {0}
    assert set(resample(bars, "1mo").index.day) == {1}


@pytest.mark.parametrize(
    ("last", "weeks"),
    [("2020-01-11", 1), ("2020-01-12", 2), ("2020-01-13", 2), ("2020-01-19", 3)],
)
def test_a_week_is_there_once_its_sunday_is_or_a_later_day(last, weeks):
    bars = days(60, "2019-12-30")
    assert len(resample(bars[:last], "1w")) == weeks


def test_a_stocks_week_is_there_with_the_first_session_of_the_next():
    sessions = days(60, "2020-01-06")
    sessions = told(sessions[sessions.index.day_of_week < 5], "1d")
    assert len(resample(sessions[:"2020-01-10"], "1w")) == 0
    assert len(resample(sessions[:"2020-01-13"], "1w")) == 1


@pytest.mark.parametrize(
    ("start", "first"),
    [("2020-01-01", "2020-01-01"), ("2020-01-02", "2020-02-01"), ("2020-01-31", "2020-02-01")],
)
def test_a_first_month_of_which_the_start_is_unknown_is_left_out(start, first):
    assert resample(days(90, start), "1mo").index[0] == pd.Timestamp(first, tz="UTC")


def test_a_bar_of_nothing_known_is_not_there_at_all():
    assert len(resample(days(0), "1w")) == 0
    assert len(resample(days(3), "1w")) == 0  # Wednesday to Friday
    assert len(resample(days(9), "1mo")) == 0


def test_a_gap_leaves_bars_out_and_shortens_those_at_its_edge():
    bars = hours(24)
    longer = resample(told(bars.drop(bars.index[6:17]), "1h"), "4h")
    assert longer.index.hour.tolist() == [0, 4, 16, 20]
    assert longer["close"].iloc[1] == bars["close"].iloc[5]
    assert longer["open"].iloc[2] == bars["open"].iloc[17]


def test_missing_bars_are_skipped_and_only_missing_ones_make_a_missing_one():
    bars = told(
        typed_bars("10 11 9 10\n-\n12 13 8 12\n-\n-\n-", timeframe="1h", start="2020-01-01"), "1h"
    )
    longer = resample(bars, "2h")
    assert longer["high"].tolist()[:2] == [11, 13]
    assert longer["volume"].tolist()[:2] == [1000, 1000]
    assert longer.iloc[2].isna().all()


def test_an_unknown_volume_stays_unknown():
    bars = hours(4)
    bars.iloc[1, 4] = np.nan
    assert np.isnan(resample(bars, "4h")["volume"].iloc[0])
    assert resample(bars, "4h")["close"].notna().all()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("1d", "4h", "4h bars cannot be made of 1d bars. They can be made of 1h or 2h bars."),
        ("4h", "6h", "6h bars cannot be made of 4h bars. They can be made of 1h or 2h bars."),
        ("1w", "1mo", "1mo bars cannot be made of 1w bars."),
        ("1d", "1h", "1h bars cannot be made of 1d bars. Load 1h bars."),
    ],
)
def test_what_cannot_be_made_says_of_what_it_could(source, target, message):
    with pytest.raises(DataError) as error:
        resample(told(days(5), source), target)
    assert message in str(error.value)


def test_bars_of_the_wanted_timeframe_stay_as_they_are():
    bars = days(5)
    assert resample(bars, "daily") is bars


def test_bars_that_do_not_say_how_long_they_are_are_not_guessed_at():
    silent = days(5)
    silent.attrs.clear()
    with pytest.raises(DataError, match=r"bars.attrs\['timeframe'\] = '1d'"):
        resample(silent, "1w")


def test_time_completes_a_bar_when_the_end_is_told():
    sessions = days(60, "2020-01-06")
    week = told(sessions[sessions.index.day_of_week < 5], "1d")[:5]
    sunday, monday = (pd.Timestamp(day, tz="UTC") for day in ("2020-01-12", "2020-01-13"))
    assert len(resample(week, "1w", sunday)) == 0
    assert resample(week, "1w", monday)["close"].tolist() == [week["close"].iloc[-1]]
    assert len(resample(sessions[:7], "1w", sunday)) == 1  # no earlier than the bars themselves


@pytest.mark.parametrize(("source", "target"), [("1h", "4h"), ("1d", "1w")])
def test_bars_off_the_grid_are_refused(source, target):
    bars = told(make_bars(9, timeframe=source, start="2020-01-06 00:30"), source)
    with pytest.raises(DataError, match=r"2020-01-06 00:30 UTC does not start on the grid"):
        resample(bars, target)


def test_bars_in_disorder_are_refused():
    with pytest.raises(BadBars, match="must ascend"):
        resample(days(5)[::-1], "1w")
    with pytest.raises(BadBars, match="must ascend"):
        resample(told(pd.concat([days(5), days(5)]).sort_index(), "1d"), "1w")


@st.composite
def patchy(draw, source):
    """Bars with gaps and missing ones, that begin anywhere."""
    length = clock.TIMEFRAMES[source]
    start = pd.Timestamp("2019-12-20", tz="UTC") + length * draw(st.integers(0, 40))
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 5, 30]), min_size=1, max_size=80))
    index = pd.DatetimeIndex([start + length * int(n) for n in np.cumsum(steps)], name="timestamp")
    bars = make_bars(len(steps), seed=draw(st.integers(0, 9)), timeframe="1d").set_axis(index)
    for row in draw(st.lists(st.integers(0, len(steps) - 1), max_size=20)):
        bars.iloc[row, draw(st.integers(0, 3))] = draw(st.sampled_from([np.nan, 0.0, np.inf]))
    return told(bars, source)


@pytest.mark.parametrize(
    ("source", "target"),
    [pair for pair in PAIRS if pair[0] in {"1h", "4h", "1d"}],
)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_cutting_off_the_future_never_changes_the_past(source, target, data):
    bars = data.draw(patchy(source))
    whole = resample(bars, target)
    n = data.draw(st.integers(0, len(bars)))
    part = resample(bars[:n], target)
    pd.testing.assert_frame_equal(part, whole[: len(part)], check_exact=True)
    if n:  # what is there is complete, and what is complete is there
        seen = clock.bar_end(bars.index[n - 1], source)
        ended = whole.index[clock.bar_end(whole.index, target) <= seen]
        assert part.index[: len(ended)].equals(ended)
        later = part.index[len(ended) :]
        assert (clock.bar_end(later, target) <= bars.index[n - 1]).all()


@given(bars=patchy("1h"))
@settings(max_examples=60, deadline=None)
def test_days_of_hours_and_days_of_four_hours_are_the_same(bars):
    if not bars.index[0].hour:
        by_way = resample(resample(bars, "4h"), "1d")
        at_once = resample(bars, "1d")
        pd.testing.assert_frame_equal(
            by_way[list(PRICES)], at_once[list(PRICES)].reindex(by_way.index)
        )
