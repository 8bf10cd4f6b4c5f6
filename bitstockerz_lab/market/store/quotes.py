"""The newest bars of many symbols, and the closes they are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.market.store.bars import ALWAYS, REVISED
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

NEAR, EVER = 15, 1_000_000
"""Days before a symbol's last bar in which its bars are looked at: a week back, and the longest run
of holidays before it; all of them where that is not enough."""

QUOTES = f"""
WITH revised AS ({REVISED}), removed_days AS (
    SELECT symbol_id, CAST(timestamp AS DATE) AS date
    FROM revised WHERE timeframe = '1d' AND open IS NULL
), removed_hours AS (
    SELECT symbol_id, timestamp
    FROM revised WHERE timeframe = '1h' AND open IS NULL
), wanted AS (
    SELECT unnest(CAST($ids AS BIGINT[])) AS symbol_id
), last_days AS (
    SELECT symbol_id, max(date) AS last
    FROM equity_daily_bars ANTI JOIN removed_days USING (symbol_id, date)
    WHERE symbol_id BETWEEN $least AND $most GROUP BY symbol_id
    HAVING symbol_id IN (FROM wanted)
), last_coin_days AS (
    SELECT symbol_id, max(date) AS last
    FROM crypto_daily_bars ANTI JOIN removed_days USING (symbol_id, date)
    WHERE symbol_id BETWEEN $least AND $most GROUP BY symbol_id
    HAVING symbol_id IN (FROM wanted)
), last_hours AS (
    SELECT symbol_id, max(timestamp) AS last
    FROM crypto_hourly_bars ANTI JOIN removed_hours USING (symbol_id, timestamp)
    WHERE symbol_id BETWEEN $least AND $most GROUP BY symbol_id
    HAVING symbol_id IN (FROM wanted)
), near AS (
    SELECT symbol_id, 24 AS hours, CAST(date AS TIMESTAMP) AS stamp, high, low, close, volume,
        provider
    FROM equity_daily_bars JOIN last_days USING (symbol_id) WHERE date >= last - $days
    UNION ALL
    SELECT symbol_id, 24, CAST(date AS TIMESTAMP), high, low, close, volume, provider
    FROM crypto_daily_bars JOIN last_coin_days USING (symbol_id) WHERE date >= last - $days
    UNION ALL
    SELECT symbol_id, 1, timestamp, high, low, close, volume, provider
    FROM crypto_hourly_bars JOIN last_hours USING (symbol_id)
    WHERE timestamp >= last - to_days($days)
), in_force AS (
    SELECT near.symbol_id, hours, stamp, coalesce(revised.high, near.high) AS high,
        coalesce(revised.low, near.low) AS low, coalesce(revised.close, near.close) AS close,
        coalesce(revised.volume, near.volume) AS volume, provider
    FROM near LEFT JOIN revised
        ON revised.symbol_id = near.symbol_id AND revised.timestamp = stamp
        AND revised.timeframe = CASE hours WHEN 1 THEN '1h' ELSE '1d' END
    WHERE revised.id IS NULL OR revised.open IS NOT NULL
), looked_at AS (
    SELECT *, max(stamp) OVER (PARTITION BY symbol_id, hours) AS newest, newest - stamp AS before
    FROM in_force
    WHERE hours = coalesce($hours, hours)
)
SELECT symbol_id, hours, any_value(newest) AS timestamp,
    any_value(newest + to_hours(hours)) AS known,
    arg_max(close, stamp) AS last,
    max(stamp) FILTER (before > INTERVAL 0 HOUR) AS at_1bar,
    arg_max(close, stamp) FILTER (before > INTERVAL 0 HOUR) AS close_1bar,
    max(stamp) FILTER (before >= INTERVAL 24 HOUR) AS at_24h,
    arg_max(close, stamp) FILTER (before >= INTERVAL 24 HOUR) AS close_24h,
    max(stamp) FILTER (before >= INTERVAL 168 HOUR) AS at_7d,
    arg_max(close, stamp) FILTER (before >= INTERVAL 168 HOUR) AS close_7d,
    max(high) FILTER (before < INTERVAL 24 HOUR) AS high,
    min(low) FILTER (before < INTERVAL 24 HOUR) AS low,
    sum(volume) FILTER (before < INTERVAL 24 HOUR) AS volume,
    bool_or(provider = 'synthetic') AS simulated
FROM looked_at
GROUP BY symbol_id, hours
QUALIFY row_number() OVER (PARTITION BY symbol_id ORDER BY known DESC, hours) = 1
"""  # noqa: S608 - put together of constants

SPLIT_FACTORS = """
WITH in_force AS (
    SELECT symbol_id, date, split_factor
    FROM price_factors
    WHERE symbol_id IN (SELECT DISTINCT symbol_id FROM asked)
    QUALIFY created_at = max(created_at) OVER (PARTITION BY symbol_id)
)
SELECT coalesce(in_force.split_factor, 1.0) AS split_factor
FROM asked ASOF LEFT JOIN in_force
    ON in_force.symbol_id = asked.symbol_id AND in_force.date >= CAST(asked.moment AS DATE)
ORDER BY asked.place
"""


def newest_bars(
    con: Connection, symbols: Sequence[Symbol], hours: int | None = None
) -> pd.DataFrame:
    """Return the newest bar of symbols and the closes a bar, 24 hours and 7 days before it.

    Parameters
    ----------
    con : a lease's connection
    symbols : stored ones
    hours : length of the bars, 1 or 24; None takes those whose last bar ends last, of equals the
        shortest

    Returns
    -------
    DataFrame, a row a symbol with bars, indexed by symbol_id
        hours, timestamp, known (the bar's end), last, at_1bar, close_1bar, at_24h, close_24h,
        at_7d, close_7d (stamp and close of the newest bar that was known so long before; NaT and
        NaN without one), high, low, volume (of the last 24 hours), simulated. Times naive UTC,
        prices as traded, corrected bars as corrected.
    """
    ids = [symbol.id for symbol in symbols]
    values = {"ids": ids, "hours": hours, "days": NEAR, "known": ALWAYS}
    values |= {
        "least": min(ids, default=0),
        "most": max(ids, default=0),
    }  # a filter that the tables are quick with
    found = frames.read(con, QUOTES, values).set_index("symbol_id")
    short = found.index[found["at_7d"].isna()].tolist()
    if short:  # new on the market, or after a long gap: look at all their bars
        values |= {"ids": short, "days": EVER}
        again = frames.read(con, QUOTES, values).set_index("symbol_id")
        found = pd.concat([found.drop(index=short), again])
    return found


def split_factors(con: Connection, asked: pd.DataFrame) -> pd.Series:
    """Return what a price of a day is multiplied by for the splits since; 1 without any.

    Parameters
    ----------
    con : a lease's connection
    asked : columns symbol_id, moment (stamp of a bar, naive)

    Returns
    -------
    Series, on the index of `asked`
    """
    with frames.registered(con, "asked", asked.assign(place=range(len(asked)))):
        return frames.read(con, SPLIT_FACTORS)["split_factor"].set_axis(asked.index)
