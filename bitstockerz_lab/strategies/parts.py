"""What a definition is made of besides its conditions: parameters, indicators, targets, a size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, model_validator

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.checks import declared_kind
from bitstockerz_lab.strategies.document import as_number
from bitstockerz_lab.strategies.language import (
    Model,
    Number,
    Operand,
    ParameterReference,
    Text,
    Value,
)

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.document import Document


class Parameter(Model):
    """A number that may be changed without changing the rules.

    `type` is "int" or "float"; left out, whole numbers (50, not 50.0) make it an int.
    """

    default: Number
    min: Number | None = None
    max: Number | None = None
    step: Number | None = None
    type: Literal["int", "float"]

    @model_validator(mode="before")
    @classmethod
    def _typed(cls, data: Any) -> Any:  # noqa: ANN401 - whatever stands in the JSON
        if not isinstance(data, Mapping) or data.get("type") is not None:
            return data
        return {**data, "type": declared_kind(data)}

    def value(self, name: str, given: object) -> int | float:
        """Return a value in this parameter's type.

        Raises
        ------
        DefinitionError
            It is no number, not whole where the type is int, or outside min and max.
        """
        number = as_number(given)
        outside = number is not None and (
            (self.min is not None and number < self.min)
            or (self.max is not None and number > self.max)
        )
        if number is None or outside or (self.type == "int" and not isinstance(number, int)):
            bounds = f"from {self.min}" if self.min is not None else ""
            bounds += f" up to {self.max}" if self.max is not None else ""
            kind = "a whole number" if self.type == "int" else "a number"
            message = f"Parameter {name} = {given!r} does not fit: {kind} {bounds}".rstrip()
            raise DefinitionError(f"{message} is needed.", parameter=name, value=given)
        return number if self.type == "int" else float(number)


class IndicatorUse(Model):
    """An indicator with its settings: ``{"indicator": "sma", "period": 50, "source": "close"}``.

    `source`, and `other` where there is a second column, is any operand: a price, the name of
    another indicator, an expression. One with several outputs names one: ``"output": "signal"``;
    the first if left out.
    The settings stand beside these fields, as pydantic's extra values; what is left out is
    filled with the catalogue's default as it is read, so that a stored version never depends on it.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Value]

    indicator: Text
    source: Operand | None = None
    other: Operand | None = None
    output: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, data: Any) -> Any:  # noqa: ANN401 - whatever stands in the JSON
        kind = data.get("indicator") if isinstance(data, Mapping) else None
        entry = indicators.find(kind)
        if entry is None:
            return data
        chosen: Document = {"source": entry.source} if entry.source else {}
        if len(entry.outputs) > 1:
            chosen["output"] = entry.outputs[0]
        return {**entry.defaults, **chosen, **data}

    @property
    def settings(self) -> Mapping[str, int | float | ParameterReference]:
        """The settings by name."""
        return self.__pydantic_extra__


class Target(Model):
    """Part of a position closed at a gain: ``{"close_pct": 50, "profit_pct": 5}``."""

    profit_pct: Operand
    close_pct: Value


class Sizing(Model):
    """How much an entry buys."""

    method: Literal["percent_of_equity", "fixed_cash", "fixed_quantity", "risk_percent"]
    value: Value
