"""The verbs of `lab.market`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market import csv_files, history, readers, store
from bitstockerz_lab.market.loading import Load, load_factors
from bitstockerz_lab.market.providers import synthetic
from bitstockerz_lab.market.symbols import Listing, describe, normalise

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.market.history import When
    from bitstockerz_lab.market.report import LoadReport
    from bitstockerz_lab.storage import Database


class Market:
    """Symbols and their bars in one database; a lab has it as `lab.market`.

    Parameters
    ----------
    database : where they are stored
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def __repr__(self) -> str:
        return f"Market({str(self._database.path)!r})"

    def load_csv(  # noqa: PLR0913 - said once for a new symbol, then left out
        self,
        path: str | Path,
        symbol: str,
        timeframe: str = "1d",
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "csv",
        strict: bool = False,
        *,
        name: str | None = None,
        date_format: str | None = None,
        volume_column: str | None = None,
    ) -> LoadReport:
        """Load the bars of a CSV file: all good rows are stored, or none.

        Parameters
        ----------
        path : file with a header, in any case and order: `date` or `timestamp`, open, high, low,
            close, volume; further columns and up to nine lines above it are left out
        symbol : "AAPL", "BTC-USD", in any case
        timeframe : "1d", or "1h" for coins. A stamp is the bar's start, UTC; of a day, its date
        asset_type : "EQUITY" or "CRYPTO"; needed for a new symbol unless `exchange` tells
        exchange : like "XNYS", "NASDAQ" or "bitstamp"
        currency : of the prices; None is the stored one, for a new symbol a pair's own quote
            currency or "USD"
        provider : who the bars are from
        strict : refuse the whole file if a row would be kept out
        name : how a person calls the symbol
        date_format : how to read stamps that are not ISO 8601, like "%m/%d/%Y"
        volume_column : the column that is the volume, in units traded; needed where several may be

        Returns
        -------
        LoadReport
            How many rows were inserted, were duplicates (stored already, unchanged), conflicts
            (stored with other values, which stay) or refused (break a rule of bars). What is kept
            out is in the table `refused_rows`.

        Raises
        ------
        BadBars
            `strict`, and a row would be kept out.
        DataError
            The file cannot be read as bars, or what is said of the symbol contradicts itself.

        Examples
        --------
        >>> lab.market.load_csv("AAPL_1d.csv", symbol="AAPL", exchange="XNAS")  # doctest: +SKIP
        """
        listing = Listing(symbol, asset_type, exchange, currency, name)
        return Load(self._database, listing, timeframe, provider, strict).run(
            lambda: csv_files.read_csv(path, timeframe, date_format, volume_column)
        )

    def load_parquet(  # noqa: PLR0913 - the same as `load_csv`
        self,
        path: str | Path,
        symbol: str,
        timeframe: str = "1d",
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "parquet",
        strict: bool = False,
        *,
        name: str | None = None,
        date_format: str | None = None,
        volume_column: str | None = None,
    ) -> LoadReport:
        """Load the bars of a Parquet file; the same as `load_csv` in all else."""
        listing = Listing(symbol, asset_type, exchange, currency, name)
        return Load(self._database, listing, timeframe, provider, strict).run(
            lambda: readers.read_parquet(path, timeframe, date_format, volume_column)
        )

    def load_frame(  # noqa: PLR0913 - the same as `load_csv`
        self,
        frame: pd.DataFrame,
        symbol: str,
        timeframe: str = "1d",
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "frame",
        strict: bool = False,
        *,
        name: str | None = None,
        date_format: str | None = None,
        volume_column: str | None = None,
    ) -> LoadReport:
        """Load the bars of a frame, whose stamps are its index or a column `date` or `timestamp`.

        The frame stays as it is; a "line" of it is its row, from 1. Else the same as `load_csv`.
        """
        listing = Listing(symbol, asset_type, exchange, currency, name)
        return Load(self._database, listing, timeframe, provider, strict).run(
            lambda: readers.read_frame(frame, timeframe, date_format, volume_column=volume_column)
        )

    def load(  # noqa: PLR0913 - what a provider may be asked
        self,
        provider: str,
        symbol: str,
        timeframe: str | None = None,
        start: str | None = None,
        end: str | None = None,
        *,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        seed: int | None = None,
    ) -> LoadReport:
        """Load bars from a provider. There is one so far: "synthetic", which simulates them.

        Parameters
        ----------
        provider : "synthetic"
        symbol : one of the samples (DEMO-A, DEMO-B, DEMO-C-USD), which come with all the rest, or
            a name of your own
        timeframe : "1d", or "1h" for coins; None is the sample's, else "1d"
        start, end : first and last day, inclusive; None is the sample's, else 2015 to 2024
        asset_type, exchange, currency : as for `load_csv`
        seed : of the generator; None is the sample's, else one made from the symbol's text

        Raises
        ------
        UnknownName
            There is no such provider.
        DataError
            The symbol is new and no sample, and nothing says what it is.
        """
        if provider != synthetic.PROVIDER:
            way_out = f"There is {synthetic.PROVIDER!r}; a file is loaded with load_csv."
            raise UnknownName.of("provider", provider, [synthetic.PROVIDER], way_out)
        listing = Listing(symbol, asset_type, exchange, currency)
        entry = synthetic.sample(normalise(symbol)) or self._plan(listing)
        entry = replace(
            entry,
            timeframe=timeframe or entry.timeframe,
            start=start or entry.start,
            end=end or entry.end,
            seed=entry.seed if seed is None else seed,
        )
        listing = replace(
            listing,
            asset_type=asset_type or entry.asset_type,
            exchange=exchange or entry.exchange,
            name=entry.name,
        )
        return Load(self._database, listing, entry.timeframe, synthetic.PROVIDER, strict=False).run(
            lambda: readers.read_frame(
                synthetic.sample_bars(entry), entry.timeframe, source="a simulation"
            )
        )

    def load_factors(self, path: str | Path, symbol: str, provider: str = "csv") -> LoadReport:
        """Load the price factors of a stock, which make its adjusted prices.

        Parameters
        ----------
        path : CSV file with columns date, price_factor, split_factor, reference_price; for a bar
            of date d the row with the smallest date ≥ d holds, and factor 1 after the last row
        symbol : a stored one
        provider : who the factors are from

        Returns
        -------
        LoadReport
            The set as a whole is stored and in force from now on; the same set again adds nothing.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            The file is no factor file, or the symbol no EQUITY.
        """
        return load_factors(self._database, path, symbol, provider)

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

    def symbols(self, query: str = "") -> pd.DataFrame:
        """Return the stored symbols whose text or name contains `query`, a row each.

        Returns
        -------
        DataFrame
            The columns of the table `symbols`, without its times.
        """
        with self._database.read() as con:
            return store.symbols(con, query)

    def health(self) -> pd.DataFrame:
        """Return what is stored, a row for each symbol and timeframe.

        Returns
        -------
        DataFrame
            symbol, timeframe, asset_type, first, last (UTC stamps), bars (how many), provider,
            refused (rows of loads that were kept out), simulated.
        """
        with self._database.read() as con:
            return store.health(con)

    def _plan(self, listing: Listing) -> synthetic.Sample:
        """Return what is simulated for a symbol that is no sample."""
        with self._database.read() as con:
            symbol = store.lookup(con, listing.symbol) or describe(listing)
        return synthetic.plan(symbol.symbol, symbol.asset_type)
