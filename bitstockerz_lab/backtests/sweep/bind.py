"""The columns of bars that a scheme needs, computed on a unit's bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests.engine import bits
from bitstockerz_lab.backtests.sweep.layout import WORD
from bitstockerz_lab.strategies.columns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.layout import Layout
    from bitstockerz_lab.backtests.sweep.scheme import Needed, Scheme
    from bitstockerz_lab.backtests.sweep.unit import Unit

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


def bind(scheme: Scheme, unit: Unit, layout: Layout) -> Bound:
    """Compute each column that a scheme needs, by the code that single runs use."""
    fixed = unit.recipe.parameters
    plain = Columns(scheme.definition, unit.bars, fixed, unit.others, numbers=layout.numbers)
    under: dict[tuple[Any, ...], Columns] = {}

    def columns_of(one: Needed) -> Columns:
        key = tuple(one.values.items())
        if key not in under:
            under[key] = plain.under({**fixed, **one.values})
        return under[key]

    bars = slice(layout.lead, layout.lead + len(layout.bars))
    numbers = np.full((max(1, len(scheme.columns)), layout.words * WORD), np.nan)
    for row, one in zip(numbers, scheme.columns, strict=False):
        row[bars] = columns_of(one).operand(one.leaf.node)
    flags = np.zeros((max(1, len(scheme.flags)), layout.words * WORD), dtype=bool)
    for row, one in zip(flags, scheme.flags, strict=False):
        row[bars] = columns_of(one).condition(one.leaf.node, bool(one.leaf.wanted))
    everywhere = np.full((1, layout.words), ALL_BARS, np.uint64)
    known = np.vstack([bits(numbers == numbers), everywhere])  # noqa: PLR0124 - not NaN
    return Bound(scheme, numbers, known, bits(flags))
