"""Moving averages. Of a window of equal prices a windowed one is exactly that price."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    Indicator,
    before,
    beyond,
    fades,
    length,
    of_source,
    period,
    ratio,
    shifted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings


def mean(values: Numbers, bars: int) -> Numbers:
    """Return the mean of the last `bars` values."""
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    found: Numbers = loops.window_mean(values, bars)
    return found


def smoothed(values: Numbers, bars: int, weight: float | None = None) -> Numbers:
    """Return the exponential average, by 2 / (bars + 1) if no weight is given."""
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    found: Numbers = running.smoothed(values, bars, weight or 2.0 / (bars + 1))
    return found


def wilder(values: Numbers, bars: int) -> Numbers:
    """Return Wilder's average: each new value weighs 1 / bars."""
    return smoothed(values, bars, 1.0 / bars)


def by_weight(values: Numbers, weights: Numbers, bars: int) -> Numbers:
    """Return the mean of the last `bars` values by their weights; NaN where all weigh 0."""
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    found: Numbers = loops.weighted_mean(values, weights, bars)
    return found


def rising(values: Numbers, bars: int) -> Numbers:
    """Return the mean of the last `bars` values weighted 1, 2, 3 … up to the newest."""
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    middle, moment = loops.window_trend(values, bars)
    found: Numbers = middle + moment * (2.0 / (bars * (bars + 1.0)))
    return found


def ema_fades(settings: Settings, name: str = "period", times: int = 1) -> int:
    """Return the bars until an EMA taken `times` times has forgotten its seed."""
    bars = int(settings[name])
    return fades(2 / (bars + 1), times * (bars - 1), 1e10 * 30.0 ** (times - 1))


def _sma(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return mean(columns[0], int(settings["period"]))


def _ema(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return smoothed(columns[0], int(settings["period"]))


def _smas(values: Numbers, periods: Any, rows: Any, first: int, lead: int) -> None:  # noqa: ANN401 - arrays
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    loops.window_means(values, periods, rows, first, lead)


def _emas(values: Numbers, periods: Any, rows: Any, first: int, lead: int) -> None:  # noqa: ANN401 - arrays
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    running.exponentials(values, periods, rows, first, lead)


def _dema(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    bars = int(settings["period"])
    once = smoothed(columns[0], bars)
    return once + (once - smoothed(once, bars))


def _tema(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    bars = int(settings["period"])
    once = smoothed(columns[0], bars)
    twice = smoothed(once, bars)
    return 3.0 * (once - twice) + smoothed(twice, bars)


def _wma(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return rising(columns[0], int(settings["period"]))


def _hma(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    bars = int(settings["period"])
    short, whole = rising(columns[0], bars // 2), rising(columns[0], bars)
    return rising(short + (short - whole), isqrt(bars))


def _kama(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    (values,), bars = columns, int(settings["period"])
    way = bars * mean(np.abs(values - shifted(values, 1)), bars)
    efficiency = np.minimum(ratio(np.abs(values - shifted(values, bars)), way), 1.0)
    efficiency[way == 0] = 0.0
    fast, slow = (2.0 / (settings[name] + 1.0) for name in ("fast", "slow"))
    found: Numbers = running.adaptive(values, efficiency, fast, slow)
    return found


def _kama_fades(settings: Settings) -> int:
    """Return an estimate, for the efficiency of prices that wander about: 0.5 / √period."""
    fast, slow = (2.0 / (settings[name] + 1.0) for name in ("fast", "slow"))
    usual = 0.5 / settings["period"] ** 0.5
    return fades((usual * (fast - slow) + slow) ** 2, int(settings["period"]))


def _vwma(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return by_weight(columns[0], columns[1], int(settings["period"]))


ENTRIES = (
    Indicator(
        name="sma",
        inputs=("source",),
        settings=period(20),
        source="close",
        phrase="{period}-bar SMA of {source}",
        definition="Mean of the last `period` values.",
        reference="TA-Lib SMA",
        first=before(-1),
        range=of_source,
        compute=_sma,
        rows=_smas,
    ),
    Indicator(
        name="ema",
        inputs=("source",),
        settings=period(20),
        source="close",
        phrase="{period}-bar EMA of {source}",
        definition="previous + 2/(period + 1) × (value − previous), seeded with the mean of the "
        "first `period` values.",
        reference="TA-Lib EMA",
        first=before(-1),
        settled=ema_fades,
        range=of_source,
        compute=_ema,
        rows=_emas,
    ),
    Indicator(
        name="wma",
        inputs=("source",),
        settings=period(20),
        source="close",
        phrase="{period}-bar WMA of {source}",
        definition="Mean of the last `period` values weighted 1, 2, … `period`, the newest most.",
        reference="TA-Lib WMA",
        first=before(-1),
        range=of_source,
        compute=_wma,
    ),
    Indicator(
        name="dema",
        inputs=("source",),
        settings=period(20),
        source="close",
        phrase="{period}-bar DEMA of {source}",
        definition="2 × EMA − EMA of the EMA.",
        reference="P. Mulloy, Smoothing Data with Faster Moving Averages, 1994; TA-Lib DEMA",
        first=lambda settings: 2 * (int(settings["period"]) - 1),
        settled=lambda settings: ema_fades(settings, times=2),
        range=beyond(1),
        compute=_dema,
    ),
    Indicator(
        name="tema",
        inputs=("source",),
        settings=period(20),
        source="close",
        phrase="{period}-bar TEMA of {source}",
        definition="3 × EMA − 3 × EMA of the EMA + EMA of that.",
        reference="P. Mulloy, Smoothing Data with Faster Moving Averages, 1994; TA-Lib TEMA",
        first=lambda settings: 3 * (int(settings["period"]) - 1),
        settled=lambda settings: ema_fades(settings, times=3),
        range=beyond(3),
        compute=_tema,
    ),
    Indicator(
        name="hma",
        inputs=("source",),
        settings=period(20, 2),
        source="close",
        phrase="{period}-bar HMA of {source}",
        definition="WMA over √period bars of 2 × WMA(period / 2) − WMA(period); half and root are "
        "rounded down.",
        reference="A. Hull, 2005; TA-Lib HMA",
        first=lambda settings: int(settings["period"]) + isqrt(int(settings["period"])) - 2,
        range=beyond(1),
        compute=_hma,
    ),
    Indicator(
        name="kama",
        inputs=("source",),
        settings=(*period(10), length("fast", 2), length("slow", 30)),
        source="close",
        phrase="{period}-bar KAMA({fast}, {slow}) of {source}",
        definition="previous + weight² × (value − previous), weight = efficiency × (2/(fast + 1) − "
        "2/(slow + 1)) + 2/(slow + 1), efficiency = |change over `period` bars| / sum of the "
        "|changes| in them, 0 where nothing moved; starts from the value before its first bar.",
        reference="P. Kaufman, Trading Systems and Methods; TA-Lib KAMA",
        first=before(),
        settled=_kama_fades,
        range=of_source,
        compute=_kama,
    ),
    Indicator(
        name="vwma",
        inputs=("source", "volume"),
        settings=period(20),
        source="close",
        phrase="{period}-bar volume-weighted average of {source}",
        definition="Sum of value × volume / sum of volume over the last `period` bars; missing "
        "where none of them traded.",
        reference="TA-Lib VWMA",
        first=before(-1),
        range=of_source,
        compute=_vwma,
    ),
)
