"""Stored strategies: get one, list them, take them out of use and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies import listings_store, store
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.versions import StrategyVersion


class Listings(Room):
    """Get, list, retire, restore, rename."""

    def get(self, name: str | int | StrategyVersion, version: int | None = None) -> StrategyVersion:
        """Return a version, of a retired strategy too, with what its newest check found.

        Parameters
        ----------
        name : the strategy's name, or a version's id; case counts only where two names differ by it
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        """
        with self._database.read() as con:
            found = store.get_version(con, self._user.id, name, version)
            return replace(found, honesty=checks_store.newest(con, found))

    def retire(self, name: str) -> None:
        """Take a strategy out of use: it cannot be run or saved to; everything stays stored."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=False)

    def restore(self, name: str) -> None:
        """Bring a retired strategy back."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=True)

    def rename(self, name: str, new_name: str) -> str:
        """Give a strategy another name and return it; versions, runs, notes and tags stay with it.

        Raises
        ------
        UnknownName
            There is none of that name.
        TradingError
            Another strategy has the new name, in whatever case.
        """
        with self._database.write() as con:
            return store.rename(con, self._user.id, name, new_name)

    def list(self, *, tag: str | None = None, retired: bool | None = None) -> pd.DataFrame:
        """Return every strategy.

        Parameters
        ----------
        tag : only those with this tag on one of their versions
        retired : False leaves the retired ones out, True shows no others

        Returns
        -------
        DataFrame, a row a strategy, by name
            name, version (the newest), strategy_version_id (its id), versions (how many there
            are), runs (completed, of all versions), last_run_at (UTC, missing if never), tags (of
            all versions, with commas between), asset_type, symbol_scope, timeframe, is_active
            (False once retired), description, created_at, updated_at (UTC).

        Raises
        ------
        UnknownName
            No strategy has this tag.
        """
        with self._database.read() as con:
            found = listings_store.list_strategies(con, self._user.id)
        if tag is not None:
            tagged = [[one for one in tags.split(", ") if one] for tags in found["tags"]]
            known = {one for tags in tagged for one in tags}
            wanted = tag.strip().casefold()
            if wanted not in {one.casefold() for one in known}:
                way_out = "lab.strategies.tag(name, tag) puts one on a strategy."
                raise UnknownName.of("tag", tag, sorted(known), way_out)
            found = found[[wanted in {one.casefold() for one in tags} for tags in tagged]]
        if retired is not None:
            found = found[found["is_active"] != retired]
        return found.reset_index(drop=True)
