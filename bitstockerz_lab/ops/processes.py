"""Which process answers for a piece of work, and whether it is still there."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import psutil

DIED = "process died"
"""What is written down of work whose process is gone."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, told from every other one.

    Parameters
    ----------
    host : the machine's name
    pid : the process's number there
    process_started_at : when it began, in seconds since 1970; numbers are used again
    """

    host: str
    pid: int
    process_started_at: float

    @classmethod
    def here(cls) -> Holder:
        """Return this process."""
        this = psutil.Process()
        return cls(socket.gethostname(), this.pid, this.create_time())

    @property
    def is_gone(self) -> bool:
        """Whether it is known to have ended; one of another machine is taken to be there."""
        here = self.host == socket.gethostname()
        return here and not lives(self.pid, self.process_started_at)


def lives(pid: int, started: float) -> bool:
    """Tell whether the process of that number, started at that time, is still there."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 1.0
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
