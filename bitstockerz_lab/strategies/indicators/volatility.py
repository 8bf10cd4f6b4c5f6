"""How far prices move: true range and its averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    NOT_NEGATIVE,
    Indicator,
    before,
    period,
    ratio,
    talib,
)
from bitstockerz_lab.strategies.indicators.oscillators import WILDER, wilder_fades

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings


def true_range(columns: Sequence[Numbers]) -> Numbers:
    """Return max(high, previous close) − min(low, previous close); the first bar has none."""
    return np.asarray(talib().TRANGE(*columns))


def average_range(columns: Sequence[Numbers], bars: int) -> Numbers:
    """Return Wilder's average of the true range."""
    return np.asarray(talib().ATR(*columns, timeperiod=bars))


def _true_range(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return true_range(columns)


def _atr(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return average_range(columns, int(settings["period"]))


def _natr(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return 100.0 * ratio(_atr(columns, settings), columns[2])


ENTRIES = (
    Indicator(
        name="true_range",
        inputs=("high", "low", "close"),
        phrase="true range",
        definition="max(high, previous close) − min(low, previous close); the first bar has none.",
        reference=f"{WILDER}; TA-Lib TRANGE",
        first=lambda _settings: 1,
        range=NOT_NEGATIVE,
        compute=_true_range,
    ),
    Indicator(
        name="atr",
        inputs=("high", "low", "close"),
        settings=period(14),
        phrase="{period}-bar ATR",
        definition="Wilder's average of the true range max(high, previous close) − min(low, "
        "previous close), seeded with the mean of the first `period` true ranges; the first bar "
        "has none.",
        reference=f"{WILDER}; TA-Lib ATR",
        first=before(),
        settled=wilder_fades,
        range=NOT_NEGATIVE,
        compute=_atr,
    ),
    Indicator(
        name="natr",
        inputs=("high", "low", "close"),
        settings=period(14),
        phrase="{period}-bar ATR (in % of the close)",
        definition="100 × ATR / close.",
        reference="J. Forman, Stocks & Commodities, 2006; TA-Lib NATR",
        first=before(),
        settled=wilder_fades,
        range=NOT_NEGATIVE,
        compute=_natr,
    ),
)
