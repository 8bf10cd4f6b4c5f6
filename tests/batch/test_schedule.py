"""Schedules: each time by one host, a dead one does not block, what was missed is told."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.batch import recorder
from bitstockerz_lab.batch import schedule as module
from bitstockerz_lab.batch import schedules_store as store
from bitstockerz_lab.batch.schedule import Schedule
from bitstockerz_lab.batch.times import times
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DatabaseBusy, DataError
from bitstockerz_lab.ops.processes import Holder

NOON = datetime(2024, 1, 6, 12)  # noqa: DTZ001 - as the clock tells it
HOST = """
import signal, socket, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background ignores it
socket.gethostname = lambda: sys.argv[2]
import bitstockerz_lab as bz
from bitstockerz_lab.batch.schedule import Schedule
from bitstockerz_lab.batch.times import times
import time
lab = bz.open_lab(sys.argv[1])
def work():
    with open(sys.argv[3], "a") as log:
        log.write(sys.argv[2] + "\\n")
    time.sleep(float(sys.argv[4]))
say = lambda line: print(line, flush=True)
Schedule(lab.database, lab.user, "nightly", times(every="1s"), say).run(work, int(sys.argv[5]))
"""


class Hands:
    """A clock that a test moves; sleeping moves it."""

    def __init__(self):
        self.now = NOON

    def sleep(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hands(monkeypatch):
    found = Hands()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    monkeypatch.setattr(module.time, "sleep", found.sleep)
    return found


@pytest.fixture
def told():
    return []


@pytest.fixture
def schedule(lab, told):
    return Schedule(lab.database, lab.user, "nightly", times(every="6h"), told.append)


def turn(lab):
    with lab.database.read() as con:
        return store.newest(con, lab.user.id, "nightly")


def take(lab, due_at, holder, expires_at):
    with lab.database.write() as con:
        store.take(
            con, lab.user.id, "nightly", due_at=due_at, holder=holder, now=due_at,
            expires_at=expires_at,
        )  # fmt: skip


def test_the_work_is_done_at_each_time(schedule, hands, told, lab):
    done = []
    assert schedule.run(lambda: done.append(hands.now), rounds=2) == 0
    assert [f"{one:%d %H:%M}" for one in done] == ["06 18:00", "07 00:00"]
    assert told[0] == "nightly: every 6h in UTC. The next is 2024-01-06 18:00 UTC."
    assert turn(lab).status == Status.COMPLETED


@pytest.mark.usefixtures("hands")
def test_the_next_time_is_told_in_the_zone_of_a_cron_line_too(lab, told):
    there = times(cron="0 20 * * *", zone="Europe/Paris")
    Schedule(lab.database, lab.user, "nightly", there, told.append).run(list, rounds=1)
    assert told[0].endswith("is 2024-01-06 19:00 UTC (2024-01-06 20:00 in Europe/Paris).")
    assert told[-1].endswith("is 2024-01-07 19:00 UTC (2024-01-07 20:00 in Europe/Paris).")


@pytest.mark.usefixtures("hands")
def test_a_failure_is_told_and_the_next_time_comes_nevertheless(schedule, told, lab):
    def fail():
        raise DataError("AAPL has no bars.")

    assert schedule.run(fail, rounds=2) == 2
    assert sum("failed. AAPL has no bars." in line for line in told) == 2
    assert turn(lab).status == Status.FAILED


@pytest.mark.usefixtures("hands")
def test_a_file_that_is_busy_for_long_is_waited_for(schedule, monkeypatch, lab):
    done, tries = [], []
    real = store.take

    def take_at_last(*given, **named):
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseBusy("Process 7 has it.")
        real(*given, **named)

    monkeypatch.setattr(store, "take", take_at_last)
    assert schedule.run(lambda: done.append(1), rounds=1) == 0
    assert done == [1]
    assert turn(lab).status == Status.COMPLETED


@pytest.mark.usefixtures("hands")
@pytest.mark.parametrize(
    "problem", [DatabaseBusy("Process 7 has it."), OSError("The disk is full.")]
)
def test_whatever_keeps_it_from_a_time_does_not_keep_it_from_the_next(
    schedule, monkeypatch, told, problem
):
    done, tries = [], []
    real = Schedule._took

    def took(*given):
        tries.append(1)
        if len(tries) <= recorder.TRIES and isinstance(problem, DatabaseBusy):
            raise problem
        return real(*given)

    def work():
        done.append(1)
        if len(done) == 1 and isinstance(problem, OSError):
            raise problem

    monkeypatch.setattr(Schedule, "_took", took)
    assert schedule.run(work, rounds=2) == 1
    assert f"2024-01-06 18:00 UTC: failed. {problem}" in told
    assert "2024-01-07 00:00 UTC: done." in told


def test_times_missed_meanwhile_are_one_run_and_told(schedule, hands, told):
    done = []

    def work():
        done.append(hands.now)
        if len(done) == 1:
            hands.now += timedelta(hours=20)

    schedule.run(work, rounds=3)
    assert [f"{one:%d %H:%M}" for one in done] == ["06 18:00", "07 14:00", "07 18:00"]
    assert "3 times were due since 2024-01-07 00:00 UTC; one run for all." in told
    assert "2024-01-07 12:00 UTC: begun, 120 min late." in told


@pytest.mark.usefixtures("hands")
def test_a_time_that_another_host_took_is_left_alone(schedule, told, lab):
    other = Holder("elsewhere", 7, 1.0)
    take(lab, NOON + timedelta(hours=6), other, NOON + timedelta(hours=6, seconds=30))
    schedule.run(pytest.fail, rounds=1)
    assert any("left alone, elsewhere, process 7, is at it" in line for line in told)


@pytest.mark.usefixtures("hands")
def test_a_host_still_at_the_time_before_is_left_alone(schedule, told, lab):
    other = Holder("elsewhere", 7, 1.0)
    take(lab, NOON, other, NOON + timedelta(hours=7))
    schedule.run(pytest.fail, rounds=1)
    assert any("is at it of 2024-01-06 12:00 UTC" in line for line in told)


@pytest.mark.usefixtures("hands")
def test_a_host_that_says_nothing_any_more_is_followed_and_told_of(schedule, told, lab):
    take(lab, NOON, Holder("elsewhere", 7, 1.0), NOON + timedelta(seconds=90))
    done = []
    schedule.run(lambda: done.append(1), rounds=1)
    assert done == [1]
    assert any("elsewhere, process 7, began the run of 2024-01-06 12:00" in one for one in told)


def test_a_working_host_says_that_it_is_there(schedule, lab, monkeypatch):
    monkeypatch.setattr(module, "HELD_FOR", timedelta(seconds=0.6))
    seen = []

    def work():
        seen.append(turn(lab).expires_at)
        time.sleep(1.0)
        seen.append(turn(lab).expires_at)

    assert schedule._do(datetime.now(UTC), work)
    assert seen[1] > seen[0]


def started(lab, host, log, seconds, rounds):
    return subprocess.Popen(
        [sys.executable, "-c", HOST, str(lab.path), host, str(log), str(seconds), str(rounds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_two_hosts_each_time_is_done_by_one(lab, tmp_path):
    log = tmp_path / "log"
    hosts = [started(lab, name, log, 0.1, 6) for name in ("left", "right")]
    told = [host.communicate(timeout=120) for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], told
    begun = [
        line.split(": begun")[0]
        for out, _ in told
        for line in out.splitlines()
        if ": begun" in line
    ]
    assert len(begun) == len(set(begun)) == len(log.read_text().splitlines())
    assert len(begun) >= 6


def test_an_interrupt_ends_it_and_gives_the_turn_back(lab, tmp_path):
    host = started(lab, "left", tmp_path / "log", 60, 9)
    while ": begun" not in host.stdout.readline():
        pass
    host.send_signal(signal.SIGINT)
    _, error = host.communicate(timeout=30)
    assert host.returncode != 0
    assert "KeyboardInterrupt" in error
    assert turn(lab).status == Status.CANCELLED
