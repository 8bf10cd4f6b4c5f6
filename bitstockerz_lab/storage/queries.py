"""Answering somebody's own query: it can only read, and it does not keep the others waiting.

Two layers hold it: DuckDB's parser must call it one statement that reads, and the connection is
read-only, without access to other files, its configuration locked. While a query reads the lab's
file nobody can write, so one that takes long begins again on a copy.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb
import psutil

from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.storage.database import Connection

READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
}
QUIET = "SET enable_progress_bar = false"
"""DuckDB 2.0 draws a bar on stdout after two seconds, into whatever a program answers there."""
PATIENCE_S = 2.0
"""So long a query may keep the others waiting; a copy of 750 MB takes 0.6 s."""
LARGEST = 4_000_000_000
"""Bytes up to which a file is copied."""


def answer(
    path: Path, query: str, parameters: object = None, timeout_s: float = 60.0
) -> pd.DataFrame | None:
    """Return a query's answer, or None where it took longer than that.

    Raises
    ------
    StorageError
        It is not one statement that reads.
    """
    con = duckdb.connect(path, read_only=True, config=LOCKED_DOWN)
    stopped = threading.Event()
    timer = threading.Timer(timeout_s, _stop, [con, stopped])
    try:
        con.execute(QUIET)
        con.execute("SET lock_configuration = true")
        _refuse_all_but_reading(con, query)
        timer.start()
        return frames.read(con, query, parameters or (), zone="UTC")
    except duckdb.InterruptException as interruption:
        if not stopped.is_set():
            raise KeyboardInterrupt from interruption
        return None
    finally:
        timer.cancel()
        con.close()


def too_long(query: str, timeout_s: float) -> StorageError:
    """Return the error of a query that was stopped."""
    return StorageError(
        f"The query took longer than {timeout_s:g} s and was stopped. Ask for less "
        "or give sql(..., timeout_s=) more time.",
        query=query,
    )


def copied(path: Path) -> Path | None:
    """Return a hidden copy of the file, or None where it cannot be had; call inside the turn.

    `discard` removes it.
    """
    copy = path.with_name(f".{path.name}.reading-{os.getpid()}-{threading.get_ident()}")
    log = path.with_name(f"{path.name}.wal")
    try:
        if path.stat().st_size > min(LARGEST, shutil.disk_usage(path.parent).free / 2):
            return None
        shutil.copy(path, copy)
        if log.exists():
            shutil.copy(log, copy.with_name(f"{copy.name}.wal"))
    except OSError:
        discard(copy)
        return None
    except BaseException:
        discard(copy)
        raise
    return copy


def discard(copy: Path) -> None:
    """Remove a copy and its log."""
    for file in (copy, copy.with_name(f"{copy.name}.wal")):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def discard_what_was_left(path: Path) -> None:
    """Remove the copies of processes that were killed."""
    owner = re.compile(rf"{re.escape(f'.{path.name}.reading-')}(\d+)-\d+(\.wal)?")
    for file in path.parent.glob(f".{path.name}.reading-*"):
        pid = owner.fullmatch(file.name)
        if pid and not psutil.pid_exists(int(pid[1])):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _refuse_all_but_reading(con: Connection, query: str) -> None:
    statements = con.extract_statements(query)
    if len(statements) != 1 or statements[0].type not in READING:
        asked = ", ".join(str(statement.type).rpartition(".")[2] for statement in statements)
        raise StorageError(
            f"sql() answers one SELECT; this is {asked or 'no statement'}. The lab's verbs write: "
            "lab.market.load_csv, lab.strategies.save, lab.backtests.run.",
            query=query,
        )


def _stop(con: Connection, stopped: threading.Event) -> None:
    stopped.set()
    con.interrupt()
