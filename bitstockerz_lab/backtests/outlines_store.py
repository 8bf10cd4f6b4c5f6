"""The SQL of completed runs in few words, as a page of many tells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.storage import Connection

OUTLINES = """
WITH numbered AS (
    SELECT
        backtest_run_id, timestamp, equity,
        ntile($points) OVER (PARTITION BY backtest_run_id ORDER BY timestamp) AS stretch
    FROM backtest_equity_points
    WHERE list_contains($run_ids, backtest_run_id)
), thinned AS (
    SELECT backtest_run_id, stretch, arg_max(equity, timestamp) AS equity
    FROM numbered
    GROUP BY ALL
), curves AS (
    SELECT backtest_run_id, list(equity ORDER BY stretch) AS curve
    FROM thinned
    GROUP BY backtest_run_id
), benchmarks AS (
    SELECT backtest_run_id, value AS benchmark_return_pct
    FROM run_metrics
    WHERE metric = 'benchmark_return_pct' AND list_contains($run_ids, backtest_run_id)
)
SELECT
    backtest_runs.id, strategies.name AS strategy, strategy_versions.version_number AS version,
    symbols.symbol, backtest_runs.timeframe, backtest_runs.start_date, backtest_runs.end_date,
    run_details.parameters_json, backtest_runs.initial_equity, total_return_pct,
    benchmark_return_pct, max_drawdown_pct, sharpe_ratio, num_trades, curve
FROM backtest_runs
JOIN strategies ON strategies.id = backtest_runs.strategy_id
JOIN strategy_versions ON strategy_versions.id = backtest_runs.strategy_version_id
JOIN symbols ON symbols.id = backtest_runs.symbol_id
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
JOIN backtest_results ON backtest_results.backtest_run_id = backtest_runs.id
JOIN curves ON curves.backtest_run_id = backtest_runs.id
LEFT JOIN benchmarks ON benchmarks.backtest_run_id = backtest_runs.id
WHERE list_contains($run_ids, backtest_runs.id)
    AND ($user_id IS NULL OR backtest_runs.user_id = $user_id)
"""


def outlines(
    con: Connection, run_ids: Sequence[int], points: int = 64, user_id: int | None = None
) -> list[dict[str, Any]]:
    """Return completed runs in few words: what ran, their figures and a line of their equity.

    Parameters
    ----------
    con : a lease's connection
    run_ids : ids of runs; those without a result are left out
    points : at most how many of a curve, each the last of its stretch
    user_id : whose runs; None is anybody's

    Returns
    -------
    list of dict
        id, strategy, version, symbol, timeframe, start_date, end_date (UTC, without a zone),
        parameters (the strategy's own, all of them), initial_equity, total_return_pct,
        benchmark_return_pct (buy and hold; None where unknown), max_drawdown_pct, sharpe_ratio,
        num_trades, curve
    """
    asked = {"run_ids": list(run_ids), "points": points, "user_id": user_id}
    answer = con.execute(OUTLINES, asked)
    names = [name for name, *_ in answer.description]
    rows = [dict(zip(names, found, strict=True)) for found in answer.fetchall()]
    return [row | {"parameters": json.loads(row.pop("parameters_json") or "{}")} for row in rows]
