"""What a simulation adds up to that is all in or all out by signals alone, from trade to trade.

`run_kernel` and `tally` go from bar to bar; they are the reference, and what differs is rounding.
While all the money is in a symbol, a day's return is the symbol's own and equity is its close
times a number, so what a holding period adds up to is a difference of running sums, made once for
all combinations (`running`, which says why nothing is lost in it), and what it does to the peak
is told by the lowest and the highest closes of many bars at once. Only days with a fill are
computed, as `tally` does. So a combination takes as long as it has trades, not bars.

It may be taken where `Scheme.plain` and `Layout.plain` say so: no short side, no levels, counts,
lots or fixed fees, and no missing bars. Prices are above 0 and fees below 1, so the account is
never ruined and no entry is skipped.

What has arrays is inlined or has one way out: otherwise each call counts references, as long as a
trade takes.
"""

# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit, uint64
from numba.cpython.unsafe.numbers import trailing_zeros

from bitstockerz_lab.backtests.kernel import ENTER_LONG, LEAVE_LONG
from bitstockerz_lab.backtests.sweep.running import DOWN, FOUR, JOINT, between
from bitstockerz_lab.backtests.sweep.tails import tail
from bitstockerz_lab.backtests.sweep.tally import (
    BLOCKS,
    CUBES,
    DAYS,
    DEEPEST,
    DOWNSIDE,
    EXPOSED,
    FEES,
    FINAL,
    FOURTHS,
    HELD,
    LONGEST,
    LOSSES,
    LOST,
    MEAN,
    SQUARES,
    TAIL_HIGH,
    TAIL_LOW,
    TOTAL,
    TRADED,
    TRADES,
    WINS,
    WITH_MARKET,
    WON,
)

LEAST_CASH = 1e-150
"""With less, `fills.enter` cannot tell a rest of rounding from money."""
LEAST_SQUARE = 1e-10
"""Where the mean square of returns is smaller, the rounding of a return is seen in the metrics."""
LEAST_SHARE = 1e-16
"""Fourth powers that are a smaller part of all the symbol's may be lost in their running sum."""


@njit(error_model="numpy", nogil=True)
def _due(orders, row, t, n):
    """Return the first bar from t on whose bit is set in a row; n if there is none."""
    if t >= n:
        return n
    at, last = uint64(t >> 6), uint64((n - 1) >> 6)
    word = (orders[row, at] >> uint64(t & 63)) << uint64(t & 63)
    while word == 0:
        at += uint64(1)
        if at > last:
            return n
        word = orders[row, at]
    return min(n, np.int64(at) * 64 + np.int64(trailing_zeros(word)))


@njit(error_model="numpy", nogil=True, inline="always")
def _rest(cash, first, stop, times, mark):
    """Go through bars at which nothing is held; returns `mark` as it is after them.

    That is the peak, its bar, the deepest equity over a peak and the longest time below one.
    """
    peak, at, deepest, longest = mark
    if cash >= peak:
        if first - at > 1:
            longest = max(longest, times[first + 1] - times[at + 1])
        peak, at = cash, stop - 1
    elif cash < deepest * peak:
        deepest = cash / peak
    return peak, at, deepest, longest


@njit(error_model="numpy", nogil=True, inline="always")
def _extremes(close, low, high, first, stop):
    """Return the lowest and the highest close of some bars."""
    level = 2 if stop - first >= 64 else 1 if stop - first >= 16 else 0  # noqa: PLR2004 - 4^k bars
    wide, t = 4 << (2 * level), first
    if stop - first < wide:
        lowest = highest = close[first]
        for bar in range(first + 1, stop):
            lowest, highest = min(lowest, close[bar]), max(highest, close[bar])
    else:
        lowest, highest = low[level, stop - wide], high[level, stop - wide]
        while t < stop - wide:  # a range of steps would divide
            lowest, highest = min(lowest, low[level, t]), max(highest, high[level, t])
            t += wide
    return lowest, highest


@njit(error_model="numpy", nogil=True)
def _hold(close, low, high, first, stop, quantity, times, mark):
    """Go through bars at which the symbol is held; returns `mark` as it is after them."""
    peak, at, deepest, longest = mark
    lowest, highest = _extremes(close, low, high, first, stop)
    t = first
    if quantity * highest < peak:
        if quantity * lowest < deepest * peak:
            deepest = quantity * lowest / peak
        t = stop
    while t < stop:
        until = min(t + 16, stop)
        if t + 16 == until and quantity * high[1, t] < peak:
            if quantity * low[1, t] < deepest * peak:
                deepest = quantity * low[1, t] / peak
            t = until
        while t < until:
            point = quantity * close[t]
            if point >= peak:
                if t - at > 1:
                    longest = max(longest, times[t + 1] - times[at + 1])
                peak, at = point, t
            elif point < deepest * peak:
                deepest = point / peak
            t += 1
    return peak, at, deepest, longest


@njit(error_model="numpy", nogil=True)
def _day(value, market, block, sums, found):
    """Add the return of a day with a fill, or of the first one after it."""
    square, worse = value * value, min(value, 0.0)
    sums[block, 1] += value
    sums[block, 2] += square
    sums[block, 3] += square * value
    sums[block, 4] += square * square
    found[DOWNSIDE] += worse * worse
    found[WITH_MARKET] += value * market


@njit(error_model="numpy", nogil=True)
def _days(first, stop, daily, block_of, edges, sums, found):
    """Add the returns of days through which the symbol is held."""
    found[DOWNSIDE] += between(daily, first, stop, DOWN)
    found[WITH_MARKET] += between(daily, first, stop, JOINT)
    while first < stop:
        block = block_of[first]
        until = min(stop, edges[block + 1])
        for power in range(4):
            sums[block, power + 1] += between(daily, first, until, power)
        first = until


@njit(error_model="numpy", nogil=True)
def _trade(quantity, price, out, fee, span, found):
    """Add a trade of so many bars and days; returns the cash after it, reckoned as in `fills`."""
    entry_fee, exit_fee = quantity * price * fee, quantity * out * fee
    pnl = quantity * (out - price) - (entry_fee + exit_fee)
    percent = 100.0 * pnl / (quantity * price)
    if pnl > 0.0:
        found[WINS] += 1.0
        found[WON] += percent
    elif pnl < 0.0:
        found[LOSSES] += 1.0
        found[LOST] += percent
    found[TRADES] += 1.0
    found[EXPOSED] += span[0]
    found[HELD] = max(found[HELD], float(span[1]))
    found[TRADED] += quantity * (price + out)
    found[FEES] += entry_fee + exit_fee
    return quantity * out - exit_fee


@njit(error_model="numpy", nogil=True)
def _begin(edges, tails, returns, sums, found):
    """Write what there is before the first bar."""
    found[:] = 0.0
    if tails:
        returns[:] = 0.0
    for block in range(BLOCKS):
        sums[block, :] = 0.0
        sums[block, 0] = edges[block + 1] - edges[block]


@njit(error_model="numpy", nogil=True)
def _finish(cash, total, mark, n, times, days, tails, guess, returns, sums, found):
    """Write what is known after the last bar."""
    _, at, deepest, longest = mark
    if at < n - 1:
        longest = max(longest, times[n] - times[at + 1])
    found[FINAL], found[MEAN], found[DAYS] = cash, total / n, days
    found[DEEPEST], found[LONGEST] = deepest - 1.0, longest
    for block in range(BLOCKS):
        found[TOTAL] += sums[block, 1]
        found[SQUARES] += sums[block, 2]
        found[CUBES] += sums[block, 3]
        found[FOURTHS] += sums[block, 4]
    found[TAIL_LOW] = found[TAIL_HIGH] = np.nan
    if tails:
        low, high = tail(returns, days, 1.0, guess[0]), tail(returns, days, -1.0, guess[1])
        guess[0], guess[1] = low, high
        found[TAIL_LOW], found[TAIL_HIGH] = low, -high


@njit(error_model="numpy", nogil=True)
def _exact(found, fourths):
    """Whether no rounding is seen; `fourths` is the sum of all the symbol's."""
    return found[TRADES] == 0.0 or (
        LEAST_SQUARE * found[EXPOSED] <= found[SQUARES] < np.inf
        and found[FOURTHS] >= LEAST_SHARE * fourths
    )


@njit(error_model="numpy", nogil=True)
def all_in(
    orders, open_, close, calendar, running, term, tails, guess, returns, sums, found
):  # fmt: skip
    """Write the FACTS and block sums of one simulation, as `run_kernel` and `tally` would.

    `calendar`, `tails`, `guess`, `returns` (a row to work in): see `tally`; `running`: what
    `running_sums` returned. Returns whether they are as exact; otherwise they are not to be used.
    """
    ends, day_of, times, market, edges = calendar
    daily, held, low, high, own, block_of = running
    n, days, slippage = len(close), len(ends), term.slippage
    _begin(edges, tails, returns, sums, found)
    cash = before = term.initial_equity  # before: the equity at the end of the day before `day`
    mark, total, day, free, over = (cash, -1, 1.0, 0), 0.0, 0, 0, False
    while True:
        entry = n if over else _due(orders, ENTER_LONG, free, n)
        if entry > free:
            total += cash * (entry - free)
            mark = _rest(cash, free, entry, times, mark)
            after = day_of[entry] if entry < n else days
            if after > day:
                value = cash / before - 1.0
                _day(value, market[day], block_of[day], sums, found)
                if tails:
                    returns[day] = value
                before, day = cash, after
        if entry == n or cash < LEAST_CASH:
            break
        price = open_[entry] * (1.0 + slippage)
        quantity = min(cash, cash * term.size / 100.0) / (price * (1.0 + term.fee))
        leave = _due(orders, LEAVE_LONG, entry + 1, n)
        over, free = leave == n, min(leave, n - 1)  # the last point is after the position is closed
        if free > entry:
            total += quantity * between(held, entry, free, 0)
            mark = _hold(close, low, high, entry, free, quantity, times, mark)
            if day_of[free] > day:
                value = quantity * close[ends[day]] / before - 1.0
                _day(value, market[day], block_of[day], sums, found)
                if tails:
                    returns[day] = value
                    returns[day + 1 : day_of[free]] = own[day + 1 : day_of[free]]
                _days(day + 1, day_of[free], daily, block_of, edges, sums, found)
                before, day = quantity * close[ends[day_of[free] - 1]], day_of[free]
        out = (close[free] if over else open_[free]) * (1.0 - slippage)
        span = free - entry + 1, day_of[free] - day_of[entry]
        cash = _trade(quantity, price, out, term.fee, span, found)
    _finish(cash, total, mark, n, times, days, tails, guess, returns, sums, found)
    return cash >= LEAST_CASH and _exact(found, daily[days, 0, FOUR])
