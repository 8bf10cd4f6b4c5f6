"""The inner loops of a sweep, compiled: conditions, simulation and metrics of one combination after
another, in memory that stays in the processor's cache.

The simulation is the one of a single run (`kernel.run_kernel`).
"""

# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit

from bitstockerz_lab.backtests.kernel import POSITION, TRADE, run_kernel

FLAGS, ABOVE, AT_LEAST, CROSSED_ABOVE, NOT_CROSSED_ABOVE, BOTH, EITHER, GROUP = range(8)

METRICS = (
    "final_equity", "max_drawdown_pct", "num_trades", "wins", "losses", "won_pct", "lost_pct",
    "returns", "mean", "variance", "spread", "downside", "skew", "kurtosis", "exposed_bars",
    "traded", "mean_equity", "fees", "borrow", "skipped_entries", "ruined",
)  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def _above(a, x, b, y, out):
    """Write where a column (or a number, where its row is below 0) is above another."""
    n = len(out)
    if len(a) and len(b):
        for t in range(n):
            out[t] = a[t] > b[t]
    elif len(a):
        for t in range(n):
            out[t] = a[t] > y
    elif len(b):
        for t in range(n):
            out[t] = x > b[t]
    else:
        out[:] = x > y


@njit(cache=True, error_model="numpy", nogil=True)
def _at_least(a, x, b, y, out):
    n = len(out)
    if len(a) and len(b):
        for t in range(n):
            out[t] = a[t] >= b[t]
    elif len(a):
        for t in range(n):
            out[t] = a[t] >= y
    elif len(b):
        for t in range(n):
            out[t] = x >= b[t]
    else:
        out[:] = x >= y


@njit(cache=True, error_model="numpy", nogil=True)
def _crossed(a, x, b, y, wanted, out, scratch):
    """Write where a crossed above b, or (not wanted) where it is known that it did not."""
    n = len(out)
    if wanted and len(a) and len(b):
        for t in range(1, n):
            out[t] = (a[t] > b[t]) & (a[t - 1] <= b[t - 1])
        out[0] = 0
        return
    _above(a, x, b, y, out)  # now above
    _at_least(b, y, a, x, scratch)  # not above: both known
    if wanted:
        for t in range(n - 1, 0, -1):
            out[t] &= scratch[t - 1]
    else:
        for t in range(n - 1, 0, -1):
            known = (out[t] | scratch[t]) & (out[t - 1] | scratch[t - 1])
            out[t] = known & ~(out[t] & scratch[t - 1]) & 1
    out[0] = 0


@njit(cache=True, error_model="numpy", nogil=True)
def _decide(steps, rows, values, columns, flag_rows, flags, pile, groups, given):
    """Evaluate a program; `groups[g]` is where group g is true, `given[g]` whether it exists."""
    top = -1
    nothing = columns[0, :0]
    for step in range(len(steps)):
        what, left, right = steps[step, 0], steps[step, 1], steps[step, 2]
        if what == FLAGS:
            top += 1
            pile[top, :] = flags[flag_rows[left]]
        elif what == BOTH:
            top -= 1
            low, high = pile[top], pile[top + 1]
            for t in range(len(low)):
                low[t] &= high[t]
        elif what == EITHER:
            top -= 1
            low, high = pile[top], pile[top + 1]
            for t in range(len(low)):
                low[t] |= high[t]
        elif what == GROUP:
            groups[left, :] = pile[top]
            given[left] = True
            top -= 1
        else:
            top += 1
            a = columns[rows[left]] if rows[left] >= 0 else nothing
            b = columns[rows[right]] if rows[right] >= 0 else nothing
            x, y = values[left], values[right]
            if what == ABOVE:
                _above(a, x, b, y, pile[top])
            elif what == AT_LEAST:
                _at_least(a, x, b, y, pile[top])
            else:
                _crossed(a, x, b, y, what == CROSSED_ABOVE, pile[top], pile[top + 1])


@njit(cache=True, error_model="numpy", nogil=True)
def _order(groups, given, known, orders):
    """Write what each bar's open has to carry out; conflicts solved as `engine.orders_due` does."""
    n = len(orders)
    orders[0] = 0
    if given[2] or given[3]:
        for t in range(n - 1):
            ok = known[t]
            leave_long, leave_short = groups[1, t] & ok, groups[3, t] & ok
            long = groups[0, t] & ok & ~leave_long
            short = groups[2, t] & ok & ~leave_short
            both = long & short
            orders[t + 1] = (
                (long & ~both) | (leave_long << 1) | ((short & ~both) << 2) | (leave_short << 3)
            )
    else:
        for t in range(n - 1):
            leave_long = groups[1, t] & known[t]
            orders[t + 1] = (groups[0, t] & known[t] & ~leave_long) | (leave_long << 1)


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"reassoc", "nnan", "nsz"})
def _deepest(equity, initial):
    """Return the deepest fall from the running peak, as a fraction of it, ≤ 0."""
    deepest, peak, n, t = 0.0, initial, len(equity), 0
    while t < n:
        stop = min(t + 32, n)
        low, high = equity[t], equity[t]
        for i in range(t, stop):
            low = min(low, equity[i])
            high = max(high, equity[i])
        if low / max(peak, high) - 1.0 < deepest:  # else nothing in here falls as deep
            for i in range(t, stop):
                peak = max(peak, equity[i])
                deepest = min(deepest, equity[i] / peak - 1.0)
        peak = max(peak, high)
        t = stop
    return deepest


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"reassoc", "nnan", "nsz"})
def _measure(equity, trades, n_trades, ends, initial, returns, found):
    """Write the METRICS that do not come from the simulation itself."""
    found[0] = equity[-1]
    found[1] = -100.0 * _deepest(equity, initial)
    found[2] = n_trades
    for row in range(n_trades):
        trade = trades[row]
        percent = 100.0 * trade.pnl_abs / (trade.quantity * trade.entry_price)
        if trade.pnl_abs > 0.0:
            found[3] += 1.0
            found[5] += percent
        elif trade.pnl_abs < 0.0:
            found[4] += 1.0
            found[6] += percent
        found[15] += trade.quantity * (trade.entry_price + trade.exit_price)
        found[17] += trade.fees
        found[18] += trade.borrow
    before, days = initial, 0
    if len(ends) == len(equity):
        ruin = False
        for t in range(len(equity)):
            ruin |= equity[t] <= 0.0
        if not ruin:
            returns[0] = equity[0] / initial - 1.0
            for t in range(1, len(equity)):
                returns[t] = equity[t] / equity[t - 1] - 1.0
            days = len(equity)
    if days == 0:
        for place in range(len(ends)):
            point = equity[ends[place]]
            returns[days] = point / before - 1.0
            days += 1
            before = point
            if point <= 0.0:
                break
    total = low = high = 0.0
    low = high = returns[0]
    downside = 0.0
    for day in range(days):
        value = returns[day]
        total += value
        low, high = min(low, value), max(high, value)
        worse = min(value, 0.0)
        downside += worse * worse
    mean = total / days
    second = third = fourth = 0.0
    for day in range(days):
        away = returns[day] - mean
        square = away * away
        second += square
        third += square * away
        fourth += square * square
    found[7] = days
    found[8] = mean
    found[9] = second
    found[10] = high - low
    found[11] = downside
    found[12] = third
    found[13] = fourth
    total = 0.0
    for t in range(len(equity)):
        total += equity[t]
    found[16] = total / len(equity)


@njit(cache=True, error_model="numpy", nogil=True)
def run_block(
    begin, end, first, stamps, open_, high, low, close, missing, known, ends, columns, flags,
    steps, depth, rows, values, flag_rows, level_rows, level_values, shares, terms, found,
):  # fmt: skip
    """Simulate combinations `begin` to `end`; `found` takes a row of METRICS each.

    Columns and flags have all bars, the prices those from `first` on. `rows`, `values`: what lies
    in each slot of the program: a row of `columns`, or (row −1) a number; `flag_rows` likewise.
    `level_rows`, `level_values`: the three stops, then the targets.
    """
    bars, period = columns.shape[1], len(open_)
    pile = np.zeros((depth + 1, bars), np.uint8)
    groups = np.zeros((4, bars), np.uint8)
    given = np.zeros(4, np.bool_)
    orders = np.zeros(bars, np.uint8)
    equity = np.empty(period)
    returns = np.empty(period)
    trades = np.zeros(1024, TRADE)
    positions = np.zeros(1, POSITION)
    n_targets = len(shares)
    moving = False
    for place in range(3 + n_targets):
        moving |= level_rows[begin, place] >= 0
    stops = np.full((period if moving else 1, 3), np.nan)
    targets = np.full((period if moving else 1, n_targets), np.nan)
    for k in range(begin, end):
        _decide(steps, rows[k], values[k], columns, flag_rows[k], flags, pile, groups, given)
        _order(groups, given, known, orders)
        entries = 0
        for t in range(first, bars):
            entries += (orders[t] & 1) | (orders[t] >> 2 & 1)
        if (entries * (n_targets + 1) + 1) > len(trades):
            trades = np.zeros(2 * (entries * (n_targets + 1) + 1), TRADE)
        for place in range(3 + n_targets):
            row, value = level_rows[k, place], level_values[k, place]
            for t in range(len(stops)):
                level = value
                if row >= 0:
                    level = columns[row, first + t - 1] if first + t > 0 else np.nan
                    level = level if level > 0.0 else np.nan
                if place < 3:
                    stops[t, place] = level
                else:
                    targets[t, place - 3] = level
        count, skipped, exposed, ruined = run_kernel(
            stamps, open_, high, low, close, missing, orders[first:], stops, targets, shares,
            terms[k], positions[0], trades, equity,
        )  # fmt: skip
        found[k, :] = 0.0
        found[k, 14] = exposed
        found[k, 19] = skipped
        found[k, 20] = ruined
        _measure(equity, trades, count, ends, terms[k].initial_equity, returns, found[k])
