"""What is left of a result when costs, parameters or fills are not quite what was assumed.

Everything here simulates again and records nothing: none of it is a trial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock, strategies
from bitstockerz_lab.backtests import plan, run_terms, search
from bitstockerz_lab.backtests.engine import SIGNALS, simulate_signals
from bitstockerz_lab.backtests.sweep import targets
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.backtests.terms import FULL_BPS, Levels
from bitstockerz_lab.enums import ExitReason, Side
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.measures.definitions import label
from bitstockerz_lab.measures.honest import monte_carlo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.measures.honest import Spread

    Signals = Mapping[str, NDArray[np.bool_]]

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
ORDERS = (ExitReason.SIGNAL, ExitReason.MAX_BARS)
"""Reasons of exits that always fill at an open."""
NEVER_AT_AN_OPEN = (ExitReason.TAKE_PROFIT, ExitReason.END_OF_DATA)
"""Reasons of exits that are no order to be filled at whatever the open is."""


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
    own = unit.recipe_of(parameters)
    metrics = own.simulate(unit.bars, unit.others).metrics
    score, more = getattr(metrics, by), search.MORE_IS_BETTER[by]
    if score is None or not metrics.num_trades or score <= 0:
        return Answer(None, f"There is no {label(by)} above zero that near parameters could keep.")
    near = neighbours(unit, parameters, seed=seed)
    found = np.empty(0) if near is None else _scores(unit, near, by)
    if not len(found):
        return Answer(None, "There is no parameter that could be moved.")
    share = float(np.mean(found >= ENOUGH * score if more else found <= score / ENOUGH))
    limit = "least half" if more else "most twice"
    return Answer(
        share,
        f"Of {len(found):,} near parameter sets, {100 * share:.0f} % have at {limit} the "
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

    Notes
    -----
    Entries and exits at an open are worse, stops that a gap went over among them. Targets are not,
    as they have no slippage either; nor are stops within a bar, which fill at their level, and the
    last close. As with slippage, levels are measured from the entry's worse fill.
    """
    recipe = unit.recipe_of(parameters)
    observed = recipe.simulate(unit.bars, unit.others).metrics
    if not observed.num_trades:
        return None
    flags, simulate = decided(unit, recipe)
    slippage = recipe.terms.slippage_bps / FULL_BPS

    def outcome(random: np.random.Generator) -> dict[str, float | None]:
        kept = {
            name: _miss(flag, missed, random) if name.endswith("entry") else flag
            for name, flag in flags.items()
        }
        worse = random.random(len(unit.bars)) * worse_bps / FULL_BPS
        found = worse_fills(lambda bars: simulate(bars, kept), unit.bars, worse, slippage)
        return {name: getattr(found.metrics, name) for name in OUTCOMES}

    what = f"With fills up to {worse_bps:g} bps worse and {100 * missed:g} % of the entries missed"
    known = {name: getattr(observed, name) for name in OUTCOMES}
    return monte_carlo.noisy(outcome, known, what=what, paths=paths, seed=seed)


def decided(unit: Unit, recipe: Recipe) -> tuple[Signals, Callable[..., Simulation]]:
    """Return what a recipe decides on its bars, and how it simulates others with such signals."""
    signals, levels = strategies.decisions(
        recipe.version.definition, unit.bars, recipe.parameters, unit.others
    )
    stops = Levels(**{**run_terms.fixed_levels(recipe.exits), **levels})

    def simulate(bars: pd.DataFrame, flags: Signals) -> Simulation:
        return simulate_signals(
            bars,
            flags,
            stops,
            recipe.terms,
            asset_type=str(recipe.symbol.asset_type),
            timeframe=recipe.timeframe,
            first=recipe.first_of(unit.bars),
        )

    return {name: signals[name].to_numpy() for name in SIGNALS}, simulate


def worse_fills(
    simulate: Callable[[pd.DataFrame], Simulation],
    bars: pd.DataFrame,
    worse: NDArray[np.float64],
    slippage: float,
) -> Simulation:
    """Simulate with every order that fills at an open filled at a worse price.

    Parameters
    ----------
    simulate : simulates bars; called some times, as a worse entry moves the stops and targets
        measured from it, so that other fills may follow
    bars : DataFrame of shape (n_bars, ≥ 4)
    worse : of shape (n_bars,), by which fraction a fill at each open is worse
    slippage : the fraction that `simulate` takes off fills
    """
    way, settled = np.zeros(len(bars)), 0
    while True:
        given = _worsened(bars, way * worse)
        simulation = simulate(given)
        filled, stopped = _filled(simulation.trades, given, slippage)
        wrong = settled + np.flatnonzero(filled[settled:] != way[settled:])
        if not len(wrong):
            return simulation
        # all before the first is right, and so is what it fills itself if its open is the plain one
        at = int(wrong[0])
        known = way[at] == 0
        # a worse open may itself touch a stop: those are told at plain opens once all else is right
        if (stopped & (way == 0))[wrong].all():
            way[wrong] = filled[wrong]
        else:
            way[at] = filled[at] if known else 0
            way[at + 1 :] = np.where(stopped, 0, filled)[at + 1 :]
        settled = at + int(known)


def neighbours(
    unit: Unit, parameters: Mapping[str, float], *, seed: int = 0
) -> Combinations | None:
    """Return the sets near parameters, without themselves; None where there are none."""
    recipe = unit.recipe_of(parameters)
    near = {name: list(_near(recipe, name, value)) for name, value in recipe.parameters.items()}
    own = tuple(recipe.parameters.values())
    tried = [one for one in _sets(near, seed) if one != own]
    allowed = [one for one in tried if _fits(unit, dict(zip(near, one, strict=True)))]
    if not allowed:
        return None
    columns = map(np.array, zip(*allowed, strict=True))
    return Combinations(dict(zip(near, columns, strict=True)))


def _scores(unit: Unit, near: Combinations, by: str) -> NDArray[np.float64]:
    """Return a metric of parameter sets, NaN where nothing was traded.

    Those are left out whose targets cross on some bar, which only simulating them tells.
    """
    from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - reason: numba

    try:
        measured = engine.measure(unit, near, metrics=(by, "num_trades"))
    except DefinitionError:
        if len(near) == 1:
            return np.empty(0)
        middle = len(near) // 2
        halves = (near[:middle], near[middle:])
        return np.concatenate([_scores(unit, half, by) for half in halves])
    columns = measured.values  # noqa: PD011 - reason: no frame
    return np.where(columns["num_trades"] > 0, columns[by], np.nan)


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


def _fits(unit: Unit, parameters: Mapping[str, float]) -> bool:
    """Whether a run takes these parameters, and the exits and sizes that hang on them."""
    one = Combinations({name: np.array([value]) for name, value in parameters.items()})
    try:
        recipe = unit.recipe_of(parameters)
        targets.refuse_crossing(recipe.version.definition, one, recipe.parameters)
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


def _filled(
    trades: pd.DataFrame, bars: pd.DataFrame, slippage: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return for each bar what orders filled at its open, and whether it was a stop's.

    1.0 where they bought, -1.0 where they sold, of a reversal both times; else 0.0.
    """
    stamps = clock.stamps(bars)
    way, stopped = np.zeros(len(bars)), np.zeros(len(bars), dtype=bool)
    entered, left = (stamps.searchsorted(trades[name]) for name in ("entry_time", "exit_time"))
    side = np.where(trades["side"] == Side.LONG, 1.0, -1.0)
    opens = bars["open"].to_numpy(float)[left] * (1.0 - side * slippage)
    told = trades["exit_reason"].isin(ORDERS).to_numpy()
    # a stop in the bar of its entry may come to the open as well, after the entry
    gapped = (trades["exit_price"].to_numpy() == opens) & (left > entered) & ~told
    gapped &= ~trades["exit_reason"].isin(NEVER_AT_AN_OPEN).to_numpy()
    way[left[told | gapped]] = -side[told | gapped]
    way[entered] = side
    stopped[left[gapped]] = True
    return way, stopped


def _worsened(bars: pd.DataFrame, moved: NDArray[np.float64]) -> pd.DataFrame:
    """Return bars whose opens are moved by fractions.

    High and low give way as far as the open needs: no further than the fill itself, beyond which
    every stop and target of a fresh entry lies, so that nothing is touched that was not.
    """
    opens = bars["open"].to_numpy(float) * (1 + moved)
    prices = {
        "open": opens,
        "high": np.maximum(bars["high"].to_numpy(float), opens),
        "low": np.minimum(bars["low"].to_numpy(float), opens),
        "close": bars["close"].to_numpy(float),
    }
    return pd.DataFrame(prices, index=bars.index)


def _median(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _told(value: float | None) -> str:
    return "undefined" if value is None else f"{value:,.4g}"
