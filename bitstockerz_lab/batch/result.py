"""What a batch leaves: one item a notebook run, and the table of them all."""

from __future__ import annotations

import html
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAILED = (Status.FAILED, Status.TIMED_OUT)
SCROLLED = "max-height: 30em; overflow: auto"


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One run of the notebook.

    Parameters
    ----------
    job_id : its row in `jobs`
    name : what its files are called, without the job's id: "backtest-AAPL"
    parameters : what was handed to the notebook: what varies first, then what stays
    status : "completed", "failed", "timed_out" or "cancelled"; "pending" or "running" meanwhile
    run_ids : the backtest runs it recorded or, where the same run was there already, got back
    executed : the executed notebook; a failed one holds the error in the cell that raised it
    report : the notebook as an HTML page; None where even that could not be written
    seconds : how long it took, all attempts
    attempts : how often it was tried
    error_message : why it failed, in one line
    failed_cell : number of the cell it stopped at, as in [4]
    """

    job_id: int
    name: str
    parameters: dict[str, Any]
    status: Status
    run_ids: tuple[int, ...]
    executed: Path
    report: Path | None
    seconds: float
    attempts: int = 1
    error_message: str | None = None
    failed_cell: int | None = None

    def __str__(self) -> str:
        told = f"{self.name}, job {self.job_id}: {self.status} in {self.seconds:.1f} s"
        return f"{told}; {self.error_message}" if self.error_message else told


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch, item by item, in the order they were asked for.

    Parameters
    ----------
    items : one a notebook run
    varying : the parameters that differ between the items, columns of the table
    seconds : how long the whole batch took, all attempts at it together
    id : its row in `batches`; `lab.batch.resume(id)` does what is missing
    notebook : what was run
    status : "completed" if every item is, else "failed" or "cancelled"; "running" meanwhile
    index : its page, a table of all items that links their pages; None where there is none
    error_message : why it stopped, where it did not come to its end
    """

    items: tuple[BatchItem, ...]
    varying: tuple[str, ...]
    seconds: float
    id: int | None = None
    notebook: Path | None = None
    status: Status = Status.COMPLETED
    index: Path | None = None
    error_message: str | None = None

    def __iter__(self) -> Iterator[BatchItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, position: int) -> BatchItem:
        return self.items[position]

    @property
    def completed(self) -> tuple[BatchItem, ...]:
        """The items that ran to their end."""
        return tuple(item for item in self.items if item.status == Status.COMPLETED)

    @property
    def failed(self) -> tuple[BatchItem, ...]:
        """The items that failed or timed out."""
        return tuple(item for item in self.items if item.status in FAILED)

    @property
    def missing(self) -> tuple[BatchItem, ...]:
        """The items that are not completed, for whatever reason: what `resume` does."""
        return tuple(item for item in self.items if item.status != Status.COMPLETED)

    @property
    def table(self) -> pd.DataFrame:
        """A row an item.

        Columns: what varied, job_id, status, run_ids, seconds, executed, report, failed_cell (as
        in [4]; <NA> where there is none), error_message. A file that is not there is "".
        """
        return pd.DataFrame(
            {name: item.parameters.get(name) for name in self.varying}
            | {
                "job_id": item.job_id,
                "status": str(item.status),
                "run_ids": ", ".join(map(str, item.run_ids)),
                "seconds": round(item.seconds, 1),
                "executed": str(item.executed) if item.executed.exists() else "",
                "report": "" if item.report is None else str(item.report),
                "failed_cell": item.failed_cell,
                "error_message": item.error_message or "",
            }
            for item in self.items
        ).astype({"failed_cell": "Int64"})

    def raise_for_failures(self) -> None:
        """Do nothing if every item completed.

        Raises
        ------
        BatchError
            Some did not; it names the first and how many.
        """
        if not self.missing:
            return
        first = (self.failed or self.missing)[0]
        told = f"{len(self.failed)} of {len(self)} notebooks failed"
        others = len(self.missing) - len(self.failed)
        told += f", {others} did not run" if others else ""
        there = first.report or (first.executed if first.executed.exists() else None)
        raise BatchError(
            f"{told}. The first: {str(first).rstrip('.')}." + (f" See {there}." if there else ""),
            job_ids=[item.job_id for item in self.missing],
        )

    def __str__(self) -> str:
        return f"{self.heading}\n{self.overview.to_string(index=False)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        table = self.overview.to_html(index=False, border=0)
        return f'<p>{html.escape(self.heading)}</p><div style="{SCROLLED}">{table}</div>'

    @property
    def heading(self) -> str:
        """One line of all: "Batch 3: 18 of 20 completed, 2 failed in 12.3 s"."""
        named = "Batch" if self.id is None else f"Batch {self.id}"
        counts = Counter(str(item.status) for item in self.missing)
        others = "".join(f", {count} {status}" for status, count in counts.items())
        told = f"{len(self.completed)} of {len(self)} completed{others}"
        return f"{named}: {told} in {self.seconds:.1f} s"

    @property
    def overview(self) -> pd.DataFrame:
        """The table as people read it: files by their names; what failed only where it did."""
        table = self.table
        for column in ("executed", "report"):
            table[column] = [path.replace("\\", "/").rpartition("/")[2] for path in table[column]]
        return table if self.missing else table.drop(columns=["failed_cell", "error_message"])


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a batch stands; handed to `on_progress` at each cell and after each item.

    Parameters
    ----------
    done, total, failed : items
    name : the item at work, or just finished
    cell, cells : the cell at work, from 1, of how many; 0 while nothing is at work yet, where
        `name` says what is made ready
    seconds : since the batch began
    item : the item just finished; None while one is at work
    job_id : the item's row in `jobs`
    attempt : which try at the item this is, from 1
    ready_s : how long it took to make ready, before the first notebook began
    """

    done: int
    total: int
    failed: int
    name: str
    cell: int
    cells: int
    seconds: float
    item: BatchItem | None = None
    job_id: int = 0
    attempt: int = 1
    ready_s: float = 0.0

    @property
    def per_minute(self) -> float:
        """Items a minute since the first began."""
        worked_s = self.seconds - self.ready_s
        return 60.0 * self.done / worked_s if worked_s > 0 else 0.0

    @property
    def left_s(self) -> float:
        """About how many seconds are left; infinite before anything is done."""
        return 60.0 * (self.total - self.done) / self.per_minute if self.per_minute else math.inf

    @property
    def standing(self) -> str:
        """How far it has come: "20/200, 103/min, about 1:45 left, 2 failed"."""
        told = f"{self.done}/{self.total}"
        if self.per_minute and self.done < self.total:
            told += f", {self.per_minute:.3g}/min, about {_clock(self.left_s)} left"
        return told + (f", {self.failed} failed" if self.failed else "")

    @property
    def at_work(self) -> str:
        """Where the notebook at work stands: "cell 3 of 5, try 2"; empty while none is."""
        told = f"cell {self.cell} of {self.cells}" if self.cells else ""
        return f"{told}, try {self.attempt}" if self.attempt > 1 else told

    def __str__(self) -> str:
        at_work = f"{self.name}: {self.at_work}" if self.at_work else self.name
        return f"[{self.standing}] {self.item or at_work}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
