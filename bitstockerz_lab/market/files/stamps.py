"""What the stamps of a file say: text or times in, UTC stamps of bars out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ISO = re.compile(r"\d{4}-?\d{2}-?\d{2}(?:[ T].*)?")
ZONE = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$")
PARTS = re.compile(r"^(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(\s.*)?$")
HALF_DAYS = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[ T](0?[1-9]|1[0-2])((?::[0-5]\d){0,2})[ -]?([AP])M$", re.IGNORECASE
)
"""A date with an hour of a 12-hour clock, like 2019-10-17 09-AM."""

FOREIGN = r"\d:\d{2}\S*\s?([+-](?!00:?00)\d{2}:?\d{2})$"
"""A time with a zone other than UTC; the first group is the zone."""

ORDERS = {
    "%Y/%m/%d": ("year/month/day", (0, 1, 2)),
    "%m/%d/%Y": ("month/day/year", (2, 0, 1)),
    "%d/%m/%Y": ("day/month/year", (2, 1, 0)),
}
"""The orders a date with separators may have: its name, and where year, month and day stand."""

CENTURY_TURN = 69
"""A year of two digits from here on is in the 1900s, as in POSIX `strptime`."""

FEW = 10
"""So few stamps at midnight may be hours by chance."""


def parse(
    texts: pd.Series, timeframe: str, source: str, date_format: str | None = None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps that texts mean.

    Parameters
    ----------
    texts : Series of str
    timeframe : a daily bar's stamp is its date as written, whatever the zone; others are converted
    source : the file's name, for messages
    date_format : how `strptime` would be told; None reads ISO 8601, and other dates where the
        whole file leaves one order of day, month and year only

    Returns
    -------
    stamps : tz-aware UTC DatetimeIndex, NaT where a text cannot be read
    notes : what was found out, a sentence each

    Raises
    ------
    DataError
        No stamp can be read, or the order of day and month cannot be decided.
    """
    texts = texts.astype("str").str.strip()
    notes: list[str] = []
    if date_format is not None:
        stamps = _by_format(texts, date_format)
    else:
        stamps = _by_iso(texts, timeframe)
        stamps, found = _fill(stamps, texts, lambda rest: _by_half_days(rest, timeframe))
        stamps, more = _fill(stamps, texts, lambda rest: _by_parts(rest, timeframe, source))
        notes = found + more
        if timeframe == "1d":
            notes += _as_written_in(texts.str.extract(FOREIGN)[0].dropna().unique().tolist())
    if len(texts) and stamps.isna().all():
        tried = f" with date_format={date_format!r}" if date_format else ""
        first = texts.iloc[0] if isinstance(texts.iloc[0], str) else ""
        raise DataError(
            f"{source}: no stamp can be read{tried}; the first is {first!r}. Write stamps like "
            "2020-01-31 or 2020-01-31 14:00, or pass date_format=, like date_format='%d/%m/%Y'.",
            source=source,
            first=first,
        )
    return stamps.tz_localize("UTC").rename("timestamp"), notes


def of_times(times: pd.DatetimeIndex, timeframe: str) -> pd.DatetimeIndex:
    """Return the stamps that times mean: a day's date as written; else UTC, if no zone is said."""
    if times.tz is not None:
        times = times.tz_localize(None) if timeframe == "1d" else times.tz_convert(None)
    return times.as_unit("us").tz_localize("UTC").rename("timestamp")


def notes_on_days(times: pd.DatetimeIndex, timeframe: str) -> list[str]:
    """Return what is to be told of days in another zone than UTC, a sentence each."""
    if timeframe != "1d" or times.tz is None:
        return []
    same = (times.tz_localize(None) == times.tz_convert(None)) | times.isna()
    return [] if same.all() else _as_written_in([str(times.tz)])


def fit(stamps: pd.DatetimeIndex, timeframe: str, source: str) -> None:
    """Refuse stamps that as a whole belong to another timeframe.

    Single stamps off the grid are the business of `bars.check`.

    Raises
    ------
    DataError
        Most stamps lie off the timeframe's grid, or hours are asked for and all are midnights.
    """
    known = stamps[stamps.notna()]
    if len(known) == 0:
        return
    ticks = known.as_unit("us").asi8
    length = clock.TIMEFRAMES[timeframe] // pd.Timedelta(microseconds=1)
    day = pd.Timedelta(days=1) // pd.Timedelta(microseconds=1)
    off = int(np.count_nonzero(ticks % length))
    daily = timeframe != "1d" and len(known) >= FEW and not (ticks % day).any()
    if 2 * off <= len(known) and not daily:
        return
    step = _commonest_step(ticks)
    what = (
        f"{off} of {len(known)} stamps are not the start of a {timeframe} bar"
        if off
        else (f"all {len(known)} stamps are midnights")
    )
    raise DataError(
        f"{source} is no {timeframe} file: {what}; the first is {known[0]:%Y-%m-%d %H:%M:%S}, "
        f"the commonest step {_in_words(step)}. {_way_out(step, timeframe)}",
        source=source,
        timeframe=timeframe,
        step=step,
    )


def _as_written_in(zones: list[str]) -> list[str]:
    said = f"Dates were taken as written in {', '.join(zones)}; no day was converted to UTC."
    return [said] if zones else []


def _fill(
    stamps: pd.DatetimeIndex,
    texts: pd.Series,
    read: Callable[[pd.Series], tuple[pd.DatetimeIndex, list[str]]],
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read the texts that have no stamp yet in another way."""
    unread = np.asarray(stamps.isna())
    if not unread.any():
        return stamps, []
    others, notes = read(texts[unread])
    ticks = stamps.to_numpy().copy()
    ticks[unread] = others.to_numpy()
    return pd.DatetimeIndex(ticks), notes


def _by_half_days(texts: pd.Series, timeframe: str) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read hours of a 12-hour clock: 12 AM is midnight, 12 PM is noon."""
    parts = texts.str.extract(HALF_DAYS)
    hours = pd.to_numeric(parts[1]) % 12 + 12 * parts[3].str.upper().eq("P")
    hour = hours.fillna(0).astype("int64").astype("str").str.zfill(2)
    minutes = parts[2].where(parts[2] != "", ":00")
    stamps = _by_iso(parts[0] + " " + hour + minutes, timeframe)
    read = np.flatnonzero(stamps.notna())
    if len(read) == 0:
        return stamps, []
    example = f"{texts.iloc[read[0]]!r} as {stamps[read[0]]:%H:%M}"
    return stamps, [f"Stamps of a 12-hour clock were read: {example}."]


def _by_format(texts: pd.Series, date_format: str) -> pd.DatetimeIndex:
    try:
        stamps = pd.to_datetime(texts, format=date_format, errors="coerce", utc=True)
    except (ValueError, re.error) as problem:
        raise DataError(
            f"date_format={date_format!r} is no date format ({problem}). Write it like "
            "'%m/%d/%Y' or '%Y-%m-%d %I-%p'.",
            date_format=date_format,
        ) from problem
    return pd.DatetimeIndex(stamps).tz_convert(None).as_unit("us")


def _by_iso(texts: pd.Series, timeframe: str) -> pd.DatetimeIndex:
    texts = texts.where(texts.str.fullmatch(ISO.pattern).fillna(value=False))
    if timeframe == "1d":
        texts = texts.where(
            texts.str.len() <= len("2020-01-31"), texts.str.replace(ZONE, "", regex=True)
        )
    stamps = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    return pd.DatetimeIndex(stamps).tz_convert(None).as_unit("us")


def _by_parts(texts: pd.Series, timeframe: str, source: str) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read dates like 1/31/2020 in the only order that reads all of them."""
    parts = texts.str.extract(PARTS)
    readings = {
        format_: _by_iso(_as_iso(parts, places), timeframe)
        for format_, (_, places) in ORDERS.items()
    }
    read = {format_: np.asarray(stamps.notna()) for format_, stamps in readings.items()}
    readable = np.logical_or.reduce(list(read.values()))
    if not readable.any():
        return readings["%Y/%m/%d"], []
    orders = [format_ for format_ in ORDERS if read[format_][readable].all()]
    example = texts[readable].iloc[0]
    if len(orders) != 1:
        names = " or ".join(ORDERS[format_][0] for format_ in orders)
        said = (
            f"stamps like {example!r} may be {names}, and nothing in the file decides"
            if orders
            else f"no order of day, month and year reads all stamps like {example!r}"
        )
        ways = " or ".join(
            f"date_format={_as_written(format_, example)!r}" for format_ in orders or ORDERS
        )
        raise DataError(f"{source}: {said}. Pass {ways}.", source=source, example=example)
    note = f"Stamps like {example!r} were read as {ORDERS[orders[0]][0]}: no other order fits."
    return readings[orders[0]], [note]


def _as_iso(parts: pd.DataFrame, places: tuple[int, int, int]) -> pd.Series:
    """Return ISO texts of dates taken apart, missing where a year or day has a strange length."""
    fields = (parts[0], parts[2], parts[3])
    year, month, day = (fields[place] for place in places)
    short = year.str.len() == 2  # noqa: PLR2004 - digits
    century = np.where(pd.to_numeric(year) >= CENTURY_TURN, "19", "20")
    year = year.where(~short, pd.Series(century, index=year.index) + year)
    text = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + parts[4].fillna("")
    return text.where((year.str.len() == 4) & (month.str.len() <= 2) & (day.str.len() <= 2))  # noqa: PLR2004 - digits


def _as_written(format_: str, example: str) -> str:
    """Return a format with the example's own separator, length of year and time of day."""
    found = PARTS.match(example)
    if found is None:  # pragma: no cover - the example was read by it
        return format_
    if not any(len(found[place]) == 4 for place in (1, 4)):  # noqa: PLR2004 - digits
        format_ = format_.replace("%Y", "%y")
    time = (found[5] or "").strip()
    clock_format = {0: "", 1: " %H:%M", 2: " %H:%M:%S"}.get(time.count(":"), "") if time else ""
    return format_.replace("/", found[2]) + clock_format


def _commonest_step(ticks: np.ndarray) -> pd.Timedelta | None:
    steps = np.diff(np.unique(ticks))
    if len(steps) == 0:
        return None
    values, counts = np.unique(steps, return_counts=True)
    return pd.Timedelta(microseconds=int(values[counts.argmax()]))


def _in_words(step: pd.Timedelta | None) -> str:
    if step is None:
        return "unknown"
    units: Sequence[tuple[str, int]] = (("day", 86_400), ("hour", 3600), ("minute", 60))
    seconds = step.total_seconds()
    for unit, length in units:
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds:g} seconds"


def _way_out(step: pd.Timedelta | None, timeframe: str) -> str:
    for name in ("1h", "1d"):
        if step == clock.TIMEFRAMES[name] and name != timeframe:
            return f"Pass timeframe={name!r}."
    if timeframe == "1d":
        return "A daily bar's stamp is its date, like 2020-01-31."
    return f"A {timeframe} bar's stamp is its start, a full hour UTC, like 2020-01-31 14:00."
