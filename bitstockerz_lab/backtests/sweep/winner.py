"""The best combination of a sweep, simulated once more, as charts and reports take a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab import measures
from bitstockerz_lab.market import bars as market_bars

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.grid import Combination
    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.measures import Metrics


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Winner:
    """The best combination of a sweep, or of one of its units.

    Attributes
    ----------
    row, label : its row of the sweep's results, and its label there
    by, chosen : the metric it is best by, and its values of the parameters that vary
    unit : what it was measured on
    recipe : of its run
    strategy, symbol, timeframe, initial_equity : as those of a run
    metrics, equity : of its run
    held, benchmark : metrics and curve of buy and hold of the same bars, without costs
    """

    row: pd.Series
    label: int
    by: str
    chosen: Combination
    unit: Unit
    recipe: Recipe
    strategy: str
    symbol: str
    timeframe: str
    initial_equity: float
    metrics: Metrics
    equity: pd.Series
    held: Metrics
    benchmark: pd.Series


def unit_of(sweep: Sweep, unit: int | None = None) -> int:
    """Return the number of the unit that is looked at: that asked for, else the winner's.

    Parameters
    ----------
    sweep : a sweep
    unit : a unit's number; None is that of the best result by the sweep's metric, and where none
        has a score the first that was begun
    """
    if unit is not None:
        return unit
    best = sweep.best(1)
    rows = sweep.results if best.empty else best
    return int(rows["unit"].iloc[0]) if len(rows) else 0


def winner(sweep: Sweep, unit: int | None = None) -> Winner | None:
    """Return the best combination by the sweep's metric; None where none has a score.

    Parameters
    ----------
    sweep : a sweep
    unit : only of that unit; None is the best of all

    Raises
    ------
    UnknownName : there is no such unit
    """
    best = sweep.best(1, unit=unit)
    if best.empty:
        return None
    row = best.iloc[0]
    measured = sweep.units[int(row["unit"])]
    chosen = sweep.combinations[int(row["combination"])]
    recipe = measured.recipe_of(chosen)
    found = recipe.simulate(measured.bars, measured.others)
    capital = recipe.terms.initial_equity
    bars = measured.bars.iloc[recipe.first_of(measured.bars) :]
    missing = market_bars.missing(bars)
    benchmark = measures.benchmark_curve(bars, missing, capital)
    held = measures.measure(
        benchmark,
        found.trades.iloc[:0],
        bars,
        missing=missing,
        initial_equity=capital,
        asset_type=str(recipe.symbol.asset_type),
        timeframe=recipe.timeframe,
        exposed_bars=len(bars),
    )
    return Winner(
        row=row,
        label=int(best.index[0]),
        by=sweep.by,
        chosen=chosen,
        unit=measured,
        recipe=recipe,
        strategy=sweep.strategy,
        symbol=recipe.symbol.symbol,
        timeframe=recipe.timeframe,
        initial_equity=capital,
        metrics=found.metrics,
        equity=found.equity,
        held=held,
        benchmark=benchmark,
    )
