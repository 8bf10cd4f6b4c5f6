"""Unix stamps: numbers of seconds, milli-, micro- or nanoseconds since 1970, told by magnitude."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

UNITS = (("seconds", 10**11), ("milliseconds", 10**14), ("microseconds", 10**17))
"""A unit, and the number from which it cannot be that: 10^11 seconds are the year 5138, 10^11
milliseconds 1973. What is above all of them is nanoseconds."""

MICROSECONDS = (10**6, 10**3, 1)  # per unit; a nanosecond is a thousandth
LEAST = 10**8
"""Less is no unix stamp but a date like 20200131, or no stamp at all."""

COMPACT = re.compile(
    r"(?:1[7-9]|2[01])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}"
)
"""Digits that are a date and a time: 202001311400 or 20200131140000."""

TEXT = r"\d{9,19}(?:\.\d*)?"
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
        written in digits, like 20200131.

    Examples
    --------
    >>> of_numbers(np.array([1577836800, 1577836800000]))[0].year.tolist()
    [2020, 2020]
    """
    known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if len(known) == 0 or _are_digits(known):
        return None
    ticks = np.full(len(values), NOTHING, dtype="int64")
    counts, unread = {}, values >= LEAST
    for (unit, bound), times in zip(UNITS, MICROSECONDS, strict=True):
        fits = unread & (values < bound)
        ticks[fits] = np.rint(values[fits] * times).astype("int64")
        counts[unit] = int(np.count_nonzero(fits))
        unread &= ~fits
    ticks[unread] = (values[unread] // 1000).astype("int64")
    counts["nanoseconds"] = int(np.count_nonzero(unread))
    used = {unit: count for unit, count in counts.items() if count}
    notes = [_note(values, used)] if used else []
    return pd.DatetimeIndex(ticks.view("datetime64[us]")), notes


def _are_digits(known: np.ndarray) -> bool:
    """Return whether numbers are dates, with or without a time, written in digits."""
    if known.max() < LEAST:
        return True
    if not 10**11 <= known.min() <= known.max() < 10**14:
        return False
    return all(COMPACT.fullmatch(f"{value:.0f}") for value in known.tolist())


def _note(values: np.ndarray, used: dict[str, int]) -> str:
    example = f"{values[values >= LEAST][0]:.0f}"
    units = (
        " and ".join(f"{count:,} in {unit}" for unit, count in used.items())
        if len(used) > 1
        else f"in {next(iter(used))}"
    )
    return f"Stamps like {example} were read as unix time, {units}."
