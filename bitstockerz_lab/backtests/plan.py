"""A run before it runs: everything it will be made of, resolved, with its fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock, strategies
from bitstockerz_lab.backtests import honesty_warnings, other_bars, other_warnings, run_terms
from bitstockerz_lab.backtests.engine import ENGINE_VERSION, SIGNALS, Simulation, simulate_signals
from bitstockerz_lab.backtests.run_terms import EXITS
from bitstockerz_lab.backtests.terms import COSTS, Levels, Terms
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars, TradingError, UnknownName
from bitstockerz_lab.market import factors, history
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies import others as other_symbols
from bitstockerz_lab.strategies import store as strategy_store
from bitstockerz_lab.strategies.python import imports as code_packages
from bitstockerz_lab.strategies.versions import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.others import Other
    from bitstockerz_lab.strategies.versions import StrategyVersion

RAW = "raw"
PACKAGES = ("bitstockerz-lab", "duckdb", "numba", "numpy", "pandas", "ta-lib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for: the arguments of `lab.backtests.run`, unresolved."""

    strategy: str | int | StrategyVersion
    symbol: str
    timeframe: str | None = None
    start: Any = None
    end: Any = None
    version: int | None = None
    parameters: Mapping[str, float] | None = None
    terms: Mapping[str, Any]
    adjusted: str | bool = "all"


def wish(
    strategy: str | int | StrategyVersion,
    symbol: str,
    timeframe: str | None = None,
    start: Any = None,  # noqa: ANN401 - clock.utc decides
    end: Any = None,  # noqa: ANN401 - as above
    *,
    version: int | None = None,
    parameters: Mapping[str, float] | None = None,
    adjusted: str | bool = "all",
    **terms: Any,  # noqa: ANN401 - checked when resolved
) -> Wish:
    """Return a question in one piece; `terms` are costs, sizing and exits."""
    if not isinstance(symbol, str):
        raise DataError(
            f"A run reads one symbol, not {symbol!r}. Take them one by one, "
            "[lab.backtests.run(strategy, one) for one in symbols], or many with lab.batch.run.",
            symbol=symbol,
        )
    strange = sorted(set(terms) - {"initial_equity", "sizing", *COSTS, *EXITS})
    if strange:
        raise UnknownName.of("argument", strange[0], ("initial_equity", "sizing", *COSTS, *EXITS))
    return Wish(
        strategy=strategy,
        symbol=symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        version=version,
        parameters=parameters,
        terms=terms,
        adjusted=adjusted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a run is made of besides its bars; the same recipe on the same bars is the same run."""

    version: StrategyVersion
    symbol: Symbol
    timeframe: str
    start: pd.Timestamp
    end: pd.Timestamp
    parameters: Mapping[str, float]
    exits: Mapping[str, Any]
    terms: Terms
    adjusted: str
    warnings: tuple[str, ...] = ()
    reads: tuple[Other, ...] = ()
    """The other symbols whose bars the rules read."""

    def fingerprint(
        self,
        bars_digest: str,
        engine: str = ENGINE_VERSION,
        talib: str | None = None,
        packages: Mapping[str, str] | None = None,
    ) -> str:
        """Return the SHA-256 of everything that decides the run's numbers; versions: those here."""
        made_of = {
            "rules": self.version.definition.rules(),
            "parameters": dict(self.parameters),
            "symbol": self.symbol.symbol,
            "asset_type": str(self.symbol.asset_type),
            "timeframe": self.timeframe,
            "period": [self.start.isoformat(), self.end.isoformat()],
            "adjusted": self.adjusted,
            "bars": bars_digest,
            "terms": run_terms.set_terms(self.terms),
            "exits": dict(self.exits),
            "engine": engine,
            "ta-lib": talib or versions()["ta-lib"],
        }
        if self.version.definition.python is not None:
            made_of["packages"] = dict(packages or self.packages)
        text = json.dumps(made_of, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def first_of(self, bars: pd.DataFrame) -> int:
        """Return the position of the period's first bar; those before only warm up."""
        return int(bars.index.searchsorted(self.start))

    def simulate(
        self, bars: pd.DataFrame, others: Mapping[str, pd.DataFrame] | None = None
    ) -> Simulation:
        """Run the strategy on the bars, warm-up included; `others` are those its rules read."""
        return self.carry_out(bars, *self.decisions(bars, others))

    def decisions(
        self, bars: pd.DataFrame, others: Mapping[str, pd.DataFrame] | None = None
    ) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Return what the rules say at each close, and the levels of their exits."""
        return strategies.decisions(self.version.definition, bars, self.parameters, others)

    def carry_out(
        self, bars: pd.DataFrame, signals: pd.DataFrame, levels: Mapping[str, Any]
    ) -> Simulation:
        """Simulate `decisions` on the bars they were taken on."""
        return simulate_signals(
            bars,
            {name: signals[name].to_numpy() for name in SIGNALS},
            Levels(**{**run_terms.fixed_levels(self.exits), **levels}),
            self.terms,
            asset_type=str(self.symbol.asset_type),
            timeframe=self.timeframe,
            first=self.first_of(bars),
        )

    @property
    def packages(self) -> dict[str, str]:
        """The versions here of what the strategy's Python imports; empty without Python."""
        return code_packages.here(self.version.definition)

    @property
    def exit_names(self) -> tuple[str, ...]:
        """What closes a position besides the rules: what is fixed, and what moves with the bars."""
        return (*self.exits, *self.version.definition.moving_exits)


@dataclass(frozen=True)
class Materials:
    """A recipe with the bars it asks for, as the database had them at `as_of`."""

    recipe: Recipe
    as_of: datetime
    bars: pd.DataFrame | None
    problem: NoBars | None
    asked_adjusted: str
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def bars_digest(self) -> str | None:
        """The digest of the exact bars, warm-up included; None without bars."""
        return other_symbols.digest(self.bars, self.others) if self.bars is not None else None

    @property
    def fingerprint(self) -> str | None:
        """The run's fingerprint; None without bars."""
        known = self.bars_digest
        return self.recipe.fingerprint(known) if known is not None else None

    @property
    def provider(self) -> str:
        """Where the bars come from; empty without bars."""
        return str(self.bars.attrs["provider"]) if self.bars is not None else ""

    def details(self) -> dict[str, object]:
        """Return the run's row of `run_details`, but for its id."""
        recipe = self.recipe
        return {
            "fingerprint": self.fingerprint,
            "bars_digest": self.bars_digest,
            "bars_as_of": self.as_of,
            "adjusted": recipe.adjusted,
            "asked_adjusted": self.asked_adjusted,
            "provider": self.provider,
            "parameters_json": json.dumps(dict(recipe.parameters)),
            "costs_json": json.dumps(recipe.terms.costs),
            "sizing_json": json.dumps(recipe.terms.sizing),
            "exits_json": json.dumps(dict(recipe.exits)),
            "engine_version": ENGINE_VERSION,
            "versions_json": json.dumps(versions() | recipe.packages),
            "warnings_json": json.dumps(list(recipe.warnings)),
            "tags_json": "[]",
            "notebook": os.environ.get("BITSTOCKERZ_NOTEBOOK"),
        }

    def bars_or_raise(self) -> pd.DataFrame:
        """Return the bars, or raise why there are none."""
        if self.bars is None:
            raise self.problem or AssertionError
        return self.bars


@cache
def versions() -> dict[str, str]:
    """Return the versions of what computes a run's numbers."""
    return {name: installed_version(name) for name in PACKAGES}


def resolve(con: Connection, user_id: int, wish: Wish) -> Recipe:
    """Turn what was asked for into a recipe.

    Raises
    ------
    UnknownName, DataError, NoBars, DefinitionError
        What was asked for does not exist or does not hold together.
    """
    version = strategy_store.runnable_version(con, user_id, wish.strategy, wish.version)
    return resolve_version(con, version, wish)


def resolve_version(con: Connection, version: StrategyVersion, wish: Wish) -> Recipe:
    """Return `resolve` of a version that is at hand, whatever strategy the wish names."""
    symbol = market_store.find_symbol(con, wish.symbol)
    parameters = version.definition.resolve(wish.parameters)
    exits, terms = run_terms.join(version, parameters, wish.terms)
    meant = version.timeframe if version.timeframe != ANY else None
    timeframe = history.timeframe_of(con, symbol, wish.timeframe or meant)
    _check_scope(version, symbol, timeframe)
    start, end = _period(con, symbol, timeframe, wish)
    return Recipe(
        version=version,
        symbol=symbol,
        timeframe=timeframe,
        start=start,
        end=end,
        parameters=parameters,
        exits=exits,
        terms=terms,
        adjusted=factors.how(wish.adjusted),
        reads=other_symbols.resolve(con, version.definition, timeframe),
    )


def with_parameters(recipe: Recipe, wish: Wish, parameters: Mapping[str, float]) -> Recipe:
    """Return the recipe with these parameters in place of the wish's, and the exits they give."""
    resolved = recipe.version.definition.resolve({**(wish.parameters or {}), **parameters})
    exits, terms = run_terms.join(recipe.version, resolved, wish.terms)
    return replace(recipe, parameters=resolved, exits=exits, terms=terms)


def gather(con: Connection, user_id: int, wish: Wish) -> Materials:
    """Resolve what was asked for and read its bars, all in one lease.

    Bars that are not there become part of the answer, so that the failed run can be recorded.
    """
    return gather_recipe(con, resolve(con, user_id, wish), asked=wish.start is not None)


def gather_recipe(con: Connection, resolved: Recipe, *, asked: bool) -> Materials:
    """Read the bars of a recipe; `asked` as `warned` takes it."""
    recipe = honesty_warnings.known(con, resolved)
    # the newest fact rather than the clock: what is stored later is later, whatever clocks do
    as_of = other_bars.newest(con, recipe) or clock.now()
    try:
        bars = read_bars(con, recipe)
        others = other_bars.read(con, recipe, recipe.adjusted)
    except NoBars as problem:
        return Materials(recipe, as_of, None, problem, recipe.adjusted)
    made_of = replace(recipe, adjusted=bars.attrs["adjusted"])
    found = Materials(made_of, as_of, bars, None, recipe.adjusted, others)
    return warned(found, asked=asked)


def warned(materials: Materials, *, asked: bool) -> Materials:
    """Return materials that have bars with what the reader of their run should know.

    Parameters
    ----------
    materials : of the run
    asked : whether somebody said when its period starts
    """
    bars, recipe = materials.bars_or_raise(), materials.recipe
    as_asked, simulated = (
        replace(recipe, adjusted=materials.asked_adjusted),
        bars.attrs["simulated"],
    )
    warnings = (
        *honesty_warnings.of(recipe, bars, asked=asked),
        *_warnings(as_asked, recipe.adjusted, simulated=simulated),
        *other_warnings.of(as_asked, materials.others, simulated=simulated),
    )
    return replace(materials, recipe=replace(recipe, warnings=warnings))


def read_bars(con: Connection, recipe: Recipe, as_of: datetime | None = None) -> pd.DataFrame:
    """Return the bars a recipe reads: all stored ones up to its end.

    Raises
    ------
    NoBars
        None lies in its period.
    """
    bars = history.read(
        con,
        recipe.symbol,
        recipe.timeframe,
        end=recipe.end,
        adjusted=False if recipe.adjusted == RAW else recipe.adjusted,
        as_of=as_of,
    )
    if recipe.first_of(bars) == len(bars):
        start, end = _day(recipe.start), _day(recipe.end)
        raise history.no_bars(
            con, recipe.symbol, recipe.timeframe, start, end if end != start else None
        )
    return bars


def _day(stamp: pd.Timestamp) -> str:
    """Return a stamp as people write it: midnight is the date."""
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M}"


def _period(
    con: Connection, symbol: Symbol, timeframe: str, wish: Wish
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period as asked; what nobody said reaches to the first or last bar."""
    start = clock.utc(wish.start) if wish.start is not None else None
    end = clock.last_stamp(wish.end, timeframe) if wish.end is not None else None
    if start is not None and end is not None:
        if start > end:
            raise DataError(
                f"start {wish.start} is after end {wish.end}. Swap them, or leave one out.",
                start=wish.start,
                end=wish.end,
            )
        return start, end
    stored = history.extent(con, symbol, timeframe)
    # a period that begins after the last bar, or ends before the first, is empty
    first = start if start is not None else min(stored[0], end or stored[0])
    return first, end if end is not None else max(stored[1], first)


def _check_scope(version: StrategyVersion, symbol: Symbol, timeframe: str) -> None:
    """Refuse what the strategy was saved as not being meant for."""
    meant = {
        "asset_type": (version.asset_type, str(symbol.asset_type)),
        "symbol_scope": (version.symbol_scope, symbol.symbol),
        "timeframe": (version.timeframe, timeframe),
    }
    for name, (scope, asked) in meant.items():
        if scope != ANY and asked not in scope.split(","):
            raise TradingError(
                f"Strategy {version.name!r} is saved for {name} {scope}, not {asked}. Widen it "
                f'with lab.strategies.save(definition, {name}="ANY"), or choose another.',
                **{name: scope},
            )


def _warnings(recipe: Recipe, adjusted: str, *, simulated: bool) -> Iterator[str]:
    """Yield what the reader of the result should know; `adjusted` is what was really done."""
    yield from code_packages.warnings(recipe.version.definition)
    symbol, terms = recipe.symbol, recipe.terms
    if adjusted != RAW and (terms.lot_size or terms.fixed_fee):
        yield (
            f"Prices are adjusted ({adjusted}): they are not what was paid on the day, so lot_size "
            "and fixed_fee do not mean what they did then. adjusted=False uses raw prices."
        )
    if symbol.asset_type is AssetType.EQUITY and recipe.adjusted != adjusted and not simulated:
        yield other_warnings.no_factors(symbol.symbol)
