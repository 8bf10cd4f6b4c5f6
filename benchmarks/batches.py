"""The same notebook by papermill and nbconvert, cold, beside `lab.batch.run` with warm kernels.

    python -m benchmarks batches
    python -m benchmarks.batches 200   a batch of 200 runs as well: none may fail

The notebook imports vectorbt and plotly and runs one backtest, which is recorded. Two at once, both
ways, on the same machine, one after the other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from benchmarks.backtests import line
from benchmarks.writers import stocked

WORKERS = 2
COLD_RUNS, WARM_RUNS = 6, 40
FASTER, MOST_OVERHEAD_S, MOST_TO_PAY_BACK = 10.0, 0.5, 3.0
CELLS = (
    "fee_bps: float = 0.0  # per side",
    "import plotly.graph_objects as go\nimport vectorbt as vbt\nimport bitstockerz_lab as bz",
    "lab = bz.open_lab()",
    "run = lab.backtests.run('Cross', 'BENCH-USD', fee_bps=fee_bps)\nrun.metrics",
    "go.Figure(go.Scatter(x=run.equity.index[::10], y=run.equity.iloc[::10]))",
    "import json, psutil\nused = psutil.Process().memory_full_info()",
    "print(json.dumps({'uss': used.uss, 'pss': used.pss}))",
)
SHELL = (
    "{python} -m papermill {notebook} {folder}/$1.ipynb -p fee_bps $1 -k python3 >/dev/null 2>&1 "
    "&& {python} -m nbconvert --to html {folder}/$1.ipynb >/dev/null 2>&1"
)


def notebook_in(folder):
    """Write the notebook; its kernel is this Python's."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "measured.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def by_papermill(notebook, folder, fees):
    """Run it by papermill's and nbconvert's own command lines, two at once; returns seconds."""
    folder.mkdir()
    shell = SHELL.format(python=sys.executable, notebook=notebook, folder=folder)
    began = time.perf_counter()
    subprocess.run(
        ["xargs", "-P", str(WORKERS), "-n", "1", "sh", "-c", shell, "run"],
        input="\n".join(map(str, fees)),
        text=True,
        check=True,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    )
    seconds = time.perf_counter() - began
    if len(list(folder.glob("*.html"))) != len(fees):
        raise RuntimeError(f"papermill and nbconvert made {len(list(folder.glob('*')))} files")
    return seconds


def by_us(lab, notebook, fees, **options):
    """Run it as a batch; returns the batch and the seconds, the parent's start included."""
    began = time.perf_counter()
    batch = lab.batch.run(
        notebook, {"fee_bps": fees}, on_progress=lambda _: None, **{"workers": WORKERS} | options
    )
    batch.raise_for_failures()
    return batch, time.perf_counter() - began


def cells_seconds(executed):
    """How long the cells took that the notebook itself has, as papermill wrote it down."""
    cells = nbformat.read(executed, 4).cells
    return sum(cell.metadata.get("papermill", {}).get("duration") or 0.0 for cell in cells)


def memory(executed):
    """What the kernel said it used at its end: bytes of its own, and with its share of others'."""
    last = nbformat.read(executed, 4).cells[-1].outputs[0]["text"]
    return json.loads(last)


def fees(first, number):
    """Costs that differ, so that no run is known already."""
    return [round(0.01 * (first + k), 2) for k in range(number)]


def main(many=0):
    """Print the table; whether everything is as fast as wanted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lab = stocked(folder / "lab.duckdb")
        os.environ["BITSTOCKERZ_DB"] = str(lab.path)
        try:
            return measured(lab, folder, many)
        finally:
            del os.environ["BITSTOCKERZ_DB"]


def measured(lab, folder, many):
    from bitstockerz_lab.batch import warm

    notebook = notebook_in(folder)
    by_papermill(notebook, folder / "first", [0.0])  # caches of the disk and of compiled code
    plain = COLD_RUNS / by_papermill(notebook, folder / "plain", fees(1, COLD_RUNS)) * 60
    batch, seconds = by_us(lab, notebook, fees(100, WARM_RUNS))
    began = time.perf_counter()
    with warm.parent(imports=warm.imports_of(notebook)):
        started = time.perf_counter() - began
        single, _ = by_us(lab, notebook, fees(200, 6), workers=1)
        if many:
            large, took = by_us(lab, notebook, fees(1_000, many))
    ours = WARM_RUNS / seconds * 60
    overheads = sorted(item.seconds - cells_seconds(item.executed) for item in single)
    overhead = overheads[len(overheads) // 2]
    cold, _ = by_us(lab, notebook, fees(300, 3), workers=1, warm=False)
    saved = sorted(item.seconds for item in cold)[1] - sorted(item.seconds for item in single)[3]
    line("papermill and nbconvert, two at once", plain, "runs a minute")
    line("lab.batch.run, two warm workers", ours, "runs a minute, parent's start included")
    line("   faster", ours / plain, "×", f"at least {FASTER:.0f}")
    line("a warm run, one at a time: over its cells", overhead, "s", f"below {MOST_OVERHEAD_S}")
    line("   its cells", cells_seconds(single[0].executed), "s")
    line("a cold run of ours", sorted(item.seconds for item in cold)[1], "s")
    line("starting the parent", started, "s")
    line("   paid back after", started / saved, "runs", f"at most {MOST_TO_PAY_BACK:.0f}")
    for told, one in {"warm": batch, "cold": cold}.items():
        used = memory(one[-1].executed)
        line(f"a {told} kernel: memory of its own", used["uss"] / 1e6, "MB")
        line("   with its share of what is shared", used["pss"] / 1e6, "MB")
    if many:
        line(f"a batch of {many}: completed", len(large.completed), "", f"{many}")
        line("   speed", many / took * 60, "runs a minute")
    return (
        ours >= FASTER * plain
        and overhead < MOST_OVERHEAD_S
        and started <= MOST_TO_PAY_BACK * saved
    )


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
