"""What is stored at all, and how many rows were kept out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market.store.bars import ALWAYS, IN_FORCE
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection

HEALTH = f"""{IN_FORCE}
, bars AS (
    SELECT symbol_id, timeframe, min(timestamp) AS first, max(timestamp) AS last, count(*) AS bars,
        string_agg(DISTINCT provider, ', ' ORDER BY provider) AS provider,
        bool_or(provider = 'synthetic') AS simulated
    FROM in_force
    GROUP BY ALL
), taken_out AS (
    SELECT DISTINCT symbol_id, timeframe FROM revised WHERE open IS NULL
), known AS (
    SELECT symbols.symbol, symbols.asset_type, there.*
    FROM (FROM bars FULL JOIN taken_out USING (symbol_id, timeframe)) AS there
    JOIN symbols ON symbols.id = there.symbol_id
), lost AS (
    SELECT symbol, timeframe, count(*) AS refused
    FROM refused_rows
    GROUP BY ALL
)
SELECT symbol, timeframe, asset_type, first, last, coalesce(bars, 0) AS bars, provider,
    coalesce(refused, 0) AS refused, coalesce(simulated, false) AS simulated
FROM known FULL JOIN lost USING (symbol, timeframe)
ORDER BY symbol, timeframe
"""  # noqa: S608 - put together of constants


def health(con: Connection) -> pd.DataFrame:
    """Return what is stored, a row per symbol and timeframe; `first` and `last` are UTC.

    Bars that were taken out do not count; where all were, the row says 0.
    """
    return frames.read(con, HEALTH, {"known": ALWAYS}, zone="UTC")
