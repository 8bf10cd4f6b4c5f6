"""The simulation, one pass over the bars, compiled.

It follows BACKTEST_RULES "Order of events in bar t"; the letters in the comments are its steps.
What is due at a bar's open was decided at the close before it, so orders and levels arrive shifted
by one bar and the kernel itself cannot look ahead. Orders are bits, 64 bars to a word: the next bar
that brings one is found without looking at those between, and bars at which nothing can happen are
passed over in a shorter loop (`_pass_flat`, `_pass_quiet`).

Loops over unsigned positions are vectorised; slices and tuples of arrays are avoided, since each
one counts references, which takes longer than a fill.
"""

# ruff: noqa: ANN001, ANN202, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit, uint64
from numba.cpython.unsafe.numbers import trailing_zeros

from bitstockerz_lab.backtests import sources
from bitstockerz_lab.backtests.fills import (
    DAY_NS,
    END_OF_DATA,
    FLAT,
    LONG,
    MAX_BARS,
    NOTHING,
    SHORT,
    SIGNAL,
    YEAR_NS,
    enter,
    leave,
    nearest_stop,
    next_target,
    take,
)

WORD = 64
"""Bars to a word."""
ENTER_LONG, LEAVE_LONG, ENTER_SHORT, LEAVE_SHORT, MISSING = range(5)
"""The rows of `orders`; the last says which bars are missing."""
ALL_ONES = 2**64 - 1
CHUNK = 16
"""Bars that are looked at together for a touched level."""


@njit(error_model="numpy", nogil=True)
def _has(orders, row, t):
    """Whether a bar's bit is set in a row."""
    return (orders[row, uint64(t >> 6)] >> uint64(t & 63)) & uint64(1) != 0


@njit(error_model="numpy", nogil=True)
def _next(orders, first, second, third, t, last):
    """Return the first bar from t on whose bit is set in one of three rows; at most `last`."""
    at, beyond = uint64(t >> 6), uint64(last >> 6)
    word = orders[first, at] | orders[second, at] | orders[third, at]
    word &= uint64(ALL_ONES) << uint64(t & 63)
    while word == 0:
        at += uint64(1)
        if at > beyond:
            return last
        word = orders[first, at] | orders[second, at] | orders[third, at]
    return min(last, np.int64(at) * 64 + np.int64(trailing_zeros(word)))


@njit(error_model="numpy", nogil=True)
def _wish(orders, t, position, max_bars):
    """Return what the last close decided: the reason to leave, and the side to enter."""
    if position.side == FLAT:
        enters = LONG if _has(orders, ENTER_LONG, t) else FLAT
        return NOTHING, SHORT if _has(orders, ENTER_SHORT, t) else enters
    long = position.side == LONG
    entry = -position.side if _has(orders, ENTER_SHORT if long else ENTER_LONG, t) else FLAT
    if entry != FLAT or _has(orders, LEAVE_LONG if long else LEAVE_SHORT, t):
        return SIGNAL, entry
    return MAX_BARS if 0 < max_bars <= position.bars_held else NOTHING, entry


@njit(error_model="numpy", nogil=True)
def _pass_flat(orders, cash, t, last, equity):
    """Write the equity of the bars from t on that no entry is due at; returns the bar after."""
    after = _next(orders, ENTER_LONG, ENTER_SHORT, ENTER_SHORT, t, last)
    for bar in range(uint64(t), uint64(after)):
        equity[bar] = cash
    return after


@njit(error_model="numpy", nogil=True)
def _touch(low, high, under, over, t, until):
    """Return the first bar from t on whose range touches a level; at most `until`."""
    bar, end, some = uint64(t), uint64(until), uint64(CHUNK)
    while bar + some <= end:
        touched = False
        for step in range(some):
            touched |= (low[bar + step] <= under) | (high[bar + step] >= over)
        if touched:
            break
        bar += some
    while bar < end and not (low[bar] <= under or high[bar] >= over):
        bar += uint64(1)
    return np.int64(bar)


@njit(error_model="numpy", nogil=True)
def _pass_quiet(position, terms, orders, aims, high, low, close, cash, t, last, equity):
    """Write the equity of the bars from t on that a position only goes through.

    Returns the bar after: the next one that may bring a fill, is missing, or is the last.
    """
    side, first = position.side, t
    if side == LONG:
        until = _next(orders, LEAVE_LONG, ENTER_SHORT, MISSING, t, last)
    else:
        until = _next(orders, LEAVE_SHORT, ENTER_LONG, MISSING, t, last)
    if terms.max_bars > 0:
        until = min(until, t + max(0, terms.max_bars - position.bars_held))
    level, _ = nearest_stop(position, terms, cash)
    target = next_target(position, aims)
    if not (np.isnan(position.trail) and np.isnan(position.break_even)):
        while t < until:
            adverse, favourable = (low[t], high[t]) if side == LONG else (high[t], low[t])
            if side * (level - adverse) >= 0.0 or side * (favourable - target) >= 0.0:
                break
            position.peak = side * max(side * position.peak, side * favourable)
            level, _ = nearest_stop(position, terms, cash)
            t += 1
    elif np.isnan(level) and np.isnan(target):
        t = until
    else:
        under, over = (level, target) if side == LONG else (target, level)
        t = _touch(low, high, under, over, t, until)
    signed = side * position.quantity
    for bar in range(uint64(first), uint64(t)):
        equity[bar] = cash + signed * close[bar]
    position.bars_held += t - first
    return t


def _compiled(made_of):  # noqa: C901, PLR0915 - as the function in it
    @njit(cache=True, error_model="numpy", nogil=True)
    def run_kernel(  # noqa: C901, PLR0912, PLR0915 - the order of events reads best in one piece
        stamps, open_, high, low, close, orders, stops, targets, shares, terms, position,
        trades, equity,
    ):  # fmt: skip
        """Simulate bars of int64 nanoseconds and float64 prices.

        `orders`: uint64 of shape (5, n_words), a row each for ENTER_LONG, LEAVE_LONG, ENTER_SHORT,
        LEAVE_SHORT and MISSING, bar t being bit t % 64 of word t // 64.
        `stops`: float64 of shape (n_bars, 3), percent from the entry fill, NaN for none;
        `targets`: float64 of shape (n_bars, n_targets), ascending, NaN for none; both may have one
        row that holds for all bars. `shares`: float64 of shape (n_targets,), the fraction of the
        position each closes; `terms`: one TERMS; `position`: one POSITION to work in, made by the
        caller, since numba frees an array whose record alone is still used; `trades` and `equity`
        are filled: an array of TRADE with room for every exit, and a float64 a bar. Returns the
        number of trades, of skipped entries, of bars with exposure, and whether the account was
        ruined.
        """
        n = len(open_)
        n_trades = skipped = exposed = made_of * 0
        cash = terms.initial_equity
        position.side = FLAT
        position.number = position.quiet = 0
        waiting = NOTHING
        known_close = np.nan
        ruined = False
        aims = np.full(len(shares), np.nan)
        day, entered_today = stamps[0] // DAY_NS, 0
        t, last = -1, n - 1
        while t < last:
            t += 1
            if ruined:
                equity[t:] = cash
                break
            if waiting == NOTHING and position.quiet == 0:
                if position.side == FLAT:
                    t = _pass_flat(orders, cash, t, last, equity)
                elif position.side == LONG or terms.borrow_rate == 0.0:
                    start = t
                    t = _pass_quiet(
                        position, terms, orders, aims, high, low, close, cash, t, last, equity
                    )
                    exposed += t - start
                    known_close = close[t - 1] if t > start else known_close
            gone, fills = _has(orders, MISSING, t), n_trades
            if position.side == SHORT and terms.borrow_rate > 0.0:  # (a)
                elapsed = (stamps[t] - stamps[t - 1]) / YEAR_NS
                paid = position.quantity * known_close * terms.borrow_rate * elapsed
                cash -= paid
                position.borrow += paid
            entry = FLAT
            if waiting == NOTHING:
                waiting, entry = _wish(orders, t, position, terms.max_bars)
            if position.quiet > 0 and not _has(orders, MISSING, t - 1):  # rule 27
                entry = FLAT
                position.quiet -= 1
            if terms.max_trades_per_day > 0 and stamps[t] // DAY_NS != day:
                day, entered_today = stamps[t] // DAY_NS, 0
            if not gone:
                if position.side != FLAT:
                    side = position.side
                    level, reason = nearest_stop(position, terms, cash)
                    if waiting != NOTHING:  # (b)
                        reason, waiting = waiting, NOTHING
                    elif not side * (level - open_[t]) >= 0.0:  # (c) if it is not beyond the open
                        reason = NOTHING
                        cash, n_trades = take(
                            position, terms, aims, shares, open_[t], open_[t], cash, t, trades,
                            n_trades,
                        )  # (d)  # fmt: skip
                    if reason != NOTHING:
                        price = open_[t] * (1.0 - side * terms.slippage)
                        cash = leave(
                            position, terms, cash, t, price, reason, position.quantity,
                            trades[n_trades],
                        )  # fmt: skip
                        n_trades += 1
                        if position.quiet > 0:  # the entry of a reversal out of a loss, rule 27
                            entry = FLAT
                if 0 < terms.max_trades_per_day <= entered_today:  # rule 28
                    entry = FLAT
                if entry != FLAT and cash > 0.0:  # (e)
                    cash = enter(position, terms, stops, cash, t, open_[t], entry)
                    for place in range(len(aims)):
                        aims[place] = targets[t if len(targets) > 1 else 0, place]
                    skipped += position.side == FLAT
                    entered_today += position.side != FLAT
                if position.side != FLAT:
                    side = position.side
                    position.bars_held += 1
                    adverse, favourable = (low[t], high[t]) if side == LONG else (high[t], low[t])
                    level, reason = nearest_stop(position, terms, cash)
                    if side * (level - adverse) >= 0.0:  # (f)
                        # beyond the open only where slippage put a fresh entry's stop there
                        level = side * min(side * level, side * open_[t])
                        price = level * (1.0 - side * terms.slippage)
                        cash = leave(
                            position, terms, cash, t, price, reason, position.quantity,
                            trades[n_trades],
                        )  # fmt: skip
                        n_trades += 1
                    else:
                        cash, n_trades = take(
                            position, terms, aims, shares, favourable, np.nan, cash, t, trades,
                            n_trades,
                        )  # (g)  # fmt: skip
                    if position.side != FLAT:  # (h)
                        position.peak = side * max(side * position.peak, side * favourable)
                known_close = close[t]
            held = position.side != FLAT
            if held and t == last:  # (j), before (i): the last point is after it
                price = known_close * (1.0 - position.side * terms.slippage)
                cash = leave(
                    position, terms, cash, t, price, END_OF_DATA, position.quantity,
                    trades[n_trades],
                )  # fmt: skip
                n_trades += 1
            equity[t] = cash + (
                position.side * position.quantity * known_close if position.side else 0.0
            )  # (i)
            exposed += held or n_trades > fills
            ruined = position.side == FLAT and cash <= 0.0
        return n_trades, skipped, exposed, ruined

    return run_kernel


run_kernel = _compiled(sources.digest("fills.py"))
