"""What every family of verbs stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users.api import User


class Room:
    """A database, and whose strategies are meant.

    Parameters
    ----------
    database : where everything is stored
    user : whose strategies these are
    """

    def __init__(self, database: Database, user: User) -> None:
        self._database = database
        self._user = user
