"""Commands about providers: fetch begins with one, update goes on, providers lists them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bitstockerz_lab.market.update_report import Updated


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            "bitstockerz fetch yfinance AAPL --start 2015-01-01 --exchange NASDAQ",
            "bitstockerz fetch ccxt BTC-USD --timeframe 1h --start 2024-01-01 --exchange bitstamp",
        )
    )(fetch)
    app.command(
        epilog=examples(
            "bitstockerz update",
            "bitstockerz update AAPL BTC-USD",
            "bitstockerz update AAPL --provider yfinance --json",
        )
    )(update)
    app.command(epilog=examples("bitstockerz providers"))(providers)


def fetch(
    context: typer.Context,
    provider: Annotated[
        str, typer.Argument(help="Who is asked; bitstockerz providers lists them.")
    ],
    symbol: Annotated[str, typer.Argument(help="AAPL, BTC-USD; in any case.")],
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="1d, or 1h for coins. Default: 1d.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="First day. Default: as far back as there is.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", help="Last day. Default: the last bar that has ended.")
    ] = None,
    exchange: Annotated[
        str | None, typer.Option("--exchange", help="XNYS, NASDAQ, bitstamp, …")
    ] = None,
    asset_type: Annotated[
        str | None, typer.Option("--asset-type", help="EQUITY or CRYPTO, if nothing else tells.")
    ] = None,
    provider_symbol: Annotated[
        str | None, typer.Option("--provider-symbol", help="What the provider calls it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load bars from a provider, all of them or none.

    update then fetches what comes later.
    """
    lab = open_lab(context)
    with output.working(f"Asking {provider} for {symbol}"):
        report = lab.market.load(
            provider,
            symbol,
            timeframe,
            start,
            end,
            exchange=exchange,
            asset_type=asset_type,
            provider_symbol=provider_symbol,
        )
    if as_json:
        output.write_json(report.as_dict())
    else:
        output.write(str(report))


def update(
    context: typer.Context,
    symbols: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SYMBOL…]", help="Default: all whose newest bars a provider can continue."
        ),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Default: who provided the newest bars.")
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Default: each that is stored.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="Default: the last stored bar.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the bars that are missing since the last stored ones.

    What was stored when something breaks stays stored; the next update goes on from there. Exit
    status 1 if a symbol failed.
    """
    lab = open_lab(context)
    with _progress() as on_progress:
        report = lab.market.update(
            symbols or None, timeframe, provider, start, on_progress=on_progress
        )
    if as_json:
        output.write_json(report.as_dict())
    else:
        output.write(str(report))
    if report.failed:
        raise typer.Exit(1)


def providers(context: typer.Context, as_json: AsJson = False) -> None:
    """List who can be asked for bars."""
    found = open_lab(context).market.providers()
    if as_json:
        output.write_json(found)
    else:
        output.write_frame(found, "There are no providers.")


@contextmanager
def _progress() -> Iterator[Callable[[Updated], None] | None]:
    """Show on a terminal's stderr who was asked, for the block."""
    target = output.console(stderr=True)
    if not target.is_terminal:
        yield None
        return
    done = 0
    with target.status("Updating …") as status:

        def told(row: Updated) -> None:
            nonlocal done
            done += 1
            status.update(f"Updating … {done:,} done, the last: {row.symbol} {row.timeframe}")

        yield told
