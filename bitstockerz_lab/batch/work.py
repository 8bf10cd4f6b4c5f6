"""One item of a batch, from its first attempt to its page; in whichever process this runs."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.execute import Outcome, execute
from bitstockerz_lab.batch.task import AtCell, Ended, Started
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.batch.task import News, Task


def carry_out(task: Task, tell: Callable[[News], None]) -> Ended:
    """Run a task to its end, whatever that is: the executed notebook and its page are there then.

    Nothing of the database is touched here.

    Parameters
    ----------
    task : what to run
    tell : called with what happens meanwhile: `Started`, then `AtCell` for each cell

    Returns
    -------
    Ended
        "cancelled" if a KeyboardInterrupt came while the notebook ran.
    """
    return finish(run(task, tell), Path(task.executed), Path(task.report))


def run(task: Task, tell: Callable[[News], None]) -> Ended:
    """Run a task's notebook; what is executed of it is still a draft then."""
    started, began = clock.now(), time.perf_counter()
    Path(task.report).unlink(missing_ok=True)  # of an earlier attempt, at a batch resumed
    tell(Started(task.job_id, started))
    outcome, attempts = _attempts(task, tell)
    return Ended(
        job_id=task.job_id,
        status=outcome.status,
        started_at=started,
        finished_at=clock.now(),
        seconds=time.perf_counter() - began,
        attempts=attempts,
        error_message=outcome.error_message,
        failed_cell=outcome.failed_cell,
    )


def finish(ended: Ended, executed: Path, report: Path) -> Ended:
    """Give the executed notebook its name and make its page."""
    began = time.perf_counter()
    endings.keep(executed, ended)
    if ended.status == Status.CANCELLED:
        return ended
    ended = with_page(ended, executed, report)
    seconds = ended.seconds + time.perf_counter() - began
    return replace(ended, seconds=seconds, finished_at=clock.now())


def with_page(ended: Ended, executed: Path, report: Path) -> Ended:
    """Make an executed notebook's page; the ending comes back with the runs the notebook shows.

    A page that cannot be made makes a failure of it: its reader would look for it in vain.
    """
    if not executed.exists():
        return ended
    from bitstockerz_lab.batch import html  # noqa: PLC0415 - reason: heavy

    try:
        return replace(ended, shown=html.export(executed, report))
    except Exception as problem:  # noqa: BLE001 - reason: the notebook ran; a page that fails says so
        reason = f"The report could not be made: {type(problem).__name__}: {problem}"
        told = " ".join(filter(None, [ended.error_message, reason]))
        status = Status.FAILED if ended.status == Status.COMPLETED else ended.status
        return replace(ended, status=status, error_message=told)


def _attempts(task: Task, tell: Callable[[News], None]) -> tuple[Outcome, int]:
    """Try a task as often as it may be; an interrupt ends it at once."""
    draft = endings.draft_of(Path(task.executed))
    attempts = 0
    while True:
        attempts += 1
        try:
            outcome = execute(
                Path(task.notebook),
                draft,
                task.parameters,
                environment=task.environment,
                timeout_s=task.timeout_s,
                warm=task.warm,
                sockets=task.sockets,
                on_cell=partial(_tell_cell, tell, task.job_id),
            )
        except KeyboardInterrupt:
            return Outcome(Status.CANCELLED, "Interrupted."), attempts
        if outcome.status == Status.COMPLETED or attempts > task.retries:
            return outcome, attempts


def _tell_cell(tell: Callable[[News], None], job_id: int, cell: int, cells: int) -> None:
    tell(AtCell(job_id, cell, cells))
