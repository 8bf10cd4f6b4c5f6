"""Bars against the calendar: what is missing, what should not be there, how far behind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market import calendars
from bitstockerz_lab.market.quality import findings

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.calendars import Calendar

LONG_GAP = {"1d": (1, 5), "1h": (6, 24)}
"""Missing bars in a row from which a gap is a warning, and an error."""

PATIENCE = {"1d": 1, "1h": 24}
"""How many bars a symbol may be behind before it is stale."""


def counted(number: int, timeframe: str, calendar: Calendar) -> str:
    """Return how many bars the calendar expects, with their word: ``12 sessions``, ``1 hour``."""
    day = "day" if calendar.name == calendars.ALWAYS_OPEN else "session"
    word = day if timeframe == "1d" else "hour"
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def gaps(
    stamps: pd.DatetimeIndex, expected: pd.DatetimeIndex, timeframe: str, calendar: Calendar
) -> pd.DataFrame:
    """Find bars that are missing.

    Parameters
    ----------
    stamps : of the bars, ascending
    expected : what the calendar expects from the first of them to the last
    timeframe, calendar : of the bars

    Returns
    -------
    DataFrame
        Findings of kind "gap"; `bars` is how many are missing.
    """
    missing = findings.spans(~_among(expected, stamps))

    def message(number: int) -> str:
        length = int(missing.lengths[number])
        first = findings.when(expected[missing.starts[number]], timeframe)
        last = findings.when(expected[missing.ends[number]], timeframe)
        what = counted(length, timeframe, calendar)
        if length == 1:
            return f"{what} is missing, {first}."
        return f"{what} are missing, {first} to {last}."

    severities = findings.graded(missing.lengths, *LONG_GAP[timeframe])
    return findings.rows("gap", expected, missing, severities, message)


def missing_before(stamps: pd.DatetimeIndex, expected: pd.DatetimeIndex) -> np.ndarray:
    """Return how many bars are missing between each bar and the one before it.

    Returns
    -------
    integer array of shape (n_bars,)
        0 for the first bar.
    """
    absent = expected[~_among(expected, stamps)]
    missing: np.ndarray = np.diff(np.searchsorted(absent.asi8, stamps.asi8), prepend=0)
    return missing


def extras(
    stamps: pd.DatetimeIndex, expected: pd.DatetimeIndex, timeframe: str, calendar: Calendar
) -> pd.DataFrame:
    """Find bars of days on which the exchange was closed; findings of kind "extra"."""
    extra = findings.spans(~_among(stamps, expected) & calendar.covers(stamps))

    def message(number: int) -> str:
        length = int(extra.lengths[number])
        first, last = stamps[extra.starts[number]], stamps[extra.ends[number]]
        closed = f"when {calendar.name} was closed"
        if length == 1:
            return f"A bar of {first:%A}, {findings.when(first, timeframe)}, {closed}."
        span = f"{findings.when(first, timeframe)} to {findings.when(last, timeframe)}"
        return f"{length:,} bars in a row, {span}, {closed}."

    return findings.rows("extra", stamps, extra, Severity.WARNING, message)


def ended_since(
    last: pd.Timestamp, timeframe: str, calendar: Calendar, now: datetime | None = None
) -> pd.DatetimeIndex:
    """Return the bars that have ended since `last` and so could be stored; `now` is UTC."""
    newest = calendar.last_complete(timeframe, now)
    ended = calendar.expected(timeframe, last, max(last, newest))
    return ended[ended > last]


def is_stale(behind: int, timeframe: str) -> bool:
    """Return whether so many bars behind are more than a day's delay."""
    return behind > PATIENCE[timeframe]


def stale(
    last: pd.Timestamp, ended: pd.DatetimeIndex, timeframe: str, calendar: Calendar
) -> pd.DataFrame:
    """Find that bars end too early.

    Parameters
    ----------
    last : stamp of the last bar
    ended : what `ended_since` tells of it
    timeframe, calendar : of the bars

    Returns
    -------
    DataFrame
        One finding of kind "stale", or none; `bars` is how many are behind.
    """
    if not is_stale(len(ended), timeframe):
        return findings.none()
    text = (
        f"The last bar is of {findings.when(last, timeframe)}; "
        f"{counted(len(ended), timeframe, calendar)} have ended since."
    )
    since = findings.Spans(np.array([0]), np.array([len(ended) - 1]))
    return findings.rows("stale", ended, since, Severity.WARNING, lambda _: text)


def _among(some: pd.DatetimeIndex, others: pd.DatetimeIndex) -> np.ndarray:
    """Return which of `some` are among `others`; both ascending and of one unit."""
    wanted, known = some.as_unit("us").asi8, others.as_unit("us").asi8
    if not len(known):
        return np.zeros(len(wanted), dtype=bool)
    places = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    same: np.ndarray = known[places] == wanted
    return same
