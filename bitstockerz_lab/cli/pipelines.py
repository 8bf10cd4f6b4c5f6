"""The command of pipelines, and how a command is done again and again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

Every = Annotated[
    str | None,
    typer.Option("--every", metavar="SPAN", help="Stay, and do it each 30m, 6h, 1d, … of UTC."),
]
Cron = Annotated[
    str | None,
    typer.Option("--cron", metavar="'M H D M W'", help="Stay, and do it as crontab would."),
]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="NAME", help="Of --cron. Example: America/New_York.")
]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            "bitstockerz pipeline nightly.yaml",
            "bitstockerz pipeline nightly.yaml --cron '0 6 * * 1-5' --zone America/New_York",
        )
    )(pipeline)


def pipeline(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The pipeline's YAML file.")],
    every: Every = None,
    cron: Cron = None,
    zone: Zone = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do it now, whatever schedule the file has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Update bars, run notebooks and write their page, as one file says.

    A step that fails keeps those that need it from starting. Exit status 1 then.
    """
    from bitstockerz_lab.batch.pipeline import raise_for_failures  # noqa: PLC0415 - heavy

    refuse_lone_zone(cron, zone)
    lab = open_lab(context)
    found = lab.pipeline(file)

    def work() -> None:
        outcomes = found.run(None if as_json else tell)
        if as_json:
            output.write_json(outcomes)
        else:
            rows = [(one.name, one.kind, one.status, f"{one.seconds:.1f}") for one in outcomes]
            output.write_table(("step", "kind", "status", "seconds"), rows, right=("seconds",))
        raise_for_failures(outcomes)

    when = found.file.schedule
    if when is not None and not (every or cron):
        every, cron, zone = when.every, when.cron, when.zone
    if once or not (every or cron):
        work()
    else:
        repeat(lab, found.file.name, work, every, cron, zone)


def refuse_lone_zone(cron: str | None, zone: str | None) -> None:
    """Refuse a zone that no cron line is read in.

    Raises
    ------
    typer.BadParameter
    """
    if zone is not None and cron is None:
        raise typer.BadParameter(
            f"--zone {zone} is of a --cron line, and there is none. Give --cron 'M H D M W' as "
            "well, or leave it out."
        )


def name_of(command: str, what: str, asked: object) -> str:
    """Return what a schedule is called: the same for the same command on every host."""
    text = json.dumps(asked, sort_keys=True, default=str)
    return f"{command} {what} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def repeat(
    lab: Lab,
    name: str,
    work: Callable[[], object],
    every: str | None,
    cron: str | None,
    zone: str | None,
) -> None:
    """Do some work at its times until somebody interrupts."""
    from bitstockerz_lab.batch.schedule import Schedule  # noqa: PLC0415 - rarely asked for
    from bitstockerz_lab.batch.times import times  # noqa: PLC0415 - rarely asked for

    Schedule(lab.database, lab.user, name, times(every, cron, zone or "UTC"), tell).run(work)


def tell(line: str) -> None:
    """Write a line on stderr: stdout is for what a command answers."""
    typer.echo(line, err=True)
