"""Verbs about a user's named lists of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.store import members, watchlists
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


class Watchlists(Room):
    """Keep lists of symbols."""

    def watchlist(self, name: str, symbols: str | Iterable[str] | None = None) -> list[str]:
        """Return the symbols on one of your watchlists; with `symbols` they are put on it first.

        Parameters
        ----------
        name : in any case; your own lists only. Every verb that takes `symbols=` takes it too
        symbols : what is on the list from now on, in this order: texts of symbols, or the name of
            another list; ``[]`` empties it

        Returns
        -------
        list of str
            Each symbol once, by its own text where an alias was given.

        Raises
        ------
        UnknownName
            There is no such list, or some symbols are not stored: all of them are named, and
            nothing changes.
        DataError
            The name is empty, or means a symbol.

        Examples
        --------
        >>> lab.market.watchlist("Tech", ["AAPL", "MSFT"])  # doctest: +SKIP
        ['AAPL', 'MSFT']
        """
        name = " ".join(name.split())
        if not name:
            message = "A watchlist needs a name, like lab.market.watchlist('Tech', ['AAPL'])."
            raise DataError(message)
        if symbols is not None:
            with self._database.write() as con:
                listed = members(con, self._user_id, symbols)
                return watchlists.put_watchlist(con, self._user_id, name, listed)
        with self._database.read() as con:
            found = watchlists.watchlist(con, self._user_id, name)
            if found is None:
                raise watchlists.no_watchlist(con, self._user_id, name)
            return found

    def watchlists(self) -> pd.DataFrame:
        """Return your watchlists.

        Returns
        -------
        DataFrame, a row a list, by name
            name, symbols (how many), members ("AAPL, MSFT"; None without any), created_at,
            updated_at (UTC).
        """
        with self._database.read() as con:
            return watchlists.watchlists(con, self._user_id)

    def drop_watchlist(self, name: str) -> None:
        """Remove one of your watchlists; its symbols and their bars stay.

        Raises
        ------
        UnknownName
            There is no such list.
        """
        with self._database.write() as con:
            watchlists.drop_watchlist(con, self._user_id, name)
