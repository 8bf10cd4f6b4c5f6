"""What every family of verbs stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Database


class Room:
    """A database, and who is at work in it.

    Parameters
    ----------
    database : where everything is stored
    user_id : key of the row of `users`
    """

    def __init__(self, database: Database, user_id: int) -> None:
        self._database = database
        self._user_id = user_id
