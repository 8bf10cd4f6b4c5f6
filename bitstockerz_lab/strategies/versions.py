"""A strategy's immutable numbered copy, and what it may be run on."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.problems import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.honesty.result import Honesty

ANY = "ANY"
LONGEST_TAG = 40


@dataclass(frozen=True, slots=True)
class StrategyVersion:
    """One numbered version of a strategy, as stored.

    Parameters
    ----------
    id : strategy_versions.id
    strategy_id : strategies.id
    name : strategies.name
    version : 1, 2, … within the strategy
    definition : the rules, which never change
    asset_type : "EQUITY", "CRYPTO" or "ANY"
    symbol_scope : "ANY" or symbols with commas between: "AAPL,MSFT"
    timeframe : "1d", "1h", … or "ANY"
    created_at : UTC, tz-aware
    is_active : False once the strategy is retired
    newest : the strategy's newest version, the one that its name alone means
    honesty : what its newest check came to, where `save` or `get` gave it; else None
    """

    id: int
    strategy_id: int
    name: str
    version: int
    definition: Definition
    asset_type: str
    symbol_scope: str
    timeframe: str
    created_at: datetime
    is_active: bool = True
    newest: int | None = field(default=None, compare=False)
    honesty: Honesty | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        found = self.honesty.findings if self.honesty is not None else ()
        told = "".join(f"\n{finding}" for finding in found)
        older = f", {self._older()}" if self._older() else ""
        return f"StrategyVersion({self.name!r}, version {self.version}, id {self.id}{older}){told}"

    def __str__(self) -> str:
        honesty = f"{self.honesty}\n" if self.honesty is not None else ""
        return f"{self._title()}\n{honesty}{self.definition}"

    def _title(self) -> str:
        meant = [("asset type", self.asset_type), ("symbols", self.symbol_scope),
                 ("timeframe", self.timeframe)]  # fmt: skip
        told = "".join(f", {what} {value}" for what, value in meant if value != ANY)
        retired = "" if self.is_active else ", retired"
        older = f"; {self._older()}" if self._older() else ""
        return f"{self.name}, version {self.version} (id {self.id}){told}{retired}{older}"

    def _older(self) -> str:
        """Say that the name alone means another version, which is easily missed."""
        if self.newest in {None, self.version}:
            return ""
        return f"the newest is {self.newest}, which runs unless version={self.version} is given"

    def _repr_html_(self) -> str:
        honesty = self.honesty._repr_html_() if self.honesty is not None else ""
        title = f"<p><b>{html.escape(self._title())}</b></p>"
        return f"{title}{honesty}{self.definition._repr_html_()}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a strategy is meant for; None says nothing about it."""

    asset_type: str | None = None
    symbol_scope: str | None = None
    timeframe: str | None = None


def scope(
    asset_type: str | None = None,
    symbol_scope: str | Iterable[str] | None = None,
    timeframe: str | None = None,
) -> Scope:
    """Return a scope in its stored spelling.

    Examples
    --------
    >>> scope("equity", ["aapl", "MSFT"], "daily")
    Scope(asset_type='EQUITY', symbol_scope='AAPL,MSFT', timeframe='1d')

    Raises
    ------
    DefinitionError, DataError
        No such asset type; no such timeframe.
    """
    symbols = symbol_scope.split(",") if isinstance(symbol_scope, str) else symbol_scope
    wanted = None
    if symbols is not None:
        wanted = ",".join(dict.fromkeys(one.strip().upper() for one in symbols if one.strip()))
    return Scope(
        asset_type=_chosen("asset_type", asset_type and asset_type.upper(), [*AssetType, ANY]),
        symbol_scope=wanted if wanted != "" else ANY,
        timeframe=timeframe if timeframe in (None, ANY) else clock.timeframe(timeframe),
    )


def tags(given: Iterable[str]) -> list[str]:
    """Return tags without the blanks around them, each once; two that differ by case are one.

    Examples
    --------
    >>> tags([" live", "Candidate", "LIVE"])
    ['LIVE', 'Candidate']

    Raises
    ------
    DefinitionError
        One is empty, too long, or has a comma or a line break.
    """
    found = [tag.strip() for tag in given]
    for tag in found:
        if not tag or len(tag) > LONGEST_TAG or "," in tag or "\n" in tag:
            message = (
                f"{tag!r} is no tag. Give words without commas, {LONGEST_TAG} letters at most."
            )
            raise DefinitionError(message, tag=tag)
    return list({tag.casefold(): tag for tag in found}.values())


def _chosen(what: str, given: str | None, known: Iterable[str]) -> str | None:
    names = [str(name) for name in known]
    if given is None or given in names:
        return None if given is None else str(given)
    hint = did_you_mean(given, names, f"Known are {listed(names)}.")
    raise DefinitionError(f"No {what} {given!r}. {hint}", **{what: given})
