"""What is said between a batch and its workers: plain data, a line of JSON each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from bitstockerz_lab.enums import Status


@dataclass(frozen=True, slots=True)
class Task:
    """One item to run: all that a worker has to know.

    Parameters
    ----------
    job_id : its row in `jobs`
    name : what its files are called, without the job's id
    notebook, executed, report : paths: what runs, and where what comes of it goes
    parameters : handed to the notebook
    environment : variables for its kernel
    timeout_s : for the whole notebook; None is no limit
    retries : how many times more one that fails is tried
    warm : whether its kernel comes from the warm parent named by ``$BITSTOCKERZ_WARM``
    sockets : the folder that the folder of its kernel's sockets is made in; None is the usual one
    """

    job_id: int
    name: str
    notebook: str
    executed: str
    report: str
    parameters: dict[str, Any]
    environment: dict[str, str]
    timeout_s: float | None = None
    retries: int = 0
    warm: bool = False
    sockets: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """An item has begun."""

    job_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AtCell:
    """An item has come to a cell, the first is 1, of so many."""

    job_id: int
    cell: int
    cells: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How an item ended.

    Parameters
    ----------
    job_id : which
    status : "completed", "failed", "timed_out" or "cancelled"
    started_at, finished_at : UTC, without a zone
    seconds : how long it took, all attempts and its page together
    attempts : how often it was tried
    error_message : why it did not complete, in one line
    failed_cell : number of the cell it stopped at, as in [4]
    shown : ids of the backtest runs that its notebook shows
    """

    job_id: int
    status: Status
    started_at: datetime
    finished_at: datetime
    seconds: float
    attempts: int
    error_message: str | None = None
    failed_cell: int | None = None
    shown: tuple[int, ...] = field(default=())


News = Started | AtCell | Ended
KINDS: dict[str, type] = {kind.__name__: kind for kind in (Task, Started, AtCell, Ended)}


def to_line(message: Task | News) -> str:
    """Return a message as a line of JSON, without its end."""
    values = {"kind": type(message).__name__, **asdict(message)}
    return json.dumps(values, default=lambda value: value.isoformat())


def from_line(line: str) -> Any:  # noqa: ANN401 - reason: any of the kinds
    """Return the message of a line."""
    values = json.loads(line)
    kind = KINDS[values.pop("kind")]
    return kind(**{one.name: _typed(one.name, values[one.name]) for one in fields(kind)})


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401 - reason: any JSON
    if name == "at" or name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name == "status":
        return Status(value)
    return tuple(value) if name == "shown" else value
