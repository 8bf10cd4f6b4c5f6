"""How long a window is: "2y", "6mo", "90d", "500 bars", or a number of days."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

COUNTED = re.compile(r"(\d{1,6})\s*([A-Za-z]+)")
YEARS = dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y")
BARS = dict.fromkeys(("bar", "bars"), "bars")
UNITS = {"y": "months", "mo": "months", "w": "hours", "d": "hours", "h": "hours", "bars": "bars"}
FACTORS = {"y": 12, "mo": 1, "w": 168, "d": 24, "h": 1, "bars": 1}
WAY_OUT = 'Write it like "2y", "6mo", "12w", "90d", "500 bars", or as a whole number of days.'


@dataclass(frozen=True, slots=True)
class Length:
    """A stretch of time: calendar months, then hours, then bars that are there.

    Months are kept apart from hours so that two years end on the day they began; bars are counted
    as they come, whatever is missing between them.
    """

    months: int = 0
    hours: int = 0
    bars: int = 0

    def __add__(self, other: Length) -> Length:
        return Length(self.months + other.months, self.hours + other.hours, self.bars + other.bars)

    def __mul__(self, times: int) -> Length:
        return Length(self.months * times, self.hours * times, self.bars * times)

    def after(self, moment: pd.Timestamp) -> pd.Timestamp:
        """Return the moment so much later, bars not counted."""
        if self.months:
            moment += pd.DateOffset(months=self.months)
        return moment + pd.Timedelta(hours=self.hours)


def length(given: str | float, name: str = "length") -> Length:
    """Return the length that a text or a number of days means.

    Parameters
    ----------
    given : a count with its unit (y, mo, w, d, h, bars, or the words for them), or whole days
    name : of the argument, for the error

    Raises
    ------
    DataError
        It means none.

    Examples
    --------
    >>> length("2y"), length(90), length("500 bars")
    (Length(months=24, hours=0, bars=0), Length(months=0, hours=2160, bars=0), \
Length(months=0, hours=0, bars=500))
    """
    number, unit = _told(given)
    if unit not in UNITS or number < 1:
        raise DataError(f"{name}={given!r} is no length of time. {WAY_OUT}", **{name: given})
    return Length(**{UNITS[unit]: number * FACTORS[unit]})


def _told(given: object) -> tuple[int, str]:
    """Return count and unit; no unit where it cannot be read."""
    if isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool):
        whole = np.isfinite(given) and int(given) == given
        return (int(given), "d") if whole else (0, "")
    told = COUNTED.fullmatch(given.strip()) if isinstance(given, str) else None
    if told is None:
        return 0, ""
    word = told[2].casefold()
    unit = "mo" if told[2] == "M" else (YEARS | BARS | clock.SPELLINGS).get(word, "")
    return int(told[1]), unit
