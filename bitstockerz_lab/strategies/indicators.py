"""The indicators a definition may name: one entry each, computed by TA-Lib.

TA-Lib either poisons everything after a NaN (SMA, EMA) or turns it into a plausible wrong number
(RSI gives 0). So an indicator is computed on the bars that are not missing, as if the others did
not exist, and is NaN at those that are. Every value depends on its own bar and earlier ones only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Compute = Callable[[Sequence[Numbers], Mapping[str, int | float]], Numbers]

LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Setting:
    """A number an indicator is told.

    Parameters
    ----------
    name : its key in the definition
    default : taken where the definition says nothing
    minimum, maximum : bounds, both included
    kind : "int" or "float"
    """

    name: str
    default: int | float
    minimum: int | float
    maximum: int | float
    kind: Literal["int", "float"] = "int"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One entry of the catalogue.

    Parameters
    ----------
    name : what a definition calls it
    inputs : the bar columns it reads; ``("source",)`` lets the definition choose one
    settings : the numbers it is told
    source : the column chosen where the definition says nothing; None if there is no choice
    phrase : how a sentence calls it, with the settings' and the source's names in braces
    definition : what it is, as a formula in words
    reference : where that comes from
    warm_up : bars before the first value, from the settings
    compute : input columns without NaN and settings in, one column out
    """

    name: str
    inputs: tuple[str, ...]
    settings: tuple[Setting, ...]
    source: str | None
    phrase: str
    definition: str
    reference: str
    warm_up: Callable[[Mapping[str, int | float]], int]
    compute: Compute

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys a definition may give it, besides ``indicator``."""
        chosen = ("source",) if self.source else ()
        return (*(setting.name for setting in self.settings), *chosen)


def _talib(function: str) -> Compute:
    def compute(columns: Sequence[Numbers], settings: Mapping[str, int | float]) -> Numbers:
        import talib  # noqa: PLC0415 - heavy: loaded with the first signal

        talib.set_unstable_period("ALL", 0)  # a notebook may have set them, for all of the process
        talib.set_compatibility(0)
        values: Numbers = getattr(talib, function)(*columns, timeperiod=int(settings["period"]))
        return values

    return compute


def _sma(columns: Sequence[Numbers], settings: Mapping[str, int | float]) -> Numbers:
    """TA-Lib's SMA, and exactly the price where the whole window is that price.

    TA-Lib keeps a running sum, whose rounding would make ``close > sma(20)`` true on flat prices.
    """
    values = _talib("SMA")(columns, settings)
    (source,), period = columns, int(settings["period"])
    moves = source[1:] != source[:-1]
    if len(moves) - np.count_nonzero(moves) < period - 1 or period == 1:
        return values  # too few bars that did not move
    starts = np.concatenate([[0], np.flatnonzero(moves) + 1])
    ends = np.append(starts[1:], len(source))
    flat = np.flatnonzero(ends - starts >= period)
    for start, end in zip(starts[flat].tolist(), ends[flat].tolist(), strict=True):
        values[start + period - 1 : end] = source[start]
    return values


def _rsi(columns: Sequence[Numbers], settings: Mapping[str, int | float]) -> Numbers:
    """Wilder's RSI; where nothing has moved at all, 0/0, it is missing and not TA-Lib's 0."""
    values = _talib("RSI")(columns, settings)
    at_zero = values == 0
    if at_zero.any():
        of_the_mirror = _talib("RSI")([-columns[0]], settings)
        values[at_zero & (of_the_mirror == 0)] = np.nan
    return values


def _period(default: int, minimum: int) -> tuple[Setting, ...]:
    return (Setting("period", default, minimum, LONGEST),)


_ENTRIES = (
    Indicator(
        "atr",
        ("high", "low", "close"),
        _period(14, 1),
        None,
        "{period}-bar ATR",
        "Wilder's average of the true range max(high, previous close) − min(low, previous close), "
        "seeded with the mean of the first `period` true ranges; the first bar has none.",
        "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TA-Lib ATR",
        lambda settings: int(settings["period"]),
        _talib("ATR"),
    ),
    Indicator(
        "ema",
        ("source",),
        _period(20, 1),
        "close",
        "{period}-bar EMA of {source}",
        "previous + 2/(period + 1) × (value − previous), seeded with the mean of the first "
        "`period` values.",
        "TA-Lib EMA",
        lambda settings: int(settings["period"]) - 1,
        _talib("EMA"),
    ),
    Indicator(
        "highest",
        ("source",),
        _period(20, 2),
        "high",
        "highest {source} of the last {period} bars",
        "Largest value of the last `period` bars, this one included; `bars_ago` 1 leaves it out.",
        "TA-Lib MAX",
        lambda settings: int(settings["period"]) - 1,
        _talib("MAX"),
    ),
    Indicator(
        "lowest",
        ("source",),
        _period(20, 2),
        "low",
        "lowest {source} of the last {period} bars",
        "Smallest value of the last `period` bars, this one included; `bars_ago` 1 leaves it out.",
        "TA-Lib MIN",
        lambda settings: int(settings["period"]) - 1,
        _talib("MIN"),
    ),
    Indicator(
        "rsi",
        ("source",),
        _period(14, 2),
        "close",
        "{period}-bar RSI of {source}",
        "100 × average gain / (average gain + average loss), Wilder's averages seeded with the "
        "mean of the first `period` changes; missing while nothing has moved.",
        "J. W. Wilder, New Concepts in Technical Trading Systems, 1978; TA-Lib RSI",
        lambda settings: int(settings["period"]),
        _rsi,
    ),
    Indicator(
        "sma",
        ("source",),
        _period(20, 1),
        "close",
        "{period}-bar SMA of {source}",
        "Mean of the last `period` values.",
        "TA-Lib SMA",
        lambda settings: int(settings["period"]) - 1,
        _sma,
    ),
)

CATALOGUE: dict[str, Indicator] = {entry.name: entry for entry in _ENTRIES}
"""Every indicator by name."""


def get(name: str) -> Indicator:
    """Return the entry of a name.

    Raises
    ------
    UnknownName
        There is none; the nearest is suggested.
    """
    if name not in CATALOGUE:
        raise UnknownName.of("indicator", name, CATALOGUE, f"Known are {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def compute(
    entry: Indicator, columns: Sequence[Numbers], settings: Mapping[str, int | float]
) -> Numbers:
    """Return an indicator's column.

    Parameters
    ----------
    entry : from the catalogue
    columns : contiguous float64 arrays of shape (n_bars,), one an input, NaN where missing
    settings : a number for each setting

    Returns
    -------
    float64 array of shape (n_bars,)
        NaN where an input is NaN, and during the warm-up; elsewhere computed on the bars that are
        not missing.
    """
    present = ~np.isnan(columns[0])
    for column in columns[1:]:
        present &= ~np.isnan(column)
    if present.all():
        return entry.compute(columns, settings) if len(present) else columns[0].copy()
    values = np.full(len(present), np.nan)
    if present.any():
        values[present] = entry.compute([column[present] for column in columns], settings)
    return values


def catalogue() -> pd.DataFrame:
    """Return the catalogue as a frame.

    Returns
    -------
    DataFrame, a row an indicator, index its name
        Columns inputs ("high, low, close"; "source" may be any of open, high, low, close, volume),
        parameters ("period: int from 1 to 100000, default 20"), warm_up (bars before the first
        value at the defaults), definition, reference.
    """
    rows: list[dict[str, Any]] = []
    for entry in _ENTRIES:
        defaults = {setting.name: setting.default for setting in entry.settings}
        told = (
            f"{s.name}: {s.kind} from {s.minimum} to {s.maximum}, default {s.default}"
            for s in entry.settings
        )
        inputs = f"source (default {entry.source})" if entry.source else ", ".join(entry.inputs)
        rows.append(
            {
                "indicator": entry.name,
                "inputs": inputs,
                "parameters": "; ".join(told),
                "warm_up": entry.warm_up(defaults),
                "definition": entry.definition,
                "reference": entry.reference,
            }
        )
    return pd.DataFrame(rows).set_index("indicator")
