"""The words a strategy is written with, and `strategy`, which makes a Definition of them.

>>> fast, slow = sma(parameter("fast", 50, min=5, max=100, step=1)), sma(200)
>>> golden = strategy("Golden cross", enter=crosses_above(fast, slow),
...                   leave=crosses_below(fast, slow))
>>> sorted(golden.indicators)
['sma_200', 'sma_fast']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.collected import Collected
from bitstockerz_lab.strategies.conditions import Condition, Counted, as_condition, compare
from bitstockerz_lab.strategies.definition import Definition, validate
from bitstockerz_lab.strategies.document import COUNTS, LEVELS, Document, as_number
from bitstockerz_lab.strategies.expressions import (
    Constant,
    Expression,
    ParameterValue,
    arithmetic,
    as_expression,
    number_of_bars,
)
from bitstockerz_lab.strategies.leaves import Price
from bitstockerz_lab.strategies.problems import did_you_mean, raise_for
from bitstockerz_lab.strategies.wording import shown
from bitstockerz_lab.strategies.words import *  # noqa: F403 - a word an indicator

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


def number(value: float) -> Expression:
    """Return a plain number as an expression: needed only where Python would not ask us.

    Examples
    --------
    >>> print(number(30) > rsi(14))
    number(30) > rsi(14)
    """
    plain = as_number(value)
    if plain is None:
        raise DefinitionError(f"number needs a finite number, not {shown(value)}.")
    return Constant(plain)


def minimum(*values: Expression | float) -> Expression:
    """Return the smallest of several at each bar; missing where one of them is.

    Examples
    --------
    >>> print(minimum(open_, close))
    minimum(open_, close)
    """
    return arithmetic("minimum", *values)


def maximum(*values: Expression | float) -> Expression:
    """Return the largest of several at each bar; missing where one of them is.

    Examples
    --------
    >>> print(maximum(open_, close) - close)
    maximum(open_, close) - close
    """
    return arithmetic("maximum", *values)


def count(condition: Condition, bars: int | ParameterValue) -> Expression:
    """Return at how many of the last `bars` bars, this one included, a condition was true.

    Examples
    --------
    >>> print(count(close > open_, 10) >= 7)
    count(close > open_, 10) >= 7
    """
    return Counted(as_condition(condition, "count"), number_of_bars(bars, "count"))


def holds(condition: Condition, bars: int | ParameterValue) -> Condition:
    """Return where a condition is true at each of the last `bars` bars: ``cond.for_bars(3)``.

    Examples
    --------
    >>> print(holds(close > sma(50), 3))
    holds(close > sma(50), 3)
    """
    return as_condition(condition, "holds").for_bars(bars)


def happened(condition: Condition, bars: int | ParameterValue) -> Condition:
    """Return where a condition is true at one of the last `bars` bars: ``cond.within(5)``.

    Examples
    --------
    >>> print(happened(crosses_above(close, sma(50)), 5))
    happened(crosses_above(close, sma(50)), 5)
    """
    return as_condition(condition, "happened").within(bars)


def crosses_above(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is above `right` and was not at the bar before.

    Examples
    --------
    >>> print(crosses_above(ema(12), ema(26)))
    crosses_above(ema(12), ema(26))
    """
    return compare(left, "crosses_above", right)


def crosses_below(left: Expression | float, right: Expression | float) -> Condition:
    """Return where `left` is below `right` and was not at the bar before.

    Examples
    --------
    >>> print(crosses_below(rsi(14), 70))
    crosses_below(rsi(14), 70)
    """
    return compare(left, "crosses_below", right)


def between(
    value: Expression | float, low: Expression | float, high: Expression | float
) -> Condition:
    """Return where `value` lies between `low` and `high`, both included.

    Examples
    --------
    >>> print(between(rsi(14), 40, 60))
    between(rsi(14), 40, 60)
    """
    ends = {"low": as_expression(low), "high": as_expression(high)}
    return Condition({"left": as_expression(value), "op": "between", **ends})


def all_of(*conditions: Condition) -> Condition:
    """Return where every condition holds: the same as joining them with ``&``.

    Examples
    --------
    >>> print(all_of(close > sma(200), rsi(2) < 10))
    (close > sma(200)) & (rsi(2) < 10)
    """
    return Condition({"all": [as_condition(one, "all_of") for one in conditions]})


def any_of(*conditions: Condition) -> Condition:
    """Return where a condition holds: the same as joining them with ``|``.

    Examples
    --------
    >>> print(any_of(close > sma(5), rsi(2) > 70))
    (close > sma(5)) | (rsi(2) > 70)
    """
    return Condition({"any": [as_condition(one, "any_of") for one in conditions]})


def not_(condition: Condition) -> Condition:
    """Return where a condition is false: the same as ``~``.

    Examples
    --------
    >>> print(not_(close > sma(200)))
    ~(close > sma(200))
    """
    return ~as_condition(condition, "not_")


def _targets(collected: Collected, targets: object) -> object:
    if targets is None:
        return None
    found = []
    try:
        for profit, share in targets:  # type: ignore[attr-defined]
            aim = {"profit_pct": collected.operand(profit), "close_pct": collected.number(share)}
            found.append(aim)
    except DefinitionError:
        raise
    except (TypeError, ValueError) as problem:
        message = "targets is a list of (profit_pct, close_pct), like [(5, 50), (10, 50)], not "
        raise DefinitionError(f"{message}{targets!r}.") from problem
    return found


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


def exits(collected: Collected, given: Mapping[str, Any]) -> Document:
    """Return the JSON of stops, targets, counts and the size; what is None is left out."""
    said = {name: value for name, value in given.items() if value is not None}
    found: Document = {name: collected.operand(said[name]) for name in LEVELS if name in said}
    found |= {name: collected.number(said[name]) for name in COUNTS if name in said}
    found["targets"] = _targets(collected, given["targets"])
    found["sizing"] = _sizing(collected, given["sizing"])
    return found


ARGUMENTS = ("enter", "leave", "enter_short", "leave_short", "stop_loss_pct", "take_profit_pct",
             "trailing_stop_pct", "break_even_pct", "targets", "max_bars", "cooldown_bars",
             "max_trades_per_day", "sizing", "description")  # fmt: skip
OTHER_WORDS = {"entry": "enter", "entries": "enter", "buy": "enter", "long": "enter",
               "enter_long": "enter", "exit": "leave", "exits": "leave", "sell": "leave",
               "exit_long": "leave", "leave_long": "leave", "short": "enter_short",
               "exit_short": "leave_short", "cover": "leave_short"}  # fmt: skip


def refuse_unknown(
    words: Mapping[str, object], function: str = "bz.strategy", known: tuple[str, ...] = ARGUMENTS
) -> None:
    """Raise for arguments a function does not have, each with the nearest one."""
    hints = []
    for word in words:
        near = OTHER_WORDS.get(word)
        told = f"known are {', '.join(known)}."
        hint = f"Did you mean {near!r}?" if near in known else did_you_mean(word, known, told)
        hints.append(f"{function} has no argument {word!r}: {hint[0].lower()}{hint[1:]}")
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
    stop_loss_pct: Expression | float | None = None,
    take_profit_pct: Expression | float | None = None,
    trailing_stop_pct: Expression | float | None = None,
    break_even_pct: Expression | float | None = None,
    targets: Iterable[tuple[Expression | float, Numeric]] | None = None,
    max_bars: int | ParameterValue | None = None,
    cooldown_bars: int | ParameterValue | None = None,
    max_trades_per_day: int | ParameterValue | None = None,
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
    stop_loss_pct, take_profit_pct, trailing_stop_pct : percent of the entry price: a number, or
        an expression, read at the close at which the entry is decided (not above 0: none)
    break_even_pct : the gain, in percent, after which the entry price is a stop
    targets : pairs of (profit_pct, close_pct), nearest first: close so much of the position there
    max_bars : bars held at most
    cooldown_bars : bars after a losing position at whose closes no entry is decided
    max_trades_per_day : positions entered on one UTC day at most
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
    refuse_unknown(unknown)
    collected = Collected()
    groups = {"enter_long": (enter, "enter"), "exit_long": (leave, "leave"),
              "enter_short": (enter_short, "enter_short"),
              "exit_short": (leave_short, "leave_short")}  # fmt: skip
    _refuse_no_entry(groups)
    document: Document = {"name": name, "description": description}
    for key, (condition, keyword) in groups.items():
        if condition is not None:
            document[key] = as_condition(condition, keyword).document(collected.operand)
    given = {
        "stop_loss_pct": stop_loss_pct,
        "take_profit_pct": take_profit_pct,
        "trailing_stop_pct": trailing_stop_pct,
        "break_even_pct": break_even_pct,
        "targets": targets,
        "max_bars": max_bars,
        "cooldown_bars": cooldown_bars,
        "max_trades_per_day": max_trades_per_day,
        "sizing": sizing,
    }
    document |= exits(collected, given)
    document["indicators"] = collected.indicators
    document["parameters"] = {k: dict(v.settings) for k, v in collected.parameters.items()}
    return Definition.parse(document)
