"""Rows that were kept out, and what is stored at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.market.store.bars import STORED
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection

ADD_REFUSED = """
INSERT INTO refused_rows
    (source, file_digest, line, symbol, timeframe, reason, original, created_at)
SELECT $source, $digest, line, $symbol, $timeframe, reason, original, $now
FROM refused
ON CONFLICT (file_digest, line, symbol, timeframe) DO NOTHING
"""

HEALTH = """
, bars AS (
    SELECT symbol_id, timeframe, min(timestamp) AS first, max(timestamp) AS last, count(*) AS bars,
        string_agg(DISTINCT provider, ', ' ORDER BY provider) AS provider,
        bool_or(provider = 'synthetic') AS simulated
    FROM stored
    GROUP BY ALL
), known AS (
    SELECT symbols.symbol, symbols.asset_type, bars.*
    FROM bars JOIN symbols ON symbols.id = bars.symbol_id
), lost AS (
    SELECT symbol, timeframe, count(*) AS refused
    FROM refused_rows
    GROUP BY ALL
)
SELECT symbol, timeframe, asset_type, first, last, coalesce(bars, 0) AS bars, provider,
    coalesce(refused, 0) AS refused, coalesce(simulated, false) AS simulated
FROM known FULL JOIN lost USING (symbol, timeframe)
ORDER BY symbol, timeframe
"""


def add_refused(
    con: Connection, rows: pd.DataFrame, *, source: str, digest: str, symbol: str, timeframe: str
) -> int:
    """Keep rows that were kept out: columns line, reason, original; those kept before count 0."""
    values = {"source": source, "digest": digest, "symbol": symbol, "timeframe": timeframe}
    with frames.registered(con, "refused", rows):
        return frames.only(con, ADD_REFUSED, values | {"now": clock.now()})


def health(con: Connection) -> pd.DataFrame:
    """Return what is stored, a row per symbol and timeframe; `first` and `last` are UTC."""
    return frames.read(con, STORED + HEALTH, zone="UTC")
