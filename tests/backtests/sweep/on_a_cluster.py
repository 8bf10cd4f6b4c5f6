"""Sweeps on two workers of dask, one of them killed on the way; `test_cluster` starts this.

A process of its own: dask has threads, loops and warnings that a test should not be left with.

python -m tests.backtests.sweep.on_a_cluster FOLDER
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import dask
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests.sweep import cluster
from bitstockerz_lab.backtests.sweep.carry_out import carry_out
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.question import Question
from bitstockerz_lab.backtests.sweep.table import sweep_of
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies import Definition
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.python.model import digest
from tests.backtests.sweep.random_sweeps import ATR_PCT, of, unit_of
from tests.helpers import make_bars, sma_cross


@bz.code_strategy("Slow")
def slowly(bars, fast=5):
    mean = bars["close"].rolling(fast).mean()
    for _ in range(4):  # so that a block takes long enough to be lost
        mean = bars["close"].rolling(fast).apply(lambda values: values.mean())
    return {"enter": bars["close"] > mean, "leave": bars["close"] < mean}


def from_elsewhere(definition):
    """The same code as other text, agreed to here; the workers import this module, too."""
    python = {**definition.document["python"]}
    python["source"] += "\n# from elsewhere\n"
    python["sha256"] = digest(python["source"])
    made = Definition.parse({**definition.document, "python": python})
    consent.passed_on(made)
    return made


CROSSING = {
    "parameters": {"times": {"default": 2.0, "min": 0, "max": 9}},
    "indicators": {"range": {"indicator": "atr", "period": 3}},
    "enter_long": {"left": "close", "op": ">", "right": "open"},
    "targets": [
        {"profit_pct": ATR_PCT, "close_pct": 50},
        {"profit_pct": {"multiply": [of("times"), ATR_PCT]}, "close_pct": 50},
    ],
}


def question(rules, columns, units=1, bars=600, **terms):
    made = [
        unit_of(rules, make_bars(bars, seed=k), first=50, number=k, name=f"S{k}", **terms)
        for k in range(units)
    ]
    columns = {name: np.array(values) for name, values in columns.items()}
    version = made[0].recipe.version
    return Question(version=version, combinations=Combinations(columns), units=made)


QUESTIONS = {
    "rules of two symbols": lambda: question(
        sma_cross(stop_loss_pct=4), {"fast": range(2, 101)}, units=2, fee_bps=5
    ),
    "rules of eight symbols": lambda: question(sma_cross(), {"fast": range(2, 42)}, units=8),
    "python": lambda: question(from_elsewhere(slowly), {"fast": range(2, 26)}, bars=300),
}


def carried_out(asked, client, on_part=None):
    parts = []
    for part in carry_out(asked, client=client):
        parts.append(part)
        if on_part is not None:
            on_part(len(parts))
    return parts


def kill_one(client, at):
    """A function that kills a worker with SIGKILL when so many parts have come."""

    def on_part(count):
        if count == at:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    return on_part


def refused(ask):
    try:
        ask()
    except LabError as told:
        return f"{type(told).__name__}: {told} {told.__cause__!r} {told.__suppress_context__}"
    return "nothing was raised"


def die(*_, **__):
    os._exit(1)


@contextmanager
def two_workers():
    """A client of two workers; after a kill there is one, as dask may not start another."""
    local = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=2, **local) as two, Client(two) as client:
        yield client


def asked_of_two(folder):
    """Every question, one of two workers killed in each."""
    for name, make in QUESTIONS.items():
        asked = make()
        with two_workers() as client:
            parts = carried_out(asked, client, kill_one(client, at=2))
        sweep = sweep_of(asked, parts)
        pd.to_pickle((sweep.results, dict(sweep.sums), len(parts)), folder / f"{name}.pickle")


def told_of_two(client):
    """What is said where something is wrong, and what is left of a sweep that is stopped."""
    crossing = question(CROSSING, {"times": [2.0, 3.0, 0.5]})
    yield "error", refused(lambda: carried_out(crossing, client))
    versions, here = plan.versions, plan.versions()
    plan.versions = lambda: here | {"numpy": "0.1"}
    yield "versions", refused(lambda: carried_out(question(*SMALL), client))
    plan.versions = versions
    parts = carry_out(question(*SMALL), client=client)
    first = next(parts)
    parts.close()
    deadline = time.monotonic() + 30
    while client.call_stack() and time.monotonic() < deadline:
        time.sleep(0.1)
    yield "stopped", f"{len(first.measured)} {client.futures} {client.call_stack()}"
    cluster._measured, cluster.ATTEMPTS = die, 2
    yield "deadly", refused(lambda: carried_out(question(sma_cross(), {"fast": [9]}), client))


def the_page(folder):
    """Run the code of docs/cluster.md; clusters elsewhere are stood in for by their arguments."""
    page = (Path(__file__).parents[3] / "docs" / "cluster.md").read_text("utf-8")
    asked, names = {}, {}

    class Elsewhere:
        def __init__(self, **arguments):
            asked[self.kind] = set(arguments)

        def scale(self, *, jobs):
            asked["jobs"] = jobs

    for package, kind in {
        "dask_kubernetes.operator": "KubeCluster",
        "dask_jobqueue": "SLURMCluster",
    }.items():
        module = ModuleType(package)
        setattr(module, kind, type(kind, (Elsewhere,), {"kind": kind}))
        sys.modules[package] = module
    os.environ["BITSTOCKERZ_DB"] = str(folder / "lab.duckdb")
    cells = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for cell in cells[:2]:
        exec(compile(cell, "docs/cluster.md", "exec"), names)  # noqa: S102 - our own page
    local = names["lab"].backtests.sweep(
        "Cross", "DEMO-A", rerun=True, constraint="fast < slow",
        grid={"fast": range(5, 65, 5), "slow": range(50, 210, 10)},
    )  # fmt: skip
    told = {"page": (names["sweep"].results, local.results, asked)}
    names["client"].close()
    names["cluster"].close()
    names["Client"] = lambda cluster: asked.setdefault("clients", []).append(type(cluster).__name__)
    for cell in cells[2:-1]:  # the last is of batches: tests/batch/on_dask_workers.py
        exec(compile(cell, "docs/cluster.md", "exec"), names)  # noqa: S102 - our own page
    return told


SMALL = (sma_cross(), {"fast": range(2, 30)})


def main(folder):
    asked_of_two(folder)
    told = the_page(folder)
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with two_workers() as client:
        told |= dict(told_of_two(client))
    told["closed"] = refused(lambda: carried_out(question(*SMALL), client))
    pd.to_pickle(told, folder / "told.pickle")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
