"""What combinations read, whatever the bars: the program, its slots and the exits."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests.fills import PERCENT_OF_EQUITY
from bitstockerz_lab.backtests.sweep.exits import Exits
from bitstockerz_lab.backtests.sweep.groups import Groups
from bitstockerz_lab.backtests.sweep.program import Program
from bitstockerz_lab.backtests.tape import PRICES
from bitstockerz_lab.backtests.terms import ALL, COUNTS
from bitstockerz_lab.strategies import canonical, indicators, readers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.program import Leaf
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.indicators.entry import Indicator, Settings

    Places = NDArray[np.int32]
    Numbers = NDArray[np.float64]

NO_BARS = -1
MOST_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Needed:
    """A column, or flags, under each of some values of the parameters it depends on.

    Attributes
    ----------
    leaf : what it is
    first : the row of the first of them; the others follow
    values : the parameters' values, one a row
    call : computes them, where it is an indicator of prices
    """

    leaf: Leaf
    first: int
    values: Sequence[Mapping[str, float]]
    call: Call | None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An indicator with one output, as `Columns` would call it, of which prices, told what."""

    indicator: Indicator
    prices: tuple[str, ...]
    settings: Sequence[Settings]
    periods: NDArray[np.int64] | None

    @classmethod
    def of(
        cls, node: object, definition: Definition, resolved: Sequence[Mapping[str, float]]
    ) -> Call | None:
        """Return the call that computes an operand; None where it is something else.

        `resolved` has every parameter's value, for each row.
        """
        use = definition.indicators.get(node) if isinstance(node, str) else None
        if use is None:
            return None
        entry, read = indicators.get(use.indicator), readers.inputs(use)
        if len(entry.outputs) > 1 or not set(PRICES).issuperset(read):
            return None
        told = [readers.settings(use, one) for one in resolved]
        periods = np.array([one["period"] for one in told], np.int64) if entry.rows else None
        return cls(entry, tuple(read), told, periods)


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """What combinations read and how, as `machine.run_block` takes it but for the columns.

    Attributes
    ----------
    definition : the rules
    count : how many combinations
    steps : the program's steps, relations and depth
    columns, flags : what has to be computed of the bars, each once
    slots : what lies in the program's slots, and the exits of each combination
    plain : of shape (count,), which combinations are all in or all out by their signals alone
    """

    definition: Definition
    count: int
    steps: tuple[Any, ...]
    columns: Sequence[Needed]
    flags: Sequence[Needed]
    slots: tuple[Any, ...]
    plain: NDArray[np.bool_]

    def bytes(self, words: int) -> int:
        """How much memory the columns take on so many words of bars."""
        return (rows(self.columns) * 65 + rows(self.flags)) * words * 8


def rows(needed: Sequence[Needed]) -> int:
    """Return how many rows there are."""
    return needed[-1].first + len(needed[-1].values) if needed else 0


_KEPT: OrderedDict[tuple[Any, ...], Scheme] = OrderedDict()
"""The latest schemes: all symbols of a sweep share one."""


def scheme_of(unit: Unit, combinations: Combinations) -> Scheme:
    """Return the scheme of combinations under a unit's rules and terms.

    Raises
    ------
    DefinitionError
        Some values of the parameters make no sense.
    """
    definition = unit.recipe.version.definition
    tried = combinations.columns.items()
    key = (
        id(definition),
        tuple(unit.recipe.parameters.items()),
        repr((unit.wish.terms, unit.wish.parameters)),
        tuple((name, column.dtype.str, column.tobytes()) for name, column in tried),
    )
    found = _KEPT.get(key)
    if found is None:
        found = _Maker(unit, combinations).scheme()
        _KEPT[key] = found  # it holds the definition, so that its id stays its own
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return found


class _Maker:
    """Makes a scheme."""

    def __init__(self, unit: Unit, combinations: Combinations) -> None:
        self.definition = unit.recipe.version.definition
        self.fixed = unit.recipe.parameters
        self.combinations = combinations
        self.groups = Groups(combinations)
        varying = frozenset(combinations.names)
        program = Program(self.definition, varying, self.groups.distinct, len(combinations))
        self.program = program.build()
        self.exits = Exits.of(unit, combinations, self.groups)

    def scheme(self) -> Scheme:
        program, exits, count = self.program, self.exits, len(self.combinations)
        columns: list[Needed] = []
        flags: list[Needed] = []
        rows, values = self._numbers(columns)
        flag_rows = np.zeros((count, len(program.flags)), np.int32)
        for slot, leaf in enumerate(program.flags):
            flag_rows[:, slot] = self._placed(leaf, flags)
        level_rows = np.full(exits.levels.shape, NO_BARS, np.int32)
        for place, leaf in exits.moving.items():
            level_rows[:, place] = self._placed(leaf, columns)
        steps = np.array(program.steps, np.int32).reshape(-1, 2)
        relations = np.array(program.relations, np.int32).reshape(-1, 2)
        return Scheme(
            definition=self.definition,
            count=count,
            steps=(steps, relations, program.depth),
            columns=columns,
            flags=flags,
            slots=(rows, values, flag_rows, level_rows, exits.levels, exits.shares, exits.terms),
            plain=_plain(self.definition, exits, count),
        )

    def _numbers(self, columns: list[Needed]) -> tuple[Places, Numbers]:
        """Return where each combination's columns lie, and the numbers that are none."""
        shape = len(self.combinations), len(self.program.numbers)
        rows, values = np.full(shape, NO_BARS, np.int32), np.full(shape, np.nan)
        for slot, leaf in enumerate(self.program.numbers):
            if not canonical.is_constant(leaf.node):
                rows[:, slot] = self._placed(leaf, columns)
            elif leaf.parameters:
                values[:, slot] = self.combinations.columns[leaf.parameters[0]]
            else:
                values[:, slot] = canonical.number(leaf.node, self.fixed)
        return rows, values

    def _placed(self, leaf: Leaf, needed: list[Needed]) -> NDArray[np.intp]:
        """Add what a leaf needs, once for each set of values; returns each combination's place."""
        first, group = self.groups.of(leaf.parameters)
        begin = rows(needed)
        chosen = [self.combinations.columns[name][first].tolist() for name in leaf.parameters]
        sets = zip(*chosen, strict=True) if chosen else [()]
        values = [dict(zip(leaf.parameters, one, strict=True)) for one in sets]
        resolved = [{**self.fixed, **one} for one in values]
        call = Call.of(leaf.node, self.definition, resolved)
        needed.append(Needed(leaf, begin, values, call))
        return begin + group


def _plain(definition: Definition, exits: Exits, count: int) -> NDArray[np.bool_]:
    """Return which combinations are all in or all out by their signals alone.

    Those without a short side, levels, counts, lots and fixed fees that put all the money in.
    """
    if definition.enter_short is not None or exits.moving or len(exits.shares):
        return np.zeros(count, dtype=bool)
    terms = exits.terms
    whole = (terms["method"] == PERCENT_OF_EQUITY) & (terms["size"] >= ALL)
    others = [terms[name] == 0 for name in ("lot_size", "fixed_fee", *COUNTS)]
    levels = np.all(np.isnan(exits.levels), axis=1)
    return np.ascontiguousarray(levels & whole & np.all(others, axis=0))
