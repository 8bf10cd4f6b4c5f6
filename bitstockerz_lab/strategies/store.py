"""The strategies room's SQL: strategies and their immutable versions, a user's own only."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.errors import TradingError, UnknownName
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
COLUMNS = """
    strategy_versions.id, strategies.id, strategies.name, strategy_versions.version_number,
    strategy_versions.definition_json, strategies.asset_type, strategies.symbol_scope,
    strategies.timeframe, strategy_versions.created_at, strategies.is_active
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
    if isinstance(wanted, str):
        strategy_id, _ = _strategy(con, user_id, wanted)
        found = _version_of_number(con, strategy_id, version)
    else:
        version_id = wanted.id if isinstance(wanted, StrategyVersion) else int(wanted)
        found = _version_of_id(con, user_id, version_id)
        if found is None:
            message = f"No strategy version with id {version_id}. lab.strategies.list() shows all."
            raise UnknownName(message, id=version_id)
        if version is not None and version != found.version:
            found = _version_of_number(con, found.strategy_id, version)
    if found is None:
        numbers = ", ".join(str(number) for number, _ in _definitions(con, strategy_id))
        message = f"Strategy {wanted!r} has no version {version}. It has {numbers}."
        raise UnknownName(message, name=str(wanted), version=version)
    return found
