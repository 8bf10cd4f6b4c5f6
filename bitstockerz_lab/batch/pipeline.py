"""Steps after one another: bars are brought up to date, notebooks run, their page written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch import index as batch_index
from bitstockerz_lab.batch import pipeline_file
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, LabError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.batch.api import Batches
    from bitstockerz_lab.batch.pipeline_file import Index, Notebooks, Step, Update
    from bitstockerz_lab.batch.result import Batch
    from bitstockerz_lab.market.api import Market
    from bitstockerz_lab.market.update_report import Updated
    from bitstockerz_lab.storage import Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step.

    Parameters
    ----------
    name, kind : of the step; kind is "update", "batch", "index" or "compact"
    status : "completed", "failed", or "cancelled" where a step it needs did not complete; of an
        index: where its batch never ran
    told : a sentence: what it did, or why not
    seconds : how long it took
    """

    name: str
    kind: str
    status: Status
    told: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}): {self.status} in {self.seconds:.1f} s. {self.told}"


class Pipeline:
    """A pipeline's file in a lab, checked before anything starts; `lab.pipeline` makes it.

    Parameters
    ----------
    path : the file; notebooks and folders in it are looked for from its own folder, pages go to
        the lab's reports

    market, batches, database, reports_folder : the lab's

    Raises
    ------
    UnknownName, DataError
        The file, or a notebook or a parameter it names, does not exist or cannot be read.

    Examples
    --------
    >>> outcomes = lab.pipeline("nightly.yaml").run(print)  # doctest: +SKIP
    """

    def __init__(
        self,
        path: str | Path,
        *,
        market: Market,
        batches: Batches,
        database: Database,
        reports_folder: Path,
    ) -> None:
        self._market = market
        self._batches = batches
        self._database = database
        self._reports = reports_folder
        self.folder = Path(path).expanduser().resolve().parent
        self.file = pipeline_file.read(path)
        for step in self.file.steps.values():
            if step.batch is not None:
                asked = (step.batch.over, step.batch.how, step.batch.parameters)
                self._batches.check(self.folder / step.batch.notebook, *asked)

    def run(self, tell: Callable[[str], None] | None = None) -> tuple[Outcome, ...]:
        """Do every step; one that fails keeps those that need it from starting, and no others.

        Parameters
        ----------
        tell : gets a line when a step begins and when it has ended

        Returns
        -------
        tuple of Outcome
            One a step, in the file's order. `raise_for_failures` makes failures an error.
        """
        tell = tell or (lambda _: None)
        outcomes: dict[str, Outcome] = {}
        batches: dict[str, Batch] = {}
        for name, step in self.file.steps.items():
            outcomes[name] = self._outcome(name, step, outcomes, batches, tell)
            tell(str(outcomes[name]))
        return tuple(outcomes.values())

    def _outcome(
        self,
        name: str,
        step: Step,
        before: dict[str, Outcome],
        batches: dict[str, Batch],
        tell: Callable[[str], None],
    ) -> Outcome:
        missing = _missing(step, before, batches)
        if missing:
            how = "failed" if before[missing[0]].status == Status.FAILED else "did not begin"
            told = f"Not begun, because {missing[0]!r} {how}."
            return Outcome(name, step.kind, Status.CANCELLED, told, 0.0)
        tell(f"{name} ({step.kind}): begun.")
        began, status = time.monotonic(), Status.COMPLETED
        try:
            if step.update is not None:
                told = self._update(step.update)
            elif step.batch is not None:
                told = self._batch(name, step.batch, batches)
            elif step.index is not None:
                told = self._index(step.index, batches)
            else:
                self._database.compact()
                told = "The lab's file is made anew."
        except LabError as problem:
            status, told = Status.FAILED, str(problem)
        return Outcome(name, step.kind, status, told, time.monotonic() - began)

    def _update(self, asked: Update) -> str:
        options: dict[str, Any] = (
            {"folder": str(self.folder / asked.folder)} if asked.folder else {}
        )
        try:
            report = self._market.update(asked.symbols, asked.timeframe, asked.provider, **options)
        except UnknownName as problem:
            told = (
                "An update goes on from the bars there are, so load a new symbol's first ones once."
            )
            raise UnknownName(f"{problem} {told}", **problem.values) from problem
        if report.failed:
            told = f"{len(report.failed)} of {len(report)} could not be brought up to date."
            raise BatchError("\n".join([told, *map(_failed, report.failed)]))
        return f"{sum(row.inserted for row in report.rows):,} bars are new."

    def _batch(self, name: str, asked: Notebooks, batches: dict[str, Batch]) -> str:
        options = asked.model_dump(exclude={"notebook"})
        done = self._batches.run(
            self.folder / asked.notebook, **options, on_progress=lambda _: None
        )
        batches[name] = done
        done.raise_for_failures()
        page = f" All of them: {done.index}." if done.index else ""
        return f"{len(done)} notebooks in {done.seconds:.1f} s.{page}"

    def _index(self, asked: Index, batches: dict[str, Batch]) -> str:
        path = self._reports / asked.path
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"{batch_index.write(batches[asked.of], path, self._database)} is written."


def _missing(step: Step, before: dict[str, Outcome], batches: dict[str, Batch]) -> list[str]:
    """Return what keeps a step from starting; a page also tells what failed in its batch."""
    of = step.index.of if step.index else None
    missing = [one for one in step.needs if before[one].status != Status.COMPLETED and one != of]
    return missing if of is None or of in batches else [*missing, of]


def _failed(row: Updated) -> str:
    """Return why a symbol was not updated, as a line of a list."""
    who = f" from {row.provider}" if row.provider else ""
    return f"- {row.symbol} {row.timeframe}{who}: {' '.join(row.error.split())}"


def raise_for_failures(outcomes: tuple[Outcome, ...]) -> None:
    """Do nothing if every step completed.

    Raises
    ------
    BatchError
        One failed; it names the first and how many did not begin.
    """
    failed = [one for one in outcomes if one.status == Status.FAILED]
    if not failed:
        return
    left = sum(one.status == Status.CANCELLED for one in outcomes)
    others = f", so {left} others did not begin" if left > 1 else ", so another did not begin"
    raise BatchError(f"Step {failed[0].name!r} failed{others if left else ''}: {failed[0].told}")
