"""Eight processes record at once, a lab is open beside them and somebody asks a long question."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.helpers import make_bars, sma_cross

WRITE = """
import sys
import bitstockerz_lab as bz
lab = bz.open_lab(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    lab.backtests.run("SMA cross", "ABC", rerun=True)
print("done", flush=True)
"""
READ = """
import sys
import bitstockerz_lab as bz
from bitstockerz_lab.storage import queries
queries.PATIENCE_S = 0.3
lab = bz.open_lab(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
crossed = "SELECT count(*) FROM range(8000) a JOIN range(8000) b ON (a.range * b.range) % 1e6 = 7"
lab.sql(crossed, timeout_s=300)
print("done", flush=True)
"""
WRITERS, RUNS = 8, 2


def started(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_eight_processes_record_beside_a_long_reader_and_lose_nothing(lab, database):
    lab.market.load_frame(make_bars(300), "ABC", "1d", asset_type="EQUITY", exchange="XNYS")
    lab.strategies.save(sma_cross())
    processes = [started(WRITE, database.path, RUNS) for _ in range(WRITERS)]
    processes.append(started(READ, database.path))
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        while any(process.poll() is None for process in processes):
            time.sleep(0.2)
            lab.backtests.list(limit=3)  # as a notebook would whose lab is open
        assert [process.communicate()[0] for process in processes] == ["done\n"] * len(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    runs = lab.backtests.list()
    assert runs["status"].eq("completed").all()
    assert len(runs) == WRITERS * RUNS
    rows = lab.sql(
        "SELECT count(DISTINCT backtest_run_id) AS runs, count(*) AS points "
        "FROM backtest_equity_points"
    )
    assert rows.iloc[0].tolist() == [WRITERS * RUNS, WRITERS * RUNS * 300]
