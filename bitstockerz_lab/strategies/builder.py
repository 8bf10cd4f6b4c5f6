"""The words a strategy is written with, and `strategy`, which makes a Definition of them.

>>> fast, slow = sma(parameter("fast", 50, min=5, max=100, step=1)), sma(200)
>>> golden = strategy("Golden cross", enter=crosses_above(fast, slow),
...                   leave=crosses_below(fast, slow))
>>> sorted(golden.indicators)
['sma_200', 'sma_fast']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.definition import Definition, validate
from bitstockerz_lab.strategies.document import PRICES, Document, as_number
from bitstockerz_lab.strategies.expressions import (
    SIMULATE,
    Collected,
    Condition,
    Expression,
    ParameterValue,
    Price,
    Use,
    as_condition,
    as_expression,
    compare,
    shown,
)
from bitstockerz_lab.strategies.problems import did_you_mean, listed, raise_for

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
    """Return a named number that stands wherever a number may: what a run or a sweep changes.

    Parameters
    ----------
    name : what a run calls it: ``parameters={"fast": 20}``
    default : taken where a run says nothing; 50 makes it an int, 50.0 a float
    min, max : bounds, both included
    step : the distance between the values a sweep tries
    type : "int" or "float", where the numbers do not say it

    Raises
    ------
    DefinitionError
        The name is no plain word, or the numbers do not fit each other.

    Examples
    --------
    >>> condition = rsi(14) < parameter("oversold", 30, min=5, max=50, step=5)
    """
    if not isinstance(name, str):
        message = f"A parameter's name is a word, like 'fast', not {shown(name)}."
        raise DefinitionError(message)
    told = {"default": default, "min": min, "max": max, "step": step, "type": type}
    settings = {key: value for key, value in told.items() if value is not None}
    rule = {"left": "close", "op": ">", "right": 0}  # any that holds: only the parameter is asked
    raise_for(validate({"parameters": {name: settings}, "enter_long": rule}))
    return ParameterValue(name, tuple(settings.items()))


def _refuse_no_number(indicator: str, period: object, *, has_source: bool) -> None:
    """Raise where something else stands in the period's place."""
    if not isinstance(period, ParameterValue) and as_number(period) is None:
        if isinstance(period, Use):
            message = f"{indicator} of {period}: no indicator is taken of another yet. {SIMULATE}"
            raise DefinitionError(message)
        named = str(period) if isinstance(period, Price | str) else ""
        column = f", {named}" if has_source and named in PRICES else ""
        hint = f"the period comes first: {indicator}(20{column})."
        message = f"{indicator} needs a number of bars, not {shown(period)}; {hint}"
        raise DefinitionError(message)


def _use(indicator: str, period: Numeric, source: Price | str | None = None) -> Use:
    _refuse_no_number(indicator, period, has_source=source is not None)
    if source is None:
        return Use(indicator, (("period", period),))
    name = source.name if isinstance(source, Price) else source
    if not isinstance(name, str) or name not in PRICES:
        hint = did_you_mean(str(name), PRICES, f"Known are {listed(PRICES)}.")
        raise DefinitionError(f"{indicator} cannot be taken of {str(name)!r}. {hint}", source=name)
    return Use(indicator, (("period", period),), name)


def sma(period: Numeric = 20, source: Price | str = close) -> Use:
    """Return the simple moving average: the mean of the last `period` values.

    Parameters
    ----------
    period : bars averaged, from 1; a number or a parameter
    source : a price to take it of: close, high, volume

    Examples
    --------
    >>> print(close > sma(200))
    close > sma(200, close)
    """
    return _use("sma", period, source)


def ema(period: Numeric = 20, source: Price | str = close) -> Use:
    """Return the exponential moving average, seeded with the mean of the first `period` values.

    Parameters
    ----------
    period : each new value weighs 2 / (period + 1)
    source : a price to take it of

    Examples
    --------
    >>> print(crosses_above(ema(12), ema(26)))
    ema(12, close) crosses_above ema(26, close)
    """
    return _use("ema", period, source)


def rsi(period: Numeric = 14, source: Price | str = close) -> Use:
    """Return Wilder's relative strength index, from 0 to 100.

    Parameters
    ----------
    period : bars, from 2; missing while nothing has moved at all
    source : a price to take it of

    Examples
    --------
    >>> print(rsi(2) < 10)
    rsi(2, close) < 10
    """
    return _use("rsi", period, source)


def atr(period: Numeric = 14) -> Use:
    """Return Wilder's average true range, in the price's unit.

    Parameters
    ----------
    period : bars, from 1

    Examples
    --------
    >>> print(atr(14) > atr(14).bars_ago(20))
    atr(14) > atr(14).bars_ago(20)
    """
    return _use("atr", period)


def highest(period: Numeric = 20, source: Price | str = high) -> Use:
    """Return the largest value of the last `period` bars, this one included.

    Taken of the highs, so no close is ever above it: a breakout compares with the bars before
    this one, by ``.bars_ago(1)`` (Donchian).

    Parameters
    ----------
    period : bars, from 2; a number or a parameter
    source : a price to take it of; the highs if left out

    Examples
    --------
    >>> print(close > highest(20).bars_ago(1))
    close > highest(20, high).bars_ago(1)
    """
    return _use("highest", period, source)


def lowest(period: Numeric = 20, source: Price | str = low) -> Use:
    """Return the smallest value of the last `period` bars, this one included.

    Taken of the lows, so no close is ever below it: a breakout compares with the bars before
    this one, by ``.bars_ago(1)`` (Donchian).

    Parameters
    ----------
    period : bars, from 2; a number or a parameter
    source : a price to take it of; the lows if left out

    Examples
    --------
    >>> print(close < lowest(20).bars_ago(1))
    close < lowest(20, low).bars_ago(1)
    """
    return _use("lowest", period, source)


def crosses_above(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is above `right` and was not at the bar before.

    Examples
    --------
    >>> print(crosses_above(ema(12), ema(26)))
    ema(12, close) crosses_above ema(26, close)
    """
    return compare(left, "crosses_above", right)


def crosses_below(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is below `right` and was not at the bar before.

    Examples
    --------
    >>> print(crosses_below(rsi(14), 70))
    rsi(14, close) crosses_below 70
    """
    return compare(left, "crosses_below", right)


def between(
    value: Expression | float, low: Expression | float, high: Expression | float
) -> Condition:
    """Return where `value` lies between `low` and `high`, both included.

    Examples
    --------
    >>> print(between(rsi(14), 40, 60))
    rsi(14, close) between 40 and 60
    """
    ends = {"low": as_expression(low), "high": as_expression(high)}
    return Condition({"left": as_expression(value), "op": "between", **ends})


def all_of(*conditions: Condition) -> Condition:
    """Return where every condition holds: the same as joining them with ``&``.

    Examples
    --------
    >>> print(all_of(close > sma(200), rsi(2) < 10))
    (close > sma(200, close)) & (rsi(2, close) < 10)
    """
    return Condition({"all": [as_condition(one, "all_of") for one in conditions]})


def any_of(*conditions: Condition) -> Condition:
    """Return where a condition holds: the same as joining them with ``|``.

    Examples
    --------
    >>> print(any_of(close > sma(5), rsi(2) > 70))
    (close > sma(5, close)) | (rsi(2, close) > 70)
    """
    return Condition({"any": [as_condition(one, "any_of") for one in conditions]})


def not_(condition: Condition) -> Condition:
    """Return where a condition is false: the same as ``~``.

    Examples
    --------
    >>> print(not_(close > sma(200)))
    ~(close > sma(200, close))
    """
    return ~as_condition(condition, "not_")


def _sizing(collected: Collected, sizing: object) -> object:
    pair = 2
    if isinstance(sizing, tuple | list) and len(sizing) == pair and isinstance(sizing[0], str):
        return {"method": sizing[0], "value": collected.number(sizing[1])}
    if isinstance(sizing, Mapping) and "value" in sizing:
        return {**sizing, "value": collected.number(sizing["value"])}
    if sizing is None or isinstance(sizing, Mapping):
        return sizing
    told = repr(sizing) if isinstance(sizing, tuple | list) else shown(sizing)
    message = f"sizing is (method, value), like ('percent_of_equity', 50), not {told}."
    raise DefinitionError(message)


ARGUMENTS = ("enter", "leave", "enter_short", "leave_short", "stop_loss_pct", "take_profit_pct",
             "trailing_stop_pct", "max_bars", "sizing", "description")  # fmt: skip
OTHER_WORDS = {"entry": "enter", "entries": "enter", "buy": "enter", "long": "enter",
               "enter_long": "enter", "exit": "leave", "exits": "leave", "sell": "leave",
               "exit_long": "leave", "leave_long": "leave", "short": "enter_short",
               "exit_short": "leave_short", "cover": "leave_short"}  # fmt: skip


def _refuse_unknown(words: Mapping[str, object]) -> None:
    """Raise for arguments `strategy` does not have, each with the nearest one."""
    hints = []
    for word in words:
        near = OTHER_WORDS.get(word)
        known = f"known are {', '.join(ARGUMENTS)}."
        hint = f"Did you mean {near!r}?" if near else did_you_mean(word, ARGUMENTS, known)
        hints.append(f"bz.strategy has no argument {word!r}: {hint[0].lower()}{hint[1:]}")
    if hints:
        raise DefinitionError(" ".join(hints), arguments=tuple(words))


def _refuse_no_entry(groups: Mapping[str, tuple[Condition | None, str]]) -> None:
    """Raise where nothing is entered, or nothing that could be left, in `strategy`'s words."""
    if groups["enter_long"][0] is None and groups["enter_short"][0] is None:
        hint = "Give bz.strategy a condition: enter=close > sma(50), or enter_short=..."
        raise DefinitionError(f"The strategy never enters. {hint}")
    for side in ("long", "short"):
        (entry, enter), (exit_, leave) = groups[f"enter_{side}"], groups[f"exit_{side}"]
        if exit_ is not None and entry is None:
            hint = f"Give bz.strategy {enter}=..., or leave out {leave}."
            raise DefinitionError(f"There is no {enter} for {leave} to leave. {hint}")


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
    **unknown: object,
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
    unknown : refused, with the argument that may have been meant

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
    _refuse_unknown(unknown)
    collected = Collected()
    groups = {"enter_long": (enter, "enter"), "exit_long": (leave, "leave"),
              "enter_short": (enter_short, "enter_short"),
              "exit_short": (leave_short, "leave_short")}  # fmt: skip
    _refuse_no_entry(groups)
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
