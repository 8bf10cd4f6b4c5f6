"""A strategy's rules as data: format 1, read from JSON, a dict or the builder.

A `Definition` holds together: whatever is wrong is found while it is read, all of it at once.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import canonical, english, indicators
from bitstockerz_lab.strategies.checks import DIRECTIONS, check, declared_kind
from bitstockerz_lab.strategies.document import (
    Document,
    as_number,
    is_too_deep,
    read_text,
    reference,
    to_text,
)
from bitstockerz_lab.strategies.language import Model, Node, Number, ParameterReference, Text, Value
from bitstockerz_lab.strategies.needs import complaint, places
from bitstockerz_lab.strategies.problems import Problem, raise_for
from bitstockerz_lab.strategies.structure import translate

EXITS = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "max_bars")
NEWEST_FORMAT = 1


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
        bounds = f"from {self.min}" if self.min is not None else ""
        bounds += f" up to {self.max}" if self.max is not None else ""
        outside = number is not None and (
            (self.min is not None and number < self.min)
            or (self.max is not None and number > self.max)
        )
        if number is None or outside or (self.type == "int" and not isinstance(number, int)):
            kind = "a whole number" if self.type == "int" else "a number"
            message = f"Parameter {name} = {given!r} does not fit: {kind} {bounds}".rstrip()
            raise DefinitionError(f"{message} is needed.", parameter=name, value=given)
        return number if self.type == "int" else float(number)


class IndicatorUse(Model):
    """An indicator with its settings: ``{"indicator": "sma", "period": 50, "source": "close"}``.

    One with several outputs names one: ``"output": "signal"``; the first if left out.
    The settings stand beside these fields, as pydantic's extra values; what is left out is
    filled with the catalogue's default as it is read, so that a stored version never depends on it.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Value]

    indicator: Text
    source: Text | None = None
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


class Sizing(Model):
    """How much an entry buys."""

    method: Literal["percent_of_equity", "fixed_cash", "fixed_quantity", "risk_percent"]
    value: Value


class Definition(Model):
    """A strategy's rules. Make one with the builder or `Definition.parse`; it never changes.

    Parameters
    ----------
    format : 1
    name, description : for people; not part of the rules
    direction : "long", "short" or "both", as the entries say
    parameters, indicators : by name
    enter_long, exit_long, enter_short, exit_short : a condition or a group of them, or None
    stop_loss_pct, take_profit_pct, trailing_stop_pct : percent of the entry price, or None
    max_bars : bars held at most, or None
    sizing : how much an entry buys; None leaves it to the run

    Examples
    --------
    >>> definition = Definition.parse('{"enter_long": {"left": "close", "op": ">", "right": 100}}')
    >>> definition.direction
    'long'
    """

    format: Literal[1] = 1
    name: Text = ""
    description: Text = ""
    direction: Literal["long", "short", "both"]
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    indicators: dict[str, IndicatorUse] = Field(default_factory=dict)
    enter_long: Node | None = None
    exit_long: Node | None = None
    enter_short: Node | None = None
    exit_short: Node | None = None
    stop_loss_pct: Value | None = None
    take_profit_pct: Value | None = None
    trailing_stop_pct: Value | None = None
    max_bars: Value | None = None
    sizing: Sizing | None = None

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, data: Any) -> Any:  # noqa: ANN401 - whatever stands in the JSON
        return _completed(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get("checked"):
            raise_for(check(self.document))
        return self

    @classmethod
    def parse(cls, source: Definition | Mapping[str, Any] | str) -> Definition:
        """Read a definition.

        Parameters
        ----------
        source : a dict, JSON text, or a Definition, which is given back as it is

        Raises
        ------
        DefinitionError
            It lists every problem, each with its path; also in ``values["problems"]``.
        """
        if isinstance(source, Definition):
            return source
        definition, problems = _read(source)
        raise_for(problems)
        assert definition is not None  # noqa: S101 - no problems, so there is one
        return definition

    def resolve(self, parameters: Mapping[str, Any] | None = None) -> dict[str, int | float]:
        """Return every parameter's value: the given ones, the defaults for the rest.

        Parameters
        ----------
        parameters : values by name; a whole number of an int parameter may come as 20.0

        Returns
        -------
        dict, by name in alphabetical order
            int for int parameters, float for float ones.

        Raises
        ------
        UnknownName
            A given name is no parameter of this definition.
        DefinitionError
            A value does not fit the parameter or the place where it stands.
        """
        given = dict(parameters or {})
        for name in given:
            if name not in self.parameters:
                known = ", ".join(sorted(self.parameters)) or "none"
                raise UnknownName.of("parameter", str(name), self.parameters, f"Known: {known}.")
        values = {
            name: parameter.value(name, given.get(name, parameter.default))
            for name, parameter in sorted(self.parameters.items())
        }
        for place in places(self.document) if given else ():
            name = reference(place.value) or ""
            told = complaint(place, values.get(name), f"{name} = {values.get(name)}")
            if told:
                raise DefinitionError(f"{place.path}: {told}", parameter=name, value=values[name])
        return values

    def exits(self, resolved: Mapping[str, int | float] | None = None) -> dict[str, Any]:
        """Return the stops and the sizing this definition sets, parameters put in.

        Parameters
        ----------
        resolved : what `resolve` gave; the defaults if left out

        Returns
        -------
        dict with any of stop_loss_pct, take_profit_pct, trailing_stop_pct, max_bars (numbers) and
        sizing ((method, value))
            Only what the definition sets.
        """
        values = self.resolve() if resolved is None else resolved
        found: dict[str, Any] = {
            name: canonical.number(getattr(self, name), values)
            for name in EXITS
            if getattr(self, name) is not None
        }
        if self.sizing is not None:
            found["sizing"] = (self.sizing.method, canonical.number(self.sizing.value, values))
        return found

    @cached_property
    def document(self) -> Document:
        """The definition as a plain dict, defaults left out. Do not change it."""
        return canonical.document(self)

    def rules(self) -> Document:
        """Return the rules as a plain dict: the definition without name and description."""
        return {k: v for k, v in self.document.items() if k not in ("name", "description")}

    def to_json(self) -> str:
        """Return the canonical JSON text: sorted keys, defaults left out."""
        return to_text(self.document)

    def titled(self, name: str | None = None, description: str | None = None) -> Definition:
        """Return the same rules under another name or description; None keeps what is there."""
        title = {"name": name, "description": description}
        changed = {key: value for key, value in title.items() if value is not None}
        return Definition.parse({**self.document, **changed})

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.document == other.document

    def __repr__(self) -> str:
        return f"Definition({self.name!r}, {self.direction})"

    def __str__(self) -> str:
        title = f"{self.name}\n" if self.name else ""
        return f"{title}{english.describe(self)}\n\n{self.to_json()}"

    def _repr_html_(self) -> str:
        title = f"<b>{html.escape(self.name)}</b><br>" if self.name else ""
        told = html.escape(english.describe(self)).replace("\n", "<br>")
        code = html.escape(self.to_json())
        return (
            f"<div><p>{title}{told}</p><details><summary>JSON</summary>"
            f"<pre>{code}</pre></details></div>"
        )


TOP_KEYS = tuple(Definition.model_fields)
_KEYS = {
    "": TOP_KEYS,
    "parameters": tuple(Parameter.model_fields),
    "indicators": tuple(IndicatorUse.model_fields),
    "sizing": tuple(Sizing.model_fields),
}


def _completed(data: Mapping[str, Any]) -> Document:
    """Leave out what is None and fill in the direction."""
    found = {key: value for key, value in data.items() if value is not None or key not in TOP_KEYS}
    entries = tuple(name for name in ("enter_long", "enter_short") if name in found)
    return {"direction": DIRECTIONS.get(entries, "long"), **found}


def _read(source: Mapping[str, Any] | str) -> tuple[Definition | None, list[Problem]]:
    """Return the definition and no problem, or None and every problem."""
    if isinstance(source, str):
        raw, found = read_text(source)
        if raw is None:
            return None, found
    elif isinstance(source, Mapping):
        raw, found = dict(source), []
    else:
        hint = "Give a dict, JSON text, or what bz.strategy(...) returns."
        return None, [
            Problem("", f"A definition cannot be read from {type(source).__name__}.", hint)
        ]
    if "format" in raw and raw["format"] != NEWEST_FORMAT:
        told = f"Format {raw['format']!r} is not known here; formats up to {NEWEST_FORMAT} are."
        return None, [Problem("format", told, "A newer bitstockerz_lab may read it.")]
    if is_too_deep(raw):
        return None, [Problem("", "The groups are nested too deeply.", "Say it more simply.")]
    raw = _completed(raw)
    definition = None
    try:
        definition = Definition.model_validate(raw, context={"checked": True})
    except ValidationError as problem:
        found += translate(problem.errors(include_url=False), _KEYS)
    found += check(raw)
    return (None if found else definition), list(dict.fromkeys(found))


def validate(source: Definition | Mapping[str, Any] | str) -> list[Problem]:
    """Return every problem of a definition, each with its path; an empty list if it holds together.

    Examples
    --------
    >>> print(validate({"enter_long": {"left": "clsoe", "op": ">", "right": 100}})[0])
    enter_long.left: No indicator or price field 'clsoe'. Did you mean 'close'?
    """
    return [] if isinstance(source, Definition) else _read(source)[1]


def summary(
    source: Definition | Mapping[str, Any] | str, parameters: Mapping[str, Any] | None = None
) -> str:
    """Return the strategy in plain English, a sentence a line; defaults where not given."""
    definition = Definition.parse(source)
    return english.describe(definition, definition.resolve(parameters))
