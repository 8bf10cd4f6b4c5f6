"""One go at a batch: a crew does what is to be done, and what happens is written down."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bitstockerz_lab.batch.crew import Crew
    from bitstockerz_lab.batch.recorder import Recorder
    from bitstockerz_lab.batch.task import Task
    from bitstockerz_lab.batch.watch import Watch

TERMINATED = 128 + 15
"""Exit status of a program that SIGTERM ended."""


def carry_out(
    crew: Crew, tasks: Sequence[Task], recorder: Recorder, watch: Watch, *, fail_fast: bool
) -> None:
    """Do what is to be done; whatever stops it, what happened until then is taken note of.

    Raises
    ------
    KeyboardInterrupt, SystemExit
        Ctrl-C, SIGTERM; every kernel has ended then.
    """
    with _heeding_sigterm(), crew:
        try:
            for news in crew.work(tasks, fail_fast=fail_fast):
                watch.take(news, recorder.take(news))
        except BaseException:
            for ended in crew.stop():
                with suppress(LabError):  # it takes note of it first, and writes it down later
                    recorder.take(ended)
            raise


@contextmanager
def _heeding_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block like Ctrl-C does, unless somebody else heeds it already."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminated(*_: object) -> NoReturn:
    sys.exit(TERMINATED)
