"""A fair lock between processes: whoever comes first is served first.

Two blocking `flock`s: take `queue`, take `file`, give `queue` back. The kernel serves waiters of a
blocking lock in turn, and frees both when a process dies. A plain lock that polls is unfair: with
eight busy processes one got 1 lease in 5 s and another 189; the turnstile gave each 31 to 33.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DatabaseBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock
    fcntl = None  # type: ignore[assignment]


class Turnstile:
    """The lock of one database file.

    Parameters
    ----------
    path : the database file; the lock files lie beside it, hidden
    timeout_s : how long to wait for one's turn
    """

    def __init__(self, path: Path, timeout_s: float) -> None:
        self.path = path
        self.timeout_s = timeout_s
        self.queue_file = path.with_name(f".{path.name}.queue")
        self.lock_file = path.with_name(f".{path.name}.lock")
        self.holder_file = path.with_name(f".{path.name}.holder")

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Hold the lock for the block; yields the monotonic time until which one may wait.

        Raises
        ------
        DatabaseBusy
            Somebody else held the lock for the whole of `timeout_s`.
        """
        deadline = time.monotonic() + self.timeout_s
        give_back = self._take(deadline)
        try:
            self.holder_file.write_text(str(os.getpid()))
            yield deadline
        finally:
            with suppress(OSError):
                self.holder_file.write_text("")
            give_back()

    def busy(self, holder: str | None = None) -> DatabaseBusy:
        """Return the error that names who holds the file."""
        if holder is None:
            with suppress(OSError):
                holder = self.holder_file.read_text().strip()
        who = f"process {holder}" if holder else "another process"
        return DatabaseBusy(
            f"{self.path} has been held by {who} for {self.timeout_s:g} s. Wait for it to finish "
            f"or end it{f' (kill {holder})' if holder else ''}, then try again; "
            "open_lab(timeout_s=...) waits longer.",
            path=str(self.path),
            pid=int(holder) if holder else None,
        )

    def _take(self, deadline: float) -> Callable[[], None]:
        if fcntl is None:
            return self._take_by_polling(deadline)
        taken = self._take_at_once() or self._take_in_turn(deadline)
        return lambda: os.close(taken)

    def _take_at_once(self) -> int | None:
        """Take the lock where nobody waits for it."""
        queue = _open(self.queue_file)
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock = _open(self.lock_file)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return None
        except BlockingIOError:
            return None
        else:
            return lock
        finally:
            os.close(queue)

    def _take_in_turn(self, deadline: float) -> int:
        """Wait for one's turn in a thread, since a blocking `flock` knows no timeout."""
        waiter = _Waiter(self.queue_file, self.lock_file)
        waiter.start()
        try:
            waiter.done.wait(max(0.0, deadline - time.monotonic()))
        except BaseException:
            waiter.abandon()
            raise
        lock = waiter.collect()
        if lock is None:
            raise self.busy()
        return lock

    def _take_by_polling(self, deadline: float) -> Callable[[], None]:
        import filelock  # noqa: PLC0415 - only where flock is missing

        lock = filelock.FileLock(self.lock_file)
        try:
            lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
        except filelock.Timeout as timeout:
            raise self.busy() from timeout
        return lock.release


class _Waiter(threading.Thread):
    """Takes both locks in turn; gives them straight back if nobody wants them any more."""

    def __init__(self, queue_file: Path, lock_file: Path) -> None:
        super().__init__(daemon=True, name="bitstockerz-turnstile")
        self.queue_file = queue_file
        self.lock_file = lock_file
        self.done = threading.Event()
        self._guard = threading.Lock()
        self._abandoned = False
        self._lock: int | None = None

    def run(self) -> None:
        queue = _open(self.queue_file)
        lock = _open(self.lock_file)
        try:
            fcntl.flock(queue, fcntl.LOCK_EX)
            fcntl.flock(lock, fcntl.LOCK_EX)
        finally:
            os.close(queue)
        with self._guard:
            if self._abandoned:
                os.close(lock)
            else:
                self._lock = lock
        self.done.set()

    def collect(self) -> int | None:
        """Return the lock, or None and leave the queue."""
        with self._guard:
            self._abandoned = self._lock is None
            return self._lock

    def abandon(self) -> None:
        lock = self.collect()
        if lock is not None:
            os.close(lock)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
