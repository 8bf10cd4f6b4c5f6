"""One task of a batch on a worker of dask: what it is handed, what it does, what it returns."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests import store as runs
from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.crew import ProcessCrew
from bitstockerz_lab.batch.task import Ended, to_line
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import Database, parcels
from bitstockerz_lab.strategies.python.consent import TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.batch.task import Task

_AT_WORK: dict[str, set[ProcessCrew]] = defaultdict(set)
"""The crews at work in this process, by batch."""
_STOPPED: set[str] = set()
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Handed:
    """What a worker is handed for a task, besides the lab's file.

    Parameters
    ----------
    task : with the paths of the machine that asks
    notebook : its content
    block : the first ids that are its own
    trust : the list of what the person agreed to, as text
    versions : of the packages there
    """

    task: Task
    notebook: bytes
    block: Mapping[str, int]
    trust: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back.

    Parameters
    ----------
    ended : how it ended
    executed, report : the executed notebook and its page; None where there is none
    rows : what was recorded, tables by name
    refusal : why this worker cannot do it at all
    """

    ended: Ended
    executed: bytes | None = None
    report: bytes | None = None
    rows: parcels.Rows = field(default_factory=dict)
    refusal: str = ""


def carried_out(lab: bytes, handed: Handed, topic: str) -> Returned:
    """Run a task where this worker is.

    Parameters
    ----------
    lab : the lab's file
    handed : the rest
    topic : where this worker says what happens meanwhile
    """
    from distributed import get_worker  # noqa: PLC0415 - an extra

    refusal = _refusal(handed.versions)
    if refusal or topic in _STOPPED:
        return Returned(_unbegun(handed.task), refusal=refusal)
    worker = get_worker()
    with tempfile.TemporaryDirectory(
        prefix="bitstockerz-",
        dir=worker.local_directory,  # dask clears it, too, after a worker that was killed
        ignore_cleanup_errors=True,
    ) as made:
        folder = Path(made)
        own, original = folder / "lab.duckdb", folder / "original.duckdb"
        own.write_bytes(lab)
        original.write_bytes(lab)
        parcels.begin_at(own, handed.block)
        task = _moved(handed, folder)
        ended = _unbegun(task)
        with ProcessCrew(1) as crew, _interruptible(crew, topic) as wanted:
            for news in crew.work([task] if wanted else []):
                if isinstance(news, Ended):
                    ended = news
                else:
                    worker.log_event(topic, {"line": to_line(news)})
        return _packed(handed, folder, task, ended)


def interrupt(topic: str) -> None:
    """Interrupt what this worker does for a batch, and begin nothing more of it."""
    with _LOCK:
        _STOPPED.add(topic)
        for crew in _AT_WORK.get(topic, ()):
            crew.interrupt()


@contextmanager
def _interruptible(crew: ProcessCrew, topic: str) -> Iterator[bool]:
    """Let a crew be interrupted, for the block; yields whether it may begin at all."""
    with _LOCK:
        _AT_WORK[topic].add(crew)
        wanted = topic not in _STOPPED
    try:
        yield wanted
    finally:
        with _LOCK:
            _AT_WORK[topic].discard(crew)


def _moved(handed: Handed, folder: Path) -> Task:
    """Return the task with the paths that things have here."""
    task, own = handed.task, str(folder / "lab.duckdb")
    notebook = folder / Path(task.notebook).name
    notebook.write_bytes(handed.notebook)
    here = {"BITSTOCKERZ_DB": own, TRUST: str(folder / "trusted.json")}
    home = task.environment["BITSTOCKERZ_DB"]
    if handed.trust:
        agreed = json.loads(handed.trust)
        databases = agreed.get("databases", {})
        if home in databases:
            databases[own] = databases[home]
        Path(here[TRUST]).write_text(json.dumps(agreed), "utf-8")
    parameters = {
        name: own if name == "database" and value == home else value
        for name, value in task.parameters.items()
    }
    return replace(
        task,
        notebook=str(notebook),
        executed=str(folder / "executed.ipynb"),
        report=str(folder / "executed.html"),
        parameters=parameters,
        environment={**task.environment, **here},
        warm=False,
    )


def _packed(handed: Handed, folder: Path, task: Task, ended: Ended) -> Returned:
    """Return all that goes home; what would be lost on the way makes a failure of it."""
    own = folder / "lab.duckdb"
    database = Database(own)
    with database.write() as con:  # a run whose kernel died is told apart from one at work
        runs.settle_orphans(con)
    rows: dict[str, Any] = {}
    try:
        rows = parcels.new_rows(own, folder / "original.duckdb", handed.block)
    except StorageError as problem:
        ended = replace(ended, status=Status.FAILED, error_message=str(problem), shown=())
        _mark(Path(task.executed), problem)
    names = _names_at_home(task, handed.task)
    executed, report = (_renamed(Path(file), names) for file in (task.executed, task.report))
    return Returned(ended, executed, report, rows)


def _mark(executed: Path, problem: StorageError) -> None:
    if executed.exists():
        endings.mark(executed, type(problem).__name__, str(problem))


def _names_at_home(here: Task, home: Task) -> dict[str, str]:
    """Return what the paths here are called at home: those that an executed notebook tells."""
    drafts = (str(endings.draft_of(Path(task.executed))) for task in (here, home))
    return {
        here.environment["BITSTOCKERZ_DB"]: home.environment["BITSTOCKERZ_DB"],
        here.notebook: home.notebook,
        next(drafts): next(drafts),
    }


def _renamed(file: Path, names: Mapping[str, str]) -> bytes | None:
    """Return a file's content with other names in it; None where there is no file."""
    if not file.exists():
        return None
    content = file.read_bytes()
    for pair in names.items():
        here, home = (json.dumps(path)[1:-1].encode() for path in pair)
        content = content.replace(here, home)
    return content


def _unbegun(task: Task) -> Ended:
    now = clock.now()
    return Ended(task.job_id, Status.CANCELLED, now, now, 0.0, 0, "Interrupted.")


def _refusal(versions: Mapping[str, str]) -> str:
    """Return why a worker's numbers could differ; empty if they cannot."""
    here = plan.versions()
    for name, wanted in versions.items():
        if here.get(name) != wanted:
            return (
                f"A worker has {name} {here.get(name)}, and this batch is made with {wanted}, so "
                "its numbers could differ. Install the same versions on every worker."
            )
    return ""
