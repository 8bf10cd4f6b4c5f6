"""A warm kernel is interrupted, killed and cleared away like any other, and never left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_code_cell, new_notebook

from bitstockerz_lab.batch import warm
from tests.batch.warm.conftest import is_warm, kernel, manager, run_notebook, said
from tests.conftest import PROJECT

DEAF = "import ctypes\nlibc = ctypes.PyDLL(None)\nwhile True:\n    libc.pause()"
"""Holds the interpreter's lock while it sleeps in C; a signal's handler never gets its turn."""

DEAF_LOOP = (
    "import numba\n"
    "@numba.njit\n"
    "def forever():\n"
    "    n = 0\n"
    "    while n >= 0:\n"
    "        n = (n + 1) % 1000\n"
    "    return n\n"
    "forever()"
)


def gone(pid, within_s=5.0):
    """Whether a process has ended, or does within some seconds; a zombie counts as ended."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_an_interrupt_reaches_the_cell_and_the_kernel_goes_on(parent):
    with kernel(parent) as (made, client):
        # stop_on_error would let the kernel abort what it is asked just after the interrupt
        at_it = "import time\nprint('at it', flush=True)\ntime.sleep(60)"
        client.execute(at_it, stop_on_error=False)
        while client.get_iopub_msg(timeout=10)["msg_type"] != "stream":
            pass
        made.interrupt_kernel()
        assert client.get_shell_msg(timeout=10)["content"]["ename"] == "KeyboardInterrupt"
        assert said(client, "print(1 + 1)") == "2"


@pytest.mark.parametrize("code", [DEAF, DEAF_LOOP], ids=["in C", "in numba"])
def test_a_cell_deaf_to_interrupts_is_ended_by_its_timeout(parent, tmp_path, code):
    cells = ["import os\nprint(os.getpid())", code]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    began = time.monotonic()
    with pytest.raises(CellTimeoutError):
        run_notebook(notebook, parent, tmp_path, dict(os.environ), limit=2)
    assert gone(int(notebook.cells[0].outputs[0].text))
    assert time.monotonic() - began < 20


def test_the_status_a_kernel_ends_with_is_told(parent):
    for code, status in (("import os; os._exit(3)", 3), ("import os; os.abort()", -signal.SIGABRT)):
        with kernel(parent) as (made, client):
            process = made.provisioner.process
            client.execute(code)
            assert process.wait(10) == status
    with kernel(parent) as (made, _):
        process = made.provisioner.process
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
        assert process.poll() == -signal.SIGKILL
    with kernel(parent) as (made, _):
        process = made.provisioner.process
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
        made.shutdown_kernel()
        assert process.returncode == 0


def test_a_restarted_kernel_is_a_new_warm_one(parent):
    with kernel(parent) as (made, client):
        said(client, "kept = 1")
        first = made.provisioner.pid
        made.restart_kernel()
        client.wait_for_ready(timeout=30)
        assert is_warm(made)
        assert made.provisioner.pid != first
        assert said(client, "print('kept' in globals())") == "False"
        assert gone(first)


def test_leaving_a_kernel_leaves_nothing_behind(parent, tmp_path):
    code = (
        "import atexit, tempfile, pathlib\n"
        "kept = tempfile.TemporaryDirectory()\n"
        f"atexit.register(lambda: pathlib.Path({str(tmp_path / 'told')!r}).write_text('bye'))\n"
        "print(kept.name)"
    )
    made = manager(is_warm=True)
    made.transport, made.ip = "ipc", str(tmp_path / "k")
    made.connection_file = str(tmp_path / "connection.json")
    made.start_kernel(env={**os.environ, warm.ADDRESS: parent})
    client = made.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    assert is_warm(made)
    pid = made.provisioner.pid
    folder = said(client, code)
    assert len(list(tmp_path.glob("k-*"))) == 5
    client.stop_channels()
    began = time.monotonic()
    made.shutdown_kernel()
    assert time.monotonic() - began < 1.0, "it need not be told twice"
    assert made.provisioner is None or not made.has_kernel
    assert gone(pid)
    assert not Path(folder).exists()
    assert (tmp_path / "told").read_text() == "bye"
    assert [path.name for path in tmp_path.iterdir()] == ["told"]


CLIENT = """
import os, sys, time
from tests.batch.warm.conftest import manager, is_warm
made = manager(is_warm=True)
made.start_kernel(stdout=-3, stderr=-3)
client = made.client()
client.start_channels()
client.wait_for_ready(timeout=30)
assert is_warm(made)
client.execute("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
while True:
    message = client.get_iopub_msg(timeout=20)
    if message["msg_type"] == "stream":
        break
client.execute({code!r})
time.sleep(0.5)
print(made.provisioner.pid, message["content"]["text"], flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", DEAF], ids=["asleep", "deaf"])
def test_no_kernel_outlives_a_client_that_is_killed(parent, code):
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT.format(code=code)],
        cwd=PROJECT,
        env={**os.environ, warm.ADDRESS: parent},
        stdout=subprocess.PIPE,
        text=True,
    )
    with client:
        pids = [int(text) for text in client.stdout.readline().split()]
        assert len(pids) == 2
        assert not gone(pids[0], 0.1)
        client.kill()
    assert all(gone(pid) for pid in pids)


def test_kernels_outlive_their_parent_but_not_their_client():
    with warm.parent([]) as address:
        with kernel(address) as (made, client):
            os.kill(warm.ask(Path(address)).pid, signal.SIGKILL)
            assert said(client, "print(6 * 7)") == "42"
            process = made.provisioner.process
            assert process.poll() is None
            made.shutdown_kernel(now=True)
            assert process.returncode == 255
        with kernel(address) as (made, client):
            assert not is_warm(made), "there is no parent any more"
            assert said(client, "print(6 * 7)") == "42"


def test_a_parent_ends_with_the_one_who_started_it(tmp_path):
    code = (
        "import time\nfrom pathlib import Path\nfrom bitstockerz_lab.batch import warm\n"
        "with warm.parent([]) as address:\n"
        "    print(warm.ask(Path(address)).pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with starter:
        pid = int(starter.stdout.readline())
        starter.kill()
    assert gone(pid)


def test_a_client_that_drops_its_kernel_ends_it(parent):
    made = manager(is_warm=True)
    made.start_kernel(env={**os.environ, warm.ADDRESS: parent})
    pid = made.provisioner.pid
    made.provisioner.process = None
    assert gone(pid)
    made.cleanup_resources()
