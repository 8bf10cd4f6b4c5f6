"""Verbs that ask whether the data is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market import checking, store
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.quality.result import Quality


class Checks(Room):
    """Check bars."""

    def check(self, symbol: str, timeframe: str | None = None) -> Quality:
        """Check the stored bars of a symbol, and record what is odd about them.

        Parameters
        ----------
        symbol : in any case, or an alias
        timeframe : one that is stored; None takes the only one

        Returns
        -------
        Quality
            Its `findings` has a row for each thing found: gaps and extra bars against the
            exchange's calendar, bars without a volume, frozen and flat ones, jumps, splits that
            no factor explains, spikes, lows and highs far out, volumes in another unit, and bars
            that end too early. It shows itself as a table, `.chart()` as a calendar. Bars are
            read as corrected.

        Raises
        ------
        UnknownName
            There is no such symbol.
        NoBars, DataError
            None are stored in that timeframe, or several timeframes are and none was named.

        Examples
        --------
        >>> lab.market.check("QQQ").chart()  # doctest: +SKIP
        """
        return checking.check(self._database, symbol, timeframe)

    def findings(self, symbol: str | None = None, timeframe: str | None = None) -> pd.DataFrame:
        """Return what the newest checks found and recorded; nothing is checked.

        Parameters
        ----------
        symbol : in any case, or an alias; None is every one
        timeframe : None is every one

        Returns
        -------
        DataFrame
            symbol, timeframe, kind, severity ("error", "warning", "info"), first, last (UTC
            stamps), bars, value, message, checked_at. That bars end too early is not among them:
            it changes by the day, and `health` tells it.

        Raises
        ------
        UnknownName
            There is no such symbol.
        """
        with self._database.read() as con:
            found = None if symbol is None else store.find_symbol(con, symbol)
            return store.findings.newest_findings(con, found, timeframe)

    def health(self, *, check: bool = True) -> pd.DataFrame:
        """Return what is stored and how good it is, a row for each symbol and timeframe.

        Parameters
        ----------
        check : check bars first that were never checked, or changed since; of very many the first
            two million, and the next call goes on. False only reads what is known.

        Returns
        -------
        DataFrame
            symbol, timeframe, asset_type, first, last (UTC stamps), bars (how many), provider,
            refused (rows of loads that were kept out), simulated; errors and warnings (how many
            were found; missing while unchecked), stale (more than a day behind its calendar),
            behind (bars that have ended since the last), checked_at (UTC).
        """
        return checking.health(self._database, check=check)
