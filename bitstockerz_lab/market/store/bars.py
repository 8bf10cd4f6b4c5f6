"""Bars: the three tables, what is stored in them, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import corrections

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

REVISED = """
SELECT *
FROM bar_revisions
WHERE created_at <= $known
QUALIFY created_at = max(created_at) OVER (PARTITION BY symbol_id, timeframe, timestamp)
"""
"""The correction in force of each corrected bar, as known then: of one bar the newest.

Nothing else says which of a bar's corrections holds. Five NULLs take the bar out.
"""

IN_FORCE = f"""{STORED}
, revised AS ({REVISED}), in_force AS (
    SELECT symbol_id, timeframe, timestamp, provider
    FROM stored ANTI JOIN (FROM revised WHERE open IS NULL)
        USING (symbol_id, timeframe, timestamp)
    WHERE created_at <= $known
)
"""  # noqa: S608 - put together of constants, as are those below
"""The beginning of a query that asks which bars there are, as known then."""

REVISIONS = f"""
    UNION ALL
    SELECT timestamp, open, high, low, close, volume, ''
    FROM ({REVISED})
    WHERE symbol_id = $symbol_id AND timeframe = $timeframe AND timestamp BETWEEN $first AND $last
"""  # noqa: S608
"""What follows the bars in a read."""

REVISION = ""
"""The provider of a row that is a revision; no provider is called that."""

EXTENTS = f"""{IN_FORCE}
SELECT timeframe, min(timestamp), max(timestamp)
FROM in_force
WHERE symbol_id = $symbol_id
GROUP BY timeframe
ORDER BY timeframe
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class BarsTable:
    """The statements of one table of bars."""

    read: str
    any: str


EQUITY_DAILY = BarsTable(
    read="""
    SELECT date AS timestamp, open, high, low, close, volume,
        provider
    FROM equity_daily_bars
    WHERE symbol_id = $symbol_id AND date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
        AND created_at <= $known
    """,
    any="SELECT 1 FROM equity_daily_bars WHERE symbol_id = ? LIMIT 1",
)

CRYPTO_DAILY = BarsTable(
    read="""
    SELECT date AS timestamp, open, high, low, close, volume,
        provider
    FROM crypto_daily_bars
    WHERE symbol_id = $symbol_id AND date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
        AND created_at <= $known
    """,
    any="SELECT 1 FROM crypto_daily_bars WHERE symbol_id = ? LIMIT 1",
)

# a provider only where it changes: a text for each of very many bars costs as much as the bars
CRYPTO_HOURLY = BarsTable(
    read="""
    SELECT timestamp, open, high, low, close, volume,
        nullif(provider, lag(provider) OVER ()) AS provider
    FROM crypto_hourly_bars
    WHERE symbol_id = $symbol_id AND timestamp BETWEEN $first AND $last
        AND created_at <= $known
    """,
    any="SELECT 1 FROM crypto_hourly_bars WHERE symbol_id = ? LIMIT 1",
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
    SELECT created_at FROM bar_revisions WHERE symbol_id = $symbol_id
    UNION ALL
    SELECT created_at FROM price_factors WHERE symbol_id = $symbol_id
    UNION ALL
    SELECT created_at FROM corporate_actions WHERE symbol_id = $symbol_id
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
    """Return first and last stamp stored (UTC) by timeframe; bars that were taken out are none."""
    rows = con.execute(EXTENTS, {"symbol_id": symbol.id, "known": ALWAYS}).fetchall()
    return {name: (clock.utc(first), clock.utc(last)) for name, first, last in rows}


def timeframes(con: Connection, symbol: Symbol) -> list[str]:
    """Return the timeframes in which bars of a symbol are stored."""
    return [
        name for name, table in _tables(symbol) if con.execute(table.any, [symbol.id]).fetchall()
    ]


def _tables(symbol: Symbol) -> list[tuple[str, BarsTable]]:
    return [(name, table) for (kind, name), table in TABLES.items() if kind is symbol.asset_type]


def read_bars(
    con: Connection,
    symbol: Symbol,
    timeframe: str,
    span: tuple[datetime, datetime],
    known: datetime,
) -> tuple[pd.DataFrame, list[str]]:
    """Return raw bars, as corrected until then, and the names of their providers.

    Parameters
    ----------
    con : a lease's connection
    symbol, timeframe : whose bars, and which
    span : first and last stamp, inclusive, UTC naive
    known : bars and revisions stored later are left out, UTC naive
    """
    values = {
        "symbol_id": symbol.id, "timeframe": timeframe, "first": span[0], "last": span[1],
        "known": known,
    }  # fmt: skip
    statement = table_of(symbol.asset_type, timeframe).read + REVISIONS
    rows = con.execute(statement, values).fetchnumpy()
    stamps = rows.pop("timestamp").astype("datetime64[us]", copy=False)
    index = pd.DatetimeIndex(stamps, dtype="datetime64[us, UTC]", name="timestamp", copy=False)
    providers = rows.pop("provider")
    columns = {name: np.ma.filled(values, np.nan) for name, values in rows.items()}
    bars = pd.DataFrame(columns, index=index, copy=False)
    names = set(np.ma.compressed(providers).tolist())
    if REVISION in names:  # last, for a UNION ALL keeps the order of its parts
        names.remove(REVISION)
        own = int(np.flatnonzero(providers == REVISION)[0])
        bars = corrections.overlay(bars[:own], bars[own:])
    if not bars.index.is_monotonic_increasing:  # loads come in order: there is rarely much to sort
        bars = bars.sort_index()
    return bars, sorted(names)


def newest(con: Connection, symbol: Symbol) -> datetime | None:
    """Return when the newest fact of a symbol was stored, UTC naive; None without any."""
    ((when,),) = con.execute(NEWEST, {"symbol_id": symbol.id}).fetchall()
    return when  # type: ignore[no-any-return]


def next_moment(con: Connection, symbol: Symbol) -> datetime:
    """Return the `created_at` of what is stored now: later than all before, whatever the clock."""
    before = newest(con, symbol)
    now = clock.now()
    return now if before is None else max(now, before + timedelta(microseconds=1))
