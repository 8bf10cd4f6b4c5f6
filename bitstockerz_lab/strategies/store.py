"""The strategies room's SQL: strategies and their immutable versions, a user's own only."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DefinitionError, TradingError, UnknownName
from bitstockerz_lab.strategies import templates
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import as_number
from bitstockerz_lab.strategies.problems import listed
from bitstockerz_lab.strategies.versions import ANY, Scope, StrategyVersion

if TYPE_CHECKING:
    from datetime import datetime

    from bitstockerz_lab.storage import Connection

__all__ = [
    "StrategyVersion",
    "get_version",
    "runnable_version",
    "save",
    "set_active",
]


class Stored(NamedTuple):
    """A strategy's row as far as a name is looked up: strategies.name, id, is_active."""

    name: str
    id: int
    is_active: bool


WAY_OUT = "Save one with lab.strategies.save(...)."
SELECT = """
    SELECT
        strategy_versions.id, strategies.id, strategies.name, strategy_versions.version_number,
        strategy_versions.definition_json, strategies.asset_type, strategies.symbol_scope,
        strategies.timeframe, strategy_versions.created_at, strategies.is_active,
        (
            SELECT max(version_number) FROM strategy_versions AS all_of_it
            WHERE all_of_it.strategy_id = strategies.id
        )
    FROM strategy_versions
    JOIN strategies ON strategies.id = strategy_versions.strategy_id
    WHERE strategies.user_id = $user_id
        AND coalesce(strategy_versions.id = $version_id, true)
        AND coalesce(strategies.id = $strategy_id, true)
        AND coalesce(strategy_versions.version_number = $number, true)
    ORDER BY strategy_versions.version_number DESC
    LIMIT 1
"""


def get_version(
    con: Connection,
    user_id: int,
    wanted: str | int | StrategyVersion,
    version: int | None = None,
) -> StrategyVersion:
    """Return a version, of a retired strategy too.

    Parameters
    ----------
    con : a lease's connection
    user_id : users.id; nobody else's strategies are found
    wanted : a strategy's name, a version's id (strategy_versions.id), or a StrategyVersion
    version : a number within the strategy; None is the newest of a name

    Raises
    ------
    UnknownName
        There is none of that name, id or number.
    """
    if isinstance(wanted, Definition):
        message = (
            f"{wanted.name or 'This definition'!r} is not saved yet. Save it first: "
            "lab.strategies.save(definition), and run what that returns."
        )
        raise DefinitionError(message)
    if isinstance(wanted, str):
        of_strategy = strategy_id(con, user_id, wanted)
        title = wanted
    else:
        version_id = wanted.id if isinstance(wanted, StrategyVersion) else int(wanted)
        of_id = _select(con, user_id, version_id=version_id)
        if of_id is None:
            message = f"No strategy version with id {version_id}. lab.strategies.list() shows all."
            raise UnknownName(message, id=version_id)
        if isinstance(wanted, StrategyVersion) and not _same(wanted, of_id):
            message = (
                f"{wanted!r} is not of this lab, where id {version_id} is {of_id.name!r} version "
                f"{of_id.version}. Save its definition here with lab.strategies.save(...)."
            )
            raise UnknownName(message, id=version_id, name=wanted.name)
        if version is None or version == of_id.version:
            return of_id
        of_strategy, title = of_id.strategy_id, of_id.name
    number = None if version is None else as_number(version)
    strange = version is not None and number is None
    found = None if strange else _select(con, user_id, strategy_id=of_strategy, number=number)
    if found is None:
        numbers = ", ".join(str(number) for _, number, _ in definitions(con, of_strategy))
        message = f"Strategy {title!r} has no version {version!r}. It has {numbers}."
        raise UnknownName(message, name=title, version=version)
    return found


def runnable_version(
    con: Connection,
    user_id: int,
    wanted: str | int | StrategyVersion,
    version: int | None = None,
) -> StrategyVersion:
    """Return a version to run: the same as `get_version`, but not of a retired strategy.

    Raises
    ------
    UnknownName
        There is none of that name, id or number.
    TradingError
        The strategy is retired.
    """
    found = get_version(con, user_id, wanted, version)
    if not found.is_active:
        raise retired(found.name)
    return found


def save(
    con: Connection, user_id: int, definition: Definition, scope: Scope, description: str | None
) -> StrategyVersion:
    """Store a definition under its name: the version that has these rules already, or the next.

    A name that differs from a stored one in case only is that strategy, spelled as it is stored.

    The lease is exclusive, so nobody else can add the same name or number meanwhile.

    Parameters
    ----------
    con : a write lease's connection
    user_id : users.id
    definition : with a name
    scope : what it is meant for; None keeps what is stored, "ANY" for a new strategy
    description : for people; None keeps what is stored, the definition's own for a new strategy

    Raises
    ------
    TradingError
        The strategy of this name is retired.
    """
    known = find(con, user_id, definition.name)
    if known is None:
        of_strategy = insert_strategy(con, user_id, definition, scope, description)
    else:
        of_strategy = known.id
        if not known.is_active:
            raise retired(known.name)
        if definition.name != known.name:
            definition = definition.titled(known.name)
        _update_strategy(con, of_strategy, scope, description)
    rules = definition.rules()
    stored = definitions(con, of_strategy)
    same = (id_ for id_, _, text in stored if Definition.parse(text).rules() == rules)
    version_id = next(same, None)
    if version_id is None:
        number = 1 + max((number for _, number, _ in stored), default=0)
        version_id = insert_version(con, of_strategy, number, definition)
        con.execute("UPDATE strategies SET updated_at = ? WHERE id = ?", [clock.now(), of_strategy])
    return get_version(con, user_id, version_id)


def rename(con: Connection, user_id: int, name: str, new_name: str) -> str:
    """Give a strategy another name, which no other of the user has, and return it.

    Raises
    ------
    UnknownName
        There is none of that name.
    TradingError
        Another strategy has the new name.
    """
    of_strategy = strategy_id(con, user_id, name)
    free_name(con, user_id, new_name, besides=of_strategy)
    con.execute(
        "UPDATE strategies SET name = ?, updated_at = ? WHERE id = ? AND name <> ?",
        [new_name.strip(), clock.now(), of_strategy, new_name.strip()],
    )
    return new_name.strip()


def free_name(con: Connection, user_id: int, name: str, *, besides: int | None = None) -> None:
    """Refuse a name that a strategy has, in whatever case, or that is empty.

    Parameters
    ----------
    con : a write lease's connection
    user_id : users.id
    name : the name a strategy is to get
    besides : strategies.id of the one that may have it already

    Raises
    ------
    DefinitionError
        It is empty.
    TradingError
        A strategy has it.
    """
    wanted = name.strip()
    if not wanted:
        raise DefinitionError("A strategy needs a name, not an empty text.")
    for one in _stored(con, user_id):
        if one.id != besides and one.name.casefold() == wanted.casefold():
            message = f"There is a strategy {one.name!r} already. Choose another name."
            raise TradingError(message, name=name)


def set_active(con: Connection, user_id: int, name: str, *, active: bool) -> None:
    """Retire a strategy or bring it back; its versions stay as they are.

    Raises
    ------
    UnknownName
        There is none of that name.
    """
    con.execute(
        "UPDATE strategies SET is_active = ?, updated_at = ? WHERE id = ? AND is_active <> ?",
        [active, clock.now(), strategy_id(con, user_id, name), active],
    )


def _same(one: StrategyVersion, other: StrategyVersion) -> bool:
    numbered = (one.strategy_id, one.version) == (other.strategy_id, other.version)
    return numbered and one.definition.rules() == other.definition.rules()


def retired(name: str) -> TradingError:
    message = f"Strategy {name!r} is retired. lab.strategies.restore({name!r}) brings it back."
    return TradingError(message, name=name)


def find(con: Connection, user_id: int, name: str) -> Stored | None:
    """Return the strategy of a name, None if there is none.

    Case counts only where two names differ by it.

    Raises
    ------
    UnknownName
        Several are named so but for case, and none exactly.
    """
    return _found(_stored(con, user_id), name)


def strategy_id(con: Connection, user_id: int, name: str) -> int:
    """Return a strategy's id.

    Raises
    ------
    UnknownName
        There is none of that name; the nearest is suggested, or how a template is saved.
    """
    known = _stored(con, user_id)
    found = _found(known, name)
    if found is None:
        names = [one.name for one in known]
        template = templates.named(name)
        if template is not None and template.title not in names:
            message = f"{name!r} is a template: save it first with {template.saving}."
            raise UnknownName(message, kind="strategy", name=name)
        raise UnknownName.of("strategy", name, names, WAY_OUT)
    return found.id


def _stored(con: Connection, user_id: int) -> list[Stored]:
    rows = con.execute(
        "SELECT name, id, is_active FROM strategies WHERE user_id = ? ORDER BY id", [user_id]
    ).fetchall()
    return [Stored(*row) for row in rows]


def _found(known: list[Stored], name: str) -> Stored | None:
    asked = name.strip()
    alike = [one for one in known if one.name.casefold() == asked.casefold()]
    exact = [one for one in alike if one.name == asked]
    if len(alike) > 1 and not exact:
        message = f"{asked!r} may be {listed(one.name for one in alike)}. Write one as it stands."
        raise UnknownName(message, kind="strategy", name=name)
    return next(iter(exact or alike), None)


def _select(con: Connection, user_id: int, **wanted: float | None) -> StrategyVersion | None:
    unsaid = {"version_id": None, "strategy_id": None, "number": None}
    row = con.execute(SELECT, {"user_id": user_id, **unsaid, **wanted}).fetchone()
    if row is None:
        return None
    return StrategyVersion(
        id=row[0],
        strategy_id=row[1],
        name=row[2],
        version=row[3],
        definition=called(Definition.parse(row[4]), row[2]),
        asset_type=row[5],
        symbol_scope=row[6],
        timeframe=row[7],
        created_at=row[8].replace(tzinfo=UTC),
        is_active=row[9],
        newest=row[10],
    )


def called(definition: Definition, name: str) -> Definition:
    """Return it under the strategy's name, which may have changed since it was stored."""
    return definition if definition.name == name else definition.titled(name)


def definitions(con: Connection, strategy_id: int) -> list[tuple[int, int, str]]:
    """Return id, number and JSON of a strategy's versions, oldest first."""
    return con.execute(
        """
        SELECT id, version_number, definition_json
        FROM strategy_versions
        WHERE strategy_id = ?
        ORDER BY version_number
        """,
        [strategy_id],
    ).fetchall()


def insert_strategy(
    con: Connection, user_id: int, definition: Definition, scope: Scope, description: str | None
) -> int:
    now = clock.now()
    told = definition.description if description is None else description
    row: Any = con.execute(
        """
        INSERT INTO strategies (
            user_id, name, description, asset_type, symbol_scope, timeframe, is_active,
            created_at, updated_at
        )
        VALUES (?, ?, ?, ?, ?, ?, true, ?, ?)
        RETURNING id
        """,
        [
            user_id,
            definition.name,
            told or None,
            scope.asset_type or ANY,
            scope.symbol_scope or ANY,
            scope.timeframe or ANY,
            now,
            now,
        ],
    ).fetchone()
    return int(row[0])


def _update_strategy(
    con: Connection, strategy_id: int, scope: Scope, description: str | None
) -> None:
    """Change what was said anew, and `updated_at` with it; nothing said, nothing changed."""
    said = [description, scope.asset_type, scope.symbol_scope, scope.timeframe]
    if any(value is not None for value in said):
        con.execute(
            """
            UPDATE strategies
            SET
                description = coalesce(?, description),
                asset_type = coalesce(?, asset_type),
                symbol_scope = coalesce(?, symbol_scope),
                timeframe = coalesce(?, timeframe),
                updated_at = ?
            WHERE id = ?
            """,
            [*said, clock.now(), strategy_id],
        )


def insert_version(
    con: Connection,
    strategy_id: int,
    number: int,
    definition: Definition,
    created_at: datetime | None = None,
) -> int:
    """Add a version and return its id; `created_at` is now if left out, UTC and naive."""
    row: Any = con.execute(
        """
        INSERT INTO strategy_versions (strategy_id, version_number, definition_json, created_at)
        VALUES (?, ?, ?, ?)
        RETURNING id
        """,
        [strategy_id, number, definition.to_json(), created_at or clock.now()],
    ).fetchone()
    return int(row[0])
