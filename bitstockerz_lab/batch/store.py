"""The batch room's SQL: batches and their items; whose status is that of their jobs, below."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.ops.processes import DIED, Holder
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from bitstockerz_lab.batch.result import BatchItem
    from bitstockerz_lab.enums import Status
    from bitstockerz_lab.storage import Connection

ADD = """
INSERT INTO batches (
    user_id, notebook, notebook_digest, varying_json, timeout_s, retries, workers, fail_fast,
    status, host, pid, process_started_at, seconds, created_at
)
VALUES (
    $user_id, $notebook, $notebook_digest, $varying_json, $timeout_s, $retries, $workers,
    $fail_fast, 'running', $host, $pid, $process_started_at, 0, $created_at
)
RETURNING id
"""

CLAIM = """
UPDATE batches
SET status = 'running', error_message = NULL, finished_at = NULL, host = $host, pid = $pid,
    process_started_at = $process_started_at
WHERE id = $id
"""

FINISH = """
UPDATE batches
SET status = ?, error_message = ?, seconds = ?, index_page = ?, finished_at = ?
WHERE id = ?
"""

ITEMS = """
SELECT batch_items.* EXCLUDE (batch_id), jobs.status, jobs.error_message
FROM batch_items
JOIN jobs ON jobs.id = batch_items.job_id
WHERE batch_id = ?
ORDER BY position
"""

END_ITEM = """
UPDATE batch_items
SET attempts = ?, failed_cell = ?, seconds = ?, run_ids_json = ?
WHERE batch_id = ? AND job_id = ?
"""

BATCHES = """
SELECT
    batches.id, notebook, batches.status, count(*) AS items,
    count(*) FILTER (jobs.status = 'completed') AS completed,
    count(*) FILTER (jobs.status IN ('failed', 'timed_out')) AS failed,
    seconds, batches.created_at, batches.error_message
FROM batches
JOIN (SELECT batch_id, job_id FROM batch_items) AS items ON items.batch_id = batches.id
JOIN jobs ON jobs.id = items.job_id
WHERE batches.user_id = ?
GROUP BY ALL
ORDER BY batches.id DESC
"""

JOBS = """
SELECT
    jobs.id, batch_items.batch_id, coalesce(batch_items.name, jobs.job_type) AS name, jobs.status,
    jobs.created_at, jobs.started_at, jobs.finished_at, jobs.error_message
FROM jobs
LEFT JOIN batch_items ON batch_items.job_id = jobs.id
WHERE jobs.user_id = $user_id AND ($status IS NULL OR jobs.status = $status)
ORDER BY jobs.id DESC
LIMIT $limit
"""


def add_batch(con: Connection, facts: Mapping[str, object]) -> int:
    """Add the row of a batch that this process is about to carry out; returns its id."""
    own = {**facts, **asdict(Holder.here()), "created_at": clock.now()}
    [(batch_id,)] = con.execute(ADD, own).fetchall()
    return int(batch_id)


def add_items(con: Connection, items: pd.DataFrame) -> None:
    """Add the rows of a batch's items."""
    frames.append(con, "batch_items", items)


def claim(con: Connection, batch_id: int) -> None:
    """Say that this process carries a batch out now."""
    con.execute(CLAIM, {"id": batch_id, **asdict(Holder.here())})


def finish_batch(
    con: Connection,
    batch_id: int,
    status: Status,
    error_message: str | None,
    seconds: float,
    index_page: str | None,
) -> None:
    """Say how a batch ended."""
    con.execute(FINISH, [status, error_message, seconds, index_page, clock.now(), batch_id])


def batch_row(con: Connection, user_id: int, batch_id: int) -> dict[str, Any]:
    """Return a user's batch, by column.

    Raises
    ------
    UnknownName
        The user has no batch of that id.
    """
    query = "SELECT * FROM batches WHERE id = ? AND user_id = ?"
    answer = con.execute(query, [batch_id, user_id])
    names = [name for name, *_ in answer.description]
    for row in answer.fetchall():
        return dict(zip(names, row, strict=True))
    raise UnknownName(
        f"No batch {batch_id}. lab.batch.list() shows them.", kind="batch", name=str(batch_id)
    )


def item_rows(con: Connection, batch_id: int) -> list[dict[str, Any]]:
    """Return a batch's items in their order, by column, with status and error_message."""
    answer = con.execute(ITEMS, [batch_id])
    names = [name for name, *_ in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def batches(con: Connection, user_id: int) -> pd.DataFrame:
    """Return a user's batches, the newest first."""
    return frames.read(con, BATCHES, [user_id], zone="UTC")


def jobs(con: Connection, user_id: int, status: str | None, limit: int | None) -> pd.DataFrame:
    """Return a user's jobs, the newest first; None is any status, and all of them."""
    asked = {"user_id": user_id, "status": status, "limit": limit}
    return frames.read(con, JOBS, asked, zone="UTC")


def end_items(con: Connection, batch_id: int, items: Iterable[BatchItem]) -> None:
    """Store what items came to; how they ended is in their jobs."""
    for item in items:
        run_ids = json.dumps(item.run_ids)
        values = [item.attempts, item.failed_cell, item.seconds, run_ids, batch_id, item.job_id]
        con.execute(END_ITEM, values)


def run_ids(
    con: Connection, user_id: int, shown: Mapping[int, Sequence[int]]
) -> dict[int, tuple[int, ...]]:
    """Return the ids of this user's backtest runs that jobs recorded or showed, oldest first.

    Parameters
    ----------
    con : a lease's connection
    user_id : whose jobs they are
    shown : by job, ids that its notebook shows; asked for again, a run is given back as it was
        recorded, by an earlier job or by none
    """
    named = sorted({run_id for ids in shown.values() for run_id in ids})
    rows = con.execute(
        """
        SELECT id, job_id
        FROM backtest_runs
        WHERE user_id = ? AND (list_contains(?, job_id) OR list_contains(?, id))
        """,
        [user_id, list(shown), named],
    ).fetchall()
    return {
        job_id: tuple(sorted(run for run, recorder in rows if recorder == job_id or run in ids))
        for job_id, ids in shown.items()
    }


def orphans(con: Connection) -> list[int]:
    """Return the batches of this machine that say they are running but whose process is gone."""
    rows = con.execute(
        "SELECT id, host, pid, process_started_at FROM batches WHERE status = 'running'"
    ).fetchall()
    return [batch_id for batch_id, *holder in rows if Holder(*holder).is_gone]


def settle_orphans(con: Connection) -> None:
    """Mark them as failed; needs a write lease."""
    con.execute(
        """
        UPDATE batches
        SET status = 'failed', error_message = ?, finished_at = ?
        WHERE list_contains(?, id)
        """,
        [DIED, clock.now(), orphans(con)],
    )
