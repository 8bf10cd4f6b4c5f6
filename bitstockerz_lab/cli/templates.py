"""The command strategies templates: the classics there are to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.templates import Template


def add_to(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command(
        epilog=examples(
            "bitstockerz strategies templates",
            "bitstockerz strategies templates turtle",
            "bitstockerz strategies save --template turtle",
        )
    )(templates)


def templates(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them, with its rules.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the classics to start from, or tell one: its rules, when it works and fails."""
    from bitstockerz_lab.strategies import templates as known  # noqa: PLC0415 - reason: heavy

    found = known.table()
    if name is not None:
        known.get(name)  # raises for a name that is not there
        found = found[found["name"] == name]
    if as_json:
        output.write_json(found)
    elif name is None:
        output.write_frame(
            found[["name", "title", "family", "direction", "warm_up", "parameters"]], ""
        )
        output.write("bitstockerz strategies templates NAME tells one; save --template NAME saves.")
    else:
        _tell(known.TEMPLATES[name])


def _tell(template: Template) -> None:
    from bitstockerz_lab.strategies import summary  # noqa: PLC0415 - reason: heavy

    definition = template()
    output.write(f"{definition.name} ({template.name})")
    output.write(summary(definition))
    output.write(definition.description)
