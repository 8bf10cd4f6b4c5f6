"""Checking whether saved rules may be trusted, and what checks came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies import store
from bitstockerz_lab.strategies.honesty import sources
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.honesty.check import FEW, check, quick, tested, unchecked
from bitstockerz_lab.strategies.honesty.result import Honesty
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bitstockerz_lab.strategies.honesty.sources import Bars
    from bitstockerz_lab.strategies.versions import StrategyVersion

MANY = 20_000
"""The newest bars looked at when a person asks."""


class Checking(Room):
    """Check a version, and list what checks came to."""

    def check(
        self,
        strategy: str | int | StrategyVersion,
        symbol: str | None = None,
        timeframe: str | None = None,
        *,
        version: int | None = None,
        parameters: Mapping[str, Any] | None = None,
        fee_bps: float = 0,
        slippage_bps: float = 0,
    ) -> Honesty:
        """Check whether a saved version looks ahead, is settled and can act, and store the result.

        Parameters
        ----------
        strategy : name, StrategyVersion or its id
        symbol : whose bars to check on, the newest 20,000; left out, those of what the strategy is
            saved for, else the most that are stored, else simulated ones
        timeframe : of the symbol; None takes the only one stored
        version : None takes the newest
        parameters : values by name; the defaults for the rest
        fee_bps, slippage_bps : basis points of notional, per fill; stops inside them are told

        Returns
        -------
        Honesty
            ``print`` shows a verdict a line. Reports show it from now on. That a version was seen
            to look ahead is shown for ever, with the bars and parameters it was seen on.

        Raises
        ------
        UnknownName, NoBars, DataError, DefinitionError
            What was asked for does not exist or does not hold together.
        Untrusted
            The rules are code that nobody agreed to on this machine.

        Examples
        --------
        >>> print(lab.strategies.check("Golden cross", "AAPL", fee_bps=5))  # doctest: +SKIP
        """
        with self._database.read() as con:
            found = store.get_version(con, self._user.id, strategy, version)
            if symbol is None:
                bars = sources.fitting(con, found, MANY)
            else:
                bars = sources.read(con, found.definition, symbol, timeframe, MANY)
        consent.require(found.definition, self._database.path, version=found.version)
        frame, others = bars or sources.simulated(found.definition, found.timeframe)
        made = check(
            found.definition, frame, parameters, others, fee_bps=fee_bps, slippage_bps=slippage_bps
        )
        return self._store(found, made)

    def checks(self, name: str | None = None) -> pd.DataFrame:
        """Return what the newest check of each version came to, and the newest peek it was seen at.

        Parameters
        ----------
        name : of this strategy only

        Returns
        -------
        DataFrame, a row a line of a check
            name, version, check, verdict, message, column, timestamp, symbol, timeframe,
            simulated, bars, first, last, bars_digest, parameters (JSON), fee_bps, slippage_bps,
            package_version, checked_at (UTC).

        Raises
        ------
        UnknownName
            There is no strategy of that name.
        """
        with self._database.read() as con:
            if name is not None:
                name = store.get_version(con, self._user.id, name).name
            found = checks_store.listed(con, self._user.id)
        return found if name is None else found[found["name"] == name].reset_index(drop=True)

    def _check_once(self, version: StrategyVersion) -> StrategyVersion:
        """Return a stored version with its newest check; where there is none it is checked now."""
        with self._database.read() as con:
            known = checks_store.newest(con, version)
            bars = None if known is not None else sources.fitting(con, version, FEW)
        return replace(version, honesty=known or self._check_new(version, bars))

    def _check_new(self, version: StrategyVersion, bars: Bars | None) -> Honesty:
        """Check a version that was just saved, quickly, and store the result; never refuse it.

        Parameters
        ----------
        version : as stored
        bars : of the lab; None where none fit
        """
        try:
            made = self._checked(version, bars or sources.simulated(version.definition))
        except LabError:
            made = self._on_simulated(version)
        return self._store(version, made)

    def _on_simulated(self, version: StrategyVersion) -> Honesty:
        """Check on simulated bars: those of the lab do not suit the rules."""
        bars = sources.simulated(version.definition, version.timeframe)
        try:
            return self._checked(version, bars)
        except LabError as problem:
            told = version.definition.resolve()
            return Honesty((*unchecked(problem),), tested(*bars), told)

    def _checked(self, version: StrategyVersion, bars: Bars) -> Honesty:
        consent.require(version.definition, self._database.path, version=version.version)
        frame, others = bars
        return quick(version.definition, frame, others=others)

    def _store(self, version: StrategyVersion, made: Honesty) -> Honesty:
        with self._database.write() as con:
            checks_store.add(con, version, made)
            stored = checks_store.newest(con, version)
        return stored or replace(made, name=version.name, version=version.version)
