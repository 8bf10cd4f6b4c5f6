"""When a schedule is due: cron's days, spans that every host counts alike, summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bitstockerz_lab.batch.times import times
from bitstockerz_lab.errors import DataError

SATURDAY = datetime(2024, 1, 6, tzinfo=UTC)


def due(number, *, after=SATURDAY, **how):
    asked, found = times(**how), []
    for _ in range(number):
        after = asked.after(after)
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ("1-5", "Mon Tue Wed Thu Fri Mon"),
        ("0", "Sun Sun"),
        ("7", "Sun Sun"),
        ("0-3", "Sun Mon Tue Wed Sun"),
        ("5-7", "Sat Sun Fri Sat"),
        ("sat-mon", "Sat Sun Mon Sat"),
        ("1,3", "Mon Wed Mon"),
        ("*/2", "Sat Sun Tue Thu Sat"),
        ("*", "Sat Sun Mon"),
        ("mon", "Mon Mon"),
    ],
)
def test_the_days_of_the_week_are_those_of_cron(days, named):
    names = named.split()
    assert [f"{one:%a}" for one in due(len(names), cron=f"0 6 * * {days}")] == names


def test_a_span_is_counted_alike_on_every_host():
    assert [one.hour for one in due(4, every="6h")] == [6, 12, 18, 0]
    late = SATURDAY + timedelta(hours=5, minutes=59, seconds=59.5)
    assert due(1, every="6h", after=late) == due(1, every="6h")
    assert due(1, every="1w")[0].strftime("%a %H:%M") == "Mon 00:00"


def test_a_cron_line_is_read_in_its_zone_and_summer_time_is_known():
    new_york = {"cron": "0 6 * * *", "zone": "America/New_York"}
    assert due(2, after=datetime(2024, 3, 9, 12, tzinfo=UTC), **new_york) == [
        datetime(2024, 3, 10, 10, tzinfo=UTC),
        datetime(2024, 3, 11, 10, tzinfo=UTC),
    ]
    assert due(1, after=SATURDAY, **new_york) == [datetime(2024, 1, 6, 11, tzinfo=UTC)]


def test_a_time_that_comes_twice_as_summer_time_ends_is_due_once():
    twice = {"cron": "30 1 * * *", "zone": "America/New_York"}
    assert due(2, after=datetime(2024, 11, 2, 12, tzinfo=UTC), **twice) == [
        datetime(2024, 11, 3, 5, 30, tzinfo=UTC),
        datetime(2024, 11, 4, 6, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, "either every='6h' or cron="),
        ({"every": "6h", "cron": "0 6 * * *"}, "either"),
        ({"every": "6 hours"}, "every '6 hours' is no span. Write it like 30m, 6h, 1d or 1w"),
        ({"every": "0h"}, "no span"),
        ({"cron": "0 6 * *"}, "has 4 fields instead of 5. Write minute, hour"),
        ({"cron": "61 6 * * *"}, "higher than the maximum"),
        ({"cron": "0 6 * * 8"}, "'8' is no day of the week: 0-7"),
        ({"cron": "0 6 * * 1-"}, "'1-' is no day of the week"),
        ({"cron": "0 6 1 * 1"}, "cron joins by 'or'. Make two schedules"),
        ({"every": "6h", "zone": "America/New_Yrk"}, "Did you mean 'America/New_York'"),
        ({"every": "6h", "zone": "Europe/Paris"}, "so the zone 'Europe/Paris' would do nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(how, told):
    with pytest.raises(DataError, match=told.replace("(", r"\(")):
        times(**how)


def test_a_day_that_never_comes_is_told():
    with pytest.raises(DataError, match="never due"):
        times(cron="0 0 30 2 *").after(SATURDAY)


def test_missed_times_are_counted():
    assert times(every="6h").between(SATURDAY, SATURDAY + timedelta(days=1)) == 3
    assert times(every="6h").between(SATURDAY, SATURDAY + timedelta(hours=6)) == 0


def test_a_time_is_told_as_the_clocks_of_its_zone_have_it_too():
    due = datetime(2024, 1, 8, 11, tzinfo=UTC)
    there = times(cron="0 6 * * 1-5", zone="America/New_York")
    assert there.written(due) == "2024-01-08 11:00 UTC (2024-01-08 06:00 in America/New_York)"
    assert times(cron="0 6 * * 1-5").written(due) == "2024-01-08 11:00 UTC"
