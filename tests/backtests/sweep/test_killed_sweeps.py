"""Show 5: a process is killed in the middle of a sweep; the next goes on, to the same table."""

from __future__ import annotations

import signal
import subprocess
import sys

import pandas as pd
import pytest

from bitstockerz_lab.backtests.sweep import store
from bitstockerz_lab.errors import TradingError

ASKED = {"grid": {"fast": list(range(2, 12))}, "fee_bps": [0, 5], "progress": False}
SLOWLY = f"""
import signal, sys, time
import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out, recorder
from bitstockerz_lab.errors import TradingError

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
recorder.AT_ONCE_S = recorder.EVERY_S = -1.0
carry_out.FIRST_S = carry_out.PART_S = 0.0
measure, after = carry_out.engine.measure, float(sys.argv[2])

def slowly(*given, **words):
    print("part", flush=True)
    time.sleep(after)
    return measure(*given, **words)

carry_out.engine.measure = slowly
try:
    sweep = bz.open_lab(sys.argv[1]).backtests.sweep("SMA cross", "AAA", **{ASKED!r})
    print(sweep.status, sweep.id, len(sweep.results), flush=True)
except TradingError as refused:
    print("refused", refused, flush=True)
"""


@pytest.fixture
def start(stocked):
    """Start a process that sweeps slowly on the test's database; what it says is read by line."""
    begun = []

    def started(seconds=0.05):
        words = [sys.executable, "-c", SLOWLY, str(stocked.path), str(seconds)]
        begun.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        return begun[-1]

    yield started
    for process in begun:
        process.kill()
        process.wait()
        process.stdout.close()


def killed_after(process, parts):
    """Kill a process once it began so many parts."""
    for _ in range(parts):
        assert process.stdout.readline() == "part\n"
    process.send_signal(signal.SIGKILL)
    process.wait()


def rows(lab):
    return lab.sql(
        "SELECT count(*) AS n, count(DISTINCT (sweep_id, unit_number, combination)) AS different "
        "FROM sweep_results"
    ).iloc[0]


def test_a_killed_sweep_goes_on_and_its_table_is_that_of_an_unbroken_one(stocked, start):
    killed_after(start(), 8)
    [row] = stocked.backtests.sweeps().to_dict("records")
    assert (row["status"], row["error_message"]) == ("failed", "process died")
    assert row["seconds"] > 0
    there = stocked.backtests.get_sweep(1)
    # the part in work is lost, and maybe the one before, which was about to be written
    assert len(there.results) in {6, 7}
    assert (there.status, "process died" in there.show) == ("failed", True)

    whole = stocked.backtests.sweep("SMA cross", "AAA", **ASKED)
    assert (whole.id, whole.status, len(whole.results)) == (1, "completed", 20)
    assert f"{len(there.results)} of its results were there" in whole.show
    unbroken = stocked.backtests.sweep("SMA cross", "AAA", rerun=True, **ASKED)
    for one in (whole, stocked.backtests.get_sweep(1), stocked.backtests.get_sweep(unbroken.id)):
        pd.testing.assert_frame_equal(one.results, unbroken.results, check_exact=True)
    assert rows(stocked).tolist() == [40, 40]


def test_another_write_settles_that_a_process_died(stocked, start):
    killed_after(start(), 3)
    stocked.backtests.sweep("SMA cross", "AAA", grid={"fast": [3]}, progress=False)
    told = stocked.sql("SELECT status, error_message FROM sweeps WHERE id = 1").iloc[0]
    assert told.tolist() == ["failed", store.DIED]


def test_of_two_processes_that_go_on_at_once_one_does_it_and_no_row_doubles(stocked, start):
    killed_after(start(), 5)
    both = [start(0.2), start(0.2)]
    said = [process.communicate(timeout=120)[0].splitlines()[-1] for process in both]
    assert "completed 1 20" in said
    (other,) = [line for line in said if line != "completed 1 20"] or ["completed 1 20"]
    # the second, if it came late, was given what the first had done
    assert other.startswith("refused Sweep 1") or other == "completed 1 20"
    assert rows(stocked).tolist() == [20, 20]
    single = stocked.backtests.sweep("SMA cross", "AAA", rerun=True, **ASKED)
    found = stocked.backtests.get_sweep(1)
    pd.testing.assert_frame_equal(found.results, single.results, check_exact=True)


def test_ctrl_c_in_a_process_keeps_what_is_done(stocked, start):
    process = start()
    for _ in range(4):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[0].splitlines()[-1].startswith("cancelled 1 ")
    assert stocked.backtests.sweeps()["status"].tolist() == ["cancelled"]
    assert len(stocked.backtests.get_sweep(1).results) in {3, 4}


def test_the_sweep_of_another_machine_is_left_alone(stocked):
    swept = stocked.backtests.sweep("SMA cross", "AAA", **ASKED)
    with stocked.database.write() as con:
        con.execute("UPDATE sweeps SET status = 'running', host = 'elsewhere'")
        con.execute("DELETE FROM sweep_results WHERE unit_number = 1")
    with pytest.raises(TradingError, match=r"is being carried out by process \d+ on elsewhere"):
        stocked.backtests.sweep("SMA cross", "AAA", **ASKED)
    assert stocked.backtests.sweeps()["status"].tolist() == ["running"]
    assert len(stocked.backtests.sweep("SMA cross", "AAA", rerun=True, **ASKED).results) == 20
    assert swept.id == 1
