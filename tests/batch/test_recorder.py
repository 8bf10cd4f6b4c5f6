"""What happens to a batch is written in groups, and waits where somebody keeps the file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.batch import recorder, registry
from bitstockerz_lab.batch.recorder import Recorder, patiently
from bitstockerz_lab.batch.rows import item_of, task_of
from bitstockerz_lab.batch.task import Ended, Started
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DatabaseBusy
from bitstockerz_lab.users import current

FACTS = {
    "notebook": "/n/tiny.ipynb", "notebook_digest": "", "varying_json": '["symbol"]',
    "timeout_s": None, "retries": 0, "workers": 2, "fail_fast": False,
}  # fmt: skip


@pytest.fixture
def begun(database, tmp_path):
    """A batch of twenty items, its recorder, and how many leases for writing there were."""
    user = current(database)
    sets = [{"symbol": f"S{number}"} for number in range(20)]
    facts = FACTS | {"user_id": user.id}
    batch_id = registry.begin(database, facts, sets, tmp_path, tmp_path)
    row, rows = registry.rows(database, user.id, batch_id)
    made = Recorder(database, user.id, batch_id, [item_of(one) for one in rows])
    made.expect([task_of(one, row, database, user) for one in rows])
    return made, [one["job_id"] for one in rows]


@pytest.fixture
def leases(database, monkeypatch):
    taken, write = [], database.write

    @contextmanager
    def counted():
        taken.append(1)
        with write() as con:
            yield con

    monkeypatch.setattr(database, "write", counted)
    return taken


def ended(job_id):
    now = clock.now()
    return Ended(job_id, Status.COMPLETED, now, now, 1.0, 1)


def test_endings_share_a_lease(begun, leases, database, monkeypatch):
    made, jobs = begun
    monkeypatch.setattr(recorder, "AT_LEAST_S", 1000.0)
    for job_id in jobs:
        made.take(Started(job_id, clock.now()))
        assert made.take(ended(job_id)).status == Status.COMPLETED, "in memory at once"
    assert len(leases) == 1, "sixteen are enough for one"
    made.flush()
    made.flush()
    assert len(leases) == 2, "the rest, and nothing more"
    statuses = database.sql("SELECT status, count(*) AS n FROM jobs GROUP BY status")
    assert statuses.to_dict("records") == [{"status": "completed", "n": 20}]
    assert database.sql("SELECT sum(attempts) AS n FROM batch_items")["n"].to_list() == [20]


def test_one_that_waited_long_enough_is_written_with_the_next_news(begun, leases, monkeypatch):
    made, jobs = begun
    monkeypatch.setattr(recorder, "AT_LEAST_S", 0.0)
    made.take(ended(jobs[0]))
    assert len(leases) == 1


def test_while_somebody_keeps_the_file_nothing_is_lost(begun, database, monkeypatch):
    made, jobs = begun
    monkeypatch.setattr(recorder, "AT_LEAST_S", 0.0)

    def busy():
        raise DatabaseBusy("It is held.")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", busy)
        made.take(ended(jobs[0]))
    made.flush()
    assert database.sql("SELECT status FROM jobs ORDER BY id")["status"][0] == "completed"


def test_what_was_expected_and_did_not_end_is_cancelled(begun, database):
    made, jobs = begun
    made.take(ended(jobs[0]))
    made.leave("Interrupted.")
    assert [item.status for item in made.items] == [Status.COMPLETED] + [Status.CANCELLED] * 19
    rows = database.sql("SELECT status, error_message FROM jobs ORDER BY id")
    assert rows["status"].to_list() == [str(item.status) for item in made.items]
    assert rows["error_message"][1] == "Interrupted."


def test_an_attempt_adds_to_those_before(begun):
    made, jobs = begun
    made._before[jobs[0]] = replace(made._before[jobs[0]], attempts=2, seconds=5.0)
    item = made.take(ended(jobs[0]))
    assert (item.attempts, item.seconds, item.report) == (3, 6.0, None)
    assert isinstance(item.executed, Path)


def test_the_end_is_tried_again_while_the_file_is_busy(caplog):
    tries = []

    def step():
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseBusy("It is held.")

    patiently(step)
    assert len(tries) == 3
    assert "tried again" in caplog.text
