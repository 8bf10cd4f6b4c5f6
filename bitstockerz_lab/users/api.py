"""The users room's verbs."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.users import store

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Database


@dataclass(frozen=True, slots=True)
class User:
    """A person whose strategies and runs these are."""

    id: int
    email: str


def current(database: Database) -> User:
    """Return who is at work, made on first use.

    `$BITSTOCKERZ_USER`, else the operating system's login name ``@local``.
    """
    email = os.environ.get("BITSTOCKERZ_USER") or f"{_login()}@local"
    with database.read() as con:
        known = store.find(con, email)
    if known is None:
        with database.write() as con:
            known = store.ensure(con, email)
    return User(id=known, email=email)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "user"
