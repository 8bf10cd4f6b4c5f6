"""How an exchange's answers become pages: oldest first, each bar once, without a hole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.providers.protocol import Page, Request, finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[[pd.Timestamp, int], tuple[pd.DataFrame, pd.Timestamp | None]]


MINUTE = "%Y-%m-%d %H:%M"


class Pages:
    """The pages of one request, asked one after the other.

    Each question begins at the newest bar of the last answer: that the same bar comes again, with
    the same values, shows that nothing was left out between the two.

    Parameters
    ----------
    request : with its `first`
    ask : returns bars from a stamp on, at most so many, and the time at which they were told
    limit : how many
    who : for errors
    """

    def __init__(self, request: Request, ask: Ask, limit: int, who: str) -> None:
        self.request = request
        self.ask = ask
        self.limit = limit
        self.who = who
        self.step = clock.TIMEFRAMES[request.timeframe]
        self.seen: pd.DataFrame | None = None
        self.now = clock.utc(clock.now())

    def __iter__(self) -> Iterator[Page]:
        """Yield pages until the last bar wanted, or the last that has ended."""
        cursor = self.request.first
        empty: list[pd.Timestamp] = []
        while cursor is not None and cursor <= self._last():
            bars = self._answer(cursor)
            if bars.empty:
                empty.append(cursor)
                cursor = cursor + self.step * max(self.limit - 1, 1)
                continue
            bars = self._in_the_gap(empty, bars)
            bars = self._in_the_holes(empty, bars)
            notes = self._notes(bars, empty) + self._on_holes(empty, bars)
            yield Page(bars=self.request.cut(bars), now=self.now, notes=notes)
            self.seen, empty = bars, []
            cursor = bars.index[-1]
            if cursor >= self._last():
                return
        if self.seen is not None:
            yield Page(bars=self.seen.iloc[:0], now=self.now, notes=(self._ends(),))

    def _in_the_gap(self, empty: list[pd.Timestamp], bars: pd.DataFrame) -> pd.DataFrame:
        """Return bars that were left out by mistake, else those after the gap.

        An empty answer may have been a fault: all of them are asked again before the gap is
        believed, because what is passed over now would never be asked for again.
        """
        for since in empty:
            again = self._answer(since)
            if len(again):
                return again
        return bars

    def _in_the_holes(self, empty: list[pd.Timestamp], bars: pd.DataFrame) -> pd.DataFrame:
        """Return bars with those that a second answer, from before the first hole, has more."""
        holes = self._holes(empty, bars)
        if not holes:
            return bars
        again = self._answer(holes[0][0])
        more = again[again.index <= bars.index[-1]]
        return self._once(pd.concat([bars, more]).sort_index(kind="stable"))

    def _holes(
        self, empty: list[pd.Timestamp], bars: pd.DataFrame
    ) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Return the bars before and after each hole of what is wanted; a gap is none."""
        stamps = self.request.cut(bars).index
        if self.seen is not None and not empty:
            stamps = stamps.insert(0, self.seen.index[-1])
        at = np.flatnonzero(np.diff(stamps) > self.step)
        return list(zip(stamps[at], stamps[at + 1], strict=True))

    def _last(self) -> pd.Timestamp:
        """Return the stamp of the last bar to ask for: it has ended, by their clock and by ours."""
        newest = (self.now - self.step).floor(self.step)
        last = self.request.last
        return newest if last is None else min(last, newest)

    def _answer(self, since: pd.Timestamp) -> pd.DataFrame:
        """Return bars that are new, have ended and are not before `since`."""
        bars, told = self.ask(since, self.limit)
        here = clock.utc(clock.now())
        self.now = here if told is None else min(here, told)
        bars = finished(bars, self.request.timeframe, self.now).sort_index(kind="stable")
        bars = self._once(bars)
        self._refuse_changed(bars)
        if len(bars) >= self.limit and bars.index[-1] < since:
            raise DataError(
                f"{self.who} was asked for {self.request.timeframe} bars of {self.request.text} "
                f"since {since:{MINUTE}} and answers with bars to "
                f"{bars.index[-1]:{MINUTE}}: it does not get on. Ask for a later start.",
                who=self.who,
            )
        newest = self.seen.index[-1] if self.seen is not None else None
        return bars[bars.index >= since] if newest is None else bars[bars.index > newest]

    def _once(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return bars with each stamp once; equal rows are one bar, others an error."""
        again = bars.index.duplicated()
        if not again.any():
            return bars
        first = bars[~again]
        self._refuse_differences(first, bars[again])
        return first

    def _refuse_changed(self, bars: pd.DataFrame) -> None:
        if self.seen is not None:
            self._refuse_differences(self.seen, bars[bars.index.isin(self.seen.index)])

    def _refuse_differences(self, known: pd.DataFrame, again: pd.DataFrame) -> None:
        """Raise if bars that had ended are told in another way now."""
        before = known.loc[again.index, list(COLUMNS)]
        differs = (before != again[list(COLUMNS)]) & (before.notna() | again[list(COLUMNS)].notna())
        if not differs.any(axis=None):
            return
        stamp = again.index[differs.any(axis=1)][0]
        name = differs.columns[differs.loc[[stamp]].any()][0]
        was, becomes = (float(bars.loc[[stamp], name].iloc[0]) for bars in (before, again))
        raise DataError(
            f"{self.who} told the {self.request.timeframe} bar of {self.request.text} at "
            f"{stamp:{MINUTE}} twice and differently, though it had ended: {name} {was:g}, "
            f"then {becomes:g}. Ask again later, when it is settled.",
            who=self.who,
            stamp=stamp,
        )

    def _notes(self, bars: pd.DataFrame, empty: list[pd.Timestamp]) -> tuple[str, ...]:
        """Return a sentence about a gap before these bars."""
        if self.seen is not None and not empty:
            return ()
        begins = self.request.first if self.seen is None else self.seen.index[-1] + self.step
        if begins is None or bars.index[0] <= begins:
            return ()
        return (f"{self._none()} from {begins:{MINUTE}} until {bars.index[0]:{MINUTE}}.",)

    def _on_holes(self, empty: list[pd.Timestamp], bars: pd.DataFrame) -> tuple[str, ...]:
        """Return a sentence about the holes within and before these bars."""
        holes = self._holes(empty, bars)
        if not holes:
            return ()
        before, after = max(holes, key=lambda hole: hole[1] - hole[0])
        longest = f"from {before + self.step:{MINUTE}} until {after:{MINUTE}}"
        if len(holes) == 1:
            return (f"{self._none()} {longest}.",)
        lost = sum((after - before) // self.step - 1 for before, after in holes)
        told = f"in {len(holes):,} holes, {lost:,} bars together; the longest is {longest}"
        return (f"{self._none()} {told}.",)

    def _ends(self) -> str:
        """Return a sentence about answers without bars at the end."""
        newest = self.seen.index[-1] if self.seen is not None else self.request.first
        return f"{self._none()} after {newest:{MINUTE}}."

    def _none(self) -> str:
        return f"{self.who} has no {self.request.timeframe} bars of {self.request.text}"
