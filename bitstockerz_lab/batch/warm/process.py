"""A kernel that is another process's child, with the face of a `subprocess.Popen`."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bitstockerz_lab.batch.warm import messages

if TYPE_CHECKING:
    import socket

UNKNOWN = 255
"""The exit status of a kernel whose parent has gone: nobody else was told it."""

TOLD_WITHIN_S = 1.0


class WarmProcess:
    """A forked kernel, as far away as a process descriptor.

    The connection to its parent stays open as long as this object lives: when this process ends,
    however, the parent sees the connection close and ends the kernel, which so is never left over.

    Attributes
    ----------
    pid : of the kernel, which leads a session and a process group of its own
    returncode : None while it runs; negative for a signal; 255 when nobody could tell
    stdin, stdout, stderr : None, what was asked for is connected already
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int, descriptor: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._descriptor = descriptor

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        if self.returncode is None and _readable(self._descriptor, 0):
            self.returncode = self._told()
            self._close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status; `subprocess.TimeoutExpired` if too long."""
        until = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            left = 1.0 if until is None else until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired("warm kernel", timeout or 0.0)
            _readable(self._descriptor, left)
        return status

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel; none to one that has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signum)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _told(self) -> int:
        with suppress(OSError):
            if _readable(self._connection.fileno(), TOLD_WITHIN_S):
                message, _ = messages.receive(self._connection)
                if message is not None:
                    return int(message["ended"])
        return UNKNOWN

    def _close(self) -> None:
        if self._descriptor >= 0:
            self._connection.close()
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self._close()


def _readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
