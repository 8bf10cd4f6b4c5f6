"""Bars of many symbols at once: one field of all of them in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.market.store.bars import IN_FORCE, REVISED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

ASKED = "symbol_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) AND created_at <= $known"

DAYS = "CAST(CAST({stamp} AS DATE) - DATE '1970-01-01' AS INTEGER)"
HOURS = "CAST(epoch_us({stamp}) // 3_600_000_000 AS INTEGER)"

REVISIONS = f"""
UNION ALL
SELECT CAST(symbol_id AS INTEGER), {{tick}}, {{field}}, false, true
FROM ({REVISED})
WHERE {ASKED} AND timeframe = $timeframe AND timestamp BETWEEN $first AND $last
"""  # noqa: S608 - put together of constants, as are those below

OF_DAYS = REVISIONS.replace("{tick}", DAYS.format(stamp="timestamp"))
OF_HOURS = REVISIONS.replace("{tick}", HOURS.format(stamp="timestamp"))

# small whole numbers: less to copy, and they are places in the wide frame already
FIELD = {
    (AssetType.EQUITY, "1d"): f"""
SELECT CAST(symbol_id AS INTEGER) AS symbol_id, {DAYS.format(stamp="date")} AS tick,
    {{field}} AS value, provider = 'synthetic' AS simulated, false AS revised
FROM equity_daily_bars
WHERE {ASKED} AND date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
{OF_DAYS}""",  # noqa: S608
    (AssetType.CRYPTO, "1d"): f"""
SELECT CAST(symbol_id AS INTEGER) AS symbol_id, {DAYS.format(stamp="date")} AS tick,
    {{field}} AS value, provider = 'synthetic' AS simulated, false AS revised
FROM crypto_daily_bars
WHERE {ASKED} AND date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
{OF_DAYS}""",  # noqa: S608
    (AssetType.CRYPTO, "1h"): f"""
SELECT CAST(symbol_id AS INTEGER) AS symbol_id, {HOURS.format(stamp="timestamp")} AS tick,
    {{field}} AS value, provider = 'synthetic' AS simulated, false AS revised
FROM crypto_hourly_bars
WHERE {ASKED} AND timestamp BETWEEN $first AND $last
{OF_HOURS}""",  # noqa: S608
}

SPANS = f"""{IN_FORCE}
SELECT symbol_id, min(timestamp), max(timestamp)
FROM in_force
WHERE symbol_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) AND timeframe = $timeframe
GROUP BY symbol_id
"""  # noqa: S608

FACTORS = f"""
SELECT symbol_id, date, price_factor, split_factor, created_at FROM price_factors WHERE {ASKED}
"""  # noqa: S608


def read_field(
    con: Connection,
    symbols: Sequence[Symbol],
    timeframe: str,
    field: str,
    span: tuple[datetime, datetime],
    known: datetime,
) -> dict[str, Any]:
    """Return one field of the raw bars of symbols of one asset type, in no order.

    Parameters
    ----------
    con : a lease's connection
    symbols, timeframe : whose bars, and which
    field : one of the five columns of bars
    span : first and last stamp, inclusive, UTC naive
    known : bars and revisions stored later are left out, UTC naive

    Returns
    -------
    dict of arrays of shape (n_rows,)
        symbol_id; tick, a bar's start in lengths of the timeframe since 1970; value; simulated; and
        revised: such a row is in force instead of the bar of its stamp, and its value is NaN where
        the bar was taken out.
    """
    query = FIELD[symbols[0].asset_type, timeframe].format(field=field)
    period = {"timeframe": timeframe, "first": span[0], "last": span[1]}
    rows = con.execute(query, _asked(symbols, known) | period).fetchnumpy()
    rows["value"] = np.ma.filled(rows["value"], np.nan)
    return rows


def spans(
    con: Connection, symbols: Sequence[Symbol], timeframe: str, known: datetime
) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return first and last stamp (UTC) of the bars in force by symbol, of those that have any."""
    texts = {symbol.id: symbol.symbol for symbol in symbols}
    rows = con.execute(SPANS, _asked(symbols, known) | {"timeframe": timeframe}).fetchall()
    return {texts[number]: (clock.utc(first), clock.utc(last)) for number, first, last in rows}


def read_factor_sets(con: Connection, symbols: Sequence[Symbol], known: datetime) -> dict[str, Any]:
    """Return the factor sets in force: symbol_id, date, price_factor, split_factor, ascending."""
    rows: dict[str, Any] = con.execute(FACTORS, _asked(symbols, known)).fetchnumpy()
    order = np.lexsort((rows["date"], rows["symbol_id"]))
    rows = {name: column[order] for name, column in rows.items()}
    moments = rows.pop("created_at")
    # choosing the newest set of each symbol here takes half the time it takes in SQL
    firsts = np.flatnonzero(np.diff(rows["symbol_id"], prepend=-1))
    newest = np.maximum.reduceat(moments, firsts) if len(firsts) else moments
    newest = np.repeat(newest, np.diff(firsts, append=len(moments)))
    return {name: column[moments == newest] for name, column in rows.items()}


def _asked(symbols: Sequence[Symbol], known: datetime) -> dict[str, object]:
    return {"ids": [symbol.id for symbol in symbols], "known": known}
