"""Commands of the market room: load and symbols, and init, which makes the file they fill."""

from __future__ import annotations

from typing import Annotated

import typer

from bitstockerz_lab.cli import loads, output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(epilog=examples("bitstockerz init", "bitstockerz --database my.duckdb init"))(init)
    app.command(epilog=loads.EXAMPLES)(loads.load)
    app.command(epilog=examples("bitstockerz symbols", "bitstockerz symbols aap --json"))(symbols)


def init(context: typer.Context, as_json: AsJson = False) -> None:
    """Create the lab's file, or bring an older one up to date."""
    lab = open_lab(context)
    told = {"path": lab.path, "user": lab.user.email}
    if as_json:
        output.write_json(told)
    else:
        output.write(f"{lab.path} is ready; you are {lab.user.email}.")


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
        said = found.dropna(axis="columns", how="all")  # many columns, few of them filled
        output.write_frame(said, f"{there_are_none} bitstockerz load stores some.")
