"""The one place that opens the database file.

One process holds a DuckDB file; while it is open for writing nobody else can open it, not even to
read. So access is a short lease: taken per verb under an inter-process lock, given back before the
verb returns, never held during simulation.
"""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from bitstockerz_lab.errors import LabError, StorageError
from bitstockerz_lab.storage import compact, migrate, queries
from bitstockerz_lab.storage.turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

Connection = duckdb.DuckDBPyConnection

PARENTS: list[Connection] = []
"""Instances inherited by a fork: their threads stayed behind, so freeing one would hang."""
HOLDER = re.compile(r"\(PID (\d+)\)")


class Database:
    """One DuckDB file, reached by short leases.

    Parameters
    ----------
    path : the file; created by `open` where it is missing
    timeout_s : how long a lease waits for the file
    """

    def __init__(self, path: Path, timeout_s: float = 30.0) -> None:
        self.path = path.resolve()
        self.turnstile = Turnstile(self.path, timeout_s)
        self._thread_lock = threading.Lock()
        self._holder_thread: int | None = None
        self._instance: Connection | None = None
        self._instance_pid: int | None = None

    def __repr__(self) -> str:
        return f"Database({str(self.path)!r})"

    def open(self) -> None:
        """Create the file or bring it to this version's schema, with a backup copy beside it.

        Raises
        ------
        StorageError
            The file is no lab, cannot be read, or was written by a newer version.
        DatabaseBusy
            Somebody else holds it.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StorageError(
                f"The folder {self.path.parent} cannot be made ({problem.strerror}). "
                "Give open_lab() another path.",
                path=str(self.path),
            ) from problem
        with self._turn() as deadline:
            if not self.path.exists():
                migrate.create(self.path)
                return
            with self._attached(deadline, read_only=True) as con:
                version = migrate.version(con, self.path)
            if version < migrate.NEWEST:
                migrate.back_up(self.path, version)
                with self._attached(deadline, read_only=False) as con:
                    migrate.apply(con, version)
            queries.discard_what_was_left(self.path)
            compact.discard_what_was_left(self.path)
            compact.if_due(self.path)

    @property
    def state(self) -> tuple[tuple[int, ...], ...]:
        """What is another one as soon as anybody has written to the file; no lease is taken.

        Ask for it before you read what you mean to keep.
        """
        told = []
        for path in (self.path, self.path.with_name(f"{self.path.name}.wal")):
            with suppress(FileNotFoundError):
                one = path.stat()
                told.append((one.st_ino, one.st_size, one.st_mtime_ns))
        return tuple(told)

    def compact(self) -> None:
        """Make the file anew, so that leases are as quick as on a new one; ids go on.

        `open` and `write` do so by themselves now and then, except for files above 250 MB. Takes
        about a second per million rows and as much disk as the file; others wait meanwhile.

        Raises
        ------
        StorageError
            The file holds something that is not of the lab's schema, or the disk is full. It
            stays as it was.
        DatabaseBusy
            Somebody else holds it.
        """
        with self._turn() as deadline:
            with self._attached(deadline, read_only=False):
                pass  # waits for programs that do not know our locks
            compact.rebuild(self.path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lease the file for reading.

        Yields
        ------
        Connection
            Good for the block only.
        """
        with self._turn() as deadline, self._attached(deadline, read_only=True) as con:
            yield con

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lease the file for one transaction: all of the block happens, or nothing of it.

        Yields
        ------
        Connection
            Good for the block only.
        """
        with self._turn() as deadline:
            with self._attached(deadline, read_only=False) as con:
                con.execute("BEGIN")
                try:
                    yield con
                    con.execute("COMMIT")
                    compact.count(self.path)
                except BaseException:
                    with suppress(duckdb.Error):  # a failed COMMIT has rolled back already
                        con.execute("ROLLBACK")
                    raise
            compact.if_due(self.path)  # a process that records for hours never opens the file anew

    def sql(self, query: str, parameters: object = None, timeout_s: float = 60.0) -> pd.DataFrame:
        """Answer one query; nothing that writes, attaches or touches another file gets through.

        Nobody else can write while it reads, so one of some seconds begins again on a copy.

        Parameters
        ----------
        query : one statement that reads
        parameters : values for its ``?``, or a dict for its ``$name``
        timeout_s : a longer query is stopped

        Returns
        -------
        DataFrame
            A column a column of the query; TIMESTAMP columns are tz-aware UTC.

        Raises
        ------
        StorageError
            The statement does not only read, is wrong, or took too long.
        """
        patience_s = min(timeout_s, queries.PATIENCE_S)
        copy = None
        with self._turn(), _as_storage_errors():
            found = queries.answer(self.path, query, parameters, patience_s)
            if found is None and patience_s < timeout_s:
                copy = queries.copied(self.path)
                if copy is None:
                    found = queries.answer(self.path, query, parameters, timeout_s)
        if copy is not None:
            try:
                with _as_storage_errors():
                    found = queries.answer(copy, query, parameters, timeout_s)
            finally:
                queries.discard(copy)
        if found is None:
            raise queries.too_long(query, timeout_s)
        return found

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Wait for this thread's turn among the process's threads, then among all processes."""
        if self._holder_thread == threading.get_ident():
            raise StorageError(
                f"A lease on {self.path} was asked for inside another one. Give the first back "
                "before you take the second.",
            )
        if not self._thread_lock.acquire(timeout=self.turnstile.timeout_s):
            raise self.turnstile.busy(str(os.getpid()))
        try:
            self._holder_thread = threading.get_ident()
            with self.turnstile.turn() as deadline:
                yield deadline
        finally:
            self._holder_thread = None
            self._thread_lock.release()

    @contextmanager
    def _attached(self, deadline: float, *, read_only: bool) -> Iterator[Connection]:
        con = self._memory()
        self._attach(con, deadline, read_only=read_only)
        try:
            with _as_storage_errors():
                yield con
        finally:
            con.execute("USE memory")
            con.execute("DETACH lab")

    def _memory(self) -> Connection:
        """Return the process's in-memory instance; a forked child makes its own."""
        if self._instance is None or self._instance_pid != os.getpid():
            if self._instance is not None:
                PARENTS.append(self._instance)
            self._instance = duckdb.connect(":memory:")
            self._instance.execute("SET TimeZone = 'UTC'")
            self._instance.execute(queries.QUIET)
            self._instance_pid = os.getpid()
        return self._instance

    def _attach(self, con: Connection, deadline: float, *, read_only: bool) -> None:
        """Attach the file as `lab`, waiting for a program that does not know our locks."""
        path = str(self.path).replace("'", "''")
        mode = "(READ_ONLY)" if read_only else ""
        while True:
            try:
                con.execute("USE memory")
                con.execute("DETACH DATABASE IF EXISTS lab")  # an interrupt may have left it
                con.execute(f"ATTACH '{path}' AS lab {mode}")
                con.execute("USE lab")
            except duckdb.Error as problem:
                holder = HOLDER.search(str(problem))
                if holder is None:
                    raise StorageError(
                        f"{self.path} cannot be opened: {_first_line(problem)}. If it is not a lab "
                        "database, give open_lab() another path.",
                        path=str(self.path),
                    ) from problem
                if time.monotonic() > deadline:
                    raise self.turnstile.busy(holder[1]) from problem
                time.sleep(0.05)
            else:
                return


@contextmanager
def _as_storage_errors() -> Iterator[None]:
    """Let no DuckDB error out of this room."""
    try:
        yield
    except LabError:
        raise
    except duckdb.Error as problem:
        raise StorageError(_first_line(problem), cause=type(problem).__name__) from problem


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0].rstrip(". ")
