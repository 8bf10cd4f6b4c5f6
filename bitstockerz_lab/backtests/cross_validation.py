"""Purged cross-validation of a strategy's combinations, carried out; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests.windows import cross_validate, purged_folds, stretch_sums
from bitstockerz_lab.errors import DataError, TradingError
from bitstockerz_lab.measures.metrics import day_ends, periods_a_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.engine import Measured
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.backtests.windows import Folds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to divide the days, as it was asked for; None is the default of the rules."""

    folds: int = 5
    test_folds: int = 1
    purge: int | None = None
    embargo: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Validated:
    """What a cross-validation came to.

    Attributes
    ----------
    unit, combinations, measured : what was tried, and what it came to over the whole period
    longest_held_days : the longest that any combination held a position
    folds : of the period's days
    table : as `windows.cross_validate` gives it
    returns : daily returns, of shape (n_chosen, n_days), of each combination that was chosen
    place : the row in `returns` of each combination that was chosen
    """

    unit: Unit
    combinations: Combinations
    measured: Measured
    longest_held_days: int
    folds: Folds
    table: pd.DataFrame
    returns: NDArray[np.float64]
    place: dict[int, int]


def carry_out(
    unit: Unit, combinations: Combinations, asked: Asked, *, memory_mb: float = 512
) -> Validated:
    """Simulate each combination once over the whole period, then choose and judge by sets of days.

    Parameters
    ----------
    unit : the bars, costs and rules
    combinations : what is tried
    asked : how to divide the days
    memory_mb : roughly the most memory taken besides the bars

    Raises
    ------
    DataError
        The folds do not fit the days, or positions are held too long for them.
    TradingError
        No combination has a Sharpe ratio in any split.
    """
    from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - heavy: numba

    recipe = unit.recipe
    stamps = clock.stamps(unit.bars)[recipe.first_of(unit.bars) :]
    measured = engine.measure(unit, combinations, memory_mb=memory_mb, metrics=("num_trades",))
    held = measured.values["longest_held_days"]  # noqa: PD011 - a dict of arrays
    folds = _folds(stamps, asked, held, combinations)
    rows = max(1, int(memory_mb * 1e6 / 8 / (8 * len(folds.days))))
    sums = np.concatenate(
        [
            stretch_sums(engine.daily_returns(unit, part), folds)
            for part in _blocks(combinations, rows)
        ],
        axis=2,
    )
    table = cross_validate(
        sums, folds, periods_a_year(str(recipe.symbol.asset_type), recipe.timeframe)
    )
    chosen = [int(one) for one in np.unique(table["chosen"]) if one >= 0]
    if not chosen:
        raise TradingError(
            f"None of {len(combinations):,} combinations has a Sharpe ratio in sample in any of "
            f"{len(folds):,} splits: none traded. Take another grid, or a longer period.",
            combinations=len(combinations),
        )
    returns = engine.daily_returns(unit, combinations.take(chosen))
    place = {at: row for row, at in enumerate(chosen)}
    return Validated(unit, combinations, measured, int(held.max()), folds, table, returns, place)


def _blocks(combinations: Combinations, rows: int) -> Iterator[Combinations]:
    for start in range(0, len(combinations), rows):
        yield combinations[start : start + rows]


def _folds(
    stamps: pd.DatetimeIndex,
    asked: Asked,
    held: NDArray[np.float64],
    combinations: Combinations,
) -> Folds:
    """Return the folds; what nobody said of the purge is the longest holding time."""
    longest, days = int(held.max()), len(day_ends(stamps))
    purge = longest if asked.purge is None else asked.purge
    try:
        return purged_folds(
            stamps,
            folds=asked.folds,
            test_folds=asked.test_folds,
            purge=purge,
            embargo=asked.embargo,
        )
    except DataError as problem:
        if asked.purge is not None or "days" not in problem.values:  # not for want of days
            raise
        who = ", ".join(
            f"{name}={value}" for name, value in combinations[int(held.argmax())].items()
        )
        raise DataError(
            f"With {who} a position is held for {longest:,} days, and so many are left out on both "
            f"sides of each test: too many for {asked.folds} folds of {days:,} days. Take fewer "
            "folds, a longer period or a max_bars, or say purge=, and a fold may then know a "
            "little of its neighbours.",
            purge=longest,
            days=days,
        ) from problem


def path_returns(validated: Validated) -> pd.DataFrame:
    """Return the daily returns along each path: every day out of sample once.

    Returns
    -------
    DataFrame of shape (n_days, n_paths)
        A column a path, from 1. A fold's days have the returns of the combination that was chosen
        without them; 0 where none was, or where it was ruined before.

    Notes
    -----
    López de Prado (2018), "Advances in Financial Machine Learning", section 12.3.
    """
    folds, chosen = validated.folds, validated.table["chosen"].to_numpy()
    paths = folds.paths
    found = np.zeros((len(folds.days), paths.shape[1]))
    known = np.nan_to_num(validated.returns, nan=0.0)
    for fold, splits in enumerate(paths):
        days = slice(folds.edges[fold], folds.edges[fold + 1])
        for path, split in enumerate(splits):
            at = int(chosen[split - 1])
            if at >= 0:
                found[days, path] = known[validated.place[at], days]
    numbers = pd.RangeIndex(1, paths.shape[1] + 1, name="path")
    return pd.DataFrame(found, index=folds.days.rename("day"), columns=numbers)
