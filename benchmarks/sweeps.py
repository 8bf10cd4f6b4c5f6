"""Our sweep beside vectorbt (numba, rust), raptorbt and backtesting.py, on the same bars.

    python -m benchmarks sweeps

Every engine does every work in a process of its own; they take turns, and medians are compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import replace

import numpy as np

from benchmarks.backtests import line
from benchmarks.peers import engines
from benchmarks.peers.works import THOUSAND, WORKS, part

MOST_NS, MOST_NS_OF_RULES = 5.0, 15.0
TIMES_VECTORBT, TIMES_RAPTORBT = 100.0, 10.0
PART_OF_MEMORY = 0.1
MOST_OF_COLD_S = 2.0
MOST_OF_GROWTH = 1.5
COMPARED = ("W3", "W4a", "W4b", "W5")
SIZES_IN_BARS = (2_520, 10_080, 40_320)
SIZES_IN_PAIRS = (25, 100, 400)  # fast averages, with forty slow ones each
LEGEND = """ns: CPU nanoseconds a bar and combination. Where a part was measured, its times are
scaled up; memory is not: it is the peak above the warm process with all imported, bars included.
raptorbt closes the last position without costs: they are taken off before comparing."""
COLD = """
import time
from benchmarks.peers.works import THOUSAND, part
from benchmarks.peers.ours_engine import run
tables = THOUSAND.tables()
before = time.process_time()
run(part(THOUSAND), tables)
print(time.process_time() - before, time.process_time())
"""


# --- one work ---------------------------------------------------------------------------------


def engines_of(work):
    """Who does it. One run is no sweep: no cores to share and nothing to record."""
    if len(work.pairs) == 1:
        return (engines.OURS, *engines.PEERS)
    ours = (engines.OURS, engines.ONE_CORE)
    if work.name == "W3":
        ours += (engines.EVERY, engines.UNRECORDED, engines.RECORDED)
    return (*ours, *engines.PEERS)


def in_turns(work, pythons):
    """Let every engine that is there take its turns; rows and answers by label."""
    present = [one for one in engines_of(work) if pythons[one.label]]
    children = [engines.Child(one, work, pythons[one.label]) for one in present]
    for _ in range(max(one.rounds for one in present)):
        for child in children:
            child.turn()
    rows, answers = {}, {}
    for child in children:
        name = child.engine.label
        answers[name] = {key: np.array(rows) for key, rows in child.end().items()}
        rows[name] = scaled(child.turns, engines.part_of(child.engine, work).share)
    return rows, answers


def scaled(turns, share):
    """Medians of the turns; seconds of the whole work, memory of the part."""
    wall, cpu = (statistics.median(turn[name] for turn in turns) for name in ("wall", "cpu"))
    peak = turns[0]["peak_mb"]
    return {"share": share, "wall": wall / share, "cpu": cpu / share, "peak_mb": peak}


def agreement(ours, theirs, chosen, tolerance):
    """Whether an engine's numbers are ours, and a word about it.

    NaN (no trades, no win rate) equals NaN. `theirs` is of the part, `ours` of the whole work.
    """
    worst = 0.0
    for name, found in theirs.items():
        wanted = ours[name][np.ix_(chosen.symbols, chosen.pairs)]
        away = np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))
        away[np.isnan(found) & np.isnan(wanted)] = 0.0
        wrong = ~(away <= tolerance)  # a NaN on one side only is wrong
        if wrong.any():
            return False, f"DIFFERS: {name} in {wrong.sum():,} of {wrong.size:,}"
        worst = max(worst, float(away.max()))
    return True, f"{len(theirs)} numbers equal within {tolerance:g} (worst {worst:.0e})"


def one_work(work, pythons):
    """Print the table of a work; gives its rows, and whether all agree."""
    rows, answers = in_turns(work, pythons)
    print(f"\n{work}")
    print(f"{'':<28}{'measured':>9}{'wall s':>10}{'CPU s':>10}{'ns':>8}{'peak MB':>9}  numbers")
    fine = True
    for one in engines_of(work):
        if one.label not in rows:
            print(f"{one.label:<28}  not there")
            continue
        row = rows[one.label]
        word = "the ones compared with"
        if one is not engines.OURS:
            equal, word = agreement(
                answers[engines.OURS.label],
                answers[one.label],
                engines.part_of(one, work),
                one.tolerance,
            )
            fine &= equal
        nanoseconds = row["cpu"] / work.cells * 1e9
        measured = "all" if row["share"] == 1 else f"1/{1 / row['share']:.0f}"
        print(
            f"{one.label:<28}{measured:>9}{row['wall']:>10.4f}{row['cpu']:>10.4f}"
            f"{nanoseconds:>8.1f}{row['peak_mb']:>9.0f}  {word}",
            flush=True,
        )
    return rows, fine


# --- what is wanted of the table --------------------------------------------------------------


def judged(tables):
    """Print the ratios beside those wanted, and tell whether all are reached."""
    fine = []
    core = tables["W3"][engines.ONE_CORE.label]["wall"] / THOUSAND.cells * 1e9
    line("W3 on one core, a bar and combination", core, "ns", f"≤ {MOST_NS:g}")
    fine.append(core <= MOST_NS)
    for name in COMPARED:
        fine += [
            ratio(name, tables[name], engines.NUMBA, "wall", TIMES_VECTORBT),
            ratio(name, tables[name], engines.RUST, "wall", TIMES_VECTORBT),
            ratio(name, tables[name], engines.RAPTORBT, "cpu", TIMES_RAPTORBT),
        ]
    rows = tables["W3"]
    if engines.NUMBA.label in rows:
        memory = rows[engines.OURS.label]["peak_mb"] / rows[engines.NUMBA.label]["peak_mb"]
        line("W3: peak memory, of vectorbt's", memory, "×", f"≤ {PART_OF_MEMORY:g}")
        fine.append(memory <= PART_OF_MEMORY)
    return all(fine)


def ratio(name, rows, peer, what, wanted):
    label = f"{name}: {what} of {peer.label}, by ours"
    if peer.label not in rows:
        print(f"{label:<44}  not there")
        return True
    times = rows[peer.label][what] / rows[engines.OURS.label][what]
    line(label, times, "×", f"≥ {wanted:g}")
    return times >= wanted


# --- ours alone -------------------------------------------------------------------------------


def seconds_of(work, rounds=5):
    """Median wall seconds of our sweep of it on one core, in this process."""
    from benchmarks.backtests import in_turns as milliseconds_in_turns
    from benchmarks.peers import ours_engine

    tables, chosen = work.tables(), part(work)
    with ours_engine.on_one_core():
        ours_engine.run(chosen, tables)
        (found,) = milliseconds_in_turns(lambda: ours_engine.run(chosen, tables), rounds=rounds)
    return found / 1e3


def linear():
    """Print what a bar and combination costs at three sizes each way."""
    print("\nnanoseconds a bar and combination, one core: does the cost grow linearly?")
    fine = []
    bars = [replace(THOUSAND, bars=size) for size in SIZES_IN_BARS]
    slow = tuple(range(405, 445))
    pairs = [replace(THOUSAND, fast=tuple(range(5, 5 + n)), slow=slow) for n in SIZES_IN_PAIRS]
    for works in (bars, pairs):
        costs = []
        for work in works:
            costs.append(seconds_of(work) / work.cells * 1e9)
            line(f"  {work.combinations:,} combinations × {work.bars:,} bars", costs[-1], "ns")
        growth = costs[-1] / costs[0]
        line("  the largest beside the smallest", growth, "×", f"≤ {MOST_OF_GROWTH:g}")
        fine.append(growth <= MOST_OF_GROWTH)
    return all(fine)


def rules():
    """Print the sweep of a definition with stops, RSI and `any` groups."""
    from benchmarks.backtests import in_turns as milliseconds_in_turns
    from benchmarks.peers import ours_engine

    (bars,) = THOUSAND.tables()
    with ours_engine.on_one_core():
        found = ours_engine.rules(bars)
        (took,) = milliseconds_in_turns(lambda: ours_engine.rules(bars), rounds=7)
    nanoseconds = took * 1e6 / (len(bars) * len(found.results))
    trades = found.results["num_trades"].mean()
    print(f"\nstop loss, target, RSI and `any`, {trades:.0f} trades each on average:")
    print(f"{len(found.results):,} combinations × {len(bars):,} bars")
    line("  a bar and combination, one core", nanoseconds, "ns", f"≤ {MOST_NS_OF_RULES:g}")
    return nanoseconds <= MOST_NS_OF_RULES


def cold():
    """Print the CPU seconds of a new process whose first sweep is W3, after one that warmed."""
    runs = []
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", COLD],
            capture_output=True,
            text=True,
            check=True,
            cwd=engines.PROJECT,
        )
        runs.append([float(word) for word in done.stdout.split()])
    sweep, everything = (statistics.median(column) for column in zip(*runs[1:], strict=True))
    print("\na new process, compiled code from the cache: CPU seconds")
    line("  of its first sweep, W3", sweep, "s", f"< {MOST_OF_COLD_S:g}")
    line("  of the whole process, imports and bars included", everything, "s")
    return sweep < MOST_OF_COLD_S


def main():
    pythons = engines.interpreters(engines_of(THOUSAND))
    print(LEGEND)
    tables, fine = {}, []
    for work in WORKS.values():
        tables[work.name], agree = one_work(work, pythons)
        fine.append(agree)
    print()
    fine += [judged(tables), linear(), rules(), cold()]
    return all(fine)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
