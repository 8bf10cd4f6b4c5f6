"""What a crew of dask's workers does where its cluster loses something; the cluster is a fake."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from typing import ClassVar

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.batch import cluster, elsewhere
from bitstockerz_lab.batch.elsewhere import Returned
from bitstockerz_lab.batch.task import Ended, Task
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError
from bitstockerz_lab.storage import parcels


class Future:
    def __init__(self, came):
        self.came = came

    def result(self):
        if isinstance(self.came, BaseException):
            raise self.came
        return self.came

    def add_done_callback(self, call):
        call(self)

    def release(self):
        pass


class Client:
    """Answers each task with the next of what it was told to answer."""

    def __init__(self, *answers):
        self.answers, self.sent, self.scattered = [*answers], [], 0

    def nthreads(self):
        return {"one": 1}

    def scatter(self, _content, **_options):
        self.scattered += 1

    def submit(self, _function, _lab, handed, _topic, **_options):
        self.sent.append(handed.task.job_id)
        return Future(self.answers.pop(0))

    def subscribe_topic(self, *_):
        pass

    unsubscribe_topic = cancel = run = subscribe_topic


def returned(job_id, status=Status.COMPLETED, **more):
    now = clock.now()
    return Returned(Ended(job_id, status, now, now, 1.0, 1), **more)


@pytest.fixture
def carried_out(database, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "checked_client", lambda client: client)
    notebook = tmp_path / "n.ipynb"
    notebook.write_text("{}")

    def carry_out(client, jobs=1, **options):
        tasks = [
            Task(job, f"n-{job}", str(notebook), str(tmp_path / f"{job}.ipynb"),
                 str(tmp_path / f"{job}.html"), {}, {})
            for job in range(1, jobs + 1)
        ]  # fmt: skip
        with cluster.DaskCrew(client, database) as crew:
            return [*crew.work(tasks, **options)]

    return carry_out


def test_what_a_cluster_lost_is_sent_again_with_the_lab(carried_out):
    client = Client(CancelledError(), CancelledError(), returned(1))
    (ended,) = carried_out(client)
    assert ended.status == Status.COMPLETED
    assert (client.sent, client.scattered) == ([1, 1, 1], 3)


def test_what_it_loses_again_and_again_fails_and_the_others_go_on(carried_out):
    client = Client(CancelledError(), returned(2), CancelledError(), CancelledError())
    first, second = carried_out(client, jobs=2)
    assert (first.job_id, first.status) == (2, Status.COMPLETED)
    assert (second.job_id, second.status) == (1, Status.FAILED)
    assert second.error_message.startswith("Lost: CancelledError")


def test_with_fail_fast_none_is_sent_after_one_that_failed(carried_out):
    client = Client(returned(1), returned(2, Status.FAILED), returned(3))
    assert [news.job_id for news in carried_out(client, jobs=3, fail_fast=True)] == [1, 2]
    assert client.sent == [1, 2]


def test_a_worker_that_cannot_do_it_at_all_ends_the_batch(carried_out):
    with pytest.raises(BatchError, match="another numpy"):
        carried_out(Client(returned(1, refusal="A worker has another numpy.")))
    with pytest.raises(BatchError, match=r"cannot import .*Install bitstockerz-lab in the same"):
        carried_out(Client(ImportError("no bitstockerz_lab")))


def test_the_notebook_that_says_it_is_done_is_written_last(carried_out, monkeypatch, tmp_path):
    def fails(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(cluster, "_put", fails)
    (ended,) = carried_out(Client(returned(1, executed=b"{}", report=b"<p>")))
    assert ended.status == Status.FAILED
    assert "could not be written: OSError: No space left on device" in ended.error_message
    assert not (tmp_path / "1.ipynb").exists(), "so resume does it again"


class Worker:
    def __init__(self, local_directory):
        self.local_directory = str(local_directory)

    def log_event(self, *_):
        pass


class Crew:
    """Notes which tasks it was given, and says that they are done."""

    tasks: ClassVar = []

    def __init__(self, _workers):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def interrupt(self):
        pass

    def work(self, tasks):
        self.tasks += tasks
        return [returned(task.job_id).ended for task in tasks]


@pytest.fixture
def on_a_worker(lab, tmp_path, monkeypatch):
    """Carries a task out where a worker of dask would; a function of the batch's topic."""
    monkeypatch.setattr("distributed.get_worker", lambda: Worker(tmp_path / "scratch"))
    monkeypatch.setattr(elsewhere, "ProcessCrew", Crew)
    monkeypatch.setattr(Crew, "tasks", [])
    (tmp_path / "scratch").mkdir()
    environment = {"BITSTOCKERZ_DB": str(lab.path)}
    task = Task(1, "n-1", "/home/n.ipynb", "/home/1.ipynb", "/home/1.html", {}, environment)
    with lab.database.write() as con:
        (block,) = parcels.blocks(con, 1)
    handed = elsewhere.Handed(task, b"{}", block, "", elsewhere.plan.versions())
    return lambda topic: elsewhere.carried_out(lab.path.read_bytes(), handed, topic)


def test_copies_of_the_lab_lie_where_dask_clears_up_after_a_worker_that_was_killed(
    on_a_worker, tmp_path
):
    assert on_a_worker("one").ended.status == Status.COMPLETED
    (task,) = Crew.tasks
    assert Path(task.notebook).parents[1] == tmp_path / "scratch"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_is_interrupted_while_its_copies_are_made_is_not_begun(on_a_worker, monkeypatch):
    begin_at = parcels.begin_at

    def interrupted(*asked):
        begin_at(*asked)
        elsewhere.interrupt("two")

    monkeypatch.setattr(parcels, "begin_at", interrupted)
    assert on_a_worker("two").ended.status == Status.CANCELLED
    assert Crew.tasks == []
