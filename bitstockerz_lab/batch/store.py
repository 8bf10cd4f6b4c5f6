"""The batch room's SQL; it writes no table of its own and reads downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection


def run_ids(
    con: Connection, user_id: int, job_id: int, shown: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the ids of this user's backtest runs that a job recorded or showed, oldest first.

    Parameters
    ----------
    con : a lease's connection
    user_id, job_id : whose job it is
    shown : ids that the job's notebook shows; asked for again, a run is given back as it was
        recorded, by an earlier job or by none
    """
    rows = con.execute(
        """
        SELECT id
        FROM backtest_runs
        WHERE user_id = ? AND (job_id = ? OR list_contains(?, id))
        ORDER BY id
        """,
        [user_id, job_id, list(shown)],
    ).fetchall()
    return tuple(int(run_id) for (run_id,) in rows)
