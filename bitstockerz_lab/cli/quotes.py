"""The command latest: what symbols cost now."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

UNITS = (("d", 86_400), ("h", 3600), ("min", 60))


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            "bitstockerz latest",
            "bitstockerz latest AAPL BTC-USD --currency EUR",
            "bitstockerz latest Tech --json",
        )
    )(latest)


def latest(
    context: typer.Context,
    symbols: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SYMBOL]...", help="Symbols, or one watchlist. Default: all."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="What prices are shown in: EUR.")
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="1d or 1h. Default: the newest bars.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the newest price of symbols and how it changed.

    In JSON an age is a number of seconds.
    """
    market = open_lab(context).market
    names = symbols[0] if symbols and len(symbols) == 1 else symbols or None
    found = market.latest(names, currency, timeframe)
    ages = found["age"].dt.total_seconds()
    if as_json:
        output.write_json(found.assign(age=ages))
    else:
        shown = found.assign(age=ages.map(_in_words)).drop(columns=["name", "timeframe"])
        output.write_frame(shown, "No symbols are stored yet. bitstockerz load stores some.")
    if found.attrs.get("note"):
        typer.echo(f"Note: {found.attrs['note']}", err=True)


def _in_words(age: float) -> str:
    """Return an age in its largest unit: "3 h"."""
    unit, length = next((entry for entry in UNITS if age >= entry[1]), ("s", 1))
    return "–" if math.isnan(age) else f"{age // length:.0f} {unit}"
