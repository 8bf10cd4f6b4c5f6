"""The backtests room's SQL of what people write on runs: notes and tags, and their past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from bitstockerz_lab.storage import Connection

ADD_TAG = """
INSERT INTO run_tags (backtest_run_id, tag, created_at)
SELECT run_id, $tag, $now
FROM (SELECT unnest($run_ids) AS run_id)
WHERE NOT EXISTS (
    SELECT 1
    FROM run_tags
    WHERE backtest_run_id = run_id AND lower(tag) = lower($tag) AND removed_at IS NULL
)
"""

NOTES = """
SELECT backtest_run_id AS run_id, run_notes.created_at, note
FROM run_notes
JOIN backtest_runs ON backtest_runs.id = backtest_run_id
WHERE user_id = $user_id AND ($run_id IS NULL OR backtest_run_id = $run_id)
ORDER BY run_notes.created_at, run_notes.id
"""


def require(con: Connection, user_id: int, run_ids: Sequence[int]) -> None:
    """Refuse ids that are no runs of this user.

    Raises
    ------
    UnknownName
        It names the first of them.
    """
    rows = con.execute(
        "SELECT id FROM backtest_runs WHERE user_id = ? AND list_contains(?, id)",
        [user_id, list(run_ids)],
    ).fetchall()
    missing = [run_id for run_id in run_ids if (run_id,) not in rows]
    if missing:
        raise UnknownName(
            f"No run {missing[0]}. lab.backtests.list() shows the runs there are.",
            run_id=missing[0],
        )


def add_tags(con: Connection, run_ids: Sequence[int], tags: Iterable[str]) -> None:
    """Put tags on runs that they have not yet, in whatever case; needs a write lease."""
    for tag in tags:
        con.execute(ADD_TAG, {"run_ids": list(run_ids), "tag": tag, "now": clock.now()})


def remove_tags(con: Connection, run_ids: Sequence[int], tags: Iterable[str]) -> None:
    """Take tags off runs; that they were there stays known. Needs a write lease.

    Raises
    ------
    UnknownName
        None of the runs has such a tag.
    """
    known = tags_of(con, run_ids)
    by_folded = {tag.casefold(): tag for tag in known}
    for tag in tags:
        if tag.casefold() not in by_folded:
            runs = f"Run {run_ids[0]} has" if len(run_ids) == 1 else "These runs have"
            raise UnknownName.of("tag", tag, known, f"{runs} {', '.join(known) or 'none'}.")
        con.execute(
            """
            UPDATE run_tags SET removed_at = ?
            WHERE list_contains(?, backtest_run_id) AND lower(tag) = lower(?)
                AND removed_at IS NULL
            """,
            [clock.now(), list(run_ids), tag],
        )


def tags_of(con: Connection, run_ids: Sequence[int]) -> list[str]:
    """Return the tags that any of the runs has, in alphabetical order."""
    rows = con.execute(
        "SELECT DISTINCT tag FROM run_tags WHERE list_contains(?, backtest_run_id) "
        "AND removed_at IS NULL ORDER BY lower(tag), tag",
        [list(run_ids)],
    ).fetchall()
    return [tag for (tag,) in rows]


def add_note(con: Connection, run_ids: Sequence[int], note: str) -> None:
    """Write a note on runs; needs a write lease."""
    con.execute(
        "INSERT INTO run_notes (backtest_run_id, note, created_at) SELECT unnest(?), ?, ?",
        [list(run_ids), note, clock.now()],
    )


def notes(con: Connection, user_id: int, run_id: int | None) -> pd.DataFrame:
    """Return a row a note, oldest first, of one run or of all: run_id, created_at (UTC), note."""
    return frames.read(con, NOTES, {"user_id": user_id, "run_id": run_id}, zone="UTC")


def said(con: Connection, user_id: int, run_id: int) -> dict[str, Any]:
    """Return what is said of a run: tags, and notes, each with when (ISO 8601 UTC) and text."""
    found = notes(con, user_id, run_id)
    moments = [when.isoformat() for when in found["created_at"]]
    written = zip(moments, found["note"], strict=True)
    told = [{"created_at": when, "note": note} for when, note in written]
    return {"tags": tags_of(con, [run_id]), "notes": told}
