"""What one simulation adds up to, compiled: the sums that its metrics are made of.

BACKTEST_RULES 16 to 19 and 22. `facts` turns the sums of all combinations into metrics at once.
"""

# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from bitstockerz_lab.backtests.sweep.tails import tail

FACTS = (
    "final_equity", "mean_equity", "deepest", "longest_ns", "num_trades", "wins", "losses",
    "won_pct", "lost_pct", "traded", "total_fees", "total_borrow", "longest_held_days",
    "days", "total", "squares", "cubes", "fourths", "downside", "with_market",
    "tail_low", "tail_high", "exposed_bars", "skipped_entries", "ruined",
)  # fmt: skip
"""The columns of `found`; of daily returns those from "days" to "tail_high"."""
(
    FINAL, MEAN, DEEPEST, LONGEST, TRADES, WINS, LOSSES, WON, LOST, TRADED, FEES, BORROW, HELD,
    DAYS, TOTAL, SQUARES, CUBES, FOURTHS, DOWNSIDE, WITH_MARKET,
    TAIL_LOW, TAIL_HIGH, EXPOSED, SKIPPED, RUINED,
) = range(len(FACTS))  # fmt: skip
CHUNK = 32
BLOCKS = 16


@njit(error_model="numpy", nogil=True, fastmath={"reassoc", "nnan", "nsz"})
def _span(points, first, stop):
    """Return the lowest, the highest and the sum of some points."""
    low = high = points[first]
    total = 0.0
    for t in range(uint64(first), uint64(stop)):
        low = min(low, points[t])
        high = max(high, points[t])
        total += points[t]
    return low, high, total


@njit(error_model="numpy", nogil=True)
def _walk(equity, first, stop, times, before):
    """Go through points one by one; returns what `before` has, as it is after them.

    That is the peak, its bar, the level below which it falls deeper than before, the deepest fall
    and the longest time below a peak.
    """
    peak, at, floor, deepest, longest = before
    for t in range(first, stop):
        point = equity[t]
        if point >= peak:
            if t - at > 1:
                longest = max(longest, times[t + 1] - times[at + 1])
            if point > peak:
                peak, floor = point, point * (1.0 + deepest)
            at = t
        elif point < floor:
            floor, deepest = point, point / peak - 1.0
    return peak, at, floor, deepest, longest


@njit(error_model="numpy", nogil=True)
def _fall(equity, initial, times, found):
    """Write the mean, the deepest fall from a peak and the longest time below one.

    A chunk without a new peak is looked at for its lowest point only. Returns the lowest of all.
    """
    n = len(equity)
    peak, at, floor, deepest, longest, total, lowest = initial, -1, initial, 0.0, 0, 0.0, initial
    for first in range(0, n, CHUNK):
        stop = min(first + CHUNK, n)
        low, high, part = _span(equity, first, stop)
        total += part
        lowest = min(lowest, low)
        if high < peak:
            if low < floor:
                floor, deepest = low, low / peak - 1.0
        elif low == high == peak and at == first - 1:  # nothing is held at a peak
            at = stop - 1
        else:
            peak, at, floor, deepest, longest = _walk(
                equity, first, stop, times, (peak, at, floor, deepest, longest)
            )
    if at < n - 1:
        longest = max(longest, times[n] - times[at + 1])
    found[MEAN] = total / n
    found[DEEPEST] = deepest
    found[LONGEST] = longest
    return lowest


@njit(error_model="numpy", nogil=True)
def _trades(trades, count, day_of, found):
    """Write what the trades add up to."""
    for row in range(count):
        trade = trades[row]
        pnl, percent = trade.pnl_abs, 100.0 * trade.pnl_abs / (trade.quantity * trade.entry_price)
        if pnl > 0.0:
            found[WINS] += 1.0
            found[WON] += percent
        elif pnl < 0.0:
            found[LOSSES] += 1.0
            found[LOST] += percent
        found[TRADED] += trade.quantity * (trade.entry_price + trade.exit_price)
        found[FEES] += trade.fees
        found[BORROW] += trade.borrow
        held = day_of[trade.exit_bar] - day_of[trade.entry_bar]
        found[HELD] = max(found[HELD], held)


@njit(error_model="numpy", nogil=True)
def _returns(equity, ends, initial, lowest, returns):
    """Write the daily returns up to a day of ruin, the first against `initial`.

    Returns how many they are.
    """
    if len(ends) == len(equity) and lowest > 0.0:
        returns[0] = equity[0] / initial - 1.0
        one = uint64(1)
        for t in range(one, uint64(len(equity))):
            returns[t] = equity[t] / equity[t - one] - 1.0
        return len(equity)
    before = initial
    for day in range(len(ends)):
        point = equity[ends[day]]
        returns[day] = point / before - 1.0
        before = point
        if point <= 0.0:
            returns[day + 1 :] = np.nan
            return day + 1
    return len(ends)


@njit(error_model="numpy", nogil=True, fastmath={"reassoc", "nnan", "nsz"})
def _powers(returns, market, first, stop):
    """Return Σr, Σr², Σr³, Σr⁴, Σ min(r, 0)² and Σ r·market of some days."""
    one = two = three = four = down = joint = 0.0
    for day in range(uint64(first), uint64(stop)):
        value = returns[day]
        square = value * value
        worse = min(value, 0.0)
        one += value
        two += square
        three += square * value
        four += square * square
        down += worse * worse
        joint += value * market[day]
    return one, two, three, four, down, joint


@njit(error_model="numpy", nogil=True)
def _days(returns, days, market, edges, sums, found):
    """Write the sums of the daily returns, of each block and of all."""
    found[DAYS] = days
    for block in range(BLOCKS):
        first, stop = min(edges[block], days), min(edges[block + 1], days)
        sums[block, :] = 0.0
        if stop == first:
            continue
        one, two, three, four, down, joint = _powers(returns, market, first, stop)
        sums[block, 0] = stop - first
        sums[block, 1] = one
        sums[block, 2] = two
        sums[block, 3] = three
        sums[block, 4] = four
        found[TOTAL] += one
        found[SQUARES] += two
        found[CUBES] += three
        found[FOURTHS] += four
        found[DOWNSIDE] += down
        found[WITH_MARKET] += joint


@njit(error_model="numpy", nogil=True)
def tally(equity, trades, done, calendar, initial, tails, guess, returns, sums, found):
    """Write the FACTS of one simulation, its daily returns and the sums of their blocks.

    `done`: what `run_kernel` returned. `guess`: where the tails may lie, and then where they do.
    `calendar`: ends (the last bar of each day), day_of (each bar's day), times (nanoseconds: the
    first bar's start, then each bar's end), market (the benchmark's daily returns less their mean),
    edges (of the blocks of days).
    """
    ends, day_of, times, market, edges = calendar
    count, skipped, exposed, ruined = done
    found[:] = 0.0
    found[FINAL] = equity[-1]
    found[TRADES] = count
    found[EXPOSED] = exposed
    found[SKIPPED] = skipped
    found[RUINED] = ruined
    _trades(trades, count, day_of, found)
    lowest = _fall(equity, initial, times, found)
    days = _returns(equity, ends, initial, lowest, returns)
    _days(returns, days, market, edges, sums, found)
    found[TAIL_LOW] = found[TAIL_HIGH] = np.nan
    if tails:
        low = tail(returns, days, 1.0, guess[0])
        high = tail(returns, days, -1.0, guess[1])
        guess[0], guess[1] = low, high  # the next combination's are not far away
        found[TAIL_LOW], found[TAIL_HIGH] = low, -high
