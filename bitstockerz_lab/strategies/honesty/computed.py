"""What is checked of rules: signals, moving levels and named indicators, a column each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.compile import decisions
from bitstockerz_lab.strategies.document import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.compile import Others
    from bitstockerz_lab.strategies.definition import Definition


class Computed:
    """From bars to everything a definition makes of them; other symbols end when the bars do.

    Parameters
    ----------
    definition : the strategy
    resolved : every parameter's value
    others : the bars of other symbols, by symbol
    """

    def __init__(
        self, definition: Definition, resolved: Mapping[str, int | float], others: Others
    ) -> None:
        self.definition = definition
        self.resolved = resolved
        self.others = others
        named = {part.value for part in parts(definition.document) if isinstance(part.value, str)}
        self._names = [name for name in definition.indicators if name in named]

    @property
    def is_code(self) -> bool:
        """Whether the rules are Python, which only tells its signals."""
        return getattr(self.definition, "python", None) is not None

    def __call__(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return a row a bar: indicators first, since what is made of them differs with them."""
        others = {symbol: known(frame, bars) for symbol, frame in self.others.items()}
        found: dict[str, Any] = {}
        if self._names:
            columns = self.columns(bars, others)
            found = {name: columns.indicator(name) for name in self._names}
        signals, levels = decisions(self.definition, bars, self.resolved, others)
        moving = {name: one for name, one in levels.items() if isinstance(one, np.ndarray)}
        for i, (profit, _) in enumerate(levels.get("targets", ())):
            if isinstance(profit, np.ndarray):
                moving[f"targets[{i}]"] = profit
        told = {name: signals[name].to_numpy() for name in signals}
        return pd.DataFrame(found | moving | told, index=bars.index, copy=False)

    def columns(self, bars: pd.DataFrame, others: Others | None = None) -> Columns:
        """Return the columns the rules read; not of code."""
        known = self.others if others is None else others
        return Columns(self.definition, bars, self.resolved, known)


def known(frame: pd.DataFrame, bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars of another symbol that had ended when the last of these had."""
    if not len(bars):
        return frame.iloc[:0]
    stamps, last = clock.stamps(frame), clock.stamps(bars[-1:])[0]
    if "timeframe" not in frame.attrs or "timeframe" not in bars.attrs:
        return frame.iloc[: int(stamps.searchsorted(last, side="right"))]
    end = clock.bar_end(last, bars.attrs["timeframe"])
    ends = clock.bar_end(stamps, frame.attrs["timeframe"])
    return frame.iloc[: int(ends.searchsorted(end, side="right"))]
