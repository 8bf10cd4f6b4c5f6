"""The metrics of many combinations on the same bars: the same numbers that single runs give."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock, measures
from bitstockerz_lab.measures import Metrics
from bitstockerz_lab.measures.honest import overfitting, sharpe_tests
from bitstockerz_lab.measures.metrics import daily_returns as returns_of
from bitstockerz_lab.measures.metrics import day_ends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit

METRICS = tuple(field.name for field in fields(Metrics))
BESIDES = ("days", "daily_sharpe", "skewness", "kurtosis", "skipped_entries", "ruined")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What combinations came to, in their order.

    Attributes
    ----------
    values : arrays of shape (n_combinations,) by name
        Those of `Metrics`, NaN where None; then BESIDES: the daily returns' number, Sharpe ratio
        (not annualised), skewness and kurtosis (3 for a normal), entries skipped, 1.0 where ruined.
    sums : array of shape (n_combinations, 16, 5): `overfitting.block_sums` of the daily returns
    """

    values: Mapping[str, NDArray[np.float64]]
    sums: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sums)


def measure(
    unit: Unit,
    combinations: Combinations,
    *,
    threads: int | None = None,
    memory_mb: float = 512,
) -> Measured:
    """Simulate combinations on a unit's bars and measure them.

    Parameters
    ----------
    unit : the bars, costs and rules
    combinations : what is tried, all of it; slice it for a part
    threads : None takes one for little work, else all cores
    memory_mb : roughly the most memory taken besides the bars
    """
    columns, sums = {name: [] for name in (*METRICS, *BESIDES)}, []
    for one in combinations:
        recipe = unit.recipe_of(one)
        simulation = recipe.simulate(unit.bars, unit.others)
        found = {k: np.nan if v is None else v for k, v in simulation.metrics.as_dict().items()}
        returns = returns_of(
            simulation.equity.to_numpy(),
            day_ends(clock.stamps(simulation.equity)),
            recipe.terms.initial_equity,
        )
        moments = sharpe_tests.moments(returns)
        found |= {
            "days": len(returns),
            "skipped_entries": simulation.skipped_entries,
            "ruined": float(simulation.ruined),
        }
        found["daily_sharpe"] = moments.sharpe if moments else np.nan
        found["skewness"] = moments.skewness if moments else np.nan
        found["kurtosis"] = moments.kurtosis if moments else np.nan
        for name, column in columns.items():
            column.append(found[name])
        sums.append(overfitting.block_sums(_padded(returns, unit)[None])[0])
    return Measured(
        {name: np.array(column, float) for name, column in columns.items()}, np.array(sums)
    )


def daily_returns(unit: Unit, combinations: Combinations) -> NDArray[np.float64]:
    """Return the daily returns, of shape (n_combinations, n_days); NaN after the day of ruin."""
    found = []
    for one in combinations:
        recipe = unit.recipe_of(one)
        simulation = recipe.simulate(unit.bars, unit.others)
        ends = day_ends(clock.stamps(simulation.equity))
        found.append(
            _padded(
                returns_of(simulation.equity.to_numpy(), ends, recipe.terms.initial_equity), unit
            )
        )
    return np.array(found)


def benchmark_returns(unit: Unit) -> NDArray[np.float64]:
    """Return buy and hold's daily returns on the unit's bars, of shape (n_days,)."""
    from bitstockerz_lab.market import bars as market_bars

    first = unit.recipe.first_of(unit.bars)
    period = unit.bars.iloc[first:]
    curve = measures.benchmark_curve(period, market_bars.missing(period), 1.0).to_numpy()
    return returns_of(curve, day_ends(clock.stamps(period)), 1.0)


def _padded(returns, unit):
    first = unit.recipe.first_of(unit.bars)
    days = len(day_ends(clock.stamps(unit.bars.iloc[first:])))
    return np.concatenate([returns, np.full(days - len(returns), np.nan)])
