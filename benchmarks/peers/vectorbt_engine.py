"""vectorbt by the call BACKTEST_RULES names, many columns at once."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pandas as pd

from benchmarks.peers.works import FEE, INITIAL_EQUITY, SLIPPAGE

warnings.simplefilter("ignore")  # its own, about its dependencies
import vectorbt as vbt  # noqa: E402 - after the filter

vbt.settings["engine"] = os.environ.get("VECTORBT_ENGINE", "numba")
CELLS = 2_600_000
"""The most bars × columns at once. 1,000 combinations of 2,520 bars take about 0.3 GB, and the next
ones as much again until Python collects what refers to itself."""


def run(part, tables):
    """Total return in percent, trades and the rest, arrays of shape (symbols, pairs)."""
    pairs, bars = part.parameters, part.work.bars
    together = max(1, min(len(tables), CELLS // (bars * len(pairs))))
    some = max(1, CELLS // (bars * together))
    rows = []
    for at in range(0, len(tables), together):
        frames = tables[at : at + together]
        found = [
            columns(frames, pairs[start : start + some]) for start in range(0, len(pairs), some)
        ]
        rows.append({name: np.hstack([one[name] for one in found]) for name in found[0]})
    return {name: np.vstack([row[name] for row in rows]) for name in rows[0]}


def columns(frames, pairs):
    close = np.column_stack([frame["close"].to_numpy() for frame in frames])
    opened = np.column_stack([frame["open"].to_numpy() for frame in frames])
    known = pd.DataFrame(close)
    fast = vbt.MA.run(known, window=[fast for fast, _ in pairs], short_name="fast")
    slow = vbt.MA.run(known, window=[slow for _, slow in pairs], short_name="slow")
    entries = fast.ma_crossed_above(slow).to_numpy()
    exits = fast.ma_crossed_below(slow).to_numpy()
    last = close[-1:]
    portfolio = vbt.Portfolio.from_signals(
        pd.DataFrame(np.tile(np.vstack([close, last]), (1, len(pairs)))),
        shifted(entries, at_the_end=False),
        shifted(exits, at_the_end=True),
        price=np.tile(np.vstack([opened, last]), (1, len(pairs))),
        size=np.inf,
        fees=FEE,
        slippage=SLIPPAGE,
        init_cash=INITIAL_EQUITY,
        direction="longonly",
        upon_long_conflict="exit",
        upon_short_conflict="exit",
        upon_dir_conflict="ignore",
        upon_opposite_entry="reverse",
        freq="D",
    )
    return metrics(portfolio, len(frames))


def metrics(portfolio, symbols):
    found = {
        "total_return_pct": 100 * portfolio.total_return(),
        "num_trades": portfolio.trades.count(),
        "max_drawdown_pct": -100 * portfolio.max_drawdown(),
        "win_rate_pct": 100 * portfolio.trades.win_rate(),
    }
    for beyond in ("sharpe_ratio", "sortino_ratio", "calmar_ratio", "annualized_return"):
        getattr(portfolio, beyond)()  # eight as everybody; their days and years are not ours
    return {name: np.asarray(column).reshape(-1, symbols).T for name, column in found.items()}


def shifted(flags, *, at_the_end):
    """What is decided at a close is due at the next open; the added row closes what is left."""
    due = np.zeros((len(flags) + 1, flags.shape[1]), bool)
    due[1:-1] = flags[:-1]
    due[-1] = at_the_end
    return due
