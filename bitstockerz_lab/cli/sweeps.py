"""Commands about sweeps: sweep, sweeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.backtests import sizing_of, targets_of
from bitstockerz_lab.cli.grids import GridOrAll
from bitstockerz_lab.cli.grids import grid as values_of
from bitstockerz_lab.cli.settings import AsJson, Trust, examples, number, numbers, open_lab
from bitstockerz_lab.cli.wishes import (
    Adjusted,
    By,
    Constraint,
    End,
    Fixed,
    InitialEquity,
    LotSize,
    Rerun,
    Start,
    Strategy,
    Timeframe,
    Version,
    adjusted_of,
)

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.sweep.result import Sweep

INTERRUPTED = 130
IN_PYTHON = ": see .honesty()"
SEVERAL = "NUMBER,…"
WHOLE = {"num_trades": int, "days": int, "skipped_entries": int, "ruined": bool}
Top = Annotated[int, typer.Option("--top", min=1, help="Show so many of the best.")]
SHOWN = ("total_return_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades")


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            'bitstockerz sweep "Golden cross" AAPL --grid fast=10:60:5 --grid slow=100,150,200',
            'bitstockerz sweep "Golden cross" AAPL MSFT --grid fast=10:60:5 --fee-bps 0,5,10',
            'bitstockerz sweep "Golden cross" AAPL --grid fast=5:100:1 --grid slow=20:400:1 '
            '--constraint "fast < slow" --samples 5000 --sampling sobol',
        )
    )(sweep)
    app.command(epilog=examples("bitstockerz sweeps", "bitstockerz sweeps 3 --by calmar_ratio"))(
        sweeps
    )


def sweep(
    context: typer.Context,
    strategy: Strategy,
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL…", help="In any case.")],
    grid: GridOrAll = None,
    timeframe: Timeframe = None,
    start: Start = None,
    end: End = None,
    period: Annotated[
        list[str] | None,
        typer.Option("--period", metavar="START/END", help="Several instead of start and end."),
    ] = None,
    version: Version = None,
    parameter: Fixed = None,
    constraint: Constraint = None,
    samples: Annotated[
        int | None, typer.Option("--samples", help="So many of the combinations.")
    ] = None,
    sampling: Annotated[
        str, typer.Option("--sampling", help="How: random, sobol or optuna.")
    ] = "random",
    seed: Annotated[int, typer.Option("--seed", help="The same draws the same.")] = 0,
    by: By = "sharpe_ratio",
    top: Top = 10,
    initial_equity: InitialEquity = 100_000,
    fee_bps: Annotated[
        str, typer.Option("--fee-bps", metavar=SEVERAL, help="Per fill; 5 = 0.05 %.")
    ] = "0",
    fixed_fee: Annotated[
        str, typer.Option("--fixed-fee", metavar=SEVERAL, help="Per fill, in money.")
    ] = "0",
    slippage_bps: Annotated[
        str, typer.Option("--slippage-bps", metavar=SEVERAL, help="Per fill.")
    ] = "0",
    borrow_bps: Annotated[
        str, typer.Option("--borrow-bps", metavar=SEVERAL, help="A year, of shorts.")
    ] = "0",
    lot_size: LotSize = 0,
    sizing: Annotated[
        str | None,
        typer.Option("--sizing", metavar="METHOD=NUMBER", help="If rules leave it open."),
    ] = None,
    stop_loss_pct: Annotated[float | None, typer.Option("--stop-loss-pct")] = None,
    take_profit_pct: Annotated[float | None, typer.Option("--take-profit-pct")] = None,
    trailing_stop_pct: Annotated[float | None, typer.Option("--trailing-stop-pct")] = None,
    break_even_pct: Annotated[float | None, typer.Option("--break-even-pct")] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="PROFIT=CLOSE", help="5=50 closes half at 5 %."),
    ] = None,
    max_bars: Annotated[int | None, typer.Option("--max-bars")] = None,
    cooldown_bars: Annotated[
        int | None, typer.Option("--cooldown-bars", help="No entry after a loss.")
    ] = None,
    max_trades_per_day: Annotated[int | None, typer.Option("--max-trades-per-day")] = None,
    adjusted: Adjusted = "all",
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Keep the results, or only count trials.")
    ] = True,
    rerun: Rerun = False,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Backtest a saved strategy with every combination of parameters, symbols, costs and periods.

    Shows the best. Costs take several numbers, 0,5,10, and are varied then. Stopped with Ctrl-C it
    keeps what is done; asked again, it goes on. Without --grid each parameter takes the values
    that its strategy declares.
    """
    lab = open_lab(context)
    swept = lab.backtests.sweep(
        strategy,
        symbols,
        timeframe,
        start,
        end,
        periods=_periods(period),
        grid=values_of(grid) if grid else None,
        constraint=constraint,
        samples=samples,
        sampling=sampling,
        seed=seed,
        by=by,
        version=version,
        parameters=numbers(parameter, "--parameter"),
        initial_equity=initial_equity,
        fee_bps=_values(fee_bps, "--fee-bps"),
        fixed_fee=_values(fixed_fee, "--fixed-fee"),
        slippage_bps=_values(slippage_bps, "--slippage-bps"),
        borrow_bps=_values(borrow_bps, "--borrow-bps"),
        lot_size=lot_size,
        sizing=sizing_of(sizing),
        stop_loss_pct=stop_loss_pct,
        take_profit_pct=take_profit_pct,
        trailing_stop_pct=trailing_stop_pct,
        break_even_pct=break_even_pct,
        targets=targets_of(target),
        max_bars=max_bars,
        cooldown_bars=cooldown_bars,
        max_trades_per_day=max_trades_per_day,
        adjusted=adjusted_of(adjusted),
        record=record,
        rerun=rerun,
        trust=trust,
    )
    _tell(swept, by, top, as_json=as_json)
    if swept.status == "cancelled":
        raise typer.Exit(INTERRUPTED)


def sweeps(
    context: typer.Context,
    sweep_id: Annotated[
        int | None, typer.Argument(metavar="SWEEP_ID", help="Show the best of this one.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="The metric to rank by.")] = None,
    top: Top = 10,
    strategy: Annotated[str | None, typer.Option("--strategy", help="List only its.")] = None,
    symbol: Annotated[str | None, typer.Option("--symbol", help="List only those on it.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="List at most these.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the recorded sweeps, or show the best of one."""
    lab = open_lab(context)
    if sweep_id is not None:
        found = lab.backtests.get_sweep(sweep_id)
        _tell(found, by or found.by, top, as_json=as_json)
        return
    listed = lab.backtests.sweeps(strategy, symbol, limit)
    if as_json:
        output.write_json(listed)
    else:
        output.write_frame(listed, "No sweeps.")


def _tell(swept: Sweep, by: str, top: int, *, as_json: bool) -> None:
    """Write a sweep and its best results."""
    best = swept.best(top, by).astype(WHOLE)
    if as_json:
        output.write_json(_told(swept, by) | {"best": best})
        return
    for line in str(swept).splitlines():
        output.write(output.in_its_own_words(line.replace(IN_PYTHON, "")))
    shown = ("unit", "symbol", "start", "end") if len(swept.units) > 1 else ()
    costs = [name for name in best.columns if name in ("fee_bps", "fixed_fee", "slippage_bps")]
    wanted = dict.fromkeys([*shown, *costs, *swept.combinations.names, by, *SHOWN])
    output.write_frame(best[list(wanted)], "Nothing that ranks: no combination traded.")


def _told(swept: Sweep, by: str) -> dict[str, Any]:
    """Return the facts of a sweep in JSON's types."""
    return {
        "id": swept.id,
        "status": swept.status,
        "strategy": swept.strategy,
        "version": swept.version,
        "by": by,
        "combinations": len(swept.combinations),
        "units": len(swept.units),
        "results": len(swept.results),
        "seconds": swept.seconds,
        "remarks": list(swept.remarks),
    }


def _values(text: str, option: str) -> float | list[float]:
    """Return one number, or several that are varied."""
    found = [number(part.strip(), option) for part in text.split(",")]
    return found if len(found) > 1 else found[0]


def _periods(texts: list[str] | None) -> list[tuple[str | None, str | None]] | None:
    if not texts:
        return None
    found = []
    for text in texts:
        start, slash, end = text.partition("/")
        if not slash:
            raise typer.BadParameter(f"--period {text!r} should read START/END")
        found.append((start.strip() or None, end.strip() or None))
    return found
