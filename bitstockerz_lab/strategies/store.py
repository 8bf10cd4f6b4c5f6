"""The strategies room's SQL: strategies and their immutable versions, a user's own only."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DefinitionError, TradingError, UnknownName
from bitstockerz_lab.storage import frames
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.versions import ANY, Scope, StrategyVersion

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection

__all__ = [
    "StrategyVersion",
    "get_version",
    "list_strategies",
    "list_versions",
    "runnable_version",
    "save",
    "set_active",
]

WAY_OUT = "Save one with lab.strategies.save(...)."
SELECT = """
    SELECT
        strategy_versions.id, strategies.id, strategies.name, strategy_versions.version_number,
        strategy_versions.definition_json, strategies.asset_type, strategies.symbol_scope,
        strategies.timeframe, strategy_versions.created_at, strategies.is_active
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
        strategy_id = _strategy_id(con, user_id, wanted)
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
        strategy_id, title = of_id.strategy_id, of_id.name
    found = _select(con, user_id, strategy_id=strategy_id, number=version)
    if found is None:
        numbers = ", ".join(str(number) for _, number, _ in _definitions(con, strategy_id))
        message = f"Strategy {title!r} has no version {version}. It has {numbers}."
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
        raise _retired(found.name)
    return found


def save(
    con: Connection, user_id: int, definition: Definition, scope: Scope, description: str | None
) -> StrategyVersion:
    """Store a definition under its name: the version that has these rules already, or the next.

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
    known = con.execute(
        "SELECT id, is_active FROM strategies WHERE user_id = ? AND name = ?",
        [user_id, definition.name],
    ).fetchone()
    if known is None:
        strategy_id = _insert_strategy(con, user_id, definition, scope, description)
    else:
        strategy_id, is_active = known
        if not is_active:
            raise _retired(definition.name)
        _update_strategy(con, strategy_id, scope, description)
    rules = definition.rules()
    stored = _definitions(con, strategy_id)
    same = (id_ for id_, _, text in stored if Definition.parse(text).rules() == rules)
    version_id = next(same, None)
    if version_id is None:
        number = 1 + max((number for _, number, _ in stored), default=0)
        version_id = _insert_version(con, strategy_id, number, definition)
        con.execute("UPDATE strategies SET updated_at = ? WHERE id = ?", [clock.now(), strategy_id])
    return get_version(con, user_id, version_id)


def set_active(con: Connection, user_id: int, name: str, *, active: bool) -> None:
    """Retire a strategy or bring it back; its versions stay as they are.

    Raises
    ------
    UnknownName
        There is none of that name.
    """
    con.execute(
        "UPDATE strategies SET is_active = ?, updated_at = ? WHERE id = ? AND is_active <> ?",
        [active, clock.now(), _strategy_id(con, user_id, name), active],
    )


def list_strategies(con: Connection, user_id: int) -> pd.DataFrame:
    """Return a row a strategy: its columns, its newest version and how many it has."""
    return frames.read(
        con,
        """
        SELECT
            strategies.name, max(strategy_versions.version_number) AS version,
            arg_max(strategy_versions.id, strategy_versions.version_number) AS strategy_version_id,
            strategies.asset_type, strategies.symbol_scope, strategies.timeframe,
            strategies.is_active, strategies.description, strategies.created_at,
            strategies.updated_at
        FROM strategies
        JOIN strategy_versions ON strategy_versions.strategy_id = strategies.id
        WHERE strategies.user_id = ?
        GROUP BY ALL
        ORDER BY strategies.name
        """,
        [user_id],
        zone="UTC",
    )


def list_versions(con: Connection, user_id: int, name: str) -> pd.DataFrame:
    """Return a row a version, oldest first: number, id, created_at, definition_json."""
    return frames.read(
        con,
        """
        SELECT version_number AS version, id AS strategy_version_id, created_at, definition_json
        FROM strategy_versions
        WHERE strategy_id = ?
        ORDER BY version_number
        """,
        [_strategy_id(con, user_id, name)],
        zone="UTC",
    )


def _same(one: StrategyVersion, other: StrategyVersion) -> bool:
    numbered = (one.strategy_id, one.version) == (other.strategy_id, other.version)
    return numbered and one.definition.rules() == other.definition.rules()


def _retired(name: str) -> TradingError:
    message = f"Strategy {name!r} is retired. lab.strategies.restore({name!r}) brings it back."
    return TradingError(message, name=name)


def _strategy_id(con: Connection, user_id: int, name: str) -> int:
    rows = con.execute("SELECT name, id FROM strategies WHERE user_id = ?", [user_id]).fetchall()
    ids: dict[str, int] = dict(rows)
    if name.strip() not in ids:
        raise UnknownName.of("strategy", name, ids, WAY_OUT)
    return ids[name.strip()]


def _select(con: Connection, user_id: int, **wanted: int | None) -> StrategyVersion | None:
    unsaid = {"version_id": None, "strategy_id": None, "number": None}
    row = con.execute(SELECT, {"user_id": user_id, **unsaid, **wanted}).fetchone()
    if row is None:
        return None
    return StrategyVersion(
        id=row[0],
        strategy_id=row[1],
        name=row[2],
        version=row[3],
        definition=Definition.parse(row[4]),
        asset_type=row[5],
        symbol_scope=row[6],
        timeframe=row[7],
        created_at=row[8].replace(tzinfo=UTC),
        is_active=row[9],
    )


def _definitions(con: Connection, strategy_id: int) -> list[tuple[int, int, str]]:
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


def _insert_strategy(
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


def _insert_version(con: Connection, strategy_id: int, number: int, definition: Definition) -> int:
    row: Any = con.execute(
        """
        INSERT INTO strategy_versions (strategy_id, version_number, definition_json, created_at)
        VALUES (?, ?, ?, ?)
        RETURNING id
        """,
        [strategy_id, number, definition.to_json(), clock.now()],
    ).fetchone()
    return int(row[0])
