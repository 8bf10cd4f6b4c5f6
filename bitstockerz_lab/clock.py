"""The one clock, and what a stamp and a timeframe mean.

Times are UTC. A bar's stamp is its start; the bar is known at start + timeframe.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TypeVar

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import BadBars, DataError

TIMEFRAMES: dict[str, pd.Timedelta] = {
    "1h": pd.Timedelta(hours=1),
    "2h": pd.Timedelta(hours=2),
    "4h": pd.Timedelta(hours=4),
    "6h": pd.Timedelta(hours=6),
    "8h": pd.Timedelta(hours=8),
    "12h": pd.Timedelta(hours=12),
    "1d": pd.Timedelta(days=1),
    "1w": pd.Timedelta(weeks=1),
    "1mo": pd.Timedelta(days=30),
}
"""Length of a bar by timeframe; a month counts 30 days here, in `bar_end` its own length."""

UNITS = {
    "h": "h hr hrs hour hours hourly",
    "d": "d day days daily",
    "w": "w wk week weeks weekly",
    "mo": "mo mon month months monthly",
    "min": "m min mins minute minutes",
}
SPELLINGS = {word: unit for unit, words in UNITS.items() for word in words.split()}
"""The unit a word means; "M" alone is a month, as everywhere else in trading."""
COUNTED = re.compile(r"(\d*)[\s-]*([A-Za-z]+)")

SHORTEST_MONTH = pd.Timedelta(days=28)
BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?"
)


def now() -> datetime:
    """Return the time now, UTC, without a time zone: what goes into a TIMESTAMP column."""
    return datetime.now(UTC).replace(tzinfo=None)


def utc(when: str | date | datetime | pd.Timestamp) -> pd.Timestamp:
    """Return a point in time as a tz-aware UTC Timestamp; what has no time zone is UTC already.

    Text must be ISO 8601: whether 01/02/2015 is in January or February, and whether 2016 is its
    first day or its last, would be a guess. Numbers are no times.

    Raises
    ------
    DataError
        The text is no date or time.

    Examples
    --------
    >>> utc("2020-01-02")
    Timestamp('2020-01-02 00:00:00+0000', tz='UTC')
    """
    text = when.strip() if isinstance(when, str) else None
    if not (ISO_TIME.fullmatch(text) if text is not None else isinstance(when, date)):
        raise _no_time(when)
    try:
        stamp = pd.Timestamp(text if text is not None else when)
    except ValueError as problem:
        raise _no_time(when) from problem
    if pd.isna(stamp):
        raise _no_time(when)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


def timeframe(text: str) -> str:
    """Return the name of the timeframe that a text means: one of TIMEFRAMES.

    Raises
    ------
    DataError
        It means none; the message names the nearest.

    Examples
    --------
    >>> timeframe("4H"), timeframe("daily"), timeframe("1M")
    ('4h', '1d', '1mo')
    """
    if text in TIMEFRAMES:
        return text
    told = COUNTED.fullmatch(text.strip()) if isinstance(text, str) else None
    number, word = told.groups() if told else ("", "")
    unit = "mo" if word == "M" else SPELLINGS.get(word.casefold(), "")
    name = f"{number or 1}{unit}"
    if name in TIMEFRAMES:
        return name
    hint = f"Known are {', '.join(map(repr, TIMEFRAMES))}."
    if unit == "min":
        hint = f"{text!r} would be minutes, and the shortest bars are '1h'; a month is '1mo'."
    elif not unit and (near := get_close_matches(str(text), SPELLINGS, n=1)):
        hint = f"Did you mean '1{SPELLINGS[near[0]]}'? {hint}"
    raise DataError(f"No timeframe {text!r}. {hint}", timeframe=text)


def _no_time(when: object) -> DataError:
    message = f"{when!r} is no date or time. Write it like '2020-01-31' or '2020-01-31 14:00'."
    return DataError(message, when=when)


def last_stamp(end: str | date | datetime | pd.Timestamp, timeframe: str) -> pd.Timestamp:
    """Return the stamp of the last bar that `end` includes; a bare date means that whole day.

    Examples
    --------
    >>> last_stamp("2020-01-31", "1h")
    Timestamp('2020-01-31 23:00:00+0000', tz='UTC')
    """
    stamp = utc(end)
    bare = (isinstance(end, str) and BARE_DATE.fullmatch(end.strip())) or (
        isinstance(end, date) and not isinstance(end, datetime)
    )
    day = pd.Timedelta(days=1)
    return stamp + day - TIMEFRAMES[timeframe] if bare and TIMEFRAMES[timeframe] < day else stamp


Moments = TypeVar("Moments", pd.Timestamp, pd.DatetimeIndex)


def bar_start(when: Moments, timeframe: str) -> Moments:
    """Return the start of the bars in which moments lie.

    Hours lie on the UTC grid (4h: 00, 04, …), a week starts on Monday 00:00 UTC, a month on its
    first day.

    Parameters
    ----------
    when : Timestamp or DatetimeIndex, UTC
    timeframe : one of TIMEFRAMES

    Examples
    --------
    >>> bar_start(utc("2020-01-01 05:00"), "1w")
    Timestamp('2019-12-30 00:00:00+0000', tz='UTC')
    """
    if timeframe not in {"1w", "1mo"}:
        return when.floor(TIMEFRAMES[timeframe])
    day = when.floor("D")
    days = day.day_of_week if timeframe == "1w" else day.day - 1
    return day - pd.to_timedelta(days, unit="D")


def bar_end(start: Moments, timeframe: str) -> Moments:
    """Return when the bars that start at `start` end, and so are known.

    Parameters
    ----------
    start : Timestamp or DatetimeIndex
    timeframe : one of TIMEFRAMES
    """
    return start + (pd.DateOffset(months=1) if timeframe == "1mo" else TIMEFRAMES[timeframe])


def stamps(frame: pd.DataFrame | pd.Series) -> pd.DatetimeIndex:
    """Return a frame's index of bar starts as UTC.

    Raises
    ------
    BadBars
        The index holds no times.
    """
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        message = "Bars need a DatetimeIndex of bar starts. Try bars.set_index('timestamp')."
        raise BadBars(message)
    return index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")


def timeframe_of(frame: pd.DataFrame) -> str:
    """Return the timeframe that a frame says its bars have, in `attrs`.

    Nothing is inferred: a gap would make bars look longer than they are, and known too early.

    Raises
    ------
    DataError
        It says nothing.
    """
    told = frame.attrs.get("timeframe")
    if told is None:
        raise DataError(
            "These bars do not say their timeframe, so when they end is unknown. Set it like "
            "bars.attrs['timeframe'] = '1d'."
        )
    return timeframe(told)


def infer_timeframe(index: pd.DatetimeIndex) -> str:
    """Return the timeframe of a bars index from its commonest step; "1d" for a single bar.

    A step that is no timeframe counts as the next shorter one, and one below an hour as "1h": the
    metrics need it for the length of a bar at the end of the period and for nothing finer.

    Examples
    --------
    >>> infer_timeframe(pd.date_range("2020-01-03", periods=2, freq="3D"))
    '1d'
    """
    if len(index) < 2:  # noqa: PLR2004 - one bar has no step
        return "1d"
    lengths, counts = np.unique(np.diff(index.as_unit("ns").asi8), return_counts=True)
    step = pd.Timedelta(int(lengths[counts.argmax()]), "ns")
    if step >= SHORTEST_MONTH:
        return "1mo"
    fitting = [name for name, length in TIMEFRAMES.items() if length <= step]
    return fitting[-1] if fitting else "1h"
