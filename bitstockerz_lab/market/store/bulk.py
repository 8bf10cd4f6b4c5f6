"""Facts of many symbols at once: few statements, however many there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.market.store.bars import ALWAYS, NEWEST, REVISED, STORED
from bitstockerz_lab.market.store.symbols import lookup_all
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

ADD_SYMBOLS = """
INSERT INTO symbols (symbol, name, asset_type, exchange, currency, base_asset, quote_asset,
    is_active, created_at, updated_at)
SELECT symbol, name, asset_type, exchange, currency, base_asset, quote_asset, true, $now, $now
FROM incoming
"""

NEWEST_OF_MANY = NEWEST.replace("= $symbol_id", "IN (SELECT unnest($symbol_ids))")

CORRECTED = f"""{STORED}
, newest AS (
    FROM ({REVISED})
    WHERE timeframe = $timeframe AND symbol_id IN (SELECT unnest($symbol_ids))
)
"""

KNOWN = """
, in_force AS (
    SELECT stored.symbol_id, stored.timestamp,
        newest.id IS NOT NULL AS corrected, newest.created_at, newest.reason,
        CASE WHEN corrected THEN newest.open ELSE stored.open END AS open,
        CASE WHEN corrected THEN newest.high ELSE stored.high END AS high,
        CASE WHEN corrected THEN newest.low ELSE stored.low END AS low,
        CASE WHEN corrected THEN newest.close ELSE stored.close END AS close,
        CASE WHEN corrected THEN newest.volume ELSE stored.volume END AS volume
    FROM stored
    LEFT JOIN newest
        ON newest.symbol_id = stored.symbol_id AND newest.timestamp = stored.timestamp
    WHERE stored.timeframe = $timeframe AND stored.symbol_id IN (SELECT unnest($symbol_ids))
)
SELECT incoming.row,
    concat_ws(', ',
        CASE WHEN in_force.open IS NULL
            THEN format('taken out, here with close {}', incoming.close) END,
        CASE WHEN in_force.open <> incoming.open
            THEN format('open stored {}, here {}', in_force.open, incoming.open) END,
        CASE WHEN in_force.high <> incoming.high
            THEN format('high stored {}, here {}', in_force.high, incoming.high) END,
        CASE WHEN in_force.low <> incoming.low
            THEN format('low stored {}, here {}', in_force.low, incoming.low) END,
        CASE WHEN in_force.close <> incoming.close
            THEN format('close stored {}, here {}', in_force.close, incoming.close) END,
        CASE WHEN in_force.volume <> incoming.volume
            THEN format('volume stored {}, here {}', in_force.volume, incoming.volume) END
    ) AS found,
    CASE WHEN corrected AND found <> ''
        THEN format('{} (corrected {}: {})', found, strftime(created_at, '%Y-%m-%d'), reason)
        ELSE found END AS difference
FROM incoming
JOIN in_force
    ON in_force.symbol_id = incoming.symbol_id AND in_force.timestamp = incoming.timestamp
"""

ADD_BARS = {
    (AssetType.EQUITY, "1d"): """
    INSERT INTO equity_daily_bars
        (symbol_id, date, open, high, low, close, volume, provider, created_at)
    SELECT symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    """,
    (AssetType.CRYPTO, "1d"): """
    INSERT INTO crypto_daily_bars
        (symbol_id, date, open, high, low, close, volume, provider, created_at)
    SELECT symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    """,
    (AssetType.CRYPTO, "1h"): """
    INSERT INTO crypto_hourly_bars
        (symbol_id, timestamp, open, high, low, close, volume, provider, created_at)
    SELECT symbol_id, timestamp, open, high, low, close, volume, $provider, $now
    FROM incoming
    """,
}

ADD_REFUSED = """
INSERT INTO refused_rows
    (source, file_digest, line, symbol, timeframe, reason, original, created_at)
SELECT first(source), digest, line, symbol, timeframe,
    string_agg(DISTINCT reason, $then ORDER BY reason), first(original), $now
FROM refused
GROUP BY digest, line, symbol, timeframe
ON CONFLICT (file_digest, line, symbol, timeframe) DO UPDATE
SET reason = concat(reason, $then, excluded.reason), created_at = excluded.created_at
WHERE NOT contains(concat($then, reason, $then), concat($then, excluded.reason, $then))
"""

THEN = "; then "
"""Parts the reasons of a line that was kept out more than once, each time for another."""


def add_symbols(con: Connection, symbols: list[Symbol]) -> dict[str, Symbol]:
    """Store new symbols and return them with their ids, by text."""
    columns = ("symbol", "name", "asset_type", "exchange", "currency", "base_asset", "quote_asset")
    table = pd.DataFrame(
        {name: [getattr(symbol, name) for symbol in symbols] for name in columns}, dtype="str"
    )
    with frames.registered(con, "incoming", table):
        con.execute(ADD_SYMBOLS, {"now": clock.now()}).fetchall()
    return lookup_all(con, [symbol.symbol for symbol in symbols])


def moment_after(con: Connection, symbols: Iterable[Symbol]) -> datetime:
    """Return the `created_at` of what is stored now: later than all that symbols have."""
    ids = [symbol.id for symbol in symbols]
    now = clock.now()
    if not ids:
        return now
    ((before,),) = con.execute(NEWEST_OF_MANY, {"symbol_ids": ids}).fetchall()
    return now if before is None else max(now, before + timedelta(microseconds=1))


def known_bars(
    con: Connection, bars: pd.DataFrame, timeframe: str, symbols: Iterable[Symbol]
) -> pd.DataFrame:
    """Return which bars are stored already.

    Parameters
    ----------
    con : a lease's connection
    bars : columns symbol_id, timestamp (naive UTC), open, high, low, close, volume
    timeframe : of the bars
    symbols : those of which something may be stored

    Returns
    -------
    DataFrame
        row (position in `bars`), difference: what is in force otherwise, as loaded or as corrected
        since; "" for the same.
    """
    ids = [symbol.id for symbol in symbols]
    if not ids:
        return pd.DataFrame({"row": [], "difference": []})
    with frames.registered(con, "incoming", bars.assign(row=np.arange(len(bars)))):
        values = {"timeframe": timeframe, "symbol_ids": ids, "known": ALWAYS}
        return frames.read(con, CORRECTED + KNOWN, values).drop(columns="found")


def add_many_bars(
    con: Connection,
    bars: pd.DataFrame,
    asset_type: AssetType,
    timeframe: str,
    provider: str,
    now: datetime,
) -> int:
    """Store bars of many symbols of a kind, none of which is stored.

    Parameters
    ----------
    con : a write lease's connection
    bars : columns symbol_id, timestamp (naive UTC), open, high, low, close, volume
    asset_type, timeframe : which table
    provider : who says so
    now : what `moment_after` returned
    """
    with frames.registered(con, "incoming", bars):
        values = {"provider": provider, "now": now}
        return frames.only(con, ADD_BARS[asset_type, timeframe], values)


def add_many_refused(con: Connection, rows: pd.DataFrame) -> int:
    """Keep rows that were kept out; those kept before for the same reason count 0.

    A line kept before for another reason gets the new one too, after the old.

    Parameters
    ----------
    con : a write lease's connection
    rows : columns source, digest, line, symbol, timeframe, reason, original
    """
    with frames.registered(con, "refused", rows):
        return frames.only(con, ADD_REFUSED, {"now": clock.now(), "then": THEN})
