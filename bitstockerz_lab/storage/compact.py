"""Make the file anew when leases have become slow: the same rows in a fresh catalogue.

DuckDB 2.0.0 makes every lease slower by each write lease before it, as long as tables refer to
each other (benchmarks/README.md). No setting stops that; only a file built from the start is
quick again.
"""

from __future__ import annotations

import math
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bitstockerz_lab.storage.database import Connection

LEASES = 300
"""So many write leases make a small file due; by then each lease costs about 27 ms more."""
SMALL = 25_000_000
"""Bytes that take about a second. Larger files are due after LEASES times the root of the ratio:
what rebuilding costs and what it saves then stay in proportion at every size."""
LARGEST = 250_000_000
"""Bytes up to which it happens by itself: others wait for it, and give up after 30 s."""

CONTENTS = """
SELECT 'table' AS kind, table_name AS name, column_name || ' ' || data_type AS detail
FROM duckdb_columns() WHERE database_name = $file AND NOT internal
UNION ALL SELECT 'view', view_name, '' FROM duckdb_views()
WHERE database_name = $file AND NOT internal
UNION ALL SELECT 'sequence', sequence_name, '' FROM duckdb_sequences() WHERE database_name = $file
UNION ALL SELECT 'index', index_name, '' FROM duckdb_indexes() WHERE database_name = $file
UNION ALL SELECT 'trigger', trigger_name, '' FROM duckdb_triggers() WHERE database_name = $file
UNION ALL SELECT 'macro', function_name, '' FROM duckdb_functions()
WHERE database_name = $file AND NOT internal
UNION ALL SELECT 'type', type_name, '' FROM duckdb_types()
WHERE database_name = $file AND NOT internal
UNION ALL SELECT 'schema', schema_name, '' FROM duckdb_schemas()
WHERE database_name = $file AND NOT internal
"""


def count(path: Path) -> None:
    """Note one more write lease that has committed; call it inside the turn."""
    with suppress(OSError), _counter(path).open("ab") as counter:
        counter.write(b".")


def leases(path: Path) -> int:
    """Return how many write leases a file has had since it was made anew."""
    with suppress(OSError):
        return _counter(path).stat().st_size
    return 0


def due(path: Path) -> bool:
    """Return whether rebuilding a file now costs less than it saves."""
    size = path.stat().st_size
    return size <= LARGEST and leases(path) > LEASES * math.sqrt(max(1.0, size / SMALL))


def discard_what_was_left(path: Path) -> None:
    """Remove the draft of a process that was killed; call it inside the turn."""
    with suppress(OSError):
        _discard(_draft(path))


def if_due(path: Path) -> None:
    """Rebuild a file that is due; where that fails, try again after as many leases.

    Call it inside the turn.
    """
    if not due(path):
        return
    with suppress(StorageError):
        rebuild(path)
    with suppress(OSError):
        _counter(path).unlink(missing_ok=True)


def rebuild(path: Path) -> None:
    """Put a fresh file with the same rows in a file's place; call it inside the turn.

    Until the new file is complete and checked it lies hidden beside the old one, which is not
    touched. Ids go on where they were.

    Raises
    ------
    StorageError
        The file holds something that is not of the lab's schema, is used by another program, or
        the disk is full. The old file stays as it was.
    """
    draft = _draft(path)
    _discard(draft)
    try:
        with duckdb.connect(":memory:") as con:
            con.execute("SET TimeZone = 'UTC'")
            with _attached(con, path, "old"):
                con.execute("CHECKPOINT old")  # its log belongs to this file, not to the next
            with _attached(con, path, "old", "(READ_ONLY)"):
                with _attached(con, draft, "draft"):
                    _fill(con, path)
                _finish(draft, path)
                draft.replace(path)  # while the old one is held: no other program can write to it
    except duckdb.InterruptException as interruption:
        raise KeyboardInterrupt from interruption
    except (OSError, duckdb.Error) as problem:
        reason = str(problem).partition("\n")[0].rstrip(". ")
        raise StorageError(
            f"{path} could not be made anew: {reason}. It is as it was; remove the cause, then "
            "call compact() again.",
            path=str(path),
        ) from problem
    finally:
        _discard(draft)
    with suppress(OSError):  # the new file is in place, whatever happens here
        _sync(path.parent)
        _counter(path).unlink(missing_ok=True)


def _fill(con: Connection, path: Path) -> None:
    """Give the attached draft the schema, the rows and the sequences of the old file."""
    con.execute("USE old")
    if migrate.version(con, path) != migrate.NEWEST:
        raise StorageError(f"{path} has an older schema. Call open() first.", path=str(path))
    con.execute("USE draft")
    migrate.apply(con, 0)
    con.execute("DELETE FROM draft.schema_migrations")
    _refuse_what_would_be_lost(con, path)
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'draft' ORDER BY table_oid"
    ).fetchall()
    for (table,) in tables:
        con.execute(f'INSERT INTO draft."{table}" BY NAME SELECT * FROM old."{table}"')  # noqa: S608 - a table of ours
        _refuse_a_difference(con, f'SELECT count(*) FROM %s."{table}"', table)  # noqa: S608 - as above
    last = "SELECT sequence_name, last_value FROM duckdb_sequences() WHERE database_name = '%s'"
    for sequence, value in con.execute(last % "old").fetchall():
        if value is not None:
            con.execute("SELECT setval(?, ?)", [f'draft.main."{sequence}"', value]).fetchall()
    _refuse_a_difference(con, f"{last} ORDER BY ALL", "the sequences")


def _refuse_what_would_be_lost(con: Connection, path: Path) -> None:
    old, draft = (
        set(con.execute(CONTENTS, {"file": name}).fetchall()) for name in ("old", "draft")
    )
    if old != draft:
        kind, name, detail = min(old ^ draft)
        raise StorageError(
            f"{path} differs from the lab's schema in the {f'{kind} {name} {detail}'.strip()} and "
            "cannot be made anew without losing it. Move it to a file of its own, then call "
            "compact() again.",
            path=str(path),
        )


def _refuse_a_difference(con: Connection, query: str, what: str) -> None:
    old, draft = (con.execute(query % name).fetchall() for name in ("old", "draft"))
    if old != draft:
        raise StorageError(
            f"The copy of {what} differs from the original: {draft} instead of {old}. The file is "
            "as it was; please report this.",
        )


def _finish(draft: Path, path: Path) -> None:
    """Bring the whole draft to the disk, with the rights of the file it replaces."""
    for file in (draft, path):
        log = file.with_name(f"{file.name}.wal")
        if log.exists():
            raise OSError(f"{log} was not written into its file")
    shutil.copymode(path, draft)
    _sync(draft)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _attached(con: Connection, path: Path, name: str, mode: str = "") -> Iterator[None]:
    quoted = str(path).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS {name} {mode}")
    try:
        yield
    finally:
        con.execute("USE memory")
        con.execute(f"DETACH {name}")


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.compact")


def _counter(path: Path) -> Path:
    return path.with_name(f".{path.name}.leases")


def _discard(draft: Path) -> None:
    for file in (draft, draft.with_name(f"{draft.name}.wal")):
        file.unlink(missing_ok=True)
