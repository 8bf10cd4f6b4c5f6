"""The vocabulary of format 1: numbers, operands, conditions, groups, as frozen pydantic models.

A group simplifies itself as it is read, so that the same rules always give the same text: one
member stands alone, `all` within `all` is one list, `not not` is nothing, `bars_ago` 0 is left out.
Three-valued logic gives the same answer for each of these before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)
from pydantic_core import PydanticCustomError

from bitstockerz_lab.strategies.document import as_number

Comparator = Literal[">", "<", ">=", "<=", "crosses_above", "crosses_below"]


class Model(BaseModel):
    """Base of every part of a definition: no unknown key, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def plain_number(value: object) -> int | float:
    """Return the number in its canonical type, or say why it is none."""
    number = as_number(value)
    if number is None:
        shown = {"value": repr(value)}
        raise PydanticCustomError("sentence", "A finite number is needed, not {value}.", shown)
    return number


def text(value: object) -> str:
    """Return the text, or say that it is none."""
    if isinstance(value, str):
        return value
    raise PydanticCustomError("sentence", "A text is needed, not {value}.", {"value": repr(value)})


Text = Annotated[str, BeforeValidator(text)]
Number = Annotated[int | float, BeforeValidator(plain_number)]


class ParameterReference(Model):
    """Stands where a number may: ``{"parameter": "fast"}``."""

    parameter: Text


def _kind_of_value(value: object) -> str:
    is_reference = isinstance(value, Mapping | ParameterReference)
    return "<parameter>" if is_reference else "<number>"


Value = Annotated[
    Annotated[Number, Tag("<number>")] | Annotated[ParameterReference, Tag("<parameter>")],
    Discriminator(_kind_of_value),
]


def _kind_of_plain(value: object) -> str:
    return "<name>" if isinstance(value, str) else _kind_of_value(value)


Plain = Annotated[
    Annotated[str, Tag("<name>")]
    | Annotated[Number, Tag("<number>")]
    | Annotated[ParameterReference, Tag("<parameter>")],
    Discriminator(_kind_of_plain),
]


class Lagged(Model):
    """An indicator or price as it stood some bars earlier: ``{"bars_ago": 1, "of": "close"}``."""

    of: Plain
    bars_ago: Value = 0


def _kind_of_operand(value: object) -> str:
    is_lagged = isinstance(value, Lagged) or (
        isinstance(value, Mapping) and "parameter" not in value
    )
    return "<lagged>" if is_lagged else _kind_of_plain(value)


def _without_needless_lag(operand: Any) -> Any:  # noqa: ANN401 - any operand in, any out
    if not isinstance(operand, Lagged):
        return operand
    return operand.of if operand.bars_ago == 0 or not isinstance(operand.of, str) else operand


Operand = Annotated[
    Annotated[str, Tag("<name>")]
    | Annotated[Number, Tag("<number>")]
    | Annotated[ParameterReference, Tag("<parameter>")]
    | Annotated[Lagged, Tag("<lagged>")],
    Discriminator(_kind_of_operand),
    AfterValidator(_without_needless_lag),
]


class Comparison(Model):
    """``{"left": "close", "op": ">", "right": "sma_200"}``."""

    left: Operand
    op: Comparator
    right: Operand


class Between(Model):
    """``{"high": 70, "left": "rsi_14", "low": 30, "op": "between"}``, both ends included."""

    left: Operand
    op: Literal["between"]
    low: Operand
    high: Operand


class AllOf(Model):
    """Every member must hold."""

    members: tuple[Node, ...] = Field(alias="all")


class AnyOf(Model):
    """One member must hold."""

    members: tuple[Node, ...] = Field(alias="any")


class Not(Model):
    """The member must be false; a missing one stays missing."""

    member: Node = Field(alias="not")


_TAGS = ((AllOf, "<all>"), (AnyOf, "<any>"), (Not, "<not>"), (Between, "<between>"))


def _kind_of_node(value: object) -> str:
    if not isinstance(value, Mapping):
        return next((tag for kind, tag in _TAGS if isinstance(value, kind)), "<comparison>")
    for word in ("all", "any", "not"):
        if word in value:
            return f"<{word}>"
    has_ends = "right" not in value and ("low" in value or "high" in value)
    return "<between>" if value.get("op") == "between" or has_ends else "<comparison>"


def _simplified(node: Any) -> Any:  # noqa: ANN401 - any node in, any out
    if isinstance(node, Not) and isinstance(node.member, Not):
        return node.member.member
    if not isinstance(node, AllOf | AnyOf):
        return node
    flat: list[Any] = []
    for member in node.members:
        flat.extend(member.members if type(member) is type(node) else [member])
    return flat[0] if len(flat) == 1 else node.model_copy(update={"members": tuple(flat)})


Node = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Between, Tag("<between>")]
    | Annotated[Comparison, Tag("<comparison>")],
    Discriminator(_kind_of_node),
    AfterValidator(_simplified),
]

KEYS: dict[str, tuple[str, ...]] = {
    "<parameter>": ("parameter",),
    "<lagged>": ("of", "bars_ago"),
    "<comparison>": ("left", "op", "right"),
    "<between>": ("left", "op", "low", "high"),
    "<all>": ("all",),
    "<any>": ("any",),
    "<not>": ("not",),
}
"""The keys each kind of object knows, by the tag that marks it in pydantic's locations."""

OPS = (">", "<", ">=", "<=", "crosses_above", "crosses_below", "between")
