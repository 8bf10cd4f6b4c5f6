"""The users room's SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection


def find(con: Connection, email: str) -> int | None:
    """Return the id of the user with that e-mail, or None."""
    row = con.execute(
        "SELECT id FROM users WHERE lower(email) = lower(?) AND deleted_at IS NULL", [email]
    ).fetchone()
    return int(row[0]) if row else None


def ensure(con: Connection, email: str) -> int:
    """Return the user's id, making the row on first use; needs a write lease."""
    known = find(con, email)
    if known is not None:
        return known
    now = clock.now()
    (created,) = con.execute(  # type: ignore[misc]
        "INSERT INTO users (email, created_at, updated_at) VALUES (?, ?, ?) RETURNING id",
        [email, now, now],
    ).fetchone()
    return int(created)
