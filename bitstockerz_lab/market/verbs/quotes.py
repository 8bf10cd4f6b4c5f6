"""Verbs about what symbols cost now, and in which money."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import quotes, rates, store
from bitstockerz_lab.market.files import rate_files
from bitstockerz_lab.market.symbols import currency_of
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bitstockerz_lab.market.report import LoadReport


class Quotes(Room):
    """Look at the newest prices, in any currency there are rates for."""

    def latest(
        self,
        symbols: str | Iterable[str] | None = None,
        currency: str | None = None,
        timeframe: str | None = None,
    ) -> pd.DataFrame:
        """Return the newest price of symbols and how it changed.

        Parameters
        ----------
        symbols : a symbol, several, or the name of a watchlist; None for all
        currency : what prices are shown in, like "EUR", by the rates of `load_rates`; None is each
            symbol's own
        timeframe : "1d" or "1h"; None takes the bars that end last, of equals the shortest

        Returns
        -------
        DataFrame, a row a symbol, in the order asked for
            symbol, name, timeframe, timestamp (the last bar's start, UTC), last (its close),
            change_1bar_pct, change_24h_pct, change_7d_pct, high, low, volume (of the last 24 hours
            of bars: the day of daily ones), currency, age (time since the last bar's end),
            simulated (some of its bars are); with a currency also rate_date (the day of the rate).
            NaN where there is nothing. `attrs["note"]` names symbols that have no price for want
            of a rate.

        Raises
        ------
        UnknownName
            Some symbols are not stored; the message names all of them.
        DataError
            No bars are stored in that timeframe, or no symbol has a rate into the currency.

        Notes
        -----
        ``last``, ``high`` and ``low`` are prices as they were traded. A change compares the last
        close with the close of the newest bar before it (1bar), and of the newest bar that ended
        24 hours, 7 days before the last one ended; on a Monday the stock's day before is Friday.
        It is the change of the price, without dividends: closes before a split are divided by it,
        so a split is no fall. In another currency each close is converted at the rate known at its
        own end, so the change is that of somebody who counts in this currency; ``last``, ``high``
        and ``low`` take the rate of the last one.

        A rate is known at the end of its day. The newest known one is taken, however old, which
        `rate_date` shows; but a change is NaN where the rate for its older close was more than 7
        days old when that close ended. A rate is direct, else inverse, else through one common
        currency on the same day.

        Examples
        --------
        >>> lab.market.latest(["AAPL", "BTC-USD"], currency="EUR")  # doctest: +SKIP
        """
        target = currency_of(currency)
        with self._database.read() as con:
            found = store.members(con, self._user_id, symbols)
            return quotes.latest(con, found, timeframe, target)

    def load_rates(
        self,
        source: str | Path | pd.DataFrame,
        base: str | None = None,
        quote: str | None = None,
        provider: str = "csv",
        *,
        date_format: str | None = None,
        decimal: str | None = None,
    ) -> LoadReport:
        """Load rates between currencies, one a pair and day: good ones are stored, or none.

        Parameters
        ----------
        source : CSV file (also packed), or a frame, with the columns date and rate; or base,
            quote, date, rate; or date and a column a currency, like the European Central Bank's
            ``Date,USD,JPY,…`` with ``base="EUR"``
        base, quote : one unit of base is worth `rate` of quote; None where columns say it
        provider : who the rates are from
        date_format : how to read dates that are not ISO 8601, like "%d %B %Y"
        decimal : "." or ",", where nothing in the file decides which one is the decimal mark

        Returns
        -------
        LoadReport
            How many rates were inserted, were duplicates (stored already), conflicts (stored with
            another value, which stays) or refused (no positive number, no date, in the future).
            What is kept out is in the table `refused_rows`.

        Raises
        ------
        DataError
            There is no such file, or it does not say which rates these are.

        Examples
        --------
        >>> lab.market.load_rates("eurofxref-hist.csv", base="EUR")  # doctest: +SKIP
        """
        incoming = rate_files.read(source, base, quote, date_format, decimal)
        return rates.load(self._database, incoming, provider)

    def rates(
        self,
        base: str,
        quote: str,
        start: str | date | None = None,
        end: str | date | None = None,
    ) -> pd.Series:
        """Return what one unit of `base` was worth in `quote`, a value for each day with a rate.

        Parameters
        ----------
        base, quote : currencies, in any case
        start, end : first and last day, inclusive; None for all

        Returns
        -------
        Series, name like "EUR/USD", index `timestamp`, tz-aware UTC midnights, ascending
            The stored rate; else one divided by the inverse one; else through one common currency
            with rates on that day. A rate is known at the end of its day.

        Raises
        ------
        DataError
            There is no such rate.

        Examples
        --------
        >>> lab.market.rates("EUR", "USD", start="2024-01-01")  # doctest: +SKIP
        """
        return self._rates(base, quote, start, end)

    def rate(self, base: str, quote: str, on: str | date | None = None) -> float:
        """Return the newest rate of a day or before it; None is today. As `rates` in all else."""
        return float(self._rates(base, quote, None, on).iloc[-1])

    def _rates(
        self, base: str, quote: str, start: str | date | None, end: str | date | None
    ) -> pd.Series:
        source, target = str(currency_of(base, "base")), str(currency_of(quote, "quote"))
        if source == target:
            raise DataError(f"base and quote are both {source!r}. Give two currencies.", base=base)
        first = date.min if start is None else clock.utc(start).date()
        last = clock.now().date() if end is None else clock.utc(end).date()
        with self._database.read() as con:
            found = store.rates.rates(con, source, target, first, last)
        if found.empty:
            period = f" from {first}" if start is not None else ""
            period += f" to {last}" if end is not None else ""
            raise rates.no_rates([source], target, period)
        index = pd.DatetimeIndex(found["date"], tz="UTC", name="timestamp")
        return pd.Series(found["rate"].to_numpy(), index=index, name=f"{source}/{target}")
