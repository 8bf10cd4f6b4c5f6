"""Does a value change when the future is cut off? Then it was made of the future."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.strategies.honesty import futures
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
    future : how the bars after `known_until` were changed: "fall", "rise"; "" where cut off
    """

    column: str
    timestamp: pd.Timestamp
    known_until: pd.Timestamp
    with_future: float
    without: float
    cuts: int
    is_flag: bool = False
    future: str = ""

    def __str__(self) -> str:
        until = _when(self.known_until)
        other = f"with those up to {until}"
        if self.future:
            other = f"if those after {until} {self.future}"
        return (
            f"{self.column} of {_when(self.timestamp)} looks ahead: it is "
            f"{self._said(self.with_future)} with all bars and {self._said(self.without)} {other}. "
            "A value may use its own bar and earlier ones only: look for shift(-n), a centred "
            "window, statistics of the whole sample, or longer bars joined by their start instead "
            "of their end."
        )

    def _said(self, value: float) -> str:
        if np.isnan(value):
            return "missing"
        return str(bool(value)).lower() if self.is_flag else f"{value:,.8g}"


def _when(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking for a peek came to.

    Attributes
    ----------
    peek : the first found; None if there was none
    places : at how many ends of the data values could be compared
    tried : at how many that was tried
    problem : what was last raised there
    is_whole : whether there was time for every end
    """

    peek: Peek | None
    places: int
    tried: int
    problem: Exception | None = None
    is_whole: bool = True


def look_ahead(
    compute: Compute, bars: pd.DataFrame, *, cuts: int = CUTS, seed: int = 0
) -> Peek | None:
    """Return the first value that changes with the future, or None.

    Parameters
    ----------
    compute : from bars to a frame with a row a bar; called with the first bars of `bars`, and with
        those followed by a future that is made up
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
    return look(compute, bars, compute(bars), cuts=cuts, seed=seed).peek


def look(
    compute: Compute,
    bars: pd.DataFrame,
    whole: pd.DataFrame,
    *,
    cuts: int,
    seed: int = 0,
    changed: bool = True,
    seconds: float = np.inf,
) -> Looked:
    """Return what `look_ahead` does, and how far it looked.

    Parameters
    ----------
    compute, bars, cuts, seed : as those of `look_ahead`; where `compute` raises on the bars it is
        given, these are passed over
    whole : `compute(bars)`
    changed : try futures in which prices fall or rise, too, not only none
    seconds : stop when they have passed
    """
    trials = _trials(whole, cuts, seed, changed=changed)
    places: set[int] = set()
    tried, problem, end = len({cut for cut, _ in trials}), None, perf_counter() + seconds
    for cut, future in trials:
        if perf_counter() > end:
            return Looked(None, len(places), tried, problem, is_whole=False)
        try:
            found = compute(futures.after(bars, cut, future, seed))
        except Exception as raised:  # noqa: BLE001 - a person's code may raise anything here
            problem = raised
            continue
        places.add(cut)
        peek = _difference(bars, whole.iloc[:cut], found.iloc[:cut], len(places), future)
        if peek is not None:
            return Looked(peek, len(places), tried)
    return Looked(None, len(places), tried, problem)


def _difference(
    bars: pd.DataFrame, known: pd.DataFrame, found: pd.DataFrame, places: int, future: str
) -> Peek | None:
    """Return the first value that is not what it was; None if all are."""
    if list(found.columns) != list(known.columns) or len(found) != len(known):
        found = found.reindex(index=known.index, columns=known.columns)
    differs = ~same(known, found)
    if not differs.any():
        return None
    row, column = divmod(int(differs.argmax()), differs.shape[1])
    stamps = clock.stamps(bars)
    return Peek(
        column=str(known.columns[column]),
        timestamp=stamps[row],
        known_until=stamps[len(known) - 1],
        with_future=_number(known, row, column),
        without=_number(found, row, column),
        cuts=places,
        is_flag=known.dtypes.iloc[column].kind == "b",
        future=future,
    )


def _number(values: pd.DataFrame, row: int, column: int) -> float:
    return float(values.iloc[[row], [column]].to_numpy(dtype=np.float64, na_value=np.nan)[0, 0])


def _trials(values: pd.DataFrame, most: int, seed: int, *, changed: bool) -> list[tuple[int, str]]:
    """Return lengths of data to try, each with the future that follows; "" for none."""
    n = len(values)
    if n <= FEWEST:
        return []
    random = np.random.Generator(np.random.PCG64(seed))
    # as many at changes of a value as elsewhere: a peek by one bar shows at the bar before a change
    near = _near(~same(values.iloc[1:], values.iloc[:-1]), most // 2, random)
    near = np.unique(near[(near >= FEWEST) & (near < n)])
    rest = np.setdiff1d(np.arange(FEWEST, n), near)
    far = random.choice(rest, min(len(rest), most - len(near)), replace=False)
    cuts = np.sort(np.concatenate([near, far])).tolist()
    if not changed:
        return [(cut, "") for cut in cuts]
    # what is cut off shows a peek only where the future was remarkable; a remarkable one, anywhere
    mixed = zip(random.permutation(cuts).tolist(), cycle(("", *futures.KINDS)), strict=False)
    return list(dict.fromkeys([*((cut, "") for cut in near.tolist()), *mixed]))


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
