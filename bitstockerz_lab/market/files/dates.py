"""Dates and times as people write them, rewritten as ISO 8601, and the order of day and month."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError

ISO = re.compile(r"\d{4}-?\d{2}-?\d{2}(?:[ T].*)?")
ZONE = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$")
PARTS = re.compile(r"^(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(\s.*)?$")
HALF_DAYS = r"(?i)^(.*\d)[ T,]\s*(0?[1-9]|1[0-2])((?::[0-5]\d){0,2}(?:\.0+)?)[ -]?([AP])\.?M\.?$"
"""A date with an hour of a 12-hour clock, like 2019-10-17 09-AM."""

WEEKDAY = r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+"
DIGITS = r"^(\d{4})(\d{2})(\d{2})[ T]?(\d{2}):?(\d{2}):?(\d{2})?$"
DAY_FIRST = r"(?i)^(\d{1,2})[ \-/]([a-z]{3})[a-z]*\.?,?[ \-/](\d{4}|\d{2})\b(.*)$"
MONTH_FIRST = r"(?i)^([a-z]{3})[a-z]*\.?[ \-/](\d{1,2})[, \-/]\s*(\d{4})\b(.*)$"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

ORDERS = {
    "%Y/%m/%d": ("year/month/day", (0, 1, 2)),
    "%m/%d/%Y": ("month/day/year", (2, 0, 1)),
    "%d/%m/%Y": ("day/month/year", (2, 1, 0)),
}
"""The orders a date with separators may have: its name, and where year, month and day stand."""

CENTURY_TURN = 69
"""A year of two digits from here on is in the 1900s, as in POSIX `strptime`."""


def by_iso(texts: pd.Series, timeframe: str) -> pd.DatetimeIndex:
    """Read ISO 8601, naive UTC; of a day its date as written."""
    texts = texts.where(texts.str.fullmatch(ISO.pattern).fillna(value=False))
    if timeframe == "1d":
        texts = texts.where(
            texts.str.len() <= len("2020-01-31"), texts.str.replace(ZONE, "", regex=True)
        )
    stamps = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    return pd.DatetimeIndex(stamps).tz_convert(None).as_unit("us")


def rewrite(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Write names of months, 12-hour clocks and digits as ISO 8601 does.

    Returns
    -------
    texts : rewritten where there was something to rewrite
    halves : which of them are of a 12-hour clock
    """
    texts = texts.str.replace(WEEKDAY, "", regex=True)
    texts = texts.str.replace(r"(?i)\s*(?:UTC|GMT|Z)$", "Z", regex=True)
    texts = texts.str.replace(DIGITS, r"\1-\2-\3 \4:\5:\6", regex=True).str.removesuffix(":")
    texts = _months(_months(texts, DAY_FIRST, (2, 1, 0)), MONTH_FIRST, (2, 0, 1))
    texts, halves = _half_days(texts)
    return texts.str.replace(r"([ T])(\d:)", r"\g<1>0\2", regex=True), halves


def by_order(texts: pd.Series, timeframe: str, source: str) -> tuple[pd.DatetimeIndex, list[str]]:
    """Read dates like 1/31/2020 in the only order that reads all of them.

    Raises
    ------
    DataError
        Several orders do, or none.
    """
    parts = texts.str.extract(PARTS)
    readings = {
        format_: by_iso(_as_iso(parts, places), timeframe)
        for format_, (_, places) in ORDERS.items()
    }
    read = {format_: np.asarray(stamps.notna()) for format_, stamps in readings.items()}
    readable = np.logical_or.reduce(list(read.values()))
    if not readable.any():
        return readings["%Y/%m/%d"], []
    orders = [format_ for format_ in ORDERS if read[format_][readable].all()]
    example = texts[readable].iloc[0]
    if len(orders) != 1:
        raise _undecided(orders, example, source)
    note = f"Stamps like {example!r} were read as {ORDERS[orders[0]][0]}: no other order fits."
    return readings[orders[0]], [note]


def _undecided(orders: list[str], example: str, source: str) -> DataError:
    names = " or ".join(ORDERS[format_][0] for format_ in orders)
    said = (
        f"stamps like {example!r} may be {names}, and nothing in the file decides"
        if orders
        else f"no order of day, month and year reads all stamps like {example!r}"
    )
    ways = " or ".join(
        f"date_format={_as_written(format_, example)!r}" for format_ in orders or ORDERS
    )
    return DataError(f"{source}: {said}. Pass {ways}.", source=source, example=example)


def _months(texts: pd.Series, pattern: str, places: tuple[int, int, int]) -> pd.Series:
    """Rewrite dates with the name of a month; its first three letters are enough."""
    parts = texts.str.extract(pattern)
    if parts[0].isna().all():
        return texts
    year, month, day = (parts[place] for place in places)
    number = month.str.lower().map({name: f"{at:02d}" for at, name in enumerate(MONTHS, start=1)})
    iso = _long_year(year) + "-" + number + "-" + day.str.zfill(2) + parts[3].fillna("")
    return iso.where(iso.notna(), texts).astype("str")


def _half_days(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Rewrite hours of a 12-hour clock: 12 AM is midnight, 12 PM is noon."""
    parts = texts.str.extract(HALF_DAYS)
    halves = parts[0].notna()
    if not halves.any():
        return texts, halves
    hours = pd.to_numeric(parts[1]) % 12 + 12 * parts[3].str.upper().eq("P")
    hour = hours.fillna(0).astype("int64").astype("str").str.zfill(2)
    minutes = parts[2].where(parts[2] != "", ":00")
    return (parts[0] + " " + hour + minutes).where(halves, texts).astype("str"), halves


def _as_iso(parts: pd.DataFrame, places: tuple[int, int, int]) -> pd.Series:
    """Return ISO texts of dates taken apart, missing where a year or day has a strange length."""
    fields = (parts[0], parts[2], parts[3])
    year, month, day = (fields[place] for place in places)
    year = _long_year(year)
    text = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + parts[4].fillna("")
    return text.where((year.str.len() == 4) & (month.str.len() <= 2) & (day.str.len() <= 2))  # noqa: PLR2004 - digits


def _long_year(year: pd.Series) -> pd.Series:
    short = year.str.len() == 2  # noqa: PLR2004 - digits
    century = np.where(pd.to_numeric(year) >= CENTURY_TURN, "19", "20")
    return year.where(~short, pd.Series(century, index=year.index) + year)


def _as_written(format_: str, example: str) -> str:
    """Return a format with the example's own separator, length of year and time of day."""
    found = PARTS.match(example)
    if found is None:  # pragma: no cover - the example was read by it
        return format_
    if not any(len(found[place]) == 4 for place in (1, 4)):  # noqa: PLR2004 - digits
        format_ = format_.replace("%Y", "%y")
    time = (found[5] or "").strip()
    clock_format = {0: "", 1: " %H:%M", 2: " %H:%M:%S"}.get(time.count(":"), "") if time else ""
    return format_.replace("/", found[2]) + clock_format
