"""The SQL of schedules: whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import Status
from bitstockerz_lab.ops.processes import Holder

if TYPE_CHECKING:
    from datetime import datetime

    from bitstockerz_lab.storage import Connection

TAKE = """
INSERT OR REPLACE INTO schedules (
    user_id, name, due_at, status, host, pid, process_started_at, started_at, heartbeat_at,
    expires_at
)
VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)
"""

OURS = "user_id = ? AND name = ? AND host = ? AND pid = ? AND process_started_at = ?"


@dataclass(frozen=True, slots=True)
class Turn:
    """The newest time that a schedule was due, and who took it."""

    due_at: datetime
    status: Status
    holder: Holder
    expires_at: datetime

    def is_held(self, now: datetime) -> bool:
        """Whether somebody is at it and still tells so."""
        return self.status == Status.RUNNING and now < self.expires_at and not self.holder.is_gone


def newest(con: Connection, user_id: int, name: str) -> Turn | None:
    """Return the newest turn of a schedule, or None before the first."""
    rows = con.execute(
        """
        SELECT due_at, status, host, pid, process_started_at, expires_at
        FROM schedules
        WHERE user_id = ? AND name = ?
        """,
        [user_id, name],
    ).fetchall()
    if not rows:
        return None
    due_at, status, host, pid, started, expires_at = rows[0]
    return Turn(due_at, Status(status), Holder(host, pid, started), expires_at)


def take(
    con: Connection,
    user_id: int,
    name: str,
    *,
    due_at: datetime,
    holder: Holder,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Write down who takes a time; look at `newest` first, in the same lease."""
    who = [holder.host, holder.pid, holder.process_started_at]
    con.execute(TAKE, [user_id, name, due_at, *who, now, now, expires_at])


def prolong(
    con: Connection, user_id: int, name: str, holder: Holder, now: datetime, expires_at: datetime
) -> None:
    """Say that the holder is still at it."""
    who = [user_id, name, holder.host, holder.pid, holder.process_started_at]
    con.execute(
        f"UPDATE schedules SET heartbeat_at = ?, expires_at = ? WHERE {OURS}",  # noqa: S608 - ours
        [now, expires_at, *who],
    )


def finish(
    con: Connection, user_id: int, name: str, holder: Holder, status: Status, now: datetime
) -> None:
    """Say what became of it, unless somebody else has taken the schedule since."""
    who = [user_id, name, holder.host, holder.pid, holder.process_started_at]
    con.execute(
        f"UPDATE schedules SET status = ?, heartbeat_at = ?, expires_at = ? WHERE {OURS}",  # noqa: S608 - ours
        [status, now, now, *who],
    )
