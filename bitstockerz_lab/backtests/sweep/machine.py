"""The inner loop of a sweep, compiled: one combination after another, in the processor's cache.

The simulation is the one of a single run (`kernel.run_kernel`). Conditions are bits, 64 bars to a
word; the columns they compare are padded to whole words with NaN, of which nothing is true.
"""

# ruff: noqa: ANN001, ANN202, PLR0913, PLR0917 - compiled: numba infers the types

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from bitstockerz_lab.backtests import sources
from bitstockerz_lab.backtests.fills import POSITION, TRADE
from bitstockerz_lab.backtests.kernel import run_kernel
from bitstockerz_lab.backtests.sweep.all_in import all_in
from bitstockerz_lab.backtests.sweep.tally import tally

FLAGS, ABOVE, NOT_ABOVE, CROSSED, NOT_CROSSED, BOTH, EITHER, GROUP = range(8)
"""What a step does: put flags on the pile; ask a relation; join the two on top; the pile's top is a
group's answer."""


SIDE_BY_SIDE, WORDS = 16, 32
"""So many combinations are compared together, so many words at a time."""


@njit(cache=True, error_model="numpy", nogil=True)
def settle(columns, known) -> None:
    """Write which numbers of columns are known, as bits; what is infinite becomes NaN."""
    bits = uint64(64)
    for row in range(len(columns)):
        column = columns[row]
        for word in range(uint64(known.shape[1])):
            first = word * bits
            found = uint64(0)
            for bit in range(bits):
                found |= uint64(abs(column[first + bit]) < np.inf) << bit
            if ~found:
                for bit in range(bits):
                    if not abs(column[first + bit]) < np.inf:
                        column[first + bit] = np.nan
            known[row, word] = found


@njit(error_model="numpy", nogil=True)
def _compare(columns, left, x, right, y, above, at, begin, end):
    """Write where a column (or, where its row is −1, a number) is above another, for some words."""
    bits = uint64(64)
    one, place = at
    for word in range(uint64(begin), uint64(end)):
        first = word * bits
        found = uint64(0)
        if left >= 0 and right >= 0:
            for bit in range(bits):
                found |= uint64(columns[left, first + bit] > columns[right, first + bit]) << bit
        elif left >= 0:
            for bit in range(bits):
                found |= uint64(columns[left, first + bit] > y) << bit
        elif right >= 0:
            for bit in range(bits):
                found |= uint64(x > columns[right, first + bit]) << bit
        elif x > y:
            found = ~found
        above[one, place, word] = found


@njit(error_model="numpy", nogil=True)
def _ask(what, above, both, one, place, pile, top):
    """Write the answer of a step to a relation: `above`, and where both sides are known."""
    before = now = uint64(0)  # of the word before: not above, known
    for word in range(uint64(pile.shape[1])):
        up, there = above[one, place, word], both[one, place, word]
        under = there & ~up
        crossed = up & ((under << uint64(1)) | (before >> uint64(63)))
        if what == ABOVE:
            pile[top, word] = up
        elif what == NOT_ABOVE:
            pile[top, word] = under
        elif what == CROSSED:
            pile[top, word] = crossed
        else:
            pile[top, word] = there & ((there << uint64(1)) | (now >> uint64(63))) & ~crossed
        before, now = under, there


@njit(error_model="numpy", nogil=True)
def _relate(relations, rows, values, columns, known, above, both, first, stop):
    """Compare what the relations compare, for combinations from `first` to before `stop`.

    They go over the bars side by side, some words at a time, since neighbours share columns: so a
    column is brought from memory once for many of them.
    """
    words = uint64(above.shape[2])
    for begin in range(0, words, WORDS):
        end = min(begin + WORDS, words)
        for k in range(first, stop):
            one = k - first
            for place in range(len(relations)):
                left, right = relations[place, 0], relations[place, 1]
                a, b = rows[k, left], rows[k, right]
                _compare(
                    columns,
                    a,
                    values[k, left],
                    b,
                    values[k, right],
                    above,
                    (one, place),
                    begin,
                    end,
                )
                a, b = a % len(known), b % len(known)  # of a number, −1: the last row, all ones
                for word in range(uint64(begin), uint64(end)):
                    both[one, place, word] = known[a, word] & known[b, word]


@njit(error_model="numpy", nogil=True)
def _decide(steps, above, both, one, flag_rows, flags, pile, groups):
    """Evaluate the program; `groups[g]` is where group g is true."""
    top, words = -1, uint64(pile.shape[1])
    for step in range(len(steps)):
        what, place = steps[step, 0], steps[step, 1]
        if what == FLAGS:
            top += 1
            for word in range(words):
                pile[top, word] = flags[flag_rows[place], word]
        elif what == BOTH:
            top -= 1
            for word in range(words):
                pile[top, word] &= pile[top + 1, word]
        elif what == EITHER:
            top -= 1
            for word in range(words):
                pile[top, word] |= pile[top + 1, word]
        elif what == GROUP:
            for word in range(words):
                groups[place, word] = pile[top, word]
            top -= 1
        else:
            top += 1
            _ask(what, above, both, one, place, pile, top)


@njit(error_model="numpy", nogil=True)
def _order(groups, present, skipped, orders):
    """Write what each bar's open has to carry out; conflicts solved as `engine.orders_due` does.

    The first `skipped` words only warm up; a decision is due at the bar after it.
    """
    carried = (uint64(0), uint64(0), uint64(0), uint64(0))
    for word in range(len(present)):
        there = present[word]
        leave_long, leave_short = groups[1, word] & there, groups[3, word] & there
        long = groups[0, word] & there & ~leave_long
        short = groups[2, word] & there & ~leave_short
        both = long & short
        decided = (long & ~both, leave_long, short & ~both, leave_short)
        if word >= skipped:
            for row in range(4):
                orders[row, word - skipped] = (decided[row] << uint64(1)) | (
                    carried[row] >> uint64(63)
                )
        carried = decided


@njit(error_model="numpy", nogil=True)
def _levels(rows, values, columns, begin, stops, targets):
    """Write the stops and targets that an entry at each open gets; read at the close before."""
    for place in range(len(rows)):
        row = rows[place]
        for t in range(len(stops)):
            level = values[place]
            if row >= 0:
                level = columns[row, begin + t - 1] if begin + t > 0 else np.nan
                level = level if level > 0.0 else np.nan
            if place < 3:  # noqa: PLR2004 - the stops, then the targets
                stops[t, place] = level
            else:
                targets[t, place - 3] = level


@njit(error_model="numpy", nogil=True)
def _scratch(relations, depth, words):
    """Return memory for the answers of relations, for what is known of them, pile and groups."""
    return (
        np.empty((SIDE_BY_SIDE, relations, words), np.uint64),
        np.empty((SIDE_BY_SIDE, relations, words), np.uint64),
        np.empty((depth, words), np.uint64),
        np.zeros((4, words), np.uint64),
    )


def _compiled(made_of):
    @njit(cache=True, error_model="numpy", nogil=True)
    def run_block(
        begin, end, skipped, market, calendar, columns, known, present, flags, program, bound,
        plain, running, tails, found, sums, returns,
    ):  # fmt: skip
        """Simulate combinations `begin` to `end`; `found` takes a row of tally.FACTS each.

        Columns, known, present and flags have all bars, in whole words, of which the first
        `skipped` words only warm up; `market` (stamps, open, high, low, close, missing bits) and
        `calendar` (see `tally`) have those of the period. `program`: steps, relations, depth.
        `bound`: what lies in the slots of the program: rows and values of its numbers (a row of
        `columns`, or −1 and a number), rows of its flags, rows and values of its levels (three
        stops, then the targets), shares of the targets, terms a combination or one for all.
        `plain`: which combinations `all_in` may try; `running`: what it needs of the period.
        `tails`: whether the percentiles of the returns are wanted. `sums`: as
        `overfitting.block_sums`; `returns`: a row of daily returns a combination, or one row to
        work in.
        """
        stamps, open_, high, low, close, missing = market
        steps, relations, depth = program
        rows, values, flag_rows, level_rows, level_values, shares, terms = bound
        n_targets = len(shares)
        above, both, pile, groups = _scratch(len(relations), depth, len(present))
        orders = np.zeros((5, len(missing)), np.uint64)
        orders[4] = missing
        equity = np.empty(len(open_))
        trades = np.empty(len(open_) * (n_targets + 1) + 1 + made_of * 0, TRADE)
        positions = np.zeros(1, POSITION)
        guess = np.array([-0.01, -0.01])
        n_levels = len(open_) if (level_rows[begin:end] >= 0).any() else 1
        stops, targets = np.full((n_levels, 3), np.nan), np.full((n_levels, n_targets), np.nan)
        for k in range(begin, end):
            one = (k - begin) % SIDE_BY_SIDE
            if one == 0:
                stop = min(k + SIDE_BY_SIDE, end)
                _relate(relations, rows, values, columns, known, above, both, k, stop)
            _decide(steps, above, both, one, flag_rows[k], flags, pile, groups)
            _order(groups, present, skipped, orders)
            _levels(level_rows[k], level_values[k], columns, 64 * skipped, stops, targets)
            term = terms[k if len(terms) > 1 else 0]
            day_row = returns[k if len(returns) > 1 else 0]
            if plain[k] and all_in(
                orders, open_, close, calendar, running, term, tails, guess, day_row, sums[k],
                found[k],
            ):  # fmt: skip
                continue
            done = run_kernel(
                stamps, open_, high, low, close, orders, stops, targets, shares, term,
                positions[0], trades, equity,
            )  # fmt: skip
            tally(
                equity, trades, done, calendar, term.initial_equity, tails, guess, day_row, sums[k],
                found[k],
            )  # fmt: skip

    return run_block


run_block = _compiled(
    sources.digest(
        "fills.py",
        "kernel.py",
        "sweep/all_in.py",
        "sweep/running.py",
        "sweep/tails.py",
        "sweep/tally.py",
    ),
)
