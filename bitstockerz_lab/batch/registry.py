"""Which batches there are, and who carries each out: each step one lease."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.batch import store
from bitstockerz_lab.batch.plan import free_paths, item_name
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError
from bitstockerz_lab.ops import store as ops
from bitstockerz_lab.ops.processes import Holder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bitstockerz_lab.batch.plan import Values
    from bitstockerz_lab.storage import Connection, Database

_AT_WORK: set[tuple[str, int]] = set()
"""The batches that this process carries out. One that its row alone calls running was stopped by
what also kept that from being written down: a full disk."""


def begin(
    database: Database,
    facts: Mapping[str, Any],
    sets: Sequence[Values],
    executed: Path,
    reports: Path,
) -> int:
    """Record a batch and every item as a pending job, all in one transaction; returns its id.

    Parameters
    ----------
    database : where
    facts : the columns of its row that the caller knows
    sets : the parameters of each item
    executed, reports : the folders of what comes of it; each item's paths are settled here
    """
    with database.write() as con:
        _settle(con)
        batch_id = store.add_batch(con, facts)
        items = [
            {"batch_id": batch_id, "position": position}
            | _pending(con, facts, values, executed, reports)
            for position, values in enumerate(sets)
        ]
        store.add_items(con, pd.DataFrame(items))
        ops.hold_jobs(con, [item["job_id"] for item in items])
    _AT_WORK.add((str(database.path), batch_id))
    return batch_id


def release(database: Database, batch_id: int) -> None:
    """Say that this process carries a batch out no longer, whether or not that is written down."""
    _AT_WORK.discard((str(database.path), batch_id))


def _pending(
    con: Connection, facts: Mapping[str, Any], values: Values, executed: Path, reports: Path
) -> dict[str, Any]:
    notebook, varying = facts["notebook"], json.loads(facts["varying_json"])
    name = item_name(notebook, values, [one for one in varying if one in values])
    payload = {
        "notebook": notebook,
        "parameters": values,
        "name": name,
        "executed_folder": str(executed),
        "reports_folder": str(reports),
    }
    job_id = ops.create_job(con, facts["user_id"], "notebook", payload)
    paths = free_paths(name, job_id, executed, reports)
    return {
        "job_id": job_id,
        "name": name,
        "parameters_json": json.dumps(values),
        "executed": str(paths[0]),
        "report": str(paths[1]),
        "attempts": 0,
        "seconds": 0.0,
        "run_ids_json": "[]",
    }


def claim(database: Database, user_id: int, batch_id: int) -> None:
    """Say that this process carries a batch out; of two that try, one is refused.

    Raises
    ------
    BatchError
        A process that is there carries it out.
    """
    with database.write() as con:
        _settle(con)
        row = store.batch_row(con, user_id, batch_id)
        if row["status"] == Status.RUNNING and not _is_left_over(database, row):
            raise BatchError(
                f"Batch {batch_id} is being carried out by process {row['pid']} on "
                f"{row['host']}. Wait for it, or stop that process.",
                batch_id=batch_id,
            )
        store.claim(con, batch_id)
        items = store.item_rows(con, batch_id)
        missing = [item["job_id"] for item in items if item["status"] != Status.COMPLETED]
        ops.hold_jobs(con, missing)
        _AT_WORK.add((str(database.path), batch_id))


def _is_left_over(database: Database, row: Mapping[str, Any]) -> bool:
    holder = Holder(row["host"], row["pid"], row["process_started_at"])
    return holder == Holder.here() and (str(database.path), row["id"]) not in _AT_WORK


def rows(
    database: Database, user_id: int, batch_id: int
) -> tuple[dict[str, Any], Sequence[dict[str, Any]]]:
    """Return the row of a batch and those of its items, by column; orphans are settled before.

    Raises
    ------
    UnknownName
        The user has no such batch.
    """
    settle_orphans(database)
    with database.read() as con:
        return store.batch_row(con, user_id, batch_id), store.item_rows(con, batch_id)


def settle_orphans(database: Database) -> None:
    """Tell the truth of batches and jobs whose process died."""
    with database.read() as con:
        found = [*ops.orphans(con), *store.orphans(con)]
    if found:
        with database.write() as con:
            _settle(con)


def _settle(con: Connection) -> None:
    ops.settle_orphans(con)
    store.settle_orphans(con)
