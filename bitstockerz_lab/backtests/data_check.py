"""What checks found about the bars a run stands on, as recorded; nothing is checked here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market import history
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.market.quality import result

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

HELD_OVER = ("gap", "jump", "split")
"""Findings that a position feels that is held meanwhile, wherever it was filled."""


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What the newest check of a run's bars found in its period.

    Attributes
    ----------
    symbol, timeframe : of the stored bars that the run's are, or are made of
    findings : those that overlap the period, columns as `lab.market.findings`
    checked_at : UTC; None if the bars were never checked
    is_current : whether nothing was stored since
    others : the same of the other symbols that the rules read
    """

    symbol: str
    timeframe: str
    findings: pd.DataFrame
    checked_at: pd.Timestamp | None
    is_current: bool
    others: tuple[DataCheck, ...] = ()

    @classmethod
    def read(cls, con: Connection, recipe: Recipe) -> DataCheck:
        """Return what is recorded about the bars of a recipe; needs a lease."""
        others = {one.symbol.id: one for one in recipe.reads if one.symbol.id != recipe.symbol.id}
        checks = [cls._read(con, recipe, one.symbol, one.timeframe) for one in others.values()]
        own = cls._read(con, recipe, recipe.symbol, recipe.timeframe)
        return replace(own, others=tuple(checks))

    @classmethod
    def _read(cls, con: Connection, recipe: Recipe, symbol: Symbol, timeframe: str) -> DataCheck:
        states = {
            state.timeframe: state for state in market_store.findings.check_states(con, symbol)
        }
        sources = history.sources(symbol.asset_type, timeframe)
        source = next((name for name in sources if name in states), timeframe)
        found = market_store.findings.newest_findings(con, symbol, source)
        end = clock.bar_end(recipe.end, recipe.timeframe)
        state = states.get(source)
        return cls(
            symbol=symbol.symbol,
            timeframe=source,
            findings=found[(found["first"] < end) & (found["last"] >= recipe.start)],
            checked_at=clock.utc(state.checked_at) if state and state.checked_at else None,
            is_current=bool(state and state.is_current),
        )

    def touched(self, trades: pd.DataFrame) -> list[int]:
        """Return the numbers, from 1, of trades that rest on odd data.

        A trade does that fills on a bar with an error or warning, or is held over a hole, a jump
        or a split.

        Parameters
        ----------
        trades : as `Run.trades` gives them
        """
        odd = self.findings[self.findings["severity"] != Severity.INFO]
        entered, left = (
            trades[name].to_numpy(dtype="datetime64[us]") for name in ("entry_time", "exit_time")
        )
        rests = np.zeros(len(trades), dtype=bool)
        for kind, first, last in zip(odd["kind"], odd["first"], odd["last"], strict=True):
            since, until = (stamp.tz_convert(None).to_datetime64() for stamp in (first, last))
            if kind in HELD_OVER:
                rests |= (entered <= until) & (left >= since)
            else:
                rests |= ((entered >= since) & (entered <= until)) | (
                    (left >= since) & (left <= until)
                )
        return [int(place) + 1 for place in np.flatnonzero(rests)]

    @property
    def verb(self) -> str:
        """What shows more, or checks: ``lab.market.check('QQQ', '1d')``."""
        return f"lab.market.check({self.symbol!r}, {self.timeframe!r})"

    def note(self) -> str:
        """Return what is known of the data, as a sentence without its full stop."""
        told = f"{result.counted(self.findings)} in this period"
        if self.checked_at is None:
            own = f"Data: not checked since its bars were stored: {self.verb}"
        elif not self.is_current:
            own = f"Data: {told}, and not checked since bars were stored: {self.verb}"
        else:
            own = f"Data: {told}" + ("" if self.findings.empty else f": {self.verb}")
        return "; ".join([own, *filter(None, (other.aside() for other in self.others))])

    def aside(self) -> str:
        """Return what to say of these bars beside others: not checked, or odd; "" for nothing."""
        odd = self.findings[self.findings["severity"] != Severity.INFO]
        told = [result.counted(odd)] if len(odd) else []
        if not self.is_current:
            told.append("not checked since bars were stored")
        return (
            f"{self.symbol}, which the rules read: {', '.join(told)}: {self.verb}" if told else ""
        )
