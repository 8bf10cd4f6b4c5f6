"""When a schedule is due: every so often, or as a line of cron says; the zone is always named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies.problems import did_you_mean

if TYPE_CHECKING:
    from datetime import tzinfo

    from apscheduler.triggers.base import BaseTrigger

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
EVERY = re.compile(r"(\d+)\s*([smhdw])", re.IGNORECASE)
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""cron counts from Sunday, which is 0 and 7; APScheduler from Monday, so days go by name."""
OF_DAYS = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?")
FIELDS = 5
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Times:
    """The times at which something is due.

    Parameters
    ----------
    text : how they were asked for, the zone included
    trigger : APScheduler's; its arithmetic knows summer time
    once : whether a time of the day that comes twice, as summer time ends, counts once
    zone : of the place the times are meant for
    """

    text: str
    trigger: BaseTrigger
    once: bool = False
    zone: tzinfo = UTC

    def after(self, moment: datetime) -> datetime:
        """Return the first time after a moment, both in UTC.

        Raises
        ------
        DataError
            There is none: the 30th of February.
        """
        found = self._next(moment)
        while found is not None and self.once and found.fold:
            found = self._next(found)
        if found is None:
            raise DataError(f"{self.text} is never due. Give another day or month.")
        return found.astimezone(UTC)

    def _next(self, moment: datetime) -> datetime | None:
        # in UTC: adding to a time of a zone forgets which of two equal ones it is
        just_after = moment.astimezone(UTC) + timedelta(microseconds=1)
        found: datetime | None = self.trigger.get_next_fire_time(None, just_after)
        return found

    def written(self, moment: datetime) -> str:
        """Return a moment as UTC has it, and as the clocks there do where that is elsewhere.

        Examples
        --------
        >>> times(cron="0 6 * * *", zone="Asia/Tokyo").written(datetime(2024, 1, 5, 21, tzinfo=UTC))
        '2024-01-05 21:00 UTC (2024-01-06 06:00 in Asia/Tokyo)'
        """
        told = f"{minute(moment)} UTC"
        if str(self.zone) == "UTC":
            return told
        return f"{told} ({minute(moment.astimezone(self.zone))} in {self.zone})"

    def between(self, moment: datetime, until: datetime) -> int:
        """Return how many times lie after a moment and before another one, 10,000 at most."""
        number, moment = 0, self.after(moment)
        while moment < until and number < MOST_COUNTED:
            number, moment = number + 1, self.after(moment)
        return number


def times(every: str | None = None, cron: str | None = None, zone: str = "UTC") -> Times:
    """Return the times that are meant.

    Parameters
    ----------
    every : a number and s, m, h, d or w: "6h". Counted from a Monday, 00:00 UTC, on each host
        alike: every 6h is 00:00, 06:00, 12:00 and 18:00
    cron : five fields, as in crontab: minute, hour, day of the month, month, day of the week, where
        0 and 7 are Sunday: "0 6 * * 1-5"
    zone : in which a cron line is read: "UTC", "America/New_York"; none with `every`

    Raises
    ------
    DataError
        Neither or both were given, one of them cannot be read, or `every` came with a zone.

    Examples
    --------
    >>> times(cron="0 6 * * 1-5").after(datetime(2024, 1, 6, tzinfo=UTC))
    datetime.datetime(2024, 1, 8, 6, 0, tzinfo=datetime.timezone.utc)
    """
    if (every is None) == (cron is None):
        raise DataError("A schedule is either every='6h' or cron='0 6 * * 1-5'. Give one of them.")
    where = _zone(zone)
    if cron is not None:
        hour = cron.split()[1:2]
        once = "*" not in str(hour)
        return Times(f"cron {cron!r} in {zone}", _of_cron(cron, where), once, where)
    if zone != "UTC":
        raise DataError(
            f"every {every} is counted in UTC, so the zone {zone!r} would do nothing. Leave the "
            "zone out, or say with cron when it is due there: '0 6 * * *'.",
            zone=zone,
        )
    return Times(f"every {every} in UTC", _of_every(str(every)))


def minute(moment: datetime) -> str:
    """Return a moment to the minute, with its seconds where it has any."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        hint = did_you_mean(name, available_timezones(), "Write it like 'America/New_York'.")
        raise DataError(f"No time zone {name!r}. {hint}", zone=name) from problem


def _of_every(text: str) -> BaseTrigger:
    from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - rarely asked for

    found = EVERY.fullmatch(text.strip())
    seconds = int(found[1]) * SECONDS[found[2].lower()] if found else 0
    if not seconds:
        raise DataError(f"every {text!r} is no span. Write it like 30m, 6h, 1d or 1w.", every=text)
    monday = datetime(1970, 1, 5, tzinfo=UTC)
    return IntervalTrigger(seconds=seconds, start_date=monday, timezone=UTC)


def _of_cron(text: str, zone: ZoneInfo) -> BaseTrigger:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - rarely asked for

    fields = text.split()
    example = "Write minute, hour, day, month and day of the week: '0 6 * * 1-5'."
    if len(fields) != FIELDS:
        raise DataError(f"cron {text!r} has {len(fields)} fields instead of 5. {example}")
    minute, hour, day, month, weekday = fields
    if not day.startswith("*") and not weekday.startswith("*"):
        raise DataError(
            f"cron {text!r} names days of the month and of the week, which cron joins by 'or'. "
            "Make two schedules of it."
        )
    try:
        return CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=",".join(_weekdays(weekday)),
            timezone=zone,
        )
    except ValueError as problem:
        raise DataError(f"cron {text!r} cannot be read: {problem}. {example}") from problem


def _weekdays(field: str) -> list[str]:
    """Return the names of the days that cron's last field means."""
    chosen: set[str] = set()
    for part in field.split(","):
        found = OF_DAYS.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is no day of the week")
        begin, end, step = found.groups()
        first = _weekday(begin) if begin else 0
        last = _weekday(end) if end else first if begin and not step else len(DAYS) - 1
        if last < first:
            last += len(DAYS)  # sat-mon; and 5-0
        chosen |= {DAYS[day % len(DAYS)] for day in range(first, last + 1, int(step or 1) or 1)}
    return sorted(chosen, key=DAYS.index)


def _weekday(text: str) -> int:
    if text.isdigit() and int(text) <= len(DAYS):
        return int(text)
    if text.lower() in DAYS:
        return DAYS.index(text.lower())
    raise ValueError(f"{text!r} is no day of the week: 0-7 or sun, mon, …")
