"""The SQL of what was stored since runs were made that they would read today."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection

FACTS = """
, facts AS (
    SELECT symbol_id, timeframe, timestamp, created_at, 'bar' AS kind FROM stored
    UNION ALL
    SELECT symbol_id, timeframe, timestamp, created_at, 'revision' FROM bar_revisions
    UNION ALL
    SELECT symbol_id, NULL, NULL, created_at, 'factors' FROM price_factors
)
"""

OF_RUNS = """
, runs AS (
    SELECT id, symbol_id, timeframe, end_date, bars_as_of,
        coalesce(asked_adjusted, adjusted) AS adjusted,
        CAST(replace(timeframe, 'mo', 'month') AS INTERVAL) AS length,
        time_bucket(length, end_date) + length AS made_until
    FROM backtest_runs
    JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
    WHERE bars_digest IS NOT NULL AND (user_id = $user_id OR id = $run_id)
        -- nothing was stored since the others, thousands perhaps
        AND bars_as_of < (SELECT max(created_at) FROM facts)
), others AS (
    SELECT backtest_run_id AS id, symbol_id, timeframe FROM run_symbols
)
"""

OF_SWEEP = """
, runs AS (
    SELECT unit_number AS id, symbol_id, timeframe, end_date, bars_as_of,
        asked_adjusted AS adjusted,
        CAST(replace(timeframe, 'mo', 'month') AS INTERVAL) AS length,
        time_bucket(length, end_date) + length AS made_until
    FROM sweep_units
    JOIN sweeps ON sweeps.id = sweep_units.sweep_id
    WHERE sweep_id = $sweep_id
), others AS (
    SELECT unit_number AS id, symbol_id, timeframe FROM sweep_symbols WHERE sweep_id = $sweep_id
)
"""
"""What the units of a sweep read, as if each were a run."""

READS = """
, reads AS (
    SELECT runs.*, end_date AS last FROM runs
    UNION ALL
    SELECT runs.* REPLACE (others.symbol_id AS symbol_id, others.timeframe AS timeframe),
        made_until - CAST(others.timeframe AS INTERVAL) AS last
    FROM runs JOIN others ON others.id = runs.id
), loads AS (
    SELECT symbol_id, timeframe, created_at,
        max(max(timestamp)) OVER (
            PARTITION BY symbol_id, timeframe ORDER BY created_at
        ) AS reach
    FROM stored
    WHERE symbol_id IN (SELECT symbol_id FROM reads)
    GROUP BY symbol_id, timeframe, created_at
), days AS (
    SELECT symbol_id, min(created_at) AS since FROM loads WHERE timeframe = '1d' GROUP BY symbol_id
), sourced AS (
    SELECT reads.*,
        timeframe IN ('1d', '1w', '1mo') AS of_days,
        coalesce(since <= bars_as_of, false) AS had_days,
        if(of_days AND had_days, '1d', '1h') AS source
    FROM reads LEFT JOIN days USING (symbol_id)
), asked AS (
    SELECT sourced.*,
        coalesce(
            reach < made_until AND time_bucket(length, reach)
                = time_bucket(length, reach + CAST(source AS INTERVAL)),
            false
        ) AS unfinished
    FROM sourced ASOF LEFT JOIN loads
        ON loads.symbol_id = sourced.symbol_id AND loads.timeframe = source
        AND loads.created_at <= bars_as_of
)
"""
"""What was stored of symbols, and what runs read: `of_days` if they can be made of daily bars,
`unfinished` if the last one was not complete for want of a later bar."""

READ = """
    facts.symbol_id = asked.symbol_id AND facts.created_at > asked.bars_as_of AND CASE
        WHEN facts.kind = 'factors' THEN asked.adjusted <> 'raw'
        WHEN facts.timeframe = asked.timeframe THEN facts.timestamp <= asked.last
        WHEN facts.timestamp >= asked.made_until
            THEN asked.unfinished AND facts.kind = 'bar' AND facts.timeframe = asked.source
        WHEN facts.timeframe = '1d' THEN asked.of_days
        ELSE asked.timeframe <> '1h' AND NOT (asked.of_days AND asked.had_days)
    END
"""
"""Which facts that were stored later a run would read today."""

REVISED_RUNS = """
, first_facts AS (
    SELECT symbol_id, timeframe, min(timestamp) AS timestamp, created_at, kind
    FROM facts
    WHERE created_at > (SELECT min(bars_as_of) FROM asked)
    GROUP BY ALL
)
SELECT DISTINCT asked.id FROM asked JOIN first_facts AS facts ON
"""

REVISED_SYMBOLS = """
SELECT DISTINCT symbols.symbol
FROM asked JOIN symbols ON symbols.id = asked.symbol_id JOIN facts ON
"""

MOVED = """
SELECT backtest_runs.id
FROM run_symbols
JOIN backtest_runs ON backtest_runs.id = run_symbols.backtest_run_id
JOIN symbols ON symbols.id = run_symbols.symbol_id
ANTI JOIN symbol_aliases
    ON symbol_aliases.alias = upper(run_symbols.name)
    AND symbol_aliases.symbol_id = run_symbols.symbol_id
WHERE backtest_runs.user_id = ? AND upper(run_symbols.name) <> symbols.symbol
"""
"""Runs whose rules wrote a text that means another symbol today, or none."""

REVISED_RUN = """
SELECT
    if(facts.kind = 'bar' AND timestamp > last AND timestamp >= made_until, 'later bar', facts.kind)
        AS told,
    count(DISTINCT (
        facts.symbol_id,
        CASE WHEN facts.kind = 'factors' THEN facts.created_at ELSE timestamp END
    ))
FROM asked JOIN facts ON
"""


def revised(con: Connection, user_id: int) -> list[int]:
    """Return the runs of a user that would read other bars, factors or symbols today."""
    asked = {"user_id": user_id, "run_id": None}
    query = _stored() + FACTS + OF_RUNS + READS + REVISED_RUNS + READ
    rows = con.execute(query, asked).fetchall()
    moved = con.execute(MOVED, [user_id]).fetchall()
    return [run_id for (run_id,) in (*rows, *moved)]


def revised_since(con: Connection, run_id: int) -> dict[str, int]:
    """Return how many facts were stored since that it reads: bar, later bar, revision, factors."""
    query = _stored() + FACTS + OF_RUNS + READS + REVISED_RUN + READ + "GROUP BY told"
    return dict(con.execute(query, {"user_id": None, "run_id": run_id}).fetchall())


def revised_symbols(con: Connection, sweep_id: int) -> list[str]:
    """Return the symbols of which facts were stored since that a sweep would read today."""
    query = _stored() + FACTS + OF_SWEEP + READS + REVISED_SYMBOLS + READ
    return sorted(name for (name,) in con.execute(query, {"sweep_id": sweep_id}).fetchall())


def _stored() -> str:
    """Return the beginning of a query that asks for stored bars."""
    from bitstockerz_lab.market.store.bars import STORED  # noqa: PLC0415 - a room opens when entered

    return STORED
