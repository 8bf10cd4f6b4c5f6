"""Operands and conditions in plain English: the words within a sentence."""

from __future__ import annotations

import math
import re
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators, operand_checks
from bitstockerz_lab.strategies.document import PRICES, Part
from bitstockerz_lab.strategies.language import (
    Absolute,
    AllOf,
    AnyOf,
    Arithmetic,
    Between,
    Comparison,
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
BOUNDS = {">=": "or more", "<=": "or less"}
"""What is said of a number: the hour is 14 or more."""
EXTREMES = {">=": "highest", "<=": "lowest"}
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "/"}
CHAINS = ({"add", "subtract"}, {"multiply", "divide"})
"""What reads from the left without brackets: a × b / c."""
WINDOW = re.compile(r"(.+ of the )last (\d[\d,]* \w+)")
LONGER = {"d": "daily", "w": "weekly", "mo": "monthly"}
UNITS = {"daily": "day", "weekly": "week", "monthly": "month"}
ALIKE = re.compile(r"the (\d+)-(\w+ .+)")
"""Operands that differ in their length only: the 10-bar EMA, the 20-bar EMA."""


class Beside(IntEnum):
    """What an operand stands beside, and so what of it needs brackets: each all before it too."""

    NOTHING = 0
    VERB = 1  # behind it, a count of bars at which something is so would not end
    SIGN = 2  # a sum would be torn apart
    OF = 3  # "3 bars earlier" would seem to be said of the whole


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


def conjugated(told: str, left: str, tense: str) -> str:
    """Return a sentence of `left` in another tense: it was above, it is not above."""
    said = told.removeprefix(left)
    if tense == "past":
        said = re.sub(r"^ is ", " was ", re.sub(r"^ crosses ", " crossed ", said))
    elif tense == "not":
        said = re.sub(r"^ is ", " is not ", re.sub(r"^ crosses ", " does not cross ", said))
    return f"{left}{said}"


def bracketed(told: str, inside: bool) -> str:
    """Return words, in brackets where they would run into what stands around them."""
    return f"({told})" if inside else told


def interval(low: str, high: str, *, constant: bool) -> str:
    """Return ``between 1 and 5``; of one number alone ``0``."""
    return low if constant and low == high else f"between {low} and {high}"


def signed(word: str, told: str) -> str:
    """Return a member of arithmetic behind its sign: to add -1 is ``− 1``."""
    if word in CHAINS[0] and told.startswith("-"):
        word, told = ("subtract" if word == "add" else "add"), told[1:]
    return f"{SIGNS[word]} {told}"


def alike(parts: list[str]) -> str:
    """Return operands that differ in their length only, or "": the 3-, 5-, and 8-bar EMAs."""
    found = [ALIKE.fullmatch(part) for part in parts]
    if len({one[2] if one else None for one in found}) > 1 or None in found:
        return ""
    lengths = joined([f"{one[1]}-" for one in found if one], "and")
    what = found[0][2] if found[0] else ""
    return f"the {lengths}{what}{'s' if what.count(' ') == 1 else ''}"


def beside(word: str, member: object, chained: bool, place: int) -> Beside:
    """Return what a member of arithmetic stands beside: b × c in a + b × c needs no brackets."""
    product = word in CHAINS[0] and getattr(member, "word", "") == "multiply"
    return Beside.NOTHING if product or (place == 0 and chained) else Beside.SIGN


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
        self._viewing = operand_checks.viewing(definition.document)

    def operand(self, operand: Any, beside: Beside = Beside.NOTHING) -> str:  # noqa: ANN401 - any operand
        """Return what a sentence calls an operand.

        Parameters
        ----------
        operand : any
        beside : what it stands beside, which may put it into brackets
        """
        if isinstance(operand, str):
            return f"the {self._name(operand)}"
        if canonical.is_constant(operand):
            return self._number(operand)
        if isinstance(operand, Lagged):
            return self._earlier(operand, beside)
        if isinstance(operand, View):
            return self._view(operand, beside)
        if isinstance(operand, Count):
            member = self.condition(operand.member, inside=True)
            told = f"the number of the last {self._bars(operand.bars)} at which {member}"
            return bracketed(told, beside >= Beside.VERB)
        return self._arithmetic(operand, inside=beside >= Beside.SIGN)

    def percent(self, operand: Any) -> str:  # noqa: ANN401 - any operand
        """Return an operand in percent."""
        if canonical.is_constant(operand):
            return f"{self._number(operand)} %"
        told = self._share_of_close(operand) or self.operand(operand)
        if told.endswith("(in % of the close)"):
            return told
        return f"{self.operand(operand, Beside.OF)} %"

    def condition(self, node: Any, *, inside: bool = False, tense: str = "") -> str:  # noqa: ANN401 - any node
        """Return what a sentence calls a condition.

        Parameters
        ----------
        node : any
        inside : put what has several members, or is said of several bars, into brackets
        tense : "past" of what is over, "not" of what is not so
        """
        if isinstance(node, AllOf | AnyOf):
            parts = [self.condition(member, inside=True, tense=tense) for member in node.members]
            told = joined(parts, "and" if isinstance(node, AllOf) else "or")
            return bracketed(told, inside)
        if isinstance(node, Not):
            if isinstance(node.member, Comparison | Between) and not tense:
                return self._comparison(node.member, "not")
            return f"not ({self.condition(node.member, tense=tense)})"
        if isinstance(node, Holds):
            member = self.condition(node.member, inside=True, tense=tense)
            return bracketed(f"{member} for {self._bars(node.bars)} running", inside)
        if isinstance(node, Happened):
            member = self.condition(node.member, inside=True, tense="past")
            told = f"at least once in the last {self._bars(node.bars)} {member}"
            return bracketed(told, inside)
        return self._comparison(node, tense)

    def _comparison(self, node: Comparison | Between, tense: str) -> str:
        left = self.operand(node.left)
        if isinstance(node, Between):
            low, high = (self.operand(end, Beside.SIGN) for end in (node.low, node.high))
            constant = canonical.is_constant(node.low) and canonical.is_constant(node.high)
            said = interval(low, high, constant=constant)
            return conjugated(f"{left} is {said}", left, tense)
        right = self._extreme(node)
        if not right and tense != "not" and node.op in BOUNDS and canonical.is_constant(node.right):
            right = f"is {self.operand(node.right)} {BOUNDS[node.op]}"
        said = right or f"{OPS[node.op]} {self.operand(node.right, Beside.VERB)}"
        return conjugated(f"{left} {said}", left, tense)

    def _extreme(self, node: Comparison) -> str | None:
        """Return how a value is told that is at least as far out as its own window."""
        use = self.definition.indicators.get(node.right) if isinstance(node.right, str) else None
        if use is None or use.source != node.left or use.indicator != EXTREMES.get(node.op):
            return None
        price = f" {node.left}" if node.left in PRICES else ""
        return f"is the {use.indicator}{price} of the last {self._bars(use.settings['period'])}"

    def _number(self, value: Any) -> str:  # noqa: ANN401 - a Value
        return figure(canonical.number(value, self.resolved))

    def _bars(self, value: Any) -> str:  # noqa: ANN401 - a Value
        return times(canonical.number(value, self.resolved), "bar")

    def _earlier(self, operand: Lagged, beside: Beside) -> str:
        bars = canonical.number(operand.bars_ago, self.resolved)
        if not bars:
            return self.operand(operand.of, beside)
        if bars == 1 and operand.of in PRICES:
            return f"the previous {operand.of}"
        distance = times(bars, "bar")
        if operand_checks.looks_elsewhere(
            Part("", canonical.value(operand.of), is_condition=False), self._viewing
        ):
            distance = f"{figure(bars)} of the strategy's bars"
        return self._before(operand, self.operand(operand.of, Beside.OF), distance, beside)

    def _before(self, operand: Lagged | View, told: str, distance: str, beside: Beside) -> str:
        """Return an operand as it stood earlier: ``the highest high of the 20 bars before``."""
        use = self.definition.indicators.get(operand.of) if isinstance(operand.of, str) else None
        window = WINDOW.fullmatch(told) if use and use.indicator in EXTREMES.values() else None
        if distance.startswith("1 ") and window:
            return f"{window[1]}{window[2]} before"
        return bracketed(f"{told} {distance} earlier", beside >= Beside.OF)

    def _name(self, name: str) -> str:
        """Return what a price or an indicator is called, without its article."""
        if name in PRICES:
            return name
        use = self.definition.indicators[name]
        entry = indicators.get(use.indicator)
        told = {key: self._number(value) for key, value in use.settings.items()}
        source = self._source(use.source)
        if source is not None and "of {source}" in entry.phrase and use.source not in PRICES:
            source = self.operand(use.source, Beside.OF)
        said = entry.say(told, source, use.output).removeprefix("value of the ")
        if told.get("changes", "0") != "0":  # the one setting that changes what is told of
            said = said.replace("correlation of", "correlation of the changes of", 1)
        if use.other is not None:
            return said.replace("the other's", self.operand(use.other, Beside.OF))
        # the close is what anybody expects
        return re.sub(r" of close(?= \(|$)", "", said) if use.source == "close" else said

    def _source(self, operand: Any) -> str | None:  # noqa: ANN401 - any operand
        if operand is None:
            return None
        if isinstance(operand, str):
            return self._name(operand)
        return self.operand(operand, Beside.OF).removeprefix("the ")

    def _view(self, operand: View, beside: Beside) -> str:
        told = self.operand(operand.of, Beside.OF).removeprefix("the ")
        longer = length(operand.timeframe) if operand.timeframe else ""
        unit = UNITS.get(longer, "bar")
        whose = f"{operand.symbol}'s " if operand.symbol else "the "
        bars = canonical.number(operand.bars_ago, self.resolved)
        if unit != "bar" and isinstance(operand.of, str) and re.search(r"\bbars?\b", told):
            told = re.sub(r"\bbar(s?)\b", rf"{unit}\1", told)
        elif longer:
            newest = "last " if operand.of in PRICES and not bars else ""
            told = f"{newest}{longer} {told}"
        told = f"{whose}{told}"
        return self._before(operand, told, times(bars, unit), beside) if bars else told

    def _share_of_close(self, operand: Any) -> str | None:  # noqa: ANN401 - any operand
        """Return what is told of 100 × something / close: the something, in % of the close."""
        factors, divisors = self._factors(operand)
        rest = [one for one in factors if not isinstance(one, int | float)]
        if (
            divisors != ["close"]
            or len(rest) == len(factors)
            or all(map(canonical.is_constant, rest))
        ):
            return None
        scale = math.prod(one for one in factors if isinstance(one, int | float)) / 100
        told = [] if scale == 1 else [figure(scale)]
        told += [self.operand(one, Beside.SIGN) for one in rest]
        return f"{' × '.join(told)} (in % of the close)"

    def _factors(self, operand: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401 - any operand
        """Return what is multiplied, and what it is divided by."""
        word = getattr(operand, "word", "")
        if word not in {"multiply", "divide"}:
            return [operand], []
        parts = [self._factors(member) for member in operand.members]
        if word == "multiply":
            return [one for over, _ in parts for one in over], [
                one for _, under in parts for one in under
            ]
        (over, under), (below, above) = parts
        return over + above, under + below

    def _arithmetic(self, operation: Arithmetic | Absolute, *, inside: bool) -> str:
        if isinstance(operation, Absolute):
            return f"|{self.operand(operation.member)}|"
        if operation.word in SIGNS:
            first = getattr(operation.members[0], "word", "")
            chained = any({first, operation.word} <= chain for chain in CHAINS)
            parts = [
                self.operand(member, beside(operation.word, member, chained, place))
                for place, member in enumerate(operation.members)
            ]
            rest = [signed(operation.word, part) for part in parts[1:]]
            return bracketed(" ".join([parts[0], *rest]), inside)
        parts = [self.operand(member, Beside.SIGN) for member in operation.members]
        pair = len(parts) == 2  # noqa: PLR2004 - two of them
        word = {"minimum": ("lower", "lowest"), "maximum": ("higher", "highest")}
        chosen = word[operation.word][0 if pair else 1]
        return bracketed(f"the {chosen} of {alike(parts) or joined(parts, 'and')}", inside)
