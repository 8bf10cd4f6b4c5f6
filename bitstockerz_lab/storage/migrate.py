"""The schema's numbered steps, each applied in one transaction with the row that records it."""

from __future__ import annotations

import os
import shutil
from importlib import resources
from typing import TYPE_CHECKING

import duckdb

from bitstockerz_lab import clock
from bitstockerz_lab.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from bitstockerz_lab.storage.database import Connection

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    -- one row per migration that was applied to this file
    number INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
)
"""


def files() -> dict[int, tuple[str, str]]:
    """Return every migration's name and text by its number, in order."""
    folder = resources.files("bitstockerz_lab.storage") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {int(name[:4]): (name, (folder / name).read_text("utf-8")) for name in names}


NEWEST = max(files())
"""Number of the last migration this version of the package knows."""


def version(con: Connection, path: Path) -> int:
    """Return the number of the last migration applied to an attached file.

    Raises
    ------
    StorageError
        The file is a DuckDB database but no lab, or was written by a newer version.
    """
    tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    if "schema_migrations" not in tables:
        raise StorageError(
            f"{path} is a DuckDB file but no lab: it has no schema_migrations table. "
            "Give open_lab() another path.",
            path=str(path),
        )
    (newest,) = con.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").fetchone()  # type: ignore[misc]
    if newest > NEWEST:
        raise StorageError(
            f"{path} was written by a newer bitstockerz-lab (schema {newest}, this version knows "
            f"{NEWEST}). Upgrade with pip install -U bitstockerz-lab, or give open_lab() another "
            "path.",
            path=str(path),
            schema=newest,
        )
    return int(newest)


def create(path: Path) -> None:
    """Make a new file with the whole schema; it appears at `path` only when it is complete."""
    draft = path.with_name(f".{path.name}.new-{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with duckdb.connect(draft) as con:
            apply(con, 0)
        draft.replace(path)
    except (OSError, duckdb.Error) as problem:
        reason = str(problem).partition("\n")[0].rstrip(". ")
        raise StorageError(
            f"{path} cannot be created: {reason}. Give open_lab() another path.", path=str(path)
        ) from problem
    finally:
        draft.unlink(missing_ok=True)


def apply(con: Connection, version: int) -> None:
    """Apply every migration after `version`, each whole or not at all."""
    con.execute(RECORD)
    for number, (name, text) in files().items():
        if number <= version:
            continue
        con.execute("BEGIN")
        try:
            con.execute(text)
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?)", [number, name, clock.now()]
            )
            con.execute("COMMIT")
        except duckdb.Error:
            con.execute("ROLLBACK")
            raise


def back_up(path: Path, version: int) -> Path:
    """Copy the file beside itself before it is migrated; returns the copy's path."""
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
    copy = path.with_name(f"{path.stem}.schema-{version:04d}.{stamp}.backup{path.suffix}")
    shutil.copy2(path, copy)
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        shutil.copy2(log, copy.with_name(f"{copy.name}.wal"))
    return copy
