"""Verbs that load bars of files and frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab.market.files.gathering import Reading
from bitstockerz_lab.market.files.layout import Layout
from bitstockerz_lab.market.loading import Load
from bitstockerz_lab.market.symbols import Listing
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from bitstockerz_lab.market.files.incoming import Incoming
    from bitstockerz_lab.market.files.sources import Paths
    from bitstockerz_lab.market.report import LoadReport, LoadReports

PARQUET = (".parquet", ".pq")


class Loads(Room):
    """Load bars of files and frames."""

    def load_file(  # noqa: PLR0913 - said once for a new symbol, then left out
        self,
        path: Paths,
        symbol: str | None = None,
        timeframe: str | None = None,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str | None = None,
        strict: bool = False,
        *,
        name: str | None = None,
        columns: Sequence[str] | None = None,
        time_column: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        symbol_column: str | None = None,
        volume_column: str | None = None,
        decimal: str | None = None,
        zero_volume: bool = False,
    ) -> LoadReport | LoadReports:
        """Load bars of files as they come: all good rows of all of them are stored, or none.

        CSV with any of the usual delimiters, Parquet, Feather and Arrow files are told by their
        content, packed (gz, bz2, xz, zst, zip) or not. What was guessed is in the report's notes;
        what cannot be decided is an error that names the option below which decides it.

        Parameters
        ----------
        path : a file, a folder, a pattern like "bars/*.csv", or a list of them
        symbol : "AAPL", "BTC-USD", in any case; None takes what a column `symbol` or `ticker`
            says, else the file's name: AAPL.csv, BTC-USD_1h.csv
        timeframe : "1d", or "1h" for coins; None takes what the file's name says, else its stamps.
            A stamp is the bar's start, UTC; of a day, its date
        asset_type : "EQUITY" or "CRYPTO"; needed for new symbols unless `exchange` tells
        exchange : like "XNYS", "NASDAQ" or "bitstamp"
        currency : of the prices; None is the stored one, for a new symbol a pair's own quote
            currency or "USD"
        provider : who the bars are from; None is "parquet" where every name ends so, else "csv"
        strict : refuse all if a row would be kept out
        name : how a person calls the symbol
        columns : names of a CSV file's columns, in order, if it has no header
        time_column : the column of the stamps, if several disagree
        date_format : how to read stamps that are not ISO 8601, like "%m/%d/%Y"
        timezone : zone of hours that say none, like "America/New_York"; None is UTC
        symbol_column : the column that says whose bar a row is, if it has an unusual name
        volume_column : the column that is the volume, in units traded, if several may be
        decimal : "." or ",", if the numbers of a file do not tell
        zero_volume : store 0 where a file has no volume

        Returns
        -------
        LoadReport, or LoadReports for several symbols or files
            How many rows were inserted, were duplicates (stored already, unchanged), conflicts
            (stored with other values, which stay) or refused (break a rule of bars). What is kept
            out is in the table `refused_rows`.

        Raises
        ------
        BadBars
            `strict`, and a row would be kept out.
        DataError
            A file cannot be read as bars, or what is said of a symbol contradicts itself.

        Examples
        --------
        >>> lab.market.load_file("AAPL_1d.csv", exchange="XNAS")  # doctest: +SKIP
        """
        layout = Layout(
            columns=columns,
            time_column=time_column,
            date_format=date_format,
            timezone=timezone,
            symbol_column=symbol_column,
            volume_column=volume_column,
            decimal=decimal,
            zero_volume=zero_volume,
        )
        listing = Listing(symbol or "", asset_type, exchange, currency, name)
        reading = Reading(layout, timeframe, symbol)
        who = provider or _kind(path)
        return self._load(lambda: reading.files(path), listing, timeframe, who, strict)

    def load_csv(  # noqa: PLR0913 - the same as `load_file`
        self,
        path: Paths,
        symbol: str | None = None,
        timeframe: str | None = None,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "csv",
        strict: bool = False,
        *,
        name: str | None = None,
        columns: Sequence[str] | None = None,
        time_column: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        symbol_column: str | None = None,
        volume_column: str | None = None,
        decimal: str | None = None,
        zero_volume: bool = False,
    ) -> LoadReport | LoadReports:
        """Load bars of CSV files, packed or not; a file of another kind is refused.

        Everything else is the same as in `load_file`.
        """
        layout = Layout(
            columns=columns,
            time_column=time_column,
            date_format=date_format,
            timezone=timezone,
            symbol_column=symbol_column,
            volume_column=volume_column,
            decimal=decimal,
            zero_volume=zero_volume,
        )
        listing = Listing(symbol or "", asset_type, exchange, currency, name)
        reading = Reading(layout, timeframe, symbol, "csv")
        return self._load(lambda: reading.files(path), listing, timeframe, provider, strict)

    def load_parquet(  # noqa: PLR0913 - the same as `load_file`
        self,
        path: Paths,
        symbol: str | None = None,
        timeframe: str | None = None,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "parquet",
        strict: bool = False,
        *,
        name: str | None = None,
        time_column: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        symbol_column: str | None = None,
        volume_column: str | None = None,
        decimal: str | None = None,
        zero_volume: bool = False,
    ) -> LoadReport | LoadReports:
        """Load bars of Parquet files; the same as `load_file` in all else."""
        layout = Layout(
            time_column=time_column,
            date_format=date_format,
            timezone=timezone,
            symbol_column=symbol_column,
            volume_column=volume_column,
            decimal=decimal,
            zero_volume=zero_volume,
        )
        listing = Listing(symbol or "", asset_type, exchange, currency, name)
        reading = Reading(layout, timeframe, symbol, "parquet")
        return self._load(lambda: reading.files(path), listing, timeframe, provider, strict)

    def load_frame(  # noqa: PLR0913 - the same as `load_file`
        self,
        frame: pd.DataFrame,
        symbol: str | None = None,
        timeframe: str | None = None,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        provider: str = "frame",
        strict: bool = False,
        *,
        name: str | None = None,
        time_column: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        symbol_column: str | None = None,
        volume_column: str | None = None,
        decimal: str | None = None,
        zero_volume: bool = False,
    ) -> LoadReport | LoadReports:
        """Load the bars of a frame, whose stamps are its index or a column of them.

        The frame stays as it is; a "line" of it is its row, from 1. A column of symbols makes it
        the bars of several. Else the same as `load_file`.
        """
        layout = Layout(
            time_column=time_column,
            date_format=date_format,
            timezone=timezone,
            symbol_column=symbol_column,
            volume_column=volume_column,
            decimal=decimal,
            zero_volume=zero_volume,
        )
        listing = Listing(symbol or "", asset_type, exchange, currency, name)
        reading = Reading(layout, timeframe, symbol)
        return self._load(
            lambda: ([reading.frame(frame)], []), listing, timeframe, provider, strict
        )

    def _load(
        self,
        read: Callable[[], tuple[list[Incoming], list[str]]],
        listing: Listing,
        timeframe: str | None,
        provider: str,
        strict: bool,
    ) -> LoadReport | LoadReports:
        """Load what is read; one report stands for itself."""
        reports = Load(self._database, listing, timeframe, provider, strict).run_all(read)
        if len(reports) != 1:
            return reports
        (only,) = reports.reports
        return replace(only, notes=reports.notes + only.notes)


def _kind(paths: Paths) -> str:
    """Return who files are from where nobody says: "parquet" if all names end so, else "csv"."""
    given = [paths] if isinstance(paths, str | Path) else paths
    return "parquet" if all(str(one).lower().endswith(PARQUET) for one in given) else "csv"
