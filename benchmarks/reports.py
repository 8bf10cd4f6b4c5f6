"""A hundred reports of an executed notebook: how long each takes and how large it is.

The notebook shows a recorded run of 2,520 daily bars, three figures and six tables. Beside it the
same by nbconvert's own template, which fetches plotly.js and more from other hosts when opened.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import bitstockerz_lab as bz
from benchmarks.backtests import line, milliseconds, random_bars
from bitstockerz_lab.batch import html, index
from bitstockerz_lab.batch.result import Batch, BatchItem
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import NoChromium
from bitstockerz_lab.pages import chromium, plotly_js
from bitstockerz_lab.strategies import crosses_above, crosses_below, parameter, sma

REPORTS = 100
MOST_MS = 300.0
MOST_LIVE_KB, MOST_STILL_KB = 2_500, 300


def main():
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder))


def measured(folder):
    lab = bz.open_lab(folder / "lab.duckdb")
    runs = [recorded(lab, fast) for fast in range(5, 25)]
    executed = notebook(runs[0].report(), folder / "executed.ipynb")
    plotly_js.packed.cache_clear()
    line("plotly.js from the cache, or compressed", milliseconds(plotly_js.packed))
    line("the first report, nbconvert imported", milliseconds(lambda: export(executed, folder, 0)))
    times = [milliseconds(lambda n=n: export(executed, folder, n)) for n in range(REPORTS)]
    sizes = [path.stat().st_size / 1e3 for path in folder.glob("report-*.html")]
    median = statistics.median(times)
    line(f"a report, median of {REPORTS}", median, wanted=f"below {MOST_MS:.0f} ms")
    line("its size, the largest", max(sizes), "kB", wanted=f"below {MOST_LIVE_KB:,} kB")
    line(f"{REPORTS} reports", sum(times) / 1e3, "s")
    line(f"{REPORTS} reports", sum(sizes) / 1e3, "MB")
    nbconverts(executed)
    listed(lab, runs, folder)
    return still(executed, folder) and median < MOST_MS and max(sizes) < MOST_LIVE_KB


def recorded(lab, fast):
    if not len(lab.market.symbols()):
        bars = random_bars(pd.bdate_range("2011-01-03", periods=2_520, tz="UTC"))
        lab.market.load_frame(bars, symbol="ACME", timeframe="1d", asset_type="EQUITY")
    average = sma(parameter("fast", 20, min=2, max=50))
    rules = bz.strategy(
        "Cross", enter=crosses_above(average, sma(60)), leave=crosses_below(average, sma(60))
    )
    version = lab.strategies.save(rules, name="Cross")
    return lab.backtests.run(version, "ACME", parameters={"fast": fast}, fee_bps=5)


def notebook(report, path):
    cell = new_code_cell("run.report()")
    cell.outputs = [new_output("display_data", data=bundle) for bundle in report.outputs()]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A study"), cell]), path)
    return path


def export(executed, folder, number):
    html.export(executed, folder / f"report-{number:03d}.html")


def nbconverts(executed):
    from nbconvert import HTMLExporter

    peer = HTMLExporter()
    pages = []
    pages.append(peer.from_filename(str(executed))[0])
    times = [
        milliseconds(lambda: pages.append(peer.from_filename(str(executed))[0])) for _ in "123"
    ]
    line("nbconvert's own page, median of 3", statistics.median(times))
    line("its size, without what it fetches", len(pages[0].encode()) / 1e3, "kB")


def listed(lab, runs, folder):
    items = tuple(
        BatchItem(
            n, f"study-{n}", {"fast": n}, Status.COMPLETED, (runs[n % len(runs)].id,),
            folder / "executed.ipynb", folder / f"report-{n:03d}.html", 1.0,
        )
        for n in range(REPORTS)
    )  # fmt: skip
    batch, path = Batch(items, ("fast",), 100.0), folder / "index.html"
    index.write(batch, path, lab.database)
    line(
        f"a batch's page of {REPORTS}", milliseconds(lambda: index.write(batch, path, lab.database))
    )
    line("its size", path.stat().st_size / 1e3, "kB")


def still(executed, folder):
    """Measure the page without interactivity and the PDF; True where there is no Chromium."""
    try:
        chromium.command()
    except NoChromium as problem:
        print(f"NOT MEASURED, still pages and PDF: {problem}")
        return True
    sizes = []
    for name, interactive in {"still.html": False, "report.pdf": True}.items():
        began = time.perf_counter()
        html.export(executed, folder / name, interactive=interactive)
        line(f"{name}, a Chromium started for it", (time.perf_counter() - began) * 1e3)
        sizes.append((folder / name).stat().st_size / 1e3)
        wanted = "" if interactive else f"below {MOST_STILL_KB} kB"
        line("its size", sizes[-1], "kB", wanted=wanted)
    return sizes[0] < MOST_STILL_KB
