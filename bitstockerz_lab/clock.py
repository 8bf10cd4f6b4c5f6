"""The one clock, and what a stamp and a timeframe mean.

Times are UTC. A bar's stamp is its start; the bar is known at start + timeframe.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TypeVar

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import BadBars, DataError

TIMEFRAMES: dict[str, pd.Timedelta] = {
    "1h": pd.Timedelta(hours=1),
    "4h": pd.Timedelta(hours=4),
    "1d": pd.Timedelta(days=1),
    "1w": pd.Timedelta(weeks=1),
    "1M": pd.Timedelta(days=30),
}
"""Length of a bar by timeframe; a month counts 30 days here, in `bar_end` its own length."""

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


def bar_end(start: Moments, timeframe: str) -> Moments:
    """Return when the bars that start at `start` end, and so are known.

    Parameters
    ----------
    start : Timestamp or DatetimeIndex
    timeframe : one of TIMEFRAMES
    """
    return start + (pd.DateOffset(months=1) if timeframe == "1M" else TIMEFRAMES[timeframe])


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
        return "1M"
    fitting = [name for name, length in TIMEFRAMES.items() if length <= step]
    return fitting[-1] if fitting else "1h"
