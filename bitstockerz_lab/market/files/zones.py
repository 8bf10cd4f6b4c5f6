"""Local clocks: what an hour is in UTC."""

from __future__ import annotations

import numpy as np
import pandas as pd


def to_utc(
    stamps: pd.DatetimeIndex, local: np.ndarray, timezone: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Convert the stamps of a local clock.

    Parameters
    ----------
    stamps : naive; UTC where `local` is false
    local : which stamps are of the zone's clock
    timezone : IANA name of the zone; None is UTC

    Returns
    -------
    stamps : naive UTC; NaT for hours that the zone's clock shows twice or never, since which one
        is meant would be a guess
    notes : a sentence each
    """
    if timezone is None:
        return stamps, []
    local = local & np.asarray(stamps.notna())
    if not local.any():
        return stamps, [f"timezone={timezone!r} changed nothing: the stamps say their own zone."]
    there = stamps[local].tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    ticks = stamps.to_numpy().copy()
    ticks[local] = there.tz_convert(None).to_numpy()
    notes = [f"Hours were converted from {timezone} to UTC."]
    lost = np.asarray(there.isna())
    if lost.any():
        notes.append(
            f"{int(lost.sum()):,} hour(s) are shown twice or never by the clock of {timezone} when "
            f"it is changed, like {stamps[local][lost][0]:%Y-%m-%d %H:%M}: refused."
        )
    return pd.DatetimeIndex(ticks), notes


def local_days(stamps: pd.DatetimeIndex, timezone: str | None) -> pd.DatetimeIndex:
    """Return naive UTC stamps as the clock of a zone shows them."""
    if timezone is None:
        return stamps
    return stamps.tz_localize("UTC").tz_convert(timezone).tz_localize(None)
