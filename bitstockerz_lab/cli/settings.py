"""What every command shares: the lab that is meant, and options that read alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bitstockerz_lab.lab import Lab

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Agree to the strategy's Python, if somebody else wrote it.")
]
RunId = Annotated[int, typer.Argument(metavar="RUN_ID", help="The run's number.")]


@dataclass(slots=True)
class Settings:
    """What the options before the command said."""

    database: str | None = None
    debug: bool = False
    options: dict[str, str] | None = None
    """Those of the command that runs, as `options_of` tells them; None before it opens a lab."""


def open_lab(context: typer.Context) -> Lab:
    """Open the lab that the options before the command name; one that had to be made is told of."""
    from bitstockerz_lab.lab import find_database  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.lab import open_lab as opened  # noqa: PLC0415 - reason: heavy

    settings: Settings = context.obj
    settings.options = options_of(context)
    path = Path(settings.database or find_database()).expanduser()
    is_new = not path.exists()
    lab = opened(path)
    if is_new:
        typer.echo(f"Made a new, empty lab: {lab.path}", err=True)
    return lab


def options_of(context: typer.Context) -> dict[str, str]:
    """Return a command's options by what the API calls them: ``timeout_s`` is ``--timeout``."""
    found = {}
    for parameter in context.command.params:
        long = next((one for one in parameter.opts if one.startswith("--")), None)
        if long is not None and parameter.name is not None:
            found[long.removeprefix("--").replace("-", "_")] = long
            found[parameter.name] = long
    return found


def examples(*lines: str) -> str:
    """Return the end of a command's help: lines that can be typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def assignments(texts: list[str] | None, option: str) -> dict[str, str]:
    """Return what ``name=value`` texts say.

    Raises
    ------
    typer.BadParameter
        A text has no ``=``, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        name = name.strip()
        if not name or not equals:
            raise typer.BadParameter(f"{option} {text!r} should read name=value")
        if name in found:
            raise typer.BadParameter(f"{option} names {name!r} twice")
        found[name] = value
    return found


def numbers(texts: list[str] | None, option: str) -> dict[str, float]:
    """Return what ``name=number`` texts say; a whole number stays one."""
    return {name: number(value, option) for name, value in assignments(texts, option).items()}


def number(text: str, option: str) -> float:
    """Return a number as it is written: 20 is an int, 20.0 a float."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{option}: {text!r} is no number") from None
