"""The least and the largest that an operand can be: arithmetic with intervals.

Bounds are what the catalogue says of each indicator and what bars are: prices above 0, volumes not
below. What cannot be bounded is infinite, so a bound that is told is never too narrow, but for
rounding. Source: R. Moore, Interval Analysis, 1966.
"""

from __future__ import annotations

import functools
import itertools
from math import inf
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.indicators.entry import ANY, NOT_NEGATIVE, PRICE
from bitstockerz_lab.strategies.language import (
    Absolute,
    Count,
    Lagged,
    ParameterReference,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.indicators.entry import Span


class Spans:
    """How small and how large operands of a definition can be.

    Parameters
    ----------
    definition : the strategy
    resolved : parameters' values by name; one that is not among them is anything from its min to
        its max
    """

    def __init__(self, definition: Definition, resolved: Mapping[str, int | float]) -> None:
        self.definition = definition
        self.resolved = resolved

    def operand(self, operand: Any) -> Span:  # noqa: ANN401 - any operand
        """Return the least and the largest number an operand can be, both included."""
        if isinstance(operand, str):
            return self._price(operand) if operand in PRICES else self.indicator(operand)
        if canonical.is_constant(operand):
            return self.number(operand)
        if isinstance(operand, Lagged | View):
            return self.operand(operand.of)
        if isinstance(operand, Count):
            return 0.0, self.number(operand.bars)[1]
        members = [self.operand(member) for member in operand.members]
        if isinstance(operand, Absolute):
            return _absolute(members[0])
        return functools.reduce(COMPUTE[operand.word], members)

    def number(self, value: Any) -> Span:  # noqa: ANN401 - a Value
        """Return a number twice, or the bounds of the parameter that stands for it."""
        if not isinstance(value, ParameterReference):
            return float(value), float(value)
        known = self.resolved.get(value.parameter)
        if known is not None:
            return float(known), float(known)
        declared = self.definition.parameters[value.parameter]
        low, high = declared.min, declared.max
        return -inf if low is None else float(low), inf if high is None else float(high)

    def indicator(self, name: str) -> Span:
        """Return the bounds of a named indicator: the widest of what its settings may be."""
        use = self.definition.indicators[name]
        entry = indicators.get(use.indicator)
        source = ANY if use.source is None else self.operand(use.source)
        bounds = {key: self.number(value) for key, value in use.settings.items()}
        if any(inf in map(abs, ends) for ends in bounds.values()):
            return ANY
        ends = [sorted(set(pair)) for pair in bounds.values()]
        found = [
            entry.span(dict(zip(bounds, chosen, strict=True)), use.output, source)
            for chosen in itertools.product(*ends)
        ]
        return min(low for low, _ in found), max(high for _, high in found)

    def _price(self, name: str) -> Span:
        return NOT_NEGATIVE if name == "volume" else PRICE


def told(span: Span) -> str:
    """Return bounds in words: ``lies between 0 and 100``.

    Examples
    --------
    >>> told((0.0, 100.0)), told((0.0, float("inf")))
    ('lies between 0 and 100', 'is never below 0')
    """
    low, high = span
    if low == high:
        return f"is {low:,.6g}"
    if low == PRICE[0] and high == inf:
        return "is always above 0"
    if high == inf:
        return f"is never below {low:,.6g}"
    if low == -inf:
        return f"is never above {high:,.6g}"
    return f"lies between {low:,.6g} and {high:,.6g}"


def _times(one: float, other: float) -> float:
    """Return a product; an infinite bound is never reached, so nothing times it is nothing."""
    return 0.0 if 0.0 in (one, other) else one * other


def _add(one: Span, other: Span) -> Span:
    return one[0] + other[0], one[1] + other[1]


def _subtract(one: Span, other: Span) -> Span:
    return one[0] - other[1], one[1] - other[0]


def _multiply(one: Span, other: Span) -> Span:
    corners = [_times(a, b) for a in one for b in other]
    return min(corners), max(corners)


def _divide(one: Span, other: Span) -> Span:
    low, high = other
    if low < 0 < high or low == high == 0:
        return ANY
    inverse = 1 / high if high else -inf, 1 / low if low else inf
    return _multiply(one, inverse)


def _absolute(span: Span) -> Span:
    low, high = span
    return (low if low > 0 else -high if high < 0 else 0.0), max(-low, high)


COMPUTE: dict[str, Callable[[Span, Span], Span]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "minimum": lambda one, other: (min(one[0], other[0]), min(one[1], other[1])),
    "maximum": lambda one, other: (max(one[0], other[0]), max(one[1], other[1])),
}
