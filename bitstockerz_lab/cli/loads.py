"""The command load: bars of files as they come, price factors, splits and dividends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.market.report import LoadReport, LoadReports

EXAMPLES = examples(
    "bitstockerz load AAPL_1d.csv --exchange XNYS",
    "bitstockerz load coinbase_export_1h.csv --symbol BTC-USD --exchange coinbase",
    "bitstockerz load bars/ --asset-type EQUITY",
    "bitstockerz load 'bars/*_1h.csv.gz' --exchange bitstamp",
    "bitstockerz load --factors AAPL_factors.csv --symbol AAPL",
)


def load(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...", help="Bars: files, folders or patterns; packed or not."
        ),
    ] = None,
    symbol: Annotated[
        str | None,
        typer.Option("--symbol", help="AAPL, BTC-USD. Default: what the files or their names say."),
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option("--factors", metavar="FILE", help="Load price factors instead of bars."),
    ] = None,
    actions: Annotated[
        str | None,
        typer.Option("--actions", metavar="FILE", help="Load splits and dividends instead."),
    ] = None,
    timeframe: Annotated[
        str | None,
        typer.Option("--timeframe", help="1d, or 1h for coins. Default: what the files say."),
    ] = None,
    asset_type: Annotated[
        str | None, typer.Option("--asset-type", help="EQUITY or CRYPTO, if no exchange tells.")
    ] = None,
    exchange: Annotated[
        str | None, typer.Option("--exchange", help="XNYS, NASDAQ, bitstamp, …")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Default: USD, or a coin's own quote.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="How a person calls it.")] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAME,…", help="Of a CSV file without a header."),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option("--time-column", help="Of the stamps, if several disagree.")
    ] = None,
    date_format: Annotated[
        str | None, typer.Option("--date-format", help="Of dates that are not ISO: %d/%m/%Y.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Of hours that say none: America/New_York.")
    ] = None,
    symbol_column: Annotated[
        str | None, typer.Option("--symbol-column", help="Whose bar a row is, if oddly named.")
    ] = None,
    volume_column: Annotated[
        str | None, typer.Option("--volume-column", help="Which one, if the file has several.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option("--decimal", help="'.' or ',', if the numbers do not tell.")
    ] = None,
    zero_volume: Annotated[
        bool, typer.Option("--zero-volume", help="Store 0 where a file has no volume.")
    ] = False,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Who the rows are from. Default: csv.")
    ] = None,
    large: Annotated[
        bool, typer.Option("--large", help="Take dividends above 15 % of the price, too.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse all if a row would be kept out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load bars, or with --factors or --actions what adjusts the prices of a stock.

    Rows that break a rule of bars are kept out and counted; what is stored already is left alone.
    """
    if sum(map(bool, (paths, factors, actions))) != 1:
        raise typer.BadParameter(
            "give either PATH... of bars, or --factors FILE, or --actions FILE"
        )
    if not paths and symbol is None:
        raise typer.BadParameter("--factors and --actions need a --symbol")
    with output.working(f"Loading {', '.join(paths or ()) or factors or actions}"):
        lab = open_lab(context)
        if paths:
            report = lab.market.load_file(
                paths if len(paths) > 1 else paths[0],
                symbol,
                timeframe,
                asset_type,
                exchange,
                currency,
                provider,
                strict,
                name=name,
                columns=None if columns is None else [part.strip() for part in columns.split(",")],
                time_column=time_column,
                date_format=date_format,
                timezone=timezone,
                symbol_column=symbol_column,
                volume_column=volume_column,
                decimal=decimal,
                zero_volume=zero_volume,
            )
        else:
            report = _load_facts(lab, factors, actions, str(symbol), provider, large)
    if as_json:
        output.write_json(report.as_dict())
    else:
        output.write(str(report))
    if report.rows and not (report.inserted or report.duplicates):
        raise typer.Exit(1)  # nothing of the files is stored, and the report says why


def _load_facts(
    lab: Lab,
    factors: str | None,
    actions: str | None,
    symbol: str,
    provider: str | None,
    large: bool,
) -> LoadReport | LoadReports:
    """Load what changes prices after the fact."""
    if factors is not None:
        return lab.market.load_factors(factors, symbol, provider or "csv")
    return lab.market.load_actions(str(actions), symbol, provider or "csv", large=large)
