"""Ours again, in a laboratory: bars from its database, and (RECORD=1) every result back into it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import bitstockerz_lab as bz
from benchmarks.peers.ours_engine import CORES, COSTS, DEFINITION, compared, grid

RECORD = os.environ.get("RECORD") == "1"
SYMBOL = "BENCH"
FOLDER = tempfile.TemporaryDirectory()
LABS = {}


def run(part, tables):
    """The same as `ours_engine.run`, on the first symbol."""
    bars = len(tables[0])
    if bars not in LABS:
        lab = bz.open_lab(Path(FOLDER.name) / f"{bars}.duckdb")
        lab.market.load_frame(tables[0], SYMBOL, "1d", asset_type="EQUITY")
        lab.strategies.save(DEFINITION)
        LABS[bars] = lab
    sweep = LABS[bars].backtests.sweep(
        DEFINITION.name,
        SYMBOL,
        grid=grid(part.work),
        constraint="fast < slow",
        record=RECORD,
        rerun=True,
        **CORES,
        **COSTS,
    )
    return compared(sweep.results, 1)
