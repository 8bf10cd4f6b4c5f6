"""Commands of the backtests room: backtest, report, verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import (
    AsJson,
    RunId,
    Trust,
    assignments,
    examples,
    number,
    numbers,
    open_lab,
)

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run

FACTS = (
    "id",
    "status",
    "strategy",
    "version",
    "strategy_version_id",
    "symbol",
    "asset_type",
    "timeframe",
    "start_date",
    "end_date",
    "initial_equity",
    "job_id",
    "error_message",
    "created_at",
    "started_at",
    "finished_at",
)
LARGE = {"definition"}  # of a run's details: bitstockerz strategies show tells it


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            'bitstockerz backtest "Golden cross" AAPL --start 2010-01-01 --fee-bps 10 --json',
            'bitstockerz backtest "Golden cross" BTC-USD --timeframe 1h --parameter fast=20',
            'bitstockerz backtest "Golden cross" AAPL --sizing percent_of_equity=50',
        )
    )(backtest)
    app.command(
        epilog=examples(
            "bitstockerz report 1",
            "bitstockerz report 1 --output r.pdf",
            "bitstockerz report study.ipynb --output study.html --still",
        )
    )(report)
    app.command(epilog=examples("bitstockerz verify 1"))(verify)


def backtest(
    context: typer.Context,
    strategy: Annotated[str, typer.Argument(metavar="STRATEGY", help="A saved strategy's name.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="In any case.")],
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Default: the only one stored.")
    ] = None,
    start: Annotated[str | None, typer.Option("--start", help="First bar, inclusive, UTC.")] = None,
    end: Annotated[
        str | None, typer.Option("--end", help="Last bar, inclusive; a bare date is its whole day.")
    ] = None,
    version: Annotated[int | None, typer.Option("--version", help="Default: the newest.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=NUMBER", help="The strategy's own."),
    ] = None,
    initial_equity: Annotated[float, typer.Option("--initial-equity")] = 100_000,
    fee_bps: Annotated[float, typer.Option("--fee-bps", help="Per fill; 5 = 0.05 %.")] = 0,
    fixed_fee: Annotated[float, typer.Option("--fixed-fee", help="Per fill, in money.")] = 0,
    slippage_bps: Annotated[float, typer.Option("--slippage-bps", help="Per fill.")] = 0,
    borrow_bps: Annotated[float, typer.Option("--borrow-bps", help="A year, of shorts.")] = 0,
    lot_size: Annotated[float, typer.Option("--lot-size", help="0 is fractional.")] = 0,
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
    adjusted: Annotated[str, typer.Option("--adjusted", help="all, split or raw prices.")] = "all",
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Do not take the same run that is recorded already.")
    ] = False,
    trust: Trust = False,
    trades: Annotated[bool, typer.Option("--trades", help="List the trades as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Backtest a saved strategy on a symbol and record the run."""
    if adjusted not in ("all", "split", "raw"):
        raise typer.BadParameter("--adjusted takes all, split or raw")
    lab = open_lab(context)
    with output.working(f"{strategy} on {symbol}"):
        run = lab.backtests.run(
            strategy,
            symbol,
            timeframe,
            start,
            end,
            version=version,
            parameters=numbers(parameter, "--parameter"),
            initial_equity=initial_equity,
            fee_bps=fee_bps,
            fixed_fee=fixed_fee,
            slippage_bps=slippage_bps,
            borrow_bps=borrow_bps,
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
            adjusted=adjusted if adjusted != "raw" else False,
            rerun=rerun,
            trust=trust,
        )
    if as_json:
        output.write_json(told(run) | ({"trades": run.trades} if trades else {}))
        return
    _show(run)
    if trades:
        output.write_frame(run.trades, "No trades.")


def told(run: Run) -> dict[str, Any]:
    """Return a run in JSON's types: its facts, its metrics, what it was made of."""
    details = {
        name: getattr(run.details, name)
        for name in run.details.__dataclass_fields__
        if name not in LARGE
    }
    facts = {name: getattr(run, name) for name in FACTS}
    found: dict[str, Any] = output.plain(facts | {"metrics": run.metrics, "details": details})
    return found


def _show(run: Run) -> None:
    """Write a run as a person reads it."""
    from bitstockerz_lab import measures  # noqa: PLC0415 - reason: heavy

    simulated = ". Simulated bars." if run.details.simulated else ""
    headline, *notes = str(run).splitlines()
    output.write(f"{headline}{simulated}")
    if run.metrics is not None:
        told = measures.table(run.metrics)
        rows = list(zip(told["label"], told["value"], strict=True))
        output.write_table(("metric", "value"), rows, right=("value",))
    for note in notes:
        output.write(note)


def sizing_of(text: str | None) -> tuple[str, float] | None:
    """Return what --sizing says, as `run` takes it."""
    if text is None:
        return None
    ((method, value),) = assignments([text], "--sizing").items()
    return method, number(value, "--sizing")


def targets_of(texts: list[str] | None) -> list[tuple[float, float]] | None:
    """Return what --target says, as `run` takes it."""
    given = assignments(texts, "--target").items()
    found = [(number(profit, "--target"), number(share, "--target")) for profit, share in given]
    return found or None


def report(
    context: typer.Context,
    subject: Annotated[
        str,
        typer.Argument(metavar="RUN_ID|NOTEBOOK", help="A run's number, or an executed notebook."),
    ],
    path: Annotated[
        str | None,
        typer.Option("--output", metavar="PATH", help=".html or .pdf; default: data/reports/."),
    ] = None,
    still: Annotated[
        bool, typer.Option("--still", help="Figures as pictures: a small page; needs Chromium.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the report of a run, or of an executed notebook, as one HTML page.

    The page needs no network. What is printed is its path.
    """
    is_notebook = subject.casefold().endswith(".ipynb")
    if not is_notebook and not subject.isdecimal():
        raise typer.BadParameter(f"{subject!r} is neither a run's number nor an .ipynb file.")
    lab = open_lab(context)
    name = f"{Path(subject).stem}.html" if is_notebook else f"run-{int(subject)}.html"
    target = Path(path).expanduser() if path else lab.reports_folder / name
    with output.working(f"Report of {subject if is_notebook else f'run {subject}'}"):
        if is_notebook:
            lab.batch.report(subject, target, interactive=not still)
        else:
            lab.backtests.get(int(subject)).report(target, interactive=not still)
    if as_json:
        told = {"notebook": subject} if is_notebook else {"run_id": int(subject)}
        output.write_json({**told, "path": target.resolve()})
    else:
        output.write(str(target))


def verify(
    context: typer.Context, run_id: RunId, trust: Trust = False, as_json: AsJson = False
) -> None:
    """Recompute a recorded run and compare, bit for bit.

    Asks a second engine as well, where it can express the run. Exit status 1 if anything differs.
    """
    lab = open_lab(context)
    with output.working(f"Recomputing run {run_id}"):
        verification = lab.backtests.verify(run_id, trust=trust)
    if as_json:
        output.write_json({"ok": verification.ok} | output.plain(verification))
    else:
        output.write(str(verification))
    if not verification.ok:
        raise typer.Exit(1)
