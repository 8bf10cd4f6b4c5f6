"""The verb that lists jobs."""

from __future__ import annotations

from bitstockerz_lab.enums import Status
from bitstockerz_lab.ops import store as ops


def jobs(lab, count):
    """Pending jobs that this process answers for."""
    with lab.database.write() as con:
        ids = [ops.create_job(con, lab.user.id, "notebook", {}) for _ in range(count)]
        ops.hold_jobs(con, ids)
    return ids


def test_jobs_are_listed_the_newest_first_with_how_they_stand(lab):
    first, second, third = jobs(lab, 3)
    with lab.database.write() as con:
        ops.start_job(con, first)
        ops.start_job(con, second)
        ops.finish_job(con, first, Status.FAILED, "no bars")
    listed = lab.batch.jobs()
    assert listed["id"].tolist() == [third, second, first]
    assert listed["status"].tolist() == ["pending", "running", "failed"]
    assert listed["error_message"].tolist()[2] == "no bars"
    assert listed["started_at"].isna().tolist() == [True, False, False]
    assert str(listed["created_at"].dt.tz) == "UTC"
    assert lab.batch.jobs("running")["id"].tolist() == [second]
    assert lab.batch.jobs(limit=1)["id"].tolist() == [third]


def test_jobs_of_another_user_are_not_listed(lab, monkeypatch):
    import bitstockerz_lab as bz

    jobs(lab, 1)
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    assert bz.open_lab(lab.path).batch.jobs().empty


def test_a_job_whose_process_died_is_told_as_it_is(lab):
    (job,) = jobs(lab, 1)
    with lab.database.write() as con:
        ops.start_job(con, job)
        con.execute("UPDATE job_processes SET process_started_at = 1")
    assert lab.batch.jobs()["status"].tolist() == ["failed"]
