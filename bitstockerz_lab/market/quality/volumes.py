"""Volumes that change their unit: shares become lots, or one currency another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import findings
from bitstockerz_lab.pages import formats

WINDOW = {"1d": 30, "1h": 168}
"""Bars of which the usual volume is taken, on either side."""

NEAR = 0.15
"""How far, as a logarithm of base 10, a step may be from a power of ten: × 7.1 to × 14.1."""

APART = 0.1
"""Share of the volumes on either side that may reach into those of the other."""


def unit_breaks(adjusted: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    """Find bars from which on the usual volume is ten, a hundred … times what it was, or a part.

    Parameters
    ----------
    adjusted : bars, volume adjusted for splits
    timeframe : of the bars

    Returns
    -------
    DataFrame
        Findings of kind "volume_unit", at the first bar of the new unit; `value` is how many
        times the usual volume before.

    Notes
    -----
    The medians of a window before and after must differ by near a power of ten, and nine tenths
    of the volumes on either side must lie apart: trading that only grows lively mixes.
    """
    window = WINDOW[timeframe]
    traded = np.flatnonzero(adjusted["volume"].to_numpy() > 0)
    if len(traded) < 2 * window:
        return findings.none()
    logs = np.log10(adjusted["volume"].to_numpy()[traded])
    medians = pd.Series(logs).rolling(window).median().to_numpy()
    steps = np.full(len(logs), np.nan)
    steps[window : len(logs) - window + 1] = (
        medians[2 * window - 1 :] - medians[window - 1 : len(logs) - window]
    )
    likely = np.abs(steps) >= 1 - NEAR
    places = [
        _sharpest(logs, start, end) for start, end in zip(*findings.spans(likely), strict=True)
    ]
    breaks = np.array([at for at in places if _is_break(logs, at, window)], dtype=np.int64)
    sizes = 10 ** steps[breaks]

    def message(number: int) -> str:
        after = _usual(logs[breaks[number] : breaks[number] + window])
        before = _usual(logs[breaks[number] - window : breaks[number]])
        return (
            f"The usual volume goes from {before} to {after} from this bar on, near a power of "
            "ten: its unit changed, most likely."
        )

    at = traded[breaks]
    found = findings.Spans(at, at)
    return findings.rows(
        "volume_unit", adjusted.index, found, Severity.WARNING, message, values=sizes
    )


def _sharpest(logs: np.ndarray, start: int, end: int) -> int:
    """Return the place between two, inclusive, at which volume changes most from bar to bar."""
    changes = np.abs(np.diff(logs[start - 1 : end + 1]))
    return start + int(changes.argmax())


def _is_break(logs: np.ndarray, at: int, window: int) -> bool:
    before, after = logs[max(at - window, 0) : at], logs[at : at + window]
    step = float(np.median(after) - np.median(before))
    power = round(step)
    if power == 0 or abs(step - power) > NEAR:
        return False
    low, high = (before, after) if step > 0 else (after, before)
    return bool(np.quantile(low, 1 - APART) < np.quantile(high, APART))


def _usual(logs: np.ndarray) -> str:
    return formats.quantity(float(10 ** np.median(logs)), 2)
