"""`code_strategy`: a function that decides, made a Definition."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import builder
from bitstockerz_lab.strategies.collected import Collected
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import as_number
from bitstockerz_lab.strategies.expressions import ParameterValue
from bitstockerz_lab.strategies.python import capture, consent, imports
from bitstockerz_lab.strategies.python.model import digest
from bitstockerz_lab.strategies.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies.builder import Numeric
    from bitstockerz_lab.strategies.expressions import Expression

    Parameters = Mapping[str, Numeric] | Iterable[ParameterValue]

BRACKETS = 'Write @bz.code_strategy("Name") above the function, with brackets.'
BARS = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD


def code_strategy(  # noqa: PLR0913 - one keyword for each part of a definition
    name: str = "",
    *,
    parameters: Parameters | None = None,
    direction: str = "long",
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
) -> Callable[[Callable[..., Any]], Definition]:
    """Make a Definition of the function below: Python decides instead of conditions.

    The function is called with `bars` (a frame of open, high, low, close, volume, indexed by
    time) and its parameters by name. It returns a dict or a frame with any of enter, leave,
    enter_short, leave_short, or the two (enter, leave): true or false at each bar, decided at its
    close. What is stored and run is its text, with the constants and functions it refers to.

    Parameters
    ----------
    name : what the strategy is called
    parameters : by name, a `bz.parameter` or a number; or a list of `bz.parameter`. An argument
        of the function that is not among them takes its default: 50 is an int, 2.0 a float
    direction : "long", "short" or "both": the sides it may enter
    stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct, targets, max_bars, \
cooldown_bars, max_trades_per_day, sizing, description : as those of `bz.strategy`
    unknown : refused, with the argument that may have been meant

    Raises
    ------
    DefinitionError
        The function's text cannot be stored, or what was given does not hold together.

    Examples
    --------
    >>> @code_strategy("New high", stop_loss_pct=8)
    ... def rules(bars, n=20):
    ...     before = bars["close"].rolling(n).max().shift(1)
    ...     return {"enter": bars["close"] > before}  # doctest: +SKIP
    """
    if not isinstance(name, str):
        raise DefinitionError(BRACKETS)
    builder.refuse_unknown(unknown, "bz.code_strategy", ARGUMENTS)
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

    def decorate(function: Callable[..., Any]) -> Definition:
        if not isinstance(function, FunctionType):
            raise DefinitionError(f"A function is needed below it, not {shown(function)}.")
        python = _python(function)
        collected = Collected()
        for one, value in _parameters(function, parameters).items():
            _declare(collected, one, value)
        document = builder.exits(collected, given)
        document |= {"name": name, "description": description, "direction": direction}
        document["python"] = python
        document["indicators"] = collected.indicators
        document["parameters"] = {k: dict(v.settings) for k, v in collected.parameters.items()}
        definition = Definition.parse(document)
        consent.decorated(definition)
        return definition

    return decorate


ARGUMENTS = tuple(inspect.signature(code_strategy).parameters)[:-1]


def _python(function: FunctionType) -> dict[str, Any]:
    source = capture.module_of(function)
    return {
        "source": source,
        "function": function.__name__,
        "sha256": digest(source),
        "imports": imports.versions(source),
    }


def _parameters(function: FunctionType, given: Parameters | None) -> dict[str, object]:
    """Return each parameter by name: a given one, or a default of the function's."""
    if given is None or isinstance(given, Mapping):
        chosen: dict[str, object] = dict(given or {})
    else:
        chosen = {one.name: one for one in _listed(given)}
    arguments = [*inspect.signature(function).parameters.values()]
    if not arguments or arguments[0].kind not in BARS:
        raise DefinitionError(
            f"{function.__name__} takes no bars. Let them be its first argument: "
            f"def {function.__name__}(bars)."
        )
    for one in arguments[1:]:
        if one.kind in {one.VAR_KEYWORD, one.VAR_POSITIONAL} or one.name in chosen:
            continue
        if one.default is one.empty:
            raise DefinitionError(
                f"{function.__name__} takes {one.name!r}, which has no value. Give it a default, "
                f"{one.name}=20, or parameters=[bz.parameter({one.name!r}, 20)].",
                parameter=one.name,
            )
        if as_number(one.default) is None:
            raise DefinitionError(
                f"{one.name}={shown(one.default)} of {function.__name__} is no finite number, and "
                "parameters are numbers. Make it a constant above the function.",
                parameter=one.name,
            )
        chosen[one.name] = one.default
    return chosen


def _listed(given: Iterable[ParameterValue]) -> list[ParameterValue]:
    found = [*given]
    for one in found:
        if not isinstance(one, ParameterValue):
            raise DefinitionError(
                f"parameters holds {shown(one)}. Give a list of bz.parameter(...), or a dict: "
                '{"fast": 20}.'
            )
    return found


def _declare(collected: Collected, name: str, value: object) -> None:
    made = value if isinstance(value, ParameterValue) else builder.parameter(name, value)  # type: ignore[arg-type]
    if made.name != name:
        raise DefinitionError(
            f"The parameter {made.name!r} is given as {name!r}. Call it the same twice.",
            parameter=name,
        )
    collected.number(made)
