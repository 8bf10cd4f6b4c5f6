"""Operands and conditions in plain English: the words within a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.language import (
    Absolute,
    AllOf,
    AnyOf,
    Arithmetic,
    Between,
    Count,
    Happened,
    Holds,
    Lagged,
    Not,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.definition import Definition

OPS = {
    ">": "is above",
    "<": "is below",
    ">=": "is at or above",
    "<=": "is at or below",
    "crosses_above": "crosses above",
    "crosses_below": "crosses below",
}
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "/"}
CHAINS = ({"add", "subtract"}, {"multiply", "divide"})
"""What reads from the left without brackets: a × b / c."""
LONGER = {"d": "daily", "w": "weekly", "mo": "monthly", "M": "monthly"}


def figure(value: float) -> str:
    """Return 10,000 for 10000.0, 0.25 for 0.25."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.15g}"


def times(number: float, word: str) -> str:
    """Return ``1 bar``, ``3 bars``."""
    return f"{figure(number)} {word}{'' if number == 1 else 's'}"


def joined(parts: list[str], word: str) -> str:
    """Return the parts as a person would list them: ``a, b, and c``."""
    comma = "," if len(parts) > 2 else ""  # noqa: PLR2004 - a pair needs no comma
    return f"{', '.join(parts[:-1])}{comma} {word} {parts[-1]}"


def length(timeframe: str) -> str:
    """Return a timeframe as a word: ``1w`` is ``weekly``, ``4h`` is ``4-hour``."""
    unit = timeframe.lstrip("0123456789")
    if unit == "h":
        return "hourly" if timeframe == "1h" else f"{timeframe[:-1]}-hour"
    return LONGER.get(unit, timeframe)


class Phrases:
    """How operands and conditions of a definition are said.

    Parameters
    ----------
    definition : the strategy
    resolved : every parameter's value
    """

    def __init__(self, definition: Definition, resolved: Mapping[str, int | float]) -> None:
        self.definition = definition
        self.resolved = resolved

    def operand(self, operand: Any, *, inside: bool = False) -> str:  # noqa: ANN401 - any operand
        """Return what a sentence calls an operand.

        Parameters
        ----------
        operand : any
        inside : put arithmetic into brackets
        """
        if isinstance(operand, str):
            return f"the {self._name(operand)}"
        if canonical.is_constant(operand):
            return self._number(operand)
        if isinstance(operand, Lagged):
            return f"{self.operand(operand.of, inside=True)} {self._bars(operand.bars_ago)} earlier"
        if isinstance(operand, View):
            return self._view(operand)
        if isinstance(operand, Count):
            member = self.condition(operand.member, inside=True)
            return f"the number of the last {self._bars(operand.bars)} at which {member}"
        return self._arithmetic(operand, inside=inside)

    def percent(self, operand: Any) -> str:  # noqa: ANN401 - any operand
        """Return an operand in percent."""
        return f"{self.operand(operand, inside=True)} %"

    def condition(self, node: Any, *, inside: bool = False) -> str:  # noqa: ANN401 - any node
        """Return what a sentence calls a condition.

        Parameters
        ----------
        node : any
        inside : put what has several members into brackets
        """
        if isinstance(node, AllOf | AnyOf):
            parts = [self.condition(member, inside=True) for member in node.members]
            told = joined(parts, "and" if isinstance(node, AllOf) else "or")
            return f"({told})" if inside else told
        if isinstance(node, Not):
            return f"not ({self.condition(node.member)})"
        if isinstance(node, Holds):
            return f"for {self._bars(node.bars)} running {self.condition(node.member, inside=True)}"
        if isinstance(node, Happened):
            member = self.condition(node.member, inside=True)
            return f"at one of the last {self._bars(node.bars)} {member}"
        left = self.operand(node.left)
        if isinstance(node, Between):
            low, high = (self.operand(end) for end in (node.low, node.high))
            return f"{left} is between {low} and {high}"
        return f"{left} {OPS[node.op]} {self.operand(node.right)}"

    def _number(self, value: Any) -> str:  # noqa: ANN401 - a Value
        return figure(canonical.number(value, self.resolved))

    def _bars(self, value: Any) -> str:  # noqa: ANN401 - a Value
        return times(canonical.number(value, self.resolved), "bar")

    def _name(self, name: str) -> str:
        """Return what a price or an indicator is called, without its article."""
        if name in PRICES:
            return name
        use = self.definition.indicators[name]
        entry = indicators.get(use.indicator)
        told = {key: self._number(value) for key, value in use.settings.items()}
        said = entry.say(told, self._source(use.source), use.output)
        return said if use.other is None else f"{said}: {self._source(use.other)}"

    def _source(self, operand: Any) -> str | None:  # noqa: ANN401 - any operand
        if operand is None:
            return None
        if isinstance(operand, str):
            return self._name(operand)
        return self.operand(operand, inside=True).removeprefix("the ")

    def _view(self, operand: View) -> str:
        told = self.operand(operand.of, inside=True).removeprefix("the ")
        longer = f"{length(operand.timeframe)} " if operand.timeframe else ""
        whose = f"{operand.symbol}'s " if operand.symbol else "the "
        bars = canonical.number(operand.bars_ago, self.resolved)
        unit = {"weekly ": "week", "daily ": "day", "monthly ": "month"}.get(longer, "bar")
        earlier = f" {times(bars, unit)} earlier" if bars else ""
        return f"{whose}{longer}{told}{earlier}"

    def _arithmetic(self, operation: Arithmetic | Absolute, *, inside: bool) -> str:
        if isinstance(operation, Absolute):
            return f"|{self.operand(operation.member)}|"
        if operation.word in SIGNS:
            first = getattr(operation.members[0], "word", "")
            chained = any({first, operation.word} <= chain for chain in CHAINS)
            parts = [
                self.operand(member, inside=place > 0 or not chained)
                for place, member in enumerate(operation.members)
            ]
            told = f" {SIGNS[operation.word]} ".join(parts)
            return f"({told})" if inside else told
        parts = [self.operand(member, inside=True) for member in operation.members]
        pair = len(parts) == 2  # noqa: PLR2004 - two of them
        word = {"minimum": ("smaller", "smallest"), "maximum": ("larger", "largest")}
        chosen = word[operation.word][0 if pair else 1]
        told = f"the {chosen} of {joined(parts, 'and')}"
        return f"({told})" if inside else told
