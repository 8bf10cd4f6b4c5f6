"""Verbs that read bars back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market import history
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.history import When


class Reads(Room):
    """Read bars."""

    def bars(
        self,
        symbol: str,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        adjusted: str | bool | None = "all",
        as_of: When | None = None,
    ) -> pd.DataFrame:
        """Return the stored bars of a symbol.

        Parameters
        ----------
        symbol : in any case
        timeframe : None takes the only one stored
        start, end : first and last stamp, inclusive, UTC; a bare date as `end` means that whole day
        adjusted : "all" (the same as True) for dividends and splits, "split", or False for prices
            as they were traded; stocks without factors and coins are not adjusted
        as_of : what was known then: bars and factors stored later are left out; a bare date means
            the end of that day, UTC

        Returns
        -------
        DataFrame of shape (n_bars, 5)
            open, high, low, close, volume as float64; index `timestamp`, tz-aware UTC, a bar's
            start, ascending. `attrs`: symbol, asset_type, timeframe, adjusted ("all", "split" or
            "raw": what was done), provider, simulated.

        Raises
        ------
        NoBars
            None are stored for that.
        UnknownName
            There is no such symbol.
        DataError
            Several timeframes are stored and none was named, or an argument has no meaning.
        """
        with self._database.read() as con:
            return history.read(con, symbol, timeframe, start, end, adjusted, as_of)
