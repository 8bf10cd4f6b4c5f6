"""Stored strategies and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import store
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.versions import StrategyVersion


class Listings(Room):
    """Get, list, retire, restore."""

    def get(self, name: str | int | StrategyVersion, version: int | None = None) -> StrategyVersion:
        """Return a version, of a retired strategy too.

        Parameters
        ----------
        name : the strategy's name, or a version's id
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        """
        with self._database.read() as con:
            return store.get_version(con, self._user.id, name, version)

    def versions(self, name: str) -> pd.DataFrame:
        """Return a strategy's versions, oldest first.

        Returns
        -------
        DataFrame, a row a version
            version, strategy_version_id, created_at (UTC), summary (plain English).
        """
        with self._database.read() as con:
            found = store.list_versions(con, self._user.id, name)
        found["summary"] = [definitions.summary(text) for text in found.pop("definition_json")]
        return found

    def retire(self, name: str) -> None:
        """Take a strategy out of use: it cannot be run or saved to; everything stays stored."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=False)

    def restore(self, name: str) -> None:
        """Bring a retired strategy back."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=True)

    def list(self) -> pd.DataFrame:
        """Return every strategy.

        Returns
        -------
        DataFrame, a row a strategy, by name
            name, version (the newest), strategy_version_id, asset_type, symbol_scope, timeframe,
            is_active (False once retired), description, created_at, updated_at (UTC).
        """
        with self._database.read() as con:
            return store.list_strategies(con, self._user.id)
