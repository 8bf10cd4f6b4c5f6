"""Unix stamps: numbers of seconds, milli-, micro- or nanoseconds since 1970.

The unit is the one that gives all of a column a date of exchanges; where none does, each number's
own magnitude tells.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

UNITS = (("seconds", 10**11), ("milliseconds", 10**14), ("microseconds", 10**17))
"""A unit, and the number from which it cannot be that: 10^11 seconds are the year 5138, 10^11
milliseconds 1973. What is above all of them is nanoseconds."""

MICROSECOND = 10**6  # of a second
LEAST = 10**8
"""Less is a date like 20200131 or no stamp at all, unless all of the column is old unix time."""

PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
EARLIEST, LATEST = -2_208_988_800, 4_102_444_800
"""The years 1900 and 2100 in seconds."""

QUARTER_HOUR = 900
"""Bars begin at one in every zone, and a number that is a date, like 20200131, is never one."""

COMPACT = re.compile(
    r"(?:1[7-9]|2[01])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"(?:(?:[01]\d|2[0-3])(?:[0-5]\d){1,2})?"
)
"""Digits that are a date, with or without a time: 20200131, 202001311400 or 20200131140000."""

TEXT = r"-?[1-9]\d{4,18}(?:\.\d*)?"
NOTHING = np.iinfo("int64").min


def of_numbers(values: np.ndarray) -> tuple[pd.DatetimeIndex, list[str]] | None:
    """Return the stamps that numbers mean.

    Parameters
    ----------
    values : int64, or float64 with NaN where there is none

    Returns
    -------
    tuple or None
        Naive UTC stamps with NaT where a number is none, and notes; None if the numbers are dates
        written in digits, like 20200131. A 0 is none: programs write it for an unknown time.

    Examples
    --------
    >>> of_numbers(np.array([1577836800, 1577836800000]))[0].year.tolist()
    [2020, 2020]
    """
    there = (values != 0) & ~np.isnan(values)
    known = values[there]
    if len(known) == 0 or _are_timed(known):
        return None
    unit = _common_unit(known)
    if unit is None and known.max() < LEAST:
        return None
    chosen = {unit: there} if unit else _by_magnitude(values)
    ticks = np.full(len(values), NOTHING, dtype="int64")
    for name, rows in chosen.items():
        ticks[rows] = _microseconds(values[rows], name)
    used = {name: int(np.count_nonzero(rows)) for name, rows in chosen.items() if rows.any()}
    example = values[there if unit else values >= LEAST][0]
    return pd.DatetimeIndex(ticks.view("datetime64[us]")), [_note(example, used)]


def _common_unit(known: np.ndarray) -> str | None:
    """Return the unit in which all numbers are of 1900 to 2100, and those near 1970 bars' stamps.

    Near 1970 are the numbers that are small in any unit, and so may be no stamps at all.
    """
    for unit, per in PER_SECOND.items():
        near = known[np.abs(known) < LEAST * per]
        in_time = EARLIEST * per <= known.min() and known.max() < LATEST * per
        if in_time and not (near % (QUARTER_HOUR * per)).any():
            return unit
    return None


def _by_magnitude(values: np.ndarray) -> dict[str, np.ndarray]:
    """Return by unit which numbers are in it."""
    chosen, unread = {}, values >= LEAST
    for unit, bound in UNITS:
        chosen[unit] = unread & (values < bound)
        unread = unread & ~chosen[unit]
    return {**chosen, "nanoseconds": unread}


def _microseconds(values: np.ndarray, unit: str) -> np.ndarray:
    per = PER_SECOND[unit]
    ticks: np.ndarray = (
        values // (per // MICROSECOND)
        if per > MICROSECOND
        else np.rint(values * (MICROSECOND // per))
    )
    return ticks.astype("int64")


def _are_timed(known: np.ndarray) -> bool:
    """Return whether numbers are dates with a time, written in digits."""
    if not 10**11 <= known.min() <= known.max() < 10**14:
        return False
    return all(COMPACT.fullmatch(f"{value:.0f}") for value in known.tolist())


def _note(example: float, used: dict[str, int]) -> str:
    units = (
        " and ".join(f"{count:,} in {unit}" for unit, count in used.items())
        if len(used) > 1
        else f"in {next(iter(used))}"
    )
    return f"Stamps like {example:.0f} were read as unix time, {units}."
