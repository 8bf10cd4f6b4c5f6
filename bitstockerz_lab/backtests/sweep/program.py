"""A definition as a short program: which columns are compared, and how the answers are joined.

What depends on few of the parameters that vary (an indicator, a condition without any) is computed
once for each of its values, by the same code that a single run uses. What is left for every single
combination are comparisons of those columns and the joins between them: the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bitstockerz_lab.strategies.document import GROUPS
from bitstockerz_lab.strategies.language import AllOf, AnyOf, Between, Comparison, Not
from bitstockerz_lab.strategies.language import ParameterReference as Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition

FLAGS, ABOVE, NOT_ABOVE, CROSSED, NOT_CROSSED, BOTH, EITHER, GROUP = range(8)
"""What a step does, as in `machine`."""
COMPARE = {
    ">": (ABOVE, False), "<": (ABOVE, True), "<=": (NOT_ABOVE, False), ">=": (NOT_ABOVE, True),
    "crosses_above": (CROSSED, False), "crosses_below": (CROSSED, True),
}  # fmt: skip
"""Which question each comparison is, of which relation: left above right, or right above left."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column of numbers, or flags where a condition is true (or, not `wanted`, false).

    `parameters` are the names of those that vary and that it depends on.
    """

    node: Any
    parameters: tuple[str, ...]
    wanted: bool | None = None


@dataclass(slots=True)
class Program:
    """Steps of (what, place), the relations they ask (left above right), and what lies in slots.

    Parameters
    ----------
    definition : the strategy
    varying : the names of the parameters that vary
    combinations : how many sets of them there are
    distinct : for a tuple of names, how many different values they have together
    """

    definition: Definition
    varying: frozenset[str]
    distinct: Any
    combinations: int
    steps: list[tuple[int, int]] = field(default_factory=list)
    relations: list[tuple[int, int]] = field(default_factory=list)
    numbers: list[Leaf] = field(default_factory=list)
    flags: list[Leaf] = field(default_factory=list)

    def build(self) -> Program:
        """Write the steps of every group there is."""
        for place, group in enumerate(GROUPS):
            node = getattr(self.definition, group)
            if node is not None:
                self._emit(node, wanted=True)
                self.steps.append((GROUP, place))
        return self

    def parameters_of(self, part: Any) -> frozenset[str]:  # noqa: ANN401 - any node or operand
        """Return the names of the parameters that vary and that a part depends on."""
        return frozenset(references(part, self.definition)) & self.varying

    def _emit(self, node: Any, *, wanted: bool) -> None:  # noqa: ANN401 - any node
        names = tuple(sorted(self.parameters_of(node)))
        simple = isinstance(node, Comparison | Between | AllOf | AnyOf | Not)
        if not simple or 8 * self.distinct(names) <= self.combinations:
            self.steps.append((FLAGS, _place(self.flags, Leaf(node, names, wanted))))
        elif isinstance(node, Not):
            self._emit(node.member, wanted=not wanted)
        elif isinstance(node, Comparison):
            self._compare(node, wanted=wanted)
        elif isinstance(node, Between):
            low = Comparison.model_construct(left=node.left, op=">=", right=node.low)
            high = Comparison.model_construct(left=node.left, op="<=", right=node.high)
            self._compare(low, wanted=wanted)
            self._compare(high, wanted=wanted)
            self.steps.append((BOTH if wanted else EITHER, 0))
        else:
            join = BOTH if isinstance(node, AllOf) == wanted else EITHER
            for place, member in enumerate(node.members):
                self._emit(member, wanted=wanted)
                if place:
                    self.steps.append((join, 0))

    def _compare(self, node: Comparison, *, wanted: bool) -> None:
        left, right = self._number(node.left), self._number(node.right)
        what, swapped = COMPARE[node.op]
        if not wanted:  # where it is known not to be: the question beside it
            what = {ABOVE: NOT_ABOVE, NOT_ABOVE: ABOVE, CROSSED: NOT_CROSSED}[what]
        place = _place(self.relations, (right, left) if swapped else (left, right))
        self.steps.append((what, place))

    def _number(self, operand: Any) -> int:  # noqa: ANN401 - any operand
        names = tuple(sorted(self.parameters_of(operand)))
        return _place(self.numbers, Leaf(operand, names))

    @property
    def depth(self) -> int:
        """How high the pile grows."""
        height = most = 0
        for what, _ in self.steps:
            height += -1 if what in (BOTH, EITHER, GROUP) else 1
            most = max(most, height)
        return most


def _place(known: list[Any], one: Leaf | tuple[int, int]) -> int:
    if one not in known:
        known.append(one)
    return known.index(one)


def references(part: Any, definition: Definition) -> Iterator[str]:  # noqa: ANN401 - any part
    """Yield the names of the parameters that a part depends on, its indicators' included."""
    if isinstance(part, Reference):
        yield part.parameter
        return
    for one in _parts(part, definition):
        yield from references(one, definition)


def _parts(part: Any, definition: Definition) -> list[Any]:  # noqa: ANN401 - any part
    if isinstance(part, str) and part in definition.indicators:
        use = definition.indicators[part]
        return [*use.settings.values(), use.source, use.other]
    if isinstance(part, tuple | list):
        return list(part)
    if isinstance(part, BaseModel):
        names = set(type(part).model_fields) - {"op", "symbol", "timeframe", "word"}
        return [getattr(part, name) for name in sorted(names)]
    return []
