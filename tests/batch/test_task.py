"""What goes between a batch and its workers comes out as it went in."""

from __future__ import annotations

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.batch.task import AtCell, Ended, Started, Task, from_line, to_line
from bitstockerz_lab.enums import Status

NOW = clock.now()
TASK = Task(
    job_id=7,
    name="n-A",
    notebook="/a/n.ipynb",
    executed="/b/n.ipynb",
    report="/c/n.html",
    parameters={"symbol": "Größe\n", "fee_bps": 0.1, "more": {"fast": [1, None, True]}},
    environment={"BITSTOCKERZ_JOB_ID": "7"},
    timeout_s=2.5,
    retries=1,
)


@pytest.mark.parametrize(
    "message",
    [
        TASK,
        Started(7, NOW),
        AtCell(7, 2, 5),
        Ended(7, Status.FAILED, NOW, NOW, 1.5, 2, "ValueError: no", 4, (12, 13)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_is_one_line_and_comes_back_as_it_was(message):
    line = to_line(message)
    assert "\n" not in line
    assert from_line(line) == message
