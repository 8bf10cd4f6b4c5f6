"""What a stamp and a timeframe mean."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError


def stamp(text):
    return pd.Timestamp(text, tz="UTC")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2020-01-02", stamp("2020-01-02")),
        ("2020-01-02 03:04", stamp("2020-01-02 03:04")),
        ("2020-01-02T00:00:00-05:00", stamp("2020-01-02 05:00")),
        (date(2020, 1, 2), stamp("2020-01-02")),
        (pd.Timestamp("2020-01-02", tz="Asia/Tokyo"), stamp("2020-01-01 15:00")),
    ],
)
def test_a_time_is_utc(when, expected):
    assert clock.utc(when) == expected


@pytest.mark.parametrize(
    "when",
    ["junk", "", "2020-13-01", "2020", "2020-01", "2020/01/31", "20200131", "01/02/2015",
     "2020-01-31 25:00", 2020, 20200131, 1.5e9, None, pd.NaT],
)  # fmt: skip
def test_what_is_no_time_is_a_data_error(when):
    with pytest.raises(DataError, match="no date or time"):
        clock.utc(when)


@pytest.mark.parametrize(
    ("end", "timeframe", "last"),
    [
        ("2020-01-31", "1d", "2020-01-31"),
        ("2020-01-31", "1h", "2020-01-31 23:00"),
        (date(2020, 1, 31), "1h", "2020-01-31 23:00"),
        ("2020-01-31 12:00", "1h", "2020-01-31 12:00"),
        (pd.Timestamp("2020-01-31"), "1h", "2020-01-31"),
    ],
)
def test_a_bare_end_date_is_the_whole_day(end, timeframe, last):
    assert clock.last_stamp(end, timeframe) == stamp(last)


@pytest.mark.parametrize(
    ("freq", "timeframe"),
    [
        ("h", "1h"),
        ("4h", "4h"),
        ("D", "1d"),
        ("B", "1d"),
        ("7D", "1w"),
        ("MS", "1mo"),
        ("6h", "6h"),
        ("12h", "12h"),
    ],
)
def test_the_commonest_step_is_the_timeframe(freq, timeframe):
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=40, freq=freq)) == timeframe


def test_a_strange_step_counts_as_the_next_shorter_timeframe_and_one_bar_as_a_day():
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=9, freq="17min")) == "1h"
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=9, freq="5h")) == "4h"
    assert clock.infer_timeframe(pd.DatetimeIndex(["2020-01-03", "2020-01-06"])) == "1d"
    assert clock.infer_timeframe(pd.DatetimeIndex(["2020-01-01"])) == "1d"


def test_a_month_ends_where_the_next_begins():
    assert clock.bar_end(stamp("2020-02-01"), "1mo") == stamp("2020-03-01")
    assert clock.bar_end(stamp("2020-02-01"), "1h") == stamp("2020-02-01 01:00")


@pytest.mark.parametrize(
    ("text", "timeframe"),
    [("1h", "1h"), ("1H", "1h"), ("4 hours", "4h"), ("4-hour", "4h"), ("hourly", "1h"),
     ("D", "1d"), ("daily", "1d"), ("1D", "1d"), ("1W", "1w"), ("weekly", "1w"), (" 1w ", "1w"),
     ("1M", "1mo"), ("M", "1mo"), ("1mo", "1mo"), ("1 month", "1mo"), ("monthly", "1mo"),
     ("12H", "12h")],
)  # fmt: skip
def test_a_timeframe_may_be_written_in_many_ways(text, timeframe):
    assert clock.timeframe(text) == timeframe


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1m", "'1m' would be minutes, and the shortest bars are '1h'; a month is '1mo'."),
        ("15min", "'15min' would be minutes"),
        ("m", "'m' would be minutes"),
        ("dayly", "Did you mean '1d'? Known are '1h', '2h',"),
        ("wekly", "Did you mean '1w'?"),
        ("3h", "No timeframe '3h'. Known are '1h', '2h', '4h'"),
        ("1y", "No timeframe '1y'. Known are"),
        ("", "No timeframe ''. Known are"),
        ("2M", "No timeframe '2M'. Known are"),
        (None, "No timeframe None. Known are"),
        (4, "No timeframe 4. Known are"),
    ],
)
def test_what_is_no_timeframe_names_those_there_are(text, message):
    with pytest.raises(DataError) as error:
        clock.timeframe(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("when", "timeframe", "start"),
    [
        ("2020-01-01 05:59", "1h", "2020-01-01 05:00"),
        ("2020-01-01 05:59", "4h", "2020-01-01 04:00"),
        ("2020-01-01 23:00", "12h", "2020-01-01 12:00"),
        ("2020-01-01 23:00", "1d", "2020-01-01"),
        ("2020-01-05 23:59", "1w", "2019-12-30"),
        ("2020-01-06 00:00", "1w", "2020-01-06"),
        ("2020-02-29 13:00", "1mo", "2020-02-01"),
        ("1969-12-31 23:00", "1mo", "1969-12-01"),
        ("1969-12-31 23:00", "1w", "1969-12-29"),
    ],
)
def test_a_moment_lies_in_the_bar_that_starts_before_it(when, timeframe, start):
    assert clock.bar_start(stamp(when), timeframe) == stamp(start)
    assert clock.bar_start(pd.DatetimeIndex([stamp(when)]), timeframe)[0] == stamp(start)


def test_a_frame_says_its_timeframe_and_nothing_is_inferred():
    frame = pd.DataFrame(index=pd.date_range("2020-01-01", periods=3))
    with pytest.raises(DataError, match="do not say their timeframe"):
        clock.timeframe_of(frame)
    frame.attrs["timeframe"] = "weekly"
    assert clock.timeframe_of(frame) == "1w"


def test_stamps_are_utc_and_numbers_are_no_stamps():
    naive = pd.Series([1.0], index=pd.DatetimeIndex(["2020-01-01"]))
    assert clock.stamps(naive)[0] == stamp("2020-01-01")
    with pytest.raises(BadBars, match="DatetimeIndex"):
        clock.stamps(pd.Series([1.0]))
