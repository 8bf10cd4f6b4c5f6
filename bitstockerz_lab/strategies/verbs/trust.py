"""Agreeing to run Python that came with a database, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import store
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.versions import StrategyVersion

TRUSTED = ["kind", "name", "sha256", "agreed_at"]


class Trust(Room):
    """Trust, distrust, and what is trusted: kept for the person on this machine, not stored here.

    Running a strategy's Python means running somebody's program: it can do whatever you can.
    """

    def trust(self, name: str | StrategyVersion | None = None, version: int | None = None) -> None:
        """Agree to a strategy's Python, so that it runs without asking.

        Parameters
        ----------
        name : the strategy; None agrees to every strategy of this database file, also to those
            that are saved to it later; what `import_file` brings asks for itself
        version : None is the newest; other versions are other code

        Raises
        ------
        UnknownName
            There is none of that name or number.
        DefinitionError
            That version holds no Python.
        StorageError
            The list of what is trusted cannot be read or written.

        Examples
        --------
        >>> print(lab.strategies.get("Mean reversion").definition.code())  # doctest: +SKIP
        >>> lab.strategies.trust("Mean reversion")  # doctest: +SKIP
        """
        if name is None:
            consent.agree_to_database(self._database.path)
        else:
            consent.agree(self._python(name, version))

    def distrust(
        self, name: str | StrategyVersion | None = None, version: int | None = None
    ) -> None:
        """Take back what `trust` agreed to: a version's Python, or None for this database file.

        Code that was agreed to by itself stays so when the file no longer is, and the other way
        round; what was imported or saved as text then asks again.

        Raises
        ------
        UnknownName, DefinitionError, StorageError
            As `trust`.
        """
        if name is None:
            consent.take_back_database(self._database.path)
        else:
            consent.take_back(self._python(name, version))

    def trusted(self) -> pd.DataFrame:
        """Return what runs without asking, wherever it is stored.

        Returns
        -------
        DataFrame, a row an agreement
            kind ("code" or "database"), name (the strategy's, or the file's path), sha256 (of the
            code, else None), agreed_at (UTC).
        """
        listed = consent.entries()
        rows: list[tuple[str, str, str | None, str]] = [
            ("code", one["name"], sha256, one["agreed_at"])
            for sha256, one in listed["code"].items()
        ]
        rows += [
            ("database", path, None, one["agreed_at"]) for path, one in listed["databases"].items()
        ]
        told = [(*row[:3], clock.utc(row[3])) for row in rows]
        return pd.DataFrame(told, columns=TRUSTED).sort_values("agreed_at", ignore_index=True)

    def _python(self, name: str | StrategyVersion, version: int | None) -> Definition:
        with self._database.read() as con:
            found = store.get_version(con, self._user.id, name, version)
        if found.definition.python is None:
            raise DefinitionError(
                f"{found.name} version {found.version} holds no Python: there is nothing to agree "
                "to. It runs without asking.",
                name=found.name,
                version=found.version,
            )
        return found.definition
