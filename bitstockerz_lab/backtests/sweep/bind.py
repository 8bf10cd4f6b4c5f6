"""The columns of bars that a scheme needs, computed on a unit's bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests.engine import bits
from bitstockerz_lab.backtests.sweep.layout import WORD
from bitstockerz_lab.backtests.sweep.scheme import rows as rows_of
from bitstockerz_lab.backtests.sweep.threads import spread
from bitstockerz_lab.strategies.columns import Columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.layout import Layout
    from bitstockerz_lab.backtests.sweep.scheme import Needed, Scheme
    from bitstockerz_lab.backtests.sweep.unit import Unit

    Numbers = NDArray[np.float64]

ALL_BARS = 2**64 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A scheme with its columns.

    Attributes
    ----------
    scheme : what reads them
    columns, known : numbers of shape (n_columns, n_words · 64), and the bits of those that are
        there; the last row of `known` is all ones
    flags : bits of shape (n_flags, n_words)
    """

    scheme: Scheme
    columns: NDArray[np.float64]
    known: NDArray[np.uint64]
    flags: NDArray[np.uint64]


def bind(scheme: Scheme, unit: Unit, layout: Layout, threads: int | None = None) -> Bound:
    """Compute each column that a scheme needs, by the code that single runs use."""
    from bitstockerz_lab.backtests.sweep import machine  # noqa: PLC0415 - heavy: numba

    columns = _Columns(scheme, unit, layout)
    bars = slice(layout.lead, layout.lead + len(layout.bars))
    numbers = np.empty((max(1, rows_of(scheme.columns)), layout.words * WORD))
    numbers[:, : bars.start] = numbers[:, bars.stop :] = np.nan
    with np.errstate(all="ignore"):
        for one in scheme.columns:
            columns.write_numbers(one, numbers, bars, threads)
    flags = np.zeros((max(1, rows_of(scheme.flags)), layout.words * WORD), dtype=bool)
    for one in scheme.flags:
        columns.write_flags(one, flags, bars)
    known = np.full((len(numbers) + 1, layout.words), ALL_BARS, np.uint64)
    spread(
        lambda begin, end: machine.settle(numbers[begin:end], known[begin:end]),
        len(numbers),
        len(layout.bars),
        threads,
    )
    return Bound(scheme, numbers, known, bits(flags))


class _Columns:
    """The columns of a unit's bars, under any values of the parameters."""

    def __init__(self, scheme: Scheme, unit: Unit, layout: Layout) -> None:
        self._fixed = unit.recipe.parameters
        self._plain = Columns(
            scheme.definition,
            unit.bars,
            self._fixed,
            unit.others,
            numbers=layout.bars.numbers,
            missing=layout.bars.missing,
        )
        self._under: dict[tuple[Any, ...], Columns] = {}
        self._callable = not self._plain.any_missing and len(layout.bars) > 0

    def write_numbers(
        self, needed: Needed, into: Numbers, bars: slice, threads: int | None
    ) -> None:
        """Write columns into their rows; an indicator may be infinite, which is as good as NaN."""
        call = needed.call
        if call is None or not self._callable:
            for row, values in enumerate(needed.values, needed.first):
                into[row, bars] = self._columns(values).operand(needed.leaf.node)
            return
        prices = [self._plain.price(name) for name in call.prices]
        rows, periods, first = call.indicator.rows, call.periods, needed.first
        if rows is not None and periods is not None:
            spread(
                lambda begin, end: rows(
                    prices[0], periods[begin:end], into, first + begin, bars.start
                ),
                len(periods),
                len(prices[0]),
                threads,
            )
            return
        for row, settings in enumerate(call.settings, first):
            made = call.indicator.compute(prices, settings)
            column = made[0] if isinstance(made, tuple) else made
            into[row, bars] = column() if callable(column) else column

    def write_flags(self, needed: Needed, into: NDArray[np.bool_], bars: slice) -> None:
        """Write where a condition is true, or known to be false, into their rows."""
        leaf = needed.leaf
        for row, values in enumerate(needed.values, needed.first):
            into[row, bars] = self._columns(values).condition(leaf.node, bool(leaf.wanted))

    def _columns(self, values: Mapping[str, float]) -> Columns:
        key = tuple(values.items())
        if key not in self._under:
            self._under[key] = self._plain.under({**self._fixed, **values})
        return self._under[key]
