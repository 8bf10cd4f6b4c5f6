"""The metrics of many combinations on the same bars: the same numbers that single runs give."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.backtests.sweep import one_by_one
from bitstockerz_lab.backtests.sweep.layout import Layout
from bitstockerz_lab.backtests.sweep.threads import spread
from bitstockerz_lab.measures import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.bind import Bound
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit

    Numbers = NDArray[np.float64]

METRICS = tuple(field.name for field in fields(Metrics))
BESIDES = (
    "days", "daily_sharpe", "skewness", "kurtosis", "longest_held_days", "skipped_entries",
    "ruined",
)  # fmt: skip
SLOWEST = "tail_ratio"
"""The metric that takes as long as all the others together."""
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What combinations came to, in their order.

    Attributes
    ----------
    values : arrays of shape (n_combinations,) by name
        Those of `Metrics`, NaN where None; then BESIDES: the daily returns' number, Sharpe ratio
        (not annualised), skewness and kurtosis (3 for a normal); the longest time a trade was held,
        in days with bars; entries skipped; 1.0 where ruined.
    sums : array of shape (n_combinations, 16, 5): `overfitting.block_sums` of the daily returns
    """

    values: Mapping[str, Numbers]
    sums: Numbers

    def __len__(self) -> int:
        return len(self.sums)


def measure(
    unit: Unit,
    combinations: Combinations,
    *,
    threads: int | None = None,
    memory_mb: float = 512,
    metrics: Sequence[str] | None = None,
) -> Measured:
    """Simulate combinations on a unit's bars and measure them.

    Parameters
    ----------
    unit : the bars, costs and rules
    combinations : what is tried, all of it; slice it for a part
    threads : None takes one for little work, else all cores
    memory_mb : roughly the most memory taken besides the bars and the results
    metrics : names of those wanted; None is all. Leaving tail_ratio out halves the time.

    Raises
    ------
    BadBars, DefinitionError
        The bars cannot be simulated, or some combination makes no sense.
    """
    from bitstockerz_lab.backtests.sweep import exits, facts, tally  # noqa: PLC0415 - heavy: numba

    names = METRICS if metrics is None else tuple(metrics)
    if not exits.expressible(unit.recipe.version.definition):
        measured = one_by_one.measure(unit, combinations)
        return Measured({name: measured.values[name] for name in (*names, *BESIDES)}, measured.sums)
    layout, count = Layout.of(unit), len(combinations)
    found, sums = np.empty((count, len(tally.FACTS))), np.empty((count, 16, 5))
    first = 0
    for bound in _bound(unit, layout, combinations, memory_mb, threads):
        part = slice(first, first + bound.scheme.count)
        _run(bound, layout, threads, SLOWEST in names, found[part], sums[part])
        first = part.stop
    values = facts.values_of(found, layout)
    doubtful = facts.doubtful(found, layout)
    some = max(1, int(memory_mb * MEGABYTE / (8 * len(layout.ends))))
    for begin in range(0, len(doubtful), some):
        part_of = doubtful[begin : begin + some]
        returns = daily_returns(
            unit, combinations.take(part_of), threads=threads, memory_mb=memory_mb
        )
        for at, row in zip(part_of, returns, strict=True):
            for name, value in facts.exactly(row[~np.isnan(row)], layout).items():
                values[name][at] = value
    return Measured({name: values[name] for name in (*names, *BESIDES)}, sums)


def daily_returns(
    unit: Unit, combinations: Combinations, *, threads: int | None = None, memory_mb: float = 512
) -> Numbers:
    """Return the daily returns, of shape (n_combinations, n_days); NaN after the day of ruin.

    Parameters
    ----------
    unit, combinations, threads, memory_mb : as those of `measure`; the result comes on top
    """
    from bitstockerz_lab.backtests.sweep import exits, tally  # noqa: PLC0415 - heavy: numba

    if not exits.expressible(unit.recipe.version.definition):
        return one_by_one.daily_returns(unit, combinations)
    layout, count = Layout.of(unit), len(combinations)
    found, sums = np.empty((count, len(tally.FACTS))), np.empty((count, 16, 5))
    returns, first = np.empty((count, len(layout.ends))), 0
    for bound in _bound(unit, layout, combinations, memory_mb, threads):
        part = slice(first, first + bound.scheme.count)
        _run(bound, layout, threads, False, found[part], sums[part], returns[part])
        first = part.stop
    return returns


def benchmark_returns(unit: Unit) -> Numbers:
    """Return buy and hold's daily returns on the unit's bars, of shape (n_days,)."""
    return Layout.of(unit).benchmark_returns


def _bound(
    unit: Unit,
    layout: Layout,
    combinations: Combinations,
    memory_mb: float,
    threads: int | None = None,
) -> Iterator[Bound]:
    """Yield the combinations with their columns, in parts whose columns fit into the memory."""
    from bitstockerz_lab.backtests.sweep import bind, scheme  # noqa: PLC0415 - heavy: numba

    wanted = scheme.scheme_of(unit, combinations)
    if wanted.bytes(layout.words) <= memory_mb * MEGABYTE or wanted.count == 1:
        yield bind.bind(wanted, unit, layout, threads)
        return
    half = len(combinations) // 2
    yield from _bound(unit, layout, combinations[:half], memory_mb, threads)
    yield from _bound(unit, layout, combinations[half:], memory_mb, threads)


def _run(
    bound: Bound, layout: Layout, threads: int | None, tails: bool,
    found: Numbers, sums: Numbers, returns: Numbers | None = None,
) -> None:  # fmt: skip
    """Fill `found`, `sums` and, if wanted, `returns`; in threads where that pays."""
    from bitstockerz_lab.backtests.sweep import machine, running  # noqa: PLC0415 - heavy: numba

    scheme = bound.scheme
    plain = scheme.plain & (returns is None and scheme.plain.any() and layout.plain)
    sums_of_bars = layout.running if plain.any() else running.NONE

    def run(begin: int, end: int) -> None:
        row = np.empty((1, len(layout.ends))) if returns is None else returns
        machine.run_block(
            begin, end, layout.skipped, layout.market, layout.calendar, bound.columns, bound.known,
            layout.present, bound.flags, scheme.steps, scheme.slots, plain, sums_of_bars,
            tails, found, sums, row,
        )  # fmt: skip

    spread(run, scheme.count, len(layout.bars), threads)
