"""Verbs that read bars back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market import coverage, history, panel, store
from bitstockerz_lab.market.align import align
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bitstockerz_lab.market.history import When


class Reads(Room):
    """Read bars, of one symbol or side by side."""

    def bars(
        self,
        symbol: str,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        adjusted: str | bool | None = "all",
        as_of: When | None = None,
        align_to: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Return the bars of a symbol, stored ones or longer ones made of them.

        Parameters
        ----------
        symbol : in any case
        timeframe : "1h", "4h", "1d", "1w", "1mo", … in any spelling; None takes the only one
            stored. What is not stored is made: a bar is there once it is complete, and the first
            one only if the stored bars begin exactly at its start
        start, end : first and last stamp, inclusive, UTC; a bare date as `end` means that whole day
        adjusted : "all" (the same as True) for dividends and splits, "split", or False for prices
            as they were traded; stocks without factors and coins are not adjusted
        as_of : what was known then: bars and factors stored later are left out; a bare date means
            the end of that day, UTC
        align_to : other bars; each row of theirs then shows the newest bar known at its own end

        Returns
        -------
        DataFrame of shape (n_bars, 5), or (len(align_to), 6)
            open, high, low, close, volume as float64; index `timestamp`, tz-aware UTC, a bar's
            start, ascending. `attrs`: symbol, asset_type, timeframe, adjusted ("all", "split" or
            "raw": what was done), provider, simulated, resampled_from (the timeframe the bars were
            made of; None if stored). With `align_to` its index, NaN before a bar was known, and a
            column `known_bar`, the start of the bar that is shown; `attrs` gains `aligned_from`.

        Raises
        ------
        NoBars
            None are stored for that.
        UnknownName
            There is no such symbol.
        DataError
            Several timeframes are stored and none was named, or an argument has no meaning.

        Examples
        --------
        >>> days = lab.market.bars("AAPL")  # doctest: +SKIP
        >>> weeks = lab.market.bars("AAPL", "1w", align_to=days)  # doctest: +SKIP
        >>> up = days["close"] > weeks["high"]  # the last whole week's  # doctest: +SKIP
        """
        with self._database.read() as con:
            bars = history.read(con, symbol, timeframe, start, end, adjusted, as_of)
        return bars if align_to is None else align(bars, align_to)

    def panel(
        self,
        symbols: str | Iterable[str] | None,
        field: str = "close",
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        adjusted: str | bool | None = "all",
        as_of: When | None = None,
        *,
        asset_type: str | None = None,
    ) -> pd.DataFrame:
        """Return one field of many symbols side by side.

        Parameters
        ----------
        symbols : several, a symbol or the name of a watchlist, or None for all that are stored;
            stocks or coins, not both: say which with `asset_type`
        field : "open", "high", "low", "close", "volume" or "returns": the change of a close from
            the symbol's own close before it, a fraction, NaN at its first in the period
        timeframe, start, end, adjusted, as_of : as for `bars`
        asset_type : "EQUITY" or "CRYPTO" leaves the others out; None leaves none out

        Returns
        -------
        DataFrame of shape (n_stamps, n_symbols)
            A column a symbol, in the order asked for; index `timestamp`, tz-aware UTC, every stamp
            at which one of them has a bar; NaN where another has none, never filled. `attrs`:
            field, asset_type, timeframe, adjusted, currency, simulated, and note, which says
            which symbols were not yet or no longer traded, which are not adjusted where others
            are, and which currencies prices are in where they are several.

        Raises
        ------
        NoBars
            None of them has any for that.
        UnknownName
            A symbol or watchlist is not stored.
        DataError
            Stocks and coins together, no symbol left, or an argument that has no meaning.

        Examples
        --------
        >>> lab.market.panel(["AAPL", "IBM"], "returns", "1mo").corr()  # doctest: +SKIP
        """
        with self._database.read() as con:
            asked = store.members(con, self._user_id, symbols)
            members = panel.only(asked, asset_type)
            read = panel.read(con, members, field, timeframe, start, end, adjusted, as_of)
        wide, spans = panel.values(read)
        wide.attrs = panel.told(read, wide, spans)
        return wide

    def coverage(
        self,
        symbols: str | Iterable[str] | None = None,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        as_of: When | None = None,
        *,
        asset_type: str | None = None,
    ) -> pd.DataFrame:
        """Return when each symbol of a panel has bars; the arguments are those of `panel`.

        Returns
        -------
        DataFrame, a row a symbol
            symbol; first_bar and last_bar, UTC stamps in the period (NaT without); bars, how many;
            missing, at how many stamps of the panel it has none between the first and the last of
            all its bars; is_active; status: "not yet traded until …", "no bars after …", "no longer
            traded since …" of a retired one, "no bars", or "" where it is there from the panel's
            first to its last stamp.

        Raises
        ------
        NoBars, UnknownName, DataError
            As for `panel`.
        """
        with self._database.read() as con:
            asked = store.members(con, self._user_id, symbols)
            members = panel.only(asked, asset_type)
            read = panel.read(con, members, "close", timeframe, start, end, False, as_of)
        return coverage.coverage(*panel.values(read), members)
