"""What one entry of the catalogue is: an indicator, and the numbers it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

Settings = Mapping[str, int | float]
Compute = Callable[[Sequence[Any], Settings], Any]
Maker = Callable[[], Any]
"""Makes a column when it is asked for."""
Rows = Callable[[Any, Any, Any, int, int], None]
"""Takes a column without NaN, periods, a matrix, and a row and a column of it: writes there what it
makes of each period, a row each. What is infinite may stay so."""
Length = Callable[[Settings], Any]
Span = tuple[float, float]
"""The least and the largest a value can be, both included."""

ANY: Span = (-inf, inf)
NOT_NEGATIVE: Span = (0.0, inf)
PERCENT: Span = (0.0, 100.0)
PRICE: Span = (5e-324, inf)
"""Above 0: from the smallest number there is."""

LONGEST = 100_000
COLUMNS = ("open", "high", "low", "close", "volume")
SPOKEN = {
    "adx": "ADX", "plus_di": "+DI", "minus_di": "−DI", "dx": "DX", "adxr": "ADXR",
    "k": "%K", "d": "%D", "j": "%J", "percent_b": "%B", "macd": "line",
    "signal": "signal line", "upper": "upper line", "middle": "middle line", "lower": "lower line",
    "conversion": "conversion line", "base": "base line", "span_a": "span A", "span_b": "span B",
}  # fmt: skip


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

    def __str__(self) -> str:
        bounds = f"from {self.minimum} to {self.maximum}"
        return f"{self.name}: {self.kind} {bounds}, default {self.default}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One entry of the catalogue.

    Parameters
    ----------
    name : what a definition calls it
    inputs : the columns it reads: open, high, low, close, volume; ``source``, which the definition
        chooses among them; ``other``, a column of other bars at the same times; ``time``, when
        the bar starts, in seconds since 1970 UTC
    settings : the numbers it is told
    source : the column chosen where the definition says nothing; None if there is no choice
    outputs : what it gives, the first where the definition says nothing
    phrase : how a sentence calls it, with the settings, the source and the output in braces
    definition : what it is, as a formula in words
    reference : where that comes from
    first : bars before the first value, from the settings; a tuple where the outputs differ
    settled : bars before the first value that is the same to 1e-9 wherever the data starts; None
        where there is no such number; as `first` if left out
    range : the least and the largest a value can be, but for rounding; a tuple of such pairs where
        the outputs differ; made of the settings and of the source's pair where these decide
    compute : input columns without NaN and settings in; a column out, or one for each output;
        instead of a column a `Maker`, which is called only if that output is wanted
    rows : of what is told a period and nothing else: `compute` for several at once, see `Rows`;
        None where nobody wrote it
    """

    name: str
    inputs: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    source: str | None = None
    outputs: tuple[str, ...] = ("value",)
    phrase: str
    definition: str
    reference: str
    first: Length
    settled: Length | None = None
    range: Any = ANY
    compute: Compute
    rows: Rows | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys a definition may give it, besides ``indicator``."""
        chosen = ("source",) if self.source else ()
        several = ("output",) if len(self.outputs) > 1 else ()
        return (*(setting.name for setting in self.settings), *chosen, *several)

    @property
    def defaults(self) -> dict[str, int | float]:
        """Every setting's default."""
        return {setting.name: setting.default for setting in self.settings}

    def warm_up(self, settings: Settings, output: str | None = None) -> int:
        """Return how many bars come before an output's first value."""
        return int(self._of(self.first(settings), output))

    def settles(self, settings: Settings, output: str | None = None) -> int | None:
        """Return how many bars come before values no longer depend on where the data starts.

        Parameters
        ----------
        settings : a number for each setting
        output : one of `outputs`; the first if left out

        Returns
        -------
        int or None
            The warm-up where only a window counts. Where every bar leaves a trace, the bars after
            which it is below 1e-9 of the values; for KAMA, SuperTrend and Parabolic SAR, whose
            memory depends on the prices, an estimate. None where it never goes (OBV).
        """
        found = self._of((self.settled or self.first)(settings), output)
        return None if found is None else int(found)

    def span(self, settings: Settings, output: str | None = None, source: Span = ANY) -> Span:
        """Return the least and the largest an output can be; infinite where nothing bounds it.

        Parameters
        ----------
        settings : a number for each setting
        output : one of `outputs`; the first if left out
        source : the least and the largest of what it is taken of

        Examples
        --------
        >>> from bitstockerz_lab.strategies import indicators
        >>> indicators.get("rsi").span({"period": 14})
        (0.0, 100.0)
        """
        made = self.range(settings, source) if callable(self.range) else self.range
        found: Span = made[self._place(output)] if isinstance(made[0], tuple) else made
        return found

    def say(self, settings: Mapping[str, str], source: str | None, output: str | None) -> str:
        """Return what a sentence calls it: ``20-bar SMA of close``."""
        asked = output or self.outputs[0]
        spoken = SPOKEN.get(asked, asked.replace("_", " "))
        return self.phrase.format(source=source, output=spoken, **settings)

    def _of(self, lengths: Any, output: str | None) -> Any:  # noqa: ANN401 - number, None or several
        return lengths[self._place(output)] if isinstance(lengths, tuple) else lengths

    def _place(self, output: str | None) -> int:
        return 0 if output is None else self.outputs.index(output)


def length(name: str, default: int, minimum: int = 1, maximum: int = LONGEST) -> Setting:
    """Return a setting that is a number of bars."""
    return Setting(name, default, minimum, maximum)


def period(default: int, minimum: int = 1, maximum: int = LONGEST) -> tuple[Setting, ...]:
    """Return the settings of an indicator that is told a period and nothing else."""
    return (length("period", default, minimum, maximum),)


def factor(name: str, default: float) -> Setting:
    """Return a setting that multiplies a width."""
    return Setting(name, default, 0.01, 1000.0, "float")


def of_source(_settings: Settings, source: Span) -> Span:
    """Return the range of a mean, or of one of several values: that of its source."""
    return source


def beyond(times: float) -> Callable[[Settings, Span], Span]:
    """Return the range of an average that overshoots its source by so many times its width."""
    return lambda _settings, source: (
        source[0] - times * (source[1] - source[0]),
        source[1] + times * (source[1] - source[0]),
    )


def around_0(furthest: float) -> Span:
    """Return the range of what lies so far from 0 at most."""
    return -furthest, furthest


def change(times: float, source: Span) -> Span:
    """Return the range of a difference of two values of a source, so many times over."""
    return around_0(times * (source[1] - source[0]))


def within_period(settings: Settings, _source: Span) -> Span:
    """Return the range of how many bars ago something in a window was."""
    return 0.0, settings["period"] - 1.0


def before(bars: int = 0, name: str = "period") -> Length:
    """Return the warm-up of a window: its length, plus `bars`."""
    return lambda settings: int(settings[name]) + bars


def fades(weight: float, bars: int, start: float = 1e10) -> int:
    """Return the bars after which 1/`start` is left of what an average started with.

    Parameters
    ----------
    weight : what each new value counts, from 0 to 1
    bars : the average's own first value
    start : what it started with, in units of the smallest difference that matters
    """
    return bars + (0 if weight >= 1 else int(np.ceil(np.log(start) / -np.log1p(-weight))))


def talib() -> ModuleType:
    """Return TA-Lib as it comes; a notebook may have set it otherwise, for all of the process."""
    import talib as library  # noqa: PLC0415 - heavy: loaded with the first signal

    library.set_unstable_period("ALL", 0)
    library.set_compatibility(0)
    return library  # type: ignore[no-any-return]


def over_present(
    compute: Compute,
    columns: Sequence[Any],
    settings: Settings,
    wanted: Sequence[bool],
    *,
    gapless: bool = False,
) -> tuple[Any, ...]:
    """Return columns computed on the rows without NaN, as if the others did not exist.

    Parameters
    ----------
    compute : gives a column for each of `wanted`, as one array if it is one
    columns : float64 arrays of one length
    settings : handed on
    wanted : which of what `compute` gives is wanted
    gapless : no column has a NaN, so nobody needs to look

    Returns
    -------
    tuple of float64 arrays, None where it is not wanted
        NaN where a row had a NaN, and wherever the result is no finite number.
    """
    present = None if gapless and len(columns[0]) else _present(columns)
    if present is not None and not present.any():
        return tuple(np.full(len(present), np.nan) if one else None for one in wanted)
    read = columns if present is None else [one[present] for one in columns]
    with np.errstate(all="ignore"):
        made = compute(read, settings)
        found = made if isinstance(made, tuple) else (made,)
        return tuple(
            _finite(column() if callable(column) else column, present) if one else None
            for column, one in zip(found, wanted, strict=True)
        )


def _present(columns: Sequence[Any]) -> NDArray[np.bool_] | None:
    """Return the rows without NaN; None if that is every one, and there is one."""
    present = ~np.isnan(columns[0])
    for column in columns[1:]:
        present &= ~np.isnan(column)
    return None if len(present) and present.all() else present


def _finite(values: Numbers, present: NDArray[np.bool_] | None) -> Numbers:
    """Return the values with NaN for what is infinite, on all rows where they are of some."""
    beyond = np.isinf(values)
    if beyond.any():
        values[beyond] = np.nan
    if present is None:
        return values
    found = np.full(len(present), np.nan)
    found[present] = values
    return found


def shifted(values: Numbers, bars: int) -> Numbers:
    """Return what each value was some bars earlier; NaN before."""
    earlier = np.empty(len(values))
    earlier[:bars] = np.nan
    earlier[bars:] = values[: max(len(values) - bars, 0)]
    return earlier


def ratio(part: Numbers, whole: Numbers) -> Numbers:
    """Return part / whole, NaN where whole is nothing: 0, or what underflow has left of it."""
    found = part / whole
    nothing = np.abs(whole) < 1e-290  # noqa: PLR2004 - eighteen digits above the last number
    if nothing.any():
        found[nothing] = np.nan
    return found
