"""How much a sweep is to do and about how long that takes: measured on a sample of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.backtests.sweep import engine
from bitstockerz_lab.backtests.sweep.progress import duration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.question import Question
    from bitstockerz_lab.backtests.sweep.unit import Unit

ENOUGH_S = 0.1
"""A sample that takes so long tells the pace; the samples before it take as long together."""
FIRST = 4
FACTOR = 4
"""Each sample is so many times the one before it."""
SOON_S = 1.0
WRITTEN_S = 3e-5
"""About what it takes to write a result down."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How much a sweep is to do, and about how long it takes.

    Attributes
    ----------
    combinations : what is tried, after the constraint and the sample
    units : symbol × period × costs
    seconds : how long it takes here, about; None where that was not measured
    measured : combinations of the sample that this was concluded from
    """

    combinations: int
    units: int
    seconds: float | None = None
    measured: int = 0

    @property
    def size(self) -> int:
        """How many results there will be."""
        return self.combinations * self.units

    @property
    def amount(self) -> str:
        """What there is to do: ``4,000 combinations × 3 units = 12,000 results``."""
        told = f"{self.combinations:,} combination{'' if self.combinations == 1 else 's'}"
        if self.units == 1:
            return told
        return f"{told} × {self.units:,} units = {self.size:,} results"

    @property
    def time(self) -> str:
        """How long that takes, said as what it is: ``about 42 s, estimated from 512 of them``."""
        if self.seconds is None:
            return ""
        if self.seconds < SOON_S:
            return "less than a second"
        return f"about {duration(self.seconds)}, estimated from {self.measured:,} of them"

    @property
    def sentence(self) -> str:
        """Both in one sentence.

        Examples
        --------
        >>> Estimate(combinations=4_000, units=1, seconds=42.3, measured=512).sentence
        '4,000 combinations: about 42 s, estimated from 512 of them.'
        """
        return f"{self.amount}: {self.time}." if self.time else f"{self.amount}."

    def __str__(self) -> str:
        return self.sentence


def estimate(
    question: Question,
    count: int,
    *,
    measure: bool = True,
    threads: int | None = None,
    memory_mb: float = 512,
) -> Estimate:
    """Measure a sample on the unit of the most bars, and conclude how long all units take.

    Parameters
    ----------
    question : what is to be found out
    count : how many of its combinations are tried
    measure : False only counts
    threads, memory_mb : as `carry_out` takes them
    """
    units = question.units
    if not measure:
        return Estimate(count, len(units))
    longest = max(units, key=lambda unit: len(unit.bars))
    engine.measure(longest, question.combinations[:1], threads=threads)  # compiled, or loaded
    one, measured = _seconds(longest, question.combinations, count, threads, memory_mb)
    bars = sum(len(unit.bars) for unit in units)
    seconds = one * bars / len(longest.bars) + WRITTEN_S * count * len(units)
    return Estimate(count, len(units), seconds, measured)


def _seconds(
    unit: Unit, combinations: Combinations, count: int, threads: int | None, memory_mb: float
) -> tuple[float, int]:
    """Return about how long so many combinations take on a unit, and how many were measured."""
    size, works, times = FIRST, [], [0.0]
    while times[-1] < ENOUGH_S:
        some = _some(combinations, min(size, count))
        began = time.perf_counter()
        engine.measure(unit, some, threads=threads, memory_mb=memory_mb)
        times.append(time.perf_counter() - began)
        works.append(_work(some))
        if size >= count:
            break
        size *= FACTOR
    once, values, every = _work(combinations)
    whole = (once, min(values, count), min(every, count))
    return _concluded(np.array(works), np.array(times[1:]), np.array(whole)), len(some)


def _work(combinations: Combinations) -> tuple[float, float, float]:
    """Return how much there is to do: once, for each value of a parameter, for each combination."""
    values = sum(len(np.unique(column)) for column in combinations.columns.values())
    return 1.0, float(values), float(len(combinations))


def _concluded(
    works: NDArray[np.float64], times: NDArray[np.float64], whole: NDArray[np.float64]
) -> float:
    """Return how long the whole takes where samples took so long.

    How long each kind of work takes is told by samples that have the kinds in different
    proportions. Of fewer samples than kinds the last one's pace is that of the whole.
    """
    if (works[-1] >= whole).all() or len(works) < works.shape[1]:
        return float(times[-1] * whole[-1] / works[-1, -1])
    from scipy import optimize  # noqa: PLC0415 - reason: heavy

    # nothing takes less than no time; and of a short sample a tenth counts like one of a long one
    each, _ = optimize.nnls(works / times[:, None], np.ones(len(times)))
    return max(float(each @ whole), float(times[-1]))


def _some(combinations: Combinations, size: int) -> Combinations:
    """Return about so many combinations: those of every so manieth value of each parameter."""
    share = (size / len(combinations)) ** (1 / len(combinations.columns))
    chosen = np.ones(len(combinations), bool)
    for column in combinations.columns.values():
        known = np.unique(column)
        places = np.linspace(0, len(known) - 1, max(1, round(share * len(known))))
        chosen &= np.isin(column, known[places.round().astype(int)])
    found = np.flatnonzero(chosen)
    if not len(found):
        found = np.linspace(0, len(combinations) - 1, size).astype(np.intp)
    return combinations.take(found)
