"""Leases: one at a time, whole or not at all, given back whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import duckdb
import pandas as pd
import pytest

from bitstockerz_lab.errors import DatabaseBusy, StorageError
from bitstockerz_lab.storage import Database, frames

ADD_USER = "INSERT INTO users (email, created_at, updated_at) VALUES (?, now(), now())"


def count_users(database):
    with database.read() as con:
        return con.execute("SELECT count(*) FROM users").fetchone()[0]


@pytest.fixture
def run_python():
    """Start a Python of its own; whatever becomes of the test, it ends with it."""
    started = []

    def start(code, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_write_lease_commits_at_its_end(database):
    with database.write() as con:
        con.execute(ADD_USER, ["a@local"])
    assert count_users(Database(database.path)) == 1


def test_a_write_lease_that_fails_leaves_nothing(database):
    def fail():
        with database.write() as con:
            con.execute(ADD_USER, ["a@local"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count_users(database) == 0


def test_a_read_lease_cannot_write(database):
    with pytest.raises(StorageError, match="read-only"), database.read() as con:
        con.execute(ADD_USER, ["a@local"])


def test_a_failed_statement_gives_the_lease_back_and_is_a_storage_error(database):
    with pytest.raises(StorageError, match="nowhere"), database.write() as con:
        con.execute("SELECT * FROM nowhere")
    assert count_users(database) == 0


def test_a_lease_inside_a_lease_is_refused_instead_of_hanging(database):
    with pytest.raises(StorageError, match="inside another"), database.read(), database.read():
        pass
    assert count_users(database) == 0


def test_between_leases_another_program_may_open_the_file(database):
    count_users(database)
    with duckdb.connect(database.path) as other:
        assert other.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_a_lease_that_is_not_given_back_is_named_with_its_process(run_python, database):
    waiting = Database(database.path, timeout_s=0.3)
    holder = run_python(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from bitstockerz_lab.storage import Database\n"
        "with Database(Path(sys.argv[1])).read():\n"
        "    print('holding', flush=True)\n"
        "    time.sleep(60)\n",
        database.path,
    )
    assert holder.stdout.readline() == "holding\n"
    with pytest.raises(DatabaseBusy) as busy, waiting.read():
        pass
    assert busy.value.values["pid"] == holder.pid
    assert f"kill {holder.pid}" in str(busy.value)
    holder.kill()
    holder.wait()
    assert count_users(waiting) == 0  # a crash frees the lock


def test_a_program_without_our_lock_is_waited_for_and_then_named(run_python, database):
    holder = run_python(
        "import sys, time, duckdb\n"
        "con = duckdb.connect(sys.argv[1])\n"
        "print('holding', flush=True)\n"
        "time.sleep(60)\n",
        database.path,
    )
    assert holder.stdout.readline() == "holding\n"
    with pytest.raises(DatabaseBusy, match=str(holder.pid)):
        count_users(Database(database.path, timeout_s=0.3))
    holder.kill()
    holder.wait()
    assert count_users(database) == 0


def test_a_waiter_that_gave_up_does_not_keep_the_lock(database):
    impatient = Database(database.path, timeout_s=0.1)
    release = threading.Event()
    held = threading.Event()

    def hold():
        with Database(database.path).read():
            held.set()
            release.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    with pytest.raises(DatabaseBusy):
        count_users(impatient)
    release.set()
    thread.join()
    assert count_users(Database(database.path, timeout_s=10)) == 0


def test_an_interrupt_while_attaching_does_no_harm(database, monkeypatch):
    count_users(database)
    connection = database._memory()

    class Interrupted:
        """The instance, but for an interrupt after the first ATTACH."""

        def __getattr__(self, name):
            return getattr(connection, name)

        def execute(self, statement, *rest):
            if statement == "USE lab":
                raise KeyboardInterrupt
            return connection.execute(statement, *rest)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(database, "_memory", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            count_users(database)
    assert count_users(database) == 0


def test_threads_of_one_process_take_turns(database):
    def add():
        for number in range(5):
            with database.write() as con:
                con.execute(ADD_USER, [f"{threading.get_ident()}-{number}@local"])

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_users(database) == 20


@pytest.mark.slow
def test_processes_that_hammer_one_file_lose_nothing_and_none_starves(run_python, database):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from bitstockerz_lab.storage import Database\n"
        "database = Database(Path(sys.argv[1]), timeout_s=60)\n"
        "with database.read(): pass\n"
        "sys.stdout.write('ready\\n'); sys.stdout.flush()\n"
        "sys.stdin.readline()\n"
        "end, done = time.monotonic() + 3, 0\n"
        "while time.monotonic() < end:\n"
        "    with database.write() as con:\n"
        f"        con.execute({ADD_USER!r}, [sys.argv[2] + '-' + str(done)])\n"
        "    done += 1\n"
        "print(done)\n"
    )
    workers = [run_python(code, database.path, number) for number in range(6)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    done = [int(worker.communicate()[0].split()[-1]) for worker in workers]
    assert all(worker.returncode == 0 for worker in workers)
    assert count_users(database) == sum(done)
    assert min(done) >= 0.3 * max(done), done


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.06])
def test_a_process_killed_in_a_write_leaves_all_or_nothing(run_python, database, delay):
    writer = run_python(
        "import sys\n"
        "from pathlib import Path\n"
        "import numpy as np, pandas as pd\n"
        "from bitstockerz_lab.storage import Database, frames\n"
        "database = Database(Path(sys.argv[1]))\n"
        "time = pd.Timestamp('2020-01-01')\n"
        "rows = pd.DataFrame({'email': [f'{i}@local' for i in range(200_000)]})\n"
        "rows = rows.assign(created_at=time, updated_at=time)\n"
        "with database.write() as con:\n"
        "    print('writing', flush=True)\n"
        "    frames.append(con, 'users', rows)\n"
        "    print('written', flush=True)\n",
        database.path,
    )
    assert writer.stdout.readline() == "writing\n"
    time.sleep(delay)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert count_users(database) in {0, 200_000}


def test_frames_keep_times_as_utc_and_refuse_unknown_columns(database):
    zoned = pd.Timestamp("2020-01-01 12:00", tz="America/New_York")
    rows = pd.DataFrame({"email": ["a"], "created_at": [zoned], "updated_at": [zoned]})
    with database.write() as con:
        assert frames.append(con, "users", rows) == 1
        back = frames.read(con, "SELECT created_at FROM users", zone="UTC")
    assert back["created_at"].iloc[0] == zoned
    with pytest.raises(StorageError, match="colour"), database.write() as con:
        frames.append(con, "users", rows.assign(colour="red"))


def test_a_forked_child_makes_its_own_instance(run_python, database):
    count_users(database)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bitstockerz_lab.storage import Database\n"
        "database = Database(Path(sys.argv[1]))\n"
        "with database.read(): pass\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    with database.write() as con:\n"
        f"        con.execute({ADD_USER!r}, ['child@local'])\n"
        "    os._exit(0)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    process = run_python(code, database.path)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert count_users(database) == 1
