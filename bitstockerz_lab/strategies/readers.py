"""How often each column of a definition is read, so that it can go once its last reader had it.

A column of 87,600 numbers is 0.7 MB. Memory that is given back and taken again within one
evaluation is at hand; memory that only grows is asked of the system page by page, which takes
longer than computing most indicators.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.document import GROUPS, LEVELS
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Comparison,
    Count,
    Lagged,
    Not,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import IndicatorUse


class Time:
    """Stands for when the bars start, which some indicators read and no definition can name."""


def settings(use: IndicatorUse, resolved: Mapping[str, int | float]) -> dict[str, int | float]:
    """Return the numbers an indicator is told."""
    return {key: canonical.number(value, resolved) for key, value in use.settings.items()}


def inputs(use: IndicatorUse) -> list[Any]:
    """Return the operands an indicator reads, and `Time` where it reads that."""
    chosen = {"source": use.source, "other": use.other, "time": Time}
    return [chosen.get(one, one) for one in indicators.get(use.indicator).inputs]


def key(operand: Any, definition: Definition, resolved: Mapping[str, int | float]) -> object:  # noqa: ANN401 - any operand
    """Return what an operand's column is kept by; two names for the same thing have one."""
    use = definition.indicators.get(operand) if isinstance(operand, str) else None
    if use is None:
        return operand
    return (use.indicator, use.source, use.other, *sorted(settings(use, resolved).items()))


def readers(definition: Definition, resolved: Mapping[str, int | float]) -> Counter[object]:
    """Return how often each column is asked for if each is computed once.

    Parameters
    ----------
    definition : the strategy
    resolved : every parameter's value

    Returns
    -------
    Counter by the operand's `key`, or by (condition, whether it is to be true)
        Of the four groups and the levels together. What is read on other bars is not among them.
    """
    counted: Counter[object] = Counter()

    def ask(one: Any) -> None:  # noqa: ANN401 - an operand, or a condition with what is wanted
        if canonical.is_constant(one):
            return
        kept_by = key(one, definition, resolved)
        counted[kept_by] += 1
        if counted[kept_by] == 1:
            for part in _read_by(one, definition):
                ask(part)

    for node in [getattr(definition, group) for group in GROUPS]:
        if node is not None:
            ask((node, True))
    for level in [getattr(definition, name) for name in LEVELS]:
        ask(level)
    for target in definition.targets or ():
        ask(target.profit_pct)
    return counted


def _read_by(one: Any, definition: Definition) -> list[Any]:  # noqa: ANN401 - as `ask`
    """Return what making a column asks for."""
    if isinstance(one, tuple):
        return _read_by_condition(*one)
    if isinstance(one, str):
        use = definition.indicators.get(one)
        return inputs(use) if use else []
    if isinstance(one, Count):
        return [(one.member, True), (one.member, False)]
    if isinstance(one, Lagged):
        return [one.of]
    return [] if one is Time or isinstance(one, View) else list(one.members)


def _read_by_condition(node: Any, wanted: bool) -> list[Any]:  # noqa: ANN401 - any node
    if isinstance(node, Comparison):
        return [node.left, node.right]
    if isinstance(node, Between):
        return [node.left, node.low, node.high]
    if isinstance(node, AllOf | AnyOf):
        return [(member, wanted) for member in node.members]
    return [(node.member, wanted is not isinstance(node, Not))]
