"""How a batch shows itself while it runs, and that its imports wait until it does."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from bitstockerz_lab.batch import BatchItem, Progress, show_progress
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
    assert shown(terminal=False).splitlines() == [
        "[0/2] tiny-A: cell 1 of 2",
        "[1/2] tiny-[red]B[/], job 7: failed in 1.2 s; ValueError: no",
    ]


def test_on_a_terminal_there_is_a_bar_with_what_failed_so_far():
    drawn = shown(terminal=True)
    assert "1/2" in drawn
    assert "tiny-[red]B[/] (cell 2 of 2), 1 failed" in drawn


def test_the_room_loads_nothing_heavy_before_a_notebook_runs():
    heavy = ["papermill", "nbconvert", "nbclient", "nbformat", "jupyter_client", "plotly", "rich"]
    code = f"import bitstockerz_lab.batch, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
