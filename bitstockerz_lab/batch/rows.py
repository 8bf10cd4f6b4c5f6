"""A batch's rows as its objects: what was recorded, and what is to be done of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.result import Batch, BatchItem
from bitstockerz_lab.batch.task import Task
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


def item_of(row: Mapping[str, Any]) -> BatchItem:
    """Return an item as its row tells it; `report` is None where there is no such file."""
    report = Path(row["report"])
    return BatchItem(
        job_id=row["job_id"],
        name=row["name"],
        parameters=json.loads(row["parameters_json"]),
        status=Status(row["status"]),
        run_ids=tuple(json.loads(row["run_ids_json"])),
        executed=Path(row["executed"]),
        report=report if report.exists() else None,
        seconds=row["seconds"],
        attempts=row["attempts"],
        error_message=row["error_message"],
        failed_cell=row["failed_cell"],
    )


def batch_of(row: Mapping[str, Any], items: Iterable[BatchItem]) -> Batch:
    """Return a batch as its row tells it."""
    index = row["index_page"]
    return Batch(
        tuple(items),
        tuple(json.loads(row["varying_json"])),
        row["seconds"],
        id=row["id"],
        notebook=Path(row["notebook"]),
        status=Status(row["status"]),
        index=Path(index) if index and Path(index).exists() else None,
        error_message=row["error_message"],
    )


def task_of(
    row: Mapping[str, Any], batch: Mapping[str, Any], database: Database, user: User
) -> Task:
    """Return what is to be done for an item of a batch."""
    return Task(
        job_id=row["job_id"],
        name=row["name"],
        notebook=batch["notebook"],
        executed=row["executed"],
        report=row["report"],
        parameters=json.loads(row["parameters_json"]),
        environment={
            "BITSTOCKERZ_DB": str(database.path),
            "BITSTOCKERZ_JOB_ID": str(row["job_id"]),
            "BITSTOCKERZ_USER": user.email,
            "BITSTOCKERZ_NOTEBOOK": Path(batch["notebook"]).name,
            # figures as JSON alone: the page brings plotly.js, the notebook need not
            "PLOTLY_RENDERER": os.environ.get("PLOTLY_RENDERER", "plotly_mimetype"),
        },
        timeout_s=batch["timeout_s"],
        retries=batch["retries"],
    )
