"""The backtests room's verbs about what people say of runs: tags and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.backtests import listings_store, notes_store, run_ids
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import versions as version_words

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.run_ids import Runs
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


class Notes:
    """Tag, untag, tags, note, notes. Nothing of it is part of a run's fingerprint."""

    _database: Database
    _user: User

    def tag(self, runs: Runs, *tags: str) -> None:
        """Put tags on runs, such as "candidate"; what they have already stays.

        Parameters
        ----------
        runs : an id, a Run, or several of either
        *tags : words without commas; case is kept, and two that differ by it are one

        Raises
        ------
        UnknownName
            There is no such run.
        DefinitionError, DataError
            A tag is empty, too long or has a comma; there is none.

        Examples
        --------
        >>> lab.backtests.tag([3, 5], "candidate")  # doctest: +SKIP
        """
        wanted, asked = _wanted(tags, "tag"), run_ids.ids(runs)
        with self._database.write() as con:
            notes_store.require(con, self._user.id, asked)
            notes_store.add_tags(con, asked, wanted)

    def untag(self, runs: Runs, *tags: str) -> None:
        """Take tags off runs; of several, off those that have them.

        Raises
        ------
        UnknownName
            There is no such run, or none of them has such a tag.
        """
        wanted, asked = _wanted(tags, "untag"), run_ids.ids(runs)
        with self._database.write() as con:
            notes_store.require(con, self._user.id, asked)
            notes_store.remove_tags(con, asked, wanted)

    def tags(self) -> pd.DataFrame:
        """Return the tags that runs have, in alphabetical order: tag, runs (how many)."""
        with self._database.read() as con:
            return listings_store.tags(con, self._user.id)

    def note(self, runs: Runs, text: str) -> None:
        """Write a note on runs; earlier notes stay.

        Parameters
        ----------
        runs : an id, a Run, or several of either
        text : the note

        Raises
        ------
        UnknownName
            There is no such run.
        DataError
            The note is empty.
        """
        if not text.strip():
            raise DataError("A note needs a text, not an empty one.")
        asked = run_ids.ids(runs)
        with self._database.write() as con:
            notes_store.require(con, self._user.id, asked)
            notes_store.add_note(con, asked, text.strip())

    def notes(self, run: int | Run | None = None) -> pd.DataFrame:
        """Return a run's notes, oldest first; those of all runs if none is named.

        Returns
        -------
        DataFrame, a row a note
            run_id, created_at (UTC), note.

        Raises
        ------
        UnknownName
            There is no such run.
        """
        asked = None if run is None else run_ids.ids(run)
        with self._database.read() as con:
            notes_store.require(con, self._user.id, asked or [])
            return notes_store.notes(con, self._user.id, None if asked is None else asked[0])


def _wanted(tags: tuple[str, ...], verb: str) -> list[str]:
    if not tags:
        raise DataError(f"No tag was given. Give one: {verb}(run, 'candidate').")
    return version_words.tags(tags)
