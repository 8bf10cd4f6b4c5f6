"""Commands of the market room: load and symbols, and init, which makes the file they fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.market.report import LoadReport


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(epilog=examples("bitstockerz init", "bitstockerz --database my.duckdb init"))(init)
    app.command(
        epilog=examples(
            "bitstockerz load AAPL_1d.csv --symbol AAPL --timeframe 1d --exchange XNYS",
            "bitstockerz load BTC-USD_1h.csv --symbol BTC-USD --timeframe 1h --exchange bitstamp",
            "bitstockerz load --factors AAPL_factors.csv --symbol AAPL",
        )
    )(load)
    app.command(epilog=examples("bitstockerz symbols", "bitstockerz symbols aap --json"))(symbols)


def init(context: typer.Context, as_json: AsJson = False) -> None:
    """Create the lab's file, or bring an older one up to date."""
    lab = open_lab(context)
    told = {"path": lab.path, "user": lab.user.email}
    if as_json:
        output.write_json(told)
    else:
        output.write(f"{lab.path} is ready; you are {lab.user.email}.")


def load(
    context: typer.Context,
    symbol: Annotated[str, typer.Option("--symbol", help="AAPL, BTC-USD; in any case.")],
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Bars: a CSV or Parquet file.")
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option("--factors", metavar="FILE", help="Load price factors instead of bars."),
    ] = None,
    timeframe: Annotated[str, typer.Option("--timeframe", help="1d, or 1h for coins.")] = "1d",
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
    date_format: Annotated[
        str | None, typer.Option("--date-format", help="Of dates that are not ISO: %d/%m/%Y.")
    ] = None,
    volume_column: Annotated[
        str | None, typer.Option("--volume-column", help="Which one, if the file has several.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Who the rows are from. Default: csv.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the whole file if a row would be kept out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load bars, or with --factors the price factors of a stock.

    Rows that break a rule of bars are kept out and counted; what is stored already is left alone.
    """
    if (file is None) == (factors is None):
        raise typer.BadParameter("give either a FILE of bars or --factors FILE")
    lab = open_lab(context)
    with output.working(f"Loading {file or factors}"):
        if factors is not None:
            given = {} if provider is None else {"provider": provider}
            report = lab.market.load_factors(factors, symbol, **given)
        else:
            report = _load_bars(
                lab,
                str(file),
                provider,
                symbol=symbol,
                timeframe=timeframe,
                asset_type=asset_type,
                exchange=exchange,
                currency=currency,
                strict=strict,
                name=name,
                date_format=date_format,
                volume_column=volume_column,
            )
    if as_json:
        output.write_json(report.as_dict())
    else:
        output.write(str(report))
    if report.rows and not (report.inserted or report.duplicates):
        raise typer.Exit(1)  # nothing of the file is stored, and the report says why


def _load_bars(lab: Lab, file: str, provider: str | None, **said: object) -> LoadReport:
    """Load a file by what its name ends with."""
    parquet = file.lower().endswith((".parquet", ".pq"))
    verb = lab.market.load_parquet if parquet else lab.market.load_csv
    if provider is not None:
        said["provider"] = provider
    return verb(file, **said)  # type: ignore[arg-type]


def symbols(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Part of a symbol or its name.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the symbols that are stored."""
    found = open_lab(context).market.symbols(query)
    if as_json:
        output.write_json(found)
    else:
        there_are_none = f"No symbol contains {query!r}." if query else "No symbols are stored yet."
        output.write_frame(found, f"{there_are_none} bitstockerz load stores some.")
