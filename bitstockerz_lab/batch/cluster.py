"""A batch on more than one machine: dask's workers run the notebooks, this process writes.

A worker needs the package and what it is handed: the notebook, and the lab's file as it stood when
the batch began. It records into a copy of its own; executed notebook, page and new rows come back.
Rows are written first, the executed notebook, which says that it is done, last.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests.sweep.cluster import LOST, checked_client
from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.crew import STOPPING_S
from bitstockerz_lab.batch.elsewhere import Handed, Returned, carried_out, interrupt
from bitstockerz_lab.batch.task import Ended, from_line
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, DatabaseBusy, LabError
from bitstockerz_lab.storage import parcels
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bitstockerz_lab.batch.task import News, Task
    from bitstockerz_lab.storage import Database

TRIES = 10
"""How often what came back is written, where somebody else keeps the lab's file for long."""

LOG = logging.getLogger(__name__)


AT_HAND = 2
"""How many tasks are out for each thread of the workers: one at work, the next one there."""

ATTEMPTS = 3
"""How often a task is sent out whose cluster lost what it was handed."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A line that a worker said on its way."""

    line: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """A task that is out, with what it was handed, for which time."""

    handed: Handed
    attempt: int

    @property
    def task(self) -> Task:
        return self.handed.task


class DaskCrew:
    """The workers of a dask cluster.

    Parameters
    ----------
    client : a distributed.Client; every worker has this package in the same version
    database : the lab's file, which this process alone writes to

    Raises
    ------
    TradingError
        `client` is no client or not connected, or there are no workers.
    """

    def __init__(self, client: Any, database: Database) -> None:  # noqa: ANN401 - dask is an extra
        self._client = checked_client(client)
        self._database = database
        self._topic = f"bitstockerz-batch-{uuid4().hex}"
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._out: dict[Any, _Sent] = {}
        self._lab: Any = None
        self._waiting: deque[Handed] = deque()
        self._begun: set[int] = set()
        self._stopping = False

    def __enter__(self) -> Self:
        self._client.subscribe_topic(self._topic, self._heard)
        return self

    def __exit__(self, *problem: object) -> None:
        with suppress(Exception):  # the cluster may be gone, and with it what is to be cancelled
            if self._out:
                self._client.cancel([*self._out], force=True)
                self._client.run(interrupt, self._topic)
            self._client.unsubscribe_topic(self._topic)
        self._out.clear()

    def work(self, tasks: Sequence[Task], *, fail_fast: bool = False) -> Iterator[News]:
        """Yield what happens, as it does: an Ended for every task that was begun.

        Parameters
        ----------
        tasks : what is to be done, begun in this order
        fail_fast : whether none is begun any more once one has not completed

        Raises
        ------
        BatchError
            A worker has other versions, or no lab.
        """
        if not tasks:
            return
        self._waiting.extend(self._handed(tasks))
        self._lab = self._scattered()
        each = 1 if fail_fast else AT_HAND
        self._fill(each)
        while self._out:
            news = self._received(self._inbox.get())
            if isinstance(news, Ended):
                if fail_fast and news.status != Status.COMPLETED:
                    self._waiting.clear()
                self._fill(each)
            if news is not None:
                yield news

    def stop(self) -> list[Ended]:
        """Interrupt those at work, kernels included, and return how each ended."""
        self._stopping = True
        self._waiting.clear()
        for future in [
            one for one, sent in self._out.items() if sent.task.job_id not in self._begun
        ]:
            del self._out[future]
        found, limit = [], time.monotonic() + STOPPING_S
        with suppress(Exception):  # the cluster may be gone
            self._client.run(interrupt, self._topic)
        with suppress(Empty):
            while self._out:
                left = max(0.0, limit - time.monotonic())
                news = self._received(self._inbox.get(timeout=left))
                if isinstance(news, Ended):
                    found.append(news)
        left_out = [sent.task for sent in self._out.values()]
        return [*found, *(_lost(task, Status.CANCELLED, "Interrupted.") for task in left_out)]

    def _handed(self, tasks: Sequence[Task]) -> list[Handed]:
        with self._database.write() as con:
            blocks = parcels.blocks(con, len(tasks))
        notebooks = {path: Path(path).read_bytes() for path in {task.notebook for task in tasks}}
        trust, versions = _trust(), plan.versions()
        return [
            Handed(task, notebooks[task.notebook], block, trust, versions)
            for task, block in zip(tasks, blocks, strict=True)
        ]

    def _fill(self, each: int) -> None:
        """Keep so many tasks for each thread of the workers out."""
        room = each * max(1, sum(self._client.nthreads().values()))
        while self._waiting and len(self._out) < room:
            self._send(self._waiting.popleft(), 1)

    def _scattered(self) -> Any:  # noqa: ANN401 - dask's future of the lab's file
        return self._client.scatter(parcels.content(self._database), broadcast=True, hash=False)

    def _send(self, handed: Handed, attempt: int) -> None:
        future = self._client.submit(carried_out, self._lab, handed, self._topic, pure=False)
        self._out[future] = _Sent(handed, attempt)
        future.add_done_callback(self._inbox.put)

    def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        self._inbox.put(_Said(event[1]["line"]))

    def _received(self, came: Any) -> News | None:  # noqa: ANN401 - a line or dask's future
        if isinstance(came, _Said):
            news: News = from_line(came.line)
            self._begun.add(news.job_id)
            return news
        sent = self._out.pop(came, None)
        if sent is None:
            return None
        try:
            returned: Returned = came.result()
        except LOST as problem:  # with the last worker that had the lab's file
            if sent.attempt == ATTEMPTS or self._stopping:
                return self._given_up(sent.task, problem)
            checked_client(self._client)
            self._lab = self._scattered()
            self._send(sent.handed, sent.attempt + 1)
            return None
        except ImportError as absent:
            raise BatchError(
                f"A worker cannot import what the notebooks need ({absent}). Install bitstockerz-"
                "lab in the same version on every worker."
            ) from absent
        except Exception as problem:  # noqa: BLE001 - its workers died too often, or a disk is full
            return self._given_up(sent.task, problem)
        came.release()
        if returned.refusal:
            raise BatchError(returned.refusal)
        return self._brought_home(sent.task, returned)

    def _given_up(self, task: Task, problem: BaseException) -> Ended:
        if self._stopping:
            return _lost(task, Status.CANCELLED, "Interrupted.")
        told = " ".join(str(problem).split())
        return _lost(task, Status.FAILED, f"Lost: {type(problem).__name__}: {told}")

    def _brought_home(self, task: Task, returned: Returned) -> Ended:
        """Write what came back: rows, page, and last the notebook that says that it is done."""
        ended = returned.ended
        try:
            if returned.rows:
                self._recorded(returned.rows)
            if returned.report is not None:
                _put(Path(task.report), returned.report)
            if returned.executed is not None:
                executed = Path(task.executed)
                endings.draft_of(executed).write_bytes(returned.executed)
                endings.keep(executed, ended)
        except (LabError, OSError) as problem:
            told = f"What came back could not be written: {type(problem).__name__}: {problem}"
            return replace(ended, status=Status.FAILED, error_message=told)
        return ended

    def _recorded(self, rows: parcels.Rows) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.write() as con:
                    parcels.add(con, rows)
            except DatabaseBusy:
                if attempt == TRIES:
                    raise
                LOG.warning("%s is busy; what came back is kept.", self._database.path)
            else:
                return


def _lost(task: Task, status: Status, told: str) -> Ended:
    now = clock.now()
    return Ended(task.job_id, status, now, now, 0.0, 1, told)


def _put(path: Path, what: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(what)
    draft.replace(path)


def _trust() -> str:
    """Return what the person agreed to; it runs on the workers, too."""
    path = consent.path()
    return path.read_text("utf-8") if path.is_file() else ""
