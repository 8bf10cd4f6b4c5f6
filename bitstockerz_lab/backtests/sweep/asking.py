"""From what is asked to what is tried: the space of combinations of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests.grid import combinations
from bitstockerz_lab.backtests.sweep import currencies, samples
from bitstockerz_lab.backtests.sweep.dimensions import as_json
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS
from bitstockerz_lab.backtests.sweep.question import Question
from bitstockerz_lab.backtests.sweep.targets import refuse_crossing
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bitstockerz_lab.backtests.grid import Grid
    from bitstockerz_lab.backtests.sweep.attempt import Attempt
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.strategies.versions import StrategyVersion

FACTS = ("unit", "combination", "symbol", "timeframe", "start", "end")


@dataclass(frozen=True, slots=True)
class Space:
    """Which combinations are to be tried, as asked; see `grid.combinations`."""

    grid: Grid
    constraint: Constraint
    samples: int | None
    sampling: str
    seed: int

    def __post_init__(self) -> None:
        samples.check(self.samples, self.sampling, self.seed)

    def question(
        self,
        version: StrategyVersion,
        units: Sequence[Unit],
        by: str,
        asked: Mapping[str, Any],
        as_of: datetime | None = None,
    ) -> Question:
        """Return what the sweep is to find out; of a guided one, all that it may choose from.

        Raises
        ------
        DefinitionError, UnknownName
            As `grid.combinations`; or a combination that no run would accept.
        """
        currencies.refuse(units, by)
        fixed = units[0].wish.parameters or {}
        tried = combinations(
            version.definition,
            self.grid,
            self.constraint,
            fixed,
            samples=self.samples,
            sampling=self.sampling,
            seed=self.seed,
        )
        _refuse_taken(tried.names)
        refuse_crossing(version.definition, tried, units[0].recipe.parameters)
        space = {name: as_json(getattr(self, name)) for name in ("grid", "constraint")}
        if self.samples is not None:
            space |= {"samples": self.samples, "sampling": self.sampling, "seed": self.seed}
        return Question(
            version=version,
            combinations=tried,
            units=units,
            by=by,
            asked={**space, **asked},
            seed=self.seed if self.samples is not None else None,
            as_of=as_of,
        )

    def count(self, question: Question) -> int:
        """Return how many combinations of a question are tried; a guided search chooses some."""
        every = len(question.combinations)
        return min(every, self.samples or every) if self.sampling == samples.GUIDED else every

    def carry_out(self, attempt: Attempt) -> None:
        """Carry a sweep out, or be guided by what it finds."""
        if self.sampling != samples.GUIDED:
            attempt.carry_out()
            return
        from bitstockerz_lab.backtests.sweep import guided  # noqa: PLC0415 - reason: an extra

        guided.carry_out(attempt, self.samples or 0, self.seed)


def _refuse_taken(names: Sequence[str]) -> None:
    """Refuse parameters that are called like another column of the results."""
    taken = [name for name in names if name in (*FACTS, *COSTS, *METRICS, *BESIDES)]
    if taken:
        one = taken[0]
        raise DefinitionError(
            f"The parameter {one} is called like a column of a sweep's results. Save a version "
            f"that calls it otherwise, {one}_value say, or leave it out of the grid.",
            name=one,
        )
