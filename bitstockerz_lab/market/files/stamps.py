"""What the stamps of a file say: text, numbers or times in, UTC stamps of bars out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import dates, epochs, zones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FOREIGN = r"\d:\d{2}\S*\s?([+-](?!00:?00)\d{2}:?\d{2})$"
"""A time with a zone other than UTC; the first group is the zone."""

ZONED = r"[ T].*(?:Z|z|UTC|GMT|[+-]\d{2}:?\d{2})$"
"""A time that says its zone."""

FEW = 10
"""So few stamps at midnight may be hours by chance."""


def read(
    times: pd.Series,
    timeframe: str,
    source: str,
    date_format: str | None = None,
    timezone: str | None = None,
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps that times, numbers or texts mean.

    Parameters
    ----------
    times : Series of datetime64, of numbers (unix time, or dates in digits) or of texts
    timeframe, source, date_format, timezone : as for `parse`

    Returns
    -------
    stamps : tz-aware UTC DatetimeIndex, NaT where there is none
    notes : what was found out, a sentence each

    Raises
    ------
    DataError
        No stamp can be read, or the order of day and month cannot be decided.
    """
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        return of_times(pd.DatetimeIndex(times), timeframe, timezone)
    if pd.api.types.is_numeric_dtype(times.dtype):
        values = times.to_numpy(dtype="float64" if times.hasnans else None, na_value=np.nan)
        found = epochs.of_numbers(values)
        if found is not None:
            return _of_unix(*found, timeframe, timezone)
        times = times.astype("Int64")
    return parse(times, timeframe, source, date_format, timezone)


def parse(
    texts: pd.Series,
    timeframe: str,
    source: str,
    date_format: str | None = None,
    timezone: str | None = None,
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps that texts mean.

    Parameters
    ----------
    texts : Series of str
    timeframe : a daily bar's stamp is its date as written, whatever the zone; others are converted
    source : the file's name, for messages
    date_format : how `strptime` would be told; None reads ISO 8601, unix time, names of months,
        12-hour clocks, and other dates where the whole file leaves one order of day, month and
        year only
    timezone : of hours that say none

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
    if date_format is not None:
        stamps = _by_format(texts, date_format)
        notes: list[str] = []
        local = np.full(len(texts), "%z" not in date_format.lower())
    else:
        stamps, notes = _by_themselves(texts, timeframe, source, timezone)
        local = ~(_match(texts, ZONED) | _are_unix(texts))
    if len(texts) and stamps.isna().all():
        tried = f" with date_format={date_format!r}" if date_format else ""
        first = texts.iloc[0] if isinstance(texts.iloc[0], str) else ""
        raise DataError(
            f"{source}: no stamp can be read{tried}; the first is {first!r}. Write stamps like "
            "2020-01-31 or 2020-01-31 14:00, or pass date_format=, like date_format='%d/%m/%Y'.",
            source=source,
            first=first,
        )
    if timeframe != "1d":
        stamps, more = zones.to_utc(stamps, local, timezone)
        notes += more
    return stamps.tz_localize("UTC").rename("timestamp"), notes


def of_times(
    times: pd.DatetimeIndex, timeframe: str, timezone: str | None = None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps that times mean: a day's date as written; else UTC, if no zone is said."""
    notes = notes_on_days(times, timeframe)
    if times.tz is not None:
        times = times.tz_localize(None) if timeframe == "1d" else times.tz_convert(None)
    elif timeframe != "1d":
        times, notes = zones.to_utc(times, np.ones(len(times), dtype=bool), timezone)
    return times.as_unit("us").tz_localize("UTC").rename("timestamp"), notes


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


def _of_unix(
    stamps: pd.DatetimeIndex, notes: list[str], timeframe: str, timezone: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps of unix time, of days their date in the zone."""
    if timeframe == "1d":
        stamps = zones.local_days(stamps, timezone)
    return stamps.tz_localize("UTC").rename("timestamp"), notes


def _by_themselves(
    texts: pd.Series, timeframe: str, source: str, timezone: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read texts of which nothing was said."""
    stamps = dates.by_iso(texts, timeframe)
    stamps, notes = _fill(stamps, texts, lambda rest: _by_unix(rest, timeframe, timezone))
    stamps, more = _fill(stamps, texts, lambda rest: _by_habit(rest, timeframe, source))
    notes += more
    if timeframe == "1d":
        notes += _as_written_in(texts.str.extract(FOREIGN)[0].dropna().unique().tolist())
    return stamps, notes


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


def _by_unix(
    texts: pd.Series, timeframe: str, timezone: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    numbers = pd.to_numeric(texts.where(_are_unix(texts))).to_numpy("float64", na_value=np.nan)
    found = epochs.of_numbers(numbers)
    if found is None:
        return pd.DatetimeIndex([pd.NaT] * len(texts)), []
    stamps, notes = _of_unix(*found, timeframe, timezone)
    return stamps.tz_localize(None), notes


def _by_habit(texts: pd.Series, timeframe: str, source: str) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read dates as people write them."""
    iso, halves = dates.rewrite(texts)
    stamps = dates.by_iso(iso, timeframe)
    stamps, notes = _fill(stamps, iso, lambda rest: dates.by_order(rest, timeframe, source))
    read = np.flatnonzero(stamps.notna() & halves.to_numpy(dtype="bool"))
    if len(read):
        example = f"{texts.iloc[read[0]]!r} as {stamps[read[0]]:%H:%M}"
        notes.insert(0, f"Stamps of a 12-hour clock were read: {example}.")
    return stamps, notes


def _are_unix(texts: pd.Series) -> np.ndarray:
    found: np.ndarray = _match(texts, f"^{epochs.TEXT}$") & ~_match(
        texts, f"^{epochs.COMPACT.pattern}$"
    )
    return found


def _match(texts: pd.Series, pattern: str) -> np.ndarray:
    found: np.ndarray = texts.str.contains(pattern).to_numpy(dtype="bool", na_value=False)
    return found


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


def _as_written_in(zones: list[str]) -> list[str]:
    said = f"Dates were taken as written in {', '.join(zones)}; no day was converted to UTC."
    return [said] if zones else []


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
        return (
            "A daily bar's stamp is its date, like 2020-01-31; unix time of another zone's "
            "midnights needs timezone=."
        )
    return f"A {timeframe} bar's stamp is its start, a full hour UTC, like 2020-01-31 14:00."
