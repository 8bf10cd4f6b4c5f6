"""The ops room's SQL: the status machine of jobs, and who answers for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status
from bitstockerz_lab.ops.processes import DIED, Holder
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bitstockerz_lab.storage import Connection

UNFINISHED = """
SELECT host, pid, process_started_at, list(id)
FROM jobs
JOIN job_processes ON job_processes.job_id = jobs.id
WHERE status IN ('pending', 'running')
GROUP BY ALL
"""


def create_job(con: Connection, user_id: int, job_type: str, payload: Mapping[str, object]) -> int:
    """Add a pending job and return its id."""
    (job_id,) = con.execute(  # type: ignore[misc]
        """
        INSERT INTO jobs (job_type, user_id, payload_json, status, created_at)
        VALUES (?, ?, ?, ?, ?)
        RETURNING id
        """,
        [job_type, user_id, json.dumps(payload, default=str), Status.PENDING, clock.now()],
    ).fetchone()
    return int(job_id)


def start_job(con: Connection, job_id: int, at: datetime | None = None) -> None:
    """Say that a pending job is running, since now or since the moment given."""
    con.execute(
        "UPDATE jobs SET status = ?, started_at = ? WHERE id = ? AND status = ?",
        [Status.RUNNING, at or clock.now(), job_id, Status.PENDING],
    )


def finish_job(
    con: Connection,
    job_id: int,
    status: Status,
    error_message: str | None = None,
    at: datetime | None = None,
) -> None:
    """Say how a job ended: completed, failed, timed_out or cancelled."""
    con.execute(
        "UPDATE jobs SET status = ?, error_message = ?, finished_at = ? WHERE id = ?",
        [status, error_message, at or clock.now(), job_id],
    )


def hold_jobs(con: Connection, job_ids: Sequence[int]) -> None:
    """Say that this process answers for jobs now, and that they wait for their turn."""
    ids = list(job_ids)
    con.execute("DELETE FROM job_processes WHERE list_contains(?, job_id)", [ids])
    holder = Holder.here()
    frames.append(
        con,
        "job_processes",
        pd.DataFrame(
            {
                "job_id": ids,
                "host": holder.host,
                "pid": holder.pid,
                "process_started_at": holder.process_started_at,
            }
        ),
    )
    con.execute(
        """
        UPDATE jobs
        SET status = ?, error_message = NULL, started_at = NULL, finished_at = NULL
        WHERE list_contains(?, id)
        """,
        [Status.PENDING, ids],
    )


def orphans(con: Connection) -> list[int]:
    """Return the jobs of this machine that should still end but whose process is gone."""
    found: list[int] = []
    for host, pid, started, ids in con.execute(UNFINISHED).fetchall():
        if Holder(host, pid, started).is_gone:
            found += ids
    return found


def settle_orphans(con: Connection) -> None:
    """Mark those that ran as failed and those that waited as cancelled; needs a write lease."""
    con.execute(
        """
        UPDATE jobs
        SET
            status = CASE WHEN status = 'running' THEN 'failed' ELSE 'cancelled' END,
            error_message = ?, finished_at = ?
        WHERE list_contains(?, id)
        """,
        [DIED, clock.now(), orphans(con)],
    )
