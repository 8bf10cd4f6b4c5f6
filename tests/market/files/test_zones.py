"""Local clocks: converted where one hour is meant, refused where two or none are."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import stamps
from bitstockerz_lab.market.files.layout import Layout


def hours(*texts, timezone="America/New_York"):
    read, notes = stamps.parse(pd.Series(list(texts)), "1h", "file.csv", timezone=timezone)
    return [None if stamp is pd.NaT else f"{stamp:%Y-%m-%d %H:%M}" for stamp in read], notes


def test_hours_of_a_zone_are_converted_in_summer_and_winter():
    read, notes = hours("2020-01-02 09:00", "2020-07-02 09:00")
    assert read == ["2020-01-02 14:00", "2020-07-02 13:00"]
    assert notes == ["Hours were converted from America/New_York to UTC."]


def test_hours_that_the_clock_shows_twice_or_never_are_no_guess():
    read, notes = hours(
        "2020-03-08 01:00", "2020-03-08 02:00", "2020-11-01 01:00", "2020-11-01 02:00"
    )
    assert read == ["2020-03-08 06:00", None, None, "2020-11-01 07:00"]
    assert notes[1].startswith("2 hour(s) are shown twice or never by the clock of America/New_Y")


def test_what_says_its_own_zone_keeps_it():
    read, notes = hours("2020-01-02 09:00Z", "2020-01-02 10:00+01:00", "2020-01-02 11:00 UTC")
    assert read == ["2020-01-02 09:00", "2020-01-02 09:00", "2020-01-02 11:00"]
    assert notes == ["timezone='America/New_York' changed nothing: the stamps say their own zone."]


def test_a_day_keeps_its_date_as_written():
    read, notes = stamps.parse(pd.Series(["2020-01-02"]), "1d", "f", timezone="Asia/Tokyo")
    assert (f"{read[0]:%Y-%m-%d}", notes) == ("2020-01-02", [])


def test_times_of_a_frame_are_converted_too():
    naive = pd.DatetimeIndex(["2020-01-02 09:00"])
    assert stamps.of_times(naive, "1h", "Asia/Tokyo")[0].hour.tolist() == [0]
    zoned = naive.tz_localize("UTC")
    assert stamps.of_times(zoned, "1h", "Asia/Tokyo")[0].hour.tolist() == [9]


@pytest.mark.parametrize("name", ["Mars/Base", "EST5EDT+3", "", "../etc"])
def test_an_unknown_zone_is_an_error(name):
    with pytest.raises(
        DataError, match=r"timezone=.* is unknown. Write it like 'America/New_York'"
    ):
        Layout(timezone=name)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"decimal": "x"}, "decimal='x' is no decimal"),
        ({"columns": "a,b"}, "columns='a,b' is one text"),
    ],
)
def test_other_impossible_options_are_errors(said, message):
    with pytest.raises(DataError, match=message):
        Layout(**said)
