"""Conditions compared: groups member by member, a member that moved is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.diff.changes import Change
from bitstockerz_lab.strategies.diff.sides import Side, place
from bitstockerz_lab.strategies.document import to_text
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Comparison,
    Happened,
    Holds,
    Not,
)
from bitstockerz_lab.strategies.phrases import OPS, interval
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Sequence

Member = tuple[str, Any]
"""A member's path and the member."""
GROUPS = ((AllOf, "and"), (AnyOf, "or"))
ALIKE = 2.0
"""From this score on two members are one that changed; below, one left and another came."""


class Conditions:
    """Compares conditions of two definitions.

    Parameters
    ----------
    old, new : the definitions
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.old = old
        self.new = new

    def compare(self, told: str, path: str, old: Any, new: Any) -> list[Change]:  # noqa: ANN401 - nodes
        """Return what changed from one condition to another.

        Parameters
        ----------
        told : what stands before the colon: "entry"
        path : of both
        old, new : nodes
        """
        if self._key(self.old, old) == self._key(self.new, new):
            return []
        for kind, word in GROUPS:
            if isinstance(old, kind) or isinstance(new, kind):
                found = self._members(told, path, (old, new), kind, word)
                if found is not None:
                    return found
        if isinstance(old, Not) and isinstance(new, Not):
            return self.compare(f"{told}, not", join(path, "not"), old.member, new.member)
        if isinstance(old, Holds | Happened) and type(old) is type(new):
            return self._window(told, path, old, new)
        return [self._changed(told, path, old, new)]

    def _members(
        self,
        told: str,
        path: str,
        nodes: tuple[Any, Any],
        kind: type[AllOf | AnyOf],
        word: str,
    ) -> list[Change] | None:
        """Return the changes member by member; None where a single condition is in no group."""
        olds, news = (_members_of(node, path, kind) for node in nodes)
        pairs = self._pairs(olds, news)
        if not (pairs or all(isinstance(node, kind) for node in nodes)):
            return None
        found: list[Change] = []
        paired_new = {j: i for i, j in pairs}
        for j, (where, node) in enumerate(news):
            if j in paired_new:
                found += self.compare(told, where, olds[paired_new[j]][1], node)
            else:
                text = self.new.plain.condition(node, inside=True)
                sentence = f"{told}, added: {word} {text}"
                found.append(Change(where, "added", None, canonical.node(node), sentence))
        paired_old = {i for i, _ in pairs}
        for i, (where, node) in enumerate(olds):
            if i not in paired_old:
                text = self.old.plain.condition(node, inside=True)
                sentence = f"{told}, removed: {word} {text}"
                found.append(Change(where, "removed", canonical.node(node), None, sentence))
        return found

    def _pairs(self, olds: Sequence[Member], news: Sequence[Member]) -> list[tuple[int, int]]:
        """Return which old member is which new one: the same first, then the most alike."""
        pairs: list[tuple[int, int]] = []
        left, free = [*range(len(olds))], [*range(len(news))]
        for i in [*left]:
            key = self._key(self.old, olds[i][1])
            same = next((j for j in free if self._key(self.new, news[j][1]) == key), None)
            if same is not None:
                pairs.append((i, same))
                left.remove(i)
                free.remove(same)
        scores = sorted(
            (-self._alike(olds[i][1], news[j][1]), abs(i - j), i, j) for i in left for j in free
        )
        lone = len(left) == len(free) == 1
        for score, _, i, j in scores:
            kin = lone and len(olds) == len(news) and type(olds[i][1]) is type(news[j][1])
            if i in left and j in free and (-score >= ALIKE or kin):
                pairs.append((i, j))
                left.remove(i)
                free.remove(j)
        return pairs

    def _alike(self, old: Any, new: Any) -> float:  # noqa: ANN401 - nodes
        if isinstance(old, Comparison | Between) and isinstance(new, Comparison | Between):
            same_left = self._same_operand(old.left, new.left)
            score = 3.0 if same_left else float(self._head(old.left) == self._head(new.left))
            if isinstance(old, Comparison) and isinstance(new, Comparison):
                score += 2.0 * self._same_operand(old.right, new.right)
            return score + float(old.op == new.op)
        if type(old) is not type(new):
            return 0.0
        if isinstance(old, AllOf | AnyOf):
            keys = {self._key(self.new, member) for member in new.members}
            return ALIKE * any(self._key(self.old, member) in keys for member in old.members)
        return 0.5 + self._alike(old.member, new.member)

    def _window(self, told: str, path: str, old: Any, new: Any) -> list[Change]:  # noqa: ANN401 - nodes
        word = "holds" if isinstance(old, Holds) else "happened"
        context = f"{told}, {self.new.window(new)}"
        found = self.compare(context, join(path, word), old.member, new.member)
        before, after = canonical.value(old.bars), canonical.value(new.bars)
        if self.old.key(before) != self.new.key(after):
            texts = self.old.window(old, named=True), self.new.window(new, named=True)
            sentence = f"{told}: {self.new.plain.condition(new.member)} {' → '.join(texts)}"
            found.append(Change(join(path, "bars"), "changed", before, after, sentence))
        return found

    def _changed(self, told: str, path: str, old: Any, new: Any) -> Change:  # noqa: ANN401 - nodes
        jsons = canonical.node(old), canonical.node(new)
        where, before, after = place(path, *jsons, (self.old, self.new))
        left, texts = "", self._ends(old, new)
        if texts is None:
            texts = self.old.plain.condition(old), self.new.plain.condition(new)
            if texts[0] == texts[1]:
                texts = self.old.named.condition(old), self.new.named.condition(new)
        else:
            left = f"{self.new.plain.operand(new.left)} "
        if texts[0] == texts[1]:
            left, texts = "", (to_text(jsons[0]), to_text(jsons[1]))
        return Change(where, "changed", before, after, f"{told}: {left}{texts[0]} → {texts[1]}")

    def _ends(self, old: Any, new: Any) -> tuple[str, str] | None:  # noqa: ANN401 - nodes
        """Return what the same left side is compared with, before and after; else None."""
        both = (old, new)
        if not all(isinstance(node, Comparison | Between) for node in both):
            return None
        if not self._same_operand(old.left, new.left):
            return None
        for named in (False, True):
            texts = _end(self.old, old, named=named), _end(self.new, new, named=named)
            if texts[0] != texts[1]:
                break
        return texts

    def _same_operand(self, old: Any, new: Any) -> bool:  # noqa: ANN401 - operands
        return self.old.key(canonical.value(old)) == self.new.key(canonical.value(new))

    def _head(self, operand: Any) -> str:  # noqa: ANN401 - an operand
        """Return what kind of thing an operand is: a price's name, an indicator, an operation."""
        if isinstance(operand, str):
            for side in (self.old, self.new):
                if operand in side.declared:
                    return str(side.declared[operand]["indicator"])
            return operand
        of = getattr(operand, "of", None)
        return type(operand).__name__ if of is None else self._head(of)

    @staticmethod
    def _key(side: Side, node: Any) -> str:  # noqa: ANN401 - a node
        return side.key(canonical.node(node))


def _members_of(node: Any, path: str, kind: Any) -> list[Member]:  # noqa: ANN401 - a node, a type
    if not isinstance(node, kind):
        return [(path, node)]
    word = "all" if kind is AllOf else "any"
    return [(join(join(path, word), i), member) for i, member in enumerate(node.members)]


def _end(side: Side, node: Any, *, named: bool) -> str:  # noqa: ANN401 - a Comparison or Between
    def say(operand: Any) -> str:  # noqa: ANN401 - any operand
        by_name = named or canonical.is_constant(operand)
        return (side.named if by_name else side.plain).operand(operand)

    if isinstance(node, Between):
        constant = canonical.is_constant(node.low) and canonical.is_constant(node.high)
        said = interval(say(node.low), say(node.high), constant=constant)
        return said if said.startswith("between ") else f"is {said}"
    return f"{OPS[node.op].removeprefix('is ')} {say(node.right)}"
