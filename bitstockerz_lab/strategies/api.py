"""The strategies room's verbs: `lab.strategies`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import indicators, store, versions
from bitstockerz_lab.strategies.definition import Definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.problems import Problem
    from bitstockerz_lab.strategies.versions import StrategyVersion
    from bitstockerz_lab.users.api import User

    Source = Definition | Mapping[str, Any] | str
    Problems = list[Problem]

LONGEST_SHOWN = 40


class Strategies:
    """`lab.strategies`: save rules, look at them, retire them.

    Parameters
    ----------
    database : the lab's file
    user : whose strategies these are
    """

    def __init__(self, database: Database, user: User) -> None:
        self._database = database
        self._user = user

    def __repr__(self) -> str:
        return f"<strategies of {self._user.email}: save, get, list, versions, validate, summary>"

    def save(
        self,
        definition: Source,
        name: str | None = None,
        description: str | None = None,
        *,
        asset_type: str | None = None,
        symbol_scope: str | Iterable[str] | None = None,
        timeframe: str | None = None,
    ) -> StrategyVersion:
        """Store rules as a version that never changes.

        The same rules give the version that has them already, whichever number it is; changed
        rules give the next number. Name, description and what follows are not part of the rules.

        Parameters
        ----------
        definition : what `bz.strategy` returns, a dict, or JSON text
        name : strategies.name; the definition's own if left out
        description : for people
        asset_type : "EQUITY" or "CRYPTO", what it is meant for
        symbol_scope : the symbols it is meant for: "AAPL", ["AAPL", "MSFT"]
        timeframe : the bars it is meant for: "1d", "1h"
            What is left out stays as it is stored; for a new strategy it is "ANY".

        Raises
        ------
        DefinitionError
            Every problem of the definition, or it has no name.
        TradingError
            The strategy of this name is retired.

        Examples
        --------
        >>> lab.strategies.save(bz.strategy("Dip", enter=rsi(2) < 10))  # doctest: +SKIP
        StrategyVersion('Dip', version 1, id 1)
        """
        if isinstance(definition, str) and not definition.lstrip().startswith("{"):
            given = definition if len(definition) <= LONGEST_SHOWN else f"{definition[:37]}..."
            message = (
                f"save takes a definition (what bz.strategy returns), a dict or JSON text, not "
                f"{given!r}. A name goes beside it: save(definition, name=...)."
            )
            raise DefinitionError(message)
        rules = Definition.parse(definition)
        title = (rules.name if name is None else name).strip()
        if not title:
            message = "The strategy has no name. Give save(..., name='...') one."
            raise DefinitionError(message)
        rules = rules.titled(name=title, description=description)
        meant = versions.scope(asset_type, symbol_scope, timeframe)
        told = description if description is not None else rules.description or None
        with self._database.write() as con:
            return store.save(con, self._user.id, rules, meant, told)

    def get(self, name: str | int | StrategyVersion, version: int | None = None) -> StrategyVersion:
        """Return a version, of a retired strategy too.

        Parameters
        ----------
        name : the strategy's name, or a version's id
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        """
        with self._database.read() as con:
            return store.get_version(con, self._user.id, name, version)

    def versions(self, name: str) -> pd.DataFrame:
        """Return a strategy's versions, oldest first.

        Returns
        -------
        DataFrame, a row a version
            version, strategy_version_id, created_at (UTC), summary (plain English).
        """
        with self._database.read() as con:
            found = store.list_versions(con, self._user.id, name)
        found["summary"] = [definitions.summary(text) for text in found.pop("definition_json")]
        return found

    def validate(self, definition: Source) -> Problems:
        """Return every problem of a definition, each with path, message and suggestion."""
        return definitions.validate(definition)

    def summary(
        self,
        definition: Source | StrategyVersion,
        parameters: Mapping[str, Any] | None = None,
    ) -> str:
        """Return rules in plain English, a sentence a line.

        Parameters
        ----------
        definition : a definition, its JSON, a StrategyVersion, or the name of a saved strategy
        parameters : values by name; the defaults for the rest
        """
        if isinstance(definition, versions.StrategyVersion):
            definition = definition.definition
        elif isinstance(definition, str) and not definition.lstrip().startswith("{"):
            definition = self.get(definition).definition
        return definitions.summary(definition, parameters)

    def indicators(self) -> pd.DataFrame:
        """Return the indicators a definition may name: inputs, parameters, warm-up, definition."""
        return indicators.catalogue()

    def retire(self, name: str) -> None:
        """Take a strategy out of use: it cannot be run or saved to; everything stays stored."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=False)

    def restore(self, name: str) -> None:
        """Bring a retired strategy back."""
        with self._database.write() as con:
            store.set_active(con, self._user.id, name, active=True)

    def list(self) -> pd.DataFrame:
        """Return every strategy.

        Returns
        -------
        DataFrame, a row a strategy, by name
            name, version (the newest), strategy_version_id, asset_type, symbol_scope, timeframe,
            is_active (False once retired), description, created_at, updated_at (UTC).
        """
        with self._database.read() as con:
            return store.list_strategies(con, self._user.id)
