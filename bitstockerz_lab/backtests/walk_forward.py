"""A walk-forward: choose on one window, trade the next with the choice, walk on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests.grid import combinations
from bitstockerz_lab.backtests.search import best, check_metric, search
from bitstockerz_lab.backtests.windows import walk_windows
from bitstockerz_lab.errors import DefinitionError, NoBars, TradingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.grid import Constraint, Grid
    from bitstockerz_lab.backtests.plan import Materials, Recipe, Wish
    from bitstockerz_lab.backtests.windows import Window, Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to walk: the windows, what is tried in each, and what is best there."""

    grid: Grid
    train: str | float
    test: str | float
    step: str | float | None = None
    anchored: bool = False
    keep_rest: bool = False
    by: str = "sharpe_ratio"
    constraint: Constraint = None

    def __post_init__(self) -> None:
        check_metric(self.by)

    def recipes(self, recipe: Recipe, wish: Wish) -> list[Recipe]:
        """Return a recipe for each combination, each set of parameters once.

        Raises
        ------
        UnknownName, DefinitionError
            The grid does not fit the strategy, or leaves nothing.
        """
        both = sorted(set(self.grid) & set(wish.parameters or {}))
        if both:
            raise DefinitionError(
                f"{both[0]} is in the grid and in parameters. Leave it out of one of them.",
                name=both[0],
            )
        found: dict[tuple[float, ...], Recipe] = {}
        for one in combinations(self.grid, self.constraint, recipe.parameters):
            tried = plan.with_parameters(recipe, wish, one)
            found.setdefault(tuple(tried.parameters.values()), tried)
        return list(found.values())

    def windows(self, materials: Materials) -> Windows:
        """Return the windows of the period; counted from its start if bars lie before that."""
        recipe, bars = materials.recipe, materials.bars_or_raise()
        first = recipe.first_of(bars)
        return walk_windows(
            bars.iloc[first:],
            train=self.train,
            test=self.test,
            step=self.step,
            anchored=self.anchored,
            keep_rest=self.keep_rest,
            start=recipe.start if first else None,
            timeframe=recipe.timeframe,
        )


@dataclass(frozen=True, slots=True)
class Played:
    """One simulation and what it was made of."""

    materials: Materials
    simulation: Simulation


@dataclass(frozen=True, slots=True)
class Step:
    """What was chosen in a window, and what became of it.

    Attributes
    ----------
    window : its bars
    in_sample, out_of_sample : None where no combination had a score: nothing is traded then
    """

    window: Window
    in_sample: Played | None = None
    out_of_sample: Played | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """All windows of a walk, carried out.

    Attributes
    ----------
    materials : of the whole period
    windows, steps : one a window
    tried : how many combinations in each window
    """

    materials: Materials
    windows: Windows
    steps: tuple[Step, ...]
    tried: int


def fingerprint(materials: Materials, recipes: Sequence[Recipe], windows: Windows, by: str) -> str:
    """Return the SHA-256 of everything that decides a walk-forward's numbers."""
    made_of = {
        "first": replace(materials, recipe=recipes[0]).fingerprint,
        "tried": [dict(recipe.parameters) for recipe in recipes],
        "windows": [[[part.start, part.stop] for part in (one.train, one.test)] for one in windows],
        "by": by,
    }
    text = json.dumps(made_of, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def walk(materials: Materials, recipes: Sequence[Recipe], windows: Windows, by: str) -> Walked:
    """Carry out a walk-forward; nothing is recorded.

    Parameters
    ----------
    materials : of the whole period
    recipes : one a combination, over the whole period
    windows : as `Way.windows` gives them
    by : the metric whose best combination is taken; of equal ones the first

    Raises
    ------
    TradingError
        No combination traded in any window.
    """
    steps = tuple(_step(materials, recipes, window, by) for window in windows)
    if all(step.in_sample is None for step in steps):
        raise TradingError(
            f"None of {len(recipes):,} combinations had a {by} in any of {len(windows)} windows: "
            "none traded in sample, or the windows are too short for it. Take longer ones, or "
            "another grid.",
            combinations=len(recipes),
            by=by,
        )
    return Walked(materials, windows, steps, len(recipes))


def _step(materials: Materials, recipes: Sequence[Recipe], window: Window, by: str) -> Step:
    """Choose with nothing but the bars up to the end of in-sample, then trade the choice."""
    train = part(materials, window.train_first, window.train_last)
    tried = [replace(recipe, start=window.train_first, end=window.train_last) for recipe in recipes]
    at = best(search(tried, train.bars_or_raise(), train.others), by)
    if at is None:
        return Step(window)
    test = part(materials, window.test_first, window.test_last)
    return Step(window, _played(train, recipes[at]), _played(test, recipes[at]))


def part(materials: Materials, first: pd.Timestamp, last: pd.Timestamp) -> Materials:
    """Return the materials of a part of the period: its earlier bars warm up, later ones are cut.

    They are what a run over that part alone would be made of.

    Raises
    ------
    NoBars
        A symbol that the rules read has no bars that early.
    """
    others = {name: bars.loc[:last] for name, bars in materials.others.items()}
    for name, bars in others.items():
        if bars.empty:
            raise NoBars(
                f"{name}, which the rules read, has no bars up to {last:%Y-%m-%d}. Start later, or "
                "load older ones.",
                symbol=name,
            )
    return replace(
        materials,
        recipe=replace(materials.recipe, start=first, end=last),
        bars=materials.bars_or_raise().loc[:last],
        others=others,
    )


def _played(materials: Materials, chosen: Recipe) -> Played:
    recipe = replace(chosen, start=materials.recipe.start, end=materials.recipe.end)
    simulation = recipe.simulate(materials.bars_or_raise(), materials.others)
    return Played(replace(materials, recipe=recipe), simulation)


def curves(walked: Walked) -> tuple[list[pd.Series], list[pd.Series]]:
    """Return the equity of each window's out of sample, and of each chosen in-sample.

    A window without a choice keeps its money.
    """
    import pandas as pd  # noqa: PLC0415 - only here

    recipe, bars = walked.materials.recipe, walked.materials.bars_or_raise()
    stamps = bars.index[recipe.first_of(bars) :]
    outside, inside = [], []
    for step in walked.steps:
        if step.out_of_sample is None or step.in_sample is None:
            rest = stamps[step.window.test.start : step.window.test.stop]
            outside.append(pd.Series(recipe.terms.initial_equity, rest))
            continue
        outside.append(step.out_of_sample.simulation.equity)
        inside.append(step.in_sample.simulation.equity)
    return outside, inside


def grid_json(grid: Mapping[str, Any], recipes: Sequence[Recipe]) -> str:
    """Return the values that were tried of each parameter of the grid, as JSON."""
    values = {
        name: list(dict.fromkeys(recipe.parameters[name] for recipe in recipes)) for name in grid
    }
    return json.dumps(values)
