"""Notebooks really run: every test here starts kernels, one or two each."""

from __future__ import annotations

import json
import os
import sys
import time

import nbformat
import pytest

from bitstockerz_lab.batch.execute import execute
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, UnknownName
from tests.batch.conftest import write_notebook
from tests.batch.offline import read_page

LOOK_AROUND = """\
import json, os, sys
from pathlib import Path
from bitstockerz_lab.storage import Database
with Database(Path(database), timeout_s=2).write() as con:  # nobody holds the file meanwhile
    con.execute("SELECT 1")
names = ["BITSTOCKERZ_DB", "BITSTOCKERZ_JOB_ID", "BITSTOCKERZ_USER", "PLOTLY_RENDERER"]
print(json.dumps({name: os.environ[name] for name in names}
                 | {"python": sys.executable, "folder": os.getcwd(), "database": database}))
"""
SHOW = """\
from IPython.display import display
display({"application/vnd.plotly.v1+json": {"data": [], "layout": {}}}, raw=True)
if symbol == "BAD":
    raise ValueError("no such bars")
"""


def jobs(database):
    with database.read() as con:
        rows = con.execute(
            "SELECT id, job_type, status, error_message, payload_json,"
            " started_at IS NOT NULL, finished_at >= started_at FROM jobs ORDER BY id"
        ).fetchall()
    return [(*row[:4], json.loads(row[4]), *row[5:]) for row in rows]


def errors(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output for output in outputs if output.output_type == "error"]


def test_one_that_fails_does_not_stop_the_others_and_all_of_it_is_recorded(
    batches, database, tmp_path, monkeypatch
):
    stray = tmp_path / "elsewhere" / "kernels" / "python3"
    stray.mkdir(parents=True)
    (stray / "kernel.json").write_text(
        json.dumps({"argv": ["false"], "display_name": "stray", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(stray.parent.parent))
    folder = tmp_path / "study {1}"
    folder.mkdir()
    notebook = write_notebook(
        folder / "tiny.ipynb", 'symbol: str = "A"\ndatabase: str = ""', LOOK_AROUND, SHOW
    )
    before = notebook.read_bytes(), dict(os.environ)
    told = []

    batch = batches.run(notebook, over={"symbol": ["BAD", "A/B"]}, on_progress=told.append)

    bad, good = batch
    assert [item.status for item in batch] == [Status.FAILED, Status.COMPLETED]
    assert batch.failed == (bad,)
    assert batch.completed == (good,)
    with pytest.raises(BatchError, match=r"1 of 2 notebooks failed.*tiny-BAD, job 1"):
        batch.raise_for_failures()
    assert good.executed.name == "tiny-A-B-000002.ipynb"
    assert good.report.name == "tiny-A-B-000002.html"
    assert sorted(path.suffix for path in tmp_path.glob("*ed/*")) == [".ipynb", ".ipynb"]

    assert [row[:4] for row in jobs(database)] == [
        (1, "notebook", "failed", "ValueError: no such bars (cell 4)"),
        (2, "notebook", "completed", None),
    ]
    payload = jobs(database)[1][4]
    assert payload["notebook"] == str(notebook)
    assert payload["parameters"] == {"symbol": "A/B", "database": str(database.path)}
    assert all(row[5] and row[6] for row in jobs(database))

    (failure,) = errors(bad.executed)
    assert failure.evalue == "no such bars"
    assert "did not reach its end" in bad.report.read_text("utf-8")

    around = json.loads(nbformat.read(good.executed, 4).cells[3].outputs[0].text)
    assert around == {
        "BITSTOCKERZ_DB": str(database.path),
        "BITSTOCKERZ_JOB_ID": "2",
        "BITSTOCKERZ_USER": "tester@local",
        "PLOTLY_RENDERER": "plotly_mimetype",
        "python": sys.executable,
        "folder": str(folder),
        "database": str(database.path),
    }
    page = read_page(good.report.read_text("utf-8"))
    assert (page.found, page.plotly) == ([], 1)
    assert before == (notebook.read_bytes(), dict(os.environ))

    assert [progress.done for progress in told if progress.item] == [1, 2]
    assert told[-1].failed == 1
    assert {"[0/2] tiny-BAD: cell 1 of 5", "[0/2] tiny-A-B: cell 1 of 5"} <= set(map(str, told))
    assert bad.failed_cell == 4
    assert batches.get(batch.id) == batch
    assert batches.list().loc[0, ["status", "items", "completed", "failed"]].to_list() == [
        "failed", 2, 1, 1,
    ]  # fmt: skip
    assert list(batch.table["symbol"]) == ["BAD", "A/B"]
    assert "1 of 2 completed, 1 failed" in str(batch)
    assert "tiny-A-B-000002.ipynb" in batch._repr_html_()


def test_the_limit_is_for_the_whole_notebook_and_ends_the_kernel(batches, database, tmp_path):
    pid = tmp_path / "pid"
    notebook = write_notebook(
        tmp_path / "slow.ipynb",
        "nap: float = 0.0",
        f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid()))",
        *["time.sleep(nap)"] * 5,
    )
    began = time.perf_counter()
    (item,) = batches.run(notebook, parameters={"nap": 2}, timeout_s=5)  # 2 < 5 < 5 × 2
    assert time.perf_counter() - began < 30
    assert item.status == Status.TIMED_OUT
    assert item.error_message == "It took longer than 5 s and was ended."
    assert jobs(database)[0][2:4] == ("timed_out", item.error_message)
    (failure,) = errors(item.executed)
    assert failure.evalue == item.error_message
    assert item.error_message in item.report.read_text("utf-8")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


LATE = """\
import threading
outputs = get_ipython().kernel.iopub_thread
real = outputs.send_multipart
def late(*given, **named): threading.Timer(5, real, given, named).start()
outputs.send_multipart = late
print('the answer')
"""


def test_what_a_busy_kernel_says_late_is_waited_for(batches, tmp_path):
    notebook = write_notebook(tmp_path / "late.ipynb", None, LATE)  # papermill waits for 4 s
    (item,) = batches.run(notebook, warm=False)
    assert (item.status, item.error_message) == (Status.COMPLETED, None)
    assert "the answer" in item.report.read_text("utf-8")


def test_what_never_comes_is_no_time_limit(tmp_path, monkeypatch):
    from nbclient.exceptions import CellTimeoutError

    def lost(*_, **__):
        raise CellTimeoutError("Timeout waiting for IOPub output")

    monkeypatch.setattr("papermill.execute_notebook", lost)
    notebook = write_notebook(tmp_path / "n.ipynb", None, "pass")
    outcome = execute(notebook, tmp_path / "draft.ipynb", {}, environment={}, timeout_s=60)
    assert outcome.status == Status.FAILED
    assert "Timeout waiting for IOPub output" in outcome.error_message


def test_a_notebook_whose_kernel_dies_is_tried_again_where_asked(batches, database, tmp_path):
    notebook = write_notebook(
        tmp_path / "flaky.ipynb",
        None,
        "import os, pathlib\n"
        "first = not pathlib.Path('tried').exists()\n"
        "pathlib.Path('tried').touch()\n"
        "if first: os._exit(1)",
    )
    (item,) = batches.run(notebook, retries=2)
    assert (item.status, item.attempts, item.error_message) == (Status.COMPLETED, 2, None)
    assert errors(item.executed) == []
    assert [row[2] for row in jobs(database)] == ["completed"]


def test_an_unknown_parameter_stops_everything_before_it_starts(batches, database, tmp_path):
    notebook = write_notebook(tmp_path / "tiny.ipynb", 'symbol: str = ""', "1 / 0")
    with pytest.raises(UnknownName, match="Did you mean 'symbol'"):
        batches.run(notebook, over={"symbol": ["A"]}, parameters={"symbols": "B"})
    assert jobs(database) == []
    assert not (tmp_path / "executed").exists()
    assert list(batches.parameters(notebook)) == ["symbol"]


@pytest.mark.parametrize("options", [{"workers": 0}, {"timeout_s": 0}, {"retries": -1}])
def test_options_that_cannot_be_are_refused_in_a_sentence(batches, tmp_path, options):
    notebook = write_notebook(tmp_path / "tiny.ipynb", None, "1")
    with pytest.raises(BatchError, match=next(iter(options))):
        batches.run(notebook, **options)


def test_a_database_other_than_the_labs_is_refused(batches, tmp_path):
    notebook = write_notebook(tmp_path / "tiny.ipynb", 'database: str = ""', "1")
    with pytest.raises(BatchError, match="Open that one instead"):
        batches.run(notebook, parameters={"database": str(tmp_path / "other.duckdb")})


def test_a_folder_that_cannot_be_made_is_an_error_before_any_job(batches, database, tmp_path):
    notebook = write_notebook(tmp_path / "tiny.ipynb", None, "1")
    (tmp_path / "reports").touch()
    with pytest.raises(BatchError, match="reports cannot be made"):
        batches.run(notebook)
    assert jobs(database) == []
