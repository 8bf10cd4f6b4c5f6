"""Rules that can be seen not to do what somebody meant, before any bar is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.document import GROUPS, PRICES
from bitstockerz_lab.strategies.honesty.order import at_most
from bitstockerz_lab.strategies.honesty.spans import Spans, told
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Comparison,
    Count,
    Happened,
    Holds,
    Not,
)
from bitstockerz_lab.strategies.phrases import Phrases
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.indicators.entry import Span

    Resolved = Mapping[str, int | float]

OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "crosses_above": "crosses_below",
          "crosses_below": "crosses_above"}  # fmt: skip
SPOKEN = {"enter_long": "to buy", "exit_long": "to sell", "enter_short": "to sell short",
          "exit_short": "to buy back"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition that is the same at every bar.

    Parameters
    ----------
    path : where it stands: ``enter_long.all[0]``
    always : whether it is true at every bar where it is known, or at none
    message : a sentence
    is_plain : whether it is meant so: a price above 0, which buys and holds
    """

    path: str
    always: bool
    message: str
    is_plain: bool = False


class Logic:
    """What can be told of conditions from what their operands can be.

    Parameters
    ----------
    definition : the strategy
    resolved : parameters' values by name; the rest is anything from its min to its max
    """

    def __init__(self, definition: Definition, resolved: Resolved) -> None:
        self._definition = definition
        self._resolved = resolved
        self._spans = Spans(definition, resolved)
        self._phrases = Phrases(definition, {**definition.resolve(), **resolved})

    def truth(self, node: Any) -> bool | None:  # noqa: ANN401 - any node
        """Return True, False, or None where it may be one or the other; of known values."""
        if isinstance(node, Not):
            inner = self.truth(node.member)
            return None if inner is None else not inner
        if isinstance(node, Holds | Happened):
            return self.truth(node.member)
        if isinstance(node, AllOf | AnyOf):
            found = [self.truth(member) for member in node.members]
            decides = isinstance(node, AnyOf)
            return decides if decides in found else None if None in found else not decides
        if isinstance(node, Between):
            ends = (
                self._compared(node.left, ">=", node.low),
                self._compared(node.left, "<=", node.high),
            )
            return False if False in ends else None if None in ends else True
        return self._compared(node.left, node.op, node.right)

    def fixed(self) -> Iterator[Fixed]:
        """Yield every comparison that is the same at every bar."""
        for group in GROUPS:
            node = getattr(self._definition, group)
            for path, one in conditions(node, group) if node is not None else ():
                found = self.truth(one) if isinstance(one, Comparison | Between) else None
                if found is not None:
                    yield self._told(path, one, always=found)

    def _told(self, path: str, node: Any, *, always: bool) -> Fixed:  # noqa: ANN401 - any node
        if always and path in GROUPS and isinstance(node, Comparison) and _is_any_price(node):
            message = f"{path} is true at every bar with a price: {node.left} {node.op} 0."
            return Fixed(path, always, message, is_plain=True)
        word = "is true at every bar" if always else "can never be true"
        said = f"{path}: “{self._phrases.condition(node)}” {word}: {self._why(node)}."
        return Fixed(path, always, said)

    def _why(self, node: Any) -> str:  # noqa: ANN401 - any node
        others = (node.low, node.high) if isinstance(node, Between) else (node.right,)
        for other in others:
            for one, two in ((node.left, other), (other, node.left)):
                if at_most(self._definition, self._resolved, one, two):
                    one_said, two_said = self._phrases.operand(one), self._phrases.operand(two)
                    order = f"{one_said} is never above {two_said} of the same bar"
                    return f"{order}. Compare with one of them a bar earlier, bars_ago 1"
        sides = [side for side in (node.left, *others) if not canonical.is_constant(side)]
        return " and ".join(
            f"{self._phrases.operand(side)} {told(self._spans.operand(side))}" for side in sides
        )

    def _compared(self, left: Any, op: str, right: Any) -> bool | None:  # noqa: ANN401 - any operands
        if op in ("<", "<=", "crosses_below"):
            left, op, right = right, TURNED[op], left
        below = at_most(self._definition, self._resolved, left, right)
        above = at_most(self._definition, self._resolved, right, left)
        if below and op in (">", "crosses_above"):
            return False
        if above and op == ">=":
            return True
        return _apart(self._spans.operand(left), op, self._spans.operand(right))


def _apart(left: Span, op: str, right: Span) -> bool | None:
    """Return whether what lies in one span is above what lies in another; None if it may be."""
    (low, high), (floor, top) = left, right
    if op == "crosses_above":
        return False if high <= floor or low > top else None
    if op == ">":
        return False if high <= floor else True if low > top else None
    return False if high < floor else True if low >= top else None


def _is_any_price(node: Comparison) -> bool:
    """Tell whether a price is compared with 0: how a person says "always"."""
    return node.op in (">", ">=") and node.left in PRICES and node.right == 0


def conditions(node: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any node
    """Yield path and node of a condition and of all it is made of, counted conditions included."""
    yield path, node
    if isinstance(node, AllOf | AnyOf):
        word = "all" if isinstance(node, AllOf) else "any"
        for i, member in enumerate(node.members):
            yield from conditions(member, join(join(path, word), i))
    elif isinstance(node, Not | Holds | Happened):
        yield from conditions(node.member, join(path, type(node).__name__.lower()))
    else:
        for key in ("left", "right", "low", "high"):
            yield from _counted(getattr(node, key, None), join(path, key))


def _counted(operand: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any operand
    if isinstance(operand, Count):
        yield from conditions(operand.member, join(path, "count"))
    elif hasattr(operand, "of"):
        yield from _counted(operand.of, join(path, "of"))
    elif hasattr(operand, "members"):
        several = operand.word != "absolute"
        inner = join(path, operand.word)
        for i, member in enumerate(operand.members):
            yield from _counted(member, join(inner, i) if several else inner)


def same_rules(definition: Definition) -> Iterator[str]:
    """Yield a sentence for two groups that are one condition and exclude each other."""
    pairs = (("enter_long", "exit_long"), ("enter_short", "exit_short"),
             ("enter_long", "enter_short"))  # fmt: skip
    for one, other in pairs:
        node = getattr(definition, one)
        if node is not None and node == getattr(definition, other):
            yield (
                f"{one} and {other} are the same condition: whenever the rules say {SPOKEN[one]} "
                f"they say {SPOKEN[other]}, too, and nothing is done."
            )


def inside_costs(exits: Mapping[str, Any], fee_bps: float, slippage_bps: float) -> Iterator[str]:
    """Yield a sentence for each stop or target nearer than a round trip costs.

    Parameters
    ----------
    exits : percents by name, as `Definition.exits` gives them; targets are pairs
    fee_bps, slippage_bps : basis points of notional, per fill
    """
    cost = 2 * (fee_bps + slippage_bps) / 100
    names = {"stop_loss_pct": "stop loss", "trailing_stop_pct": "trailing stop",
             "take_profit_pct": "take profit"}  # fmt: skip
    near = [(said, float(exits[name])) for name, said in names.items() if name in exits]
    near += [("target", float(profit)) for profit, _ in exits.get("targets", ())]
    for said, percent in near:
        if percent <= cost:
            what = "no more than what" if percent == cost else "less than what"
            loses = "closes at a loss" if said in ("take profit", "target") else "is mostly cost"
            yield (
                f"The {said} of {percent:g} % is {what} buying and selling costs, {cost:g} % "
                f"(2 × ({fee_bps:g} + {slippage_bps:g}) basis points): whatever it closes {loses}."
            )
