"""Does a value change when the future is cut off? Then it was made of the future."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.strategies.honesty.compare import same

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.honesty.compare import Compute

CUTS = 60
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Peek:
    """A value that knows bars after its own.

    Attributes
    ----------
    column : which
    timestamp : the first bar where it differs, UTC
    known_until : the last bar that was left when the future was cut off, UTC
    with_future, without : its value with all bars, and with those up to `known_until`
    cuts : how many cuts were tried until this one
    """

    column: str
    timestamp: pd.Timestamp
    known_until: pd.Timestamp
    with_future: float
    without: float
    cuts: int

    def __str__(self) -> str:
        return (
            f"{self.column} of {self.timestamp:%Y-%m-%d %H:%M} looks ahead: it is "
            f"{self.with_future:g} with all bars and {self.without:g} with those up to "
            f"{self.known_until:%Y-%m-%d %H:%M}. A value may use its own bar and earlier ones "
            "only: look for shift(-n), a centred window, statistics of the whole sample, or "
            "longer bars joined by their start instead of their end."
        )


def look_ahead(
    compute: Compute, bars: pd.DataFrame, *, cuts: int = CUTS, seed: int = 0
) -> Peek | None:
    """Return the first value that changes when the future is cut off, or None.

    Parameters
    ----------
    compute : from bars to a frame with a row a bar; called with the first bars of `bars`
    bars : DataFrame of shape (n_bars, …), ascending
    cuts : at most how many ends of the data are tried. They lie at bars whose values differ from
        those before, where a peek shows first, and at random ones.
    seed : of the random ones

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.date_range("2020-01-01", periods=50, tz="UTC")
    >>> bars = pd.DataFrame({"close": range(50)}, index=index)
    >>> look_ahead(lambda bars: bars[["close"]].rolling(5).mean(), bars) is None
    True
    >>> look_ahead(lambda bars: bars[["close"]].shift(-1), bars).column
    'close'
    """
    whole = compute(bars)
    for tried, cut in enumerate(_cuts(whole, cuts, seed), start=1):
        shorter = compute(bars.iloc[:cut])
        known = whole.iloc[:cut]
        if list(shorter.columns) != list(known.columns) or len(shorter) != cut:
            shorter = shorter.reindex(index=known.index, columns=known.columns)
        differs = ~same(known, shorter)
        if differs.any():
            row, column = divmod(int(differs.argmax()), differs.shape[1])
            stamps = clock.stamps(bars)
            return Peek(
                column=str(known.columns[column]),
                timestamp=stamps[row],
                known_until=stamps[cut - 1],
                with_future=_number(known, row, column),
                without=_number(shorter, row, column),
                cuts=tried,
            )
    return None


def _number(values: pd.DataFrame, row: int, column: int) -> float:
    return float(values.iloc[[row], [column]].to_numpy(dtype=np.float64, na_value=np.nan)[0, 0])


def _cuts(values: pd.DataFrame, most: int, seed: int) -> list[int]:
    """Return lengths of data to try, ascending."""
    n = len(values)
    if n <= FEWEST:
        return []
    steps = np.flatnonzero(~same(values.iloc[1:], values.iloc[:-1]).all(axis=1)) + 1
    random = np.random.Generator(np.random.PCG64(seed))
    # as many at changes of a value as elsewhere: a peek by one bar shows at the bar before a change
    near = np.concatenate([steps, steps + 1])
    near = random.choice(near, min(len(near), most // 2), replace=False)
    far = random.integers(FEWEST, n, most - len(near))
    chosen = np.unique(np.concatenate([near, far]))
    return [int(cut) for cut in chosen if FEWEST <= cut < n]
