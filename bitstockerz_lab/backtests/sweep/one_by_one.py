"""The metrics of many combinations by one simulation each: the slow way, for strategies in Python.

What the compiled engine gives has to be equal to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.measures.honest import overfitting, sharpe_tests
from bitstockerz_lab.measures.metrics import daily_returns as returns_of
from bitstockerz_lab.measures.metrics import day_ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.engine import Measured
    from bitstockerz_lab.backtests.sweep.unit import Unit


def measure(unit: Unit, combinations: Combinations) -> Measured:
    """Simulate combinations on a unit's bars, one after another, and measure them."""
    from bitstockerz_lab.backtests.sweep.engine import (  # noqa: PLC0415 - reason: it calls this
        BESIDES,
        METRICS,
        Measured,
    )

    days = len(day_ends(clock.stamps(unit.bars.iloc[unit.recipe.first_of(unit.bars) :])))
    rows, sums = [], []
    for one in combinations:
        recipe = unit.recipe_of(one)
        simulation = recipe.simulate(unit.bars, unit.others)
        rows.append(numbers(recipe, simulation))
        padded = np.full(days, np.nan)
        returns = _returns(recipe, simulation)
        padded[: len(returns)] = returns
        sums.append(overfitting.block_sums(padded[None])[0])
    values = {name: np.array([row[name] for row in rows], float) for name in (*METRICS, *BESIDES)}
    return Measured(values, np.array(sums))


def numbers(recipe: Recipe, simulation: Simulation) -> dict[str, float]:
    """Return a combination's numbers as a sweep has them, by the names of METRICS and BESIDES."""
    found = {k: np.nan if v is None else v for k, v in simulation.metrics.as_dict().items()}
    returns = _returns(recipe, simulation)
    moments = sharpe_tests.moments(returns)
    trades, stamps = simulation.trades, clock.stamps(simulation.equity)
    entered, left = (
        np.searchsorted(day_ends(stamps), stamps.searchsorted(trades[name]))
        for name in ("entry_time", "exit_time")
    )
    return found | {
        "days": len(returns),
        "daily_sharpe": moments.sharpe if moments else np.nan,
        "skewness": moments.skew if moments else np.nan,
        "kurtosis": moments.kurtosis if moments else np.nan,
        "longest_held_days": float(max(left - entered, default=0)),
        "skipped_entries": simulation.skipped_entries,
        "ruined": float(simulation.ruined),
    }


def _returns(recipe: Recipe, simulation: Simulation) -> NDArray[np.float64]:
    ends = day_ends(clock.stamps(simulation.equity))
    return returns_of(simulation.equity.to_numpy(), ends, recipe.terms.initial_equity)


def daily_returns(unit: Unit, combinations: Combinations) -> NDArray[np.float64]:
    """Return the daily returns, of shape (n_combinations, n_days); NaN after the day of ruin."""
    days = len(day_ends(clock.stamps(unit.bars.iloc[unit.recipe.first_of(unit.bars) :])))
    found = np.full((len(combinations), days), np.nan)
    for row, one in zip(found, combinations, strict=True):
        recipe = unit.recipe_of(one)
        returns = _returns(recipe, recipe.simulate(unit.bars, unit.others))
        row[: len(returns)] = returns
    return found
