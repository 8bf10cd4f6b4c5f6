"""Commands about a strategy's versions: compare, annotate, copy, carry elsewhere, retire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies import StrategyVersion

Name = Annotated[str, typer.Argument(metavar="NAME", help="The strategy's, in any case.")]
Version = Annotated[int | None, typer.Option("--version", help="Default: the newest.")]
Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="Words without commas.")]
TOLD = (
    "id", "strategy_id", "name", "version", "asset_type", "symbol_scope", "timeframe", "created_at",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for verb, lines in EXAMPLES.items():
        app.command(verb.__name__.rstrip("_"), epilog=examples(*lines))(verb)


def versions(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """List a strategy's versions: what changed, tags, the newest note, how often each ran."""
    found = open_lab(context).strategies.versions(name)
    if as_json:
        output.write_json(found)
        return
    found["changes"] = found["changes"].str.replace("\n", "; ")
    output.write_frame(found.drop(columns=["strategy_version_id", "summary"]), "No versions.")


def diff(
    context: typer.Context,
    name: Name,
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="[OLD]", help="A version, or another strategy's name. Default: the one before."
        ),
    ] = None,
    new: Annotated[int | None, typer.Argument(metavar="[NEW]", help="Default: the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changed from one version to another, or what another strategy does otherwise."""
    earlier = int(old) if old is not None and old.isdecimal() else old
    found = open_lab(context).strategies.diff(name, earlier, new)
    if as_json:
        changes = {"changes": found.changes, "remarks": found.remarks}
        output.write_json({"old": found.old, "new": found.new, **changes})
    else:
        output.write(str(found))


def note(
    context: typer.Context,
    name: Name,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="Left out: the notes there are.")
    ] = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Write a note on a version, or list the strategy's notes."""
    strategies = open_lab(context).strategies
    if text is not None:
        strategies.note(name, text, version)
    found = strategies.notes(name)
    if as_json:
        output.write_json(found)
    else:
        output.write_frame(found, "No notes yet.")


def tag(
    context: typer.Context, name: Name, tags: Tags, version: Version = None, as_json: AsJson = False
) -> None:
    """Put tags on a version."""
    open_lab(context).strategies.tag(name, *tags, version=version)
    _tell_tags(context, name, version, as_json=as_json)


def untag(
    context: typer.Context, name: Name, tags: Tags, version: Version = None, as_json: AsJson = False
) -> None:
    """Take tags off a version."""
    open_lab(context).strategies.untag(name, *tags, version=version)
    _tell_tags(context, name, version, as_json=as_json)


def copy(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="The new strategy's.")],
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Make a new strategy of a version's rules."""
    tell(open_lab(context).strategies.copy(name, new_name, version), "is made.", as_json=as_json)


def rename(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="What it is to be called.")],
    as_json: AsJson = False,
) -> None:
    """Give a strategy another name; its versions, runs, notes and tags stay with it."""
    strategies = open_lab(context).strategies
    tell(strategies.get(strategies.rename(name, new_name)), "is its name now.", as_json=as_json)


def export(
    context: typer.Context,
    name: Name,
    path: Annotated[
        str | None,
        typer.Argument(metavar="[PATH]", help="A file or folder. Default: named after it, here."),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", help="One alone. Default: all of them.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a strategy to a JSON file: its versions with rules, notes and tags."""
    wanted = "all" if version is None else version
    target = open_lab(context).strategies.export(name, path, version=wanted, overwrite=overwrite)  # type: ignore[arg-type]
    if as_json:
        output.write_json({"path": target})
    else:
        output.write(str(target))


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What export wrote.")],
    name: Annotated[str | None, typer.Option("--name", help="Default: the one in it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Store the strategy of a file, whole or not at all; nothing is run."""
    found = open_lab(context).strategies.import_file(file, name)
    tell(found, "is the newest of the file, and stored.", as_json=as_json)


def retire(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Take a strategy out of use; everything stays stored."""
    strategies = open_lab(context).strategies
    strategies.retire(name)
    tell(strategies.get(name), "is retired with all versions.", as_json=as_json)


def restore(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Bring a retired strategy back."""
    strategies = open_lab(context).strategies
    strategies.restore(name)
    tell(strategies.get(name), "is in use again.", as_json=as_json)


EXAMPLES: dict[Callable[..., None], list[str]] = {
    versions: ['bitstockerz strategies versions "Golden cross"'],
    diff: [
        'bitstockerz strategies diff "Golden cross"',
        'bitstockerz strategies diff "Golden cross" 1 3 --json',
        'bitstockerz strategies diff "Golden cross" "Silver cross"',
    ],
    note: ['bitstockerz strategies note "Golden cross" "Too few trades." --version 1'],
    tag: ['bitstockerz strategies tag "Golden cross" live'],
    untag: ['bitstockerz strategies untag "Golden cross" live'],
    copy: ['bitstockerz strategies copy "Golden cross" "Silver cross"'],
    rename: ['bitstockerz strategies rename "Golden cross" "Silver cross"'],
    export: ['bitstockerz strategies export "Golden cross" golden-cross.json'],
    import_: ["bitstockerz strategies import golden-cross.json"],
    retire: ['bitstockerz strategies retire "Golden cross"'],
    restore: ['bitstockerz strategies restore "Golden cross"'],
}
"""The commands in the order of their help, with examples."""


def told(version: StrategyVersion) -> dict[str, object]:
    """Return a StrategyVersion as JSON has it."""
    found: dict[str, object] = output.plain({name: getattr(version, name) for name in TOLD})
    return found | {
        "is_active": version.is_active,
        "definition": output.plain(version.definition.document),
    }


def tell(version: StrategyVersion, what: str, *, as_json: bool) -> None:
    """Write a version on stdout: as JSON, or in a sentence that ends so."""
    if as_json:
        output.write_json(told(version))
    else:
        output.write(f"{version.name}, version {version.version}, {what}")


def _tell_tags(context: typer.Context, name: str, version: int | None, *, as_json: bool) -> None:
    found = open_lab(context).strategies.versions(name)
    row = found[found["version"] == version] if version is not None else found.tail(1)
    if as_json:
        output.write_json(row[["version", "strategy_version_id", "tags"]])
    else:
        output.write_frame(row[["version", "tags"]], "No versions.")
