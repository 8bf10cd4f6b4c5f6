"""Verbs about symbols themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.market import store
from bitstockerz_lab.market.details import SymbolStatus, SymbolTerms, changed_terms, next_status
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol


class Listings(Room):
    """Look at symbols, and say more about them."""

    def symbols(self, query: str = "") -> pd.DataFrame:
        """Return the stored symbols whose text, name, alias or sector contains `query`.

        Returns
        -------
        DataFrame, a row a symbol, by its text
            The columns of the table `symbols` without its times, then status_since (the day on
            which `is_active` last changed, NaT if it never did), tick_size, lot_size, sector,
            country (None where nobody said), aliases ("FB"; several with commas), first_bar and
            last_bar (UTC stamps over all timeframes).
        """
        with self._database.read() as con:
            return store.symbols(con, query)

    def search(self, query: str = "") -> list[str]:
        """Return the texts of the symbols that `symbols` finds; quick, for no bar is read.

        Parameters
        ----------
        query : a part of a symbol, its name, an alias or its sector, in any case; "" is all

        Examples
        --------
        >>> lab.market.search("app")  # doctest: +SKIP
        ['AAPL']
        """
        with self._database.read() as con:
            return store.found_texts(con, query)

    def timeframes(self, symbol: str) -> list[str]:
        """Return the timeframes in which `bars` gives a symbol's bars, the shortest first.

        Parameters
        ----------
        symbol : in any case

        Returns
        -------
        list of str
            What is stored, and every longer one, which is made of it: ``["1d", "1w", "1mo"]``;
            empty where no bars are stored.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        """
        with self._database.read() as con:
            stored = store.timeframes(con, store.find_symbol(con, symbol))
        known = list(clock.TIMEFRAMES)
        return known[min(map(known.index, stored)) :] if stored else []

    def terms(
        self,
        symbol: str,
        *,
        tick_size: float | None = None,
        lot_size: float | None = None,
        sector: str | None = None,
        country: str | None = None,
    ) -> SymbolTerms:
        """Return how a symbol is traded and where it belongs; what is given is stored first.

        Parameters
        ----------
        symbol : a stored one
        tick_size : smallest step of its price, in its currency
        lot_size : smallest quantity that is traded, in units
        sector : like "Technology"
        country : ISO 3166 code of two letters, "US"

        Returns
        -------
        SymbolTerms
            symbol, tick_size, lot_size, sector, country; None where nobody said.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            A size is not positive, or a country no code.

        Examples
        --------
        >>> lab.market.terms("AAPL", tick_size=0.01, country="us")  # doctest: +SKIP
        SymbolTerms(symbol='AAPL', tick_size=0.01, lot_size=None, sector=None, country='US')
        """
        said = SymbolTerms(symbol, tick_size, lot_size, sector, country)
        if said == SymbolTerms(symbol):
            with self._database.read() as con:
                return store.details.terms(con, store.find_symbol(con, symbol))
        with self._database.write() as con:
            found = store.find_symbol(con, symbol)
            known = changed_terms(store.details.terms(con, found), said)
            store.details.put_terms(con, found, known)
        return known

    def alias(self, alias: str, symbol: str) -> Symbol:
        """Let another text mean a symbol in every verb: ``alias("FB", "META")``, FB is META.

        Parameters
        ----------
        alias : the other text, in any case
        symbol : a stored symbol; its own text never changes

        Returns
        -------
        Symbol
            What the alias means.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            The text is a stored symbol itself, or an alias of another one.
        """
        with self._database.write() as con:
            found = store.find_symbol(con, symbol)
            store.details.add_alias(con, alias, found)
        return found

    def aliases(self) -> pd.DataFrame:
        """Return every alias, a row each: alias, symbol, name, created_at (UTC)."""
        with self._database.read() as con:
            return store.details.aliases(con)

    def drop_alias(self, alias: str) -> None:
        """Let a text no longer mean a symbol.

        Raises
        ------
        UnknownName
            There is no such alias.
        """
        with self._database.write() as con:
            store.details.drop_alias(con, alias)

    def retire(
        self, symbol: str, on: str | date | None = None, reason: str | None = None
    ) -> SymbolStatus:
        """Say that a symbol is no longer traded; its bars stay.

        Parameters
        ----------
        symbol : a stored one
        on : the day on which trading stopped, UTC; None is today
        reason : why, in your words

        Returns
        -------
        SymbolStatus
            symbol, date, is_active, reason.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            It is retired already, or the day does not fit: it is in the future, before the last
            change, or before the last bar.

        Examples
        --------
        >>> lab.market.retire("TWTR", on="2022-10-28", reason="bought")  # doctest: +SKIP
        """
        return self._change(symbol, on, reason, is_active=False)

    def restore(
        self, symbol: str, on: str | date | None = None, reason: str | None = None
    ) -> SymbolStatus:
        """Say that a retired symbol is traded again from a day on; the same as `retire` in else."""
        return self._change(symbol, on, reason, is_active=True)

    def statuses(self, symbol: str | None = None) -> pd.DataFrame:
        """Return when symbols were retired and restored, oldest first; None for all symbols.

        Returns
        -------
        DataFrame, a row a change
            symbol, date (on which it changed), is_active (from then on), reason, created_at (UTC).
        """
        with self._database.read() as con:
            found = store.find_symbol(con, symbol) if symbol is not None else None
            return store.details.statuses(con, found)

    def _change(
        self, symbol: str, on: str | date | None, reason: str | None, *, is_active: bool
    ) -> SymbolStatus:
        day = clock.now().date() if on is None else clock.utc(on).date()
        with self._database.write() as con:
            found = store.find_symbol(con, symbol)
            said = SymbolStatus(found.symbol, day, is_active, (reason or "").strip() or None)
            lasts = [last for _, last in store.extents(con, found).values()]
            before = store.details.status(con, found)
            change = next_status(before, said, max(lasts, default=None))
            store.details.add_status(con, found, change)
        return change
