"""Saving rules, and looking at rules that need not be saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import indicators, store, templates, versions
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.honesty import sources
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.honesty.check import FEW
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.verbs.honesty import Checking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from bitstockerz_lab.strategies.problems import Problem
    from bitstockerz_lab.strategies.versions import StrategyVersion

    Source = Definition | Mapping[str, Any] | str

LONGEST_SHOWN = 40


class Saving(Checking):
    """Save, validate, tell in English; the catalogue of indicators."""

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
        A new version, and one saved for other bars, is checked on bars of the lab: whether it looks
        ahead, when it is settled, whether its rules can act. What is found is told, stored, and
        refuses nothing; see `check`.

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
            template = templates.named(definition)
            if template is not None:
                message = (
                    f"save takes a definition, and {definition!r} is the name of a template. "
                    f"Save it with {template.saving}."
                )
                raise DefinitionError(message, template=template.name)
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
        consent.saved(rules)  # first: text that is stored and not noted would run unasked
        with self._database.write() as con:
            version = store.save(con, self._user.id, rules, meant, told)
            known = checks_store.newest(con, version)
            if known is not None and not checks_store.fits(con, version, known):
                known = None
            bars = sources.fitting(con, version, FEW) if known is None else None
        return replace(version, honesty=known or self._check_new(version, bars))

    def validate(self, definition: Source) -> list[Problem]:
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
            definition = self._saved(definition).definition
        return definitions.summary(definition, parameters)

    def _saved(self, name: str) -> StrategyVersion:
        with self._database.read() as con:
            return store.get_version(con, self._user.id, name)

    def indicators(self) -> pd.DataFrame:
        """Return the indicators a definition may name: inputs, parameters, warm-up, definition."""
        return indicators.catalogue()
