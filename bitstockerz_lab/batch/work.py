"""One item of a batch from its job's first row to its last, and the count of them all."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bitstockerz_lab.batch import store
from bitstockerz_lab.batch.execute import Outcome, execute
from bitstockerz_lab.batch.plan import free_paths
from bitstockerz_lab.batch.result import BatchItem, Progress
from bitstockerz_lab.enums import Status
from bitstockerz_lab.ops import store as ops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitstockerz_lab.batch.plan import Values
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


@dataclass(frozen=True, slots=True)
class Job:
    """One item to run."""

    id: int
    notebook: Path
    name: str
    parameters: Values

    @property
    def payload(self) -> dict[str, object]:
        """What its row in `jobs` keeps: enough to run it again."""
        return {"notebook": str(self.notebook), "parameters": self.parameters, "name": self.name}


class Watch:
    """Counts what is done and tells who wants to know."""

    def __init__(self, total: int, on_progress: Callable[[Progress], None]) -> None:
        self.items: list[BatchItem] = []
        self._total = total
        self._on_progress = on_progress
        self._began = time.perf_counter()
        self._cells = 0

    @property
    def seconds(self) -> float:
        """How long the batch has been at work."""
        return time.perf_counter() - self._began

    def at(self, name: str, cell: int, cells: int) -> None:
        """Tell that an item has come to a cell."""
        self._cells = cells
        self._tell(name, cell, None)

    def ended(self, item: BatchItem) -> None:
        """Tell that an item has ended."""
        self.items.append(item)
        self._tell(item.name, self._cells, item)

    def _tell(self, name: str, cell: int, item: BatchItem | None) -> None:
        done = len(self.items)
        failed = sum(ended.status != Status.COMPLETED for ended in self.items)
        self._on_progress(
            Progress(done, self._total, failed, name, cell, self._cells, self.seconds, item)
        )


@dataclass(frozen=True, slots=True)
class Work:
    """What running one item takes; a lease of the database before and after, none during."""

    database: Database
    user: User
    executed: Path
    reports: Path
    timeout_s: float | None
    retries: int

    def item(self, job: Job, on_cell: Callable[[str, int, int], None]) -> BatchItem:
        """Run one item to its end, whatever that is."""
        from bitstockerz_lab.batch import html  # noqa: PLC0415 - reason: heavy

        began = time.perf_counter()
        executed, report = free_paths(job.name, job.id, self.executed, self.reports)
        with self.database.write() as con:
            ops.start_job(con, job.id)
        outcome, attempts = self._attempts(job, executed, on_cell)
        shown: tuple[int, ...] = ()
        try:
            shown = html.export(executed, report)
        except Exception as problem:  # noqa: BLE001 - reason: the notebook ran; a page that fails says so
            reason = f"The report could not be made: {type(problem).__name__}: {problem}"
            outcome = Outcome(
                Status.FAILED, " ".join(filter(None, [outcome.error_message, reason]))
            )
        with self.database.write() as con:
            ops.finish_job(con, job.id, outcome.status, outcome.error_message)
            run_ids = store.run_ids(con, self.user.id, job.id, shown)
        return BatchItem(
            job_id=job.id,
            name=job.name,
            parameters=job.parameters,
            status=outcome.status,
            run_ids=run_ids,
            executed=executed,
            report=report if report.exists() else None,
            seconds=time.perf_counter() - began,
            attempts=attempts,
            error_message=outcome.error_message,
        )

    def _attempts(
        self, job: Job, executed: Path, on_cell: Callable[[str, int, int], None]
    ) -> tuple[Outcome, int]:
        environment = {
            "BITSTOCKERZ_DB": str(self.database.path),
            "BITSTOCKERZ_JOB_ID": str(job.id),
            "BITSTOCKERZ_USER": self.user.email,
            "BITSTOCKERZ_NOTEBOOK": job.notebook.name,
            # figures as JSON alone: the page brings plotly.js, the notebook need not
            "PLOTLY_RENDERER": os.environ.get("PLOTLY_RENDERER", "plotly_mimetype"),
        }
        attempts = 0
        while True:
            attempts += 1
            outcome = execute(
                job.notebook,
                executed,
                job.parameters,
                environment=environment,
                timeout_s=self.timeout_s,
                on_cell=partial(on_cell, job.name),
            )
            if outcome.status == Status.COMPLETED or attempts > self.retries:
                return outcome, attempts
