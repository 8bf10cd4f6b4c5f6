"""The options that say what is traded, when and at what cost: those of the searching commands."""

from __future__ import annotations

from typing import Annotated

import typer

Strategy = Annotated[str, typer.Argument(metavar="STRATEGY", help="A saved strategy's name.")]
Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="In any case.")]
Timeframe = Annotated[str | None, typer.Option("--timeframe", help="Default: the only one stored.")]
Start = Annotated[str | None, typer.Option("--start", help="First bar, inclusive, UTC.")]
End = Annotated[
    str | None, typer.Option("--end", help="Last bar, inclusive; a bare date is its whole day.")
]
Version = Annotated[int | None, typer.Option("--version", help="Default: the newest.")]
Fixed = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="NAME=NUMBER", help="One that does not vary."),
]
Constraint = Annotated[
    str | None, typer.Option("--constraint", metavar="TEXT", help='Like "fast < slow".')
]
By = Annotated[str, typer.Option("--by", metavar="METRIC", help="The metric to choose by.")]
InitialEquity = Annotated[float, typer.Option("--initial-equity")]
FeeBps = Annotated[float, typer.Option("--fee-bps", help="Per fill; 5 = 0.05 %.")]
FixedFee = Annotated[float, typer.Option("--fixed-fee", help="Per fill, in money.")]
SlippageBps = Annotated[float, typer.Option("--slippage-bps", help="Per fill.")]
BorrowBps = Annotated[float, typer.Option("--borrow-bps", help="A year, of shorts.")]
LotSize = Annotated[float, typer.Option("--lot-size", help="0 is fractional.")]
Adjusted = Annotated[str, typer.Option("--adjusted", help="all, split or raw prices.")]
Rerun = Annotated[
    bool, typer.Option("--rerun", help="Do not take the same that is recorded already.")
]


def adjusted_of(text: str) -> str | bool:
    """Return what `lab.backtests.run` takes for `--adjusted`.

    Raises
    ------
    typer.BadParameter
        It is none of the three.
    """
    if text not in ("all", "split", "raw"):
        raise typer.BadParameter("--adjusted takes all, split or raw")
    return text if text != "raw" else False
