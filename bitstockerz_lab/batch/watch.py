"""Counts what is done of a batch and tells who wants to know."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bitstockerz_lab.batch.result import FAILED, Progress
from bitstockerz_lab.batch.task import AtCell, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitstockerz_lab.batch.result import BatchItem
    from bitstockerz_lab.batch.task import News, Task


class Watch:
    """Turns what happens into `Progress`.

    Parameters
    ----------
    tasks : what is to be done; what was done before does not count
    on_progress : called as it is made ready, at each cell and after each item
    """

    def __init__(self, tasks: Sequence[Task], on_progress: Callable[[Progress], None]) -> None:
        self._names = {task.job_id: task.name for task in tasks}
        self._on_progress = on_progress
        self._began = time.perf_counter()
        self._cells: dict[int, tuple[int, int]] = {}
        self._attempts: dict[int, int] = {}
        self._done = self._failed = 0
        self._ready_s: float | None = None

    @property
    def seconds(self) -> float:
        """How long the batch has been at work."""
        return time.perf_counter() - self._began

    def prepare(self, what: str) -> None:
        """Tell what is made ready before the first notebook can begin."""
        self._on_progress(Progress(0, len(self._names), 0, what, 0, 0, self.seconds))

    def take(self, news: News, item: BatchItem | None) -> None:
        """Tell what has happened; `item` is the one that ended, if one did."""
        if isinstance(news, Started) and self._ready_s is None:
            self._ready_s = self.seconds
        if isinstance(news, AtCell):
            before, _ = self._cells.get(news.job_id, (0, 0))
            if news.cell <= before:  # it begins anew
                self._attempts[news.job_id] = self._attempts.get(news.job_id, 1) + 1
            self._cells[news.job_id] = (news.cell, news.cells)
        elif item is not None:
            self._done += 1
            self._failed += item.status in FAILED
        else:
            return
        name, (cell, cells) = self._names[news.job_id], self._cells.get(news.job_id, (0, 0))
        self._on_progress(
            Progress(
                self._done, len(self._names), self._failed, name, cell, cells, self.seconds, item,
                news.job_id, self._attempts.get(news.job_id, 1), self._ready_s or 0.0,
            )
        )  # fmt: skip
