"""A worker process: one task at a time, told on stdin, answered on stdout.

Its stdin is its lifeline. Closed, whether by the batch or because the batch died, it means: stop. A
notebook at work is interrupted then, its kernel ended and its draft kept.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from bitstockerz_lab.batch.task import Task, from_line, to_line

if TYPE_CHECKING:
    from types import FrameType

    from bitstockerz_lab.batch.task import News

PATIENCE_S = 20.0
"""How long stopping may take; a worker that hangs is ended, and its kernel dies with it."""


class Worker:
    """What the process does until its stdin is closed."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # what anything prints must not look like an answer
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._at_work = False
        self._stopped = False

    def run(self) -> None:
        """Carry out tasks until there is no more to come."""
        signal.signal(signal.SIGINT, lambda *_: None)  # the batch decides what Ctrl-C means
        signal.signal(signal.SIGTERM, self._interrupt)
        threading.Thread(target=self._listen, daemon=True).start()
        from bitstockerz_lab.batch.warm import put_off  # noqa: PLC0415 - reason: heavy

        put_off()
        from bitstockerz_lab.batch import work  # noqa: PLC0415 - reason: heavy

        last = None
        while (task := self._tasks.get()) is not None:
            self._at_work = True
            if self._stopped:
                break
            ended = work.run(task, self._say)
            self._at_work = False
            self._say(work.finish(ended, Path(task.executed), Path(task.report)))
            last = task
        if last is not None and last.sockets is not None:
            with suppress(OSError):  # the batch does so, if it lives; and others may be in there
                Path(last.sockets).rmdir()

    def _say(self, news: News) -> None:
        try:
            print(to_line(news), file=self._answers, flush=True)
        except BrokenPipeError:  # nobody listens any more; the executed notebook tells it
            self._stopped = True

    def _listen(self) -> None:
        for line in sys.stdin:
            self._tasks.put(from_line(line))
        self._stopped = True
        self._tasks.put(None)
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        threading.Event().wait(PATIENCE_S)
        os._exit(1)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._at_work:
            self._at_work = False  # once: what follows keeps what is there
            raise KeyboardInterrupt


def main() -> None:
    """Run this process as a worker."""
    Worker().run()
    sys.stderr.flush()
    os._exit(0)  # without waiting for threads that papermill's libraries leave


if __name__ == "__main__":
    main()
