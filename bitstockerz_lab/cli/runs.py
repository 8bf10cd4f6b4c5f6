"""Commands about recorded runs: find, compare, annotate, hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, RunId, examples, open_lab
from bitstockerz_lab.cli.strategy_versions import tell

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(help="Runs: find, compare, tag, annotate, export, promote.", no_args_is_help=True)
RunIds = Annotated[list[int], typer.Argument(metavar="RUN_ID...", help="The runs' numbers.")]
Tags = Annotated[
    list[str], typer.Option("--tag", "-t", metavar="TAG", help="Words without commas; again.")
]
SHOWN = [
    "id", "status", "strategy", "version", "symbol", "timeframe", "total_return_pct",
    "max_drawdown_pct", "sharpe_ratio", "num_trades", "parameters", "tags", "note",
]  # fmt: skip


def list_(
    context: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Each must stand in the run.")
    ] = None,
    strategy: Annotated[str | None, typer.Option("--strategy", help="Only its runs.")] = None,
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only runs on it.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="Only those: completed, failed, …")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only runs that have it.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="At most so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """List recorded runs, newest first; words look in what they are and what is said of them."""
    backtests = open_lab(context).backtests
    words = " ".join(query or ())
    found = backtests.list(strategy, symbol, status, limit, query=words, tag=tag)
    if as_json:
        output.write_json(found)
    else:
        output.write_frame(found[SHOWN], "No runs.")


def compare(context: typer.Context, run_ids: RunIds, as_json: AsJson = False) -> None:
    """Show runs side by side: facts and metrics, a column a run."""
    found = open_lab(context).backtests.compare(run_ids)
    if as_json:
        output.write_json({run_id: found[run_id].to_dict() for run_id in found})
    else:
        output.write_frame(found.rename(columns=str).rename_axis("run").reset_index(), "No runs.")


def tag(context: typer.Context, run_ids: RunIds, tags: Tags, as_json: AsJson = False) -> None:
    """Put tags on runs."""
    open_lab(context).backtests.tag(run_ids, *tags)
    _tell_tags(context, run_ids, as_json=as_json)


def untag(context: typer.Context, run_ids: RunIds, tags: Tags, as_json: AsJson = False) -> None:
    """Take tags off runs."""
    open_lab(context).backtests.untag(run_ids, *tags)
    _tell_tags(context, run_ids, as_json=as_json)


def note(
    context: typer.Context,
    run_id: RunId,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="Left out: the notes there are.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a note on a run, or list its notes."""
    backtests = open_lab(context).backtests
    if text is not None:
        backtests.note(run_id, text)
    found = backtests.notes(run_id)
    if as_json:
        output.write_json(found)
    else:
        output.write_frame(found, "No notes yet.")


def export(
    context: typer.Context,
    run_ids: RunIds,
    folder: Annotated[str, typer.Option("--output", metavar="FOLDER", help="Where to.")] = ".",
    format: Annotated[str, typer.Option("--format", help="csv, parquet or json.")] = "csv",  # noqa: A002 - the word for it
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier export.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write runs to a folder each: facts, trades and equity, whole or not at all."""
    backtests = open_lab(context).backtests
    runs = [backtests.get(run_id) for run_id in run_ids]
    paths = [run.export(folder, format, overwrite=overwrite) for run in runs]
    if as_json:
        told = zip(runs, paths, strict=True)
        output.write_json([{"run_id": run.id, "path": path} for run, path in told])
    else:
        output.write("\n".join(map(str, paths)))


def promote(
    context: typer.Context,
    run_id: RunId,
    name: Annotated[
        str | None, typer.Option("--name", help="Of the strategy. Default: the run's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a run's rules a new version, its parameters the defaults."""
    version = open_lab(context).backtests.promote(run_id, name)
    tell(version, f"has the rules of run {run_id}.", as_json=as_json)


EXAMPLES: dict[Callable[..., None], list[str]] = {
    list_: ["bitstockerz runs list golden AAPL --tag candidate"],
    compare: ["bitstockerz runs compare 1 2"],
    tag: ["bitstockerz runs tag 1 2 --tag candidate"],
    untag: ["bitstockerz runs untag 1 --tag candidate"],
    note: ['bitstockerz runs note 1 "Too few trades."'],
    export: ["bitstockerz runs export 1 2 --output exports --format parquet"],
    promote: ['bitstockerz runs promote 1 --name "Golden cross, quick"'],
}
"""The commands in the order of their help, with examples."""
for verb, lines in EXAMPLES.items():
    app.command(verb.__name__.rstrip("_"), epilog=examples(*lines))(verb)


def _tell_tags(context: typer.Context, run_ids: list[int], *, as_json: bool) -> None:
    found = open_lab(context).backtests.list()
    rows = found.loc[found["id"].isin(run_ids), ["id", "tags"]]
    if as_json:
        output.write_json(rows)
    else:
        output.write_frame(rows, "No runs.")
