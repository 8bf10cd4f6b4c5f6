"""Verbs that load bars of files and frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market.files import csv_files, readers
from bitstockerz_lab.market.loading import Load
from bitstockerz_lab.market.symbols import Listing
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.market.report import LoadReport


class Loads(Room):
    """Load bars of files and frames."""

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
