"""Every check of bars, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.market.quality import (
    findings,
    jumps,
    moves,
    order,
    sessions,
    spikes,
    standstill,
    volumes,
)

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.calendars import Calendar

RULES = 2
"""Counted up when a check, threshold or message changes: what was recorded is checked anew."""


def examine(
    raw: pd.DataFrame, adjusted: pd.DataFrame, timeframe: str, calendar: Calendar
) -> pd.DataFrame:
    """Return what is odd about bars.

    Parameters
    ----------
    raw : bars of shape (n_bars, 5) as traded, index tz-aware UTC, ascending; at least one
    adjusted : the same bars with the factors there are
    timeframe : "1d" or "1h"
    calendar : by which they are traded

    Returns
    -------
    DataFrame
        A row a finding, ascending by its first bar: kind, severity ("error", "warning", "info"),
        first, last (UTC stamps), bars (how many), value (how large, in the kind's own unit; NaN
        where it has none), message. Whether they end too early is asked elsewhere: the answer
        changes without the bars.
    """
    stamps = clock.stamps(raw)
    expected = calendar.expected(timeframe, stamps[0], stamps[-1])
    measured = moves.measure(adjusted, sessions.missing_before(stamps, expected))
    off = spikes.reverting(measured, timeframe)
    there_and_back = off | np.r_[False, off[:-1]]
    split = jumps.splits(raw, adjusted, measured, timeframe, there_and_back)
    told = there_and_back | stamps.isin(split["first"])
    return findings.together(
        [
            sessions.gaps(stamps, expected, timeframe, calendar),
            sessions.extras(stamps, expected, timeframe, calendar),
            *standstill.standstills(raw, timeframe),
            split,
            *spikes.spikes(raw, adjusted, measured, timeframe, off),
            *jumps.jumps(adjusted, measured, timeframe, calendar, told),
            spikes.wicks(raw, measured),
            *volumes.units(adjusted, measured, timeframe),
            *order.swaps(adjusted, measured, timeframe),
            order.repeats(raw, timeframe),
        ]
    )
