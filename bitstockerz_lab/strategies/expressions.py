"""What the builder's words return: expressions, and the conditions that comparing them gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.document import as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.strategies.document import Document

NO_TRUTH = (
    "A condition has no truth value until bars are there. Join conditions with &, | and ~ "
    "(not with and, or, not), and write between(rsi(14), 30, 70) for 30 < rsi(14) < 70."
)
BRACKETS = (
    "& and | join conditions, not {}. Put each comparison in brackets: "
    "(close > sma(50)) & (rsi(14) < 30)."
)


class Expression:
    """Something with a value at every bar: a price, an indicator, a parameter or a number.

    ``>``, ``<``, ``>=`` and ``<=`` compare two of them and give a `Condition`.
    """

    __slots__ = ()

    def bars_ago(self, bars: int | ParameterValue) -> Expression:
        """Return the same thing as it stood `bars` bars earlier."""
        return Earlier(self, bars)

    def __gt__(self, other: object) -> Condition:
        return compare(self, ">", other)

    def __lt__(self, other: object) -> Condition:
        return compare(self, "<", other)

    def __ge__(self, other: object) -> Condition:
        return compare(self, ">=", other)

    def __le__(self, other: object) -> Condition:
        return compare(self, "<=", other)

    def _needs_brackets(self, _other: object = None) -> NoReturn:
        raise DefinitionError(BRACKETS.format(self))

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _needs_brackets

    def __bool__(self) -> NoReturn:
        raise DefinitionError(NO_TRUTH)


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A number."""

    number: int | float

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Price(Expression):
    """A bar's open, high, low, close or volume."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ParameterValue(Expression):
    """A named number that may be changed without changing the rules: what `parameter` returns."""

    name: str
    settings: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Use(Expression):
    """An indicator with its settings and, where it has a choice, its source."""

    indicator: str
    settings: tuple[tuple[str, int | float | ParameterValue], ...]
    source: str | None = None

    def __str__(self) -> str:
        told = [str(value) for _, value in self.settings]
        return f"{self.indicator}({', '.join([*told, *filter(None, [self.source])])})"


@dataclass(frozen=True, slots=True)
class Earlier(Expression):
    """Another expression, some bars earlier."""

    of: Expression
    bars: int | ParameterValue

    def __post_init__(self) -> None:
        if isinstance(self.of, Earlier):
            message = f"{self.of} is earlier already. Give the whole distance to one bars_ago."
            raise DefinitionError(message)

    def __str__(self) -> str:
        return f"{self.of}.bars_ago({self.bars})"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds or not at every bar; ``&``, ``|`` and ``~`` combine them.

    Parameters
    ----------
    shape : the condition's JSON, with expressions where its operands stand
    """

    shape: Mapping[str, Any] = field(hash=False)

    def __and__(self, other: object) -> Condition:
        return Condition({"all": [self, as_condition(other, "&")]})

    def __or__(self, other: object) -> Condition:
        return Condition({"any": [self, as_condition(other, "|")]})

    def __invert__(self) -> Condition:
        return Condition({"not": self})

    def _is_no_value(self, _other: object) -> NoReturn:
        raise DefinitionError(BRACKETS.format(f"parts of them; here ({self}) is compared"))

    __gt__ = __lt__ = __ge__ = __le__ = _is_no_value

    def __bool__(self) -> NoReturn:
        raise DefinitionError(NO_TRUTH)

    def __str__(self) -> str:
        if "all" in self.shape or "any" in self.shape:
            word, members = next(iter(self.shape.items()))
            return f" {'&' if word == 'all' else '|'} ".join(f"({member})" for member in members)
        if "not" in self.shape:
            return f"~({self.shape['not']})"
        left, op, *ends = self.shape.values()
        return f"{left} {op} {' and '.join(str(end) for end in ends)}"

    def document(self, operand: Callable[[Expression], Any]) -> Document:
        """Return the JSON of it; `operand` gives that of an expression."""

        def plain(part: Any) -> Any:  # noqa: ANN401 - any part of a condition
            if isinstance(part, Condition):
                return part.document(operand)
            if isinstance(part, Expression):
                return operand(part)
            return [plain(member) for member in part] if isinstance(part, list | tuple) else part

        return {key: plain(part) for key, part in self.shape.items()}


def as_expression(value: object) -> Expression:
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
        if isinstance(value, Condition):
            raise DefinitionError(BRACKETS.format(f"parts of them; here ({value}) is compared"))
        hint = "Use a price (close), an indicator (sma(50)), a parameter or a finite number."
        raise DefinitionError(f"{value!r} is nothing to compare with. {hint}")
    return Constant(number)


def as_condition(value: object, where: str) -> Condition:
    """Return the condition.

    Raises
    ------
    DefinitionError
        It is none.
    """
    if isinstance(value, Condition):
        return value
    if isinstance(value, Expression):
        raise DefinitionError(BRACKETS.format(value))
    hint = "Write one like close > sma(50)."
    raise DefinitionError(f"{where} needs a condition, not {value!r}. {hint}")


def compare(left: object, op: str, right: object) -> Condition:
    """Return the comparison of two expressions or numbers."""
    return Condition({"left": as_expression(left), "op": op, "right": as_expression(right)})
