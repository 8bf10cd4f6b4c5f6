"""What the stamps of a file say."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import stamps


def parse(*texts, timeframe="1d", date_format=None):
    read, notes = stamps.parse(pd.Series(list(texts)), timeframe, "file.csv", date_format)
    assert str(read.dtype) == "datetime64[us, UTC]"
    return [None if stamp is pd.NaT else f"{stamp:%Y-%m-%d %H:%M}" for stamp in read], notes


def test_iso_dates_and_times_are_read_with_and_without_a_zone():
    texts = ["2020-01-02", "20200103", "2020-01-04T05:00", "2020-01-05 06:00:00Z"]
    read, notes = parse(*texts, "2020-01-06 00:00-05:00", timeframe="1h")
    assert read == [
        "2020-01-02 00:00",
        "2020-01-03 00:00",
        "2020-01-04 05:00",
        "2020-01-05 06:00",
        "2020-01-06 05:00",
    ]
    assert notes == []


def test_a_days_stamp_is_its_date_as_written_whatever_the_zone():
    assert parse("2020-01-06 00:00:00-05:00", "2020-01-07T00:00+09:00")[0] == [
        "2020-01-06 00:00",
        "2020-01-07 00:00",
    ]
    new_york = pd.DatetimeIndex(["2020-01-06"], tz="America/New_York")
    assert stamps.of_times(new_york, "1d")[0][0] == pd.Timestamp("2020-01-06", tz="UTC")
    assert stamps.of_times(new_york, "1h")[0][0] == pd.Timestamp("2020-01-06 05:00", tz="UTC")


def test_days_of_another_zone_are_told():
    _, notes = parse("2020-01-06 00:00:00-05:00", "2020-01-07T00:00+0900", "2020-01-08T00:00Z")
    assert notes == ["Dates were taken as written in -05:00, +0900; no day was converted to UTC."]
    assert parse("2020-01-06 00:00+00:00", "2020-01-07", "13-01-2020")[1][1:] == []
    assert parse("2020-01-06 00:00:00-05:00", timeframe="1h")[1] == []


def test_hours_of_a_12_hour_clock_are_read_and_told():
    texts = ["2019-10-17 12-AM", "2019-10-17 1 am", "2019-10-17 12:00:00 PM", "2019-10-17T11PM"]
    read, notes = parse("2019-10-16 22:00", *texts, "2019-10-17 00-AM", timeframe="1h")
    assert read == [
        "2019-10-16 22:00",
        "2019-10-17 00:00",
        "2019-10-17 01:00",
        "2019-10-17 12:00",
        "2019-10-17 23:00",
        None,
    ]
    assert notes == ["Stamps of a 12-hour clock were read: '2019-10-17 12-AM' as 00:00."]


@pytest.mark.parametrize(
    ("texts", "dates", "order"),
    [
        (["1/3/2017", "01/13/2017"], ["2017-01-03", "2017-01-13"], "month/day/year"),
        (["3.1.2017", "13.1.2017"], ["2017-01-03", "2017-01-13"], "day/month/year"),
        (["01/03/17", "01/31/17"], ["2017-01-03", "2017-01-31"], "month/day/year"),
        (["2017/1/3", "2017/2/1"], ["2017-01-03", "2017-02-01"], "year/month/day"),
        (["01-31-70", "02-28-99"], ["1970-01-31", "1999-02-28"], "month/day/year"),
    ],
)
def test_an_order_is_taken_when_it_is_the_only_one_that_fits_the_file(texts, dates, order):
    read, notes = parse(*texts)
    assert read == [f"{date} 00:00" for date in dates]
    assert order in notes[0]


def test_a_time_of_day_after_such_a_date_is_read():
    assert parse("1/13/2017 14:00", "1/3/2017 15:00", timeframe="1h")[0] == [
        "2017-01-13 14:00",
        "2017-01-03 15:00",
    ]


@pytest.mark.parametrize(
    ("texts", "ways"),
    [
        (["1/3/2017", "2/4/2017"], "date_format='%m/%d/%Y' or date_format='%d/%m/%Y'"),
        (["1-3-2017 10:00"], "date_format='%m-%d-%Y %H:%M' or date_format='%d-%m-%Y %H:%M'"),
        (["01/03/04"], "date_format='%y/%m/%d' or date_format='%m/%d/%y'"),
        (
            ["1/13/2017", "13/1/2017"],
            "no order of day, month and year reads all stamps like '1/13/2017'. Pass date_format=",
        ),
    ],
)
def test_an_order_that_nothing_decides_is_an_error_that_names_the_option(texts, ways):
    with pytest.raises(DataError, match=r"^file\.csv: .*stamps like") as error:
        parse(*texts)
    assert ways in str(error.value)


def test_the_option_decides_and_what_it_cannot_read_is_missing():
    assert parse("1/3/2017", "13/3/2017", "x", date_format="%m/%d/%Y")[0] == [
        "2017-01-03 00:00",
        None,
        None,
    ]
    assert parse("2019-10-17 09-AM", timeframe="1h", date_format="%Y-%m-%d %I-%p")[0] == [
        "2019-10-17 09:00"
    ]


def test_a_junk_stamp_does_not_keep_the_others_from_being_read():
    read, _ = parse("2020-01-02", "soon", "99/99/2020", "", "2020-02-30", "123")
    assert read == ["2020-01-02 00:00", None, None, None, None, None]
    assert parse("1/3/2017", "1/31/2017", "99/99/2017")[0][2] is None


@pytest.mark.parametrize("texts", [["soon", "later"], ["2019-10-17 13-AM"], ["15713"], [""]])
def test_a_file_without_one_readable_stamp_is_an_error_that_shows_the_first(texts):
    with pytest.raises(DataError, match=f"no stamp can be read; the first is '{texts[0]}'"):
        parse(*texts)


def test_a_wrong_option_is_an_error_that_shows_it():
    with pytest.raises(DataError, match=r"no stamp can be read with date_format='%Y'"):
        parse("1/3/2017", date_format="%Y")
    with pytest.raises(DataError, match=r"date_format='%Q' is no date format"):
        parse("1/3/2017", date_format="%Q")


def hours(n, start="2020-01-01", step="h"):
    return pd.date_range(start, periods=n, freq=step, tz="UTC")


def test_hours_are_no_days_and_days_are_no_hours():
    with pytest.raises(
        DataError, match=r"23 of 24 stamps.*commonest step 1 hour. Pass timeframe='1h'"
    ):
        stamps.fit(hours(24), "1d", "file.csv")
    with pytest.raises(DataError, match=r"all 10 stamps are midnights.*Pass timeframe='1d'"):
        stamps.fit(hours(10, step="D"), "1h", "file.csv")


@pytest.mark.parametrize(
    ("index", "timeframe", "way_out"),
    [
        (hours(10, step="15min"), "1h", "step 15 minutes. A 1h bar's stamp is its start"),
        (hours(10, "2020-01-01 16:00", "D"), "1d", "step 1 day. A daily bar's stamp is its date"),
        (hours(10, "2020-01-01 00:00:01", "7s"), "1h", "step 7 seconds."),
        (hours(1, "2020-01-01 16:00"), "1d", "commonest step unknown"),
    ],
)
def test_stamps_of_no_stored_timeframe_are_one_error(index, timeframe, way_out):
    with pytest.raises(DataError, match=way_out):
        stamps.fit(index, timeframe, "file.csv")


def test_a_few_stray_stamps_are_left_to_the_check_of_rows():
    stamps.fit(hours(10, step="D").append(hours(3, "2020-02-01 01:00")), "1d", "file.csv")
    stamps.fit(hours(3, step="D"), "1h", "file.csv")
    stamps.fit(hours(0), "1h", "file.csv")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Jan 02, 2020", "2020-01-02 00:00"),
        ("January 2, 2020", "2020-01-02 00:00"),
        ("02-Jan-2020", "2020-01-02 00:00"),
        ("2 Feb 99", "1999-02-02 00:00"),
        ("Thu, 2 Jan 2020", "2020-01-02 00:00"),
        ("Smarch 2, 2020", None),
        ("10/17/2019 9 AM", "2019-10-17 09:00"),
        ("10/17/2019 9:00:00 p.m.", "2019-10-17 21:00"),
        ("2019-10-17 9:00", "2019-10-17 09:00"),
        ("20191017 090000", "2019-10-17 09:00"),
        ("20191017090000", "2019-10-17 09:00"),
        ("2019-10-17 09:00:00 UTC", "2019-10-17 09:00"),
        ("2019-10-17 09:00:00 EST", None),
    ],
)
def test_dates_as_people_write_them_are_read(text, read):
    assert parse("2020-01-02 00:00", text, timeframe="1h")[0][1] == read
