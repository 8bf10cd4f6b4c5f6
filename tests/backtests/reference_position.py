"""What the reference simulator knows of a bar, of its settings and of a position.

The other half of ``reference_simulator``, which says how it is to be read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

LONG, SHORT = 1, -1


@dataclass
class Levels:
    """Where to leave, in percent from the entry fill, as given at one bar; None is no such level.

    (25) ``targets`` are (profit_pct, close_pct), nearest first, those of NaN left out.
    """

    stop_loss_pct: float | None
    trailing_stop_pct: float | None
    break_even_pct: float | None
    targets: list[tuple[float, float]]


@dataclass
class Bar:
    """One bar, and what the rules say may be known at its close."""

    open: float
    high: float
    low: float
    close: float
    long_entry: bool
    long_exit: bool
    short_entry: bool
    short_exit: bool
    levels: Levels

    @property
    def missing(self) -> bool:
        # (11) any of the four missing, infinite or ≤ 0
        four = (self.open, self.high, self.low, self.close)
        return any(not math.isfinite(price) or price <= 0 for price in four)


@dataclass
class Settings:
    """The keywords of ``simulate``, rates as fractions."""

    fee: float
    fixed_fee: float
    slippage: float
    borrow: float
    method: str
    amount: float
    lot_size: float
    max_bars: int | None
    cooldown_bars: int | None
    max_trades_per_day: int | None


@dataclass
class PendingEntry:
    """An entry decided at a close; the levels are those of that bar (Levels)."""

    side: int
    levels: Levels


def level_below(price: float, pct: float, side: int) -> float:
    """A level ``pct`` percent on the losing side of a price."""
    return price * (1 - side * pct / 100)


@dataclass
class Position:
    """What is held, from its entry fill to its last exit fill."""

    side: int
    entered: float  # the quantity
    entry_price: float
    entry_bar: int
    entry_fee: float
    budget: float
    levels: Levels
    left: float = field(init=False)
    peak: float = field(init=False)
    targets: list[tuple[float, float]] = field(init=False)  # (level, close_pct) not yet reached
    bars_held: int = 1  # (4) the entry bar is the first
    borrow: float = 0.0  # paid for what is left
    pnl: float = 0.0  # of the parts that have been left

    def __post_init__(self) -> None:
        self.left = self.entered
        self.peak = self.entry_price  # Levels: the first peak is the entry fill
        self.targets = [
            (level_below(self.entry_price, -profit, self.side), share)
            for profit, share in self.levels.targets
        ]

    def lost(self, price: float, level: float) -> bool:
        """Whether a price is at or beyond a level on the losing side."""
        return self.side * (price - level) <= 0

    def gained(self, price: float, level: float) -> bool:
        """Whether a price is at or beyond a level on the winning side."""
        return self.side * (price - level) >= 0

    def stops(self) -> list[tuple[float, str]]:
        """Every stop that follows from the entry and the peak, in the order of a tie (26)."""
        stops = []
        if self.levels.stop_loss_pct is not None:
            level = level_below(self.entry_price, self.levels.stop_loss_pct, self.side)
            stops.append((level, "stop_loss"))
        if self.levels.trailing_stop_pct is not None:
            level = level_below(self.peak, self.levels.trailing_stop_pct, self.side)
            stops.append((level, "trailing_stop"))
        if self.levels.break_even_pct is not None:
            # (26) OPEN: a gain of exactly b percent has gained b percent
            level = level_below(self.entry_price, -self.levels.break_even_pct, self.side)
            if self.gained(self.peak, level):
                stops.append((self.entry_price, "break_even"))
        return stops

    def part(self, share: float) -> float:
        """(25) What a target closes: its share of what was entered, or what is left of it."""
        part = min(self.entered * share / 100, self.left)
        return self.left if self.left - part < 1e-9 * self.entered else part
