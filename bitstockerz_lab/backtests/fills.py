"""What can happen to a position in a bar, compiled: it is entered, stopped, left in parts or whole.

`kernel` says when. These functions are inlined there, so they have no cache of their own.
"""

# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

# Exit reasons: their place in enums.ExitReason.
SIGNAL, MAX_BARS, STOP_LOSS, TRAILING_STOP, RUINED, TAKE_PROFIT, END_OF_DATA, BREAK_EVEN = range(8)
# Sizing methods: their place in enums.SizingMethod.
PERCENT_OF_EQUITY, FIXED_CASH, FIXED_QUANTITY, RISK_PERCENT = range(4)

FLAT, LONG, SHORT = 0, 1, -1
NOTHING = -1
TINY = 1e-9
DAY_NS = 24 * 3600 * 1_000_000_000
YEAR_NS = 365 * DAY_NS

STOP_LOSS_PCT, TRAILING_STOP_PCT, BREAK_EVEN_PCT = range(3)
"""The columns of `stops`; a level of NaN is none."""

TERMS = np.dtype(
    [
        ("initial_equity", np.float64),
        ("fee", np.float64),
        ("fixed_fee", np.float64),
        ("slippage", np.float64),
        ("borrow_rate", np.float64),
        ("lot_size", np.float64),
        ("max_bars", np.int64),
        ("cooldown_bars", np.int64),
        ("max_trades_per_day", np.int64),
        ("method", np.int64),
        ("size", np.float64),
    ]
)
"""Costs as fractions of notional (borrow: a year), counts of bars and trades with 0 for none, and
the sizing."""

POSITION = np.dtype(
    [
        ("side", np.int64),
        ("number", np.int64),
        ("entered", np.float64),
        ("quantity", np.float64),
        ("entry_bar", np.int64),
        ("entry_price", np.float64),
        ("entry_fee", np.float64),
        ("gained", np.float64),
        ("budget", np.float64),
        ("borrow", np.float64),
        ("bars_held", np.int64),
        ("stop_level", np.float64),
        ("trail", np.float64),
        ("break_even", np.float64),
        ("next_target", np.int64),
        ("quiet", np.int64),
        ("peak", np.float64),
    ]
)

TRADE = np.dtype(
    [
        ("position_no", np.int64),
        ("entry_bar", np.int64),
        ("exit_bar", np.int64),
        ("side", np.int64),
        ("entry_price", np.float64),
        ("exit_price", np.float64),
        ("quantity", np.float64),
        ("pnl_abs", np.float64),
        ("exit_reason", np.int64),
        ("bars_held", np.int64),
        ("fees", np.float64),
        ("borrow", np.float64),
    ]
)


@njit(error_model="numpy", nogil=True)
def _size(terms, stops, row, equity, price, side):
    """Return how much an entry at `price` trades, and its budget; rules 6 and 7."""
    unit_cost = price * (1.0 + terms.fee)
    budget = equity
    if terms.method == PERCENT_OF_EQUITY:
        budget = min(equity, equity * terms.size / 100.0)
    elif terms.method == FIXED_CASH:
        budget = min(equity, terms.size)
    elif terms.method == FIXED_QUANTITY:
        budget = min(equity, terms.size * unit_cost + terms.fixed_fee)
    quantity = (budget - terms.fixed_fee) / unit_cost
    if terms.method == FIXED_QUANTITY and budget < equity:
        quantity = terms.size  # exactly, whatever the division leaves behind
    elif terms.method == RISK_PERCENT:
        nearer = np.fmin(stops[row, STOP_LOSS_PCT], stops[row, TRAILING_STOP_PCT])
        exit_price = price * (1.0 - side * nearer / 100.0) * (1.0 - side * terms.slippage)
        loss = side * (price - exit_price) + terms.fee * (price + exit_price)
        at_risk = (equity * terms.size / 100.0 - 2.0 * terms.fixed_fee) / loss
        quantity = min(quantity, at_risk) if loss > 0.0 else 0.0  # NaN where there is no stop
    if terms.lot_size > 0.0:
        lots = np.floor(quantity / terms.lot_size + TINY)
        if lots * terms.lot_size * unit_cost + terms.fixed_fee - budget > TINY * budget:
            lots -= 1.0
        quantity = lots * terms.lot_size
    return quantity, budget


@njit(error_model="numpy", nogil=True)
def enter(position, terms, stops, cash, t, open_, side):
    """Open a position at the open if its size is above nothing; returns the cash left."""
    price, row = open_ * (1.0 + side * terms.slippage), t if len(stops) > 1 else 0
    quantity, budget = _size(terms, stops, row, cash, price, side)
    if not quantity > 0.0:
        return cash
    position.side = side
    position.number += 1
    position.entered = quantity
    position.quantity = quantity
    position.entry_bar = t
    position.entry_price = price
    position.entry_fee = quantity * price * terms.fee + terms.fixed_fee
    position.gained = 0.0
    position.budget = budget
    position.borrow = 0.0
    position.bars_held = 0
    position.stop_level = price * (1.0 - side * stops[row, STOP_LOSS_PCT] / 100.0)
    position.trail = stops[row, TRAILING_STOP_PCT]
    position.break_even = price * (1.0 + side * stops[row, BREAK_EVEN_PCT] / 100.0)
    position.next_target = 0
    position.peak = price
    cash -= side * quantity * price + position.entry_fee
    return 0.0 if abs(cash) <= TINY * budget else cash


@njit(error_model="numpy", nogil=True)
def nearest_stop(position, terms, cash):
    """Return the stop nearest the market and its reason; a tie is the first of them named here."""
    side = position.side
    level, reason = position.stop_level, STOP_LOSS
    trailing = position.peak * (1.0 - side * position.trail / 100.0)
    if not np.isnan(trailing) and (np.isnan(level) or side * (trailing - level) > 0.0):
        level, reason = trailing, TRAILING_STOP
    if side * (position.peak - position.break_even) >= 0.0 and (
        np.isnan(level) or side * (position.entry_price - level) > 0.0
    ):
        level, reason = position.entry_price, BREAK_EVEN
    if side == SHORT:  # where nothing is left after the exit's costs, rule 9
        unit_cost = position.quantity * (1.0 + terms.fee) * (1.0 + terms.slippage)
        ruin = (cash - terms.fixed_fee) / unit_cost
        if np.isnan(level) or ruin < level:
            level, reason = ruin, RUINED
    return level, reason


@njit(error_model="numpy", nogil=True)
def leave(position, terms, cash, t, price, reason, quantity, trade):
    """Close `quantity` of the position at `price` and write its trade; returns the cash then."""
    side = position.side
    whole = quantity == position.quantity
    share = 1.0 if whole else quantity / position.quantity
    entry_fee = position.entry_fee * share
    borrow = position.borrow * share
    exit_fee = quantity * price * terms.fee + terms.fixed_fee
    cash += side * quantity * price - exit_fee
    if reason == RUINED and abs(cash) <= TINY * position.budget:
        cash = 0.0
    trade.position_no = position.number
    trade.entry_bar = position.entry_bar
    trade.exit_bar = t
    trade.side = side
    trade.entry_price = position.entry_price
    trade.exit_price = price
    trade.quantity = quantity
    trade.fees = entry_fee + exit_fee
    trade.borrow = borrow
    gross = side * quantity * (price - position.entry_price)
    trade.pnl_abs = gross - trade.fees - trade.borrow
    trade.exit_reason = reason
    trade.bars_held = position.bars_held
    position.gained += trade.pnl_abs
    position.entry_fee -= entry_fee
    position.borrow -= borrow
    position.quantity -= quantity
    if whole:
        position.side = FLAT
        lost = position.gained < -TINY * position.budget  # not by rounding alone
        position.quiet = terms.cooldown_bars if lost else 0
    return cash


@njit(error_model="numpy", nogil=True)
def take(position, terms, targets, shares, reach, open_, cash, t, trades, n_trades):
    """Close at every target within `reach`, nearest first; returns cash and the count of trades.

    A target at or beyond the open of a position from an earlier bar fills at the open.
    """
    side = position.side
    while position.next_target < len(shares):
        level = position.entry_price * (1.0 + side * targets[position.next_target] / 100.0)
        if not np.isnan(level):
            if not side * (reach - level) >= 0.0:
                break
            price = level if np.isnan(open_) else open_
            quantity = position.entered * shares[position.next_target]
            if position.quantity - quantity <= TINY * position.entered:
                quantity = position.quantity
            trade = trades[n_trades]
            cash = leave(position, terms, cash, t, price, TAKE_PROFIT, quantity, trade)
            n_trades += 1
        position.next_target += 1
        if position.side == FLAT:
            break
    return cash, n_trades


@njit(error_model="numpy", nogil=True)
def next_target(position, aims):
    """Return the level of the nearest target left; NaN if there is none."""
    for place in range(position.next_target, len(aims)):
        if not np.isnan(aims[place]):
            return position.entry_price * (1.0 + position.side * aims[place] / 100.0)
    return np.nan
