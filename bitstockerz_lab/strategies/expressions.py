"""What the builder's words return: expressions, each printing itself as the code that makes it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NoReturn

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, DefinitionError
from bitstockerz_lab.strategies.document import as_number
from bitstockerz_lab.strategies.wording import (
    BRACKETS,
    EXACTLY,
    NO_FUNCTION,
    NO_TRUTH,
    SIMULATE,
    is_table,
    quoted,
    shown,
    uncalled,
)

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.conditions import Condition

SIGNS = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
"""Python's sign for arithmetic, and how tightly it binds."""


class Expression:
    """Something with a value at every bar: a price, an indicator, a parameter or a number.

    ``+``, ``-``, ``*``, ``/``, ``abs()`` make another of them; ``>``, ``<``, ``>=`` and ``<=``
    compare two and give a `Condition`.
    """

    __slots__ = ()
    __array_ufunc__ = None  # numpy and pandas leave the operators to us, who say what to do
    __pandas_priority__ = 10_000

    def bars_ago(self, bars: int | ParameterValue) -> Expression:
        """Return the same thing as it stood `bars` bars earlier; missing before the first bar.

        Parameters
        ----------
        bars : a whole number from 0, or a parameter; of another symbol's or timeframe's bars
            where the thing is of those

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close
        >>> print(close > close.bars_ago(10))
        close > close.bars_ago(10)
        """
        return Earlier(self, bars)

    def of(self, symbol: str) -> Expression:
        """Return the same thing of another symbol, as known when this bar closed.

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close, sma
        >>> print(close.of("SPY") > sma(200).of("SPY"))
        close.of("SPY") > sma(200).of("SPY")
        """
        return Elsewhere(self, symbol=symbol)

    def on(self, timeframe: str) -> Expression:
        """Return the same thing on longer bars, the newest that was complete when this bar closed.

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close, sma
        >>> print(close.on("1w") > sma(10).on("1w"))
        close.on("1w") > sma(10).on("1w")
        """
        return Elsewhere(self, timeframe=timeframe)

    def shift(self, bars: object = 1) -> NoReturn:
        """Raise: the word is `bars_ago`."""
        message = f"{self} has no shift: write {_plain(self)}.bars_ago({shown(bars)})."
        raise DefinitionError(message)

    def __getitem__(self, bars: object) -> NoReturn:
        distance = as_number(bars)
        example = abs(distance) if distance else 1
        message = f"{self}[{shown(bars)}] is not in the language: write "
        raise DefinitionError(f"{message}{_plain(self)}.bars_ago({example}) for an earlier bar.")

    def __add__(self, other: object) -> Expression:
        return arithmetic("add", self, other)

    def __radd__(self, other: object) -> Expression:
        return arithmetic("add", other, self)

    def __sub__(self, other: object) -> Expression:
        return arithmetic("subtract", self, other)

    def __rsub__(self, other: object) -> Expression:
        return arithmetic("subtract", other, self)

    def __mul__(self, other: object) -> Expression:
        return arithmetic("multiply", self, other)

    def __rmul__(self, other: object) -> Expression:
        return arithmetic("multiply", other, self)

    def __truediv__(self, other: object) -> Expression:
        return arithmetic("divide", self, other)

    def __rtruediv__(self, other: object) -> Expression:
        return arithmetic("divide", other, self)

    def __neg__(self) -> Expression:
        return arithmetic("multiply", -1, self)

    def __abs__(self) -> Expression:
        return arithmetic("absolute", self)

    def _no_such_sign(self, other: object = None) -> NoReturn:
        message = f"//, % and ** (here with {self} and {shown(other)}) are not in the language; "
        raise DefinitionError(f"{message}+, -, *, / and abs() are. {SIMULATE}")

    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _no_such_sign

    def _no_function(self, _digits: object = None) -> NoReturn:
        raise DefinitionError(NO_FUNCTION.format(self))

    __float__ = __int__ = __round__ = __floor__ = __ceil__ = __trunc__ = _no_function

    def __gt__(self, other: object) -> Condition:
        return _compare(self, ">", other)

    def __lt__(self, other: object) -> Condition:
        return _compare(self, "<", other)

    def __ge__(self, other: object) -> Condition:
        return _compare(self, ">=", other)

    def __le__(self, other: object) -> Condition:
        return _compare(self, "<=", other)

    def _needs_brackets(self, _other: object = None) -> NoReturn:
        raise DefinitionError(BRACKETS.format(self))

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _needs_brackets

    def __bool__(self) -> NoReturn:
        raise DefinitionError(NO_TRUTH)

    def __repr__(self) -> str:
        return str(self)


def equals(self: Expression, other: object) -> bool:
    """Tell whether two expressions are the same one; refuse a number, which is meant otherwise."""
    if as_number(other) is not None:
        message = f"{self} == {other} is no condition. {EXACTLY}"
        raise DefinitionError(message)
    return type(self) is type(other) and all(
        getattr(self, one.name) == getattr(other, one.name)
        for one in fields(self)  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True, repr=False)
class Constant(Expression):
    """A number."""

    number: int | float

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, repr=False)
class ParameterValue(Expression):
    """A named number that may be changed without changing the rules: what `parameter` returns."""

    name: str
    settings: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, repr=False)
class Earlier(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """Another expression, some bars earlier."""

    of_: Expression
    bars: int | ParameterValue

    __eq__ = equals

    def __post_init__(self) -> None:
        number_of_bars(self.bars, "bars_ago")

    def __str__(self) -> str:
        return f"{bracketed(self.of_)}.bars_ago({self.bars})"


@dataclass(frozen=True, slots=True, repr=False)
class Elsewhere(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """Another expression on another symbol's bars or on longer ones."""

    of_: Expression
    symbol: str | None = None
    timeframe: str | None = None
    bars: int | ParameterValue = 0

    __eq__ = equals

    def __post_init__(self) -> None:
        for word, like in (("symbol", "SPY"), ("timeframe", "1w")):
            value = getattr(self, word)
            if value is not None and not isinstance(value, str):
                raise DefinitionError(f"A {word} is a text, like {like!r}, not {shown(value)}.")
        if self.symbol is not None:
            object.__setattr__(self, "symbol", self.symbol.strip().upper())
        if self.timeframe is not None:
            with suppress(DataError):  # what is no timeframe is told with all else that is wrong
                object.__setattr__(self, "timeframe", clock.timeframe(self.timeframe))

    def of(self, symbol: str) -> Expression:
        """Return it of another symbol."""
        if self.symbol is not None:
            raise DefinitionError(f"{self} is of {self.symbol} already.")
        return replace(self, symbol=symbol)

    def on(self, timeframe: str) -> Expression:
        """Return it on longer bars."""
        if self.timeframe is not None:
            raise DefinitionError(f"{self} is on {self.timeframe} already.")
        return replace(self, timeframe=timeframe)

    def bars_ago(self, bars: int | ParameterValue) -> Expression:
        """Return it so many of those bars earlier."""
        if self.bars != 0:
            message = f"{self} is earlier already. Give the whole distance to one bars_ago."
            raise DefinitionError(message)
        return replace(self, bars=number_of_bars(bars, "bars_ago"))

    def __str__(self) -> str:
        symbol = f".of({quoted(self.symbol)})" if self.symbol is not None else ""
        timeframe = f".on({quoted(self.timeframe)})" if self.timeframe is not None else ""
        earlier = f".bars_ago({self.bars})" if self.bars != 0 else ""
        return f"{bracketed(self.of_)}{symbol}{timeframe}{earlier}"


@dataclass(frozen=True, slots=True, repr=False)
class Made(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """Arithmetic between expressions."""

    word: str
    members: tuple[Expression, ...]

    __eq__ = equals

    def __str__(self) -> str:
        first, *rest = self.members
        if self.word not in SIGNS:
            word = "abs" if self.word == "absolute" else self.word
            members = [as_code(first) if not rest else str(first), *map(str, rest)]
            return f"{word}({', '.join(members)})"
        sign, own = SIGNS[self.word]
        # 1 + 2 would be a plain number to Python
        plain = isinstance(first, Constant) and isinstance(rest[0], Constant)
        told = [
            as_code(first) if plain else _within(first, own),
            *(_within(one, own + 1) for one in rest),
        ]
        return f" {sign} ".join(told)


def bracketed(value: Expression) -> str:
    """Return the code of something with brackets where a dot follows it."""
    is_sum = isinstance(value, Made) and value.word in SIGNS
    return f"({value})" if is_sum else as_code(value)


def as_code(value: object) -> str:
    """Return the code of an expression where Python would take a number for its own."""
    return f"number({value})" if isinstance(value, Constant) else str(value)


def _within(value: Expression, sign: int) -> str:
    """Return the code of a member of arithmetic that binds so tightly."""
    loose = isinstance(value, Made) and SIGNS.get(value.word, ("", 3))[1] < sign
    return f"({value})" if loose else str(value)


def _plain(value: Expression) -> str:
    """Return what a further `bars_ago` may be put behind."""
    return bracketed(value.of_ if isinstance(value, Earlier) else value)


def number_of_bars(value: Any, word: str) -> Any:  # noqa: ANN401 - checked here
    """Return a number of bars or a parameter.

    Raises
    ------
    DefinitionError
        It is neither.
    """
    if isinstance(value, ParameterValue) or as_number(value) is not None:
        return value
    raise DefinitionError(
        f"{word} needs a whole number of bars or a parameter, not {shown(value)}."
    )


def as_expression(value: object, purpose: str = "to compare with") -> Expression:
    """Return an expression; a number becomes one.

    Raises
    ------
    DefinitionError
        It is neither.
    """
    if isinstance(value, Expression):
        return value
    number = as_number(value)
    if number is None:
        if hasattr(value, "for_bars"):
            raise DefinitionError(BRACKETS.format(f"parts of them; here ({value}) is compared"))
        hint = "Use a price (close), an indicator (sma(50)), a parameter or a finite number."
        hint = SIMULATE if is_table(value) else uncalled(value) or hint
        raise DefinitionError(f"{shown(value)} is nothing {purpose}. {hint}")
    return Constant(number)


def _compare(left: object, op: str, right: object) -> Condition:
    from bitstockerz_lab.strategies import conditions  # noqa: PLC0415 - made of expressions

    return conditions.compare(left, op, right)


def arithmetic(word: str, *members: object) -> Expression:
    """Return what arithmetic makes of expressions and numbers."""
    return Made(word, tuple(as_expression(one, "to calculate with") for one in members))
