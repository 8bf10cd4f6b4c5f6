"""A walk-forward: choose on one window, trade the next with the choice, walk on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import grid, honesty_warnings, other_bars, plan, search
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.backtests.windows import walk_windows
from bitstockerz_lab.errors import NoBars, TradingError

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.grid import Combination, Grid
    from bitstockerz_lab.backtests.plan import Materials, Recipe, Wish
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.backtests.sweep.engine import Measured
    from bitstockerz_lab.backtests.windows import Window, Windows
    from bitstockerz_lab.strategies.honesty import Honesty


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
        search.check_metric(self.by)

    def combinations(self, recipe: Recipe, wish: Wish) -> Combinations:
        """Return what is tried in each window, each set of parameters once.

        Raises
        ------
        UnknownName, DefinitionError
            The grid does not fit the strategy, or leaves nothing.
        """
        definition = recipe.version.definition
        return grid.combinations(definition, self.grid, self.constraint, wish.parameters)

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
    """One simulation and what it was made of.

    Attributes
    ----------
    check : of code that nobody had looked at with these parameters, to be stored
    """

    materials: Materials
    simulation: Simulation
    fingerprint: str
    check: Honesty | None = None


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
    combinations : what was tried in each window
    unit, measured : the bars of the last in-sample, and what each combination came to on them
    """

    materials: Materials
    windows: Windows
    steps: tuple[Step, ...]
    combinations: Combinations
    unit: Unit
    measured: Measured


def fingerprint(materials: Materials, combinations: Combinations, windows: Windows, by: str) -> str:
    """Return the SHA-256 of everything that decides a walk-forward's numbers."""
    made_of = {
        "run": materials.fingerprint,
        "tried": {name: column.tolist() for name, column in combinations.columns.items()},
        "windows": [[[part.start, part.stop] for part in (one.train, one.test)] for one in windows],
        "by": by,
    }
    text = json.dumps(made_of, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def walk(
    materials: Materials, wish: Wish, combinations: Combinations, windows: Windows, by: str
) -> Walked:
    """Carry out a walk-forward; nothing is recorded.

    Parameters
    ----------
    materials : of the whole period
    wish : what was asked for; its parameters stay as they are
    combinations : what is tried in each window
    windows : as `Way.windows` gives them
    by : the metric whose best combination is taken; of equal ones the first

    Raises
    ------
    TradingError
        No combination traded in any window.
    """
    from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - heavy: numba

    steps = []
    for window in windows:
        # nothing but the bars up to the end of in-sample
        unit = unit_of(part(materials, window.train_first, window.train_last), wish)
        measured = engine.measure(unit, combinations, metrics=(by, "num_trades"))
        at = search.best(measured.values, by)
        chosen = None if at is None else combinations[at]
        steps.append(_step(materials, wish, window, chosen))
    if all(step.in_sample is None for step in steps):
        raise TradingError(
            f"None of {len(combinations):,} combinations had a {by} in any of {len(windows)} "
            "windows: none traded in sample, or the windows are too short for it. Take longer "
            "ones, or another grid.",
            combinations=len(combinations),
            by=by,
        )
    return Walked(materials, windows, tuple(steps), combinations, unit, measured)


def _step(materials: Materials, wish: Wish, window: Window, chosen: Combination | None) -> Step:
    """Trade a choice, in sample and out of it."""
    if chosen is None:
        return Step(window)
    train = part(materials, window.train_first, window.train_last)
    test = part(materials, window.test_first, window.test_last)
    asked = wish.start is not None or window.train.start > 0
    outside = _played(test, wish, chosen, asked=True)
    return Step(window, _played(train, wish, chosen, asked=asked), outside)


def unit_of(materials: Materials, wish: Wish) -> Unit:
    """Return materials as what combinations are measured on."""
    return Unit(
        number=0,
        recipe=materials.recipe,
        wish=wish,
        bars=materials.bars_or_raise(),
        others=materials.others,
    )


def part(materials: Materials, first: pd.Timestamp, last: pd.Timestamp) -> Materials:
    """Return the materials of a part of the period: its earlier bars warm up, later ones are cut.

    They are what a run over that part alone would be made of.

    Raises
    ------
    NoBars
        A symbol that the rules read has no bars that early.
    """
    recipe = replace(materials.recipe, start=first, end=last)
    until, others = other_bars.ends(recipe), {}
    for one in recipe.reads:
        # of others no bar that ends later, whatever its stamp: as `others.read` reads them
        bars = materials.others[one.name].loc[: until - clock.TIMEFRAMES[one.timeframe]]
        if bars.empty:
            raise NoBars(
                f"{one.name}, which the rules read, has no bars up to {last:%Y-%m-%d}. Start "
                "later, or load older ones.",
                symbol=one.name,
            )
        others[one.name] = bars
    bars = materials.bars_or_raise().loc[:last]
    return replace(materials, recipe=recipe, bars=bars, others=others)


def _played(materials: Materials, wish: Wish, chosen: Combination, *, asked: bool) -> Played:
    """Simulate a combination; `asked` whether its period begins where somebody said."""
    recipe = plan.with_parameters(materials.recipe, wish, chosen)
    made = plan.warned(replace(materials, recipe=recipe), asked=asked)
    made, check = honesty_warnings.check_code(made)
    simulation = recipe.simulate(made.bars_or_raise(), made.others)
    return Played(made, simulation, made.fingerprint or "", check)


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
