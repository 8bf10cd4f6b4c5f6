"""How a batch shows itself while it runs, and that its imports wait until it does."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bitstockerz_lab.batch import BatchItem, Progress, show_progress
from bitstockerz_lab.batch.progress import LiveTable, show_live
from bitstockerz_lab.batch.task import AtCell, Ended, Started, Task
from bitstockerz_lab.batch.watch import Watch
from bitstockerz_lab.enums import Status

FAILED = BatchItem(
    job_id=7,
    name="tiny-[red]B[/]",
    parameters={},
    status=Status.FAILED,
    run_ids=(),
    executed=Path("tiny.ipynb"),
    report=None,
    seconds=1.25,
    error_message="ValueError: no",
)


def steps():
    return [
        Progress(0, 2, 0, "tiny-A", cell=1, cells=2, seconds=0.1),
        Progress(0, 2, 0, "tiny-A", cell=2, cells=2, seconds=0.2),
        Progress(1, 2, 1, FAILED.name, cell=2, cells=2, seconds=1.5, item=FAILED),
    ]


def shown(*, terminal):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=terminal, width=120, color_system=None)
    with show_progress(console) as on_progress:
        for step in steps():
            on_progress(step)
    return screen.getvalue()


def test_away_from_a_terminal_an_item_has_a_line_when_it_begins_and_one_when_it_ends():
    began, ended = shown(terminal=False).splitlines()
    assert began == "[0/2] tiny-A: cell 1 of 2"
    assert ended == (
        "[1/2, 40/min, about 0:02 left, 1 failed] "
        "tiny-[red]B[/], job 7: failed in 1.2 s; ValueError: no"
    )


TASK = Task(7, "tiny-A", "tiny.ipynb", "a.ipynb", "a.html", {}, {})


def test_a_notebook_that_is_tried_again_says_which_try_it_is():
    told = []
    watch = Watch([TASK], told.append)
    for cell in (1, 2, 1, 2):
        watch.take(AtCell(7, cell, 2), None)
    assert [str(one) for one in told] == [
        "[0/1] tiny-A: cell 1 of 2", "[0/1] tiny-A: cell 2 of 2",
        "[0/1] tiny-A: cell 1 of 2, try 2", "[0/1] tiny-A: cell 2 of 2, try 2",
    ]  # fmt: skip


def test_what_is_made_ready_is_told_and_does_not_count_as_work(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("bitstockerz_lab.batch.watch.time.perf_counter", lambda: now[0])
    told = []
    watch = Watch([TASK, replace(TASK, job_id=8)], told.append)
    watch.prepare("starting the warm parent")
    assert str(told[-1]) == "[0/2] starting the warm parent"
    now[0] += 40
    watch.take(Started(7, datetime(2026, 1, 1)), None)  # noqa: DTZ001 - reason: UTC without a zone
    now[0] += 10
    watch.take(AtCell(7, 1, 1), FAILED)
    watch.take(Ended(7, Status.FAILED, datetime.min, datetime.min, 9.0, 1), FAILED)  # noqa: DTZ901 - reason: never read
    assert told[-1].seconds == 50
    assert told[-1].left_s == 10, "not 50: making ready happens once"


def test_what_is_made_ready_has_its_line_and_stands_in_a_live_tables_heading():
    screen = io.StringIO()
    step = Progress(0, 2, 0, "starting the warm parent", 0, 0, 0.1)
    with show_progress(Console(file=screen, force_terminal=False)) as on_progress:
        on_progress(step)
    assert screen.getvalue() == "[0/2] starting the warm parent\n"
    table = LiveTable(3)
    table.take(step)
    assert table.html() == "<p>Batch 3: 0/2, starting the warm parent</p>"


def test_on_a_terminal_there_is_a_bar_with_what_failed_so_far():
    drawn = shown(terminal=True)
    assert "1/2" in drawn
    assert "tiny-[red]B[/] (cell 2 of 2), 1 failed" in drawn


def test_the_room_loads_nothing_heavy_before_a_notebook_runs():
    heavy = ["papermill", "nbconvert", "nbclient", "nbformat", "jupyter_client", "plotly", "rich"]
    code = f"import bitstockerz_lab.batch, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_live_table_shows_what_is_at_work_what_failed_and_what_ended_last():
    table = LiveTable(3)
    for step in steps()[:2]:
        table.take(step)
    assert "Batch 3: 0/2" in table.html()
    assert "<td>tiny-A</td><td>0</td><td>running</td><td>cell 2 of 2</td>" in table.html()
    table.take(steps()[2])
    assert "Batch 3: 1/2, 40/min, about 0:02 left, 1 failed" in table.html()
    done = [replace(FAILED, job_id=number, status=Status.COMPLETED) for number in range(100, 150)]
    for item in done:
        table.take(Progress(2, 60, 1, item.name, 2, 2, 1.0, item, item.job_id))
    assert "<td>149</td>" in table.html()
    assert "<td>100</td>" not in table.html(), "only the last ones"
    assert "<td>7</td><td>failed</td>" in table.html(), "but every one that failed"


def test_a_live_table_escapes_what_comes_from_data():
    table = LiveTable(3)
    item = replace(FAILED, name="<script>", error_message="<b>")
    table.take(Progress(1, 2, 1, item.name, 1, 1, 1.0, item, 7))
    assert "<script>" not in table.html()
    assert "<b>" not in table.html()


def test_in_a_notebook_one_table_is_drawn_and_then_updated(monkeypatch):
    drawn = []

    class Handle:
        def update(self, shown):
            drawn.append(("update", shown.data))

    def display(shown, *, display_id):
        assert display_id
        drawn.append(("display", shown.data))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    with show_live(3) as on_progress:
        for step in steps():
            on_progress(step)
    assert [how for how, _ in drawn] == ["display", "update"], "not at every step, but at the end"
    assert "1/2" in drawn[-1][1]
