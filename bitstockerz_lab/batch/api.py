"""The batch room's verbs: one notebook, many parameter sets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch import registry, store
from bitstockerz_lab.batch.jobs import Jobs
from bitstockerz_lab.batch.own_parameters import with_own_parameters
from bitstockerz_lab.batch.plan import notebook_parameters, parameter_sets
from bitstockerz_lab.batch.progress import in_notebook, show_live
from bitstockerz_lab.batch.reports import Reports
from bitstockerz_lab.batch.rows import batch_of, item_of
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import pandas as pd

    from bitstockerz_lab.batch.parameters import Parameter
    from bitstockerz_lab.batch.plan import Values
    from bitstockerz_lab.batch.result import Batch, Progress
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.api import Strategies
    from bitstockerz_lab.users import User

WORKERS = 2


class Batches(Reports, Jobs):
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

    def run(  # noqa: PLR0913 - reason: the options of a batch
        self,
        notebook: str | Path,
        over: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]] | None = None,
        how: str = "product",
        parameters: Mapping[str, object] | None = None,
        *,
        workers: int = WORKERS,
        timeout_s: float | None = None,
        retries: int = 0,
        fail_fast: bool = False,
        client: Any = None,  # noqa: ANN401 - reason: dask is optional
        warm: bool = True,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Batch:
        """Run a notebook once per set of parameters, several at once.

        Parameters
        ----------
        notebook : its path; it is not changed and its kernel works in its folder
        over : the parameters that vary, each with its list of values; or a list of sets, each a
            dict; None runs it once
        how : "product" runs every combination, "zip" the first values, then the second ones, …
        parameters : the parameters that stay
        workers : how many notebooks at once, each in a process of its own
        timeout_s : for each whole notebook; what takes longer is ended and is ``timed_out``
        retries : how many times more a notebook that fails or times out is tried
        fail_fast : whether none is begun any more once one has failed
        client : a dask client; its workers run the notebooks then, on other machines too
        warm : whether kernels are forked from a process that has the imports done, on Linux
        on_progress : called at each cell and after each item; `print` will do, `show_progress`
            draws a bar. In a notebook, None shows a table that lives.

        Returns
        -------
        Batch
            An item a notebook run, also for those that failed: ``batch.failed`` lists them,
            ``batch.raise_for_failures()`` makes them an error.

        Raises
        ------
        UnknownName
            No such notebook; the notebook has no such parameter, or the strategy none of those in
            ``parameters``. Nothing has run then.
        DataError
            A value does not fit the type its parameter declares; nothing to vary over; unequal
            lengths for "zip". Nothing has run then.
        DefinitionError
            A value does not fit the strategy's own parameter. Nothing has run then.
        KeyboardInterrupt
            Interrupted: the notebooks at work and those still waiting are ``cancelled``, those
            that were done stay done, and `resume` does the others.

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
        terms: dict[str, Any] = {"workers": workers, "timeout_s": timeout_s, "retries": retries}
        sets = self.check(notebook, over, how, parameters, **terms)
        path = _resolved(notebook)
        self._make_folders()
        facts = {
            "user_id": self._user.id,
            "notebook": str(path),
            "notebook_digest": _digest(path),
            "varying_json": json.dumps(_varying(over)),
            "timeout_s": timeout_s,
            "retries": retries,
            "workers": workers,
            "fail_fast": fail_fast,
        }
        batch_id = registry.begin(self._database, facts, sets, self._executed, self._reports)
        return self._carry_out(batch_id, workers, client, on_progress, warm=warm)

    def check(
        self,
        notebook: str | Path,
        over: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]] | None = None,
        how: str = "product",
        parameters: Mapping[str, object] | None = None,
        *,
        workers: int = WORKERS,
        timeout_s: float | None = None,
        retries: int = 0,
    ) -> Sequence[Values]:
        """Return the parameters of each item that `run` would begin with; nothing runs.

        Parameters
        ----------
        notebook, over, how, parameters, workers, timeout_s, retries : as `run` takes them

        Raises
        ------
        UnknownName, DataError, DefinitionError, BatchError
            As `run` raises them before anything has run.
        """
        _refuse(timeout_s, retries, workers)
        path = _resolved(notebook)
        known = notebook_parameters(path)
        sets = parameter_sets(over, how, parameters, known, path.name)
        sets = with_own_parameters(sets, known, self._strategies())
        return [self._with_database(values, known) for values in sets]

    def resume(
        self,
        batch_id: int,
        *,
        workers: int | None = None,
        client: Any = None,  # noqa: ANN401 - reason: as above
        warm: bool = True,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Batch:
        """Do what is missing of a batch: every item that is not completed; no other one.

        Parameters
        ----------
        batch_id : batches.id, `lab.batch.list()` shows them
        workers : how many at once; None as when it was asked for
        client, warm, on_progress : as `run` takes them

        Returns
        -------
        Batch
            All items, those that were done before too.

        Raises
        ------
        UnknownName
            No such batch.
        BatchError
            It is being carried out; or its notebook has changed since, and half of the results
            would come from another one.
        """
        _refuse(None, 0, WORKERS if workers is None else workers)
        row, _ = registry.rows(self._database, self._user.id, batch_id)
        path = Path(row["notebook"])
        notebook_parameters(path)
        if _digest(path) != row["notebook_digest"]:
            raise BatchError(
                f"{path} has changed since batch {batch_id} began. Run it anew: "
                f"lab.batch.run({path.name!r}, ...).",
                batch_id=batch_id,
            )
        self._make_folders()
        registry.claim(self._database, self._user.id, batch_id)
        return self._carry_out(batch_id, workers or row["workers"], client, on_progress, warm=warm)

    def get(self, batch_id: int) -> Batch:
        """Return a batch as it stands.

        Raises
        ------
        UnknownName
            No such batch.
        """
        row, items = registry.rows(self._database, self._user.id, batch_id)
        return batch_of(row, [item_of(item) for item in items])

    def list(self) -> pd.DataFrame:
        """Return the batches, the newest first.

        Columns: id, notebook, status, items, completed, failed (timed out ones too), seconds,
        created_at (UTC), error_message.
        """
        registry.settle_orphans(self._database)
        with self._database.read() as con:
            return store.batches(con, self._user.id)

    def _carry_out(
        self,
        batch_id: int,
        workers: int,
        client: Any,  # noqa: ANN401 - reason: as above
        on_progress: Callable[[Progress], None] | None,
        *,
        warm: bool,
    ) -> Batch:
        from bitstockerz_lab.batch.attempt import Attempt  # noqa: PLC0415 - reason: most only look

        try:
            row, items = registry.rows(self._database, self._user.id, batch_id)
            with _drawn(on_progress, batch_id) as tell:
                return Attempt(
                    database=self._database,
                    user=self._user,
                    row=row,
                    items=items,
                    workers=workers,
                    client=client,
                    warm=warm,
                    on_progress=tell,
                    reports=self._reports,
                ).carry_out()
        finally:
            registry.release(self._database, batch_id)

    def _strategies(self) -> Strategies:
        from bitstockerz_lab.strategies.api import Strategies  # noqa: PLC0415 - reason: a room opens when entered

        return Strategies(self._database, self._user)

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


def _resolved(notebook: str | Path) -> Path:
    return Path(notebook).expanduser().resolve()


def _refuse(timeout_s: float | None, retries: int, workers: int) -> None:
    if timeout_s is not None and not timeout_s > 0:
        raise BatchError(f"timeout_s={timeout_s} leaves no time. Give seconds above 0, or None.")
    if retries < 0:
        raise BatchError(f"retries={retries} is below 0. Give how many times more to try.")
    if workers < 1:
        raise BatchError(f"workers={workers}: nobody would work. Give 1 or more.")


def _digest(notebook: Path) -> str:
    return hashlib.sha256(notebook.read_bytes()).hexdigest()


def _varying(over: Mapping[str, object] | Sequence[Mapping[str, object]] | None) -> list[str]:
    """Return the names that differ between items, in their order."""
    sets = [] if over is None else [over] if isinstance(over, Mapping) else over
    return list(dict.fromkeys(name for one in sets for name in one))


def _drawn(
    on_progress: Callable[[Progress], None] | None, batch_id: int
) -> AbstractContextManager[Callable[[Progress], None]]:
    """Return what tells of progress, for a block: in a notebook a table that lives."""
    if on_progress is not None:
        return nullcontext(on_progress)
    return show_live(batch_id) if in_notebook() else nullcontext(lambda _: None)
