"""Does a value change when the future is cut off? Then it was made of the future."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.strategies.honesty.compare import same

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

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
    is_flag : whether it is true or false, and no number
    """

    column: str
    timestamp: pd.Timestamp
    known_until: pd.Timestamp
    with_future: float
    without: float
    cuts: int
    is_flag: bool = False

    def __str__(self) -> str:
        return (
            f"{self.column} of {_when(self.timestamp)} looks ahead: it is "
            f"{self._said(self.with_future)} with all bars and {self._said(self.without)} with "
            f"those up to {_when(self.known_until)}. A value may use its own bar and earlier ones "
            "only: look for shift(-n), a centred window, statistics of the whole sample, or "
            "longer bars joined by their start instead of their end."
        )

    def _said(self, value: float) -> str:
        if np.isnan(value):
            return "missing"
        return str(bool(value)).lower() if self.is_flag else f"{value:,.8g}"


def _when(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M}"


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
    return look(compute, bars, compute(bars), cuts=cuts, seed=seed)[0]


def look(
    compute: Compute, bars: pd.DataFrame, whole: pd.DataFrame, *, cuts: int, seed: int = 0
) -> tuple[Peek | None, int]:
    """Return what `look_ahead` does, and at how many ends of the data it looked.

    Parameters
    ----------
    compute, bars, cuts, seed : as those of `look_ahead`; where `compute` raises on fewer bars than
        it needs, that end is passed over
    whole : `compute(bars)`
    """
    looked = 0
    for cut in _cuts(whole, cuts, seed):
        try:
            shorter = compute(bars.iloc[:cut])
        except Exception:  # noqa: BLE001, S112 - a person's code may raise anything on few bars
            continue
        looked += 1
        known = whole.iloc[:cut]
        if list(shorter.columns) != list(known.columns) or len(shorter) != cut:
            shorter = shorter.reindex(index=known.index, columns=known.columns)
        differs = ~same(known, shorter)
        if differs.any():
            row, column = divmod(int(differs.argmax()), differs.shape[1])
            stamps = clock.stamps(bars)
            peek = Peek(
                column=str(known.columns[column]),
                timestamp=stamps[row],
                known_until=stamps[cut - 1],
                with_future=_number(known, row, column),
                without=_number(shorter, row, column),
                cuts=looked,
                is_flag=known.dtypes.iloc[column].kind == "b",
            )
            return peek, looked
    return None, looked


def _number(values: pd.DataFrame, row: int, column: int) -> float:
    return float(values.iloc[[row], [column]].to_numpy(dtype=np.float64, na_value=np.nan)[0, 0])


def _cuts(values: pd.DataFrame, most: int, seed: int) -> list[int]:
    """Return lengths of data to try, ascending."""
    n = len(values)
    if n <= FEWEST:
        return []
    random = np.random.Generator(np.random.PCG64(seed))
    # as many at changes of a value as elsewhere: a peek by one bar shows at the bar before a change
    near = _near(~same(values.iloc[1:], values.iloc[:-1]), most // 2, random)
    far = random.integers(FEWEST, n, most - len(near))
    chosen = np.unique(np.concatenate([near, far]))
    return [int(cut) for cut in chosen if FEWEST <= cut < n]


def _near(steps: NDArray[np.bool_], most: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return lengths that end before and at changes, of each column alike many.

    A signal that changes ten times would not be met by chance among prices that always do.
    """
    changes = [np.flatnonzero(column) + 1 for column in steps.T]
    changes = [rows for rows in changes if len(rows)]
    each = max(most // (2 * len(changes)), 1) if changes else 0
    drawn = [random.choice(rows, min(len(rows), each), replace=False) for rows in changes]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *drawn])
    return np.concatenate([rows, rows + 1])[:most]
