"""A unit's bars as the machine takes them: prices, calendar, and columns in whole words of bars."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests.engine import bits
from bitstockerz_lab.backtests.tape import PRICES, Tape
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.measures.honest.overfitting import block_edges
from bitstockerz_lab.strategies.compile import need_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.unit import Unit

WORD = 64


@dataclass(frozen=True)
class Layout:
    """The bars of a unit, padded so that its period begins with a word.

    Attributes
    ----------
    bars : all of them, those that warm up included
    first : the position of the period's first bar
    timeframe, asset_type : for the metrics
    initial_equity : what the benchmark starts with
    """

    bars: Tape
    first: int
    timeframe: str
    asset_type: str
    initial_equity: float

    @classmethod
    def of(cls, unit: Unit) -> Layout:
        """Return the layout of a unit's bars.

        Raises
        ------
        BadBars, DataError
            They cannot be simulated, or a column is not there.
        """
        recipe = unit.recipe
        need_columns(unit.bars)
        return cls(
            bars=unit.tape or Tape.of(unit.bars),
            first=recipe.first_of(unit.bars),
            timeframe=recipe.timeframe,
            asset_type=str(recipe.symbol.asset_type),
            initial_equity=recipe.terms.initial_equity,
        )

    @cached_property
    def period(self) -> Tape:
        """The bars that are simulated."""
        return self.bars.between(self.first, len(self.bars))

    @property
    def stamps(self) -> pd.DatetimeIndex:
        """When the bars of the period start."""
        return self.period.stamps

    @property
    def lead(self) -> int:
        """How many bars that are none stand before the first."""
        return -self.first % WORD

    @property
    def skipped(self) -> int:
        """How many words only warm up."""
        return (self.lead + self.first) // WORD

    @property
    def words(self) -> int:
        """How many words all bars take."""
        return -(-(self.lead + len(self.bars)) // WORD)

    def padded(self, column: Any, nothing: float | bool) -> NDArray[Any]:  # noqa: ANN401 - numbers or flags
        """Return a column of bars in whole words, `nothing` before and after."""
        found = np.full(self.words * WORD, nothing)
        found[self.lead : self.lead + len(self.bars)] = column
        return found

    @cached_property
    def present(self) -> NDArray[np.uint64]:
        """The bars that are there and not missing, as bits."""
        if self.whole:
            return _bits_between(self.lead, self.lead + len(self.bars), self.words)
        return bits(self.padded(~self.bars.missing, nothing=False))

    @cached_property
    def whole(self) -> bool:
        """Whether no bar is missing."""
        return not self.bars.missing.any()

    @cached_property
    def _times(self) -> tuple[NDArray[Any], ...]:
        return _times(self.period.times.tobytes(), self.timeframe)

    @property
    def ends(self) -> NDArray[np.intp]:
        """The position of each day's last bar, in the period."""
        return self._times[0]

    @property
    def span(self) -> pd.Timedelta:
        """The time from the first bar's start to the last one's end."""
        times = self._times[2]
        return pd.Timedelta(int(times[-1] - times[0]), "ns")

    @cached_property
    def benchmark(self) -> NDArray[np.float64]:
        """The equity of buy and hold, a point a bar of the period."""
        prices = self.period.numbers
        return metrics.benchmark_points(
            prices["open"], prices["close"], self.period.missing, self.initial_equity
        )

    @cached_property
    def benchmark_returns(self) -> NDArray[np.float64]:
        """The daily returns of buy and hold."""
        return metrics.daily_returns(self.benchmark, self.ends, self.initial_equity)

    @cached_property
    def market(self) -> tuple[Any, ...]:
        """Return stamps, open, high, low, close and missing bits, for `machine.run_block`."""
        prices = (self.period.numbers[name] for name in PRICES)
        return (self.period.times, *prices, bits(self.period.missing))

    @cached_property
    def calendar(self) -> tuple[Any, ...]:
        """Return what `tally.tally` takes of days and times."""
        ends, day_of, times, edges = self._times
        returns = self.benchmark_returns
        return (ends, day_of, times, returns - returns.mean(), edges)

    @cached_property
    def plain(self) -> bool:
        """Whether `all_in` may be taken: all bars are there, and no price tests rounding."""
        from bitstockerz_lab.backtests.sweep import running  # noqa: PLC0415 - heavy: numba

        if not self.whole and self.period.missing.any():
            return False
        prices = self.period.numbers
        return bool(running.sane(prices["open"], prices["close"], self.ends))

    @cached_property
    def running(self) -> tuple[Any, ...]:
        """Return what `all_in.all_in` takes of the closes, eight numbers a bar."""
        from bitstockerz_lab.backtests.sweep import running  # noqa: PLC0415 - heavy: numba

        return running.running_sums(self.market[4], self.calendar)  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _bits_between(first: int, stop: int, words: int) -> NDArray[np.uint64]:
    """Return words of bits of which those from `first` to before `stop` are set."""
    flags = np.zeros(words * WORD, dtype=bool)
    flags[first:stop] = True
    return bits(flags)


@lru_cache(maxsize=4)
def _times(stamps: bytes, timeframe: str) -> tuple[NDArray[Any], ...]:
    """Return ends of days, each bar's day, times, and edges of blocks; many symbols share them."""
    index = pd.DatetimeIndex(np.frombuffer(stamps, dtype="M8[ns]"), tz="UTC")
    ends = metrics.day_ends(index)
    return (
        ends,
        np.searchsorted(ends, np.arange(len(index))),
        np.concatenate([index.asi8[:1], clock.bar_end(index, timeframe).as_unit("ns").asi8]),
        block_edges(len(ends)),
    )
