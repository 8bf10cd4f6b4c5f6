"""A load that is killed leaves the tables as they were."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import bitstockerz_lab as bz
from tests.helpers import make_bars

LOAD = """
import sys, time
from pathlib import Path
import bitstockerz_lab as bz
from bitstockerz_lab.market import store
from bitstockerz_lab.storage import Database

add_bars = store.bulk.add_many_bars

def add_and_pause(*arguments):
    added = add_bars(*arguments)
    print("inserted, not committed", flush=True)
    time.sleep(60)
    return added

if sys.argv[3] == "pause":
    store.bulk.add_many_bars = add_and_pause
print("start", flush=True)
bz.open_lab(sys.argv[1]).market.load_csv(sys.argv[2], "B-USD", "1h", asset_type="CRYPTO")
print("done", flush=True)
"""


def start(database, csv, how):
    command = [sys.executable, "-c", LOAD, str(database.path), str(csv), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "start\n"
    return process


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


def stored(database):
    with database.read() as con:
        ((symbols, rows),) = con.execute(
            "SELECT (SELECT count(*) FROM symbols), (SELECT count(*) FROM crypto_hourly_bars)"
        ).fetchall()
    return symbols, rows


def test_a_load_killed_before_its_commit_leaves_nothing(database, tmp_path):
    csv = tmp_path / "bars.csv"
    make_bars(3000, timeframe="1h").to_csv(csv)
    process = start(database, csv, "pause")
    assert process.stdout.readline() == "inserted, not committed\n"
    kill(process)
    assert stored(database) == (0, 0)
    report = bz.open_lab(database.path).market.load_csv(csv, "B-USD", "1h", asset_type="CRYPTO")
    assert report.inserted == 3000
    assert stored(database) == (1, 3000)


@pytest.mark.slow
def test_a_big_load_killed_at_any_time_leaves_all_of_it_or_nothing(database, tmp_path):
    rows = 200_000
    csv = tmp_path / "bars.csv"
    make_bars(rows, timeframe="1h", start="1990-01-01", volatility=0.001, drift=0).to_csv(csv)
    before = (0, 0)
    for turn in range(5):
        process = start(database, csv, "run")
        time.sleep(0.2 * (turn + 1))
        kill(process)
        now = stored(database)
        assert now in {before, (1, rows)}
        before = now
    report = bz.open_lab(database.path).market.load_csv(csv, "B-USD", "1h", asset_type="CRYPTO")
    assert report.inserted + report.duplicates == rows
    assert stored(database) == (1, rows)
