"""Bands around a middle: outputs middle, upper, lower, and how wide they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.indicators.entry import (
    ANY,
    NOT_NEGATIVE,
    PRICE,
    Indicator,
    before,
    factor,
    fades,
    length,
    period,
    ratio,
    shifted,
)
from bitstockerz_lab.strategies.indicators.moving_averages import ema_fades, mean, smoothed
from bitstockerz_lab.strategies.indicators.statistics import ROUNDING, highest, lowest, moments
from bitstockerz_lab.strategies.indicators.volatility import average_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Maker, Numbers, Settings, Span

Bands = tuple[object, ...]
CHANNEL = ("middle", "upper", "lower", "bandwidth")


def _bollinger(columns: Sequence[Numbers], settings: Settings) -> tuple[Maker, ...]:
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    (values,), bars, times = columns, int(settings["period"]), float(settings["multiplier"])

    def lines() -> tuple[Numbers, Numbers, Numbers]:
        """Return the middle, the lower band, and the width, 0 where it is only rounding."""
        middle, spread = moments(values, bars)
        lower = middle - times * spread
        width = (middle + times * spread) - lower
        width[spread <= ROUNDING * abs(middle)] = 0.0
        return middle, lower, width

    def within() -> Numbers:
        _, lower, width = lines()
        return ratio(values - lower, width)

    def bandwidth() -> Numbers:
        middle, _, width = lines()
        return ratio(width, middle)

    upper, lower = (partial(loops.window_band, values, bars, one) for one in (times, -times))
    return partial(mean, values, bars), upper, lower, within, bandwidth


def _keltner(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    middle = smoothed(columns[2], int(settings["period"]))
    reach = settings["multiplier"] * average_range(columns, int(settings["atr_period"]))
    upper, lower = middle + reach, middle - reach
    return middle, upper, lower, ratio(upper - lower, middle)


def _keltner_first(settings: Settings) -> tuple[int, int, int, int]:
    middle = int(settings["period"]) - 1
    bands = max(middle, int(settings["atr_period"]))
    return middle, bands, bands, bands


def _keltner_settled(settings: Settings) -> tuple[int, int, int, int]:
    middle = ema_fades(settings)
    bands = max(middle, fades(1 / settings["atr_period"], int(settings["atr_period"]), 1e11))
    return middle, bands, bands, bands


def _donchian(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
    bars = int(settings["period"])
    upper, lower = shifted(highest(columns[0], bars), 1), shifted(lowest(columns[1], bars), 1)
    middle = (upper + lower) / 2.0
    return middle, upper, lower, ratio(upper - lower, middle)


def _bollinger_range(settings: Settings, source: Span) -> tuple[Span, ...]:
    low, high = source
    reach = settings["multiplier"] * (high - low) / 2
    furthest = (settings["period"] - 1) ** 0.5 / (2 * settings["multiplier"])
    width = NOT_NEGATIVE if low > 0 else ANY
    return source, (low, high + reach), (low - reach, high), (0.5 - furthest, 0.5 + furthest), width


ENTRIES = (
    Indicator(
        name="bollinger",
        inputs=("source",),
        settings=(*period(20, 2), factor("multiplier", 2.0)),
        source="close",
        outputs=("middle", "upper", "lower", "percent_b", "bandwidth"),
        phrase="{output} of the {period}-bar Bollinger bands (± {multiplier}) of {source}",
        definition="middle = SMA; upper, lower = middle ± multiplier × standard deviation (of the "
        "population); percent_b = (value − lower) / (upper − lower), missing where they are one; "
        "bandwidth = (upper − lower) / middle, a fraction.",
        reference="J. Bollinger, Bollinger on Bollinger Bands, 2001; TA-Lib BBANDS",
        first=before(-1),
        range=_bollinger_range,
        compute=_bollinger,
    ),
    Indicator(
        name="keltner",
        inputs=("high", "low", "close"),
        settings=(*period(20), factor("multiplier", 2.0), length("atr_period", 10)),
        outputs=CHANNEL,
        phrase="{output} of the {period}-bar Keltner channel (± {multiplier} × "
        "{atr_period}-bar ATR)",
        definition="middle = EMA of the close; upper, lower = middle ± multiplier × ATR; "
        "bandwidth = (upper − lower) / middle, a fraction.",
        reference="C. Keltner, 1960; L. Raschke's form with EMA and ATR",
        first=_keltner_first,
        settled=_keltner_settled,
        range=(PRICE, PRICE, ANY, NOT_NEGATIVE),
        compute=_keltner,
    ),
    Indicator(
        name="donchian",
        inputs=("high", "low"),
        settings=period(20),
        outputs=CHANNEL,
        phrase="{output} of the Donchian channel of the {period} bars before",
        definition="upper, lower = highest high and lowest low of the `period` bars before this "
        "one, so that a bar can leave them; middle = their mean; bandwidth = (upper − lower) / "
        "middle, a fraction. TA-Lib's DONCHIAN counts this bar too.",
        reference="R. Donchian; Stock.Indicators Donchian",
        first=before(),
        range=(PRICE, PRICE, PRICE, (0.0, 2.0)),
        compute=_donchian,
    ),
)
