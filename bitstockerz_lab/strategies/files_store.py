"""The strategies room's SQL behind files: a strategy read whole, and written whole."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.strategies import notes_store, store, versions
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.files import (
    FileVersion,
    Note,
    StrategyFile,
    moment,
    rules_sha256,
)

if TYPE_CHECKING:
    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.versions import StrategyVersion


def collect(con: Connection, newest: StrategyVersion, *, every: bool) -> StrategyFile:
    """Return a strategy as its file has it: one version, or every one.

    Parameters
    ----------
    con : a lease's connection
    newest : the version that is meant, and whose strategy
    every : all versions of the strategy
    """
    rows = con.execute(
        """
        SELECT strategy_versions.id, version_number, strategy_versions.created_at,
            definition_json, strategies.description
        FROM strategy_versions
        JOIN strategies ON strategies.id = strategy_versions.strategy_id
        WHERE strategy_id = ? AND (? OR strategy_versions.id = ?)
        ORDER BY version_number
        """,
        [newest.strategy_id, every, newest.id],
    ).fetchall()
    return StrategyFile(
        name=newest.name,
        description=rows[0][4],
        asset_type=newest.asset_type,
        symbol_scope=newest.symbol_scope,
        timeframe=newest.timeframe,
        versions=tuple(_version(con, newest.name, *row[:4]) for row in rows),
    )


def _version(
    con: Connection, name: str, version_id: int, number: int, created_at: object, text: str
) -> FileVersion:
    definition = store.called(Definition.parse(text), name)
    return FileVersion(
        version=number,
        created_at=created_at.replace(tzinfo=UTC),  # type: ignore[attr-defined]
        definition=definition.document,
        rules_sha256=rules_sha256(definition),
        notes=tuple(
            Note(created_at=when, note=note) for when, note in notes_store.notes_of(con, version_id)
        ),
        tags=tuple(notes_store.tags_of(con, version_id)),
    )


def add(
    con: Connection, user_id: int, strategy: StrategyFile, definitions: list[Definition]
) -> StrategyVersion:
    """Store a file's versions under a name and return the newest of the file.

    Parameters
    ----------
    con : a write lease's connection; whatever is refused, its transaction is rolled back
    user_id : users.id
    strategy : what was read
    definitions : of its versions, under the name to store them

    Raises
    ------
    TradingError
        A strategy of this name is retired, or has other rules under a number of the file.
    """
    name = definitions[0].name
    known = store.find(con, user_id, name)
    if known is None:
        scope = versions.scope(strategy.asset_type, strategy.symbol_scope, strategy.timeframe)
        told = strategy.description
        strategy_id = store.insert_strategy(con, user_id, definitions[0], scope, told or "")
        ids: dict[int, int] = {}
    else:
        if not known.is_active:
            raise store.retired(known.name)
        strategy_id = known.id
        if known.name != name:
            definitions = [one.titled(known.name) for one in definitions]
        ids = _stored(con, known, strategy, definitions)
    for one, definition in zip(strategy.versions, definitions, strict=True):
        version_id = ids.get(one.version)
        if version_id is None:
            when = moment(one.created_at)
            version_id = store.insert_version(con, strategy_id, one.version, definition, when)
        for note in one.notes:
            notes_store.add_note(con, version_id, note.note, moment(note.created_at))
        notes_store.add_tags(con, version_id, one.tags, again=False)
    newest = max(one.version for one in strategy.versions)
    title = name if known is None else known.name
    return store.get_version(con, user_id, title, newest)


def _stored(
    con: Connection, known: store.Stored, strategy: StrategyFile, definitions: list[Definition]
) -> dict[int, int]:
    """Return the ids of the stored versions by number; refuse a file that contradicts them."""
    ids: dict[int, int] = {}
    rules: dict[int, str] = {}
    for version_id, number, text in store.definitions(con, known.id):
        ids[number] = version_id
        rules[number] = rules_sha256(Definition.parse(text))
    numbers = {digest: number for number, digest in rules.items()}
    for one, definition in zip(strategy.versions, definitions, strict=True):
        digest = rules_sha256(definition)
        here = rules.get(one.version, digest)
        number = numbers.get(digest, one.version)
        if here != digest or number != one.version:
            if here != digest:
                told = f"has other rules as version {one.version} than the file"
            else:
                told = f"has the file's version {one.version} as version {number}"
            message = (
                f"Strategy {known.name!r} {told}. Import it under another name: "
                f"import_file(path, name='{known.name} (imported)'). Nothing was imported."
            )
            raise TradingError(message, name=known.name, version=one.version)
    return ids
