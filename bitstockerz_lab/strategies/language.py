"""The vocabulary: numbers, operands, conditions, groups, as frozen pydantic models.

What is read simplifies itself, so that the same rules always give the same text: one member stands
alone, `all` within `all` is one list, `not not` is nothing, `bars_ago` 0 is left out, `holds` for
one bar is the condition. Three-valued logic gives the same answer for each before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

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
from typing_extensions import TypeAliasType

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies.document import FURTHEST_BACK, as_number

Comparator = Literal[">", "<", ">=", "<=", "crosses_above", "crosses_below"]


class Model(BaseModel):
    """Base of every part of a definition: no unknown key, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _refused(sentence: str, **values: str) -> PydanticCustomError:
    return PydanticCustomError("sentence", sentence, values)


def plain_number(value: object) -> int | float:
    """Return the number in its canonical type, or say why it is none."""
    number = as_number(value)
    if number is None:
        raise _refused("A finite number is needed, not {value}.", value=repr(value))
    return number


def text(value: object) -> str:
    """Return the text, or say that it is none."""
    if isinstance(value, str):
        return value
    raise _refused("A text is needed, not {value}.", value=repr(value))


def symbol(value: object) -> str:
    """Return a symbol as it is stored: in capitals."""
    found = text(value).strip().upper()
    if not found:
        raise _refused("A symbol is needed, like 'SPY', not an empty text.")
    return found


def timeframe(value: object) -> str:
    """Return the name of the timeframe that a text means, or say that it means none."""
    try:
        return clock.timeframe(text(value))
    except DataError as problem:
        raise _refused("{told}", told=str(problem)) from None


Text = Annotated[str, BeforeValidator(text)]
Number = Annotated[int | float, BeforeValidator(plain_number)]
Symbol = Annotated[str, BeforeValidator(symbol)]
Timeframe = Annotated[str, BeforeValidator(timeframe)]


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


class Lagged(Model):
    """An operand as it stood some bars earlier: ``{"bars_ago": 1, "of": "close"}``."""

    of: Operand
    bars_ago: Value = 0


class View(Model):
    """An operand on other bars: ``{"of": "close", "symbol": "SPY", "timeframe": "1w"}``.

    The newest of those bars that was known when this one closed; `bars_ago` counts those bars.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["symbol"]}, {"required": ["timeframe"]}]}
    )

    of: Operand
    symbol: Symbol | None = None
    timeframe: Timeframe | None = None
    bars_ago: Value = 0


class Arithmetic(Model):
    """An operand made of others; missing where one of them is."""

    word: ClassVar[str]
    members: tuple[Operand, ...]


class Add(Arithmetic):
    """``{"add": ["open", "close"]}``."""

    word = "add"
    members: tuple[Operand, ...] = Field(alias="add", min_length=2)


class Multiply(Arithmetic):
    """``{"multiply": [2, "atr_14"]}``."""

    word = "multiply"
    members: tuple[Operand, ...] = Field(alias="multiply", min_length=2)


class Subtract(Arithmetic):
    """``{"subtract": ["high", "low"]}``, the second from the first."""

    word = "subtract"
    members: tuple[Operand, ...] = Field(alias="subtract", min_length=2, max_length=2)


class Divide(Arithmetic):
    """``{"divide": ["close", "sma_50"]}``; missing where the second is 0."""

    word = "divide"
    members: tuple[Operand, ...] = Field(alias="divide", min_length=2, max_length=2)


class Minimum(Arithmetic):
    """``{"minimum": ["open", "close"]}``."""

    word = "minimum"
    members: tuple[Operand, ...] = Field(alias="minimum", min_length=2)


class Maximum(Arithmetic):
    """``{"maximum": ["open", "close"]}``."""

    word = "maximum"
    members: tuple[Operand, ...] = Field(alias="maximum", min_length=2)


class Absolute(Model):
    """``{"absolute": {"subtract": ["open", "close"]}}``."""

    word: ClassVar[str] = "absolute"
    member: Operand = Field(alias="absolute")

    @property
    def members(self) -> tuple[Operand, ...]:
        """The one member."""
        return (self.member,)


class Count(Model):
    """At how many of the last bars a condition was true: ``{"bars": 10, "count": {…}}``."""

    member: Node = Field(alias="count")
    bars: Value


OPERATIONS = (Add, Multiply, Subtract, Divide, Minimum, Maximum, Absolute)
Operation = Add | Multiply | Subtract | Divide | Minimum | Maximum | Absolute
_OPERAND_TAGS: dict[type, str] = {
    ParameterReference: "<parameter>", Lagged: "<lagged>", View: "<view>", Count: "<count>",
    **{kind: f"<{kind.word}>" for kind in OPERATIONS},
}  # fmt: skip
_OPERAND_WORDS = ("parameter", "count", *(kind.word for kind in OPERATIONS))


def _kind_of_operand(value: object) -> str | None:
    if isinstance(value, str):
        return "<name>"
    if not isinstance(value, Mapping):
        return _OPERAND_TAGS.get(type(value), "<number>")
    if "symbol" in value or "timeframe" in value:
        return "<view>"
    if "of" in value or "bars_ago" in value:
        return "<lagged>"
    return next((f"<{word}>" for word in _OPERAND_WORDS if word in value), None)


def _earlier(operand: Lagged | View) -> Any:  # noqa: ANN401 - any operand
    """Return an operand some bars earlier with a distance inside it joined to its own."""
    inner = operand.of
    if not isinstance(inner, Lagged):
        return operand
    far, near = operand.bars_ago, inner.bars_ago
    if far == 0:
        bars_ago = near
    elif isinstance(far, int) and isinstance(near, int) and far + near <= FURTHEST_BACK:
        bars_ago = far + near
    else:
        return operand
    return operand.model_copy(update={"of": inner.of, "bars_ago": bars_ago})


def _simple(operand: Any) -> Any:  # noqa: ANN401 - any operand in, any out
    if isinstance(operand, Lagged):
        same_ever = isinstance(operand.of, int | float | ParameterReference)
        return operand.of if operand.bars_ago == 0 or same_ever else _earlier(operand)
    if isinstance(operand, View):
        return _earlier(operand)
    if not isinstance(operand, Add | Multiply | Minimum | Maximum):
        return operand
    # a sum is taken from the left, so only a sum in front is the same to the last bit
    anywhere = isinstance(operand, Minimum | Maximum)
    flat: list[Any] = []
    member: Any
    for place, member in enumerate(operand.members):
        joins = type(member) is type(operand) and (anywhere or place == 0)
        flat.extend(member.members if joins else [member])
    return operand.model_copy(update={"members": tuple(flat)})


_Operand = Annotated[
    Annotated[str, Tag("<name>")]
    | Annotated[Number, Tag("<number>")]
    | Annotated[ParameterReference, Tag("<parameter>")]
    | Annotated[Lagged, Tag("<lagged>")]
    | Annotated[View, Tag("<view>")]
    | Annotated[Count, Tag("<count>")]
    | Annotated[Add, Tag("<add>")]
    | Annotated[Multiply, Tag("<multiply>")]
    | Annotated[Subtract, Tag("<subtract>")]
    | Annotated[Divide, Tag("<divide>")]
    | Annotated[Minimum, Tag("<minimum>")]
    | Annotated[Maximum, Tag("<maximum>")]
    | Annotated[Absolute, Tag("<absolute>")],
    Discriminator(_kind_of_operand),
    AfterValidator(_simple),
]
Operand = TypeAliasType("Operand", _Operand)  # a name of its own in the JSON Schema


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


class Holds(Model):
    """The member is true at each of the last bars: ``{"bars": 3, "holds": {…}}``."""

    member: Node = Field(alias="holds")
    bars: Value


class Happened(Model):
    """The member is true at one of the last bars at least: ``{"bars": 5, "happened": {…}}``."""

    member: Node = Field(alias="happened")
    bars: Value


_NODE_TAGS: dict[type, str] = {
    AllOf: "<all>", AnyOf: "<any>", Not: "<not>", Holds: "<holds>", Happened: "<happened>",
    Between: "<between>",
}  # fmt: skip
NODE_WORDS = ("all", "any", "not", "holds", "happened")


def _kind_of_node(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return _NODE_TAGS.get(type(value), "<comparison>")
    for word in NODE_WORDS:
        if word in value:
            return f"<{word}>"
    has_ends = "right" not in value and ("low" in value or "high" in value)
    if value.get("op") == "between" or has_ends:
        return "<between>"
    return "<comparison>" if {"left", "op", "right"} & set(value) or not value else None


def _simplified(node: Any) -> Any:  # noqa: ANN401 - any node in, any out
    if isinstance(node, Not) and isinstance(node.member, Not):
        return node.member.member
    if isinstance(node, Holds | Happened):
        return node.member if node.bars == 1 else node
    if not isinstance(node, AllOf | AnyOf):
        return node
    flat: list[Any] = []
    for member in node.members:
        flat.extend(member.members if type(member) is type(node) else [member])
    return flat[0] if len(flat) == 1 else node.model_copy(update={"members": tuple(flat)})


_Node = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Holds, Tag("<holds>")]
    | Annotated[Happened, Tag("<happened>")]
    | Annotated[Between, Tag("<between>")]
    | Annotated[Comparison, Tag("<comparison>")],
    Discriminator(_kind_of_node),
    AfterValidator(_simplified),
]
Node = TypeAliasType("Node", _Node)

KEYS: dict[str, tuple[str, ...]] = {
    "<parameter>": ("parameter",),
    "<lagged>": ("of", "bars_ago", "symbol", "timeframe"),
    "<view>": ("of", "bars_ago", "symbol", "timeframe"),
    "<count>": ("count", "bars"),
    **{f"<{kind.word}>": (kind.word,) for kind in OPERATIONS},
    "<comparison>": ("left", "op", "right"),
    "<between>": ("left", "op", "low", "high"),
    "<all>": ("all",),
    "<any>": ("any",),
    "<not>": ("not",),
    "<holds>": ("holds", "bars"),
    "<happened>": ("happened", "bars"),
}
"""The keys each kind of object knows, by the tag that marks it in pydantic's locations."""

OPS = (">", "<", ">=", "<=", "crosses_above", "crosses_below", "between")
