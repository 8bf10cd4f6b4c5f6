"""Who answers for a piece of work, and whether they are still there."""

import dataclasses
import subprocess
import sys

from bitstockerz_lab import users
from bitstockerz_lab.ops import store
from bitstockerz_lab.ops.processes import Holder, lives


def test_this_process_is_there_and_one_that_ended_is_not():
    here = Holder.here()
    assert not here.is_gone
    assert lives(here.pid, here.process_started_at)
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert dataclasses.replace(here, pid=process.pid).is_gone


def test_a_number_that_was_used_again_is_another_process():
    assert dataclasses.replace(Holder.here(), process_started_at=0.0).is_gone


def test_a_process_of_another_machine_is_taken_to_be_there():
    assert not Holder("elsewhere", 1, 0.0).is_gone


def test_jobs_of_a_process_that_died_fail_if_they_ran_and_are_cancelled_if_they_waited(database):
    user = users.current(database)
    with database.write() as con:
        ids = [store.create_job(con, user.id, "notebook", {}) for _ in range(4)]
        store.hold_jobs(con, ids)
        store.start_job(con, ids[0])
        store.finish_job(con, ids[2], "completed")
        assert store.orphans(con) == []
        con.execute("UPDATE job_processes SET process_started_at = 0 WHERE job_id <> ?", [ids[3]])
        assert sorted(store.orphans(con)) == ids[:2]
        store.settle_orphans(con)
        rows = con.execute("SELECT status, error_message FROM jobs ORDER BY id").fetchall()
    assert rows == [
        ("failed", "process died"),
        ("cancelled", "process died"),
        ("completed", None),
        ("pending", None),
    ]


def test_a_job_held_again_waits_for_its_turn_and_nothing_is_left_of_its_end(database):
    user = users.current(database)
    with database.write() as con:
        job = store.create_job(con, user.id, "notebook", {})
        store.finish_job(con, job, "failed", "why")
        store.hold_jobs(con, [job])
        store.hold_jobs(con, [job])
        [row] = con.execute(
            "SELECT status, error_message, started_at, finished_at FROM jobs"
        ).fetchall()
        assert con.execute("SELECT count(*) FROM job_processes").fetchall() == [(1,)]
    assert row == ("pending", None, None, None)
