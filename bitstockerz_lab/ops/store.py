"""The ops room's SQL: the status machine of jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.storage import Connection


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


def start_job(con: Connection, job_id: int) -> None:
    """Say that a pending job is running now."""
    con.execute(
        "UPDATE jobs SET status = ?, started_at = ? WHERE id = ? AND status = ?",
        [Status.RUNNING, clock.now(), job_id, Status.PENDING],
    )


def finish_job(
    con: Connection, job_id: int, status: Status, error_message: str | None = None
) -> None:
    """Say how a job ended: completed, failed, timed_out or cancelled."""
    con.execute(
        "UPDATE jobs SET status = ?, error_message = ?, finished_at = ? WHERE id = ?",
        [status, error_message, clock.now(), job_id],
    )
