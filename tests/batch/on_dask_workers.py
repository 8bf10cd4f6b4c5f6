"""A batch on two workers of dask, one of them killed on the way; `test_cluster` starts this.

A process of its own: dask has threads, loops and warnings that a test should not be left with.

python -m tests.batch.on_dask_workers FOLDER
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
import threading
import time
from pathlib import Path

from distributed import Client, LocalCluster

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import plan
from bitstockerz_lab.batch import cluster
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies import templates
from tests.batch.conftest import write_notebook
from tests.conftest import PROJECT

BACKTEST = (
    'fee_bps: float = 0.0  # a fill\ndatabase: str = ""  # the lab',
    "import bitstockerz_lab as bz\nlab = bz.open_lab(database)",
    'run = lab.backtests.run("Golden cross", "DEMO-A", fee_bps=fee_bps)',
    "print(run)",
)
LOOP = """import time
for _ in range(600):
    time.sleep(0.1)"""
LOCAL = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}


def made(folder):
    lab = bz.open_lab(folder / "lab.duckdb")
    lab.market.load("synthetic", "DEMO-A")
    lab.market.load("synthetic", "DEMO-B")
    lab.strategies.save(templates.get("golden-cross"))
    return lab


def kill_one(client, seen):
    """Kill a worker with SIGKILL as soon as both have come to their third cell."""

    def on_progress(progress):
        if progress.item is None and progress.cell == 3:
            seen.add(progress.name)
        if len(seen) == 2 and "killed" not in seen:
            seen.add("killed")
            pids = client.run(os.getpid)
            os.kill(next(iter(pids.values())), signal.SIGKILL)

    return on_progress


def refused(ask):
    try:
        ask()
    except LabError as told:
        return f"{type(told).__name__}: {told}"
    return "nothing was raised"


def batch_of_two(lab, client, notebook):
    seen = set()
    told = lab.batch.run(
        notebook,
        over={"fee_bps": [0.0, 5.0]},
        client=client,
        on_progress=kill_one(client, seen),
    )
    assert "killed" in seen
    return told


def the_page(lab, client):
    """Run the last code of docs/cluster.md."""
    page = (PROJECT / "docs" / "cluster.md").read_text("utf-8")
    cell = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[-1]
    names = {"lab": lab, "client": client}
    exec(compile(cell, "docs/cluster.md", "exec"), names)  # noqa: S102 - our own page
    return names["batch"]


def interrupted(lab, client, folder):
    """Ctrl-C while a notebook sleeps: its kernel has to end on the worker, too."""
    slow = write_notebook(folder / "slow.ipynb", "seconds: int = 1  # to sleep", LOOP)

    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a parent in the background ignores it
    ctrl_c = []

    def on_progress(progress):
        # behind the parameters that were given; news of a cell may come with that of the next
        if progress.item is None and progress.cell >= 3 and not ctrl_c:
            ctrl_c.append(progress)
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    began = time.monotonic()
    try:
        lab.batch.run(slow, parameters={"seconds": 2}, client=client, on_progress=on_progress)
    except KeyboardInterrupt:
        seconds = time.monotonic() - began
        deadline = time.monotonic() + 20
        while client.call_stack() and time.monotonic() < deadline:
            time.sleep(0.1)
        last = lab.batch.get(int(lab.batch.list()["id"].max()))
        return seconds, [str(item.status) for item in last], dict(client.call_stack())
    return None


def main(folder):
    lab = made(folder)
    backtest = write_notebook(folder / "backtest.ipynb", *BACKTEST)
    told = {"notebook": backtest}
    with LocalCluster(**LOCAL) as two, Client(two) as client:
        told["batch"] = batch_of_two(lab, client, backtest)
        told["recorded"] = lab.backtests.run("Golden cross", "DEMO-A", fee_bps=5, slippage_bps=5).id
        told["page"] = the_page(lab, client)
        writes = write_notebook(
            folder / "writes.ipynb",
            'database: str = ""  # the lab',
            "import bitstockerz_lab as bz",
            'bz.open_lab(database).market.load("synthetic", "DEMO-C-USD")',
        )
        told["writes"] = lab.batch.run(writes, client=client)
        told["interrupted"] = interrupted(lab, client, folder)
        here = plan.versions()
        cluster.plan.versions = lambda: here | {"numpy": "0.1"}
        told["versions"] = refused(lambda: lab.batch.run(backtest, client=client))
    (folder / "told.pickle").write_bytes(pickle.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
