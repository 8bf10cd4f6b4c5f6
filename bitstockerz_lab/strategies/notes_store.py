"""The strategies room's SQL of what people write on versions: notes and tags, and their past."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.versions import StrategyVersion


def add_note(con: Connection, version_id: int, note: str, when: datetime | None = None) -> None:
    """Write a note on a version; the same note of the same moment is there already.

    Parameters
    ----------
    con : a write lease's connection
    version_id : strategy_versions.id
    note : text
    when : UTC and naive; now if left out
    """
    con.execute(
        """
        INSERT INTO version_notes (strategy_version_id, note, created_at)
        SELECT $version_id, $note, $when
        WHERE NOT EXISTS (
            SELECT 1
            FROM version_notes
            WHERE strategy_version_id = $version_id AND note = $note AND created_at = $when
        )
        """,
        {"version_id": version_id, "note": note, "when": when or clock.now()},
    )


def add_tags(con: Connection, version_id: int, tags: Iterable[str], *, again: bool = True) -> None:
    """Put tags on a version that it has not yet, in whatever case.

    Parameters
    ----------
    con : a write lease's connection
    version_id : strategy_versions.id
    tags : words
    again : those, too, that were taken off it
    """
    for tag in tags:
        con.execute(
            """
            INSERT INTO version_tags (strategy_version_id, tag, created_at)
            SELECT $version_id, $tag, $now
            WHERE NOT EXISTS (
                SELECT 1
                FROM version_tags
                WHERE strategy_version_id = $version_id AND lower(tag) = lower($tag)
                    AND (removed_at IS NULL OR NOT $again)
            )
            """,
            {"version_id": version_id, "tag": tag, "now": clock.now(), "again": again},
        )


def remove_tags(con: Connection, version: StrategyVersion, tags: Iterable[str]) -> None:
    """Take tags off a version; that they were there stays known.

    Raises
    ------
    UnknownName
        The version has no such tag.
    """
    known = tags_of(con, version.id)
    by_folded = {tag.casefold(): tag for tag in known}
    for tag in tags:
        if tag.casefold() not in by_folded:
            has = f"{version.name!r} version {version.version} has {', '.join(known) or 'none'}."
            raise UnknownName.of("tag", tag, known, has)
        con.execute(
            """
            UPDATE version_tags SET removed_at = ?
            WHERE strategy_version_id = ? AND tag = ? AND removed_at IS NULL
            """,
            [clock.now(), version.id, by_folded[tag.casefold()]],
        )


def tags_of(con: Connection, version_id: int) -> list[str]:
    """Return a version's tags in alphabetical order."""
    rows = con.execute(
        "SELECT tag FROM version_tags WHERE strategy_version_id = ? AND removed_at IS NULL "
        "ORDER BY tag",
        [version_id],
    ).fetchall()
    return [tag for (tag,) in rows]


def notes_of(con: Connection, version_id: int) -> list[tuple[datetime, str]]:
    """Return a version's notes, oldest first: when it was written (UTC, tz-aware), and the text."""
    rows = con.execute(
        "SELECT created_at, note FROM version_notes WHERE strategy_version_id = ? "
        "ORDER BY created_at, id",
        [version_id],
    ).fetchall()
    return [(when.replace(tzinfo=UTC), note) for when, note in rows]


def list_notes(con: Connection, strategy_id: int) -> pd.DataFrame:
    """Return a row a note of a strategy, oldest first: version, created_at (UTC), note."""
    return frames.read(
        con,
        """
        SELECT strategy_versions.version_number AS version, version_notes.created_at, note
        FROM version_notes
        JOIN strategy_versions ON strategy_versions.id = version_notes.strategy_version_id
        WHERE strategy_versions.strategy_id = ?
        ORDER BY version_notes.created_at, version_notes.id
        """,
        [strategy_id],
        zone="UTC",
    )
