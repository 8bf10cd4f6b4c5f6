"""The simulation, one pass over the bars, compiled.

It follows BACKTEST_RULES "Order of events in bar t"; the letters in the comments are its steps.
What is due at a bar's open was decided at the close before it, so signals and levels arrive shifted
by one bar and the kernel itself cannot look ahead.

numba's cache watches this file only, so everything the kernel calls stands in it.
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

DUE = np.dtype(
    [
        ("enter_long", np.bool_),
        ("leave_long", np.bool_),
        ("enter_short", np.bool_),
        ("leave_short", np.bool_),
        ("stop_loss_pct", np.float64),
        ("trailing_stop_pct", np.float64),
        ("break_even_pct", np.float64),
    ]
)
"""What was decided at the close before a bar; a level of NaN is none. Targets come beside it."""

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
        ("worst", np.float64),
        ("best", np.float64),
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
        ("mae_pct", np.float64),
        ("mfe_pct", np.float64),
        ("bars_held", np.int64),
        ("fees", np.float64),
        ("borrow", np.float64),
    ]
)


@njit(cache=True)
def _size(terms, due, equity, price, side):
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
        nearer = np.fmin(due.stop_loss_pct, due.trailing_stop_pct)
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


@njit(cache=True)
def _enter(position, terms, due, cash, t, open_, side):
    """Open a position at the open if its size is above nothing; returns the cash left."""
    price = open_ * (1.0 + side * terms.slippage)
    quantity, budget = _size(terms, due, cash, price, side)
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
    position.stop_level = price * (1.0 - side * due.stop_loss_pct / 100.0)
    position.trail = due.trailing_stop_pct
    position.break_even = price * (1.0 + side * due.break_even_pct / 100.0)
    position.next_target = 0
    position.peak = price
    position.worst = price
    position.best = price
    cash -= side * quantity * price + position.entry_fee
    return 0.0 if abs(cash) <= TINY * budget else cash


@njit(cache=True)
def _nearest_stop(position, terms, cash):
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


@njit(cache=True)
def _leave(position, terms, cash, t, price, reason, quantity, trade):
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
    worst = side * min(side * position.worst, side * price)
    best = side * max(side * position.best, side * price)
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
    trade.mae_pct = 100.0 * side * (worst / position.entry_price - 1.0)
    trade.mfe_pct = 100.0 * side * (best / position.entry_price - 1.0)
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


@njit(cache=True)
def _take(position, terms, targets, shares, reach, open_, cash, t, trades, n_trades):
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
            cash = _leave(position, terms, cash, t, price, TAKE_PROFIT, quantity, trade)
            n_trades += 1
        position.next_target += 1
        if position.side == FLAT:
            break
    return cash, n_trades


@njit(cache=True)
def _wish(due, position, max_bars):
    """Return what the last close decided: the reason to leave, and the side to enter."""
    if position.side == FLAT:
        return NOTHING, LONG if due.enter_long else SHORT if due.enter_short else FLAT
    long = position.side == LONG
    reverses = due.enter_short if long else due.enter_long
    leaves = due.leave_long if long else due.leave_short
    entry = -position.side if reverses else FLAT
    if reverses or leaves:
        return SIGNAL, entry
    return MAX_BARS if 0 < max_bars <= position.bars_held else NOTHING, entry


@njit(cache=True)
def run_kernel(  # noqa: C901, PLR0912, PLR0915 - the order of events reads best in one piece
    stamps, open_, high, low, close, missing, due, targets, shares, terms, position, trades, equity
):
    """Simulate bars of int64 nanoseconds, float64 prices and boolean `missing`.

    `due`: array of DUE, a row a bar; `targets`: float64 of shape (n_bars, n_targets), percent from
    the entry fill, ascending, NaN for none; `shares`: float64 of shape (n_targets,), the fraction
    of the position each closes; `terms`: one TERMS; `position`: one POSITION to work in, made by
    the caller, since numba frees an array whose record alone is still used; `trades` and `equity`
    are filled: an array of TRADE with room for every exit, and a float64 a bar. Returns the number
    of trades, of skipped entries, of bars with exposure, and whether the account was ruined.
    """
    n = len(open_)
    n_trades = skipped = exposed = 0
    cash = terms.initial_equity
    position.side = FLAT
    position.number = position.quiet = 0
    waiting = NOTHING
    known_close = np.nan
    ruined = False
    aims = np.full(len(shares), np.nan)
    day, entered_today = stamps[0] // DAY_NS, 0
    for t in range(n):
        if ruined:
            equity[t] = cash
            continue
        fills = n_trades
        if position.side == SHORT and terms.borrow_rate > 0.0:  # (a)
            elapsed = (stamps[t] - stamps[t - 1]) / YEAR_NS
            paid = position.quantity * known_close * terms.borrow_rate * elapsed
            cash -= paid
            position.borrow += paid
        entry = FLAT
        if waiting == NOTHING:
            waiting, entry = _wish(due[t], position, terms.max_bars)
        if position.quiet > 0 and not missing[t - 1]:  # rule 27
            entry = FLAT
            position.quiet -= 1
        if stamps[t] // DAY_NS != day:
            day, entered_today = stamps[t] // DAY_NS, 0
        if not missing[t]:
            if position.side != FLAT:
                side = position.side
                level, reason = _nearest_stop(position, terms, cash)
                if waiting != NOTHING:  # (b)
                    reason, waiting = waiting, NOTHING
                elif not side * (level - open_[t]) >= 0.0:  # (c) if it is not beyond the open
                    reason = NOTHING
                    cash, n_trades = _take(
                        position, terms, aims, shares, open_[t], open_[t], cash, t, trades, n_trades
                    )  # (d)
                if reason != NOTHING:
                    price, quantity = open_[t] * (1.0 - side * terms.slippage), position.quantity
                    trade = trades[n_trades]
                    cash = _leave(position, terms, cash, t, price, reason, quantity, trade)
                    n_trades += 1
                    if position.quiet > 0:  # the entry of a reversal out of a loss, rule 27
                        entry = FLAT
            if 0 < terms.max_trades_per_day <= entered_today:  # rule 28
                entry = FLAT
            if entry != FLAT and cash > 0.0:  # (e)
                cash = _enter(position, terms, due[t], cash, t, open_[t], entry)
                aims[:] = targets[t]
                skipped += position.side == FLAT
                entered_today += position.side != FLAT
            if position.side != FLAT:
                side = position.side
                position.bars_held += 1
                adverse, favourable = (low[t], high[t]) if side == LONG else (high[t], low[t])
                level, reason = _nearest_stop(position, terms, cash)
                if side * (level - adverse) >= 0.0:  # (f)
                    # beyond the open only where slippage put a fresh entry's stop there
                    level = side * min(side * level, side * open_[t])
                    price, quantity = level * (1.0 - side * terms.slippage), position.quantity
                    trade = trades[n_trades]
                    cash = _leave(position, terms, cash, t, price, reason, quantity, trade)
                    n_trades += 1
                else:
                    cash, n_trades = _take(
                        position, terms, aims, shares, favourable, np.nan, cash, t, trades, n_trades
                    )  # (g)
                if position.side != FLAT:  # (h)
                    position.peak = side * max(side * position.peak, side * favourable)
                    position.best = side * max(side * position.best, side * favourable)
                    position.worst = side * min(side * position.worst, side * adverse)
            known_close = close[t]
        held = position.side != FLAT
        if held and t == n - 1:  # (j), before (i): the last point is after it
            price = known_close * (1.0 - position.side * terms.slippage)
            trade, quantity = trades[n_trades], position.quantity
            cash = _leave(position, terms, cash, t, price, END_OF_DATA, quantity, trade)
            n_trades += 1
        equity[t] = cash + (
            position.side * position.quantity * known_close if position.side else 0.0
        )  # (i)
        exposed += held or n_trades > fills
        ruined = position.side == FLAT and cash <= 0.0
    return n_trades, skipped, exposed, ruined
