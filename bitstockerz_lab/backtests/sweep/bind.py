"""What lies in the slots of a program, for each combination: a column, flags, or a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests.engine import bits
from bitstockerz_lab.backtests.sweep.exits import Exits
from bitstockerz_lab.backtests.sweep.groups import Groups
from bitstockerz_lab.backtests.sweep.layout import WORD
from bitstockerz_lab.backtests.sweep.program import Program
from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.columns import Columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.layout import Layout
    from bitstockerz_lab.backtests.sweep.program import Leaf
    from bitstockerz_lab.backtests.sweep.unit import Unit

    Places = NDArray[np.int32]
    Numbers = NDArray[np.float64]

NO_BARS = -1
ALL_BARS = 2**64 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A program with everything it needs to run on a unit's bars, as `machine.run_block` takes it.

    Attributes
    ----------
    count : how many combinations
    steps : the program's steps, relations and depth
    columns, known : numbers of shape (n_columns, n_words · 64), and the bits of those that are
        there; the last row of `known` is all ones
    flags : bits of shape (n_flags, n_words)
    slots : what lies in the program's slots, and the exits of each combination
    """

    count: int
    steps: tuple[Any, ...]
    columns: Numbers
    known: NDArray[np.uint64]
    flags: NDArray[np.uint64]
    slots: tuple[Any, ...]


class Binder:
    """Computes the columns that a unit's combinations need, each once.

    Parameters
    ----------
    unit, layout : the bars and rules
    combinations : what is tried
    """

    def __init__(self, unit: Unit, layout: Layout, combinations: Combinations) -> None:
        self.unit, self.layout = unit, layout
        self.combinations = combinations
        self.groups = Groups(combinations)
        self.definition = unit.recipe.version.definition
        varying = frozenset(combinations.names)
        self.program = Program(
            self.definition, varying, self.groups.distinct, len(combinations)
        ).build()
        self.exits = Exits.of(unit, combinations, self.groups)
        self._plain = Columns(self.definition, unit.bars, unit.recipe.parameters, unit.others)
        self._under: dict[tuple[Any, ...], Columns] = {}

    @property
    def bytes(self) -> int:
        """How much memory the columns will take."""
        leaves = [*self.program.numbers, *self.exits.moving.values()]
        moving = [leaf for leaf in leaves if not canonical.is_constant(leaf.node)]
        rows = sum(self.groups.distinct(leaf.parameters) for leaf in moving)
        flags = sum(self.groups.distinct(one.parameters) for one in self.program.flags)
        return (rows * 65 + flags) * self.layout.words * 8

    def bind(self) -> Bound:
        """Compute the columns and say which of them each combination reads."""
        made: list[Any] = []
        rows, values = self._numbers(self.program.numbers, made)
        level_rows = np.full(self.exits.levels.shape, NO_BARS, np.int32)
        places = list(self.exits.moving)
        level_rows[:, places], _ = self._numbers([*self.exits.moving.values()], made)
        columns = np.array(made) if made else np.full((1, self.layout.words * WORD), np.nan)
        flagged: list[Any] = []
        flag_rows = self._flags(flagged)
        flags = np.array(flagged) if flagged else np.zeros((1, self.layout.words), np.uint64)
        everywhere = np.full((1, self.layout.words), ALL_BARS, np.uint64)
        program = self.program
        steps = np.array(program.steps, np.int32).reshape(-1, 2)
        relations = np.array(program.relations, np.int32).reshape(-1, 2)
        return Bound(
            len(self.combinations),
            (steps, relations, program.depth),
            columns,
            np.vstack([bits(~np.isnan(columns)), everywhere]),
            flags,
            (
                rows,
                values,
                flag_rows,
                level_rows,
                self.exits.levels,
                self.exits.shares,
                self.exits.terms,
            ),
        )

    def _columns(self, leaf: Leaf, combination: int) -> Columns:
        """Return the columns under the parameters that a leaf depends on, of one combination."""
        chosen = self.combinations[combination]
        values = {name: chosen[name] for name in leaf.parameters}
        key = tuple(values.items())
        if key not in self._under:
            self._under[key] = self._plain.under({**self.unit.recipe.parameters, **values})
        return self._under[key]

    def _numbers(self, leaves: Sequence[Leaf], made: list[Any]) -> tuple[Places, Numbers]:
        """Return where each combination's columns lie in `made`, and the numbers that are none."""
        count = len(self.combinations)
        rows = np.full((count, len(leaves)), NO_BARS, np.int32)
        values = np.full((count, len(leaves)), np.nan)
        for slot, leaf in enumerate(leaves):
            if canonical.is_constant(leaf.node):
                values[:, slot] = self._constant(leaf)
                continue
            first, groups = self.groups.of(leaf.parameters)
            rows[:, slot] = len(made) + groups
            made += [
                self.layout.padded(self._columns(leaf, int(at)).operand(leaf.node), np.nan)
                for at in first
            ]
        return rows, values

    def _constant(self, leaf: Leaf) -> Any:  # noqa: ANN401 - a number, or one a combination
        if leaf.parameters:
            return self.combinations.columns[leaf.parameters[0]]
        return self._plain.operand(leaf.node) if leaf.node is not None else np.nan

    def _flags(self, made: list[Any]) -> Places:
        """Return where each combination's flags lie in `made`."""
        rows = np.zeros((len(self.combinations), len(self.program.flags)), np.int32)
        for slot, leaf in enumerate(self.program.flags):
            first, groups = self.groups.of(leaf.parameters)
            rows[:, slot] = len(made) + groups
            for at in first:
                true = self._columns(leaf, int(at)).condition(leaf.node, bool(leaf.wanted))
                made.append(bits(self.layout.padded(true, nothing=False)))
        return rows
