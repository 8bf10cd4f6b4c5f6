"""A job goes from pending to running to an end."""

import pytest

from bitstockerz_lab import users
from bitstockerz_lab.enums import Status
from bitstockerz_lab.ops import store


@pytest.mark.parametrize(
    "end", [Status.COMPLETED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED]
)
def test_each_step_is_recorded(database, end):
    user = users.current(database)
    with database.write() as con:
        job = store.create_job(con, user.id, "notebook", {"symbol": "DEMO-A"})
    [row] = database.sql("SELECT * FROM jobs").to_dict("records")
    assert (row["status"], row["payload_json"]) == ("pending", '{"symbol": "DEMO-A"}')
    with database.write() as con:
        store.start_job(con, job)
        store.finish_job(con, job, end, "why")
    [row] = database.sql("SELECT * FROM jobs").to_dict("records")
    assert (row["status"], row["error_message"]) == (end, "why")
    assert row["created_at"] <= row["started_at"] <= row["finished_at"]
