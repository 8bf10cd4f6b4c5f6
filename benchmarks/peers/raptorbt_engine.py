"""raptorbt: signals from its own averages, then its batch over the pairs, on every core."""

from __future__ import annotations

import numpy as np
import raptorbt

from benchmarks.peers.works import FEE, INITIAL_EQUITY, SLIPPAGE

CELLS = 10_000_000
"""The most bars × pairs at once: every result holds its equity, drawdown and trades."""


def run(part, tables):
    """Total return in percent and trades, arrays of shape (symbols, pairs)."""
    rows = [swept(frame, part.parameters) for frame in tables]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def swept(frame, pairs):
    prices = [frame[name].to_numpy() for name in ("open", "high", "low", "close", "volume")]
    stamps = frame.index.as_unit("ns").asi8
    config = raptorbt.BacktestConfig(
        initial_capital=INITIAL_EQUITY, fees=FEE, slippage=SLIPPAGE, fill_timing="next_bar_open"
    )
    means = {n: raptorbt.sma(prices[3], n) for n in sorted({n for pair in pairs for n in pair})}
    found = {"total_return_pct": [], "num_trades": []}
    some = max(1, CELLS // len(frame))
    for start in range(0, len(pairs), some):
        items = [item(means[fast], means[slow]) for fast, slow in pairs[start : start + some]]
        for _, result in raptorbt.batch_single_backtest(stamps, *prices, items, config):
            metrics = result.metrics
            kept = 1 + metrics.total_return_pct / 100
            if metrics.total_open_trades:  # closed without costs, which the contract takes
                kept *= (1 - SLIPPAGE) * (1 - FEE)
            found["total_return_pct"].append(100 * (kept - 1))
            found["num_trades"].append(metrics.total_trades)
    return found


def item(fast, slow):
    above, below = fast > slow, fast < slow
    entries, exits = np.zeros(len(fast), bool), np.zeros(len(fast), bool)
    entries[1:] = above[1:] & (fast[:-1] <= slow[:-1])
    exits[1:] = below[1:] & (fast[:-1] >= slow[:-1])
    return raptorbt.BatchSingleItem("", entries, exits)
