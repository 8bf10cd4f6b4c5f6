"""Volumes that change their unit: shares become lots, or one currency another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import findings
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from bitstockerz_lab.market.quality.moves import Moves

WINDOW = {"1d": 30, "1h": 168}
"""Bars of which the usual volume is taken, on either side."""

STEP = 0.85
"""The least step that lasts, as a logarithm of base 10: × 7.1, where "near × 10" begins."""

NEAR = 0.15
"""How far, as a logarithm of base 10, a step may be from a power of ten to be named one."""

APART = 0.1
"""Share of the volumes on either side that may reach into those of the other."""

STRANGE = 50.0
"""Times the usual volume that no ordinary day has."""

BLOCK = 10.0
"""Times the usual volume of every bar of a block whose median is `STRANGE`: volumes scatter."""

ORDINARY = 2.0
"""Usual moves below which a move is no reason for such a volume."""

NAMED = {True: ", near a power of ten", False: ""}


def units(adjusted: pd.DataFrame, moves: Moves, timeframe: str) -> list[pd.DataFrame]:
    """Find volumes of another unit: from a bar on, or for a few bars.

    Parameters
    ----------
    adjusted : bars, volume adjusted for splits
    moves : of the same bars
    timeframe : of the bars

    Returns
    -------
    list of DataFrame
        Findings of kind "volume_unit"; `value` is how many times the usual volume before, or
        around a block.

    Notes
    -----
    From a bar on: the medians of a window before and after must differ by × 7.1 or more, and nine
    tenths of the volumes on either side must lie apart: trading that only grows lively mixes. A
    power of ten is a smaller or larger unit, any other factor may be another currency.

    For a few bars, also the last ones: volumes fifty times the usual one in bars whose moves are
    ordinary ones: news moves the price too.
    """
    window = WINDOW[timeframe]
    traded = np.flatnonzero(adjusted["volume"].to_numpy() > 0)
    if not len(traded):
        return []
    logs = np.log10(adjusted["volume"].to_numpy()[traded])
    breaks, steps = _breaks(logs, window)
    blocks, sizes = _blocks(logs, moves.z[traded], breaks, window)

    def of_break(number: int) -> str:
        at = breaks[number]
        before, after = _usual(logs[at - window : at]), _usual(logs[at : at + window])
        near = abs(steps[number] - round(steps[number])) <= NEAR
        return (
            f"The usual volume goes from {before} to {after} from this bar on{NAMED[near]}: its "
            "unit changed, most likely."
        )

    def of_block(number: int) -> str:
        length = int(blocks.lengths[number])
        what = "The volume is" if length == 1 else f"The volumes of {length:,} bars are"
        return (
            f"{what} {sizes[number]:,.0f} × the usual one while the price moves as it does: "
            "volume of another unit, most likely."
        )

    at = findings.Spans(traded[breaks], traded[breaks])
    inside = findings.Spans(traded[blocks.starts], traded[blocks.ends])
    rows, bars = findings.rows, adjusted.index
    return [
        rows("volume_unit", bars, at, Severity.WARNING, of_break, values=10**steps),
        rows("volume_unit", bars, inside, Severity.WARNING, of_block, values=sizes),
    ]


def _breaks(logs: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at which volumes a lasting step is, and how high, as a logarithm of base 10."""
    if len(logs) < 2 * window:
        return np.array([], dtype=np.int64), np.array([])
    medians = pd.Series(logs).rolling(window).median().to_numpy()
    steps = np.full(len(logs), np.nan)
    steps[window : len(logs) - window + 1] = (
        medians[2 * window - 1 :] - medians[window - 1 : len(logs) - window]
    )
    places = [
        _sharpest(logs, start, end)
        for start, end in zip(*findings.spans(np.abs(steps) >= STEP), strict=True)
    ]
    found = np.array([at for at in places if _is_break(logs, at, window)], dtype=np.int64)
    return found, steps[found]


def _blocks(
    logs: np.ndarray, z: np.ndarray, breaks: np.ndarray, window: int
) -> tuple[findings.Spans, np.ndarray]:
    """Return runs of volumes of another unit, and how many times the usual one they are.

    A block longer than `window` begins and ends with a break, so that twice as many bars on
    either side know what is usual around a shorter one.
    """
    usual = pd.Series(logs).rolling(4 * window + 1, center=True, min_periods=window).median()
    times = 10 ** (logs - usual.to_numpy())
    runs = findings.spans(times >= BLOCK)
    ranges = list(zip(runs.starts.tolist(), (runs.ends + 1).tolist(), strict=True))
    sizes = np.array([np.median(times[start:end]) for start, end in ranges])
    moved = np.array([np.median(np.abs(z[start:end])) for start, end in ranges])
    near = np.searchsorted(breaks, runs.starts - window) < np.searchsorted(
        breaks, runs.ends + window, side="right"
    )
    wanted = (sizes >= STRANGE) & (moved < ORDINARY) & ~near
    return runs.where(wanted), sizes[wanted]


def _sharpest(logs: np.ndarray, start: int, end: int) -> int:
    """Return the place between two, inclusive, at which volume changes most from bar to bar."""
    changes = np.abs(np.diff(logs[start - 1 : end + 1]))
    return start + int(changes.argmax())


def _is_break(logs: np.ndarray, at: int, window: int) -> bool:
    before, after = logs[max(at - window, 0) : at], logs[at : at + window]
    step = float(np.median(after) - np.median(before))
    if abs(step) < STEP:
        return False
    low, high = (before, after) if step > 0 else (after, before)
    return bool(np.quantile(low, 1 - APART) < np.quantile(high, APART))


def _usual(logs: np.ndarray) -> str:
    return formats.quantity(float(10 ** np.median(logs)), 2)
