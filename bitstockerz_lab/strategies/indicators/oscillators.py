"""Oscillators: where the price stands in what it did lately, and how fast it goes.

TA-Lib gives 0 (or 50) where such a quotient is 0/0; here it is missing.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    ANY,
    PERCENT,
    Indicator,
    around_0,
    before,
    change,
    fades,
    length,
    over_present,
    period,
    ratio,
    shifted,
)
from bitstockerz_lab.strategies.indicators.moving_averages import ema_fades, mean
from bitstockerz_lab.strategies.indicators.statistics import COUNTED, ROUNDING, highest, lowest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Maker, Numbers, Settings

WILDER = "J. W. Wilder, New Concepts in Technical Trading Systems, 1978"


def _rsi(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    found: Numbers = running.strength(columns[0], int(settings["period"]))
    return found


def _rsis(values: Numbers, periods: Any, rows: Any, first: int, lead: int) -> None:  # noqa: ANN401 - arrays
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    running.strengths(values, periods, rows, first, lead)


def _within(value: Numbers, high: Numbers, low: Numbers, bars: int) -> Numbers:
    """Return where a value lies between the lowest low and the highest high, as 0 to 100."""
    floor = lowest(low, bars)
    return 100.0 * ratio(value - floor, highest(high, bars) - floor)


def _smooth(raw: Numbers, settings: Settings) -> tuple[Numbers, Numbers]:
    k = mean(raw, int(settings["smooth_k"]))
    return k, mean(k, int(settings["smooth_d"]))


def _stochastic(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    high, low, close = columns
    k, d = _smooth(_within(close, high, low, int(settings["period"])), settings)
    return k, d, 3.0 * k - 2.0 * d


def _stoch_rsi(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    def within(stage: Sequence[Numbers], told: Settings) -> tuple[Numbers, Numbers]:
        (values,) = stage
        raw = _within(values, values, values, int(told["stoch_period"]))
        return _smooth(raw, told)

    strength = _rsi(columns, settings)
    found: tuple[Numbers, ...] = over_present(within, [strength], settings, (True, True))
    return found


def _macd(columns: Sequence[Numbers], settings: Settings) -> tuple[Maker, ...]:
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    fast, slow, signal = (int(settings[name]) for name in ("fast", "slow", "signal"))
    made = partial(running.convergence, columns[0], fast, slow, signal)
    return tuple(partial(made, place) for place in range(3))


def _macd_first(settings: Settings) -> tuple[int, int, int]:
    line = int(max(settings["fast"], settings["slow"])) - 1
    signal = line + int(settings["signal"]) - 1
    return line, signal, signal


def _macd_settled(settings: Settings) -> tuple[int, int, int]:
    slowest = max(settings["fast"], settings["slow"])
    line = fades(2 / (slowest + 1), int(slowest) - 1, 1e12)
    signal = line + ema_fades(settings, "signal")
    return line, signal, signal


def _roc(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    earlier = shifted(columns[0], int(settings["period"]))
    return 100.0 * ratio(columns[0] - earlier, earlier)


def _momentum(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return columns[0] - shifted(columns[0], int(settings["period"]))


def typical(high: Numbers, low: Numbers, close: Numbers) -> Numbers:
    """Return (high + low + close) / 3."""
    return (high + low + close) / 3.0


def _cci(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    price, bars = typical(*columns), int(settings["period"])
    middle = mean(price, bars)
    spread = loops.mean_deviation(price, middle, bars)
    spread[spread <= ROUNDING * np.abs(middle)] = 0.0
    return ratio(price - middle, 0.015 * spread)


def _williams_r(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    high, low, close = columns
    top, bars = highest(high, int(settings["period"])), int(settings["period"])
    return -100.0 * ratio(top - close, top - lowest(low, bars))


def _mfi(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    price, bars = typical(*columns[:3]), int(settings["period"])
    change, flow = price - shifted(price, 1), price * columns[3]
    change[np.abs(change) <= ROUNDING * price] = 0.0
    none = np.where(np.isnan(change), np.nan, 0.0)
    into, out = (mean(np.where(side, flow, none), bars) for side in (change > 0, change < 0))
    return 100.0 * ratio(into, into + out)


STOCHASTIC = (length("smooth_k", 3), length("smooth_d", 3))


def _stochastic_first(settings: Settings) -> tuple[int, int, int]:
    k = int(settings["period"]) + int(settings["smooth_k"]) - 2
    d = k + int(settings["smooth_d"]) - 1
    return k, d, d


def _stoch_rsi_first(settings: Settings, seed: int = 0) -> tuple[int, int]:
    raw = (seed or int(settings["period"])) + int(settings["stoch_period"]) - 1
    k = raw + int(settings["smooth_k"]) - 1
    return k, k + int(settings["smooth_d"]) - 1


def wilder_fades(settings: Settings, start: float = 1e11) -> int:
    """Return the bars until a Wilder average over `period` has forgotten its seed."""
    return fades(1 / settings["period"], int(settings["period"]), start)


ENTRIES = (
    Indicator(
        name="rsi",
        inputs=("source",),
        settings=period(14, 2),
        source="close",
        phrase="{period}-bar RSI of {source}",
        definition="100 × average gain / (average gain + average loss), Wilder's averages seeded "
        "with the mean of the first `period` changes; missing while nothing has moved.",
        reference=f"{WILDER}; TA-Lib RSI",
        first=before(),
        settled=lambda settings: wilder_fades(settings, 1e13),
        range=PERCENT,
        compute=_rsi,
        rows=_rsis,
    ),
    Indicator(
        name="stoch_rsi",
        inputs=("source",),
        settings=(*period(14, 2), length("stoch_period", 14, 2), *STOCHASTIC),
        source="close",
        outputs=("k", "d"),
        phrase="{output} of the {period}-bar StochRSI({stoch_period}, {smooth_k}, {smooth_d}) "
        "of {source}",
        definition="The stochastic of the RSI: k = mean over smooth_k bars of 100 × (RSI − its "
        "lowest) / (its highest − its lowest) in stoch_period bars, d = mean of k over smooth_d; "
        "missing where the RSI did not move. smooth_k 1 leaves k unsmoothed.",
        reference="T. Chande, S. Kroll, The New Technical Trader, 1994",
        first=_stoch_rsi_first,
        settled=lambda settings: _stoch_rsi_first(settings, wilder_fades(settings, 1e15)),
        range=PERCENT,
        compute=_stoch_rsi,
    ),
    Indicator(
        name="stochastic",
        inputs=("high", "low", "close"),
        settings=(*period(14, 2), *STOCHASTIC),
        outputs=("k", "d", "j"),
        phrase="{output} of the {period}-bar stochastic({smooth_k}, {smooth_d})",
        definition="k = mean over smooth_k bars of 100 × (close − lowest low) / (highest high − "
        "lowest low) in `period` bars, d = mean of k over smooth_d, j = 3k − 2d; missing where "
        "the price stood still. smooth_k 1 is the fast stochastic.",
        reference="G. Lane; TA-Lib STOCH",
        first=_stochastic_first,
        range=(PERCENT, PERCENT, (-200.0, 300.0)),
        compute=_stochastic,
    ),
    Indicator(
        name="macd",
        inputs=("source",),
        settings=(length("fast", 12), length("slow", 26), length("signal", 9)),
        source="close",
        outputs=("macd", "signal", "histogram"),
        phrase="MACD({fast}, {slow}, {signal}) {output} of {source}",
        definition="macd = EMA(fast) − EMA(slow), each seeded with its own first values; signal = "
        "EMA of macd; histogram = macd − signal.",
        reference="G. Appel, The Moving Average Convergence-Divergence Trading Method, 1979; "
        "TA-Lib's MACD starts both averages at the same bar and differs at first",
        first=_macd_first,
        settled=_macd_settled,
        range=lambda _settings, source: (change(1, source), change(1, source), change(2, source)),
        compute=_macd,
    ),
    Indicator(
        name="roc",
        inputs=("source",),
        settings=period(10),
        source="close",
        phrase="{period}-bar rate of change of {source} (%)",
        definition="100 × (value / value `period` bars ago − 1); missing where that was 0.",
        reference="TA-Lib ROC",
        first=before(),
        range=lambda _settings, source: (-100.0, inf) if source[0] >= 0 else ANY,
        compute=_roc,
    ),
    Indicator(
        name="momentum",
        inputs=("source",),
        settings=period(10),
        source="close",
        phrase="{period}-bar momentum of {source}",
        definition="value − value `period` bars ago.",
        reference="TA-Lib MOM",
        first=before(),
        range=lambda _settings, source: change(1, source),
        compute=_momentum,
    ),
    Indicator(
        name="cci",
        inputs=("high", "low", "close"),
        settings=period(20, 2, COUNTED),
        phrase="{period}-bar CCI",
        definition="(typical price − its mean) / (0.015 × its mean distance from that mean) over "
        "`period` bars; missing where it stood still.",
        reference="D. Lambert, Commodities, 1980; TA-Lib CCI",
        first=before(-1),
        range=lambda settings, _source: around_0(settings["period"] / 0.03),
        compute=_cci,
    ),
    Indicator(
        name="williams_r",
        inputs=("high", "low", "close"),
        settings=period(14),
        phrase="{period}-bar Williams %R",
        definition="−100 × (highest high − close) / (highest high − lowest low) of `period` bars: "
        "0 at the top, −100 at the bottom; missing where both are one.",
        reference="L. Williams; TA-Lib WILLR",
        first=before(-1),
        range=(-100.0, 0.0),
        compute=_williams_r,
    ),
    Indicator(
        name="mfi",
        inputs=("high", "low", "close", "volume"),
        settings=period(14),
        phrase="{period}-bar MFI",
        definition="100 × money in / (money in + money out) over `period` bars: typical price × "
        "volume of the bars whose typical price rose, and fell; missing where neither was.",
        reference="G. Quong, A. Soudack, 1989; TA-Lib MFI",
        first=before(),
        range=PERCENT,
        compute=_mfi,
    ),
)
