"""Unix stamps, told by their magnitude."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.market.files import epochs, stamps

WHEN = pd.Timestamp("2020-01-01 05:00")


@pytest.mark.parametrize(
    ("factor", "unit"),
    [(1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")],
)
@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_the_unit_is_told_by_the_magnitude(factor, unit, kind):
    values = np.array([1577854800 * factor, 1577858400 * factor], dtype=kind)
    read, notes = epochs.of_numbers(values)
    assert read.tolist() == [WHEN, WHEN + pd.Timedelta(hours=1)]
    assert notes == [f"Stamps like {values[0]:.0f} were read as unix time, in {unit}."]


def test_units_may_change_within_a_file_and_junk_is_no_stamp():
    values = np.array([1577854800, 1577854800000, 12, np.nan, -5])
    read, notes = epochs.of_numbers(values)
    assert read[:2].tolist() == [WHEN, WHEN]
    assert read[2:].isna().all()
    assert notes[0].endswith("1 in seconds and 1 in milliseconds.")


@pytest.mark.parametrize(
    "values",
    [
        [20200131, 20200201],
        [202001311400, 202002011500],
        [20200131140000, 20200201150000],
        [np.nan, np.nan],
    ],
)
def test_dates_in_digits_are_no_unix_time(values):
    assert epochs.of_numbers(np.array(values)) is None


def test_dates_in_digits_are_read_as_dates():
    days, _ = stamps.read(pd.Series([20200131, 20200201]), "1d", "frame")
    assert days.tolist() == [
        pd.Timestamp("2020-01-31", tz="UTC"),
        pd.Timestamp("2020-02-01", tz="UTC"),
    ]
    hours, _ = stamps.read(pd.Series([202001311400, 202001311500]), "1h", "frame")
    assert hours.hour.tolist() == [14, 15]


def test_unix_time_of_days_is_the_date_in_the_zone():
    midnights = pd.Series([1577941200, 1578027600])  # of New York
    read, _ = stamps.read(midnights, "1d", "frame", timezone="America/New_York")
    assert [f"{stamp:%Y-%m-%d %H}" for stamp in read] == ["2020-01-02 00", "2020-01-03 00"]
    assert stamps.read(midnights, "1d", "frame")[0].hour.tolist() == [5, 5]


def test_unix_time_among_texts_is_read():
    texts = pd.Series(["1577854800", "2020-01-01 06:00", "x"])
    read, notes = stamps.read(texts, "1h", "file.csv", timezone="Asia/Tokyo")
    assert [f"{stamp:%d %H}" for stamp in read[:2]] == ["01 05", "31 21"]
    assert read.isna().tolist() == [False, False, True]
    assert "Hours were converted from Asia/Tokyo to UTC." in notes


@pytest.mark.parametrize(
    ("factor", "unit"),
    [(1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")],
)
@pytest.mark.parametrize("years", [(1962, 1963), (1971, 1973), (1962, 2020), (1971, 2020)])
def test_old_stamps_are_read_in_the_unit_of_the_whole_column(factor, unit, years):
    days = pd.date_range(f"{years[0]}-01-02 14:30", f"{years[1]}-01-02 14:30", unit="s")
    read, notes = epochs.of_numbers(days.asi8 * factor)
    assert read.tolist() == days.tolist()
    assert len(notes) == 1
    assert notes[0].endswith(f"were read as unix time, in {unit}.")


@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_a_zero_is_no_stamp_even_in_a_column_of_old_ones(kind):
    values = np.array([-86400, 0, 86400], dtype=kind)
    read, _ = epochs.of_numbers(values)
    assert read.isna().tolist() == [False, True, False]


def test_small_numbers_that_no_bar_begins_at_are_no_stamps():
    assert epochs.of_numbers(np.array([1, 2, 3])) is None
    assert epochs.of_numbers(np.array([20200131, -5])) is None


def test_old_unix_time_is_read_from_texts_and_dates_in_digits_are_not():
    days = pd.date_range("1969-12-30", "1973-12-30", unit="s")
    days = days[days != pd.Timestamp(0)]
    read, _ = stamps.read(pd.Series(days.asi8.astype("str")), "1d", "file.csv")
    assert read.tz_localize(None).tolist() == days.tolist()
    written = pd.Series(["19700705", "19700706"])
    assert stamps.read(written, "1d", "file.csv")[0].day.tolist() == [5, 6]
