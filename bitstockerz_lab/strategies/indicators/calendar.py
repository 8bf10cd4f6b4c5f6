"""When a bar starts, in UTC, and prices of one bar: nothing but the bar itself counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    PRICE,
    Indicator,
)
from bitstockerz_lab.strategies.indicators.oscillators import typical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7
THURSDAY = 3  # 1970-01-01


def _none(_settings: Settings) -> int:
    return 0


def _day_of_week(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return np.asarray((np.floor(columns[0] / DAY) + THURSDAY) % WEEK)


def _hour(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return np.asarray(np.floor((columns[0] % DAY) / HOUR))


def _dates(columns: Sequence[Numbers]) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.floor(columns[0] / DAY).astype(np.int64).astype("datetime64[D]")


def _day_of_month(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    days = _dates(columns)
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.float64) + 1.0)


def _month(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    months = _dates(columns).astype("datetime64[M]")
    return np.asarray((months - months.astype("datetime64[Y]")).astype(np.float64) + 1.0)


def _typical_price(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return typical(*columns)


def _median_price(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return (columns[0] + columns[1]) / 2.0


ENTRIES = (
    Indicator(
        name="day_of_week",
        inputs=("time",),
        phrase="day of the week (Monday = 0)",
        definition="Day on which the bar starts, UTC: Monday = 0 … Sunday = 6.",
        reference="ISO 8601, counted from 0",
        first=_none,
        range=(0.0, 6.0),
        compute=_day_of_week,
    ),
    Indicator(
        name="day_of_month",
        inputs=("time",),
        phrase="day of the month",
        definition="Day of the month on which the bar starts, UTC: 1 … 31.",
        reference="ISO 8601",
        first=_none,
        range=(1.0, 31.0),
        compute=_day_of_month,
    ),
    Indicator(
        name="hour",
        inputs=("time",),
        phrase="hour of the day (UTC)",
        definition="Hour in which the bar starts, UTC: 0 … 23.",
        reference="ISO 8601",
        first=_none,
        range=(0.0, 23.0),
        compute=_hour,
    ),
    Indicator(
        name="month",
        inputs=("time",),
        phrase="month",
        definition="Month in which the bar starts, UTC: 1 … 12.",
        reference="ISO 8601",
        first=_none,
        range=(1.0, 12.0),
        compute=_month,
    ),
    Indicator(
        name="typical_price",
        inputs=("high", "low", "close"),
        phrase="typical price",
        definition="(high + low + close) / 3.",
        reference="TA-Lib TYPPRICE",
        first=_none,
        range=PRICE,
        compute=_typical_price,
    ),
    Indicator(
        name="median_price",
        inputs=("high", "low"),
        phrase="median price",
        definition="(high + low) / 2.",
        reference="TA-Lib MEDPRICE",
        first=_none,
        range=PRICE,
        compute=_median_price,
    ),
)
