"""However a batch dies, nothing that finished is lost, nothing is done twice, nothing stays behind.

Real processes, real kernels, real signals.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from bitstockerz_lab.batch import Batches
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, StorageError
from bitstockerz_lab.strategies import templates
from tests.batch.conftest import write_notebook
from tests.conftest import PROJECT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, /proc, prlimit")

DRIVER = """\
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background ignores it
from bitstockerz_lab.batch import Batches
from bitstockerz_lab.storage import Database
from bitstockerz_lab.users import current
folder = Path(sys.argv[1])
database = Database(folder / "lab.duckdb")
batches = Batches(database, current(database), folder / "executed", folder / "reports")
try:
    batches.run(folder / "n.ipynb", over={"symbol": list("ABCDE")}, warm=sys.argv[2] == "warm")
except KeyboardInterrupt as stop:
    print(*stop.__notes__, file=sys.stderr)
    sys.exit(77)
"""
"""A and B run through; C and D wait for ever while `hold` is there, E waits for its turn."""

CELLS = (
    """
import os, subprocess, time
from pathlib import Path
with open(f'ran-{symbol}', 'a') as ran: print(os.getpid(), file=ran)
""",
    """
child = None
if symbol in 'CD' and Path('hold').exists():
    child = subprocess.Popen(['sleep', '600'])
    Path(f'child-{symbol}').write_text(str(child.pid))
while child is not None: time.sleep(0.05)
""",
    "print('the answer for', symbol)",
)


def jobs(database):
    with database.read() as con:
        return con.execute("SELECT status, error_message FROM jobs ORDER BY id").fetchall()


def outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", [])]


def pids(folder, pattern):
    found = [file.read_text().split() for file in folder.glob(pattern)]
    return [int(pid) for numbers in found for pid in numbers]


def wait_until(come, limit_s=60):
    limit = time.monotonic() + limit_s
    while not come():
        assert time.monotonic() < limit, "it did not come to that"
        time.sleep(0.05)


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def at_work(folder):
    done = [folder / "executed" / f"n-{name}-00000{n}.ipynb" for n, name in ((1, "A"), (2, "B"))]
    begun = [folder / f"child-{name}" for name in "CD"]
    return all(path.exists() for path in done) and all(
        path.exists() and path.read_text() for path in begun
    )


def told(batch):
    """What a batch came to, without times and places."""
    return [
        (item.job_id, item.name, item.parameters, item.status, item.executed.name,
         item.report.name, [output.text for output in outputs(item.executed)])
        for item in batch
    ]  # fmt: skip


@pytest.fixture(scope="module")
def unbroken(template, tmp_path_factory):
    """The same batch in a lab of its own, without anything that stops it."""
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import current

    folder = tmp_path_factory.mktemp("unbroken")
    (folder / "lab.duckdb").write_bytes(template.read_bytes())
    write_notebook(folder / "n.ipynb", 'symbol: str = ""', *CELLS)
    database = Database(folder / "lab.duckdb", timeout_s=20)
    rooms = Batches(database, current(database), folder / "executed", folder / "reports")
    return rooms.run(folder / "n.ipynb", over={"symbol": list("ABCDE")}, warm=False)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (signal.SIGINT, "cold"),
        (signal.SIGTERM, "cold"),
        (signal.SIGKILL, "cold"),
        (signal.SIGKILL, "warm"),
    ],
)
def test_a_batch_that_is_stopped_leaves_nothing_behind_and_is_resumed(
    batches, database, tmp_path, unbroken, number, kind
):
    write_notebook(tmp_path / "n.ipynb", 'symbol: str = ""', *CELLS)
    (tmp_path / "hold").touch()
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path), kind], stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: at_work(tmp_path))
        family = psutil.Process(process.pid).children(recursive=True)
        if number == signal.SIGINT:
            with pytest.raises(BatchError, match="is being carried out by process"):
                batches.resume(1)
        process.send_signal(number)
        _, noise = process.communicate(timeout=30)
    finally:
        process.kill()
    ends = {signal.SIGINT: 77, signal.SIGTERM: 143, signal.SIGKILL: -9}
    assert process.returncode == ends[number], noise
    assert len(family) >= 6, "two workers, a kernel each, and what each kernel started"
    left = [*(child.pid for child in family), *pids(tmp_path, "ran-*"), *pids(tmp_path, "child-*")]
    wait_until(lambda: all(map(is_gone, left)), 20)

    if number == signal.SIGINT:
        assert noise == "lab.batch.resume(1) does what is missing.\n"
    if number != signal.SIGKILL:
        assert jobs(database) == [("completed", None)] * 2 + [("cancelled", "Interrupted.")] * 3
        assert batches.get(1).status == Status.CANCELLED
    else:
        found = batches.get(1)
        assert (found.status, found.error_message) == (Status.FAILED, "process died")
        assert {message for status, message in jobs(database) if status != "completed"} == {
            "process died"
        }
        assert jobs(database)[4] == ("cancelled", "process died"), "it never began"
    half = tmp_path / "executed" / "n-C-000003.ipynb"
    assert [one.ename for one in outputs(half) if one.output_type == "error"] == [
        "KeyboardInterrupt"
    ]
    assert list((tmp_path / "executed").glob(".*")) == [], "no draft stays behind"

    (tmp_path / "hold").unlink()
    resumed = batches.resume(1, warm=False)
    assert resumed.status == Status.COMPLETED
    assert [len(pids(tmp_path, f"ran-{name}")) for name in "ABCDE"] == [1, 1, 2, 2, 1]
    assert told(resumed) == told(unbroken)
    assert batches.resume(1, warm=False).items == resumed.items, "nothing is missing any more"
    assert len(pids(tmp_path, "ran-*")) == 7


DYING = """\
import os, resource, signal
from pathlib import Path
first = not Path(f'tried-{symbol}').exists()
with open(f'tried-{symbol}', 'a') as tried: print(os.getpid(), file=tried)
worker = os.getppid()
"""
DEATHS = {
    "KERNEL": "os.kill(os.getpid(), signal.SIGKILL)",
    "WORKER": "os.kill(worker, signal.SIGKILL); import time; time.sleep(60)",
    "MEMORY": "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); bytearray(2**32)",
    # the worker cannot write more than that into a file any more: as on a full disk
    "DISK": "resource.prlimit(worker, resource.RLIMIT_FSIZE, (100_000, 100_000));"
    " print('x' * 1_000_000)",
    "EXIT": "os._exit(3)",
}


def test_what_dies_within_a_batch_fails_alone_says_how_and_is_done_by_resuming(
    batches, database, tmp_path
):
    names = [*DEATHS, "FINE"]
    write_notebook(
        tmp_path / "n.ipynb",
        'symbol: str = ""',
        DYING,
        f"deaths = {DEATHS!r}\nif first and symbol in deaths: exec(deaths[symbol])",
        "print('alive')",
    )
    batch = batches.run(tmp_path / "n.ipynb", over={"symbol": names}, warm=False)
    assert len(pids(tmp_path, "tried-*")) == len(names)
    wait_until(lambda: all(map(is_gone, pids(tmp_path, "tried-*"))), 15)  # the worker's kernel too
    messages = dict(zip(names, (item.error_message for item in batch), strict=True))
    failed = [item.status == Status.FAILED for item in batch]
    assert failed == [True] * 5 + [False], messages
    assert messages["KERNEL"].startswith("The kernel died (SIGKILL: out of memory, or ended from")
    assert messages["WORKER"].startswith("The worker process died (SIGKILL")
    assert messages["MEMORY"].startswith("MemoryError")
    assert "File too large" in messages["DISK"]
    assert messages["EXIT"].startswith("The kernel died (exit status 3)")
    for item in batch.failed:
        assert item.failed_cell == 4, item
        errors = [one for one in outputs(item.executed) if one.output_type == "error"]
        assert len(errors) == 1, f"{item} keeps its half-executed notebook"
    with database.read() as con:
        cells = con.execute("SELECT failed_cell FROM batch_items ORDER BY position").fetchall()
    assert cells == [(4,)] * 5 + [(None,)]

    resumed = batches.resume(batch.id, warm=False)
    assert resumed.status == Status.COMPLETED
    assert [item.attempts for item in resumed] == [2, 2, 2, 2, 2, 1]
    assert all(outputs(item.executed)[-1].text == "alive\n" for item in resumed)


def test_what_was_finished_but_not_written_down_is_not_run_again(batches, database, tmp_path):
    write_notebook(
        tmp_path / "n.ipynb", 'symbol: str = ""', "open(f'ran-{symbol}', 'a').write('1 ')"
    )
    batch = batches.run(tmp_path / "n.ipynb", over={"symbol": ["A", "B"]}, warm=False)
    with database.write() as con:  # as a batch leaves it that died before it wrote down the end
        con.execute("UPDATE jobs SET status = 'running', finished_at = NULL")
        con.execute("UPDATE job_processes SET process_started_at = 0")
        con.execute("UPDATE batches SET status = 'running', process_started_at = 0")
        con.execute("UPDATE batch_items SET attempts = 0, seconds = 0")
    batch[1].executed.unlink()  # of this one there is nothing to tell that it ended
    batch[0].report.unlink()
    resumed = batches.resume(batch.id, warm=False)
    assert resumed.status == Status.COMPLETED
    assert [len(pids(tmp_path, f"ran-{name}")) for name in "AB"] == [1, 2]
    assert all(item.report.exists() for item in resumed)
    assert [item.attempts for item in resumed] == [1, 1]


def test_a_batch_whose_end_could_not_be_written_is_resumed_in_the_same_process(
    batches, tmp_path, monkeypatch
):
    path = write_notebook(tmp_path / "n.ipynb", 'symbol: str = ""', "pass")

    def full(*_):
        raise StorageError("No space left on device.")

    with monkeypatch.context() as patch:
        patch.setattr("bitstockerz_lab.ops.store.finish_job", full)
        with pytest.raises(StorageError, match="No space left"):
            batches.run(path, over={"symbol": ["A", "B"]}, warm=False)
    assert batches.get(1).status == Status.RUNNING, "which is all that the file knows"
    resumed = batches.resume(1, warm=False)
    assert resumed.status == Status.COMPLETED
    assert [item.attempts for item in resumed] == [1, 1], "their notebooks tell that they are done"


def test_a_notebook_that_has_changed_is_not_resumed(batches, tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", 'symbol: str = ""', "assert symbol != 'A'")
    batch = batches.run(path, over={"symbol": ["A"]}, warm=False)
    content = json.loads(path.read_text())
    content["cells"][-1]["source"] = "pass"
    path.write_text(json.dumps(content))
    with pytest.raises(BatchError, match="has changed since batch 1 began"):
        batches.resume(batch.id)


def test_with_fail_fast_none_is_begun_after_one_has_failed(batches, tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", 'symbol: str = ""', "assert symbol != 'BAD'")
    names = ["BAD", "B", "C"]
    batch = batches.run(path, over={"symbol": names}, workers=1, fail_fast=True, warm=False)
    assert [item.status for item in batch] == [Status.FAILED] + [Status.CANCELLED] * 2
    assert batch[1].error_message == "Not started: another one failed."
    with pytest.raises(BatchError, match=r"1 of 3 notebooks failed, 2 did not run"):
        batch.raise_for_failures()


def test_a_worker_that_cannot_start_says_so_once(batches, database, tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "n.ipynb", 'symbol: str = ""', "pass")
    monkeypatch.setattr("bitstockerz_lab.batch.crew.BOOT", "raise SystemExit('no interpreter')")
    with pytest.raises(BatchError, match=r"No worker can be started.*no interpreter"):
        batches.run(path, over={"symbol": ["A", "B"]}, warm=False)
    assert [status for status, _ in jobs(database)] == ["cancelled"] * 2
    assert os.environ.get("BITSTOCKERZ_JOB_ID") is None


REAL = """\
import sys
import bitstockerz_lab as bz
bz.open_lab(sys.argv[1]).batch.run(
    sys.argv[2], over={"symbol": ["DEMO-A", "DEMO-B"]}, workers=1, warm=False
)
"""


@pytest.mark.slow
def test_a_killed_batch_of_backtests_resumed_equals_an_unbroken_one(template, tmp_path):
    import bitstockerz_lab as bz

    notebook = PROJECT / "notebooks" / "batch" / "backtest.ipynb"
    labs = []
    for name in ("broken", "whole"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lab.duckdb").write_bytes(template.read_bytes())
        lab = bz.open_lab(tmp_path / name / "lab.duckdb")
        for symbol in ("DEMO-A", "DEMO-B"):
            lab.market.load("synthetic", symbol)
        lab.strategies.save(templates.get("golden-cross"))
        labs.append(lab)
    broken, whole = labs
    process = subprocess.Popen([sys.executable, "-c", REAL, str(broken.path), str(notebook)])
    try:
        drafts = tmp_path / "broken" / "executed"
        wait_until(lambda: list(drafts.glob(".*-000002.draft.ipynb")), 120)
    finally:
        process.kill()
        process.wait()
    resumed = broken.batch.resume(1)
    unbroken = whole.batch.run(notebook, over={"symbol": ["DEMO-A", "DEMO-B"]})

    assert resumed.status == unbroken.status == Status.COMPLETED
    assert resumed[0].attempts == 1, "what was done is not done again"
    for one, other in zip(resumed, unbroken, strict=True):
        assert (one.name, one.executed.name) == (other.name, other.executed.name)
        (run,), (like,) = (
            [lab.backtests.get(number) for number in item.run_ids]
            for lab, item in ((broken, one), (whole, other))
        )
        assert run.metrics == like.metrics
        assert run.trades.equals(like.trades)
        assert run.equity.equals(like.equity)
    query = "SELECT count(*) AS n FROM backtest_runs WHERE status = 'completed'"
    assert broken.sql(query)["n"].to_list() == [2], "none was recorded twice"
