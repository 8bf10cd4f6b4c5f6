"""Volume: what traded at which price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    ANY,
    PRICE,
    Indicator,
    Setting,
    before,
    period,
    ratio,
    shifted,
    talib,
)
from bitstockerz_lab.strategies.indicators.moving_averages import by_weight
from bitstockerz_lab.strategies.indicators.oscillators import typical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings

BARS = ("high", "low", "close", "volume")
HOUR = 3600.0
DAY = 24 * HOUR
LONGEST_DAY = 24  # bars: the shortest timeframe is an hour


def _obv(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    close, volume = columns
    way = np.sign(close - shifted(close, 1))
    way[:1] = 0.0
    return np.asarray(np.cumsum(way * volume))


def _ad(columns: Sequence[Numbers], _settings: Settings) -> Numbers:
    return np.asarray(talib().AD(*columns))


def _cmf(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    high, low, close, volume = columns
    place = ratio((close - low) - (high - close), high - low)
    place[np.isnan(place)] = 0.0
    return by_weight(place, volume, int(settings["period"]))


def _vwap_session(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    time, *bars = columns
    session = np.floor((time - settings["session_start"] * HOUR) / DAY)
    found: Numbers = running.session_mean(typical(*bars[:3]), bars[3], session)
    return found


def _vwap_rolling(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return by_weight(typical(*columns[:3]), columns[3], int(settings["period"]))


ENTRIES = (
    Indicator(
        name="obv",
        inputs=("close", "volume"),
        phrase="on-balance volume",
        definition="Sum of the volume of bars that closed higher less that of bars that closed "
        "lower, 0 at the first bar: its level depends on where the data starts, its changes do "
        "not.",
        reference="J. Granville, 1963; Stock.Indicators OBV; TA-Lib's starts at the first volume",
        first=lambda _settings: 0,
        settled=lambda _settings: None,
        range=ANY,
        compute=_obv,
    ),
    Indicator(
        name="ad",
        inputs=BARS,
        phrase="accumulation/distribution line",
        definition="Sum of volume × ((close − low) − (high − close)) / (high − low); a bar with "
        "high = low adds nothing. Its level depends on where the data starts, its changes do not.",
        reference="M. Chaikin; TA-Lib AD",
        first=lambda _settings: 0,
        settled=lambda _settings: None,
        range=ANY,
        compute=_ad,
    ),
    Indicator(
        name="cmf",
        inputs=BARS,
        settings=period(20),
        phrase="{period}-bar Chaikin money flow",
        definition="Sum of volume × ((close − low) − (high − close)) / (high − low) over `period` "
        "bars / sum of their volume, −1 to 1; a bar with high = low counts 0; missing where none "
        "traded.",
        reference="M. Chaikin; TA-Lib CMF",
        first=before(-1),
        range=(-1.0, 1.0),
        compute=_cmf,
    ),
    Indicator(
        name="vwap_session",
        inputs=("time", *BARS),
        settings=(Setting("session_start", 0, 0, 23),),
        phrase="session VWAP (from {session_start}:00 UTC)",
        definition="Sum of typical price × volume / sum of volume since the day began, at the hour "
        "`session_start` UTC; missing until something traded. The first day of the data may be "
        "half a day.",
        reference="S. Berkowitz, D. Logue, E. Noser, 1988",
        first=lambda _settings: 0,
        settled=lambda _settings: LONGEST_DAY,
        range=PRICE,
        compute=_vwap_session,
    ),
    Indicator(
        name="vwap_rolling",
        inputs=BARS,
        settings=period(20),
        phrase="{period}-bar VWAP",
        definition="Sum of typical price × volume / sum of volume over the last `period` bars; "
        "missing where none traded.",
        reference="S. Berkowitz, D. Logue, E. Noser, 1988",
        first=before(-1),
        range=PRICE,
        compute=_vwap_rolling,
    ),
)
