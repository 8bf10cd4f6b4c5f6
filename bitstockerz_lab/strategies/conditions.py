"""Conditions: what comparing expressions gives, printed as the code that makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.expressions import (
    Expression,
    ParameterValue,
    as_code,
    as_expression,
    equals,
    number_of_bars,
)
from bitstockerz_lab.strategies.wording import (
    BRACKETS,
    EXACTLY,
    NO_TRUTH,
    SIMULATE,
    is_table,
    shown,
    uncalled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.strategies.document import Document

COMPARED = {">", "<", ">=", "<="}


@dataclass(frozen=True, slots=True, repr=False)
class Counted(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """At how many of the last bars a condition was true."""

    member: Condition
    bars: int | ParameterValue

    __eq__ = equals

    def __str__(self) -> str:
        return f"count({self.member}, {self.bars})"


@dataclass(frozen=True, slots=True, repr=False)
class Condition:
    """Something that holds or not at every bar; ``&``, ``|`` and ``~`` combine them.

    Parameters
    ----------
    shape : the condition's JSON, with expressions where its operands stand
    """

    shape: Mapping[str, Any] = field(hash=False)

    def for_bars(self, bars: int | ParameterValue) -> Condition:
        """Return where the condition is true at each of the last `bars` bars, this one included.

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close, sma
        >>> print((close > sma(50)).for_bars(3))
        holds(close > sma(50), 3)
        """
        return Condition({"holds": self, "bars": number_of_bars(bars, "for_bars")})

    def within(self, bars: int | ParameterValue) -> Condition:
        """Return where the condition is true at one of the last `bars` bars, this one included.

        Examples
        --------
        >>> from bitstockerz_lab.strategies import close, crosses_above, sma
        >>> print(crosses_above(close, sma(50)).within(5))
        happened(crosses_above(close, sma(50)), 5)
        """
        return Condition({"happened": self, "bars": number_of_bars(bars, "within")})

    def __and__(self, other: object) -> Condition:
        return Condition({"all": [self, as_condition(other, "&")]})

    def __or__(self, other: object) -> Condition:
        return Condition({"any": [self, as_condition(other, "|")]})

    def _needs_brackets(self, other: object) -> NoReturn:
        raise DefinitionError(BRACKETS.format(shown(other)))

    __rand__ = __ror__ = _needs_brackets

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

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        shape = self.shape
        for word, sign in (("all", "&"), ("any", "|")):
            if word in shape:
                return f" {sign} ".join(map(_bracketed, shape[word]))
        if "not" in shape:
            return f"~{_bracketed(shape['not'])}"
        for word in ("holds", "happened"):
            if word in shape:
                return f"{word}({shape[word]}, {shape['bars']})"
        left, op, *ends = shape.values()
        if op == "between":
            return f"between({left}, {ends[0]}, {ends[1]})"
        if op.startswith("crosses"):
            return f"{op}({left}, {ends[0]})"
        return f"{as_code(left)} {op} {ends[0]}"

    def document(self, operand: Callable[[Any], Any]) -> Document:
        """Return the JSON of it; `operand` gives that of an expression or a number of bars."""

        def plain(key: str, part: Any) -> Any:  # noqa: ANN401 - any part of a condition
            if isinstance(part, Condition):
                return part.document(operand)
            if isinstance(part, Expression) or key == "bars":
                return operand(part)
            return [plain(key, one) for one in part] if isinstance(part, list | tuple) else part

        return {key: plain(key, part) for key, part in self.shape.items()}


def _bracketed(value: Condition) -> str:
    """Return the code of a condition with brackets where a sign follows it."""
    loose = value.shape.get("op") in COMPARED or bool({"all", "any"} & set(value.shape))
    return f"({value})" if loose else str(value)


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
    elif callable(value):
        hint = uncalled(value) or "Rules that are a function are made with @bz.code_strategy(...)."
    raise DefinitionError(f"{where} needs a condition, not {shown(value)}. {hint}")


def compare(left: object, op: str, right: object) -> Condition:
    """Return the comparison of two expressions or numbers."""
    return Condition({"left": as_expression(left), "op": op, "right": as_expression(right)})
