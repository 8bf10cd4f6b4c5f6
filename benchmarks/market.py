"""Load a million bars from CSV: the lab against DuckDB's own INSERT … SELECT FROM read_csv.

Both fill the same keyed table of a fresh lab file, in turns, in this run. The peak memory of a load
is measured in a process of its own, above what that process needs once everything is imported.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

import bitstockerz_lab as bz
from bitstockerz_lab.storage import Database

ROWS = 1_000_000
ROUNDS = 3
LEAST_RATIO = 0.5
MOST_MEMORY = 6.0

INSERT = """
INSERT INTO crypto_hourly_bars
    (symbol_id, timestamp, open, high, low, close, volume, provider, created_at)
SELECT 1, timestamp, open, high, low, close, volume, 'csv', localtimestamp
FROM read_csv(?)
"""

SYMBOL = """
INSERT INTO symbols (symbol, name, asset_type, currency, created_at, updated_at)
VALUES ('BIG-USD', 'BIG-USD', 'CRYPTO', 'USD', localtimestamp, localtimestamp)
"""

PEAK = """
import sys
from pathlib import Path

import pyarrow.compute, pyarrow.csv

import bitstockerz_lab as bz
from bitstockerz_lab.storage import Database

def kilobytes(name):
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(name))

database = Database(Path(sys.argv[2]))
database.open()
with database.write() as con:
    con.execute("SELECT 1").fetchall()
before = kilobytes("VmRSS")
market = bz.open_lab(database.path).market
report = market.load_csv(sys.argv[1], "BIG-USD", "1h", asset_type="CRYPTO")
assert report.inserted == report.rows, report
print((kilobytes("VmHWM") - before) * 1024)
"""


def write_csv(path: Path, rows: int = ROWS) -> int:
    """Write hourly bars from 1905 on; returns the bytes that the frame of them needs."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.001, rows)))
    opened = np.append(100.0, close[:-1])
    prices = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.002,
        "low": np.minimum(opened, close) * 0.998,
        "close": close,
        "volume": random.uniform(0, 1000, rows),
    }
    bars = pd.DataFrame(prices).round(4)
    bars.insert(0, "timestamp", pd.date_range("1905-01-01", periods=rows, freq="h"))
    bars.to_csv(path, index=False)
    return int(bars.memory_usage(index=False).sum())


def lab_seconds(template: Path, path: Path, csv: Path) -> float:
    """Load with `Market.load_csv` into a fresh file."""
    shutil.copy(template, path)
    start = time.perf_counter()
    report = bz.open_lab(path).market.load_csv(csv, "BIG-USD", "1h", asset_type="CRYPTO")
    seconds = time.perf_counter() - start
    assert report.inserted == report.rows, report
    return seconds


def duckdb_seconds(template: Path, path: Path, csv: Path) -> float:
    """Load with DuckDB alone into a fresh file."""
    shutil.copy(template, path)
    start = time.perf_counter()
    with duckdb.connect(path) as con:
        con.execute("BEGIN")
        con.execute(SYMBOL)
        con.execute(INSERT, [str(csv)])
        con.execute("COMMIT")
    return time.perf_counter() - start


def peak_bytes(path: Path, csv: Path) -> int:
    """Return what a load needs at most, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(csv), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def main(rows: int = ROWS) -> bool:
    """Print rows per second of both, their ratio, and the peak memory; say whether all is well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        csv, template = folder / "bars.csv", folder / "template.duckdb"
        frame_bytes = write_csv(csv, rows)
        Database(template).open()
        ours, theirs = [], []
        for turn in range(ROUNDS):
            theirs.append(duckdb_seconds(template, folder / f"duckdb{turn}.duckdb", csv))
            ours.append(lab_seconds(template, folder / f"lab{turn}.duckdb", csv))
        ratio = statistics.median(theirs) / statistics.median(ours)
        memory = peak_bytes(folder / "peak.duckdb", csv) / frame_bytes
        for label, seconds in (("DuckDB's read_csv", theirs), ("lab.market.load_csv", ours)):
            print(f"{label:<22}{rows / statistics.median(seconds):>12,.0f} rows/s")
        print(f"{'ratio':<22}{ratio:>12.2f} (at least {LEAST_RATIO})")
        print(f"{'peak memory':<22}{memory:>12.1f} × the frame (below {MOST_MEMORY:g})")
        stored = (folder / "lab0.duckdb").stat().st_size - template.stat().st_size
        print(f"{'file':<22}{stored / rows:>12.1f} bytes a bar")
    return ratio >= LEAST_RATIO and memory < MOST_MEMORY


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
