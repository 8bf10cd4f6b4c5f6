"""Three million bars: loading them at once, reading a symbol or a panel of 500, and their quality.

500 symbols with 2,520 daily bars and 20 coins with 87,600 hourly ones. The peer is DuckDB itself:
the same rows into the same keyed tables by one INSERT … SELECT, the same rows out by one SELECT to
numpy. Reads are compared inside a lease, where the query is all there is to do, and as a user meets
them: a verb of the lab beside `duckdb.connect(file, read_only=True)` and the query.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

import bitstockerz_lab as bz
from bitstockerz_lab.market import history

STOCKS, DAYS = 500, 2520
COINS, HOURS = 20, 87_600
QUALITY_BARS = 1_000_000
READS = 40
LOAD_AT_LEAST = 0.6
READ_AT_MOST = 1.5
PANEL_AT_MOST = 2.0
CHECK_SECONDS = 10.0

ADD_SYMBOLS = """
INSERT INTO symbols (symbol, name, asset_type, currency, created_at, updated_at)
SELECT DISTINCT symbol, symbol, $kind, 'USD', localtimestamp, localtimestamp FROM incoming
"""
ADD_DAYS = """
INSERT INTO equity_daily_bars
    (symbol_id, date, open, high, low, close, volume, provider, created_at)
SELECT symbols.id, timestamp, open, high, low, close, volume, 'frame', localtimestamp
FROM incoming JOIN symbols USING (symbol)
"""
ADD_HOURS = """
INSERT INTO crypto_hourly_bars
    (symbol_id, timestamp, open, high, low, close, volume, provider, created_at)
SELECT symbols.id, timestamp, open, high, low, close, volume, 'frame', localtimestamp
FROM incoming JOIN symbols USING (symbol)
"""
ONE = """
SELECT date, open, high, low, close, volume FROM equity_daily_bars
WHERE symbol_id = (SELECT id FROM symbols WHERE symbol = ?) ORDER BY date
"""
ONE_COIN = """
SELECT timestamp, open, high, low, close, volume FROM crypto_hourly_bars
WHERE symbol_id = (SELECT id FROM symbols WHERE symbol = ?) ORDER BY timestamp
"""
PANEL = """
SELECT symbol_id, date, close FROM equity_daily_bars
WHERE symbol_id IN (SELECT id FROM symbols WHERE asset_type = 'EQUITY')
"""


def many_bars(symbols, stamps, seed):
    """Return the bars of many symbols, one below the other, with a column `symbol`."""
    random = np.random.default_rng(seed)
    shape = (len(symbols), len(stamps))
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, shape), axis=1))
    opened = np.concatenate([np.full((shape[0], 1), 100.0), close[:, :-1]], axis=1)
    prices = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.002,
        "low": np.minimum(opened, close) * 0.998,
        "close": close,
        "volume": np.floor(random.uniform(1e5, 1e6, shape)),
    }
    return pd.DataFrame(
        {
            "symbol": np.repeat(symbols, shape[1]),
            "timestamp": np.tile(stamps, shape[0]),
            **{name: values.ravel() for name, values in prices.items()},
        }
    )


def frames():
    """Return the daily and the hourly bars."""
    stocks = np.array([f"S{number:03}" for number in range(STOCKS)])
    coins = np.array([f"C{number:02}-USD" for number in range(COINS)])
    days = pd.bdate_range(end="2025-12-31", periods=DAYS).to_numpy()
    hours = pd.date_range(end="2025-12-31 23:00", periods=HOURS, freq="h").to_numpy()
    return many_bars(stocks, days, 1), many_bars(coins, hours, 2)


def seconds(work, *given):
    """Return how long a call takes, and its answer."""
    began = time.perf_counter()
    answer = work(*given)
    return time.perf_counter() - began, answer


def load_ours(path, daily, hourly):
    """Load both frames through the lab."""
    market = bz.open_lab(path).market
    first = market.load_frame(daily, timeframe="1d", asset_type="EQUITY")
    second = market.load_frame(hourly, timeframe="1h", asset_type="CRYPTO")
    assert first.inserted + second.inserted == len(daily) + len(hourly)


def load_bare(path, daily, hourly):
    """Load both frames with DuckDB alone."""
    with duckdb.connect(path) as con:
        for frame, kind, statement in ((daily, "EQUITY", ADD_DAYS), (hourly, "CRYPTO", ADD_HOURS)):
            con.execute("BEGIN")
            con.register("incoming", frame)
            con.execute(ADD_SYMBOLS, {"kind": kind})
            con.execute(statement)
            con.unregister("incoming")
            con.execute("COMMIT")


def line(label, value, wanted=""):
    """Print one figure."""
    print(f"{label:<52}{value:>16} {wanted}", flush=True)


def bulk(folder):
    """Load everything in both ways; returns whether the ratio is as wanted, and our file."""
    daily, hourly = frames()
    template = folder / "template.duckdb"
    bz.open_lab(template)
    empty = template.stat().st_size
    times = {"ours": [], "bare": []}
    for turn in range(2):
        for name, work in (("bare", load_bare), ("ours", load_ours)):
            path = folder / f"{name}{turn}.duckdb"
            path.write_bytes(template.read_bytes())
            times[name].append(seconds(work, path, daily, hourly)[0])
    rows = len(daily) + len(hourly)
    ratio = min(times["bare"]) / min(times["ours"])
    line("DuckDB's insert of a registered frame", f"{rows / min(times['bare']):,.0f}", "rows/s")
    line("lab.market.load_frame, 520 symbols", f"{rows / min(times['ours']):,.0f}", "rows/s")
    line("ratio", f"{ratio:.2f}", f"(at least {LOAD_AT_LEAST})")
    path = folder / "ours0.duckdb"
    line("file", f"{(path.stat().st_size - empty) / rows:.1f}", "bytes a bar")
    return ratio >= LOAD_AT_LEAST, path


def reading(label, lab, symbols, query):
    """Compare reading one symbol; returns whether the ratio inside the lease is as wanted."""
    inside, bare, verb, connected = [], [], [], []
    for symbol in symbols:
        with lab.database.read() as con:
            con.execute(query, [symbol]).fetchnumpy()  # whoever comes first reads the disk
            bare.append(seconds(lambda s: con.execute(query, [s]).fetchnumpy(), symbol)[0])
            inside.append(seconds(history.read, con, symbol, lab_timeframe(symbol))[0])
        verb.append(seconds(lab.market.bars, symbol, lab_timeframe(symbol))[0])
        connected.append(seconds(connect_and_read, lab.path, query, symbol)[0])
    ratio = statistics.median(inside) / statistics.median(bare)
    for text, times in (
        ("the query to numpy, connection open", bare),
        ("the lab's read, inside a lease", inside),
        ("duckdb.connect and the query", connected),
        ("lab.market.bars", verb),
    ):
        line(f"{label}: {text}", f"{statistics.median(times) * 1e3:.2f}", "ms")
    line(f"{label}: ratio inside", f"{ratio:.2f}", f"(at most {READ_AT_MOST})")
    whole = statistics.median(verb) / statistics.median(connected)
    line(f"{label}: ratio as a user meets it", f"{whole:.2f}")
    return ratio <= READ_AT_MOST


def lab_timeframe(symbol):
    """Return the timeframe of one of our symbols."""
    return "1h" if symbol.endswith("-USD") else "1d"


def connect_and_read(path, query, symbol):
    """Read one symbol without the lab."""
    with duckdb.connect(path, read_only=True) as con:
        return con.execute(query, [symbol]).fetchnumpy()


def panel(lab):
    """Compare a panel of 500 symbols; returns whether the ratio is as wanted."""
    symbols = [f"S{number:03}" for number in range(STOCKS)]
    ours, bare = [], []
    for _ in range(5):
        with lab.database.read() as con:
            bare.append(seconds(lambda: con.execute(PANEL).fetchnumpy())[0])
        took, wide = seconds(lab.market.panel, symbols)
        assert wide.shape == (DAYS, STOCKS), wide.shape
        ours.append(took)
    ratio = statistics.median(ours) / statistics.median(bare)
    line("the query to numpy, three columns", f"{statistics.median(bare) * 1e3:.0f}", "ms")
    line("lab.market.panel of 500 symbols", f"{statistics.median(ours) * 1e3:.0f}", "ms")
    line("ratio", f"{ratio:.2f}", f"(at most {PANEL_AT_MOST})")
    return ratio <= PANEL_AT_MOST


def quality(folder):
    """Check a million bars; returns whether that takes seconds."""
    lab = bz.open_lab(folder / "quality.duckdb")
    hours = pd.date_range(end="2025-12-31 23:00", periods=QUALITY_BARS, freq="h").to_numpy()
    frame = many_bars(np.array(["BIG-USD"]), hours, 3).drop(columns="symbol")
    lab.market.load_frame(frame, "BIG-USD", "1h", asset_type="CRYPTO")
    took, _ = seconds(lab.market.check, "BIG-USD")
    line(
        f"lab.market.check of {QUALITY_BARS:,} bars", f"{took:.2f}", f"s (below {CHECK_SECONDS:g})"
    )
    return took < CHECK_SECONDS


def main():
    """Print all of it; say whether all is as fast as wanted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fine, path = bulk(folder)
        lab = bz.open_lab(path)
        lab.market.bars("S000", "1d")
        stocks = [f"S{number:03}" for number in range(0, STOCKS, STOCKS // READS)]
        coins = [f"C{number:02}-USD" for number in range(COINS)]
        fine &= reading("2,520 daily bars", lab, stocks, ONE)
        fine &= reading("87,600 hourly bars", lab, coins, ONE_COIN)
        fine &= panel(lab)
        return quality(folder) and fine


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
