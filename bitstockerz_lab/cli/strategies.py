"""Commands of the strategies room: list, save, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab
from bitstockerz_lab.errors import DataError

app = typer.Typer(help="Saved strategies: list, save, show.", rich_markup_mode=None)


@app.command("list", epilog=examples("bitstockerz strategies list --json"))
def listed(context: typer.Context, as_json: AsJson = False) -> None:
    """List your strategies."""
    found = open_lab(context).strategies.list()
    if as_json:
        output.write_json(found)
    else:
        nothing = (
            "No strategies yet. bitstockerz strategies save --template golden-cross saves one."
        )
        output.write_frame(found.drop(columns=["description", "updated_at"]), nothing)


@app.command(
    epilog=examples(
        "bitstockerz strategies save --template golden-cross",
        'bitstockerz strategies save my_rules.json --name "My rules"',
    )
)
def save(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A definition as JSON; - is stdin.")
    ] = None,
    template: Annotated[
        str | None,
        typer.Option("--template", help="golden-cross, rsi-reversal, ema-trend."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Default: the one in the definition.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description")] = None,
    asset_type: Annotated[
        str | None, typer.Option("--asset-type", help="EQUITY or CRYPTO it is meant for.")
    ] = None,
    symbol_scope: Annotated[
        str | None, typer.Option("--symbol-scope", help="Symbols it is meant for.")
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Timeframe it is meant for.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save a definition as a strategy's newest version.

    The same rules give the same version again, changed ones the next number.
    """
    if (file is None) == (template is None):
        raise typer.BadParameter("give either a FILE with a definition or --template NAME")
    lab = open_lab(context)
    from bitstockerz_lab.strategies import Definition, templates  # noqa: PLC0415 - reason: heavy

    definition = (
        templates.get(template) if template is not None else Definition.parse(_text(str(file)))
    )
    said = {
        "name": name,
        "description": description,
        "asset_type": asset_type,
        "symbol_scope": symbol_scope,
        "timeframe": timeframe,
    }
    version = lab.strategies.save(
        definition,
        **{option: text for option, text in said.items() if text is not None},
    )
    if as_json:
        output.write_json(_told(version))
    else:
        output.write(f"{version.name}, version {version.version}, is saved.")


@app.command(
    epilog=examples(
        'bitstockerz strategies show "Golden cross"',
        'bitstockerz strategies show "Golden cross" --version 1 --json',
    )
)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it was saved.")],
    version: Annotated[int | None, typer.Option("--version", help="Default: the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a strategy's rules: in English, and as JSON."""
    lab = open_lab(context)
    found = lab.strategies.get(name, version)
    if as_json:
        output.write_json(_told(found))
        return
    output.write(f"{found.name}, version {found.version}")
    output.write(lab.strategies.summary(found.definition))
    output.write(found.definition.to_json())


def _told(version: object) -> dict[str, object]:
    """Return a StrategyVersion as JSON has it."""
    told: dict[str, object] = output.plain(
        {
            name: getattr(version, name)
            for name in (
                "id",
                "strategy_id",
                "name",
                "version",
                "asset_type",
                "symbol_scope",
                "timeframe",
                "created_at",
            )
        }
    )
    definition = version.definition  # type: ignore[attr-defined]
    return told | {"definition": output.plain(definition.document)}


def _text(file: str) -> str:
    """Return what a file says; "-" is stdin."""
    if file == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return Path(file).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no UTF-8 text"
        raise DataError(f"{file} cannot be read: {reason}. Give a JSON file.", file=file) from None
