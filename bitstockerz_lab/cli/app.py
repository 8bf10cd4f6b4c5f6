"""The program `bitstockerz`: its commands put together, and what becomes of an error."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab import __version__
from bitstockerz_lab.cli import (
    backtests,
    batch,
    demo,
    market,
    output,
    paper,
    pipelines,
    quality,
    quotes,
    runs,
    strategies,
    strategy_versions,
    sweeps,
    templates,
    tools,
    trust,
    updates,
    walk_forwards,
    warm,
)
from bitstockerz_lab.cli.settings import Settings, examples
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="bitstockerz",
    help="Honest, recorded, reproducible backtests. Each command is a verb of the Python API.",
    add_completion=False,
    rich_markup_mode=None,  # plain help: loading rich costs more than the rest of it
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    market,
    updates,
    quality,
    quotes,
    backtests,
    sweeps,
    walk_forwards,
    batch,
    pipelines,
    tools,
    demo,
):
    commands.add_to(app)
templates.add_to(strategies.app)
strategy_versions.add_to(strategies.app)
trust.add_to(strategies.app)
app.add_typer(strategies.app, name="strategies")
app.add_typer(runs.app, name="runs")
app.add_typer(paper.app, name="paper")
app.add_typer(warm.app, name="warm")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"bitstockerz-lab {__version__}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        "bitstockerz demo",
        "bitstockerz load AAPL_1d.csv --symbol AAPL --timeframe 1d --exchange XNYS",
        "bitstockerz strategies save --template golden-cross",
        'bitstockerz backtest "Golden cross" AAPL --start 2010-01-01 --fee-bps 10',
    )
)
def options(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="PATH",
            help="The lab's file. Default: $BITSTOCKERZ_DB, else data/lab.duckdb of the project.",
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option("--debug", envvar="BITSTOCKERZ_DEBUG", help="Show where an error came from."),
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    settings: Settings = context.obj
    settings.database = database
    settings.debug = debug


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: 0 done, 1 failed, 2 wrongly called.

    Parameters
    ----------
    arguments : what stands after the program's name; nothing asks for help

    Examples
    --------
    >>> run(["--version"])
    bitstockerz-lab 0.1.0
    0
    """
    settings = Settings()
    try:
        status = app(
            list(arguments) or ["--help"],
            prog_name="bitstockerz",
            standalone_mode=False,
            obj=settings,
        )
    except BaseException as problem:  # noqa: BLE001 - told in one line, whatever it is
        if settings.debug and not isinstance(problem, typer.TyperException):
            traceback.print_exc()
        return _told(problem, settings.options)
    if status == INTERRUPTED:  # typer has caught it
        return _told(KeyboardInterrupt())
    return int(status or 0)


def _told(problem: BaseException, options: Mapping[str, str] | None = None) -> int:
    """Say in one line what was the matter, a line more for each problem of rules; the status."""
    status = FAILED
    match problem:
        case BrokenPipeError():  # the reader of a pipe has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return status
        case KeyboardInterrupt() | typer.Abort():
            message, status = "interrupted", INTERRUPTED
        case LabError():
            message = output.in_its_own_words(str(problem), options)
        case typer.TyperException():
            command = getattr(getattr(problem, "ctx", None), "command_path", "bitstockerz")
            message = f"{problem.format_message().rstrip('.')}. See {command} --help"
            status = MISUSED
        case OSError():
            message = f"{problem.strerror or problem}: {problem.filename or 'no file'}"
        case Exception():
            told = f"{type(problem).__name__}: {problem}"
            message = f"{told}. This is a bug in bitstockerz; bitstockerz --debug … shows where."
        case _:
            raise problem
    parts = [part.strip() for part in message.splitlines() if part.strip()]
    told = "".join(f"\n{part}" if part.startswith("- ") else f" {part}" for part in parts)
    print(f"error:{told}", file=sys.stderr)  # noqa: T201 - a command line's own channel
    return status


def main() -> None:
    """Run the command line the process was started with."""
    sys.exit(run(sys.argv[1:]))
