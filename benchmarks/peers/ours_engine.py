"""Ours, through what everybody calls: one run, or a sweep; nothing is recorded."""

from __future__ import annotations

import os
from contextlib import contextmanager

import numpy as np

import bitstockerz_lab as bz
from benchmarks.peers.works import FEE_BPS, INITIAL_EQUITY, SLIPPAGE_BPS
from bitstockerz_lab.strategies import signals, strategy
from bitstockerz_lab.strategies.builder import crosses_above, crosses_below, parameter, rsi, sma

FAST, SLOW = sma(parameter("fast", 20, min=2)), sma(parameter("slow", 50, min=2))
DEFINITION = strategy("SMA cross", enter=crosses_above(FAST, SLOW), leave=crosses_below(FAST, SLOW))
RULES = strategy(
    "Average or strength",
    enter=crosses_above(FAST, SLOW) | (rsi(14) < parameter("low", 25, min=1, max=50)),
    leave=crosses_below(FAST, SLOW) | (rsi(14) > 80),
    stop_loss_pct=parameter("stop", 5, min=1),
    take_profit_pct=12,
)
GRID_OF_RULES = {
    "fast": range(5, 10),
    "slow": range(30, 35),
    "low": range(20, 28),
    "stop": range(3, 8),
}
COSTS = {"fee_bps": FEE_BPS, "slippage_bps": SLIPPAGE_BPS, "initial_equity": INITIAL_EQUITY}
COMPARED = ("total_return_pct", "num_trades", "max_drawdown_pct", "win_rate_pct")
EIGHT = (
    "total_return_pct",
    "cagr_pct",
    "max_drawdown_pct",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "num_trades",
    "win_rate_pct",
)
"""What is asked of vectorbt as well; the others give theirs whether one wants them or not."""
METRICS = None if os.environ.get("SWEEP_METRICS") == "every" else EIGHT
CORES = {"threads": int(os.environ.get("SWEEP_THREADS", "0")) or None}


def run(part, tables):
    """Total return in percent, trades and the rest, arrays of shape (symbols, pairs)."""
    if len(part.work.pairs) == 1:
        return one_run(part, tables[0])
    symbols = {f"S{place}": table for place, table in enumerate(tables)}
    sweep = bz.sweep(
        DEFINITION,
        symbols if len(symbols) > 1 else tables[0],
        grid=grid(part.work),
        constraint="fast < slow",
        metrics=METRICS,
        **CORES,
        **COSTS,
    )
    return compared(sweep.results, len(tables))


def one_run(part, bars):
    fast, slow = part.parameters[0]
    decided = signals(DEFINITION, bars, parameters={"fast": fast, "slow": slow})
    metrics = bz.simulate(bars, decided["long_entry"], decided["long_exit"], **COSTS).metrics
    return {name: np.array([[getattr(metrics, name)]], float) for name in COMPARED}


@contextmanager
def on_one_core():
    """Sweep on one core meanwhile."""
    before = CORES["threads"]
    CORES["threads"] = 1
    try:
        yield
    finally:
        CORES["threads"] = before


def rules(bars, grid=None):
    """A sweep of a definition with a stop, a target, RSI and `any` groups, 1,000 combinations."""
    return bz.sweep(
        RULES,
        bars,
        grid=grid or GRID_OF_RULES,
        metrics=METRICS,
        **CORES,
        **COSTS,
    )


def grid(work):
    return {"fast": work.fast, "slow": work.slow}


def compared(results, symbols):
    return {name: results[name].to_numpy(float).reshape(symbols, -1) for name in COMPARED}
