"""Signals of a golden cross beside the same rules by hand in pandas, and reading a definition.

    python benchmarks/strategies.py

A ratio above 1 means that we are the faster one, measured in the same run.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd

from bitstockerz_lab.strategies import Definition, signals, templates

BARS = 87_600


def best_of(times, work):
    found = []
    for _ in range(times):
        start = perf_counter()
        work()
        found.append(perf_counter() - start)
    return min(found)


def random_bars(n=BARS):
    random = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.005, n)))
    open_ = np.r_[close[0], close[:-1]]
    index = pd.date_range("2012-01-01", periods=n, freq="h", tz="UTC", name="timestamp")
    columns = {"open": open_, "high": np.maximum(open_, close), "low": np.minimum(open_, close)}
    return pd.DataFrame({**columns, "close": close, "volume": 1.0}, index=index)


def by_hand(bars):
    fast, slow = bars["close"].rolling(50).mean(), bars["close"].rolling(200).mean()
    earlier_fast, earlier_slow = fast.shift(1), slow.shift(1)
    return pd.DataFrame(
        {
            "long_entry": (fast > slow) & (earlier_fast <= earlier_slow),
            "long_exit": (fast < slow) & (earlier_fast >= earlier_slow),
        }
    )


def main():
    bars, definition = random_bars(), templates.get("golden-cross")
    ours, theirs = signals(definition, bars), by_hand(bars)
    differing = int((ours[list(theirs)] != theirs).to_numpy().sum())
    mine = best_of(20, lambda: signals(definition, bars))
    hand = best_of(20, lambda: by_hand(bars))
    text = templates.get("rsi-reversal").to_json()
    read = best_of(50, lambda: Definition.parse(text))
    print(f"golden cross, {BARS:,} bars; signals that differ from pandas: {differing}")
    print(f"signals()         {mine * 1e3:8.2f} ms  {mine / BARS * 1e9:6.1f} ns a bar")
    print(f"pandas by hand    {hand * 1e3:8.2f} ms  {hand / BARS * 1e9:6.1f} ns a bar")
    print(f"ratio             {hand / mine:8.2f}")
    print(f"parse + validate  {read * 1e3:8.2f} ms")


if __name__ == "__main__":
    main()
