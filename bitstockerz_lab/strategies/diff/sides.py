"""One of the two definitions that are compared: what its parts mean, and how they are said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies.document import PRICES, parts, reference, to_text
from bitstockerz_lab.strategies.language import Happened, Holds, ParameterReference
from bitstockerz_lab.strategies.phrases import Phrases, figure
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition

LENGTH = re.compile(r"(\w+) \(([\d.,]+)\)(-\w+)")
"""A parameter where a number makes a word: n (5)-bar."""
TURNED = {">": "<", ">=": "<=", "crosses_above": "crosses_below"}


class PlainPhrases(Phrases):
    """English in which a parameter is its number."""

    def bars(self, value: Any) -> str:  # noqa: ANN401 - a Value
        """Return ``3 bars``."""
        return self._bars(value)


class NamedPhrases(PlainPhrases):
    """English in which a parameter says its name: ``oversold (30)``."""

    def _number(self, value: Any) -> str:  # noqa: ANN401 - a Value
        told = super()._number(value)
        return f"{value.parameter} ({told})" if isinstance(value, ParameterReference) else told

    def bars(self, value: Any) -> str:  # noqa: ANN401 - a Value
        """Return ``3 bars``, or ``n (3) bars``."""
        return f"{self._number(value)} bars" if not isinstance(value, int) else self._bars(value)

    def _name(self, name: str) -> str:
        """Return what a price or an indicator is called: the 5-bar (n) SMA."""
        return LENGTH.sub(r"\2\3 (\1)", super()._name(name))

    def percent(self, operand: Any) -> str:  # noqa: ANN401 - any operand
        """Return an operand in percent."""
        if isinstance(operand, ParameterReference):
            return f"{operand.parameter} ({figure(self.resolved[operand.parameter])} %)"
        return super().percent(operand)


class Side:
    """One of two definitions.

    Parameters
    ----------
    definition : any
    parameters : what a parameter is called in the other one, where that is another name

    Attributes
    ----------
    plain, named : the English of its parts, with parameters as numbers and by name
    indicators : what each declared indicator means, as one text
    shared : names of indicators that changed and kept their name; `tree` takes them for the same
    """

    def __init__(self, definition: Definition, parameters: Mapping[str, str] | None = None) -> None:
        values = definition.resolve()
        self.definition = definition
        self.document = definition.document
        self.plain = PlainPhrases(definition, values)
        self.named = NamedPhrases(definition, values)
        self.declared: dict[str, Any] = self.document.get("indicators", {})
        self.shared: frozenset[str] = frozenset()
        self._parameters = parameters or {}
        self.indicators = {name: self.key(name) for name in self.declared}

    def tree(self, value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
        """Return JSON with every indicator's name replaced by what it means."""
        if isinstance(value, str):
            return self._meaning(value)
        if isinstance(value, list):
            return [self.tree(member) for member in value]
        name = reference(value)
        if name is not None:
            return {"parameter": self._parameters.get(name, name)}
        if isinstance(value, Mapping):
            texts = ("op", "symbol", "timeframe", "indicator", "output", "method")
            return {k: one if k in texts else self.tree(one) for k, one in value.items()}
        return value

    def key(self, value: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a text that two parts share if they mean the same: no names, no order in groups.

        ``close > sma`` is ``sma < close``.
        """
        return to_text(_sorted(self.tree(value)))

    def window(self, node: Holds | Happened, *, named: bool = False) -> str:
        """Return ``for 3 bars running`` or ``at one of the last 5 bars``."""
        told = (self.named if named else self.plain).bars(node.bars)
        return f"for {told} running" if isinstance(node, Holds) else f"at one of the last {told}"

    def uses(self) -> set[str]:
        """Return the names of the indicators that the rules read, directly or through others."""
        rules = {k: v for k, v in self.document.items() if k != "indicators"}
        found: set[str] = set()
        waiting = set(_names(rules))
        while waiting:
            found |= waiting
            inner = {"indicators": {name: self.declared[name] for name in waiting}}
            waiting = set(_names(inner)) - found
        return found

    def _meaning(self, name: str) -> str:
        if name in PRICES or name not in self.declared:
            return name
        if name in self.shared:
            return f"indicator {name}"
        return f"indicator {self.key(self.declared[name])}"


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the indicators' names that stand in a document."""
    for part in parts(document):
        if isinstance(part.value, str) and part.value not in PRICES:
            yield part.value


def _sorted(tree: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(tree, list):
        return [_sorted(member) for member in tree]
    if not isinstance(tree, Mapping):
        return tree
    found = {key: _sorted(value) for key, value in tree.items()}
    for word in ("all", "any"):
        if word in found:
            found[word] = sorted(found[word], key=to_text)
    if found.get("op") in TURNED:
        turned = {"left": found["right"], "op": TURNED[found["op"]], "right": found["left"]}
        return found | turned
    return found


def place(path: str, old: Any, new: Any, sides: tuple[Side, Side]) -> tuple[str, Any, Any]:  # noqa: ANN401 - JSON
    """Return the one place at which two parts differ, as deep as there is one: path, both values.

    Parameters
    ----------
    path : of both parts
    old, new : JSON that means different things
    sides : the definitions they are of
    """
    while True:
        inner = _children(old, new)
        found = [one for one in inner if sides[0].key(one[1]) != sides[1].key(one[2])]
        if len(found) != 1:
            return path, old, new
        step, old, new = found[0]
        path = join(path, step)


def _children(old: Any, new: Any) -> list[tuple[str | int, Any, Any]]:  # noqa: ANN401 - JSON
    if isinstance(old, Mapping) and isinstance(new, Mapping) and set(old) == set(new):
        return [(key, old[key], new[key]) for key in old]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [(i, *pair) for i, pair in enumerate(zip(old, new, strict=True))]
    return []
