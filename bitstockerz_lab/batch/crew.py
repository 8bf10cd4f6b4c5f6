"""Those who run a batch's notebooks: here, worker processes on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol, Self

from bitstockerz_lab import clock
from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.kernel import how_it_died, socket_folder
from bitstockerz_lab.batch.task import Ended, from_line, to_line
from bitstockerz_lab.batch.work import with_page
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bitstockerz_lab.batch.task import News, Task

STOPPING_S = 15.0
"""How long workers may take to end their kernels before they are killed, kernels and all."""

BOOT = """\
import sys
sys.path.append(sys.argv.pop())
from bitstockerz_lab.batch.worker import main
main()
"""
"""Not by multiprocessing, which runs the caller's script once more in each worker."""


class Crew(Protocol):
    """Runs tasks, several at once. Leaving its `with` block ends whatever is still at work."""

    def __enter__(self) -> Self:
        """Be ready for work."""

    def __exit__(self, *problem: object) -> None:
        """End at once whatever is still at work."""

    def work(self, tasks: Sequence[Task], *, fail_fast: bool = False) -> Iterator[News]:
        """Yield what happens, as it does: an Ended for every task that was begun.

        With `fail_fast` none is begun any more once one has not completed; those at work may end.
        """

    def stop(self) -> list[Ended]:
        """Interrupt those at work, kernels included, and return how each ended."""


class ProcessCrew:
    """Worker processes on this machine.

    A worker that dies takes the task it was at with it, and another takes its place.

    Parameters
    ----------
    workers : how many at once
    environment : variables for the workers, besides this process's own
    """

    def __init__(self, workers: int, environment: Mapping[str, str] | None = None) -> None:
        self._size = workers
        self._environment = {**os.environ, **(environment or {})}
        self._waiting: deque[Task] = deque()
        self._begun: dict[int, Task] = {}
        self._inbox: SimpleQueue[tuple[_Process, News | None]] = SimpleQueue()
        self._workers: list[_Process] = []
        self._answered = self._stopping = self._fail_fast = False

    def __enter__(self) -> Self:
        self._sockets = socket_folder()  # here, so that a worker that is killed leaves nothing
        return self

    def __exit__(self, *problem: object) -> None:
        for worker in self._workers:
            worker.close()
        for worker in self._workers:
            worker.end(0.0 if self._begun else 1.0)
        self._sockets.cleanup()

    def work(self, tasks: Sequence[Task], *, fail_fast: bool = False) -> Iterator[News]:
        """Yield what happens, as it does: an Ended for every task that was begun.

        Parameters
        ----------
        tasks : what is to be done, begun in this order
        fail_fast : whether none is begun any more once one has not completed

        Raises
        ------
        BatchError
            No worker can be started at all.
        """
        self._fail_fast = fail_fast
        self._waiting.extend(replace(task, sockets=self._sockets.name) for task in tasks)
        for _ in range(min(self._size, len(tasks))):
            self._engage()
        while self._begun:
            news = self._received(*self._inbox.get())
            if news is not None:
                yield news

    def interrupt(self) -> None:
        """Interrupt those at work, from whichever thread; `work` goes on to yield their ends."""
        self._waiting.clear()
        self._stopping = True
        for worker in [*self._workers]:
            worker.close()

    def stop(self) -> list[Ended]:
        """Interrupt those at work, kernels included, and return how each ended."""
        self.interrupt()
        found, limit = [], time.monotonic() + STOPPING_S
        with suppress(Empty):
            while self._begun:
                left = max(0.0, limit - time.monotonic())
                news = self._received(*self._inbox.get(timeout=left))
                if isinstance(news, Ended):
                    found.append(news)
        for worker in self._workers:
            worker.end(0.0 if self._begun else 1.0)
        return [*found, *(self._lost(task, "") for task in list(self._begun.values()))]

    def _engage(self) -> None:
        with suppress(IndexError):
            task = self._waiting.popleft()
            worker = _Process(self._environment, self._inbox, self._next)
            self._workers.append(worker)
            self._begun[task.job_id] = task
            worker.give(task)

    def _next(self, ended: Ended) -> Task | None:
        """Return the task after one that ended; called by the threads that listen to workers."""
        if self._fail_fast and ended.status != Status.COMPLETED:
            self._waiting.clear()
        with suppress(IndexError):
            task = self._waiting.popleft()
            self._begun[task.job_id] = task
            return task
        return None

    def _received(self, worker: _Process, news: News | None) -> News | None:
        """Take one message; what a worker that is gone had at work is lost with it."""
        if news is not None:
            self._answered = True
            if isinstance(news, Ended):
                self._begun.pop(news.job_id, None)
            return news
        self._workers.remove(worker)
        worker.end(1.0)
        if worker.task is None:
            return None
        if not self._answered and not self._stopping:
            self._begun.clear()
            raise BatchError(f"No worker can be started. {worker.death}")
        ended = self._lost(worker.task, worker.death)
        if self._fail_fast and ended.status != Status.COMPLETED:
            self._waiting.clear()
        self._engage()
        return ended

    def _lost(self, task: Task, told: str) -> Ended:
        """Return the ending of a task whose worker cannot tell it any more; its draft is kept."""
        self._begun.pop(task.job_id, None)
        executed = Path(task.executed)
        there = endings.ending_of(executed, task.job_id)
        if there is not None and there.status == Status.COMPLETED:
            return with_page(there, executed, Path(task.report))
        status, told = (
            (Status.CANCELLED, "Interrupted.") if self._stopping else (Status.FAILED, told)
        )
        cell = endings.mark(endings.draft_of(executed), status, told)
        now = clock.now()
        ended = Ended(task.job_id, status, now, now, 0.0, 1, told, cell)
        endings.keep(executed, ended)
        return ended


class _Process:
    """One worker process, as its batch sees it; its own thread hands it the next task."""

    def __init__(
        self,
        environment: Mapping[str, str],
        inbox: SimpleQueue[tuple[_Process, News | None]],
        next_task: Callable[[Ended], Task | None],
    ) -> None:
        self.task: Task | None = None
        self.death = ""
        self._inbox, self._next_task = inbox, next_task
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - reason: `end` closes it
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(  # noqa: S603 - reason: this interpreter, our own code
            [sys.executable, "-P", "-c", BOOT, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=dict(environment),
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C reaches the batch alone, which decides
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def give(self, task: Task) -> None:
        """Hand over a task; if the worker is dead, its end is noticed by who listens."""
        self.task = task
        with suppress(OSError, ValueError):
            print(to_line(task), file=self._process.stdin, flush=True)

    def close(self) -> None:
        """Tell it to stop, by closing its lifeline."""
        with suppress(OSError, ValueError):
            self._process.stdin.close()  # type: ignore[union-attr]

    def end(self, patience_s: float) -> None:
        """See it out; one that takes longer is killed, and its kernel dies with it."""
        self.close()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._noise.closed:
            return
        with self._noise as noise:
            noise.seek(0)
            lines = noise.read().decode(errors="replace").strip().splitlines()
        last = f" Its last words: {' '.join(lines[-1].split())}" if lines else ""
        self.death = f"The worker process died{how_it_died(self._process.returncode)}.{last}"

    def _listen(self) -> None:
        """Pass on what it says, and hand it the next task: it never waits for the batch."""
        with self._process.stdout as answers:  # type: ignore[union-attr]
            for line in answers:
                try:
                    news = from_line(line)
                except ValueError:  # killed in the middle of it
                    break
                if isinstance(news, Ended):
                    self.task = None
                    task = self._next_task(news)
                    if task is not None:
                        self.give(task)
                self._inbox.put((self, news))
        self._inbox.put((self, None))
