"""Stored results of honesty checks, and which bars there are to check on."""

from __future__ import annotations

import json
from datetime import UTC
from functools import cache
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.storage import frames
from bitstockerz_lab.strategies.honesty.result import Honesty, Result, Tested
from bitstockerz_lab.strategies.versions import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.versions import StrategyVersion

NEWEST = """
    SELECT
        checks.id, checks.symbol, checks.timeframe, checks.simulated, checks.bars, checks.first,
        checks.last, checks.bars_digest, checks.parameters_json, checks.fee_bps,
        checks.slippage_bps, checks.created_at, results.kind, results.verdict, results.message,
        results.column_name, results.timestamp
    FROM version_checks AS checks
    JOIN version_check_results AS results ON results.version_check_id = checks.id
    WHERE checks.strategy_version_id = $version_id
    QUALIFY
        checks.id IN (
            max(checks.id) OVER (),
            max(checks.id) FILTER (checks.parameters_json = $parameters) OVER ()
        )
        OR results.id = max(results.id) FILTER (results.verdict = 'failed') OVER ()
    ORDER BY
        checks.parameters_json = $parameters DESC, checks.id DESC, results.id
"""

LISTED = """
    SELECT
        strategies.name, strategy_versions.version_number AS version,
        results.kind AS "check", results.verdict, results.message,
        results.column_name AS "column", results.timestamp, checks.symbol, checks.timeframe,
        checks.simulated, checks.bars, checks.first, checks.last, checks.bars_digest,
        checks.parameters_json AS parameters, checks.fee_bps, checks.slippage_bps,
        checks.package_version, checks.created_at AS checked_at
    FROM version_checks AS checks
    JOIN version_check_results AS results ON results.version_check_id = checks.id
    JOIN strategy_versions ON strategy_versions.id = checks.strategy_version_id
    JOIN strategies ON strategies.id = strategy_versions.strategy_id
    WHERE strategies.user_id = ?
    WINDOW of_version AS (PARTITION BY strategy_versions.id)
    QUALIFY checks.id = max(checks.id) OVER of_version
        OR results.id = max(results.id) FILTER (results.verdict = 'failed') OVER of_version
    ORDER BY strategies.name, version, results.id
"""

ADD = """
    INSERT INTO version_checks (
        strategy_version_id, symbol, timeframe, simulated, bars, first, last, bars_digest,
        parameters_json, fee_bps, slippage_bps, package_version, created_at
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING id
"""

ADD_RESULTS = """
    INSERT INTO version_check_results
        (version_check_id, kind, verdict, message, column_name, timestamp)
    SELECT ?, unnest(?), unnest(?), unnest(?), unnest(CAST(? AS VARCHAR[])),
        unnest(CAST(? AS TIMESTAMP[]))
"""

MOST_FITTING = """
    WITH stored AS (
        SELECT symbol_id, '1d' AS timeframe, count(*) AS bars, max(date) AS last
        FROM equity_daily_bars GROUP BY symbol_id
        UNION ALL
        SELECT symbol_id, '1d', count(*), max(date) FROM crypto_daily_bars GROUP BY symbol_id
        UNION ALL
        SELECT symbol_id, '1h', count(*), max(timestamp) FROM crypto_hourly_bars GROUP BY symbol_id
    )
    SELECT symbols.symbol, stored.timeframe, CAST(stored.last AS TIMESTAMP)
    FROM stored
    JOIN symbols ON symbols.id = stored.symbol_id
    ORDER BY list_contains($symbols, symbols.symbol) DESC,
        $asset_type IN (symbols.asset_type, 'ANY') AND $timeframe IN (stored.timeframe, 'ANY') DESC,
        stored.timeframe = '1d' DESC, stored.bars DESC, symbols.symbol
    LIMIT 1
"""


def add(con: Connection, version: StrategyVersion, found: Honesty) -> None:
    """Store a check of a version; it is the newest.

    Parameters
    ----------
    con : a write lease's connection
    version : whose rules were checked
    found : what came of it
    """
    tested = found.tested
    row: Any = con.execute(
        ADD,
        [
            version.id, tested.symbol, tested.timeframe, tested.simulated, tested.bars,
            _naive(tested.first), _naive(tested.last), tested.digest,
            json.dumps(dict(found.parameters)), found.fee_bps, found.slippage_bps,
            _package(), clock.now(),
        ],
    ).fetchall()  # fmt: skip
    columns = [
        [one.check for one in found.results],
        [str(one.verdict) for one in found.results],
        [one.message for one in found.results],
        [one.column for one in found.results],
        [_naive(one.timestamp) for one in found.results],
    ]
    con.execute(ADD_RESULTS, [row[0][0], *columns])


def newest(
    con: Connection, version: StrategyVersion, parameters: Mapping[str, Any] | None = None
) -> Honesty | None:
    """Return the newest check of a version; None if there is none.

    Where the version looked ahead in another check, that is its first line: it does for ever.

    Parameters
    ----------
    con : a lease's connection
    version : whose
    parameters : the newest check with these values, where there is one, goes before newer ones
    """
    told = json.dumps(dict(parameters or {}))
    asked = {"version_id": version.id, "parameters": told}
    rows = con.execute(NEWEST, asked).fetchall()
    if not rows:
        return None
    check_id, symbol, timeframe, simulated, bars, first, last, digest, told, fee, slippage, when = (
        rows[0][:12]
    )
    results = [_result(row) for row in rows if row[0] == check_id]
    if all(one.verdict != Verdict.FAILED for one in results):
        seen = [_result(row) for row in rows if row[13] == Verdict.FAILED]
        results = seen + results
    ends = [None if stamp is None else clock.utc(stamp) for stamp in (first, last)]
    return Honesty(
        results=tuple(results),
        tested=Tested(symbol, timeframe, simulated, bars, ends[0], ends[1], digest),
        parameters=json.loads(told),
        fee_bps=fee,
        slippage_bps=slippage,
        name=version.name,
        version=version.version,
        checked_at=when.replace(tzinfo=UTC),
    )


def _result(row: tuple[Any, ...]) -> Result:
    kind, verdict, message, column, stamp = row[12:]
    when = None if stamp is None else clock.utc(stamp)
    return Result(kind, Verdict(verdict), message, column, when)


def fits(con: Connection, version: StrategyVersion, found: Honesty) -> bool:
    """Tell whether a check was made on bars that a version is still saved for."""
    rows = con.execute(
        "SELECT asset_type FROM symbols WHERE symbol = ?", [found.tested.symbol]
    ).fetchall()
    seen = {
        version.timeframe: found.tested.timeframe,
        version.asset_type: rows[0][0] if rows else version.asset_type,
    }
    in_scope = not rows or found.tested.symbol in version.symbol_scope.split(",")
    return (in_scope or version.symbol_scope == ANY) and all(
        wanted in {ANY, on} for wanted, on in seen.items()
    )


def listed(con: Connection, user_id: int) -> pd.DataFrame:
    """Return the newest check of each version of a user, and the newest peek it was seen at.

    A row a line; times are UTC.
    """
    return frames.read(con, LISTED, [user_id], zone="UTC")


def most_fitting(con: Connection, version: StrategyVersion) -> tuple[str, str, datetime] | None:
    """Return symbol, timeframe and last stamp (UTC naive) of the bars a version is best checked on.

    Those of a symbol it is saved for, else of its asset type and timeframe, else any; of these days
    rather than hours, and the most. None where no bars are stored.
    """
    asked = {
        "symbols": version.symbol_scope.split(","),
        "asset_type": version.asset_type,
        "timeframe": version.timeframe,
    }
    rows = con.execute(MOST_FITTING, asked).fetchall()
    return rows[0] if rows else None


def _naive(stamp: pd.Timestamp | None) -> datetime | None:
    return None if stamp is None else stamp.tz_convert("UTC").tz_localize(None).to_pydatetime()


@cache
def _package() -> str:
    return installed_version("bitstockerz-lab")
