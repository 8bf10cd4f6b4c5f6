"""The words a strategy is written with, and `strategy`, which makes a Definition of them.

>>> fast, slow = sma(parameter("fast", 50, min=5, max=100, step=1)), sma(200)
>>> golden = strategy("Golden cross", enter=crosses_above(fast, slow),
...                   leave=crosses_below(fast, slow))
>>> sorted(golden.indicators)
['sma_200', 'sma_fast']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import PRICES, Document, as_number
from bitstockerz_lab.strategies.expressions import (
    Condition,
    Constant,
    Earlier,
    Expression,
    ParameterValue,
    Price,
    Use,
    as_condition,
    as_expression,
    compare,
)
from bitstockerz_lab.strategies.problems import did_you_mean, listed

open_ = Price("open")
high = Price("high")
low = Price("low")
close = Price("close")
volume = Price("volume")

Numeric = int | float | ParameterValue


def parameter(
    name: str,
    default: float,
    *,
    min: float | None = None,  # noqa: A002 - the key in the definition
    max: float | None = None,  # noqa: A002 - the key in the definition
    step: float | None = None,
    type: str | None = None,  # noqa: A002 - the key in the definition
) -> ParameterValue:
    """Return a named number that stands wherever a number may.

    Parameters
    ----------
    name : what a run calls it: ``parameters={"fast": 20}``
    default : taken where a run says nothing; 50 makes it an int, 50.0 a float
    min, max : bounds, both included
    step : the distance between the values a sweep tries
    type : "int" or "float", where the numbers do not say it

    Examples
    --------
    >>> condition = rsi(14) < parameter("oversold", 30, min=5, max=50, step=5)
    """
    told = {"default": default, "min": min, "max": max, "step": step, "type": type}
    return ParameterValue(name, tuple((k, v) for k, v in told.items() if v is not None))


def _use(indicator: str, period: Numeric, source: Price | str | None = None) -> Use:
    if source is None:
        return Use(indicator, (("period", period),))
    name = source.name if isinstance(source, Price) else source
    if not isinstance(name, str) or name not in PRICES:
        hint = did_you_mean(str(name), PRICES, f"Known are {listed(PRICES)}.")
        raise DefinitionError(f"{indicator} cannot be taken of {str(name)!r}. {hint}", source=name)
    return Use(indicator, (("period", period),), name)


def sma(period: Numeric = 20, source: Price | str = close) -> Use:
    """Return the simple moving average: the mean of the last `period` values."""
    return _use("sma", period, source)


def ema(period: Numeric = 20, source: Price | str = close) -> Use:
    """Return the exponential moving average, seeded with the mean of the first `period` values."""
    return _use("ema", period, source)


def rsi(period: Numeric = 14, source: Price | str = close) -> Use:
    """Return Wilder's relative strength index, from 0 to 100."""
    return _use("rsi", period, source)


def atr(period: Numeric = 14) -> Use:
    """Return Wilder's average true range, in the price's unit."""
    return _use("atr", period)


def highest(period: Numeric = 20, source: Price | str = high) -> Use:
    """Return the largest value of the last `period` bars, this one included."""
    return _use("highest", period, source)


def lowest(period: Numeric = 20, source: Price | str = low) -> Use:
    """Return the smallest value of the last `period` bars, this one included."""
    return _use("lowest", period, source)


def crosses_above(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is above `right` and was not at the bar before."""
    return compare(left, "crosses_above", right)


def crosses_below(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is below `right` and was not at the bar before."""
    return compare(left, "crosses_below", right)


def between(
    value: Expression | float, low: Expression | float, high: Expression | float
) -> Condition:
    """Return where `value` lies between `low` and `high`, both included."""
    ends = {"low": as_expression(low), "high": as_expression(high)}
    return Condition({"left": as_expression(value), "op": "between", **ends})


def all_of(*conditions: Condition) -> Condition:
    """Return where every condition holds: the same as joining them with ``&``."""
    return Condition({"all": [as_condition(one, "all_of") for one in conditions]})


def any_of(*conditions: Condition) -> Condition:
    """Return where a condition holds: the same as joining them with ``|``."""
    return Condition({"any": [as_condition(one, "any_of") for one in conditions]})


def not_(condition: Condition) -> Condition:
    """Return where a condition is false: the same as ``~``."""
    return ~as_condition(condition, "not_")


class _Collected:
    """The parameters and indicators met on the way through the rules, by name."""

    def __init__(self) -> None:
        self.parameters: dict[str, ParameterValue] = {}
        self.uses: dict[str, Use] = {}

    def number(self, value: object) -> Any:  # noqa: ANN401 - plain JSON out
        """Return a number's JSON; a parameter is declared on the way."""
        if isinstance(value, Constant):
            return value.number
        if not isinstance(value, ParameterValue):
            plain = as_number(value)
            return value if plain is None or isinstance(value, float) else plain
        known = self.parameters.setdefault(value.name, value)
        if dict(known.settings) != dict(value.settings):
            first, second = (
                ", ".join(f"{key} = {number}" for key, number in one.settings)
                for one in (known, value)
            )
            message = (
                f"Parameter {value.name!r} is declared twice and differently: {first}; {second}. "
                "Declare it once and use the variable, or give it another name."
            )
            raise DefinitionError(message, parameter=value.name)
        return {"parameter": value.name}

    def operand(self, expression: Expression) -> Any:  # noqa: ANN401 - plain JSON out
        """Return an operand's JSON; an indicator is named and declared on the way."""
        if isinstance(expression, Price):
            return expression.name
        if isinstance(expression, Earlier):
            bars_ago = self.number(expression.bars)
            return {"of": self.operand(expression.of), "bars_ago": bars_ago}
        if not isinstance(expression, Use):
            return self.number(expression)
        for name in _names(expression):
            if self.uses.setdefault(name, expression) == expression:
                return name
        raise AssertionError  # pragma: no cover - names never run out

    def indicators(self) -> Document:
        """Return the declared indicators' JSON."""
        return {
            name: {
                "indicator": use.indicator,
                **{key: self.number(value) for key, value in use.settings},
                **({"source": use.source} if use.source else {}),
            }
            for name, use in self.uses.items()
        }


USUAL_SOURCES = {"highest": "high", "lowest": "low"}


def _names(use: Use) -> Iterator[str]:
    """Yield the names an indicator may get, the plainest first: sma_50, sma_fast, sma_50_high."""
    told = [str(value).replace(".", "_").replace("-", "minus_") for _, value in use.settings]
    usual = USUAL_SOURCES.get(use.indicator, "close")
    source = [use.source] if use.source and use.source != usual else []
    plain = "_".join([use.indicator, *told, *source])
    yield plain
    count = 2
    while True:
        yield f"{plain}_{count}"
        count += 1


def _sizing(collected: _Collected, sizing: object) -> object:
    pair = 2
    if isinstance(sizing, tuple | list) and len(sizing) == pair:
        return {"method": sizing[0], "value": collected.number(sizing[1])}
    if isinstance(sizing, Mapping) and "value" in sizing:
        return {**sizing, "value": collected.number(sizing["value"])}
    return sizing


def strategy(  # noqa: PLR0913 - one keyword for each part of a definition
    name: str,
    *,
    enter: Condition | None = None,
    leave: Condition | None = None,
    enter_short: Condition | None = None,
    leave_short: Condition | None = None,
    stop_loss_pct: Numeric | None = None,
    take_profit_pct: Numeric | None = None,
    trailing_stop_pct: Numeric | None = None,
    max_bars: int | ParameterValue | None = None,
    sizing: tuple[str, Numeric] | Mapping[str, Any] | None = None,
    description: str = "",
) -> Definition:
    """Return the Definition of a strategy.

    Parameters
    ----------
    name : what it is called
    enter, leave : conditions to buy and to sell; decided at a close, filled at the next open
    enter_short, leave_short : conditions to sell short and to buy back
    stop_loss_pct, take_profit_pct, trailing_stop_pct : percent of the entry price
    max_bars : bars held at most
    sizing : ("percent_of_equity" | "fixed_cash" | "fixed_quantity" | "risk_percent", value)
    description : for people

    Raises
    ------
    DefinitionError
        What does not hold together, all of it.

    Examples
    --------
    >>> dip = strategy("Dip", enter=rsi(2) < 10, leave=close > sma(5), stop_loss_pct=8)
    >>> dip.direction
    'long'
    """
    collected = _Collected()
    groups = {"enter_long": (enter, "enter"), "exit_long": (leave, "leave"),
              "enter_short": (enter_short, "enter_short"),
              "exit_short": (leave_short, "leave_short")}  # fmt: skip
    document: Document = {"format": 1, "name": name, "description": description}
    for key, (condition, keyword) in groups.items():
        if condition is not None:
            document[key] = as_condition(condition, keyword).document(collected.operand)
    numbers = {"stop_loss_pct": stop_loss_pct, "take_profit_pct": take_profit_pct,
               "trailing_stop_pct": trailing_stop_pct, "max_bars": max_bars}  # fmt: skip
    document |= {k: collected.number(v) for k, v in numbers.items() if v is not None}
    document["sizing"] = _sizing(collected, sizing)
    document["indicators"] = collected.indicators()
    document["parameters"] = {k: dict(v.settings) for k, v in collected.parameters.items()}
    return Definition.parse(document)
