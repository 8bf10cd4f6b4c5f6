"""When a parent gives a warm kernel, when it does not, and that one is told why."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bitstockerz_lab.batch import warm
from bitstockerz_lab.batch.warm import messages, place, preload, provisioner, server
from bitstockerz_lab.errors import BatchError
from tests.batch.warm.conftest import is_warm, kernel, manager, said
from tests.conftest import PROJECT

LOGGER = "bitstockerz_lab.batch.warm"


@pytest.fixture(autouse=True)
def _tell_again():
    provisioner._tell.cache_clear()


@pytest.fixture(autouse=True)
def _own_runtime_folder(monkeypatch, tmp_path):
    """Keep away from a parent that the person who runs the tests may have."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


def ready(address):
    """A parent's description, to be asked without asking it anew."""
    return warm.ask(Path(address))


def cold_because(caplog, address, **options):
    """Start a kernel that must be cold, see that it works, and return why it is."""
    with caplog.at_level(logging.WARNING, LOGGER), kernel(address, **options) as (made, client):
        assert not is_warm(made)
        assert said(client, "print(1)") == "1"
    (told,) = [record.message for record in caplog.records if record.name == LOGGER]
    assert told.startswith("Cold start: ")
    return told


def test_a_parent_has_one_thread_no_database_and_says_what_it_has(parent):
    told = ready(parent)
    assert told.stale == ""
    assert "vectorbt" in told.imports
    assert told.modules > 1000
    process = psutil.Process(told.pid)
    tasks = Path(f"/proc/{told.pid}/task").iterdir()
    names = sorted((task / "comm").read_text().strip() for task in tasks)
    assert len(names) == 1 + ("jemalloc_bg_thd" in names)
    assert not [file.path for file in process.open_files() if "duckdb" in file.path]
    assert process.environ()["OPENBLAS_NUM_THREADS"] == "1"


def test_without_a_parent_a_kernel_starts_cold_and_it_is_logged(caplog, tmp_path):
    told = cold_because(caplog, str(tmp_path / "nobody"))
    assert f"no warm parent listens at {tmp_path / 'nobody'}" in told
    assert "bitstockerz warm start" in told


def test_a_second_cold_start_for_the_same_reason_is_not_told_again(caplog):
    with caplog.at_level(logging.WARNING, LOGGER):
        for _ in range(2):
            provisioner._tell("this and that")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("PYTHONHASHSEED", "7", "$PYTHONHASHSEED is '7', and None in the warm parent"),
        ("LC_ALL", "C", "$LC_ALL is 'C'"),
        ("OPENBLAS_NUM_THREADS", "2", "$OPENBLAS_NUM_THREADS is '2', and a warm kernel has 1"),
    ],
)
def test_an_environment_that_only_a_new_process_can_have_makes_a_cold_start(
    parent, caplog, name, text, told
):
    assert told in cold_because(caplog, parent, env={**os.environ, name: text})


def test_a_file_that_hides_an_imported_module_makes_a_cold_start(parent, caplog, tmp_path):
    (tmp_path / "tqdm.py").write_text("mine = True")
    told = cold_because(caplog, parent, cwd=str(tmp_path))
    assert f"{tmp_path / 'tqdm.py'} would be imported instead of the warm parent's tqdm" in told


def test_a_folder_that_is_not_there_fails_as_it_does_cold(parent, caplog, tmp_path):
    made = manager(is_warm=True)
    with caplog.at_level(logging.CRITICAL), pytest.raises(FileNotFoundError):
        made.start_kernel(env={**os.environ, warm.ADDRESS: parent}, cwd=str(tmp_path / "nowhere"))
    made.cleanup_resources()


def test_what_a_fork_cannot_do_makes_a_cold_start(parent):
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"]
    for options, reason in [
        ({"preexec_fn": os.getpid}, "with preexec_fn"),
        ({"independent": True}, "with independent"),
        ({"stdout": subprocess.PIPE}, "with a pipe"),
    ]:
        with pytest.raises(BatchError, match=reason):
            provisioner._warm_process(command, {"env": {warm.ADDRESS: parent}, **options})
    with pytest.raises(BatchError, match="another program"):
        provisioner._warm_process(["R", "--slave"], {"env": {**os.environ, warm.ADDRESS: parent}})


def test_elsewhere_than_on_linux_there_is_no_parent_and_it_is_said(monkeypatch, caplog):
    monkeypatch.setattr(sys, "platform", "darwin")
    with warm.parent() as address:
        assert address is None
    assert "need Linux, and this is darwin" in caplog.text
    with pytest.raises(BatchError, match="need Linux"):
        provisioner._warm_process([], {})
    with pytest.raises(BatchError, match="need Linux"):
        warm.start()


def test_a_parent_whose_sources_change_gives_no_more_kernels(helper, caplog):
    path = helper("value = 1")
    with warm.parent(["own_helper"]) as address:
        with kernel(address) as (made, client):
            assert is_warm(made)
            assert said(client, "import own_helper; print(own_helper.value)") == "1"
        path.write_text("value = 22")
        assert f"{path} has changed" in ready(address).stale
        assert f"{path} has changed since" in cold_because(caplog, address)
        with kernel(address) as (_, client):
            assert said(client, "import own_helper; print(own_helper.value)") == "22"


def test_a_parent_with_other_packages_than_are_installed_is_stale():
    now = preload.Preloaded((), (), {}, {}, {}, preload._distributions(), 0.0)
    assert now.stale() == ""
    assert "packages were installed" in replace(now, distributions=frozenset()).stale()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=[60], daemon=True).start()",  # noqa: E501
         "import own_helper: the warm parent has a second Python thread, Thread-"),
        ("import duckdb\ncon = duckdb.connect()\ncon.execute('SET threads = 4')",
         "import own_helper: the warm parent has a second thread"),
    ],
    ids=["Python's", "DuckDB's"],
)  # fmt: skip
def test_an_import_that_leaves_a_thread_behind_is_no_parent(helper, caplog, source, told):
    helper(source)
    with warm.parent(["own_helper"]) as address:
        assert address is None
    assert told in caplog.text


def test_before_each_fork_threads_are_looked_for_again():
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"]
    asked = {"argv": command, "environment": dict(os.environ), "folder": "/"}
    fit = preload.Preloaded((), (), dict(os.environ), {}, {}, preload._distributions(), 0.0)
    stop = threading.Event()
    another = threading.Thread(target=stop.wait, name="another")
    another.start()
    try:
        with pytest.raises(preload.Unfit, match="a second Python thread"):
            fit.check(asked)
    finally:
        stop.set()
        another.join()


def test_a_module_that_is_not_there_is_left_out():
    with warm.parent(["no_such_module"]) as address:
        assert ready(address).imports == ()
        log = Path(f"{address}.log").read_text()
        assert "Not imported: no_such_module" in log


def test_a_parent_that_runs_is_joined_and_not_ended(parent, monkeypatch):
    monkeypatch.setenv(warm.ADDRESS, parent)
    with warm.parent() as address:
        assert address == parent
    assert ready(parent) is not None


def test_the_imports_of_a_notebook_are_read_without_running_it(tmp_path):
    path = tmp_path / "n.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["import no"]},'
        '{"cell_type": "code", "source": ["%matplotlib inline\\n", "import pandas as pd, os.path"]},'  # noqa: E501
        '{"cell_type": "code", "source": ["from scipy.stats import norm\\n", "from . import x"]},'
        '{"cell_type": "code", "source": "this is no Python"}]}'
    )
    assert warm.imports_of(path) == ("pandas", "os.path", "scipy.stats")
    assert warm.imports_of(PROJECT / "notebooks/batch/backtest.ipynb") == ("bitstockerz_lab",)


def test_a_runtime_folder_that_others_may_write_into_is_refused(tmp_path):
    folder = tmp_path / "runtime"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="must be yours alone"):
        place.standard_address()


def test_with_a_runtime_folder_that_is_refused_a_batch_has_a_parent_of_its_own(tmp_path, caplog):
    (tmp_path / "runtime").mkdir(mode=0o700)
    (tmp_path / "runtime").chmod(0o775)
    with caplog.at_level(logging.WARNING, LOGGER), warm.parent([]) as address:
        assert ready(address).stale == ""
    assert "must be yours alone" in caplog.text


def test_a_parent_whose_owner_is_killed_leaves_no_folder_behind():
    code = (
        "from bitstockerz_lab.batch import warm\n"
        "with warm.parent([]) as address: print(address, flush=True); input()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    with owner:
        folder = Path(owner.stdout.readline().strip()).parent
        assert folder.is_dir()
        owner.kill()
    limit = time.monotonic() + 20
    while folder.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not folder.exists()


def test_grammars_nobody_asks_for_are_not_built_and_nothing_is_checked_less():
    code = (
        "import sys\n"
        "from bitstockerz_lab.batch.warm import put_off\n"
        "put_off()\n"
        "import jsonschema, nbformat\n"
        "assert 'lark' not in sys.modules and 'rfc3987_syntax' not in sys.modules\n"
        "check = jsonschema.FormatChecker()\n"
        "print(check.conforms('http://\\u00e4.example/', 'iri'), check.conforms('no iri', 'iri'))\n"
        "assert 'lark' in sys.modules and sys.modules['rfc3987_syntax'].__file__\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_a_fork_that_fails_is_refused_and_signals_are_heard_again(monkeypatch, tmp_path):
    def no_fork():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", no_fork)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, messages.local_socket() as listener, (tmp_path / "lock").open("w") as lock:
        parent = server.Server(listener, lock, None, None)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        parent._fork(theirs, {}, [])
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
        answer, _ = messages.receive(ours)
    assert answer == {"refused": "it cannot be forked (Resource temporarily unavailable)"}
    assert parent._forked == 0
