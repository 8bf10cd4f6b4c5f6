"""When a symbol is traded: the sessions of its exchange, or every hour for a coin.

Sessions come from exchange_calendars, which is loaded when a stock is first asked about and then
kept for the process; coins never load it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from datetime import date, datetime

    from bitstockerz_lab.market.symbols import Symbol

ALWAYS_OPEN = "24/7"
WEEKDAYS = "weekdays"
HOME = "XNYS"
"""Taken for a stock in dollars of which nobody said where it is listed."""

FIRST_SESSION = "1990-01-01"
"""Asked of exchange_calendars, which knows XNYS from 2006 on unless it is told."""

NEIGHBOURS = {"IEXG": "XNYS", "MEMX": "XNYS", "OTCM": "XNYS", "XNSE": "XBOM", "XSHE": "XSHG"}
"""Exchanges that exchange_calendars 4.13 does not know, and one with the same holidays."""

LATE = {"XTAE": "2026-01-05"}
"""exchange_calendars 4.13 cannot make a calendar of it that begins before its week changed."""

FREQUENCIES = {"1d": "D", "1h": "h"}
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When bars of a symbol are to be expected; `of` finds a symbol's.

    Attributes
    ----------
    name : "24/7", "weekdays", or a calendar of exchange_calendars, "XNYS"
    note : why this one, where it was a choice; else ""

    Examples
    --------
    >>> Calendar("XNYS").expected("1d", "2020-07-02", "2020-07-06").strftime("%m-%d").tolist()
    ['07-02', '07-06']
    """

    name: str
    note: str = ""

    def expected(
        self, timeframe: str, first: str | date | pd.Timestamp, last: str | date | pd.Timestamp
    ) -> pd.DatetimeIndex:
        """Return the stamps at which bars are to be expected.

        Parameters
        ----------
        timeframe : "1d"; "1h" too where trading never stops
        first, last : inclusive, UTC; days that the calendar does not cover are left out

        Returns
        -------
        DatetimeIndex
            UTC, named `timestamp`, ascending; of a session midnight of its date.

        Raises
        ------
        DataError
            The calendar has no such bars.

        Examples
        --------
        >>> len(Calendar("24/7").expected("1h", "2020-01-01", "2020-01-01"))
        24
        """
        self._check(timeframe)
        start, end = clock.utc(first), clock.last_stamp(last, timeframe)
        if self.name == ALWAYS_OPEN:
            start = start.ceil(FREQUENCIES[timeframe])
            stamps = pd.date_range(start, end, freq=FREQUENCIES[timeframe], unit="us")
        elif self.name == WEEKDAYS:
            stamps = pd.date_range(start.ceil("D"), end, freq="B", unit="us")
        else:
            stamps = _sessions(self.name).dates
            stamps = stamps[slice(*stamps.slice_locs(start, end))]
        return stamps.rename("timestamp")

    def covers(self, stamps: pd.DatetimeIndex) -> np.ndarray:
        """Return of which stamps the calendar can tell whether the exchange was open.

        Returns
        -------
        boolean array of shape (n_stamps,)
            Of an exchange true from 1990 (some: from a later year) to a year from now.
        """
        if self.name in (ALWAYS_OPEN, WEEKDAYS):
            return np.ones(len(stamps), dtype=bool)
        known = _sessions(self.name).dates
        return np.asarray((stamps >= known[0]) & (stamps <= known[-1]))

    def last_complete(self, timeframe: str, now: datetime | None = None) -> pd.Timestamp:
        """Return the stamp of the newest bar that can be known: its session and it have ended.

        Parameters
        ----------
        timeframe : "1d"; "1h" too where trading never stops
        now : UTC; None means the clock

        Notes
        -----
        A bar's stamp is its start and it ends a timeframe later, so a daily bar is known at the
        next midnight UTC, and later than that only where the session closes later.

        Examples
        --------
        >>> str(Calendar("XNYS").last_complete("1d", pd.Timestamp("2020-07-06 12:00")).date())
        '2020-07-02'
        """
        self._check(timeframe)
        moment = clock.utc(now or clock.now())
        step = clock.TIMEFRAMES[timeframe]
        newest = moment.floor(FREQUENCIES[timeframe]) - step
        if self.name == ALWAYS_OPEN:
            return newest
        if self.name != WEEKDAYS:
            sessions = _sessions(self.name)
            if newest <= sessions.dates[-1]:  # beyond it weekdays are the best that is known
                over = (sessions.dates <= newest) & (sessions.closes <= moment)
                return pd.Timestamp(sessions.dates[over][-1])
        return newest - max(newest.weekday() - 4, 0) * DAY

    def _check(self, timeframe: str) -> None:
        if timeframe == "1d" or (timeframe == "1h" and self.name == ALWAYS_OPEN):
            return
        raise DataError(
            f"The calendar {self.name} has no {timeframe} bars. Ask it for '1d'"
            f"{' or ' + repr('1h') if self.name == ALWAYS_OPEN else ''}.",
            calendar=self.name,
            timeframe=timeframe,
        )


def of(symbol: Symbol) -> Calendar:
    """Return the calendar by which a symbol is traded.

    Returns
    -------
    Calendar
        Coins trade without a pause. A stock keeps the sessions of its exchange; where nobody said
        which, those of XNYS if its prices are in USD; weekdays where that too is unknown.
    """
    if symbol.asset_type is AssetType.CRYPTO:
        return Calendar(ALWAYS_OPEN)
    exchange = symbol.exchange
    if exchange is None and symbol.currency == "USD":
        note = f"Nobody said where {symbol.symbol} is listed; its prices are in USD, so "
        return Calendar(HOME, f"{note}the sessions of {HOME} are taken.")
    if exchange in NEIGHBOURS:
        name = NEIGHBOURS[exchange]
        return Calendar(name, f"{exchange} has no calendar of its own; {name} has its holidays.")
    known = _known(exchange) if exchange else None
    if known is None or _made(known) is None:
        where = exchange or f"{symbol.symbol}'s exchange, which nobody named,"
        note = f"{where} has no calendar: every weekday is taken for a session, holidays too."
        return Calendar(WEEKDAYS, note)
    return Calendar(known)


class _Sessions(NamedTuple):
    dates: pd.DatetimeIndex
    closes: pd.DatetimeIndex


def _known(exchange: str) -> str | None:
    """Return the calendar's name for an exchange, or None; XNAS and ARCX keep that of XNYS."""
    import exchange_calendars  # noqa: PLC0415 - reason: heavy

    try:
        return str(exchange_calendars.resolve_alias(exchange))
    except exchange_calendars.errors.InvalidCalendarName:
        return None


def _sessions(name: str) -> _Sessions:
    """Return sessions and their closes, UTC."""
    made = _made(name)
    if made is None:
        raise DataError(f"There is no calendar {name!r}. Use 'weekdays'.", calendar=name)
    return made


@cache
def _made(name: str) -> _Sessions | None:
    """Return the same, or None where exchange_calendars knows no such calendar or fails at it.

    Version 4.13 fails at Athens, Belgrade, Bucharest and Cyprus (ASEX, XBEL, XBSE, XCYS): pandas
    3.1 counts their Easter otherwise.
    """
    import exchange_calendars  # noqa: PLC0415 - reason: heavy

    with warnings.catch_warnings():
        # exchange_calendars 4.13 calls much that pandas 3.1 deprecates, some of it in one country
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        begin = LATE.get(name, FIRST_SESSION)
        try:
            calendar = exchange_calendars.get_calendar(name, start=begin)
        except exchange_calendars.errors.InvalidCalendarName:
            return None
        except ValueError:  # it begins later: Tokyo in 1997
            begin = exchange_calendars.get_calendar(name).bound_min()
            calendar = exchange_calendars.get_calendar(name, start=begin)
        except NotImplementedError:
            return None
    dates = pd.DatetimeIndex(calendar.sessions.to_numpy()).as_unit("us").tz_localize("UTC")
    return _Sessions(dates, pd.DatetimeIndex(calendar.closes).as_unit("us"))
