"""Trend: its strength, its age, and the levels that trail it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    ANY,
    PERCENT,
    PRICE,
    Indicator,
    Setting,
    before,
    factor,
    fades,
    length,
    period,
    ratio,
    shifted,
    talib,
)
from bitstockerz_lab.strategies.indicators.moving_averages import wilder
from bitstockerz_lab.strategies.indicators.oscillators import WILDER, wilder_fades
from bitstockerz_lab.strategies.indicators.statistics import highest, lowest, since_highest
from bitstockerz_lab.strategies.indicators.volatility import average_range, true_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings


def _adx(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    (high, low, _), bars = columns, int(settings["period"])
    up, down = high - shifted(high, 1), shifted(low, 1) - low
    rise, fall = (_moved(one, other) for one, other in ((up, down), (down, up)))
    scale = wilder(true_range(columns), bars)
    plus, minus = (100.0 * ratio(wilder(way, bars), scale) for way in (rise, fall))
    index = 100.0 * ratio(np.abs(plus - minus), plus + minus)
    average = wilder(index, bars)
    return average, plus, minus, index, (average + shifted(average, bars)) / 2.0


def _moved(one: Numbers, other: Numbers) -> Numbers:
    """Return a directional movement: what it moved further than the other way, else 0."""
    moved: Numbers = np.where((one > other) & (one > 0), one, 0.0)
    moved[np.isnan(one)] = np.nan
    return moved


def _adx_first(settings: Settings) -> tuple[int, ...]:
    bars = int(settings["period"])
    return 2 * bars - 1, bars, bars, bars, 3 * bars - 1


def _adx_settled(settings: Settings) -> tuple[int, ...]:
    bars, way = int(settings["period"]), wilder_fades(settings, 1e13)
    return way + bars, way, way, way, way + 2 * bars


def _aroon(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    bars = int(settings["period"])
    ages = (since_highest(values, bars + 1) for values in (columns[0], -columns[1]))
    up, down = (100.0 * (bars - age) / bars for age in ages)
    return up, down, up - down


def _super_trend(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    from bitstockerz_lab.strategies.indicators import running  # noqa: PLC0415 - heavy: numba

    width = settings["multiplier"] * average_range(columns, int(settings["period"]))
    value, side = running.super_trend((columns[0] + columns[1]) / 2.0, width, columns[2])
    return value, side


def _parabolic_sar(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    step, most = settings["step"], settings["maximum"]
    return np.asarray(talib().SAR(*columns, acceleration=step, maximum=most))


def _ichimoku(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    conversion, base, span_b = (
        (highest(columns[0], bars) + lowest(columns[1], bars)) / 2.0
        for bars in (int(settings[name]) for name in ("conversion", "base", "span"))
    )
    return conversion, base, (conversion + base) / 2.0, span_b


def _ichimoku_first(settings: Settings) -> tuple[int, ...]:
    conversion, base, span = (int(settings[name]) - 1 for name in ("conversion", "base", "span"))
    return conversion, base, max(conversion, base), span


ENTRIES = (
    Indicator(
        name="adx",
        inputs=("high", "low", "close"),
        settings=period(14),
        outputs=("adx", "plus_di", "minus_di", "dx", "adxr"),
        phrase="{period}-bar {output}",
        definition="plus_di, minus_di = 100 × Wilder's average of the directional movement up, "
        "down / that of the true range; dx = 100 × |plus_di − minus_di| / (plus_di + minus_di), "
        "missing while nothing has moved; adx = Wilder's average of dx; adxr = mean of adx and of "
        "that `period` bars ago.",
        reference=f"{WILDER}; TA-Lib's ADX, seeded with one bar less, differs at first",
        first=_adx_first,
        settled=_adx_settled,
        range=PERCENT,
        compute=_adx,
    ),
    Indicator(
        name="aroon",
        inputs=("high", "low"),
        settings=period(25),
        outputs=("up", "down", "oscillator"),
        phrase="{output} of the {period}-bar Aroon",
        definition="up = 100 × (period − bars since the highest high of the last period + 1 bars) "
        "/ period, of equal highs the newest; down = the same of the lows; oscillator = up − down.",
        reference="T. Chande, 1995; TA-Lib AROON, which is not sure of equals",
        first=before(),
        range=(PERCENT, PERCENT, (-100.0, 100.0)),
        compute=_aroon,
    ),
    Indicator(
        name="supertrend",
        inputs=("high", "low", "close"),
        settings=(*period(10), factor("multiplier", 3.0)),
        outputs=("value", "direction"),
        phrase="{output} of the {period}-bar SuperTrend (± {multiplier} × ATR)",
        definition="(high + low) / 2 ∓ multiplier × ATR; below a rising market it never falls, "
        "above a falling one it never rises; the close beyond it turns it. direction = 1 rising, "
        "−1 falling.",
        reference="O. Seban; Stock.Indicators SuperTrend",
        first=before(),
        settled=lambda settings: fades(1 / settings["period"], 30 * int(settings["period"]), 1e11),
        range=(ANY, (-1.0, 1.0)),
        compute=_super_trend,
    ),
    Indicator(
        name="parabolic_sar",
        inputs=("high", "low"),
        settings=(
            Setting("step", 0.02, 0.0, 10.0, "float"),
            Setting("maximum", 0.2, 0.0, 10.0, "float"),
        ),
        phrase="Parabolic SAR({step}, {maximum})",
        definition="previous + acceleration × (extreme price − previous), turned where a bar "
        "touches it; acceleration grows by `step` at each new extreme up to `maximum`; never "
        "inside the two bars before.",
        reference=f"{WILDER}; TA-Lib SAR",
        first=lambda _settings: 1,
        settled=lambda settings: None if settings["step"] == 0 else 300,
        range=lambda settings, _source: PRICE if settings["maximum"] <= 1 else ANY,
        compute=_parabolic_sar,
    ),
    Indicator(
        name="ichimoku",
        inputs=("high", "low"),
        settings=(length("conversion", 9), length("base", 26), length("span", 52)),
        outputs=("conversion", "base", "span_a", "span_b"),
        phrase="{output} of the Ichimoku({conversion}, {base}, {span})",
        definition="conversion, base, span_b = middle of highest high and lowest low of that many "
        "bars; span_a = (conversion + base) / 2. Both spans as known at this bar, not drawn `base` "
        "bars ahead: the cloud a chart shows here is span_a and span_b `bars_ago` 26. The lagging "
        "span, a close drawn back in time, is left out: compare with close `bars_ago` 26.",
        reference="G. Hosoda, 1969",
        first=_ichimoku_first,
        range=PRICE,
        compute=_ichimoku,
    ),
)
