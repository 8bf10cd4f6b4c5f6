"""Bars as the simulations take them: arrays, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars
from bitstockerz_lab.market import bars as market_bars

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

PRICES = ("open", "high", "low", "close")
WHOLE = 5
"""Columns of a frame of bars: the prices and the volume."""


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Bars as arrays of shape (n_bars,); pandas takes longer to give a column than to add it up.

    Attributes
    ----------
    stamps : when the bars start, UTC
    times : the same in nanoseconds since 1970
    numbers : float64 by column name: open, high, low, close
    missing : which bars are
    """

    stamps: pd.DatetimeIndex
    times: NDArray[np.int64]
    numbers: Mapping[str, Numbers]
    missing: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def of(cls, bars: pd.DataFrame) -> Tape:
        """Return a frame of bars as arrays.

        Raises
        ------
        BadBars
            It is no frame of bars: a column is not there, it does not ascend in time, a price lies
            outside its bar's range.
        """
        names = list(bars.columns)
        _refuse_absent(names)
        stamps = clock.stamps(bars)
        if len(bars) == 0:
            raise BadBars("There are no bars to simulate. Load or select at least one.")
        times = (stamps if stamps.unit == "ns" else stamps.as_unit("ns")).asi8
        if not (times[1:] > times[:-1]).all():
            raise BadBars("Bars must ascend in time, each stamp once. Try bars.sort_index().")
        numbers = _prices(bars, names)
        return cls(stamps, times, numbers, _missing(stamps, numbers))

    def between(self, first: int, stop: int) -> Tape:
        """Return the bars from one position to before another."""
        if first == 0 and stop == len(self):
            return self
        part = slice(first, stop)
        numbers = {name: column[part] for name, column in self.numbers.items()}
        return Tape(self.stamps[part], self.times[part], numbers, self.missing[part])


def _prices(bars: pd.DataFrame, names: list[str]) -> dict[str, Numbers]:
    """Return the prices, not to be written to.

    Of five columns of plain numbers pandas gives all at once, in a hundredth of the time.
    """
    whole = bars.to_numpy() if len(names) == WHOLE else None
    if whole is not None and whole.dtype == np.float64:
        found = {name: whole[:, names.index(name)] for name in PRICES}
    else:
        found = {name: bars[name].to_numpy(np.float64, na_value=np.nan) for name in PRICES}
    columns = {name: np.ascontiguousarray(column).view() for name, column in found.items()}
    for column in columns.values():
        column.flags.writeable = False
    return columns


def _refuse_absent(there: list[str]) -> None:
    absent = [name for name in PRICES if name not in there]
    if absent:
        lower = {str(name).lower() for name in there}
        hint = " Try bars.rename(columns=str.lower)." if lower.issuperset(PRICES) else ""
        raise BadBars(
            f"Bars need the columns open, high, low, close; {', '.join(absent)} is not there.{hint}"
        )


def _missing(stamps: pd.DatetimeIndex, numbers: Mapping[str, Numbers]) -> NDArray[np.bool_]:
    """Return which bars are missing; refuses an open or close outside of low and high."""
    open_, high, low, close = (numbers[name] for name in PRICES)
    fine = (low <= open_) & (open_ <= high) & (low <= close) & (close <= high)
    if (fine & (low > 0.0) & (high < np.inf)).all():
        return np.zeros(len(stamps), dtype=bool)
    missing = market_bars.lost((open_, high, low, close))
    wrong = ~(missing | fine)
    if wrong.any():
        at = int(wrong.argmax())
        raise BadBars(
            f"The bar of {stamps[at]} has open {open_[at]:g}, high {high[at]:g}, "
            f"low {low[at]:g}, close {close[at]:g}: open and close must lie between low and high. "
            "Drop it, or set its prices to NaN to have it skipped.",
            timestamp=stamps[at],
        )
    return missing
