"""Signals of definitions beside the same rules by hand in pandas, their memory, and reading one.

    python -m benchmarks strategies

A ratio above 1 means that we are the faster one, measured in turns in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tracemalloc
from time import perf_counter

import numpy as np
import pandas as pd

from bitstockerz_lab.strategies import Definition, signals, templates

BARS = 87_600
TEN_AND_EIGHT = {  # ten indicators, eight conditions
    "indicators": {
        "sma_50": {"indicator": "sma", "period": 50},
        "sma_200": {"indicator": "sma", "period": 200},
        "ema_12": {"indicator": "ema", "period": 12},
        "ema_26": {"indicator": "ema", "period": 26},
        "rsi_14": {"indicator": "rsi", "period": 14},
        "atr_14": {"indicator": "atr", "period": 14},
        "highest_20": {"indicator": "highest", "period": 20},
        "lowest_10": {"indicator": "lowest", "period": 10},
        "upper": {"indicator": "bollinger", "period": 20, "multiplier": 2, "output": "upper"},
        "signal": {"indicator": "macd", "output": "signal"},
    },
    "enter_long": {
        "all": [
            {"left": "ema_12", "op": "crosses_above", "right": "ema_26"},
            {"left": "sma_50", "op": ">", "right": "sma_200"},
            {"left": "rsi_14", "op": "between", "low": 40, "high": 70},
            {"left": {"divide": ["atr_14", "close"]}, "op": "<", "right": 0.02},
            {"not": {"left": "close", "op": ">", "right": "upper"}},
        ]
    },
    "exit_long": {
        "any": [
            {"left": "close", "op": "<", "right": {"of": "lowest_10", "bars_ago": 1}},
            {"left": "signal", "op": "crosses_below", "right": 0},
            {
                "left": "close",
                "op": ">",
                "right": {"multiply": [1.1, {"of": "highest_20", "bars_ago": 1}]},
            },
        ]
    },
}
VIEWS = {
    "indicators": {"mean": {"indicator": "sma", "period": 10}},
    "enter_long": {
        "all": [
            {"left": "close", "op": ">", "right": {"of": "mean", "timeframe": "1w"}},
            {
                "left": {"of": "close", "symbol": "SPY"},
                "op": ">",
                "right": {"of": "mean", "symbol": "SPY", "timeframe": "1d"},
            },
        ]
    },
}
FIRST = """
from time import perf_counter
from benchmarks.strategies import random_bars
from bitstockerz_lab.strategies import signals, templates
bars, definition = random_bars(2520), templates.get("golden-cross")
start = perf_counter()
signals(definition, bars)
print(perf_counter() - start)
"""


def best_in_turns(times, *works):
    found = [[] for _ in works]
    for _ in range(times):
        for work, taken in zip(works, found, strict=True):
            start = perf_counter()
            work()
            taken.append(perf_counter() - start)
    return [min(taken) for taken in found]


def random_bars(n=BARS, seed=7):
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.005, n)))
    open_ = np.r_[close[0], close[:-1]]
    index = pd.date_range("2012-01-01", periods=n, freq="h", tz="UTC", name="timestamp")
    columns = {
        "open": open_,
        "high": np.maximum(open_, close) * 1.001,
        "low": np.minimum(open_, close) * 0.999,
    }
    bars = pd.DataFrame({**columns, "close": close, "volume": random.uniform(1, 2, n)}, index=index)
    bars.attrs["timeframe"] = "1h"
    return bars


def golden_by_hand(bars):
    fast, slow = bars["close"].rolling(50).mean(), bars["close"].rolling(200).mean()
    above = fast > slow
    below = fast < slow
    earlier_fast, earlier_slow = fast.shift(1), slow.shift(1)
    return pd.DataFrame(
        {
            "long_entry": above & (earlier_fast <= earlier_slow),
            "long_exit": below & (earlier_fast >= earlier_slow),
        }
    )


def ten_and_eight_by_hand(bars):
    """Each indicator once, and nothing computed that nobody reads."""
    high, low, close = bars["high"], bars["low"], bars["close"]
    sma_50, sma_200 = close.rolling(50).mean(), close.rolling(200).mean()
    ema_12, ema_26 = (close.ewm(span=bars, adjust=False).mean() for bars in (12, 26))
    change = close.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-change.clip(upper=0)).ewm(alpha=1 / 14, adjust=False).mean()
    rsi = 100 * gain / (gain + loss)
    before = close.shift()
    true_range = np.maximum(high, before) - np.minimum(low, before)
    atr = true_range.ewm(alpha=1 / 14, adjust=False).mean()
    window = close.rolling(20)
    upper = window.mean() + 2 * window.std(ddof=0)
    signal = (ema_12 - ema_26).ewm(span=9, adjust=False).mean()
    enter = (
        (ema_12 > ema_26)
        & (ema_12.shift() <= ema_26.shift())
        & (sma_50 > sma_200)
        & rsi.between(40, 70)
        & (atr / close < 0.02)
        & (close <= upper)
    )
    leave = (
        (close < low.rolling(10).min().shift())
        | ((signal < 0) & (signal.shift() >= 0))
        | (close > 1.1 * high.rolling(20).max().shift())
    )
    return pd.DataFrame({"long_entry": enter, "long_exit": leave})


def beside_pandas(name, definition, by_hand, bars, warm_up):
    """Print how long both take, and give the ratio."""
    ours, theirs = signals(definition, bars), by_hand(bars)
    differing = (ours[list(theirs)] != theirs)[warm_up:].to_numpy().sum()
    mine, hand = best_in_turns(30, lambda: signals(definition, bars), lambda: by_hand(bars))
    print(f"{name}, {len(bars):,} bars")
    print(
        f"  signals that differ from pandas after {warm_up} bars: {differing} of {ours.sum().sum()}"
    )
    print(f"  signals()        {mine * 1e3:8.2f} ms  {mine / len(bars) * 1e9:6.1f} ns a bar")
    print(f"  pandas by hand   {hand * 1e3:8.2f} ms  {hand / len(bars) * 1e9:6.1f} ns a bar")
    return hand / mine


def wide(conditions):
    """Rules that compare the close with so many of its extremes, whose memory Python can count."""
    periods = range(10, 10 + conditions)
    return Definition.parse(
        {
            "indicators": {f"top_{n}": {"indicator": "highest", "period": n} for n in periods},
            "enter_long": {
                "all": [{"left": "close", "op": "<", "right": f"top_{n}"} for n in periods]
            },
        }
    )


def peak(definition, bars):
    """The most bytes that one evaluation holds at once, its answer included."""
    signals(definition, bars)
    tracemalloc.start()
    signals(definition, bars)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def first_call():
    """Seconds of the first signals() of a process, what it imports and loads included."""
    command = [sys.executable, "-c", FIRST]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(4)]
    return statistics.median(float(run.stdout) for run in runs[1:])  # the first may compile


def main():
    bars = random_bars()
    golden = templates.get("golden-cross")
    ratio = beside_pandas("golden cross", golden, golden_by_hand, bars, 0)
    print(f"  ratio            {ratio:8.2f}")
    many = Definition.parse(TEN_AND_EIGHT)
    # pandas starts its ewm otherwise, which is forgotten after so many bars
    ratio = beside_pandas(
        "ten indicators, eight conditions", many, ten_and_eight_by_hand, bars, 1000
    )
    print(f"  ratio            {ratio:8.2f}     wanted: at least 5")
    narrow, broad = (peak(wide(conditions), bars) / BARS for conditions in (5, 50))
    print("memory: the most held at once; a column of numbers has 8 bytes a bar, one of flags 1")
    print(f"  5 conditions     {narrow:8.0f} bytes a bar, on 5 indicators")
    print(f"  50 conditions    {broad:8.0f} bytes a bar, on 50 indicators")
    looking = Definition.parse(VIEWS)
    others = {"SPY": random_bars(seed=8)}
    (views,) = best_in_turns(10, lambda: signals(looking, bars, others=others))
    print("a view on 1w, another on SPY and one on its days")
    print(f"  signals()        {views * 1e3:8.2f} ms  {views / BARS * 1e9:6.1f} ns a bar")
    text = many.to_json()
    (read,) = best_in_turns(100, lambda: Definition.parse(text))
    print(f"parse + validate ten and eight  {read * 1e3:.2f} ms     wanted: below 2")
    print(f"first signals() of a process, golden cross on 2,520 bars  {first_call() * 1e3:.0f} ms")
    return ratio >= 5 and read < 0.002 and broad < narrow * 1.5


if __name__ == "__main__":
    main()
