"""The command that checks a strategy's honesty."""

from __future__ import annotations

from typing import Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, Trust, open_lab

EXAMPLES = (
    'bitstockerz strategies check "Golden cross"',
    'bitstockerz strategies check "Golden cross" --symbol AAPL --fee-bps 5 --json',
    'bitstockerz strategies check "Mean reversion" --trust',
)


def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it was saved.")],
    version: Annotated[int | None, typer.Option("--version", help="Default: the newest.")] = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", help="Default: what it is saved for, else any.")
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Default: the only one stored.")
    ] = None,
    fee_bps: Annotated[float, typer.Option("--fee-bps", help="Per fill; 5 = 0.05 %.")] = 0.0,
    slippage_bps: Annotated[float, typer.Option("--slippage-bps", help="As above.")] = 0.0,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Check whether rules look ahead, when they are settled, and whether they can act.

    The result is stored, and reports show it. Exits with 1 where something is wrong.
    """
    strategies = open_lab(context).strategies
    if trust and strategies.get(name, version).definition.python is not None:
        strategies.trust(name, version)
    with output.working("Checking"):
        found = strategies.check(
            name,
            symbol,
            timeframe,
            version=version,
            fee_bps=fee_bps,
            slippage_bps=slippage_bps,
        )
    if as_json:
        output.write_json({"ok": found.ok, **output.plain(found)})
    else:
        output.write(f"{found.name}, version {found.version}\n{found}")
    if not found.ok:
        raise typer.Exit(1)
