"""Stored bars, read back: a period, adjusted, as they were known at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market import factors, store
from bitstockerz_lab.market.resample import makes, resample

if TYPE_CHECKING:
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

When = str | date | datetime | pd.Timestamp

Span = tuple[datetime, datetime]

EVER: Span = (datetime(1, 1, 1), store.ALWAYS)  # noqa: DTZ001 - columns are UTC without a zone


def read(
    con: Connection,
    symbol: Symbol | str,
    timeframe: str | None = None,
    start: When | None = None,
    end: When | None = None,
    adjusted: str | bool | None = "all",
    as_of: When | None = None,
) -> pd.DataFrame:
    """Return the bars of a symbol; what `lab.market.bars` calls.

    Parameters
    ----------
    con : a lease's connection
    symbol : a Symbol, or its text in any case
    timeframe : one that is stored or can be made of one; None takes the only one stored
    start, end : first and last stamp, inclusive, UTC; a bare date as `end` means that whole day
    adjusted : "all" (or True) for dividends and splits, "split", or False; only EQUITY symbols
        with stored factors are adjusted
    as_of : bars and factors stored later are left out; a bare date means the end of that day, UTC

    Returns
    -------
    DataFrame of shape (n_bars, 5)
        open, high, low, close, volume as float64; index `timestamp`, tz-aware UTC, ascending.
        `attrs`: symbol, asset_type, timeframe, adjusted ("all", "split" or "raw": what was done),
        provider, simulated, resampled_from (the timeframe they were made of; None if stored).

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
    known = known_at(as_of)
    found = store.find_symbol(con, symbol) if isinstance(symbol, str) else symbol
    name = timeframe_of(con, found, timeframe)
    span = span_of(name, start, end)
    for source in sources(found.asset_type, name):
        if source == name:
            bars = _stored(con, found, name, span, known, wanted)
            if bars.empty and not store.read_bars(con, found, name, EVER, known)[0].empty:
                break  # stored, but not in this period: nothing else stands in for them
        else:
            whole = _stored(con, found, source, EVER, known, wanted)
            bars = cut(resample(whole, name), span)
        if not bars.empty:
            return bars
    raise no_bars(con, found, name, start, end, as_of)


def sources(asset_type: AssetType, timeframe: str) -> list[str]:
    """Return the stored timeframes of which bars are, or can be made; the first with bars counts.

    Examples
    --------
    >>> sources(AssetType.CRYPTO, "1d"), sources(AssetType.EQUITY, "1w")
    (['1d', '1h'], ['1d'])
    """
    stored = [name for kind, name in store.TABLES if kind is asset_type]
    return [name for name in stored if name == timeframe or makes(name, timeframe)]


def timeframe_of(con: Connection, symbol: Symbol, timeframe: str | None) -> str:
    """Return the timeframe that is meant: the one named, or the only one stored.

    Raises
    ------
    DataError, NoBars
        Such bars are neither stored nor made; several are stored and none was named; nothing is
        stored.
    """
    if timeframe is not None:
        return possible(symbol.asset_type, timeframe)
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


def possible(asset_type: AssetType, timeframe: str) -> str:
    """Return the name of a timeframe that bars of an asset type can have.

    Raises
    ------
    DataError
        They have no table, and cannot be made of bars that have one.
    """
    name = clock.timeframe(timeframe)
    if not sources(asset_type, name):
        known = [repr(one) for one in clock.TIMEFRAMES if sources(asset_type, one)]
        raise DataError(
            f"{name} bars of {asset_type} symbols have no table, and no shorter ones to be made "
            f"of. timeframe= may be {', '.join(known)}.",
            asset_type=asset_type,
            timeframe=name,
        )
    return name


def extent(con: Connection, symbol: Symbol, timeframe: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last stamp (UTC) of a symbol's bars, stored or made.

    Raises
    ------
    NoBars
        There are none.
    """
    stored = store.extents(con, symbol).get(timeframe)
    if stored is not None:
        return stored
    index = read(con, symbol, timeframe, adjusted=False).index
    return index[0], index[-1]


def _stored(
    con: Connection,
    symbol: Symbol,
    timeframe: str,
    span: Span,
    known: datetime,
    wanted: factors.Adjusted,
) -> pd.DataFrame:
    """Return stored bars, adjusted, that say what they are."""
    bars, providers = store.read_bars(con, symbol, timeframe, span, known)
    done: factors.Adjusted = "raw"
    if symbol.asset_type is AssetType.EQUITY and wanted != "raw" and not bars.empty:
        in_force = store.read_factors(con, symbol, known)
        if not in_force.empty:
            bars, done = factors.adjust(bars, in_force, wanted), wanted
    bars.attrs = {
        "symbol": symbol.symbol,
        "asset_type": str(symbol.asset_type),
        "timeframe": timeframe,
        "adjusted": done,
        "provider": ", ".join(providers),
        "simulated": "synthetic" in providers,
        "resampled_from": None,
    }
    return bars


def known_at(as_of: When | None) -> datetime:
    """Return the moment (UTC naive) that `as_of` means; a bare date is the end of that day."""
    if as_of is None:
        return store.ALWAYS
    stamp = clock.utc(as_of)
    if clock.last_stamp(as_of, "1h") != stamp:  # a bare date
        stamp += timedelta(days=1, microseconds=-1)
    return _naive(stamp)


def span_of(timeframe: str, start: When | None, end: When | None) -> Span:
    """Return the first and last stamp (UTC naive) of a period.

    Raises
    ------
    DataError
        It ends before it starts, or is none.
    """
    first = clock.utc(start) if start is not None else None
    last = clock.last_stamp(end, timeframe) if end is not None else None
    if first is not None and last is not None and first > last:
        raise DataError(f"start {start} is after end {end}. Swap them.", start=start, end=end)
    if timeframe == "1d":
        first = first.ceil("D") if first is not None else None
        last = last.floor("D") if last is not None else None
    return (
        EVER[0] if first is None else _naive(first),
        EVER[1] if last is None else _naive(last),
    )


def _naive(stamp: pd.Timestamp) -> datetime:
    return stamp.tz_convert(None).to_pydatetime(warn=False)


def cut(bars: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Return the bars whose stamps lie in a period."""
    first, last = (pd.Timestamp(moment).as_unit("us").tz_localize("UTC") for moment in span)
    return bars[first:last]


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
    if stored and timeframe not in store.timeframes(con, symbol):
        there += f" {timeframe} bars are made of them, each once it is complete."
    return NoBars(
        f"{asked}.{there} Load some with lab.market.load_csv(...).",
        symbol=symbol.symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        as_of=as_of,
    )
