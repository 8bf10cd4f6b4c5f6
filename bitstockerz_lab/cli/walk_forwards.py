"""Commands that choose on some bars and judge on others: walk-forward, cross-validate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bitstockerz_lab.cli import grids, output, wishes
from bitstockerz_lab.cli.settings import AsJson, Trust, examples, numbers, open_lab

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.cross_validation_result import CrossValidation
    from bitstockerz_lab.backtests.walk_forward_result import WalkForward

WALK = (
    "id", "strategy", "version", "symbol", "timeframe", "start_date", "end_date", "train", "test",
    "step", "anchored", "by", "constraint", "grid", "combinations", "efficiency", "left_over",
)  # fmt: skip
VALIDATION = (
    "strategy", "version", "symbol", "timeframe", "start", "end", "combinations",
    "longest_held_days", "in_sample_sharpe_ratio", "out_of_sample_sharpe_ratio",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        "walk-forward",
        epilog=examples(
            'bitstockerz walk-forward "Golden cross" AAPL --train 4y --test 1y '
            "--grid fast=10,20,50 --grid slow=100:200:50",
            'bitstockerz walk-forward "Golden cross" AAPL --train 500bars --test 60bars '
            "--grid fast=10:50:10 --anchored --fee-bps 5 --json",
        ),
    )(walk_forward)
    app.command(
        "cross-validate",
        epilog=examples(
            'bitstockerz cross-validate "Golden cross" AAPL --grid fast=10,20,50 --folds 6',
            'bitstockerz cross-validate "Golden cross" AAPL --grid fast=10:50:5 --folds 8 '
            "--test-folds 2 --json",
        ),
    )(cross_validate)


def walk_forward(
    context: typer.Context,
    strategy: wishes.Strategy,
    symbol: wishes.Symbol,
    grid: grids.Grid,
    train: Annotated[
        str, typer.Option("--train", metavar="LENGTH", help="In sample: 4y, 6mo, 90d, 500bars.")
    ],
    test: Annotated[str, typer.Option("--test", metavar="LENGTH", help="Out of sample.")],
    step: Annotated[
        str | None, typer.Option("--step", metavar="LENGTH", help="Default: as --test.")
    ] = None,
    anchored: Annotated[
        bool, typer.Option("--anchored", help="In sample always begins at the start.")
    ] = False,
    keep_rest: Annotated[
        bool, typer.Option("--keep-rest", help="Test what is left at the end, too.")
    ] = False,
    by: wishes.By = "sharpe_ratio",
    constraint: wishes.Constraint = None,
    timeframe: wishes.Timeframe = None,
    start: wishes.Start = None,
    end: wishes.End = None,
    version: wishes.Version = None,
    parameter: wishes.Fixed = None,
    initial_equity: wishes.InitialEquity = 100_000,
    fee_bps: wishes.FeeBps = 0,
    fixed_fee: wishes.FixedFee = 0,
    slippage_bps: wishes.SlippageBps = 0,
    borrow_bps: wishes.BorrowBps = 0,
    lot_size: wishes.LotSize = 0,
    adjusted: wishes.Adjusted = "all",
    rerun: wishes.Rerun = False,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Choose parameters on one stretch of bars, trade the next with them, walk on.

    Every window's choice and its runs in sample and out of sample are recorded.
    """
    tried, prices = grids.grid(grid), wishes.adjusted_of(adjusted)
    lab = open_lab(context)
    with output.working(f"{strategy} on {symbol}"):
        walk = lab.backtests.walk_forward(
            strategy,
            symbol,
            timeframe,
            start,
            end,
            grid=tried,
            train=_length(train),
            test=_length(test),
            step=None if step is None else _length(step),
            anchored=anchored,
            keep_rest=keep_rest,
            by=by,
            constraint=constraint,
            version=version,
            parameters=numbers(parameter, "--parameter"),
            initial_equity=initial_equity,
            fee_bps=fee_bps,
            fixed_fee=fixed_fee,
            slippage_bps=slippage_bps,
            borrow_bps=borrow_bps,
            lot_size=lot_size,
            adjusted=prices,
            rerun=rerun,
            trust=trust,
        )
    if as_json:
        output.write_json(_told_walk(walk))
    else:
        _show_walk(walk)


def cross_validate(
    context: typer.Context,
    strategy: wishes.Strategy,
    symbol: wishes.Symbol,
    grid: grids.Grid,
    folds: Annotated[int, typer.Option("--folds", help="Of one length.")] = 5,
    test_folds: Annotated[
        int, typer.Option("--test-folds", help="Out of sample at a time; 2 or more: paths.")
    ] = 1,
    purge: Annotated[
        int | None,
        typer.Option("--purge", help="Days left out beside a test. Default: longest holding."),
    ] = None,
    embargo: Annotated[
        int | None, typer.Option("--embargo", help="Days more after a test. Default: 1 %.")
    ] = None,
    constraint: wishes.Constraint = None,
    timeframe: wishes.Timeframe = None,
    start: wishes.Start = None,
    end: wishes.End = None,
    version: wishes.Version = None,
    parameter: wishes.Fixed = None,
    initial_equity: wishes.InitialEquity = 100_000,
    fee_bps: wishes.FeeBps = 0,
    fixed_fee: wishes.FixedFee = 0,
    slippage_bps: wishes.SlippageBps = 0,
    borrow_bps: wishes.BorrowBps = 0,
    lot_size: wishes.LotSize = 0,
    adjusted: wishes.Adjusted = "all",
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Choose parameters on some days, judge the choice by the others, in every division."""
    tried, prices = grids.grid(grid), wishes.adjusted_of(adjusted)
    lab = open_lab(context)
    with output.working(f"{strategy} on {symbol}"):
        found = lab.backtests.cross_validate(
            strategy,
            symbol,
            timeframe,
            start,
            end,
            grid=tried,
            folds=folds,
            test_folds=test_folds,
            purge=purge,
            embargo=embargo,
            constraint=constraint,
            version=version,
            parameters=numbers(parameter, "--parameter"),
            initial_equity=initial_equity,
            fee_bps=fee_bps,
            fixed_fee=fixed_fee,
            slippage_bps=slippage_bps,
            borrow_bps=borrow_bps,
            lot_size=lot_size,
            adjusted=prices,
            trust=trust,
        )
    if as_json:
        output.write_json(_told_validation(found))
    else:
        _show_validation(found)


def _length(text: str) -> str | int:
    """Return a length; a number alone is days."""
    return int(text) if text.strip().isdigit() else text


def _told_walk(walk: WalkForward) -> dict[str, Any]:
    facts = {name: getattr(walk, name) for name in WALK}
    windows = walk.windows.reset_index()
    return {**facts, "outcome": walk.outcome, "windows": windows, "notes": _notes(walk)}


def _notes(walk: WalkForward) -> list[str]:
    """Return the notes; that of the rest names the option, others may hold calls as they are."""
    rest = walk.left_over
    return [output.in_its_own_words(one) if one == rest else one for one in walk.notes]


def _show_walk(walk: WalkForward) -> None:
    output.write(repr(walk))
    wanted = ["test_first", "test_last", *walk.grid]
    wanted += [f"{role}_{walk.by}" for role in ("in_sample", "out_of_sample")]
    wanted += ["out_of_sample_total_return_pct", "out_of_sample_num_trades", "out_of_sample_run"]
    columns = list(dict.fromkeys(wanted))
    output.write_frame(walk.windows[columns].reset_index(), "No windows.")
    for note in _notes(walk):
        output.write(f"Note: {note}")


def _told_validation(found: CrossValidation) -> dict[str, Any]:
    facts = {name: getattr(found, name) for name in VALIDATION}
    folds = {
        name: getattr(found.folds, name) for name in ("folds", "test_folds", "purge", "embargo")
    }
    tables = {name: getattr(found, name).reset_index() for name in ("splits", "paths")}
    return {**facts, "folds": folds, **tables, "notes": found.notes}


def _show_validation(found: CrossValidation) -> None:
    headline, *notes = str(found).splitlines()
    output.write(headline)
    output.write_frame(found.splits.reset_index(), "No splits.")
    if len(found.paths) > 1:
        output.write_frame(found.paths.reset_index(), "No paths.")
    for note in notes:
        output.write(note)
