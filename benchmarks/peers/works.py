"""What is swept: long while a fast average is above a slow one, all-in, filled at the next open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.backtests import random_bars

INITIAL_EQUITY, FEE_BPS, SLIPPAGE_BPS = 100_000.0, 5.0, 2.0
FEE, SLIPPAGE = FEE_BPS / 1e4, SLIPPAGE_BPS / 1e4
SEED = 20_260


@dataclass(frozen=True, slots=True)
class Work:
    """Every fast with every slow average, on bars of so many symbols."""

    name: str
    bars: int
    fast: tuple[int, ...]
    slow: tuple[int, ...]
    symbols: int = 1
    hourly: bool = False

    @property
    def pairs(self):
        return [(fast, slow) for fast in self.fast for slow in self.slow]

    @property
    def combinations(self):
        return self.symbols * len(self.fast) * len(self.slow)

    @property
    def cells(self):
        return self.bars * self.combinations

    def __str__(self):
        symbols = f"{self.symbols:,} symbols × " if self.symbols > 1 else ""
        runs = len(self.pairs)
        tried = f"{runs:,} combinations" if runs > 1 else "one run"
        return f"{self.name}: {symbols}{tried} × {self.bars:,} {'hours' if self.hourly else 'days'}"

    def tables(self, symbols=None):
        """The bars, a frame for each symbol; `symbols`: only these positions."""
        start = "2012-01-01" if self.hourly else "2010-01-04"
        index = pd.date_range(start, periods=self.bars, freq="h" if self.hourly else "B", tz="UTC")
        positions = range(self.symbols) if symbols is None else symbols
        volatility = 0.004 if self.hourly else 0.012
        return [random_bars(index, volatility, seed=SEED + position) for position in positions]


@dataclass(frozen=True, slots=True)
class Part:
    """What of a work an engine is measured on: evenly spread symbols, evenly spread pairs."""

    work: Work
    symbols: tuple[int, ...]
    pairs: tuple[int, ...]

    @property
    def share(self):
        return len(self.symbols) * len(self.pairs) / self.work.combinations

    @property
    def parameters(self):
        every = self.work.pairs
        return [every[position] for position in self.pairs]


def part(work, symbols=None, pairs=None):
    """So many symbols and pairs of a work; None takes all."""
    return Part(work, spread(work.symbols, symbols), spread(len(work.pairs), pairs))


def spread(count, wanted=None):
    """`wanted` positions below `count`, evenly spread."""
    if wanted is None or wanted >= count:
        return tuple(range(count))
    return tuple(int(place) for place in np.linspace(0, count - 1, wanted).round())


FASTER, SLOWER = tuple(range(5, 30)), tuple(range(30, 70))  # 25 × 40
ONE = Work("W1", 2_520, (20,), (50,))
THOUSAND = Work("W3", 2_520, FASTER, SLOWER)
WORKS = {
    work.name: work
    for work in (
        ONE,
        replace(ONE, name="W2", bars=87_600, hourly=True),
        THOUSAND,
        Work("W4a", 2_520, tuple(range(5, 105)), tuple(range(105, 205))),
        replace(THOUSAND, name="W4b", bars=87_600, hourly=True),
        Work("W5", 2_520, tuple(range(5, 25, 2)), tuple(range(30, 80, 5)), symbols=500),
    )
}


def tiny(work):
    """The same kind of work, but small: what compiles or loads at first does so here."""
    return replace(
        work, bars=300, fast=work.fast[:2], slow=work.slow[:2], symbols=min(2, work.symbols)
    )
