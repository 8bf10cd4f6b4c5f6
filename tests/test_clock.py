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
    [("h", "1h"), ("4h", "4h"), ("D", "1d"), ("B", "1d"), ("7D", "1w"), ("MS", "1M")],
)
def test_the_commonest_step_is_the_timeframe(freq, timeframe):
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=40, freq=freq)) == timeframe


def test_a_strange_step_counts_as_the_next_shorter_timeframe_and_one_bar_as_a_day():
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=9, freq="17min")) == "1h"
    assert clock.infer_timeframe(pd.date_range("2020-01-01", periods=9, freq="6h")) == "4h"
    assert clock.infer_timeframe(pd.DatetimeIndex(["2020-01-03", "2020-01-06"])) == "1d"
    assert clock.infer_timeframe(pd.DatetimeIndex(["2020-01-01"])) == "1d"


def test_a_month_ends_where_the_next_begins():
    assert clock.bar_end(stamp("2020-02-01"), "1M") == stamp("2020-03-01")
    assert clock.bar_end(stamp("2020-02-01"), "1h") == stamp("2020-02-01 01:00")


def test_stamps_are_utc_and_numbers_are_no_stamps():
    naive = pd.Series([1.0], index=pd.DatetimeIndex(["2020-01-01"]))
    assert clock.stamps(naive)[0] == stamp("2020-01-01")
    with pytest.raises(BadBars, match="DatetimeIndex"):
        clock.stamps(pd.Series([1.0]))
