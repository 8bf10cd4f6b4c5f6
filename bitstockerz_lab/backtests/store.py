"""The SQL of runs, their results, trades and equity, and who runs them."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market.store import find_symbol
from bitstockerz_lab.ops.processes import DIED, Holder, lives
from bitstockerz_lab.storage import frames
from bitstockerz_lab.strategies.others import Other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.plan import Materials
    from bitstockerz_lab.measures import Metrics
    from bitstockerz_lab.storage import Connection

RESULTS = (
    "final_equity", "total_return_pct", "max_drawdown_pct", "win_rate_pct", "num_trades",
    "avg_win_pct", "avg_loss_pct", "sharpe_ratio",
)  # fmt: skip
TRADES = (
    "entry_time", "exit_time", "side", "entry_price", "exit_price", "quantity", "pnl_abs",
    "pnl_pct",
)  # fmt: skip
TRADE_DETAILS = (
    "position_no", "exit_reason", "mae_pct", "mfe_pct", "bars_held", "fees", "borrow",
)  # fmt: skip

RUNS = """
SELECT
    backtest_runs.id, backtest_runs.user_id, backtest_runs.status, strategies.name AS strategy,
    strategy_versions.version_number AS version, backtest_runs.strategy_version_id,
    symbols.symbol, symbols.asset_type, backtest_runs.timeframe, backtest_runs.start_date,
    backtest_runs.end_date, backtest_runs.initial_equity, backtest_runs.job_id,
    backtest_runs.error_message, backtest_runs.created_at, backtest_runs.started_at,
    backtest_runs.finished_at, run_details.* EXCLUDE (backtest_run_id),
    backtest_results.* EXCLUDE (id, backtest_run_id),
    backtest_runs.id IN (
        SELECT backtest_run_id FROM run_symbols WHERE simulated
    ) AS reads_simulated
FROM backtest_runs
JOIN strategies ON strategies.id = backtest_runs.strategy_id
JOIN strategy_versions ON strategy_versions.id = backtest_runs.strategy_version_id
JOIN symbols ON symbols.id = backtest_runs.symbol_id
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
LEFT JOIN backtest_results ON backtest_results.backtest_run_id = backtest_runs.id
WHERE backtest_runs.user_id = $user_id
"""

TRADES_OF = """
SELECT
    entry_time, exit_time, side, entry_price, exit_price, quantity, pnl_abs, pnl_pct,
    exit_reason, mae_pct, mfe_pct, bars_held, fees, borrow, position_no
FROM backtest_trades
JOIN trade_details ON trade_details.backtest_trade_id = backtest_trades.id
WHERE backtest_run_id = ?
ORDER BY backtest_trades.id
"""

READS = """
SELECT run_symbols.name, symbols.symbol, run_symbols.timeframe
FROM run_symbols JOIN symbols ON symbols.id = run_symbols.symbol_id
WHERE backtest_run_id = ?
ORDER BY run_symbols.name
"""

KNOWN_RUN = """
SELECT max(backtest_runs.id)
FROM backtest_runs
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
WHERE fingerprint = ? AND user_id = ? AND strategy_version_id = ? AND status = 'completed'
"""

KNOWN_RUNS = """
SELECT fingerprint, max(backtest_runs.id)
FROM backtest_runs
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
WHERE list_contains(?, fingerprint) AND user_id = ? AND strategy_version_id = ?
    AND status = 'completed'
GROUP BY fingerprint
"""

UNFINISHED = """
SELECT id, pid, process_started_at
FROM backtest_runs
JOIN run_processes ON run_processes.backtest_run_id = backtest_runs.id
WHERE status IN ('pending', 'running') AND host = ?
"""

ADD_DETAILS = """
INSERT INTO run_details (
    backtest_run_id, fingerprint, bars_digest, bars_as_of, adjusted, provider, parameters_json,
    costs_json, sizing_json, exits_json, engine_version, versions_json, warnings_json, tags_json,
    notebook, asked_adjusted
)
VALUES (
    $backtest_run_id, $fingerprint, $bars_digest, $bars_as_of, $adjusted, $provider,
    $parameters_json, $costs_json, $sizing_json, $exits_json, $engine_version, $versions_json,
    $warnings_json, $tags_json, $notebook, $asked_adjusted
)
"""

DONE = """
UPDATE run_details
SET skipped_entries = done.skipped_entries, ruined = done.ruined
FROM done
WHERE run_details.backtest_run_id = done.backtest_run_id
"""


def begin(con: Connection, user_id: int, materials: Materials) -> int:
    """Add the row of a run that is about to be simulated, with its details; returns its id."""
    now, recipe = clock.now(), materials.recipe
    job_id = os.environ.get("BITSTOCKERZ_JOB_ID")
    (run_id,) = con.execute(  # type: ignore[misc]
        """
        INSERT INTO backtest_runs (
            user_id, strategy_id, strategy_version_id, symbol_id, timeframe, start_date, end_date,
            initial_equity, status, job_id, created_at, updated_at, started_at
        )
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        RETURNING id
        """,
        [
            user_id, recipe.version.strategy_id, recipe.version.id, recipe.symbol.id,
            recipe.timeframe, _naive(recipe.start), _naive(recipe.end),
            recipe.terms.initial_equity, Status.RUNNING, int(job_id) if job_id else None,
            now, now, now,
        ],
    ).fetchone()  # fmt: skip
    con.execute(ADD_DETAILS, {"backtest_run_id": run_id, **materials.details()})
    for one in recipe.reads:
        bars = materials.others.get(one.name)
        simulated = bars is not None and bool(bars.attrs["simulated"])
        con.execute(
            "INSERT INTO run_symbols VALUES (?, ?, ?, ?, ?)",
            [run_id, one.name, one.symbol.id, one.timeframe, simulated],
        )
    holder = Holder.here()
    con.execute(
        "INSERT INTO run_processes VALUES (?, ?, ?, ?)",
        [run_id, holder.host, holder.pid, holder.process_started_at],
    )
    return int(run_id)


def record(con: Connection, run_id: int, simulation: Simulation) -> None:
    """Store what a run came to and say that it is completed."""
    record_all(con, {run_id: simulation})


def record_all(con: Connection, simulations: Mapping[int, Simulation]) -> None:
    """Store what runs came to, by id, and say that they are completed: a frame a table."""
    metrics = pd.DataFrame(
        {run_id: one.metrics.as_dict() for run_id, one in simulations.items()}, dtype="Float64"
    ).T.rename_axis("backtest_run_id")
    frames.append(con, "backtest_results", metrics[list(RESULTS)].reset_index())
    extra = metrics.drop(columns=list(RESULTS)).melt(
        var_name="metric", value_name="value", ignore_index=False
    )
    frames.append(con, "run_metrics", extra.reset_index())
    _record_trades(con, {run_id: one.trades for run_id, one in simulations.items()})
    points = pd.concat(
        {run_id: one.equity.rename_axis("timestamp") for run_id, one in simulations.items()},
        names=["backtest_run_id"],
    )
    frames.append(con, "backtest_equity_points", points.reset_index())
    done = pd.DataFrame(
        {
            "backtest_run_id": list(simulations),
            "skipped_entries": [one.skipped_entries for one in simulations.values()],
            "ruined": [one.ruined for one in simulations.values()],
        }
    )
    with frames.registered(con, "done", done):
        con.execute(DONE)
    for run_id in simulations:
        finish(con, run_id, Status.COMPLETED)


def _record_trades(con: Connection, trades: Mapping[int, pd.DataFrame]) -> None:
    rows = pd.concat(
        [one.assign(backtest_run_id=run_id) for run_id, one in trades.items()], ignore_index=True
    )
    if rows.empty:
        return
    symbols = dict(
        con.execute(
            "SELECT id, symbol_id FROM backtest_runs WHERE list_contains(?, id)", [list(trades)]
        ).fetchall()
    )
    numbers = con.execute(
        "SELECT nextval('backtest_trades_id') AS id FROM range(?)", [len(rows)]
    ).fetchnumpy()["id"]
    named = rows[[*TRADES, "backtest_run_id"]].assign(
        id=numbers, symbol_id=rows["backtest_run_id"].map(symbols)
    )
    frames.append(con, "backtest_trades", named)
    details = rows[list(TRADE_DETAILS)].assign(backtest_trade_id=numbers)
    frames.append(con, "trade_details", details)


def finish(con: Connection, run_id: int, status: Status, error_message: str | None = None) -> None:
    """Say how a run ended; what has ended already stays as it is."""
    now = clock.now()
    con.execute(
        """
        UPDATE backtest_runs
        SET status = ?, error_message = ?, finished_at = ?, updated_at = ?
        WHERE id = ? AND status IN ('pending', 'running')
        """,
        [status, error_message, now, now, run_id],
    )


def orphans(con: Connection) -> list[int]:
    """Return the runs of this machine that say they are running but whose process is gone."""
    rows = con.execute(UNFINISHED, [socket.gethostname()]).fetchall()
    return [run_id for run_id, pid, started in rows if not lives(pid, started)]


def settle_orphans(con: Connection) -> None:
    """Mark them as failed; needs a write lease."""
    for run_id in orphans(con):
        finish(con, run_id, Status.FAILED, DIED)


def completed(con: Connection, user_id: int, version_id: int, fingerprint: str) -> int | None:
    """Return the newest completed run with that fingerprint, or None."""
    (run_id,) = con.execute(KNOWN_RUN, [fingerprint, user_id, version_id]).fetchone()  # type: ignore[misc]
    return None if run_id is None else int(run_id)


def all_completed(
    con: Connection, user_id: int, version_id: int, fingerprints: Sequence[str]
) -> dict[str, int]:
    """Return the newest completed run of each fingerprint that has one."""
    values = [list(fingerprints), user_id, version_id]
    return dict(con.execute(KNOWN_RUNS, values).fetchall())


def row(con: Connection, user_id: int, run_id: int) -> dict[str, Any]:
    """Return a run's row with its details and results, by column.

    Raises
    ------
    UnknownName
        This user has no run of that id.
    """
    answer = con.execute(
        RUNS + "AND backtest_runs.id = $run_id", {"user_id": user_id, "run_id": run_id}
    )
    names = [name for name, *_ in answer.description]
    found = answer.fetchone()
    if found is None:
        raise UnknownName(
            f"No run {run_id}. lab.backtests.list() shows the runs there are.", run_id=run_id
        )
    return dict(zip(names, found, strict=True))


def reads(con: Connection, run_id: int) -> tuple[Other, ...]:
    """Return the other symbols that a run read, by name: those its names meant then."""
    rows = con.execute(READS, [run_id]).fetchall()
    return tuple(
        Other(name, find_symbol(con, symbol), timeframe) for name, symbol, timeframe in rows
    )


def rows(con: Connection, user_id: int, run_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Return the runs of a user, newest first, a row each."""
    chosen = "AND ($run_ids IS NULL OR list_contains($run_ids, backtest_runs.id))"
    order = "ORDER BY backtest_runs.id DESC"
    values = {"user_id": user_id, "run_ids": None if run_ids is None else list(run_ids)}
    return frames.read(con, f"{RUNS} {chosen} {order}", values, zone="UTC")


def extra_metrics(con: Connection, run_id: int) -> dict[str, float | None]:
    """Return the metrics that the result's row has no column for."""
    query = "SELECT metric, value FROM run_metrics WHERE backtest_run_id = ?"
    return dict(con.execute(query, [run_id]).fetchall())


def trades(con: Connection, run_id: int) -> pd.DataFrame:
    """Return a run's trades as `Simulation.trades` has them."""
    return frames.read(con, TRADES_OF, [run_id], zone="UTC")


def equity(con: Connection, run_id: int) -> pd.Series:
    """Return a run's equity curve as `Simulation.equity` has it."""
    query = """
        SELECT timestamp, equity
        FROM backtest_equity_points
        WHERE backtest_run_id = ?
        ORDER BY timestamp
    """
    points = frames.read(con, query, [run_id], zone="UTC")
    return points.set_index("timestamp")["equity"]


def curves(con: Connection, run_ids: Sequence[int]) -> dict[int, pd.Series]:
    """Return the equity curves of several runs by id, each as `equity` gives it, read at once."""
    query = """
        SELECT backtest_run_id, timestamp, equity
        FROM backtest_equity_points
        WHERE list_contains(?, backtest_run_id)
        ORDER BY backtest_run_id, timestamp
    """
    points = frames.read(con, query, [list(run_ids)], zone="UTC").set_index("timestamp")
    return {run_id: points.loc[points["backtest_run_id"] == run_id, "equity"] for run_id in run_ids}


def metrics_of(row: dict[str, Any], extra: dict[str, float | None]) -> Metrics:
    """Return the metrics of a completed run from its row and the rest of its metrics."""
    from bitstockerz_lab.measures import Metrics  # noqa: PLC0415 - only completed runs have them

    return Metrics(**{name: row[name] for name in RESULTS}, **extra)  # type: ignore[arg-type]


def _naive(stamp: pd.Timestamp) -> datetime:
    return stamp.tz_convert("UTC").tz_localize(None).to_pydatetime(warn=False)
