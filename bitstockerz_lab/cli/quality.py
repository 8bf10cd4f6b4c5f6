"""Commands that ask whether the data is right: health and check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    import pandas as pd


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(epilog=examples("bitstockerz health", "bitstockerz health --json"))(health)
    app.command(
        epilog=examples(
            "bitstockerz check QQQ",
            "bitstockerz check BTC-USD --timeframe 1h",
        )
    )(check)


def health(context: typer.Context, as_json: AsJson = False) -> None:
    """List what is stored and how good it is.

    Bars that were never checked, or changed since, are checked first.
    """
    lab = open_lab(context)
    with output.working("Checking bars"):
        found = lab.market.health()
    if as_json:
        output.write_json(found)
        return
    output.write_frame(found, "No bars are stored yet. bitstockerz load stores some.")
    for line in _advice(found):
        output.write(line)


def check(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="AAPL, BTC-USD; in any case.")],
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Needed where several are stored.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the bars of a symbol; the exit status is 1 if there are errors.

    Looks for gaps and extra bars, frozen prices, jumps, splits without factors, spikes, bad lows
    and highs, and volumes in another unit.
    """
    lab = open_lab(context)
    with output.working(f"Checking {symbol}"):
        quality = lab.market.check(symbol, timeframe)
    if as_json:
        told = {
            "symbol": quality.symbol,
            "timeframe": quality.timeframe,
            "calendar": quality.calendar.name,
            "ok": quality.ok,
            "notes": quality.notes,
            "findings": quality.findings,
        }
        output.write_json(told)
    else:
        output.write(str(quality))
    if not quality.ok:
        raise typer.Exit(1)


def _advice(found: pd.DataFrame) -> list[str]:
    """Return what to do about it, a line each."""
    stored = found[found["bars"] > 0]
    odd = stored[(stored["errors"] > 0) | (stored["warnings"] > 0)]
    lines = []
    if len(odd):
        worst = odd.sort_values(["errors", "warnings"], ascending=False).iloc[0]
        lines.append(
            f"{len(odd)} of {len(stored)} have errors or warnings: bitstockerz check "
            f"{worst['symbol']} --timeframe {worst['timeframe']} shows them."
        )
    if stored["stale"].any():
        number = int(stored["stale"].sum())
        lines.append(f"{number} of {len(stored)} end too early: load or update their bars.")
    if stored["checked_at"].isna().any():
        lines.append("Some are not checked yet: bitstockerz health goes on where it stopped.")
    return lines
