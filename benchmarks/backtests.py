"""A recorded run beside the bare transaction, the kernel beside vectorbt, the import beside pandas.

Peers take turns with us in the same process and the same minutes; times are medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

ROUNDS = 25
DAYS, HOURS = 2_520, 87_600
MOST_OF_IMPORT_MS = 150.0
MOST_OF_TRANSACTION = 3.0
MOST_OF_SIMULATION_MS = 5.0
COSTS = {"fee_bps": 10.0, "slippage_bps": 5.0}
TABLES = {
    # table: its column that names the run, and columns the database fills in
    "backtest_runs": (None, ["id"]),
    "run_details": ("backtest_run_id", []),
    "run_processes": ("backtest_run_id", []),
    "backtest_results": ("backtest_run_id", ["id"]),
    "run_metrics": ("backtest_run_id", []),
    "backtest_trades": ("backtest_run_id", []),
    "trade_details": (None, []),
    "backtest_equity_points": ("backtest_run_id", ["id"]),
}


def random_bars(index, volatility=0.012, seed=7):
    """A walk with gaps between close and open."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, volatility, len(index))))
    opened = np.append(100.0, close[:-1]) * np.exp(random.normal(0, 0.002, len(index)))
    columns = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.003,
        "low": np.minimum(opened, close) * 0.997,
        "close": close,
        "volume": 1e6,
    }
    return pd.DataFrame(columns, index=pd.DatetimeIndex(index, name="timestamp"))


def crossings(bars, fast=20, slow=50):
    """Levels of a moving-average strategy: above and below."""
    above = bars["close"].rolling(fast).mean() > bars["close"].rolling(slow).mean()
    known = bars["close"].rolling(slow).mean().notna()
    return above & known, ~above & known


def milliseconds(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def in_turns(*works, rounds=ROUNDS):
    """Call each work once a round; returns the median milliseconds of each."""
    times = [[milliseconds(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def line(label, value, unit="ms", wanted=""):
    print(
        f"{label:<44}{value:>9.2f} {unit}{f'   (wanted: {wanted})' if wanted else ''}", flush=True
    )


# --- the import -------------------------------------------------------------------------------


def imports(rounds=9):
    """Return how much longer importing the package takes than importing pandas alone."""
    codes = ("import pandas", "import pandas, bitstockerz_lab", "import bitstockerz_lab")

    def seconds(code):
        timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        done = subprocess.run(
            [sys.executable, "-c", timed], capture_output=True, text=True, check=True
        )
        return float(done.stdout) * 1e3

    times = [[seconds(code) for code in codes] for _ in range(rounds)]
    pandas_alone, both, ours = (statistics.median(column) for column in zip(*times, strict=True))
    line("import pandas", pandas_alone)
    line("import bitstockerz_lab, without pandas", ours)
    line("import bitstockerz_lab over import pandas", both - pandas_alone, wanted="< 150")
    return both - pandas_alone < MOST_OF_IMPORT_MS


# --- a recorded run ---------------------------------------------------------------------------


class Bare:
    """The rows of a recorded run, inserted again by plain SQL in one write lease."""

    def __init__(self, database, run_id):
        self.database = database
        self.frames = {}
        with database.read() as con:
            for table, (key, filled) in TABLES.items():
                where = f"{key or 'id'} = {run_id}"
                if table == "trade_details":
                    of_the_run = f"FROM backtest_trades WHERE backtest_run_id = {run_id}"
                    where = f"backtest_trade_id IN (SELECT id {of_the_run})"
                columns = f"* EXCLUDE ({', '.join(filled)})" if filled else "*"
                self.frames[table] = con.execute(
                    f"SELECT {columns} FROM {table} WHERE {where}"  # noqa: S608 - our own names
                ).df()

    def insert(self):
        with self.database.write() as con:
            (run_id,) = con.execute("SELECT nextval('backtest_runs_id')").fetchone()
            trades = self.frames["backtest_trades"]
            ids = con.execute(
                "SELECT nextval('backtest_trades_id') AS id FROM range(?)", [len(trades)]
            ).fetchnumpy()["id"]
            for table, (key, _) in TABLES.items():
                frame = self.frames[table]
                changed = {key: run_id} if key else {}
                if table == "backtest_runs":
                    changed = {"id": run_id}
                elif table == "backtest_trades":
                    changed["id"] = ids
                elif table == "trade_details":
                    changed["backtest_trade_id"] = ids
                con.register("rows_of_table", frame.assign(**changed))
                con.execute(f"INSERT INTO {table} BY NAME FROM rows_of_table")
                con.unregister("rows_of_table")


class Stopwatch:
    """Times what a run consists of, while it runs."""

    def __init__(self):
        self.parts = {}

    def add(self, part, began):
        self.parts[part] = self.parts.get(part, 0.0) + (time.perf_counter() - began) * 1e3

    def timed(self, part, function):
        def call(*positional, **named):
            began = time.perf_counter()
            try:
                return function(*positional, **named)
            finally:
                self.add(part, began)

        return call

    def lease(self, part, method):
        watch = self

        @contextmanager
        def leased(database):
            began = time.perf_counter()
            with method(database) as con:
                yield con
            count = sum(name.startswith(part) for name in watch.parts) + 1
            watch.add(f"{part} lease {count}", began)

        return leased

    @contextmanager
    def attached(self):
        from bitstockerz_lab import measures, strategies
        from bitstockerz_lab.backtests import plan
        from bitstockerz_lab.storage import Database

        with (
            patch.object(Database, "read", self.lease("read", Database.read)),
            patch.object(Database, "write", self.lease("write", Database.write)),
            patch.object(strategies, "signals", self.timed("signals", strategies.signals)),
            patch.object(plan, "simulate_signals", self.timed("simulation", plan.simulate_signals)),
            patch.object(measures, "measure", self.timed("  of it measure", measures.measure)),
        ):
            yield


def parts_of(run):
    """Print the median of each part of a run; what is left over is 'between'."""
    rounds = []
    for _ in range(ROUNDS):
        watch = Stopwatch()
        with watch.attached():
            total = milliseconds(run)
        counted = sum(took for name, took in watch.parts.items() if not name.startswith(" "))
        rounds.append({**watch.parts, "between": total - counted, "together": total})
    for name in rounds[-1]:
        line(f"    {name}", statistics.median(entry.get(name, 0.0) for entry in rounds))


def empty_lease(database):
    with database.read() as con:
        con.execute("SELECT 1").fetchall()


def recorded_run(folder):
    """Print a recorded run on 2,520 daily bars beside the bare transaction, and its parts."""
    import bitstockerz_lab as bz
    from bitstockerz_lab.strategies import templates

    lab = bz.open_lab(folder / "lab.duckdb")
    bars = random_bars(pd.bdate_range("2010-01-04", periods=DAYS, tz="UTC"))
    lab.market.load_frame(bars, "BENCH", "1d", asset_type="EQUITY")
    lab.strategies.save(templates.get("golden-cross"))

    def run():
        return lab.backtests.run("Golden cross", "BENCH", rerun=True, **COSTS)

    first = run()
    bare = Bare(lab.database, first.id)
    bare.insert()
    entries, exits = crossings(bars)
    bz.simulate(bars, entries, exits, **COSTS)
    (simulation,) = in_turns(lambda: bz.simulate(bars, entries, exits, **COSTS), rounds=100)
    (new_lease,) = in_turns(lambda: empty_lease(lab.database))
    ours, plain, known = in_turns(
        run, bare.insert, lambda: lab.backtests.run("Golden cross", "BENCH", **COSTS)
    )
    (used_lease,) = in_turns(lambda: empty_lease(lab.database))
    print(f"{DAYS:,} daily bars, {len(first.trades)} trades, {DAYS:,} equity points:")
    line("  bare recording transaction", plain)
    line("  lab.backtests.run, everything recorded", ours)
    line("  ratio", ours / plain, "×", f"≤ {MOST_OF_TRANSACTION:g}")
    line("  lab.backtests.run, given back by fingerprint", known)
    line("  bz.simulate alone", simulation, wanted=f"< {MOST_OF_SIMULATION_MS:g}")
    line("  an empty read lease, at first", new_lease)
    line(f"  an empty read lease, {3 * ROUNDS} write leases later", used_lease)
    print("  the parts of lab.backtests.run, each time beside the others:")
    parts_of(run)
    return ours / plain <= MOST_OF_TRANSACTION and simulation < MOST_OF_SIMULATION_MS


# --- the kernel and vectorbt ------------------------------------------------------------------


def vectorbt_call(bars, entries, exits):
    """Return the call BACKTEST_RULES names, on signals that were shifted beforehand."""
    import vectorbt as vbt

    close = bars["close"]
    shifted = entries.shift(1, fill_value=False), exits.shift(1, fill_value=False)

    def call():
        return vbt.Portfolio.from_signals(
            close,
            *shifted,
            price=bars["open"],
            size=np.inf,
            fees=COSTS["fee_bps"] / 1e4,
            slippage=COSTS["slippage_bps"] / 1e4,
            init_cash=100_000,
            direction="longonly",
            upon_long_conflict="exit",
            upon_short_conflict="exit",
            upon_dir_conflict="ignore",
            upon_opposite_entry="reverse",
        )

    return call


def beside_vectorbt():
    """Print one simulation of 87,600 hourly bars beside vectorbt's on the same signals."""
    import bitstockerz_lab as bz

    bars = random_bars(
        pd.date_range("2012-01-01", periods=HOURS, freq="h", tz="UTC"), volatility=0.004
    )
    entries, exits = crossings(bars)

    def ours():
        return bz.simulate(bars, entries, exits, asset_type="CRYPTO", **COSTS)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = vectorbt_call(bars, entries, exits)
        warm = theirs()  # compiles
        warm.value(), warm.trades.records
        found = ours()

        def answered():
            portfolio = theirs()
            return portfolio.value(), portfolio.trades.records

        mine, signals_only, with_answers = in_turns(ours, theirs, answered, rounds=15)
        final = float(answered()[0].iloc[-1])
    print(f"{HOURS:,} hourly bars, {len(found.trades):,} trades:")
    line("  bz.simulate: trades, equity and all metrics", mine)
    line("  vectorbt from_signals alone", signals_only)
    line("  vectorbt from_signals, value() and trades", with_answers)
    line("  ratio to from_signals alone", signals_only / mine, "×", "> 1")
    line("  ratio to from_signals with value and trades", with_answers / mine, "×")
    print(
        f"  final equity: ours {found.equity.iloc[-1]:,.2f}, vectorbt's before the end {final:,.2f}"
    )
    return signals_only > mine


def main():
    fine = [imports()]
    with tempfile.TemporaryDirectory() as name:
        fine.append(recorded_run(Path(name)))
    fine.append(beside_vectorbt())
    return all(fine)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
