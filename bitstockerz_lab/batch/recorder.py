"""Writes down what happens to a batch's items, several things in one lease."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bitstockerz_lab.batch import store
from bitstockerz_lab.batch.task import Ended, Started
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DatabaseBusy
from bitstockerz_lab.ops import store as ops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitstockerz_lab.batch.result import BatchItem
    from bitstockerz_lab.batch.task import News, Task
    from bitstockerz_lab.storage import Database

TOGETHER = 16
"""So many endings are not kept waiting for their lease."""
AT_LEAST_S = 1.0
"""After so long one is not kept waiting either. Till then its executed notebook tells it."""

TRIES = 10
"""How often the end of a batch is written, where somebody else keeps the file for long."""

LOG = logging.getLogger(__name__)

Result = TypeVar("Result")


def patiently(step: Callable[[], Result]) -> Result:
    """Do a step that writes; try again, some times, while somebody else keeps the file."""
    for _ in range(TRIES - 1):
        try:
            return step()
        except DatabaseBusy as problem:
            LOG.warning("%s It is tried again.", problem)
    return step()


class Recorder:
    """A batch's items as they stand, in memory at once and in the file soon after.

    Parameters
    ----------
    database, user_id, batch_id : where and whose
    items : as they stand before anything happens
    """

    def __init__(
        self, database: Database, user_id: int, batch_id: int, items: Iterable[BatchItem]
    ) -> None:
        self._database = database
        self._user_id = user_id
        self._batch_id = batch_id
        self._items = {item.job_id: item for item in items}
        self._before = dict(self._items)
        self._reports: dict[int, Path] = {}
        self._started: dict[int, Started] = {}
        self._ended: dict[int, Ended] = {}
        self._settled: set[int] = set()
        self._last = time.monotonic()

    @property
    def items(self) -> tuple[BatchItem, ...]:
        """The items in their order."""
        return tuple(self._items.values())

    def expect(self, tasks: Iterable[Task]) -> None:
        """Take note of what is going to be done; where its page goes is in there."""
        self._reports |= {task.job_id: Path(task.report) for task in tasks}

    def take(self, news: News) -> BatchItem | None:
        """Take what has happened; returns the item that ended, if one did.

        It is written down when there is enough of it or some time has gone. While somebody holds
        the file for long it is kept, and written later.
        """
        found = None
        if isinstance(news, Started):
            self._started[news.job_id] = news
        elif isinstance(news, Ended):
            self._ended[news.job_id] = news
            self._settled.add(news.job_id)
            found = self._items[news.job_id] = self._after(news)
        late = time.monotonic() - self._last > AT_LEAST_S
        if len(self._ended) >= TOGETHER or (late and (self._ended or self._started)):
            try:
                self.flush()
            except DatabaseBusy:
                self._last = time.monotonic()
        return found

    def flush(self) -> None:
        """Write down what is not written yet."""
        if not (self._started or self._ended):
            return
        started, ended = dict(self._started), dict(self._ended)
        with self._database.write() as con:
            for begun in started.values():
                ops.start_job(con, begun.job_id, begun.at)
            runs = store.run_ids(con, self._user_id, {key: one.shown for key, one in ended.items()})
            for job_id, one in ended.items():
                ops.finish_job(con, job_id, one.status, one.error_message, one.finished_at)
                self._items[job_id] = replace(self._items[job_id], run_ids=runs[job_id])
            store.end_items(con, self._batch_id, [self._items[job_id] for job_id in ended])
        self._started, self._ended = {}, {}
        self._last = time.monotonic()

    def leave(self, told: str) -> None:
        """Say of what was expected and did not end that it never will, and write all down."""
        self.flush()
        never = self._reports.keys() - self._settled
        if not never:
            return
        with self._database.write() as con:
            for job_id in never:
                ops.finish_job(con, job_id, Status.CANCELLED, told)
                item = self._items[job_id]
                self._items[job_id] = replace(item, status=Status.CANCELLED, error_message=told)

    def _after(self, ended: Ended) -> BatchItem:
        before, report = self._before[ended.job_id], self._reports[ended.job_id]
        return replace(
            before,
            status=ended.status,
            run_ids=ended.shown,
            report=report if report.exists() else None,
            seconds=before.seconds + ended.seconds,
            attempts=before.attempts + ended.attempts,
            error_message=ended.error_message,
            failed_cell=ended.failed_cell,
        )
