"""Walk-forward windows: choose on one stretch of bars, trade the next, walk on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, overload

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests.windows.lengths import Length, length
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import plotly.graph_objects as go

FRAME = (
    "train_first", "train_last", "train_bars", "test_first", "test_last", "test_bars",
)  # fmt: skip
DAY = pd.Timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Window:
    """One step of a walk: in-sample bars to choose on, and the out-of-sample bars after them.

    Attributes
    ----------
    number : from 1
    train_first, train_last, test_first, test_last : stamps of bars, UTC
    train, test : positions of their bars among the stamps that were split
    """

    number: int
    train_first: pd.Timestamp
    train_last: pd.Timestamp
    test_first: pd.Timestamp
    test_last: pd.Timestamp
    train: range
    test: range

    @property
    def train_bars(self) -> int:
        """How many bars are in sample."""
        return len(self.train)

    @property
    def test_bars(self) -> int:
        """How many bars are out of sample."""
        return len(self.test)


@dataclass(frozen=True, slots=True, repr=False)
class Windows(Sequence[Window]):
    """The windows of a walk, in order, and what of the period no window tests.

    Attributes
    ----------
    steps : the windows
    timeframe : of the bars
    anchored : whether every window's in-sample begins at the first bar
    before, after : how many bars lie before the first test, and after the last one
    """

    steps: tuple[Window, ...]
    timeframe: str
    anchored: bool
    before: int
    after: int
    after_first: pd.Timestamp | None
    after_last: pd.Timestamp | None

    def __len__(self) -> int:
        return len(self.steps)

    @overload
    def __getitem__(self, at: int) -> Window: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Window, ...]: ...
    def __getitem__(self, at: int | slice) -> Window | tuple[Window, ...]:
        return self.steps[at]

    @property
    def frame(self) -> pd.DataFrame:
        """A row a window, index `number`: train_first … test_bars."""
        rows = [[getattr(step, name) for name in FRAME] for step in self.steps]
        numbers = pd.Index([step.number for step in self.steps], name="number")
        return pd.DataFrame(rows, index=numbers, columns=list(FRAME))

    @property
    def time_tested(self) -> pd.Timedelta:
        """How long all tests last: from the first bar to the end of the last, without the gaps.

        Where a longer step leaves bars untested between two tests, their time is not counted.
        """
        total, begin = pd.Timedelta(0), self.steps[0].test_first
        for one, following in pairwise(self.steps):
            if following.test.start > one.test.stop:
                total += clock.bar_end(one.test_last, self.timeframe) - begin
                begin = following.test_first
        return total + (clock.bar_end(self.steps[-1].test_last, self.timeframe) - begin)

    @property
    def left_over(self) -> str:
        """What at the end no window tests, as a sentence; "" where nothing is left."""
        if not self.after:
            return ""
        bars = "1 bar" if self.after == 1 else f"{self.after:,} bars"
        first, last = self._when(self.after_first), self._when(self.after_last)
        return (
            f"{bars} at the end ({first} to {last}) are too few for another test "
            "and are left out; keep_rest=True tests them too."
        )

    def chart(self) -> go.Figure:
        """Return the picture: in-sample and out-of-sample of each window over time."""
        from bitstockerz_lab.backtests.windows import picture  # noqa: PLC0415 - heavy: plotly

        return picture.windows(self)

    def __repr__(self) -> str:
        kind = "anchored" if self.anchored else "rolling"
        first, last = self.steps[0], self.steps[-1]
        one = "1 window" if len(self) == 1 else f"{len(self)} windows"
        told = (
            f"{one}, {kind}, {self.timeframe}: tests from {self._when(first.test_first)} to "
            f"{self._when(last.test_last)}. {self.left_over}"
        )
        return told.rstrip()

    def _when(self, stamp: pd.Timestamp | None) -> str:
        return formats.when(stamp, self.timeframe)

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.frame.to_html(border=0)}"


@dataclass(frozen=True, slots=True)
class _Ruler:
    """Bars with the moment from which lengths are measured."""

    stamps: pd.DatetimeIndex
    origin: pd.Timestamp
    until: pd.Timestamp
    timeframe: str

    def place(self, distance: Length) -> int:
        """Return the position of the first bar so far from the origin."""
        return int(self.stamps.searchsorted(distance.after(self.origin))) + distance.bars

    def covers(self, distance: Length) -> bool:
        """Whether the bars reach that far; a weekend after the last daily bar is no lack of it."""
        moment = distance.after(self.origin)
        if moment > self.until:
            until, wanted = (when.tz_localize(None).to_numpy() for when in (self.until, moment))
            days = np.busday_count(until.astype("M8[D]"), wanted.astype("M8[D]"))
            shorter = clock.TIMEFRAMES[self.timeframe] < DAY
            if shorter or days > 0 or (self.stamps.day_of_week >= SATURDAY).any():
                return False
        return self.place(distance) <= len(self.stamps)


def walk_windows(
    stamps: pd.DatetimeIndex | pd.DataFrame | pd.Series,
    *,
    train: str | float,
    test: str | float,
    step: str | float | None = None,
    anchored: bool = False,
    keep_rest: bool = False,
    start: pd.Timestamp | None = None,
    timeframe: str | None = None,
) -> Windows:
    """Split a period into walk-forward windows; no two tests share a bar.

    Window k trains on the bars in [start + k·step, start + k·step + train) and tests those in the
    next `test`. Calendar lengths are counted from the start each time, so months do not drift.

    Parameters
    ----------
    stamps : bar starts of shape (n_bars,), ascending, UTC; or a frame that has them as its index
    train, test : "2y", "6mo", "12w", "90d", "500 bars", or a number of days
    step : from one window to the next; None is `test`. A longer one leaves bars untested.
    anchored : True lets every in-sample begin at the start, so that it grows
    keep_rest : True tests what is left at the end too, though it is shorter than `test`
    start : from where lengths are counted; None is the first bar
    timeframe : of the bars; None infers it

    Raises
    ------
    DataError
        A length means none, the period is too short, a window has no bars, or tests would overlap.

    Notes
    -----
    Pardo (2008), "The Evaluation and Optimization of Trading Strategies", chapter 11. Counted in
    bars the positions are those of skfolio's WalkForward(test_size, train_size, expand_train,
    reduce_test). A weekend between the last daily bar and the end of a test is no lack of bars.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", "2022-12-31", tz="UTC")
    >>> [str(window.test_first.date()) for window in walk_windows(days, train="1y", test="6mo")]
    ['2021-01-01', '2021-07-01', '2022-01-01', '2022-07-01']
    """
    index = stamps if isinstance(stamps, pd.DatetimeIndex) else clock.stamps(stamps)
    lengths = (
        length(train, "train"),
        length(test, "test"),
        length(test if step is None else step, "step"),
    )
    if index.empty:
        raise DataError("There are no bars to split into windows. Load or select some.")
    known = timeframe or clock.infer_timeframe(index)
    ruler = _Ruler(
        index,
        index[0] if start is None else start,
        clock.bar_end(index[-1], known),
        known,
    )
    steps = _steps(ruler, *lengths, anchored=anchored, keep_rest=keep_rest)
    if not steps:
        raise _too_short(ruler, train, test)
    _refuse_overlap(steps, step, test)
    end = steps[-1].test.stop
    left = index[end:]
    return Windows(
        steps=tuple(steps),
        timeframe=known,
        anchored=anchored,
        before=steps[0].test.start,
        after=len(left),
        after_first=left[0] if len(left) else None,
        after_last=left[-1] if len(left) else None,
    )


def _steps(
    ruler: _Ruler, train: Length, test: Length, step: Length, *, anchored: bool, keep_rest: bool
) -> list[Window]:
    """Return the windows; the last may be shorter only where the rest is kept."""
    found: list[Window] = []
    while True:
        shift = step * len(found)
        cut, stop = train + shift, train + shift + test
        whole = ruler.covers(stop)
        at, end = ruler.place(cut), ruler.place(stop)
        end = min(end, len(ruler.stamps))
        if not whole and not (keep_rest and ruler.covers(cut) and at < end):
            return found
        begin = 0 if anchored else ruler.place(shift)
        found.append(_window(ruler, len(found) + 1, range(begin, at), range(at, end)))


def _window(ruler: _Ruler, number: int, train: range, test: range) -> Window:
    stamps = ruler.stamps
    for name, bars in {"train": train, "test": test}.items():
        if not len(bars):
            near = formats.when(stamps[min(bars.start, len(stamps) - 1)], ruler.timeframe)
            raise DataError(
                f"Window {number} would {name} on no bars at all, near {near}: a length in days, "
                "weeks, months or years is calendar time, in which a market may be closed. Take a "
                f'longer {name}, one that counts bars ({name}="1 bars" or {name}="5 bars"), or a '
                "period without the hole.",
                window=number,
            )
    ends = stamps[train[0]], stamps[train[-1]], stamps[test[0]], stamps[test[-1]]
    return Window(number, *ends, train, test)


def _refuse_overlap(steps: list[Window], step: str | float | None, test: str | float) -> None:
    for one, following in pairwise(steps):
        if following.test.start < one.test.stop:
            raise DataError(
                f"step={step!r} is shorter than test={test!r}: the tests of windows {one.number} "
                f"and {following.number} would share bars. Leave step out, or make it longer.",
                step=step,
                test=test,
            )


def _too_short(ruler: _Ruler, train: str | float, test: str | float) -> DataError:
    stamps = ruler.stamps
    first, last = (formats.when(stamps[at], ruler.timeframe) for at in (0, -1))
    return DataError(
        f"{len(stamps):,} bars from {first} to {last} are too few for one "
        f"window of train={train!r} and test={test!r}. Take shorter ones, or a longer period.",
        train=train,
        test=test,
        bars=len(stamps),
    )
