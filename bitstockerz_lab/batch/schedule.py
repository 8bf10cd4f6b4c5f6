"""Doing something again and again at its times, on one host of several.

Every host may be told the same schedule: who comes first takes a time, in one write lease, and the
others leave it alone. While it works it says every few seconds that it is there; one that has died
says nothing, and the next time is anybody's.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.batch import schedules_store as store
from bitstockerz_lab.batch.recorder import patiently
from bitstockerz_lab.batch.times import minute
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError, StorageError
from bitstockerz_lab.ops.processes import Holder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bitstockerz_lab.batch.times import Times
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User

HELD_FOR = timedelta(seconds=90)
"""So long after its last sign of life a host is taken to be gone."""
BEATS = 3
LATE = timedelta(minutes=1)
NAP_S = 5.0
"""A long wait is slept in pieces, since a laptop's sleep counts as none."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that is done at its times, by one process at a time.

    Parameters
    ----------
    database, user : the lab's; the turn is written there
    name : the same on every host
    times : when it is due
    tell : gets a line for each thing that happens

    Examples
    --------
    >>> schedule = Schedule(database, user, "nightly", times(every="6h"), print)  # doctest: +SKIP
    >>> schedule.run(work)  # doctest: +SKIP
    """

    database: Database
    user: User
    name: str
    times: Times
    tell: Callable[[str], None]

    def run(self, work: Callable[[], object], rounds: int | None = None) -> int:
        """Wait for each time and do the work, until an interrupt; returns how often it failed.

        Times that pass while it works, or while the machine sleeps, are made up for by one run.

        Parameters
        ----------
        work : what is done; a LabError or an OSError is told, and the next time comes nevertheless
        rounds : stop after so many times, also those that another host took
        """
        failed, done, since = 0, 0, clock.now().replace(tzinfo=UTC)
        due = self.times.after(since)
        self.tell(f"{self.name}: {self.times.text}. The next is {self.times.written(due)}.")
        while rounds is None or done < rounds:
            _sleep_until(due)
            now = clock.now().replace(tzinfo=UTC)
            missed = self.times.between(due, now)
            if missed:
                self.tell(f"{missed + 1} times were due since {_written(due)}; one run for all.")
                due = self._newest_before(now)
            failed += not self._did(due, work)
            done += 1
            due = self.times.after(due)
            self.tell(f"The next is {self.times.written(due)}.")
        return failed

    def _newest_before(self, now: datetime) -> datetime:
        """Return the last time that has come."""
        step = timedelta(seconds=1)
        while self.times.after(now - step) > now:
            step *= 2
        found = self.times.after(now - step)
        while (later := self.times.after(found)) <= now:
            found = later
        return found

    def _did(self, due: datetime, work: Callable[[], object]) -> bool:
        """Do the work; what keeps it from that is told, and the next time comes nevertheless."""
        try:
            return self._do(due, work)
        except (LabError, OSError) as problem:
            self.tell(f"{_written(due)}: failed. {problem}")
            return False

    def _do(self, due: datetime, work: Callable[[], object]) -> bool:
        """Do the work if nobody else does; returns whether nothing failed."""
        holder = Holder.here()
        if not patiently(partial(self._took, due, holder)):
            return True
        status = Status.CANCELLED
        try:
            with self._held(holder):
                late = clock.now().replace(tzinfo=UTC) - due
                told = f", {late.total_seconds() / 60:.0f} min late" if late > LATE else ""
                self.tell(f"{_written(due)}: begun{told}.")
                work()
                status = Status.COMPLETED
        except (LabError, OSError):
            status = Status.FAILED
            raise
        finally:
            patiently(partial(self._finish, holder, status))
        self.tell(f"{_written(due)}: done.")
        return True

    def _finish(self, holder: Holder, status: Status) -> None:
        with self.database.write() as con:
            store.finish(con, self.user.id, self.name, holder, status, clock.now())

    def _took(self, due: datetime, holder: Holder) -> bool:
        """Take a time, unless another process has or is still at an earlier one."""
        naive, now = due.replace(tzinfo=None), clock.now()
        with self.database.write() as con:
            last = store.newest(con, self.user.id, self.name)
            free = last is None or (last.due_at < naive and not last.is_held(now))
            if free:
                store.take(
                    con,
                    self.user.id,
                    self.name,
                    due_at=naive,
                    holder=holder,
                    now=now,
                    expires_at=now + HELD_FOR,
                )
        if last is None:
            return True
        who = f"{last.holder.host}, process {last.holder.pid},"
        if free:
            if last.status == Status.RUNNING:
                self.tell(
                    f"{who} began the run of {_written(last.due_at)} and is gone. bitstockerz "
                    "batches lists what it left; batch --resume does what is missing."
                )
            return True
        does = "is at it" if last.is_held(now) else "has done it"
        at = "" if last.due_at == naive else f" of {_written(last.due_at)}"
        self.tell(f"{_written(due)}: left alone, {who} {does}{at}.")
        return False

    @contextmanager
    def _held(self, holder: Holder) -> Iterator[None]:
        """Say again and again, for the block, that this process is at it."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(HELD_FOR.total_seconds() / BEATS):
                now = clock.now()
                with suppress(StorageError), self.database.write() as con:
                    store.prolong(con, self.user.id, self.name, holder, now, now + HELD_FOR)

        beating = threading.Thread(target=beat, daemon=True, name="bitstockerz-schedule")
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()


def _sleep_until(due: datetime) -> None:
    while (left := (due - clock.now().replace(tzinfo=UTC)).total_seconds()) > 0:
        time.sleep(min(left, NAP_S))


def _written(moment: datetime) -> str:
    return f"{minute(moment)} UTC"
