"""Bars for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

import bitstockerz_lab as bz
from bitstockerz_lab import clock


def make_bars(n=300, *, seed=1, timeframe="1d", start="2020-01-01", volatility=0.02, drift=0.0005):
    """Random valid bars: a walk with gaps between close and open."""
    random = np.random.default_rng(seed)
    steps = random.normal(drift, volatility, (n, 4))
    close = 100 * np.exp(np.cumsum(steps[:, 0]))
    open_ = np.concatenate([[100.0], close[:-1]]) * np.exp(steps[:, 1] * 0.3)
    high = np.maximum(open_, close) * np.exp(np.abs(steps[:, 2]) * 0.5)
    low = np.minimum(open_, close) * np.exp(-np.abs(steps[:, 3]) * 0.5)
    volume = np.floor(random.uniform(1e5, 1e6, n))
    return _frame(np.column_stack([open_, high, low, close, volume]), timeframe, start)


def typed_bars(rows, *, timeframe="1d", start="2020-01-06"):
    """Bars from typed text: one bar a line, `open high low close`; a lone `-` is a missing bar.

    >>> typed_bars('''
    ... 10 11 9 10.5
    ... 10 12 10 11
    ... ''')
    """
    lines = [line.split() for line in rows.strip().splitlines()]
    values = [
        [np.nan] * 4 if line == ["-"] else [float(word) for word in line[:4]] for line in lines
    ]
    table = np.column_stack([np.array(values, dtype=float), np.full(len(values), 1000.0)])
    return _frame(table, timeframe, start)


def sma_cross(**settings):
    """A definition that trades often enough on random bars."""
    from bitstockerz_lab.strategies import crosses_above, crosses_below, sma

    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    return bz.strategy(
        "SMA cross",
        enter=crosses_above(fast, sma(20)),
        leave=crosses_below(fast, sma(20)),
        **settings,
    )


def _frame(table, timeframe, start):
    index = pd.date_range(
        start, periods=len(table), freq=clock.TIMEFRAMES[timeframe], tz="UTC", name="timestamp"
    )
    frame = pd.DataFrame(table, index=index, columns=["open", "high", "low", "close", "volume"])
    frame.attrs["timeframe"] = timeframe
    return frame
