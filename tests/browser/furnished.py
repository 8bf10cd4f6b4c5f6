"""A lab with something in it: simulated bars, strategies, runs, a sweep, a paper account.

For the browser's tests and for the pictures in docs/screenshots. All bars are simulated.
"""

from __future__ import annotations

import pandas as pd

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import templates

COSTS = {"fee_bps": 10.0, "slippage_bps": 5.0}
STOCKS = ("DEMO-A", "DEMO-B")
TEMPLATES = ("golden-cross", "rsi-reversal", "turtle")
CROSSES = ((20, 100), (30, 150), (50, 200), (80, 200))


def furnish(path):
    """Fill a new lab at `path` and return it."""
    lab = bz.open_lab(path)
    for symbol in (*STOCKS, "DEMO-C-USD"):
        lab.market.load("synthetic", symbol)
        lab.market.check(symbol)
    names = [lab.strategies.save(templates.get(name)).name for name in TEMPLATES]
    for symbol in STOCKS:
        for name in names:
            lab.backtests.run(name, symbol, **COSTS)
    for fast, slow in CROSSES:
        lab.backtests.run(names[0], "DEMO-A", parameters={"fast": fast, "slow": slow}, **COSTS)
    return lab


def trade(lab):
    """Replay a paper account over the last year: two positions, a sale, an order that waits."""
    end = lab.market.bars("DEMO-A").index[-1].floor("D")
    lab.paper.open(100_000, fee_bps=10, slippage_bps=5, start=end - pd.Timedelta(days=365))
    lab.paper.buy("DEMO-A", 300)
    lab.paper.buy("DEMO-B", 200)
    lab.paper.advance(end - pd.Timedelta(days=180))
    lab.paper.sell("DEMO-A", 100)
    lab.paper.advance(end - pd.Timedelta(days=5))
    last = float(lab.market.bars("DEMO-B")["close"].iloc[-1])
    lab.paper.buy("DEMO-B", 100, limit=round(last * 0.6, 2))
