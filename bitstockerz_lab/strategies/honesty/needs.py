"""How many bars rules need before their values no longer depend on where the data starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.document import GROUPS, LEVELS, PRICES
from bitstockerz_lab.strategies.language import (
    AllOf,
    AnyOf,
    Between,
    Count,
    Happened,
    Holds,
    Lagged,
    Not,
    View,
)
from bitstockerz_lab.strategies.phrases import Phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bitstockerz_lab.strategies.definition import Definition

BEGUN = 2
"""Longer bars that a view may lose at the start: the one that had begun, and the one under way."""

TOTALS = ("obv", "ad")
TOTAL = (
    "The level of the {} depends on the first bar of the data for ever; only its changes do not."
)
UNKNOWN = "The {} may depend on where the data starts, however long ago that is."


@dataclass(frozen=True, slots=True)
class Needs:
    """What rules need before their first bar.

    Parameters
    ----------
    bars : how many, until whatever settles has settled; None for code, which nobody can count
    never : a sentence for each value that never settles
    """

    bars: int | None
    never: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.bars is None:
            return "How many bars the code needs can be measured only."
        plural = "" if self.bars == 1 else "s"
        told = f"The rules need {self.bars:,} bar{plural} until their values have settled."
        return " ".join([told, *self.never])


def needs(
    definition: Definition,
    parameters: Mapping[str, Any] | None = None,
    bars: pd.DataFrame | None = None,
) -> Needs:
    """Return how many bars rules need, from what the catalogue says each indicator needs.

    An indicator of another needs both their bars; `bars_ago`, `holds`, `happened` and `count` add
    theirs; a view on weeks needs its weeks. Bars that are missing do not count.

    Parameters
    ----------
    definition : a Definition
    parameters : values by name; the defaults for the rest
    bars : bars of the symbol, which tell how many of them a week has; a timeframe without a pause
        if left out

    Examples
    --------
    >>> from bitstockerz_lab.strategies import close, sma, strategy
    >>> needs(strategy("Trend", enter=close > sma(200).bars_ago(1))).bars
    200
    """
    if getattr(definition, "python", None) is not None:
        return Needs(None)
    walk = _Walk(definition, definition.resolve(parameters), bars)
    conditions = [getattr(definition, group) for group in GROUPS]
    levels = [getattr(definition, name) for name in LEVELS]
    levels += [target.profit_pct for target in definition.targets or ()]
    found = [walk.condition(node) for node in conditions if node is not None]
    found += [walk.operand(level) for level in levels if level is not None]
    return Needs(max(found, default=0), tuple(walk.never))


class _Walk:
    """The bars each operand and condition needs."""

    def __init__(
        self, definition: Definition, resolved: dict[str, int | float], bars: pd.DataFrame | None
    ) -> None:
        self._definition = definition
        self._resolved = resolved
        self._bars = bars
        self._phrases = Phrases(definition, resolved)
        self.never: dict[str, None] = {}

    def operand(self, operand: Any) -> int:  # noqa: ANN401, PLR0911 - any operand, a return a kind
        if isinstance(operand, str):
            return 0 if operand in PRICES else self._indicator(operand)
        if canonical.is_constant(operand):
            return 0
        if isinstance(operand, Lagged):
            return self.operand(operand.of) + self._number(operand.bars_ago)
        if isinstance(operand, View):
            own = self.operand(operand.of) + self._number(operand.bars_ago)
            if operand.timeframe is None:
                return own
            return (own + BEGUN) * self._in_one(operand.timeframe)
        if isinstance(operand, Count):
            return self.condition(operand.member) + self._number(operand.bars) - 1
        return max(self.operand(member) for member in operand.members)

    def condition(self, node: Any) -> int:  # noqa: ANN401 - any node
        if isinstance(node, AllOf | AnyOf):
            return max(self.condition(member) for member in node.members)
        if isinstance(node, Not):
            return self.condition(node.member)
        if isinstance(node, Holds | Happened):
            return self.condition(node.member) + self._number(node.bars) - 1
        if isinstance(node, Between):
            return max(self.operand(one) for one in (node.left, node.low, node.high))
        before = 1 if node.op.startswith("crosses") else 0
        return max(self.operand(node.left), self.operand(node.right)) + before

    def _indicator(self, name: str) -> int:
        use = self._definition.indicators[name]
        entry = indicators.get(use.indicator)
        settings = {k: canonical.number(v, self._resolved) for k, v in use.settings.items()}
        inner = max(self.operand(one) for one in (use.source or 0, use.other or 0))
        own = entry.settles(settings, use.output)
        if own is None:
            sentence = TOTAL if entry.name in TOTALS else UNKNOWN
            self.never[sentence.format(self._phrases.operand(name).removeprefix("the "))] = None
            own = entry.warm_up(settings, use.output)
        return inner + own

    def _number(self, value: Any) -> int:  # noqa: ANN401 - a Value
        return int(canonical.number(value, self._resolved))

    def _in_one(self, timeframe: str) -> int:
        """Return how many bars a longer one holds at most."""
        if self._bars is None or not len(self._bars):
            return int(clock.TIMEFRAMES[timeframe] / clock.TIMEFRAMES["1d"]) or 1
        starts = clock.bar_start(clock.stamps(self._bars), timeframe)
        return int(np.unique(starts.asi8, return_counts=True)[1].max())
