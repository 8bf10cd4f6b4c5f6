"""backtesting.py: one `run` after another, which is what its `optimize` does in its pool."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

from benchmarks.peers.works import FEE, SLIPPAGE

CASH = 1e15
"""It buys whole units only; with so much money they are as fine as fractions."""
LEAVING = 1 - (1 - SLIPPAGE) * (1 - FEE)
ENTERING = (1 + SLIPPAGE) * (1 + FEE) / (1 + LEAVING) - 1
"""Its spread is paid on entry only; so much of it, and a commission of LEAVING, cost the same."""


class Cross(Strategy):
    fast = 20
    slow = 50

    def init(self):
        close = pd.Series(self.data.Close)
        self.faster = self.I(lambda: close.rolling(self.fast).mean())
        self.slower = self.I(lambda: close.rolling(self.slow).mean())

    def next(self):
        if len(self.data) >= self.last:
            self.position.close()  # fills at the added row's open, the last close
        elif crossover(self.faster, self.slower):
            self.buy()
        elif crossover(self.slower, self.faster):
            self.position.close()


def run(part, tables):
    """Total return in percent, trades and the rest, arrays of shape (symbols, pairs)."""
    rows = [swept(frame, part.parameters) for frame in tables]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def swept(frame, pairs):
    table = frame.rename(columns=str.capitalize).tz_localize(None)
    last = table.iloc[-1:].assign(**dict.fromkeys(("Open", "High", "Low"), frame["close"].iloc[-1]))
    last.index += table.index[-1] - table.index[-2]
    Cross.last = len(table)
    backtest = Backtest(pd.concat([table, last]), Cross, cash=CASH, commission=LEAVING,
                        spread=ENTERING)  # fmt: skip
    found = {"total_return_pct": [], "num_trades": [], "max_drawdown_pct": [], "win_rate_pct": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fast, slow in pairs:
            stats = backtest.run(fast=fast, slow=slow)
            found["total_return_pct"].append(100 * (stats["Equity Final [$]"] / CASH - 1))
            found["num_trades"].append(stats["# Trades"])
            found["max_drawdown_pct"].append(-stats["Max. Drawdown [%]"])
            found["win_rate_pct"].append(stats["Win Rate [%]"])
    return found
