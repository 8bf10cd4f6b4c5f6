"""What a batch leaves: one item a notebook run, and the table of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One run of the notebook.

    Parameters
    ----------
    job_id : its row in `jobs`
    name : what its files are called, without the job's id: "backtest-AAPL"
    parameters : what was handed to the notebook: what varies first, then what stays
    status : "completed", "failed", "timed_out" or "cancelled"
    run_ids : the backtest runs it recorded or, where the same run was there already, got back
    executed : the executed notebook; a failed one holds the error in the cell that raised it
    report : the notebook as an HTML page; None where even that could not be written
    seconds : how long it took, all attempts
    attempts : how often it was tried
    error_message : why it failed, in one line
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

    def __str__(self) -> str:
        told = f"{self.name}, job {self.job_id}: {self.status} in {self.seconds:.1f} s"
        return f"{told}; {self.error_message}" if self.error_message else told


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch, item by item, in the order they ran.

    Parameters
    ----------
    items : one a notebook run
    varying : the parameters that differ between the items, columns of the table
    seconds : how long the whole batch took
    """

    items: tuple[BatchItem, ...]
    varying: tuple[str, ...]
    seconds: float

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
        """The items that did not: failed or timed out."""
        return tuple(item for item in self.items if item.status != Status.COMPLETED)

    @property
    def table(self) -> pd.DataFrame:
        """A row an item: what varied, job_id, status, run_ids, seconds, executed, report, error."""
        return pd.DataFrame(
            {name: item.parameters.get(name) for name in self.varying}
            | {
                "job_id": item.job_id,
                "status": str(item.status),
                "run_ids": ", ".join(map(str, item.run_ids)),
                "seconds": round(item.seconds, 1),
                "executed": str(item.executed),
                "report": "" if item.report is None else str(item.report),
                "error_message": item.error_message or "",
            }
            for item in self.items
        )

    def raise_for_failures(self) -> None:
        """Do nothing if every item completed.

        Raises
        ------
        BatchError
            Some did not; it names the first and how many.
        """
        if self.failed:
            first = self.failed[0]
            raise BatchError(
                f"{len(self.failed)} of {len(self)} notebooks failed. The first: {first}. "
                f"See {first.report or first.executed}.",
                job_ids=[item.job_id for item in self.failed],
            )

    def __str__(self) -> str:
        return f"{self._heading()}\n{self._shown().to_string(index=False)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{self._heading()}</p>{self._shown().to_html(index=False, border=0)}"

    def _heading(self) -> str:
        failures = f", {len(self.failed)} failed" if self.failed else ""
        ended = f"{len(self.completed)} of {len(self)} completed{failures}"
        return f"Batch: {ended} in {self.seconds:.1f} s"

    def _shown(self) -> pd.DataFrame:
        table = self.table
        for column in ("executed", "report"):
            table[column] = [path.replace("\\", "/").rpartition("/")[2] for path in table[column]]
        return table if self.failed else table.drop(columns="error_message")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a batch stands; handed to `on_progress` at each cell and after each item.

    Parameters
    ----------
    done, total, failed : items
    name : the item at work, or just finished
    cell, cells : the cell at work, from 1, of how many
    seconds : since the batch began
    item : the item just finished; None while one is at work
    """

    done: int
    total: int
    failed: int
    name: str
    cell: int
    cells: int
    seconds: float
    item: BatchItem | None = None

    def __str__(self) -> str:
        at_work = f"{self.name}: cell {self.cell} of {self.cells}"
        return f"[{self.done}/{self.total}] {self.item or at_work}"
