"""Statistics of a window: extremes, spread, rank, slope, correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.indicators.entry import (
    NOT_NEGATIVE,
    PERCENT,
    Indicator,
    Setting,
    around_0,
    before,
    change,
    of_source,
    period,
    ratio,
    shifted,
    talib,
    within_period,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Numbers, Settings

ROUNDING = 1e-14
"""A spread below this share of the values is what rounding left of none."""
COUNTED = 5_000
"""The longest period of what looks at each value of its window anew."""


def highest(values: Numbers, bars: int) -> Numbers:
    """Return the largest of the last `bars` values."""
    return values.copy() if bars == 1 else np.asarray(talib().MAX(values, timeperiod=bars))


def lowest(values: Numbers, bars: int) -> Numbers:
    """Return the smallest of the last `bars` values."""
    return values.copy() if bars == 1 else np.asarray(talib().MIN(values, timeperiod=bars))


def moments(values: Numbers, bars: int) -> tuple[Numbers, Numbers]:
    """Return mean and standard deviation (of the population) of the last `bars` values."""
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    mean, variance = loops.window_moments(values, bars)
    return mean, np.sqrt(variance)


def _highest(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return highest(columns[0], int(settings["period"]))


def _lowest(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return lowest(columns[0], int(settings["period"]))


def _since_high(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return since_highest(columns[0], int(settings["period"]))


def _since_low(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return since_highest(-columns[0], int(settings["period"]))


def since_highest(values: Numbers, bars: int) -> Numbers:
    """Return how many bars ago the largest of the last `bars` values was, the newest of equals.

    TA-Lib's MAXINDEX and AROON take the newest or the oldest, depending on where the data starts.
    """
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    found: Numbers = loops.bars_since_highest(values, bars)
    return found


def _stddev(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return moments(columns[0], int(settings["period"]))[1]


def _zscore(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    mean, spread = moments(columns[0], int(settings["period"]))
    spread[spread <= ROUNDING * np.abs(mean)] = 0.0
    return ratio(columns[0] - mean, spread)


def _percentile_rank(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    return np.asarray(talib().PERCENTRANK(columns[0], timeperiod=int(settings["period"])))


def _linreg_slope(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    bars = int(settings["period"])
    found: Numbers = loops.window_trend(columns[0], bars)[1] * (12.0 / (bars * (bars**2 - 1.0)))
    return found


def _realised_volatility(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    values, bars = columns[0], int(settings["period"])
    returns = np.log(ratio(values, shifted(values, 1)))
    spread = moments(returns, bars)[1]
    a_year = np.sqrt(bars / (bars - 1.0) * settings["bars_per_year"])  # of the sample
    return np.asarray(100.0 * a_year * spread)


def _correlation(columns: Sequence[Numbers], settings: Settings) -> Numbers:
    from bitstockerz_lab.strategies.indicators import loops  # noqa: PLC0415 - heavy: numba

    bars = int(settings["period"])
    if settings["changes"]:
        earlier = [shifted(values, 1) for values in columns]
        columns = [ratio(now - old, old) for now, old in zip(columns, earlier, strict=True)]
    own, other, both = loops.co_moments(columns[0], columns[1], bars)
    for variance, values in ((own, columns[0]), (other, columns[1])):
        variance[variance <= (ROUNDING * np.abs(values)) ** 2] = 0.0
    return np.clip(ratio(both, np.sqrt(own) * np.sqrt(other)), -1.0, 1.0)


ENTRIES = (
    Indicator(
        name="highest",
        inputs=("source",),
        settings=period(20, 2),
        source="high",
        phrase="highest {source} of the last {period} bars",
        definition="Largest value of the last `period` bars, this one included; `bars_ago` 1 "
        "leaves it out.",
        reference="TA-Lib MAX",
        first=before(-1),
        range=of_source,
        compute=_highest,
    ),
    Indicator(
        name="lowest",
        inputs=("source",),
        settings=period(20, 2),
        source="low",
        phrase="lowest {source} of the last {period} bars",
        definition="Smallest value of the last `period` bars, this one included; `bars_ago` 1 "
        "leaves it out.",
        reference="TA-Lib MIN",
        first=before(-1),
        range=of_source,
        compute=_lowest,
    ),
    Indicator(
        name="bars_since_high",
        inputs=("source",),
        settings=period(20, 2),
        source="high",
        phrase="bars since the highest {source} of the last {period}",
        definition="How many bars ago the largest of the last `period` values was: 0 at this bar; "
        "of equal ones the newest counts.",
        reference="TA-Lib MAXINDEX, which is not sure of equals",
        first=before(-1),
        range=within_period,
        compute=_since_high,
    ),
    Indicator(
        name="bars_since_low",
        inputs=("source",),
        settings=period(20, 2),
        source="low",
        phrase="bars since the lowest {source} of the last {period}",
        definition="How many bars ago the smallest of the last `period` values was: 0 at this bar; "
        "of equal ones the newest counts.",
        reference="TA-Lib MININDEX, which is not sure of equals",
        first=before(-1),
        range=within_period,
        compute=_since_low,
    ),
    Indicator(
        name="stddev",
        inputs=("source",),
        settings=period(20, 2),
        source="close",
        phrase="{period}-bar standard deviation of {source}",
        definition="√(mean of (value − mean)²) of the last `period` values: of the population, "
        "divided by `period`; exactly 0 where all are equal.",
        reference="TA-Lib STDDEV",
        first=before(-1),
        range=lambda _settings, source: (0.0, (source[1] - source[0]) / 2),
        compute=_stddev,
    ),
    Indicator(
        name="zscore",
        inputs=("source",),
        settings=period(20, 2),
        source="close",
        phrase="{period}-bar z-score of {source}",
        definition="(value − mean) / standard deviation (of the population) of the last `period` "
        "values, this one included; missing where all are equal.",
        reference="Stock.Indicators StdDev",
        first=before(-1),
        range=lambda settings, _source: around_0((settings["period"] - 1) ** 0.5),
        compute=_zscore,
    ),
    Indicator(
        name="percentile_rank",
        inputs=("source",),
        settings=period(100, 2, COUNTED),
        source="close",
        phrase="percentile rank of {source} among the {period} bars before",
        definition="Per cent of the `period` values before this one that are below it, 0 to 100.",
        reference="L. Connors, C. Alvarez, 2012; TA-Lib PERCENTRANK",
        first=before(),
        range=PERCENT,
        compute=_percentile_rank,
    ),
    Indicator(
        name="linreg_slope",
        inputs=("source",),
        settings=period(14, 2),
        source="close",
        phrase="{period}-bar regression slope of {source}",
        definition="Slope of the least-squares line through the last `period` values, per bar.",
        reference="TA-Lib LINEARREG_SLOPE",
        first=before(-1),
        range=lambda _settings, source: change(1, source),
        compute=_linreg_slope,
    ),
    Indicator(
        name="realised_volatility",
        inputs=("source",),
        settings=(*period(20, 2), Setting("bars_per_year", 252, 1, 1_000_000, "float")),
        source="close",
        phrase="{period}-bar realised volatility of {source} (% a year of {bars_per_year} bars)",
        definition="100 × sample standard deviation (divided by period − 1) of the last `period` "
        "logarithmic returns × √bars_per_year: 252 for daily shares, 365 for daily crypto, "
        "8760 for hourly.",
        reference="J. Hull, Options, Futures, and Other Derivatives",
        first=before(),
        range=NOT_NEGATIVE,
        compute=_realised_volatility,
    ),
    Indicator(
        name="correlation",
        inputs=("source", "other"),
        settings=(*period(20, 2), Setting("changes", 0, 0, 1)),
        source="close",
        phrase="{period}-bar correlation of {source} with the other's",
        definition="Pearson's correlation of the last `period` values of the two columns, −1 to 1; "
        "with `changes` 1 of their relative changes from bar to bar; missing where one stood "
        "still.",
        reference="K. Pearson, 1895; TA-Lib CORREL",
        first=lambda settings: int(settings["period"]) - 1 + int(settings["changes"]),
        range=(-1.0, 1.0),
        compute=_correlation,
    ),
)
