"""The batch room's SQL; it writes no table of its own and reads downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection


def run_ids(con: Connection, user_id: int, job_id: int) -> tuple[int, ...]:
    """Return the ids of the backtest runs that a job of this user recorded, oldest first."""
    rows = con.execute(
        "SELECT id FROM backtest_runs WHERE job_id = ? AND user_id = ? ORDER BY id",
        [job_id, user_id],
    ).fetchall()
    return tuple(int(run_id) for (run_id,) in rows)
