"""One attempt at a sweep: it is carried out, recorded where there is a recorder, or stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests.sweep import currencies
from bitstockerz_lab.backtests.sweep.carry_out import carry_out, missing
from bitstockerz_lab.backtests.sweep.engine import Measured
from bitstockerz_lab.backtests.sweep.question import Part
from bitstockerz_lab.backtests.sweep.table import MOST_SUMS, sweep_of
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitstockerz_lab.backtests.sweep.progress import Progress
    from bitstockerz_lab.backtests.sweep.question import Question
    from bitstockerz_lab.backtests.sweep.recorder import Recorder
    from bitstockerz_lab.backtests.sweep.result import Sweep


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What is tried, how, and how far it has come.

    Attributes
    ----------
    question : what is to be found out
    recorder : writes it down; None without a database
    rerun : True begins a recorded sweep anew
    progress, client, threads, memory_mb, metrics : as `carry_out` takes them
    cancel : asked after each part whether to stop there
    parts : what is measured
    status : "completed", or "cancelled"
    wanted : how many results a guided one was to find; None is all of the question
    """

    question: Question
    recorder: Recorder | None = None
    rerun: bool = False
    progress: bool | Callable[[Progress], None] | None = None
    cancel: Callable[[], bool] | None = None
    client: Any = None
    threads: int | None = None
    memory_mb: float = 512
    metrics: Sequence[str] | None = None
    parts: list[Part] = field(default_factory=list)
    status: Status = Status.COMPLETED
    wanted: int | None = None

    def carry_out(self) -> None:
        """Measure what is not recorded yet. Ctrl-C ends it, and what is measured is kept.

        Raises
        ------
        LabError
            A simulation was refused; where it is recorded, so is that.
        """
        recorder = self.recorder
        if recorder is not None:
            self.parts.extend(recorder.begin(self.question, rerun=self.rerun))
        done = [(part.unit, part.start, part.stop) for part in self.parts]
        if not missing(self.question, done):
            return
        try:
            for part in carry_out(
                self.question,
                done=done,
                progress=self.progress,
                client=self.client,
                threads=self.threads,
                memory_mb=self.memory_mb,
                metrics=self.metrics,
            ):
                self.parts.append(self._kept(part))
                if recorder is not None:
                    recorder.take(part)
                if self.is_cancelled and self.count < self.question.size:
                    self.status = Status.CANCELLED
                    break
        except KeyboardInterrupt:
            self.status = Status.CANCELLED
        except BaseException as failure:
            told = str(failure) if isinstance(failure, LabError) else repr(failure)
            if recorder is not None:
                recorder.finish(Status.FAILED, told)
            raise
        if recorder is not None:
            cancelled = self.status is Status.CANCELLED
            recorder.finish(self.status, "interrupted" if cancelled else None)

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self.cancel is not None and self.cancel()

    @property
    def count(self) -> int:
        """How many results there are."""
        return sum(part.stop - part.start for part in self.parts)

    def _kept(self, part: Part) -> Part:
        """Return a part as it stays in memory: without block sums where there are very many."""
        if self.question.size <= MOST_SUMS:
            return part
        sums = np.empty((len(part.measured), 0, 0))
        return Part(part.unit, part.start, part.stop, Measured(part.measured.values, sums))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of it."""
        found = self.recorder.remarks if self.recorder is not None else ()
        found = (*found, *self.question.combinations.remarks, *currencies.told(self.question.units))
        if self.status is not Status.CANCELLED:
            return found
        wanted = self.wanted or self.question.size
        told = f"Stopped after {self.count:,} of {wanted:,} results, which are kept"
        recorded = self.recorder is not None and self.recorder.id is not None and not self.wanted
        way_on = "the same call goes on" if recorded else "the same call begins anew"
        return (*found, f"{told}; {way_on}.")

    def sweep(self, **facts: Any) -> Sweep:  # noqa: ANN401 - as `sweep_of`
        """Return what it came to; `facts` as `sweep_of` takes them."""
        return sweep_of(
            self.question,
            self.parts,
            status=self.status,
            bars=sum(len(unit.bars) for unit in self.question.units),
            **{"remarks": self.remarks, **facts},
        )
