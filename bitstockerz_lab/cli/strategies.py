"""Commands of the strategies room: list, save, show; about versions, see `strategy_versions`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bitstockerz_lab.cli import output, strategy_checks
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab
from bitstockerz_lab.cli.strategy_versions import Name, Version, told
from bitstockerz_lab.errors import DataError, DefinitionError

app = typer.Typer(help="Saved strategies and their versions.", rich_markup_mode=None)
app.command("check", epilog=examples(*strategy_checks.EXAMPLES))(strategy_checks.check)


@app.command(
    "list",
    epilog=examples("bitstockerz strategies list --json", "bitstockerz strategies list --tag live"),
)
def listed(
    context: typer.Context,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    retired: Annotated[
        bool | None, typer.Option("--retired/--active", help="Default: both.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List your strategies."""
    found = open_lab(context).strategies.list(tag=tag, retired=retired)
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
        typer.Option("--template", help="bitstockerz strategies templates lists them."),
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

    try:
        definition = (
            templates.get(template) if template is not None else Definition.parse(_text(str(file)))
        )
    except DefinitionError as problem:
        raise DefinitionError(f"{file}: {problem}", **problem.values) from None
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
        output.write_json(told(version))
    else:
        output.write(f"{version.name}, version {version.version}, is saved.")
        for finding in version.honesty.findings if version.honesty is not None else ():
            output.write(str(finding))


@app.command(
    epilog=examples(
        'bitstockerz strategies show "Golden cross"',
        'bitstockerz strategies show "Golden cross" --version 1 --json',
    )
)
def show(
    context: typer.Context,
    name: Name,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Show a strategy's rules: in English, as the builder's code, and as JSON."""
    lab = open_lab(context)
    found = lab.strategies.get(name, version)
    if as_json:
        output.write_json(told(found))
        return
    output.write(f"{found.name}, version {found.version}")
    output.write(lab.strategies.summary(found.definition))
    output.write(f"\n{found.definition.code()}")
    output.write(found.definition.to_json())


def _text(file: str) -> str:
    """Return what a file says; "-" is stdin."""
    if file == "-":
        return typer.get_text_stream("stdin").read()
    if file.endswith((".py", ".ipynb")):
        message = (
            f"{file} is Python, which is run and not read. Let it save its strategy itself, with "
            "bz.open_lab().strategies.save of what it makes, and run it with python."
        )
        raise DataError(message, file=file)
    try:
        return Path(file).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no UTF-8 text"
        from bitstockerz_lab.strategies import templates  # noqa: PLC0415 - reason: heavy

        template = templates.named(file)
        way_out = "Give a JSON file."
        if template is not None:
            way_out = f"It is a template: bitstockerz strategies save --template {template.name}."
        raise DataError(f"{file} cannot be read: {reason}. {way_out}", file=file) from None
