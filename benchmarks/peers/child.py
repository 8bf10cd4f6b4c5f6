"""One engine on one work in a process of its own, a turn whenever it is told to take one.

    python -m benchmarks.peers.child ENGINE WORK SYMBOLS PAIRS

It says "ready"; then every line on standard input is a turn, answered by a line of JSON. An empty
line asks for what was found, and ends it.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.peers.works import WORKS, part, tiny

ENOUGH_S, MOST = 0.3, 20
"""A turn repeats the work until it lasted so long, at most so often."""


def memory_mb(what):
    """VmRSS (now) or VmHWM (the most so far) of this process."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return float("nan")


def forget_the_peak():
    """Let VmHWM begin anew, where the system allows it."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return


def turn(work):
    """The median wall and CPU seconds of a round, and what the last one found."""
    walls, cpus, found = [], [], None
    began = time.perf_counter()
    while not walls or (time.perf_counter() - began < ENOUGH_S and len(walls) < MOST):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    middle = sorted(range(len(walls)), key=walls.__getitem__)[len(walls) // 2]
    return {"wall": walls[middle], "cpu": cpus[middle]}, found


def main(engine, name, symbols, pairs):
    run = importlib.import_module(f"benchmarks.peers.{engine}_engine").run
    chosen = part(WORKS[name], symbols, pairs)
    warm = part(tiny(WORKS[name]))
    run(warm, warm.work.tables())
    forget_the_peak()
    before = memory_mb("VmRSS")
    tables = chosen.work.tables(chosen.symbols)
    found = {}
    print("ready", flush=True)
    while sys.stdin.readline().strip():
        times, found = turn(lambda: run(chosen, tables))
        print(json.dumps({**times, "peak_mb": memory_mb("VmHWM") - before}), flush=True)
    answer = {key: [[float(one) for one in row] for row in rows] for key, rows in found.items()}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3], *(int(text) if text != "all" else None for text in sys.argv[3:5]))
