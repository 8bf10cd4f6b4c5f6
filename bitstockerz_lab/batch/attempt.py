"""One attempt at a batch, its first or a resumed one, from what is claimed to what is told."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch import endings, store
from bitstockerz_lab.batch.crew import ProcessCrew
from bitstockerz_lab.batch.recorder import Recorder, patiently
from bitstockerz_lab.batch.rows import batch_of, item_of, task_of
from bitstockerz_lab.batch.shift import carry_out
from bitstockerz_lab.batch.watch import Watch
from bitstockerz_lab.batch.work import with_page
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bitstockerz_lab.batch.crew import Crew
    from bitstockerz_lab.batch.result import Batch, Progress
    from bitstockerz_lab.batch.task import Task
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User

WORTH_IT = 3
"""So many notebooks pay back what a warm parent's start takes."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is tried, and by whom.

    Parameters
    ----------
    database, user : where and whose
    row : the batch's row, claimed by this process
    items : the rows of its items
    workers : how many at once
    client : a dask client whose workers do it; None is worker processes of this machine
    warm : whether kernels are forked from a warm parent, where that can be
    on_progress : called as it is made ready, at each cell and after each item
    reports : the folder of pages
    """

    database: Database
    user: User
    row: dict[str, Any]
    items: Sequence[dict[str, Any]]
    workers: int
    client: Any
    warm: bool
    on_progress: Callable[[Progress], None]
    reports: Path

    def carry_out(self) -> Batch:
        """Do what is missing, and return the whole batch.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            It was stopped: what was at work and what waited is ``cancelled``.
        """
        items = [item_of(row) for row in self.items]
        recorder = Recorder(self.database, self.user.id, self.row["id"], items)
        tasks = [
            task_of(row, self.row, self.database, self.user)
            for row, item in zip(self.items, items, strict=True)
            if item.status != Status.COMPLETED
        ]
        recorder.expect(tasks)
        watch = Watch(tasks, self.on_progress)
        try:
            left = [task for task in tasks if not _adopted(task, recorder)]
            with self._crew(left, watch) as (crew, told):
                carry_out(crew, told, recorder, watch, fail_fast=self.row["fail_fast"])
            patiently(partial(recorder.leave, "Not started: another one failed."))
        except BaseException as problem:
            with suppress(LabError):  # the disk may be what is wrong; `resume` finds it out
                self._finish(recorder, watch, problem)
            problem.add_note(f"lab.batch.resume({self.row['id']}) does what is missing.")
            raise
        return self._finish(recorder, watch, None)

    @contextmanager
    def _crew(self, tasks: list[Task], watch: Watch) -> Iterator[tuple[Crew, list[Task]]]:
        """Yield who does it, and the tasks as they take them."""
        if self.client is not None:
            from bitstockerz_lab.batch.cluster import DaskCrew  # noqa: PLC0415 - reason: optional

            yield DaskCrew(self.client, self.database), tasks
            return
        with ExitStack() as stack:
            from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: only where asked

            address = None
            if self.warm and len(tasks) >= WORTH_IT:
                watch.prepare("starting the warm parent")
                imports = warm.imports_of(Path(self.row["notebook"]))
                address = stack.enter_context(warm.parent(imports))
            environment = {} if address is None else {warm.ADDRESS: str(address)}
            crew = ProcessCrew(self.workers, environment)
            yield crew, [replace(task, warm=address is not None) for task in tasks]

    def _finish(self, recorder: Recorder, watch: Watch, problem: BaseException | None) -> Batch:
        """Write down how it ended; where it came to its end, its page too."""
        by_hand = isinstance(problem, KeyboardInterrupt | SystemExit)
        told = None
        if problem is not None:
            told = "Interrupted." if by_hand else f"{type(problem).__name__}: {problem}"
            recorder.leave(told)
        whole = all(item.status == Status.COMPLETED for item in recorder.items)
        status = Status.COMPLETED if whole else Status.CANCELLED if by_hand else Status.FAILED
        seconds = self.row["seconds"] + watch.seconds
        facts = {"status": status, "seconds": seconds, "error_message": told, "index_page": None}
        batch = batch_of(self.row | facts, recorder.items)
        index = None if problem is not None else self._page(batch)
        finished = (self.row["id"], status, told, seconds, None if index is None else str(index))
        write = partial(self._write_end, finished)
        write() if problem is not None else patiently(write)
        return replace(batch, index=index)

    def _write_end(self, finished: tuple[Any, ...]) -> None:
        with self.database.write() as con:
            store.finish_batch(con, *finished)

    def _page(self, batch: Batch) -> Path | None:
        """Write the page of all items; a batch is none the worse for it if that fails."""
        path = self.reports / f"batch-{batch.id:06d}.html"
        try:
            from bitstockerz_lab.batch import index  # noqa: PLC0415 - reason: heavy

            return index.write(batch, path, self.database)
        except Exception as problem:  # noqa: BLE001 - reason: the items are what counts
            LOG.warning("No page of batch %s: %s: %s", batch.id, type(problem).__name__, problem)
            return None


def _adopted(task: Task, recorder: Recorder) -> bool:
    """Tell whether a task was done already, though nobody lived to write that down; now it is."""
    executed = Path(task.executed)
    ended = endings.ending_of(executed, task.job_id)
    if ended is None or ended.status != Status.COMPLETED:
        return False
    recorder.take(with_page(ended, executed, Path(task.report)))
    return True
