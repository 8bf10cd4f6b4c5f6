"""The SQL of walk-forwards: what was walked, and which runs its windows are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bitstockerz_lab.storage import Connection

ADD = """
INSERT INTO walk_forwards (
    user_id, strategy_version_id, symbol_id, timeframe, start_date, end_date, fingerprint, train,
    test, step, anchored, chosen_by, grid_json, constraint_text, combinations, left_over,
    bars_as_of, total_return_pct, max_drawdown_pct, sharpe_ratio, out_of_sample_cagr_pct,
    in_sample_cagr_pct, efficiency, created_at
)
VALUES (
    $user_id, $strategy_version_id, $symbol_id, $timeframe, $start_date, $end_date, $fingerprint,
    $train, $test, $step, $anchored, $chosen_by, $grid_json, $constraint_text, $combinations,
    $left_over, $bars_as_of, $total_return_pct, $max_drawdown_pct, $sharpe_ratio,
    $out_of_sample_cagr_pct, $in_sample_cagr_pct, $efficiency, $created_at
)
RETURNING id
"""

WALKS = """
SELECT
    walk_forwards.*, strategies.name AS strategy, strategy_versions.version_number AS version,
    symbols.symbol, symbols.currency,
    (
        SELECT count(DISTINCT window_number)
        FROM walk_forward_windows
        WHERE walk_forward_id = walk_forwards.id
    ) AS windows
FROM walk_forwards
JOIN strategy_versions ON strategy_versions.id = walk_forwards.strategy_version_id
JOIN strategies ON strategies.id = strategy_versions.strategy_id
JOIN symbols ON symbols.id = walk_forwards.symbol_id
WHERE walk_forwards.user_id = $user_id
"""

WINDOWS = """
SELECT window_number, role, first_bar, last_bar, backtest_run_id
FROM walk_forward_windows
WHERE walk_forward_id = ?
ORDER BY window_number, role
"""


def add(con: Connection, walk: Mapping[str, object], windows: pd.DataFrame) -> int:
    """Add a walk-forward with its windows; returns its id.

    Parameters
    ----------
    con : a write lease's connection
    walk : a value for each column of `walk_forwards` but id and created_at; times naive, UTC
    windows : window_number, role, first_bar, last_bar, backtest_run_id (nullable), a row a role
    """
    [(walk_id,)] = con.execute(ADD, {**walk, "created_at": clock.now()}).fetchall()
    frames.append(con, "walk_forward_windows", windows.assign(walk_forward_id=walk_id))
    return int(walk_id)


def known(con: Connection, user_id: int, version_id: int, fingerprint: str) -> int | None:
    """Return the newest walk-forward with that fingerprint, or None."""
    query = """
        SELECT max(id)
        FROM walk_forwards
        WHERE fingerprint = ? AND user_id = ? AND strategy_version_id = ?
    """
    [(walk_id,)] = con.execute(query, [fingerprint, user_id, version_id]).fetchall()
    return None if walk_id is None else int(walk_id)


def row(con: Connection, user_id: int, walk_id: int) -> dict[str, Any]:
    """Return a walk-forward's row, by column.

    Raises
    ------
    UnknownName
        This user has no walk-forward of that id.
    """
    query = WALKS + "AND walk_forwards.id = $walk_id"
    answer = con.execute(query, {"user_id": user_id, "walk_id": walk_id})
    names = [name for name, *_ in answer.description]
    found = answer.fetchall()
    if not found:
        raise UnknownName(
            f"No walk-forward {walk_id}. lab.backtests.walk_forwards() shows those there are.",
            walk_forward_id=walk_id,
        )
    return dict(zip(names, found[0], strict=True))


def rows(con: Connection, user_id: int) -> pd.DataFrame:
    """Return the walk-forwards of a user, newest first, a row each."""
    query = WALKS + "ORDER BY walk_forwards.id DESC"
    return frames.read(con, query, {"user_id": user_id}, zone="UTC")


def windows(con: Connection, walk_id: int) -> pd.DataFrame:
    """Return a walk-forward's windows, a row a window and role; run ids are nullable integers."""
    found = frames.read(con, WINDOWS, [walk_id], zone="UTC")
    return found.astype({"backtest_run_id": "Int64"})


def metric(con: Connection, name: str, run_ids: Sequence[int]) -> dict[int, float | None]:
    """Return by run a metric that `backtest_results` has no column for."""
    query = """
        SELECT backtest_run_id, value
        FROM run_metrics
        WHERE metric = ? AND list_contains(?, backtest_run_id)
    """
    return dict(con.execute(query, [name, list(run_ids)]).fetchall())


def equities(con: Connection, run_ids: Sequence[int]) -> dict[int, pd.Series]:
    """Return the equity curves of runs, by id."""
    query = """
        SELECT backtest_run_id, timestamp, equity
        FROM backtest_equity_points
        WHERE list_contains(?, backtest_run_id)
        ORDER BY backtest_run_id, timestamp
    """
    points = frames.read(con, query, [list(run_ids)], zone="UTC")
    by_run = points.set_index("timestamp").groupby("backtest_run_id")["equity"]
    return dict(iter(by_run))
