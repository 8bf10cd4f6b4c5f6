"""What the builder's words return: expressions, the conditions comparing them gives, their JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NoReturn

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.document import as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bitstockerz_lab.strategies.document import Document

NO_TRUTH = (
    "A condition has no truth value until bars are there. Join conditions with &, | and ~ "
    "(not with and, or, not), and write between(rsi(14), 30, 70) for 30 < rsi(14) < 70."
)
BRACKETS = (
    "& and | join conditions, not {}. Put each comparison in brackets: "
    "(close > sma(50)) & (rsi(14) < 30)."
)
EXACTLY = (
    "== compares exactly; use between(...) or crosses_above(...), or >= and <=, "
    "and not_(...) for !=."
)
SIMULATE = (
    "Compute boolean signals yourself and hand them to bz.simulate(bars, long_entries, long_exits)."
)


class Expression:
    """Something with a value at every bar: a price, an indicator, a parameter or a number.

    ``>``, ``<``, ``>=`` and ``<=`` compare two of them and give a `Condition`.
    """

    __slots__ = ()

    def bars_ago(self, bars: int | ParameterValue) -> Expression:
        """Return the same thing as it stood `bars` bars earlier; missing before the first bar.

        Parameters
        ----------
        bars : a whole number from 0, or a parameter

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close
        >>> print(close > close.bars_ago(10))
        close > close.bars_ago(10)
        """
        return Earlier(self, bars)

    def shift(self, bars: object = 1) -> NoReturn:
        """Raise: the word is `bars_ago`."""
        message = f"{self} has no shift: write {_plain(self)}.bars_ago({shown(bars)})."
        raise DefinitionError(message)

    def __getitem__(self, bars: object) -> NoReturn:
        distance = as_number(bars)
        example = abs(distance) if distance else 1
        message = f"{self}[{shown(bars)}] is not in the language: write "
        raise DefinitionError(f"{message}{_plain(self)}.bars_ago({example}) for an earlier bar.")

    def _no_arithmetic(self, other: object = None) -> NoReturn:
        both = f"{self} and {shown(other)}" if other is not None else str(self)
        message = f"Arithmetic (here with {both}) is not in the language yet. {SIMULATE}"
        raise DefinitionError(message)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_arithmetic
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _no_arithmetic
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __abs__ = _no_arithmetic

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


def _equals(self: Expression, other: object) -> bool:
    """Tell whether two expressions are the same one; refuse a number, which is meant otherwise."""
    if as_number(other) is not None:
        message = f"{self} == {other} is no condition. {EXACTLY}"
        raise DefinitionError(message)
    return type(self) is type(other) and all(
        getattr(self, one.name) == getattr(other, one.name)
        for one in fields(self)  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A number."""

    number: int | float

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Price(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """A bar's open, high, low, close or volume."""

    name: str

    __eq__ = _equals

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
class Use(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """An indicator with its settings and, where it has a choice, its source."""

    indicator: str
    settings: tuple[tuple[str, int | float | ParameterValue], ...]
    source: str | None = None

    __eq__ = _equals

    def __str__(self) -> str:
        told = [str(value) for _, value in self.settings]
        return f"{self.indicator}({', '.join([*told, *filter(None, [self.source])])})"


@dataclass(frozen=True, slots=True)
class Earlier(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """Another expression, some bars earlier."""

    of: Expression
    bars: int | ParameterValue

    __eq__ = _equals

    def __post_init__(self) -> None:
        if isinstance(self.of, Earlier):
            message = f"{self.of} is earlier already. Give the whole distance to one bars_ago."
            raise DefinitionError(message)
        if not isinstance(self.bars, ParameterValue) and as_number(self.bars) is None:
            message = (
                f"bars_ago needs a whole number of bars or a parameter, not {shown(self.bars)}."
            )
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

    def bars_ago(self, bars: object = 1) -> NoReturn:
        """Raise: operands stand some bars earlier, conditions do not."""
        message = f"A condition ({self}) has no earlier bar. Give it to what is compared: "
        raise DefinitionError(f"{message}close.bars_ago({shown(bars)}).")

    shift = __getitem__ = bars_ago

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


def is_table(value: object) -> bool:
    """Tell whether it is a column or a table, of numpy or pandas."""
    return bool(getattr(value, "ndim", False))


def shown(value: object) -> str:
    """Return a value for a sentence; of a table, a column or a list only what it is."""
    if is_table(value) or isinstance(value, list | tuple | dict | set):
        root = type(value).__module__.split(".")[0]
        return (
            f"a {type(value).__name__}"
            if root == "builtins"
            else f"a {root} {type(value).__name__}"
        )
    return str(value) if isinstance(value, Expression) else repr(value)


def _plain(value: Expression) -> str:
    """Return what a further `bars_ago` may be put behind."""
    return str(value.of if isinstance(value, Earlier) else value)


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
        hint = SIMULATE if is_table(value) else hint
        raise DefinitionError(f"{shown(value)} is nothing to compare with. {hint}")
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
    if isinstance(value, Expression) and where in ("&", "|"):
        raise DefinitionError(BRACKETS.format(value))
    hint = "Write one like close > sma(50)."
    if isinstance(value, Expression):
        hint = f"Compare it with something: {value} > ..., or crosses_above({value}, ...)."
    elif is_table(value):
        hint = f"{hint} {SIMULATE}"
    elif isinstance(value, list | tuple | set):
        hint = "Join several with all_of(...) or any_of(...)."
    elif isinstance(value, bool):
        hint = f"{hint} {EXACTLY}"
    raise DefinitionError(f"{where} needs a condition, not {shown(value)}. {hint}")


def compare(left: object, op: str, right: object) -> Condition:
    """Return the comparison of two expressions or numbers."""
    return Condition({"left": as_expression(left), "op": op, "right": as_expression(right)})


class Collected:
    """Expressions as JSON; the parameters and indicators met on the way are kept by name."""

    def __init__(self) -> None:
        self.parameters: dict[str, ParameterValue] = {}
        self.uses: dict[str, Use] = {}

    def number(self, value: object) -> Any:  # noqa: ANN401 - plain JSON out
        """Return a number's JSON; a parameter is declared on the way."""
        if isinstance(value, Constant):
            return value.number
        if isinstance(value, Price | Use | Earlier) or is_table(value):
            hint = "A stop that differs from bar to bar is for bz.simulate, which takes a Series."
            message = f"A number or a parameter is needed, not {shown(value)}. {hint}"
            raise DefinitionError(message)
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
