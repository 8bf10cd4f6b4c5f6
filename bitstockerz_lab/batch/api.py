"""The batch room's verb: one notebook, many parameter sets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab.batch.plan import item_name, notebook_parameters, parameter_sets
from bitstockerz_lab.batch.result import Batch
from bitstockerz_lab.batch.work import Job, Watch, Work
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, LabError
from bitstockerz_lab.ops import store as ops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bitstockerz_lab.batch.parameters import Parameter
    from bitstockerz_lab.batch.plan import Values
    from bitstockerz_lab.batch.result import Progress
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


class Batches:
    """What ``lab.batch`` is: notebooks run with papermill, each a job, a notebook and a report.

    Parameters
    ----------
    database : the lab's file; never held while a notebook runs
    user : whose jobs these are
    executed_folder, reports_folder : where executed notebooks and HTML reports go; made when needed
    """

    def __init__(
        self, database: Database, user: User, executed_folder: Path, reports_folder: Path
    ) -> None:
        self._database = database
        self._user = user
        self._executed = Path(executed_folder)
        self._reports = Path(reports_folder)

    def __repr__(self) -> str:
        return f"Batches of {self._database.path}: run(notebook, over={{...}})"

    def parameters(self, notebook: str | Path) -> dict[str, Parameter]:
        """Return the parameters a notebook takes, by name: kind, default and help of each."""
        return notebook_parameters(_resolved(notebook))

    def run(
        self,
        notebook: str | Path,
        over: Mapping[str, Sequence[object]] | None = None,
        how: str = "product",
        parameters: Mapping[str, object] | None = None,
        *,
        timeout_s: float | None = None,
        retries: int = 0,
        workers: int = 1,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Batch:
        """Run a notebook once per set of parameters, one after another.

        Parameters
        ----------
        notebook : its path; it is not changed and its kernel works in its folder
        over : the parameters that vary, each with its list of values; None runs it once
        how : "product" runs every combination, "zip" the first values, then the second ones, …
        parameters : the parameters that stay
        timeout_s : for each whole notebook; what takes longer is ended and is ``timed_out``
        retries : how many times more a notebook that fails or times out is tried
        workers : 1; several at once come in a later version
        on_progress : called at each cell and after each item; `print` will do, `show_progress`
            draws a bar

        Returns
        -------
        Batch
            An item a notebook run, also for those that failed: ``batch.failed`` lists them,
            ``batch.raise_for_failures()`` makes them an error.

        Raises
        ------
        UnknownName
            No such notebook; the notebook has no such parameter. Nothing has run then.
        DataError
            A value does not fit the type its parameter declares; nothing to vary over; unequal
            lengths for "zip". Nothing has run then.
        KeyboardInterrupt
            Interrupted: the notebook at work and those still waiting are ``cancelled``, those
            that were done stay done.

        Notes
        -----
        The kernel finds the lab through ``$BITSTOCKERZ_DB`` and ``$BITSTOCKERZ_USER``, its job
        through ``$BITSTOCKERZ_JOB_ID``; a parameter ``database`` gets the lab's path.

        Examples
        --------
        >>> lab.batch.run(  # doctest: +SKIP
        ...     "notebooks/batch/backtest.ipynb",
        ...     over={"symbol": ["DEMO-A", "DEMO-C-USD"], "fee_bps": [0.0, 10.0]},
        ...     parameters={"strategy": "Golden cross"},
        ... )
        """
        _refuse(timeout_s, retries, workers)
        path = _resolved(notebook)
        known = notebook_parameters(path)
        sets = parameter_sets(over, how, parameters, known, path.name)
        sets = [self._with_database(values, known) for values in sets]
        self._make_folders()
        varying = tuple(over or ())
        jobs = self._pend(
            [Job(0, path, item_name(path, values, varying), values) for values in sets]
        )
        work = Work(self._database, self._user, self._executed, self._reports, timeout_s, retries)
        watch = Watch(len(jobs), on_progress or (lambda _: None))
        try:
            for job in jobs:
                watch.ended(work.item(job, watch.at))
        except BaseException as problem:
            self._cancel(jobs[len(watch.items) :], problem)
            raise
        return Batch(tuple(watch.items), varying, watch.seconds)

    def _make_folders(self) -> None:
        for folder in (self._executed, self._reports):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise BatchError(
                    f"The folder {folder} cannot be made ({problem.strerror}). Open a lab in a "
                    "folder you may write to: bz.open_lab(path).",
                    folder=str(folder),
                ) from problem

    def _with_database(self, values: Values, known: Mapping[str, Parameter]) -> Values:
        """Tell a notebook that asks for its `database` where the lab is; refuse another one."""
        if "database" not in known:
            return values
        own, asked = self._database.path, values.get("database")
        if asked and Path(asked).expanduser().resolve() != own:
            raise BatchError(
                f"database={asked!r} is not this lab's, {own}, where the jobs are kept. Open that "
                "one instead: bz.open_lab(path).batch.run(...).",
                database=asked,
            )
        return values | {"database": str(own)}

    def _pend(self, drafts: list[Job]) -> list[Job]:
        """Record every item as a pending job, all in one transaction."""
        folders = {"executed_folder": str(self._executed), "reports_folder": str(self._reports)}
        with self._database.write() as con:
            return [
                replace(
                    job, id=ops.create_job(con, self._user.id, "notebook", job.payload | folders)
                )
                for job in drafts
            ]

    def _cancel(self, jobs: list[Job], problem: BaseException) -> None:
        """Say of the jobs that did not end that they never will; the problem itself is raised."""
        by_hand = isinstance(problem, KeyboardInterrupt)
        message = "Interrupted." if by_hand else f"{type(problem).__name__}: {problem}"
        with suppress(LabError), self._database.write() as con:
            for position, job in enumerate(jobs):
                broken = position == 0 and not by_hand
                ops.finish_job(con, job.id, Status.FAILED if broken else Status.CANCELLED, message)


def _resolved(notebook: str | Path) -> Path:
    return Path(notebook).expanduser().resolve()


def _refuse(timeout_s: float | None, retries: int, workers: int) -> None:
    if timeout_s is not None and not timeout_s > 0:
        raise BatchError(f"timeout_s={timeout_s} leaves no time. Give seconds above 0, or None.")
    if retries < 0:
        raise BatchError(f"retries={retries} is below 0. Give how many times more to try.")
    if workers != 1:
        raise BatchError(
            f"workers={workers}: this version runs notebooks one after another. Leave it out."
        )
