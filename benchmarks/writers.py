"""Eight processes record at once beside an open lab and a long reader; 10,000 runs beside 100.

    python -m benchmarks writers

Waiting is the time a lease stands in the queue, before it has the file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

import bitstockerz_lab as bz
from benchmarks.backtests import in_turns, line, random_bars
from bitstockerz_lab.errors import DatabaseBusy
from bitstockerz_lab.storage import Database
from bitstockerz_lab.storage.turnstile import Turnstile
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma

WRITERS, SECONDS, DAYS = 8, 20.0, 2_520
FEWEST_OF_MOST = 0.5
FEW, MANY, SLOWER = 100, 10_000, 1.2
ALL_OF_IT = ("lab.backtests.list()", "lab.backtests.get(…).equity")
"""Verbs without a bound: one answers with a hundred times the rows, one reads a larger table."""
LONG_QUERY = (
    "SELECT count(*) FROM range(20000) a JOIN range(20000) b ON (a.range * b.range) % 1e6 = 7"
)
OF_RUNS = (
    "run_details",
    "run_metrics",
    "run_processes",
    "backtest_results",
    "backtest_equity_points",
)


def stocked(path):
    """A lab with ten years of days, crossing averages and one recorded run."""
    lab = bz.open_lab(path)
    days = pd.date_range("2010-01-01", periods=DAYS, freq="D", tz="UTC")
    lab.market.load_frame(random_bars(days), "BENCH-USD", "1d", asset_type="CRYPTO")
    fast, slow = sma(bz.parameter("fast", 20)), sma(50)
    rules = bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))
    lab.strategies.save(rules)
    lab.backtests.run("Cross", "BENCH-USD")
    return lab


# --- eight writers ----------------------------------------------------------------------------


@contextmanager
def waits():
    """Collect the seconds that each lease of this process waited."""
    found, take = [], Turnstile._take  # noqa: SLF001 - what is measured

    def timed(self, deadline):
        began = time.perf_counter()
        taken = take(self, deadline)
        found.append(time.perf_counter() - began)
        return taken

    with patch.object(Turnstile, "_take", timed):
        yield found


def at_work(lab, kind):
    """Do one thing over and over for so many seconds; returns how often."""
    done, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        if kind == "writer":
            lab.backtests.run("Cross", "BENCH-USD", rerun=True)
        elif kind == "open lab":
            lab.backtests.list(limit=20)
            time.sleep(0.5)
        else:
            lab.sql(LONG_QUERY, timeout_s=600)
        done += 1
    return done


def process(path, kind):
    """What each process does: get ready, wait for the word, work, tell."""
    lab = bz.open_lab(path)
    lab.backtests.run("Cross", "BENCH-USD", rerun=kind == "writer")
    print("ready", flush=True)
    sys.stdin.readline()
    busy = ""
    with waits() as found:
        try:
            done = at_work(lab, kind)
        except DatabaseBusy as problem:
            done, busy = 0, str(problem)
    print(json.dumps({"kind": kind, "done": done, "busy": busy, "waits": found}))


def eight_writers(folder):
    """Return whether nothing was lost, nobody gave up and nobody was served much less."""
    lab = stocked(folder / "writers.duckdb")
    kinds = ["writer"] * WRITERS + ["open lab", "long reader"]
    code = "import sys; from benchmarks.writers import process; process(*sys.argv[1:])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder / "writers.duckdb"), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in kinds
    ]
    for one in started:
        one.stdout.readline()
    before = len(lab.backtests.list(status="completed"))
    for one in started:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0]) for one in started]
    counts = [one["done"] for one in told if one["kind"] == "writer"]
    lost = before + sum(counts) - len(lab.backtests.list(status="completed"))
    busy = [one["busy"] for one in told if one["busy"]]
    line(f"{WRITERS} writers, {SECONDS:.0f} s: runs recorded", sum(counts), "", "all of them")
    line("   lost", lost, "", "0")
    line("   leases given up (DatabaseBusy)", len(busy), "", "0")
    line("   fewest of a process, of the most", min(counts) / max(counts), "", "≥ 0.5")
    for kind in dict.fromkeys(kinds):
        found = np.concatenate([one["waits"] for one in told if one["kind"] == kind]) * 1e3
        done = sum(one["done"] for one in told if one["kind"] == kind)
        line(f"   {kind}: leases", len(found), f"(done {done} times)")
        line("      waited, median", float(np.median(found)))
        line("      waited, 99 %", float(np.quantile(found, 0.99)))
        line("      waited, longest", float(found.max()))
    return lost == 0 and not busy and min(counts) >= FEWEST_OF_MOST * max(counts)


# --- 10,000 runs ------------------------------------------------------------------------------


def multiply(database, copies):
    """Add so many copies of run 1 with all its rows, by SQL in one lease."""

    def columns(table, given):
        rows = con.execute(
            "SELECT column_name FROM duckdb_columns() "
            "WHERE database_name = 'lab' AND table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
        return ", ".join(given.get(name, f"old.{name}") for (name,) in rows)

    def copy(table, source, given):
        con.execute(f"INSERT INTO {table} SELECT {columns(table, given)} FROM {source}")  # noqa: S608 - our own names

    with database.write() as con:
        con.execute(
            "CREATE TEMP TABLE copies AS SELECT nextval('backtest_runs_id') AS run FROM range(?)",
            [copies],
        )
        copy("backtest_runs", "copies, backtest_runs AS old WHERE old.id = 1", {"id": "run"})
        for table in OF_RUNS:
            given = {"backtest_run_id": "run", "fingerprint": "old.fingerprint || run"}
            given["id"] = f"nextval('{table}_id')"
            copy(table, f"copies, {table} AS old WHERE old.backtest_run_id = 1", given)
        con.execute(
            "CREATE TEMP TABLE pairs AS SELECT run, old.id AS trade, "
            "nextval('backtest_trades_id') AS id "
            "FROM copies, backtest_trades AS old WHERE backtest_run_id = 1"
        )
        trades = {"id": "pairs.id", "backtest_run_id": "run"}
        copy("backtest_trades", "pairs JOIN backtest_trades AS old ON old.id = trade", trades)
        source = "pairs JOIN trade_details AS old ON old.backtest_trade_id = trade"
        copy("trade_details", source, {"backtest_trade_id": "pairs.id"})
        con.execute("DROP TABLE pairs; DROP TABLE copies")


def stays_as_fast(folder):
    """Return whether 10,000 runs in a file make no verb slower than 100 do."""
    labs = []
    for number in (FEW, MANY):
        labs.append(stocked(folder / f"runs{number}.duckdb"))
        multiply(Database(folder / f"runs{number}.duckdb"), number - 1)
    verbs = {
        "lab.backtests.list(limit=20)": lambda lab: lab.backtests.list(limit=20),
        "lab.backtests.list()": lambda lab: lab.backtests.list(),
        "lab.backtests.compare of four": lambda lab: lab.backtests.compare([3, 7, 50, 80]),
        "lab.backtests.get(…).equity": lambda lab: lab.backtests.get(50).equity,
        "lab.backtests.run, recorded": lambda lab: lab.backtests.run(
            "Cross", "BENCH-USD", rerun=True
        ),
        "lab.backtests.run, known": lambda lab: lab.backtests.run("Cross", "BENCH-USD"),
    }
    fast = True
    for verb, work in verbs.items():
        for lab in labs:
            work(lab)
        few, many = in_turns(*(partial(work, lab) for lab in labs), rounds=15)
        line(f"{verb}: {FEW} runs", few)
        line(f"   {MANY:,} runs", many)
        bound = verb not in ALL_OF_IT
        line("   ratio", many / few, "×", f"at most {SLOWER}" if bound else "no bound")
        fast &= not bound or many <= SLOWER * few
    return fast


def main():
    with tempfile.TemporaryDirectory() as folder:
        fair = eight_writers(Path(folder))
        return stays_as_fast(Path(folder)) and fair
