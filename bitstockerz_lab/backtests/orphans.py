"""Runs whose process died: found by who started them, and marked as what they are."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import psutil

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection

UNFINISHED = """
SELECT id, pid, process_started_at
FROM backtest_runs
JOIN run_processes ON run_processes.backtest_run_id = backtest_runs.id
WHERE status IN ('pending', 'running') AND host = ?
"""

SETTLE = """
UPDATE backtest_runs
SET status = ?, error_message = ?, finished_at = ?, updated_at = ?
WHERE id = ?
"""


def claim(con: Connection, run_id: int) -> None:
    """Say that this process runs a run."""
    process = psutil.Process()
    con.execute(
        "INSERT INTO run_processes VALUES (?, ?, ?, ?)",
        [run_id, socket.gethostname(), process.pid, process.create_time()],
    )


def find(con: Connection) -> list[int]:
    """Return the runs of this machine that say they are running but whose process is gone."""
    rows = con.execute(UNFINISHED, [socket.gethostname()]).fetchall()
    return [run_id for run_id, pid, started in rows if not _lives(pid, started)]


def settle(con: Connection) -> None:
    """Mark the orphans as failed; needs a write lease."""
    now = clock.now()
    for run_id in find(con):
        con.execute(SETTLE, [Status.FAILED, "process died", now, now, run_id])


def _lives(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1.0
    except psutil.NoSuchProcess:
        return False
