"""Bars: the three tables, what is stored in them, reading and adding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

ALWAYS = datetime(9999, 12, 31)  # noqa: DTZ001 - columns are UTC without a zone
"""A bound that leaves nothing out."""

STORED = """
WITH stored AS (
    SELECT symbol_id, '1d' AS timeframe, CAST(date AS TIMESTAMP) AS timestamp,
        open, high, low, close, volume, provider, created_at
    FROM equity_daily_bars
    UNION ALL
    SELECT symbol_id, '1d', CAST(date AS TIMESTAMP), open, high, low, close, volume, provider,
        created_at
    FROM crypto_daily_bars
    UNION ALL
    SELECT symbol_id, '1h', timestamp, open, high, low, close, volume, provider, created_at
    FROM crypto_hourly_bars
)
"""

EXTENT = """
SELECT timeframe, min(timestamp) AS first, max(timestamp) AS last
FROM stored
WHERE symbol_id = ?
GROUP BY timeframe
ORDER BY timeframe
"""

PROVIDERS = """
SELECT DISTINCT provider
FROM stored
WHERE symbol_id = ? AND timeframe = ? AND timestamp BETWEEN ? AND ? AND created_at <= ?
ORDER BY provider
"""

CONFLICTS = """
SELECT
    incoming.timestamp,
    concat_ws(', ',
        CASE WHEN stored.open <> incoming.open
            THEN format('open stored {}, here {}', stored.open, incoming.open) END,
        CASE WHEN stored.high <> incoming.high
            THEN format('high stored {}, here {}', stored.high, incoming.high) END,
        CASE WHEN stored.low <> incoming.low
            THEN format('low stored {}, here {}', stored.low, incoming.low) END,
        CASE WHEN stored.close <> incoming.close
            THEN format('close stored {}, here {}', stored.close, incoming.close) END,
        CASE WHEN stored.volume <> incoming.volume
            THEN format('volume stored {}, here {}', stored.volume, incoming.volume) END
    ) AS difference
FROM incoming
JOIN stored ON stored.timestamp = incoming.timestamp
WHERE stored.symbol_id = ? AND stored.timeframe = ? AND difference <> ''
ORDER BY incoming.timestamp
"""


@dataclass(frozen=True, slots=True)
class BarsTable:
    """The statements of one table of bars."""

    insert: str
    read: str


EQUITY_DAILY = BarsTable(
    insert="""
    INSERT INTO equity_daily_bars
        (symbol_id, date, open, high, low, close, volume, provider, created_at)
    SELECT $symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    WHERE CAST(timestamp AS DATE) NOT IN
        (SELECT date FROM equity_daily_bars WHERE symbol_id = $symbol_id)
    """,
    read="""
    SELECT date AS timestamp, open, high, low, close, volume
    FROM equity_daily_bars
    WHERE symbol_id = ? AND date BETWEEN CAST(? AS DATE) AND CAST(? AS DATE) AND created_at <= ?
    """,
)

CRYPTO_DAILY = BarsTable(
    insert="""
    INSERT INTO crypto_daily_bars
        (symbol_id, date, open, high, low, close, volume, provider, created_at)
    SELECT $symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    WHERE CAST(timestamp AS DATE) NOT IN
        (SELECT date FROM crypto_daily_bars WHERE symbol_id = $symbol_id)
    """,
    read="""
    SELECT date AS timestamp, open, high, low, close, volume
    FROM crypto_daily_bars
    WHERE symbol_id = ? AND date BETWEEN CAST(? AS DATE) AND CAST(? AS DATE) AND created_at <= ?
    """,
)

CRYPTO_HOURLY = BarsTable(
    insert="""
    INSERT INTO crypto_hourly_bars
        (symbol_id, timestamp, open, high, low, close, volume, provider, created_at)
    SELECT $symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    WHERE timestamp NOT IN
        (SELECT timestamp FROM crypto_hourly_bars WHERE symbol_id = $symbol_id)
    """,
    read="""
    SELECT timestamp, open, high, low, close, volume
    FROM crypto_hourly_bars
    WHERE symbol_id = ? AND timestamp BETWEEN ? AND ? AND created_at <= ?
    """,
)

TABLES = {
    (AssetType.EQUITY, "1d"): EQUITY_DAILY,
    (AssetType.CRYPTO, "1d"): CRYPTO_DAILY,
    (AssetType.CRYPTO, "1h"): CRYPTO_HOURLY,
}

NEWEST = """
SELECT max(created_at)
FROM (
    SELECT created_at FROM equity_daily_bars WHERE symbol_id = $symbol_id
    UNION ALL
    SELECT created_at FROM crypto_daily_bars WHERE symbol_id = $symbol_id
    UNION ALL
    SELECT created_at FROM crypto_hourly_bars WHERE symbol_id = $symbol_id
    UNION ALL
    SELECT created_at FROM price_factors WHERE symbol_id = $symbol_id
)
"""


def table_of(asset_type: AssetType, timeframe: str) -> BarsTable:
    """Return the statements for bars of a kind.

    Raises
    ------
    DataError
        There is no table for them.
    """
    table = TABLES.get((asset_type, timeframe))
    if table is None:
        known = " and ".join(repr(name) for kind, name in TABLES if kind is asset_type)
        raise DataError(
            f"{timeframe} bars of {asset_type} symbols have no table. timeframe= may be {known}.",
            asset_type=asset_type,
            timeframe=timeframe,
        )
    return table


def extents(con: Connection, symbol: Symbol) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return first and last stamp stored (UTC) by timeframe."""
    rows = con.execute(STORED + EXTENT, [symbol.id]).fetchall()
    return {name: (clock.utc(first), clock.utc(last)) for name, first, last in rows}


def timeframes(con: Connection, symbol: Symbol) -> list[str]:
    """Return the timeframes in which bars of a symbol are stored."""
    return list(extents(con, symbol))


def read_bars(
    con: Connection,
    symbol: Symbol,
    timeframe: str,
    span: tuple[datetime, datetime],
    known: datetime,
) -> tuple[pd.DataFrame, list[str]]:
    """Return raw bars and the names of their providers.

    Parameters
    ----------
    con : a lease's connection
    symbol, timeframe : whose bars, and which
    span : first and last stamp, inclusive, UTC naive
    known : bars stored later are left out, UTC naive
    """
    bars = frames.read(con, table_of(symbol.asset_type, timeframe).read, [symbol.id, *span, known])
    rows = con.execute(STORED + PROVIDERS, [symbol.id, timeframe, *span, known]).fetchall()
    index = pd.DatetimeIndex(bars.pop("timestamp")).as_unit("us").tz_localize("UTC")
    bars = bars.set_index(index.rename("timestamp"))
    if not index.is_monotonic_increasing:  # loads come in order, so the database rarely has to sort
        bars = bars.sort_index()
    return bars, [name for (name,) in rows]


def add_bars(
    con: Connection, symbol: Symbol, timeframe: str, bars: pd.DataFrame, provider: str
) -> tuple[int, pd.DataFrame]:
    """Store bars whose stamps are not there yet.

    Parameters
    ----------
    con : a write lease's connection
    symbol : a stored one
    timeframe : of the bars
    bars : checked bars, ascending, index tz-aware UTC
    provider : who says so

    Returns
    -------
    inserted : how many were stored
    conflicts : DataFrame with columns timestamp (naive UTC), difference: bars that are stored with
        other values, which stay
    """
    incoming = bars.assign(timestamp=bars.index.tz_convert(None))  # type: ignore[attr-defined]
    statement = table_of(symbol.asset_type, timeframe).insert
    values = {"symbol_id": symbol.id, "provider": provider, "now": next_moment(con, symbol)}
    with frames.registered(con, "incoming", incoming):
        inserted = frames.only(con, statement, values)
        if inserted == len(bars):
            return inserted, no_conflicts()
        return inserted, frames.read(con, STORED + CONFLICTS, [symbol.id, timeframe])


def no_conflicts() -> pd.DataFrame:
    """Return the conflicts of a load without any."""
    return pd.DataFrame({"timestamp": [], "difference": []})


def newest(con: Connection, symbol: Symbol) -> datetime | None:
    """Return when the newest bar or factor of a symbol was stored, UTC naive; None without any."""
    ((when,),) = con.execute(NEWEST, {"symbol_id": symbol.id}).fetchall()
    return when  # type: ignore[no-any-return]


def next_moment(con: Connection, symbol: Symbol) -> datetime:
    """Return the `created_at` of what is stored now: later than all before, whatever the clock."""
    before = newest(con, symbol)
    now = clock.now()
    return now if before is None else max(now, before + timedelta(microseconds=1))
