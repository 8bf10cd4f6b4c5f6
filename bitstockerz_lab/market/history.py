"""Stored bars, read back: a period, adjusted, as they were known at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market import factors, store

if TYPE_CHECKING:
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

When = str | date | datetime | pd.Timestamp

FIRST = datetime(1, 1, 1)  # noqa: DTZ001 - columns are UTC without a zone


def read(
    con: Connection,
    symbol: Symbol | str,
    timeframe: str | None = None,
    start: When | None = None,
    end: When | None = None,
    adjusted: str | bool | None = "all",
    as_of: When | None = None,
) -> pd.DataFrame:
    """Return the stored bars of a symbol; what `lab.market.bars` calls.

    Parameters
    ----------
    con : a lease's connection
    symbol : a Symbol, or its text in any case
    timeframe : None takes the only one stored
    start, end : first and last stamp, inclusive, UTC; a bare date as `end` means that whole day
    adjusted : "all" (or True) for dividends and splits, "split", or False; only EQUITY symbols
        with stored factors are adjusted
    as_of : bars and factors stored later are left out; a bare date means the end of that day, UTC

    Returns
    -------
    DataFrame of shape (n_bars, 5)
        open, high, low, close, volume as float64; index `timestamp`, tz-aware UTC, ascending.
        `attrs`: symbol, asset_type, timeframe, adjusted ("all", "split" or "raw": what was done),
        provider, simulated.

    Raises
    ------
    NoBars
        None are stored for that.
    UnknownName
        There is no such symbol.
    DataError
        Several timeframes are stored and none was named, or an argument has no meaning.
    """
    wanted = factors.how(adjusted)
    found = store.find_symbol(con, symbol) if isinstance(symbol, str) else symbol
    known = _known(as_of)
    name = timeframe_of(con, found, timeframe)
    span = _span(name, start, end)
    bars, providers = store.read_bars(con, found, name, span, known)
    if bars.empty:
        raise no_bars(con, found, name, start, end, as_of)
    done: factors.Adjusted = "raw"
    if found.asset_type is AssetType.EQUITY and wanted != "raw":
        in_force = store.read_factors(con, found, known)
        if not in_force.empty:
            bars, done = factors.adjust(bars, in_force, wanted), wanted
    bars.attrs = {
        "symbol": found.symbol,
        "asset_type": str(found.asset_type),
        "timeframe": name,
        "adjusted": done,
        "provider": ", ".join(providers),
        "simulated": "synthetic" in providers,
    }
    return bars


def timeframe_of(con: Connection, symbol: Symbol, timeframe: str | None) -> str:
    """Return the timeframe that is meant: the one named, or the only one stored.

    Raises
    ------
    DataError, NoBars
        No table holds it; several are stored and none was named; nothing is stored.
    """
    if timeframe is not None:
        store.table_of(symbol.asset_type, timeframe)
        return timeframe
    stored = store.timeframes(con, symbol)
    if len(stored) > 1:
        raise DataError(
            f"{symbol.symbol} has bars in several timeframes: {', '.join(stored)}. Say which, like "
            f"timeframe={stored[0]!r}.",
            symbol=symbol.symbol,
            timeframes=stored,
        )
    if not stored:
        raise NoBars(
            f"{symbol.symbol} has no bars. Load some with lab.market.load_csv(...).",
            symbol=symbol.symbol,
        )
    return stored[0]


def _known(as_of: When | None) -> datetime:
    if as_of is None:
        return store.ALWAYS
    stamp = clock.utc(as_of)
    if clock.last_stamp(as_of, "1h") != stamp:  # a bare date
        stamp += timedelta(days=1, microseconds=-1)
    return _naive(stamp)


def _span(timeframe: str, start: When | None, end: When | None) -> tuple[datetime, datetime]:
    first = clock.utc(start) if start is not None else None
    last = clock.last_stamp(end, timeframe) if end is not None else None
    if first is not None and last is not None and first > last:
        raise DataError(f"start {start} is after end {end}. Swap them.", start=start, end=end)
    if timeframe == "1d":
        first = first.ceil("D") if first is not None else None
        last = last.floor("D") if last is not None else None
    return (
        FIRST if first is None else _naive(first),
        store.ALWAYS if last is None else _naive(last),
    )


def _naive(stamp: pd.Timestamp) -> datetime:
    return stamp.tz_convert(None).to_pydatetime(warn=False)


def no_bars(
    con: Connection,
    symbol: Symbol,
    timeframe: str,
    start: When | None = None,
    end: When | None = None,
    as_of: When | None = None,
) -> NoBars:
    """Return the error that says what was asked and what is stored."""
    asked = f"{symbol.symbol} has no {timeframe} bars"
    asked += f" from {start}" if start is not None else ""
    asked += f" to {end}" if end is not None else ""
    asked += f" that were known on {as_of}" if as_of is not None else ""
    stored = [
        f"{name} from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
        for name, (first, last) in store.extents(con, symbol).items()
    ]
    there = f" Stored are {' and '.join(stored)}." if stored else ""
    return NoBars(
        f"{asked}.{there} Load some with lab.market.load_csv(...).",
        symbol=symbol.symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        as_of=as_of,
    )
