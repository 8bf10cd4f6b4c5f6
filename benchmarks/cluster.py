"""A sweep on two one-thread workers of dask beside the same on one, sending and bringing included.

    python -m benchmarks cluster

The size is chosen from what a first, small sweep took, so that one worker has 20 s to do.
"""

from __future__ import annotations

import math
import resource
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd

import bitstockerz_lab as bz
from benchmarks.backtests import line, random_bars
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma

HOURS = 87_600
WORK_S = 25.0
LEAST_S = 20.0
LEAST_TIMES = 1.7
FAST, SLOW = range(5, 45, 2), range(60, 160, 20)
FEWEST, MORE, MOST_STOPS = 2, 12, 5_000


def stocked(folder):
    """Ten years of hours, and crossing averages with a stop."""
    lab = bz.open_lab(folder / "lab.duckdb")
    hours = pd.date_range("2014-01-01", periods=HOURS, freq="h", tz="UTC")
    lab.market.load_frame(random_bars(hours, 0.005), "BENCH-USD", "1h", asset_type="CRYPTO")
    fast, slow = sma(bz.parameter("fast", 20)), sma(bz.parameter("slow", 100))
    lab.strategies.save(
        bz.strategy(
            "Averages",
            enter=crosses_above(fast, slow),
            leave=crosses_below(fast, slow),
            stop_loss_pct=bz.parameter("stop", 5.0, min=0.5, max=50.0),
        )
    )
    return lab


def swept(lab, stops, **how):
    """Sweep every pair of averages with so many stops; returns the results and the seconds."""
    grid = {"stop": [1 + 40 * k / stops for k in range(stops)], "fast": FAST, "slow": SLOW}
    began = time.perf_counter()
    sweep = lab.backtests.sweep(
        "Averages", "BENCH-USD", grid=grid, record=False, progress=False, fee_bps=5, **how
    )
    return sweep.results, time.perf_counter() - began


def seconds_a_stop(lab):
    """The CPU of one stop more; what a sweep costs whatever its size is in both and goes."""
    used = []
    for stops in (FEWEST, MORE):
        before = time.process_time()
        swept(lab, stops, threads=1, rerun=True)
        used.append(time.process_time() - before)
    return (used[1] - used[0]) / (MORE - FEWEST)


def on_workers(lab, stops, workers):
    """Sweep on so many workers; returns the results, the seconds, and the workers' CPU seconds."""
    from distributed import Client, LocalCluster

    local = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=workers, **local) as cluster, Client(cluster) as client:
        swept(lab, FEWEST, client=client, rerun=True)  # they import and load what is compiled
        before = sum(client.run(cpu_seconds).values())
        results, seconds = swept(lab, stops, client=client, rerun=True)
        return results, seconds, sum(client.run(cpu_seconds).values()) - before


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        lab = stocked(Path(folder))
        swept(lab, FEWEST, threads=1)
        stops = min(math.ceil(WORK_S / seconds_a_stop(lab)), MOST_STOPS)
        size = len(FAST) * len(SLOW) * stops
        print(f"{size:,} combinations × {HOURS:,} bars")
        one, slower, cpu_of_one = on_workers(lab, stops, 1)
        two, faster, cpu_of_two = on_workers(lab, stops, 2)
    same = one.equals(two)
    times = slower / faster
    line("one worker of one thread", slower, "s", f"at least {LEAST_S:.0f}")
    line("   its CPU", cpu_of_one, f"s, {1e9 * cpu_of_one / (size * HOURS):.1f} ns a bar and one")
    line("two workers of one thread", faster, "s")
    line("   their CPU", cpu_of_two, "s")
    line("two are faster than one", times, "×", f"at least {LEAST_TIMES}")
    line("the results are the same", float(same), "", "1")
    return same and times >= LEAST_TIMES and slower >= LEAST_S
