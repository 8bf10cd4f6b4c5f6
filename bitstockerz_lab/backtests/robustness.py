"""What is left of a result when costs, parameters or fills are not quite what was assumed.

Everything here simulates again and records nothing: none of it is a trial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import strategies
from bitstockerz_lab.backtests import plan, run_terms, search
from bitstockerz_lab.backtests.engine import SIGNALS, orders_due, simulate_signals
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.backtests.terms import Levels
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.measures.definitions import label
from bitstockerz_lab.measures.honest import monte_carlo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.measures.honest import Spread

DOUBLED = ("fee_bps", "fixed_fee", "slippage_bps", "borrow_bps")
NEAR = 0.1
"""How far a parameter is moved: a tenth of its value, at least one step."""
MOST_NEIGHBOURS = 3**5
ENOUGH = 0.5
"""A neighbour keeps its score if at least half of it is left."""
WORSE_BPS = 10.0
MISSED = 0.05
FILL_PATHS = 100
OUTCOMES = ("sharpe_ratio", "total_return_pct", "max_drawdown_pct")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one test came to.

    Attributes
    ----------
    number : None where it is undefined
    sentence : for people; why, where it is undefined
    """

    number: float | None
    sentence: str


def unit_of(recipe: Recipe, bars: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> Unit:
    """Return a recorded run's recipe and bars as a unit, so that its parameters can be moved."""
    version = recipe.version
    own = version.definition.exits(recipe.parameters)
    given = {name: value for name, value in recipe.exits.items() if name not in own}
    if "sizing" not in own:
        given["sizing"] = recipe.terms.sizing
    terms = {"initial_equity": recipe.terms.initial_equity, **recipe.terms.costs, **given}
    wish = plan.Wish(
        strategy=version,
        symbol=recipe.symbol.symbol,
        timeframe=recipe.timeframe,
        start=recipe.start,
        end=recipe.end,
        parameters=recipe.parameters,
        terms=terms,
        adjusted=recipe.adjusted,
    )
    return Unit(number=0, recipe=recipe, wish=wish, bars=bars, others=others)


def costs_doubled(unit: Unit, parameters: Mapping[str, float], by: str = "sharpe_ratio") -> Answer:
    """Return the metric that is left when every cost is twice what was assumed.

    Parameters
    ----------
    unit, parameters : what is judged
    by : a metric of `search.MORE_IS_BETTER`
    """
    recipe = unit.recipe_of(parameters)
    costs = {name: 2 * getattr(recipe.terms, name) for name in DOUBLED}
    if not any(costs.values()):
        told = "No costs were set, so doubling them changes nothing. Give fee_bps and slippage_bps."
        return Answer(None, told)
    dearer = replace(recipe, terms=replace(recipe.terms, **costs))
    before = getattr(recipe.simulate(unit.bars, unit.others).metrics, by)
    after = getattr(dearer.simulate(unit.bars, unit.others).metrics, by)
    told = f"With all costs doubled, {label(by)} is {_told(after)} instead of {_told(before)}."
    return Answer(after, told)


def parameter_noise(
    unit: Unit, parameters: Mapping[str, float], by: str = "sharpe_ratio", *, seed: int = 0
) -> Answer:
    """Return the share of near parameter sets that keep at least half the score, 0 to 1.

    Parameters
    ----------
    unit, parameters : what is judged
    by : a metric of `search.MORE_IS_BETTER`; where less is better, at most twice it is kept
    seed : of the sample that is taken where more than 243 sets are near

    Notes
    -----
    Each parameter is moved by a tenth of its value, at least by its step (1 for whole numbers), up
    and down and not at all, all of them together; what the definition does not allow is left out.
    """
    from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - reason: numba

    own = unit.recipe_of(parameters)
    metrics = own.simulate(unit.bars, unit.others).metrics
    score, more = getattr(metrics, by), search.MORE_IS_BETTER[by]
    if score is None or not metrics.num_trades or score <= 0:
        return Answer(None, f"There is no {label(by)} above zero that near parameters could keep.")
    near = neighbours(own, seed=seed)
    if near is None:
        return Answer(None, "There is no parameter that could be moved.")
    wanted = (by, "num_trades")
    columns = engine.measure(unit, near, metrics=wanted).values  # noqa: PD011 - reason: no frame
    found = np.where(columns["num_trades"] > 0, columns[by], np.nan)
    share = float(np.mean(found >= ENOUGH * score if more else found <= score / ENOUGH))
    limit = "least half" if more else "most twice"
    return Answer(
        share,
        f"Of {len(near):,} near parameter sets, {100 * share:.0f} % have at {limit} the "
        f"{label(by)} of {_told(score)}; the middle one has {_told(_median(found))}.",
    )


def fill_noise(
    unit: Unit,
    parameters: Mapping[str, float],
    *,
    worse_bps: float = WORSE_BPS,
    missed: float = MISSED,
    paths: int = FILL_PATHS,
    seed: int = 0,
) -> Spread | None:
    """Return what random slippage and missed entries make of a result; None without trades.

    Parameters
    ----------
    unit, parameters : what is judged
    worse_bps : a fill at an open is worse by 0 to so many basis points, besides the slippage set
    missed : chance that an entry is missed: until its rule has been false once
    paths, seed : of `monte_carlo.noisy`
    """
    recipe = unit.recipe_of(parameters)
    observed = recipe.simulate(unit.bars, unit.others).metrics
    if not observed.num_trades:
        return None
    signals, levels = strategies.decisions(
        recipe.version.definition, unit.bars, recipe.parameters, unit.others
    )
    flags = {name: signals[name].to_numpy() for name in SIGNALS}
    stops = Levels(**{**run_terms.fixed_levels(recipe.exits), **levels})
    missing = market_bars.missing(unit.bars)

    def outcome(random: np.random.Generator) -> dict[str, float | None]:
        kept = {
            name: _miss(flag, missed, random) if name.endswith("entry") else flag
            for name, flag in flags.items()
        }
        bars = _worsened(unit.bars, orders_due(missing, kept), worse_bps, random)
        metrics = simulate_signals(
            bars,
            kept,
            stops,
            recipe.terms,
            asset_type=str(recipe.symbol.asset_type),
            timeframe=recipe.timeframe,
            first=recipe.first_of(unit.bars),
        ).metrics
        return {name: getattr(metrics, name) for name in OUTCOMES}

    what = f"With fills up to {worse_bps:g} bps worse and {100 * missed:g} % of the entries missed"
    known = {name: getattr(observed, name) for name in OUTCOMES}
    return monte_carlo.noisy(outcome, known, what=what, paths=paths, seed=seed)


def neighbours(recipe: Recipe, *, seed: int = 0) -> Combinations | None:
    """Return the parameter sets near a recipe's own, without it; None where there are none."""
    near = {name: list(_near(recipe, name, value)) for name, value in recipe.parameters.items()}
    own = tuple(recipe.parameters.values())
    tried = [one for one in _sets(near, seed) if one != own]
    allowed = [one for one in tried if _fits(recipe, dict(zip(near, one, strict=True)))]
    if not allowed:
        return None
    columns = map(np.array, zip(*allowed, strict=True))
    return Combinations(dict(zip(near, columns, strict=True)))


def _sets(near: Mapping[str, list[float]], seed: int) -> list[tuple[float, ...]]:
    """Return all sets, or a sample of very many."""
    if np.prod([float(len(values)) for values in near.values()]) <= MOST_NEIGHBOURS:
        return list(product(*near.values()))
    random = np.random.default_rng(seed)
    drawn = [random.integers(len(values), size=MOST_NEIGHBOURS) for values in near.values()]
    columns = [
        [values[at] for at in places] for values, places in zip(near.values(), drawn, strict=True)
    ]
    return list(dict.fromkeys(zip(*columns, strict=True)))


def _near(recipe: Recipe, name: str, value: float) -> Iterator[float]:
    """Yield a parameter's value and those a step below and above it that it may have."""
    declared = recipe.version.definition.parameters[name]
    whole = declared.type == "int"
    step = max(NEAR * abs(value), declared.step or (1 if whole else 0))
    step = max(1, round(step)) if whole else step
    yield value
    for moved in (value - step, value + step):
        low = declared.min is None or moved >= declared.min
        high = declared.max is None or moved <= declared.max
        if moved != value and low and high:
            yield moved


def _fits(recipe: Recipe, parameters: Mapping[str, float]) -> bool:
    try:
        recipe.version.definition.resolve(parameters)
    except (DefinitionError, UnknownName):
        return False
    return True


def _miss(flag: NDArray[np.bool_], chance: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Return entries of which some are missed, each from its first true bar to its last."""
    begins = flag & ~np.concatenate([[False], flag[:-1]])
    number = np.cumsum(begins)
    lost = random.random(number[-1] + 1 if len(number) else 1) < chance
    kept: NDArray[np.bool_] = flag & ~lost[number]
    return kept


def _worsened(
    bars: pd.DataFrame, orders: NDArray[np.bool_], worse_bps: float, random: np.random.Generator
) -> pd.DataFrame:
    """Return bars whose opens are worse for what is due at them: `engine.orders_due`."""
    long_entry, long_exit, short_entry, short_exit = orders
    way = (long_entry | short_exit).astype(float) - (short_entry | long_exit)
    opens = bars["open"].to_numpy(float) * (1 + way * random.random(len(bars)) * worse_bps / 1e4)
    high, low = bars["high"].to_numpy(float), bars["low"].to_numpy(float)
    prices = {
        "open": opens,
        "high": np.maximum(high, opens),
        "low": np.minimum(low, opens),
        "close": bars["close"].to_numpy(float),
    }
    return pd.DataFrame(prices, index=bars.index)


def _median(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _told(value: float | None) -> str:
    return "undefined" if value is None else f"{value:,.4g}"
