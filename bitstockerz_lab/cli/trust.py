"""Commands about whose Python runs without asking: trust, distrust, trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab
from bitstockerz_lab.cli.strategy_versions import Version  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from collections.abc import Callable

Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The strategy's, in any case.")]
All = Annotated[bool, typer.Option("--all", help="Every strategy of this database file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for verb, lines in EXAMPLES.items():
        app.command(verb.__name__, epilog=examples(*lines))(verb)


def trust(
    context: typer.Context,
    name: Name = None,
    version: Version = None,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """Agree to a strategy's Python, so that it runs without asking: read it first, with show."""
    _one_of(name, everything=everything)
    strategies = open_lab(context).strategies
    strategies.trust(name, version)
    _tell(name, "runs without asking.", as_json=as_json)


def distrust(
    context: typer.Context,
    name: Name = None,
    version: Version = None,
    everything: All = False,
    as_json: AsJson = False,
) -> None:
    """Take back what trust agreed to."""
    _one_of(name, everything=everything)
    strategies = open_lab(context).strategies
    strategies.distrust(name, version)
    _tell(name, "is not agreed to any more.", as_json=as_json)


def trusted(context: typer.Context, as_json: AsJson = False) -> None:
    """List the Python that runs without asking on this machine, wherever it is stored."""
    found = open_lab(context).strategies.trusted()
    if as_json:
        output.write_json(found)
    else:
        output.write_frame(found, "Nothing is trusted yet.")


EXAMPLES: dict[Callable[..., None], list[str]] = {
    trust: [
        'bitstockerz strategies show "Mean reversion"',
        'bitstockerz strategies trust "Mean reversion"',
    ],
    distrust: ['bitstockerz strategies distrust "Mean reversion" --version 1'],
    trusted: ["bitstockerz strategies trusted"],
}
"""The commands in the order of their help, with examples."""


def _one_of(name: str | None, *, everything: bool) -> None:
    if (name is None) != everything:
        raise typer.BadParameter("give either a strategy's NAME or --all")


def _tell(name: str | None, what: str, *, as_json: bool) -> None:
    if as_json:
        output.write_json({"name": name, "all": name is None})
    else:
        output.write(f"{name or 'Every strategy of this database file'} {what}")
