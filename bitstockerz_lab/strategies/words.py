"""A word of the builder for each indicator: generated from the catalogue, so that none is missing.

An indicator with settings or a source is a function, `sma(200)`; one without is a value, `hour`.
`talib` has those of TA-Lib: `talib.CCI(20)`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import PRICES, as_number
from bitstockerz_lab.strategies.expressions import Expression, ParameterValue
from bitstockerz_lab.strategies.indicators.talib_functions import PREFIX, functions
from bitstockerz_lab.strategies.leaves import Price, Use
from bitstockerz_lab.strategies.problems import did_you_mean, listed
from bitstockerz_lab.strategies.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.strategies.indicators import Indicator, Setting

__all__ = [
    "ad",
    "adx",
    "aroon",
    "atr",
    "bars_since_high",
    "bars_since_low",
    "bollinger",
    "cci",
    "cmf",
    "correlation",
    "day_of_month",
    "day_of_week",
    "dema",
    "donchian",
    "ema",
    "highest",
    "hma",
    "hour",
    "ichimoku",
    "kama",
    "keltner",
    "linreg_slope",
    "lowest",
    "macd",
    "median_price",
    "mfi",
    "momentum",
    "month",
    "natr",
    "obv",
    "parabolic_sar",
    "percentile_rank",
    "realised_volatility",
    "roc",
    "rsi",
    "sma",
    "stddev",
    "stoch_rsi",
    "stochastic",
    "supertrend",
    "talib",
    "tema",
    "true_range",
    "typical_price",
    "vwap_rolling",
    "vwap_session",
    "vwma",
    "williams_r",
    "wma",
    "zscore",
]  # fmt: skip

OPERANDS = ("source", "other")
Word = Any
"""A function that gives an indicator, or the indicator itself."""


def word(entry: Indicator) -> Callable[..., Use] | Use:
    """Return the word of an indicator."""
    if not entry.settings and entry.source is None:
        return Use(entry.name)
    columns = [key for key in OPERANDS if key in entry.inputs]

    def use(*given: Any, **told: Any) -> Use:  # noqa: ANN401 - checked here
        values = _bound(entry, [*entry.defaults, *columns], given, told)
        settings = {one.name: values.get(one.name, one.default) for one in entry.settings}
        for setting in entry.settings:
            _refuse_no_number(entry, setting, settings[setting.name])
        taken = {"source": entry.source, **{key: values[key] for key in OPERANDS if key in values}}
        made: dict[str, Any] = {
            key: _operand(entry, one) for key, one in taken.items() if one is not None
        }
        return Use(entry.name, tuple(settings.items()), **made)

    use.__name__ = use.__qualname__ = entry.name.removeprefix(PREFIX)
    use.__doc__ = _told(entry)
    use.__signature__ = _signature(entry)  # type: ignore[attr-defined]
    return use


def _bound(
    entry: Indicator, names: list[str], given: tuple[Any, ...], told: Mapping[str, Any]
) -> dict[str, Any]:
    """Return arguments by name."""
    if len(given) > len(names):
        message = f"{entry.name} takes {listed(names)}; {len(given)} values were given."
        raise DefinitionError(message)
    by_place = dict(zip(names, given, strict=False))
    for key in told:
        if key not in names:
            hint = did_you_mean(key, names, f"Known are {listed(names)}.")
            raise DefinitionError(f"{entry.name} has no setting {key!r}. {hint}")
        if key in by_place:
            raise DefinitionError(f"{entry.name} was given {key} twice. Leave one out.")
    return {**by_place, **told}


def _refuse_no_number(entry: Indicator, setting: Setting, value: object) -> None:
    """Raise where something else stands in a number's place."""
    if isinstance(value, ParameterValue) or as_number(value) is not None:
        return
    is_column = isinstance(value, Expression) or (isinstance(value, str) and value in PRICES)
    column = f", {value}" if is_column and entry.source else ""
    numbers = ", ".join(str(20 if one.name == "period" else one.default) for one in entry.settings)
    first = "the period comes" if setting.name == "period" else "numbers come"
    hint = f"{first} first: {entry.name}({numbers}{column})."
    kind = "of bars" if setting.name == "period" else f"for {setting.name}"
    raise DefinitionError(f"{entry.name} needs a number {kind}, not {shown(value)}; {hint}")


def _operand(entry: Indicator, value: object) -> Expression:
    """Return what an indicator is taken of; a price may be named by a text."""
    if isinstance(value, Expression) and as_number(getattr(value, "number", None)) is None:
        return value
    if isinstance(value, str) and value in PRICES:
        return Price(value)
    hint = did_you_mean(str(value), PRICES, f"Known are {listed(PRICES)}, and any expression.")
    raise DefinitionError(f"{entry.name} cannot be taken of {shown(value)}. {hint}", source=value)


def _signature(entry: Indicator) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    chosen: dict[str, Any] = dict(entry.defaults)
    if entry.source is not None:
        chosen["source"] = Price(entry.source)
    found = [inspect.Parameter(name, kind, default=value) for name, value in chosen.items()]
    if "other" in entry.inputs:
        found.append(inspect.Parameter("other", inspect.Parameter.KEYWORD_ONLY))
    return inspect.Signature(found, return_annotation=Use)


def _told(entry: Indicator) -> str:
    """Return the docstring of an indicator's word."""
    lines = [f"{setting}" for setting in entry.settings]
    if entry.source is not None:
        lines.append(f"source: a price, an indicator or an expression, default {entry.source}")
    if "other" in entry.inputs:
        lines.append('other: the second column, like close.of("SPY")')
    name = entry.name
    outputs = f"\n\nOutputs: {', '.join(f'.{one}' for one in entry.outputs)}; the first if none."
    example = f"{name}({'other=volume' if 'other' in entry.inputs else ''})"
    numbers = [*map(str, entry.defaults.values()), *(["other=volume"] * ("other" in entry.inputs))]
    return (
        f"{entry.definition}{outputs if len(entry.outputs) > 1 else ''}\n\nParameters\n----------\n"
        + "\n".join(lines)
        + f"\n\nSource: {entry.reference}\n\nExamples\n--------\n"
        f">>> print({example})\n{name}({', '.join(numbers)})\n"
    )


class TaLib:
    """TA-Lib's functions by name: ``talib.CCI(20)``, ``talib.CDLDOJI()``.

    Examples
    --------
    >>> print(talib.STOCH(5, 3, 0, 3, 0).slowd)
    talib.STOCH(5, 3, 0, 3, 0).slowd
    """

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a function or a value
        known = functions()
        if PREFIX + name in known:
            return word(known[PREFIX + name])
        names = [one.removeprefix(PREFIX) for one in known]
        hint = did_you_mean(name, names, "lab.strategies.indicators() lists them.")
        raise AttributeError(f"TA-Lib has no function {name!r} here. {hint}")

    def __dir__(self) -> list[str]:
        return [name.removeprefix(PREFIX) for name in functions()]


talib = TaLib()
WORDS: dict[str, Word] = {name: word(entry) for name, entry in indicators.CATALOGUE.items()}
# by name and not through globals(), so that editors and mypy know them; a test compares
(
    ad, adx, aroon, atr, bars_since_high, bars_since_low, bollinger, cci, cmf, correlation,
    day_of_month, day_of_week, dema, donchian, ema, highest, hma, hour, ichimoku, kama,
    keltner, linreg_slope, lowest, macd, median_price, mfi, momentum, month, natr, obv,
    parabolic_sar, percentile_rank, realised_volatility, roc, rsi, sma, stddev, stoch_rsi,
    stochastic, supertrend, tema, true_range, typical_price, vwap_rolling, vwap_session, vwma,
    williams_r, wma, zscore,
) = (WORDS[name] for name in sorted(WORDS))  # fmt: skip
