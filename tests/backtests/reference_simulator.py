"""The backtest rules once more, in plain Python: the other half of an independent check.

Written from the rules of backtests alone, never from the engine. Bar by bar, with floats and
small objects, so that a person can read it beside the rules; speed is no aim. The numbers in
brackets are the rules' numbers, the letters the order of events in a bar. ``OPEN`` marks a corner
the rules do not settle word for word, with the reading taken here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bitstockerz_lab.errors import DefinitionError

from .reference_position import (
    LONG,
    SHORT,
    Bar,
    Levels,
    PendingEntry,
    Position,
    Settings,
    level_below,
)

# fmt: off
TRADE_COLUMNS = [
    "entry_time", "exit_time", "side", "entry_price", "exit_price", "quantity", "pnl_abs",
    "pnl_pct", "exit_reason", "bars_held", "fees", "borrow", "position_no",
]
# fmt: on


@dataclass
class ReferenceResult:
    """What the reference simulator hands back, under the names ``simulate`` uses."""

    trades: pd.DataFrame
    equity: pd.Series
    skipped_entries: int
    ruined: bool


def market_price(price: float, buys: bool, settings: Settings) -> float:
    """(5) An open or a level, worsened by slippage."""
    return price * (1 + settings.slippage) if buys else price * (1 - settings.slippage)


@dataclass
class ReferenceSimulator:
    """The state between two bars."""

    bars: list[Bar]
    times: list[pd.Timestamp]
    settings: Settings
    cash: float
    position: Position | None = None
    pending_exit: str | None = None
    pending_entry: PendingEntry | None = None
    last_close: float = math.nan
    ruined: bool = False
    skipped_entries: int = 0
    entered: int = 0
    entered_on: Counter[Any] = field(default_factory=Counter)
    closes_to_cool: int = 0
    trades: list[list[Any]] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Walk the bars, first to last."""
        for t, bar in enumerate(self.bars):
            if not self.ruined:
                self.pay_borrow(t)  # (a); OPEN: also on a missing bar, "at each bar"
                if bar.missing:
                    self.pending_entry = None  # (11) an entry lapses, an exit waits
                else:
                    self.trade_at_the_open(t, bar)
                    self.trade_inside_the_bar(t, bar)
                    self.last_close = bar.close
                    self.decide_at_the_close(bar)
            if t == len(self.bars) - 1 and self.position is not None:
                self.close_at_the_end(t)  # (j)
            self.equity.append(self.mark_to_market())  # (i)

    def mark_to_market(self) -> float:
        """Cash and what the position is worth at the last known close (11)."""
        if self.position is None:
            return self.cash
        return self.cash + self.position.side * self.position.left * self.last_close

    def pay_borrow(self, t: int) -> None:
        """(8) A short pays for the time since the previous stamp, missing bars included."""
        held = self.position
        if held is None or held.side == LONG or t <= held.entry_bar:
            return
        days = (self.times[t] - self.times[t - 1]) / pd.Timedelta(days=1)
        due = held.left * self.last_close * self.settings.borrow * days / 365
        self.cash -= due
        held.borrow += due

    def trade_at_the_open(self, t: int, bar: Bar) -> None:
        """(b) to (e)."""
        held = self.position
        if held is not None:
            level, reason = self.stop_of(held)
            if self.pending_exit is not None:  # (b)
                self.exit(t, bar.open, self.pending_exit, slipped=True)
            elif held.lost(bar.open, level):  # (c)
                self.exit(t, bar.open, reason, slipped=True)
            else:
                self.leave_at_targets(t, bar.open, at_open=True)  # (d)
                held.bars_held += 1
        self.pending_exit = None
        if self.pending_entry is not None:
            self.enter(t, bar.open, self.pending_entry)  # (e)
        self.pending_entry = None

    def trade_inside_the_bar(self, t: int, bar: Bar) -> None:
        """(f) to (h)."""
        held = self.position
        if held is None:
            return
        level, reason = self.stop_of(held)
        worst, best = (bar.low, bar.high) if held.side == LONG else (bar.high, bar.low)
        if held.lost(worst, level):  # (f) the stop wins
            # A fresh entry's stop beyond the open fills at that open. OPEN: so does the price of
            # ruin of what (d) left over, where the costs of (d) put it beyond the open.
            price = bar.open if held.lost(bar.open, level) else level
            self.exit(t, price, reason, slipped=True)
            return
        self.leave_at_targets(t, best, at_open=False)  # (g)
        further = max if held.side == LONG else min
        held.peak = further(held.peak, best)  # (h)

    def leave_at_targets(self, t: int, reached: float, *, at_open: bool) -> None:
        """(25) Every target up to the price reached, nearest first, without slippage."""
        held = self.position
        assert held is not None
        while self.position is held and held.targets:
            level, share = held.targets[0]
            if not held.gained(reached, level):
                return
            del held.targets[0]  # once
            price = reached if at_open else level
            self.exit(t, price, "take_profit", slipped=False, quantity=held.part(share))

    def stop_of(self, held: Position) -> tuple[float, str]:
        """The effective stop: the one nearer the market, the first of several at one price (26)."""
        stops = held.stops()
        if held.side == SHORT:  # (9); OPEN: of what is left and of the cash after each part
            cost = held.left * (1 + self.settings.fee) * (1 + self.settings.slippage)
            stops.append(((self.cash - self.settings.fixed_fee) / cost, "ruined"))
        nearest = (-held.side * math.inf, "")
        for level, reason in stops:
            if held.side * (level - nearest[0]) > 0:
                nearest = (level, reason)
        return nearest

    def enter(self, t: int, price: float, order: PendingEntry) -> None:
        """(6) (7) Size an entry and fill it."""
        most = self.settings.max_trades_per_day
        day = self.times[t].date()
        if most is not None and self.entered_on[day] >= most:
            return  # (28) OPEN: void before it is sized, so it is not a skipped one either
        fill = market_price(price, buys=order.side == LONG, settings=self.settings)
        quantity, budget = self.size(fill, order)
        if quantity <= 0:
            self.skipped_entries += 1
            return
        check_ascent([profit for profit, _ in order.levels.targets])
        fee = self.settings.fee * quantity * fill + self.settings.fixed_fee
        self.cash -= order.side * quantity * fill + fee
        if abs(self.cash) <= 1e-9 * budget:  # (7)
            self.cash = 0.0
        self.position = Position(order.side, quantity, fill, t, fee, budget, order.levels)
        self.entered += 1
        self.entered_on[day] += 1

    def size(self, fill: float, order: PendingEntry) -> tuple[float, float]:
        """(6) (7) Quantity and budget of an entry at a slipped fill price; equity is cash here."""
        costs, equity = self.settings, self.cash
        with_fee = fill * (1 + costs.fee)
        if costs.method == "percent_of_equity":
            budget = equity * costs.amount / 100
        elif costs.method == "fixed_cash":
            budget = costs.amount
        elif costs.method == "fixed_quantity":
            budget = costs.amount * with_fee + costs.fixed_fee
        else:
            budget = equity
        budget = min(equity, budget)
        quantity = (budget - costs.fixed_fee) / with_fee
        if costs.method == "risk_percent":
            risked = equity * costs.amount / 100 - 2 * costs.fixed_fee
            quantity = min(quantity, risked / self.loss_per_unit(fill, order))
        if costs.lot_size > 0:  # (7)
            lots = math.floor(quantity / costs.lot_size + 1e-9)
            if lots * costs.lot_size * with_fee + costs.fixed_fee > budget + 1e-9 * budget:
                lots -= 1
            quantity = lots * costs.lot_size
        return quantity, budget

    def loss_per_unit(self, fill: float, order: PendingEntry) -> float:
        """(6) What one unit loses at the nearer stop, exit slippage and both fees included.

        OPEN: a signal bar at which per-bar stops give neither level has no size: the entry is
        skipped and counted.
        """
        stops = (order.levels.stop_loss_pct, order.levels.trailing_stop_pct)
        pcts = [pct for pct in stops if pct is not None]
        if not pcts:
            return math.inf
        level = level_below(fill, min(pcts), order.side)
        left = market_price(level, buys=order.side == SHORT, settings=self.settings)
        return order.side * (fill - left) + self.settings.fee * (fill + left)

    def exit(
        self, t: int, price: float, reason: str, *, slipped: bool, quantity: float | None = None
    ) -> None:
        """(5) Fill an exit of all that is left or of a part of it, write the trade down (12)."""
        held, costs = self.position, self.settings
        assert held is not None
        if quantity is None:
            quantity = held.left
        fill = market_price(price, buys=held.side == SHORT, settings=costs) if slipped else price
        fee = costs.fee * quantity * fill + costs.fixed_fee
        self.cash += held.side * quantity * fill - fee
        if abs(self.cash) <= 1e-9 * held.budget:  # (7) (9); OPEN: the B of this position's entry
            self.cash = 0.0
        fees = held.entry_fee * quantity / held.entered + fee  # (12)
        # (12) OPEN: a part takes its share of the borrow paid until then, since what is paid later
        # is paid for the others and is not known when it fills
        borrow = held.borrow * quantity / held.left
        pnl = held.side * quantity * (fill - held.entry_price) - fees - borrow
        self.trades.append(
            [
                self.times[held.entry_bar],
                self.times[t],
                "LONG" if held.side == LONG else "SHORT",
                held.entry_price,
                fill,
                quantity,
                pnl,
                100 * pnl / (quantity * held.entry_price),  # (18)
                reason,
                # the bar of an exit at its open is no bar held, that of any other exit is
                held.bars_held,
                fees,
                borrow,
                self.entered,
            ]
        )
        held.pnl += pnl
        held.borrow -= borrow
        if quantity < held.left:
            held.left -= quantity
            return
        self.position = None
        if self.cash <= 0:  # (9) OPEN: an entry dropped by ruin is not a skipped one
            self.ruined = True
            self.pending_entry = None
        if costs.cooldown_bars is not None and held.pnl < -1e-9 * held.budget:  # (27)
            self.closes_to_cool = costs.cooldown_bars
            self.pending_entry = None  # of a reversal

    def decide_at_the_close(self, bar: Bar) -> None:
        """(1) (3) (4) Turn the signals of bar t into orders for the next open."""
        if self.ruined:
            return
        long_entry = bar.long_entry and not bar.long_exit
        short_entry = bar.short_entry and not bar.short_exit
        if long_entry and short_entry:
            long_entry = short_entry = False
        if self.closes_to_cool > 0:  # (27)
            self.closes_to_cool -= 1
            long_entry = short_entry = False
        held = self.position
        if held is not None:
            leaves = bar.long_exit if held.side == LONG else bar.short_exit
            opposite = short_entry if held.side == LONG else long_entry
            if leaves or opposite:
                self.pending_exit = "signal"
            elif self.settings.max_bars is not None and held.bars_held >= self.settings.max_bars:
                self.pending_exit = "max_bars"
            long_entry = long_entry and held.side == SHORT
            short_entry = short_entry and held.side == LONG
        if long_entry or short_entry:
            self.pending_entry = PendingEntry(LONG if long_entry else SHORT, bar.levels)

    def close_at_the_end(self, t: int) -> None:
        """(10) OPEN: stamped with the last bar, also where that bar is missing."""
        self.exit(t, self.last_close, "end_of_data", slipped=True)


Targets = Sequence[tuple["float | pd.Series", float]]


def per_bar(value: float | pd.Series | None, count: int) -> list[float | None]:
    """A stop as one value a bar; OPEN: NaN in a series means no such stop at that bar."""
    values = [value] * count if value is None or not hasattr(value, "tolist") else value.tolist()
    return [None if pct is None or math.isnan(pct) else float(pct) for pct in values]


def targets_per_bar(targets: Targets, count: int) -> list[list[tuple[float, float]]]:
    """(25) The targets of each bar, without those of NaN, whose share nobody takes over."""
    if sum(share for _, share in targets) > 100 * (1 + 1e-12):
        raise DefinitionError("targets close more than the position")
    columns = [(per_bar(profit, count), share) for profit, share in targets]
    rows = [
        [(column[t], share) for column, share in columns if column[t] is not None]
        for t in range(count)
    ]
    check_ascent([profit for profit, _ in targets if not hasattr(profit, "tolist")])
    return rows


def check_ascent(profits: list[float]) -> None:
    """(25) Refuse targets that are not nearest first: fixed ones always, others at an entry."""
    if sorted(set(profits)) != profits:
        raise DefinitionError("targets do not ascend")


def reference_simulate(
    bars: pd.DataFrame,
    long_entries: pd.Series,
    long_exits: pd.Series,
    short_entries: pd.Series | None = None,
    short_exits: pd.Series | None = None,
    *,
    initial_equity: float = 100_000,
    fee_bps: float = 0,
    fixed_fee: float = 0,
    slippage_bps: float = 0,
    sizing: tuple[str, float] = ("percent_of_equity", 100),
    stop_loss_pct: float | pd.Series | None = None,
    take_profit_pct: float | pd.Series | None = None,
    trailing_stop_pct: float | pd.Series | None = None,
    break_even_pct: float | pd.Series | None = None,
    targets: Targets | None = None,
    max_bars: int | None = None,
    cooldown_bars: int | None = None,
    max_trades_per_day: int | None = None,
    lot_size: float = 0,
    borrow_bps: float = 0,
    asset_type: str = "EQUITY",  # noqa: ARG001 - of the metrics, which are not computed here
) -> ReferenceResult:
    """Simulate as ``bz.simulate`` does, without metrics."""
    method, amount = sizing
    if method == "risk_percent" and stop_loss_pct is None and trailing_stop_pct is None:
        raise DefinitionError("risk_percent needs a stop")  # (6)
    if targets is not None and take_profit_pct is not None:
        raise DefinitionError("take_profit_pct and targets")  # (25)
    if targets is None:
        targets = [] if take_profit_pct is None else [(take_profit_pct, 100)]
    count = len(bars)
    never = pd.Series([False] * count)
    signals = (long_entries, long_exits, short_entries, short_exits)
    stops = (stop_loss_pct, trailing_stop_pct, break_even_pct)
    levels = zip(
        *(per_bar(pct, count) for pct in stops), targets_per_bar(targets, count), strict=True
    )
    rows = zip(
        *(bars[name].tolist() for name in ("open", "high", "low", "close")),
        *((never if signal is None else signal).tolist() for signal in signals),
        (Levels(*row) for row in levels),
        strict=True,
    )
    settings = Settings(
        fee_bps / 1e4,
        fixed_fee,
        slippage_bps / 1e4,
        borrow_bps / 1e4,
        method,
        amount,
        lot_size,
        max_bars,
        cooldown_bars,
        max_trades_per_day,
    )
    walk = [Bar(*row) for row in rows]
    simulator = ReferenceSimulator(walk, list(bars.index), settings, float(initial_equity))
    simulator.run()
    return ReferenceResult(
        trades=pd.DataFrame(simulator.trades, columns=TRADE_COLUMNS),
        equity=pd.Series(simulator.equity, index=bars.index, name="equity"),
        skipped_entries=simulator.skipped_entries,
        ruined=simulator.ruined,
    )
