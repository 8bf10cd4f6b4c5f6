"""How often the best of 1,000 combinations is called skill: on noise, and where there is an edge.

Every series is 2,520 days; every sweep 1,000 pairs of averages, without costs, which would only
lower what luck reaches. A verdict of skill on a random walk is false. Seeds are fixed.

python -m benchmarks noise
python -m benchmarks.noise 5 50   five series of each kind, about fifty combinations
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

import bitstockerz_lab as bz
from bitstockerz_lab.measures.honest.sharpe_tests import (
    CONFIDENCE,
    Moments,
    deflated_sharpe,
    expected_maximum,
    minimum_track_record,
)
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma

SERIES = 100
DAYS = 2_520
FAST, SLOW = range(2, 27), range(30, 230, 5)
DAILY = 0.2 / np.sqrt(252)
"""20 % a year."""
COMBINATIONS = len(FAST) * len(SLOW)
MOST_FALSE = 0.05
KINDS = {
    # what: yearly drift, daily drift of a trend over its deviation, seed
    "no drift": (0.0, 0.0, 1),
    "7.5 % a year": (0.075, 0.0, 2),
    "weak trends": (0.0, 0.05, 3),
    "clear trends": (0.0, 0.2, 4),
    "strong trends": (0.0, 0.4, 5),
}
TREND_DAYS = 60


def walk(drift, trend, random):
    """Return bars of a walk; with a trend it goes up, then down, for about 60 days each."""
    turns = np.cumsum(random.random(DAYS) < 1 / TREND_DAYS)
    steps = random.normal(np.log1p(drift) / 252, DAILY, DAYS)
    steps = steps + trend * DAILY * np.where(turns % 2, -1.0, 1.0)
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.append(100.0, close[:-1])
    index = pd.date_range("2010-01-01", periods=DAYS, tz="UTC", name="timestamp")
    columns = {
        "open": opened,
        "high": np.maximum(opened, close),
        "low": np.minimum(opened, close),
        "close": close,
        "volume": 1e6,
    }
    return pd.DataFrame(columns, index=index)


def rules():
    """Return a cross of two averages."""
    fast, slow = sma(bz.parameter("fast", 10)), sma(bz.parameter("slow", 50))
    return bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))


def judged(kind, series, grid):
    """Return a row a series: what each test says of the sweep's winner."""
    drift, trend, seed = KINDS[kind]
    found = []
    for seeds in np.random.SeedSequence(seed).spawn(series):
        bars = walk(drift, trend, np.random.default_rng(seeds))
        sweep = bz.sweep(rules(), bars, grid=grid, asset_type="EQUITY")
        verdict = sweep.verdict()
        numbers = (verdict.probabilistic, verdict.deflated, verdict.deflated_over_benchmark)
        says = [number is not None and number > CONFIDENCE for number in numbers]
        found.append([*says, verdict.skill, 0.0 if verdict.sharpe is None else verdict.sharpe])
    columns = ["PSR", "DSR", "DSR over hold", "skill", "sharpe"]
    return pd.DataFrame(found, columns=columns)


def published():
    """Print the answers of the papers beside ours."""
    sharpe = Moments(days=1250, sharpe=2.5 / np.sqrt(250), skew=-3, kurtosis=10)
    luck, deflated = expected_maximum(100, 0.5 / 250, 1250), deflated_sharpe(sharpe, 100, 0.5 / 250)
    needed = minimum_track_record(Moments(0, 2 / np.sqrt(252)), 1 / np.sqrt(252)) / 252
    print(f"Bailey & Lopez de Prado 2014: SR0 0.1132, here {luck:.4f}; DSR 0.9004, ", end="")
    print(f"here {deflated:.4f}. 2012: MinTRL 2.73 years, here {needed:.2f}.")
    return (round(luck, 4), round(deflated, 4), round(needed, 2)) == (0.1132, 0.9004, 2.73)


def main(series=SERIES, combinations=COMBINATIONS):
    """Print shares of series whose winner is called skill; whether the false ones are few."""
    right = published()
    share = min(1.0, (combinations / COMBINATIONS) ** 0.5)
    grid = {
        name: list(values)[: max(2, round(share * len(values)))]
        for name, values in {"fast": FAST, "slow": SLOW}.items()
    }
    tried = len(grid["fast"]) * len(grid["slow"])
    print(f"{series} series of each kind, {DAYS:,} days, {tried:,} combinations; shares above 95 %")
    print(f"{'series':15}{'PSR':>8}{'DSR':>8}{'over hold':>11}{'SKILL':>8}  winner's yearly Sharpe")
    few = right
    for kind, (_, trend, _) in KINDS.items():
        began = time.perf_counter()
        found = judged(kind, series, grid)
        psr, dsr, over, skill = (100 * found[name].mean() for name in found.columns[:4])
        yearly = found["sharpe"].median() * np.sqrt(252)
        print(f"{kind:15}{psr:7.0f} %{dsr:6.0f} %{over:9.0f} %{skill:6.0f} %  {yearly:.2f}", end="")
        print(f"   ({time.perf_counter() - began:.0f} s)", flush=True)
        few &= bool(trend) or skill <= 100 * MOST_FALSE
    return few


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
