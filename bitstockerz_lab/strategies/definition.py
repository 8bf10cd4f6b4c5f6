"""A strategy's rules as data, read from JSON, a dict or the builder.

A `Definition` holds together: whatever is wrong is found while it is read, all of it at once. Its
`format` is the smallest number that can express it, so what format 1 can say is said in format 1.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, model_validator

from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import builder_code, canonical, english
from bitstockerz_lab.strategies.checks import DIRECTIONS, check
from bitstockerz_lab.strategies.document import (
    COUNTS,
    LEVELS,
    Document,
    is_too_deep,
    parts,
    plain,
    read_text,
    reference,
    to_text,
)
from bitstockerz_lab.strategies.language import Model, Node, Operand, Text, Value
from bitstockerz_lab.strategies.needs import Place, complaint, places
from bitstockerz_lab.strategies.parts import IndicatorUse, Parameter, Sizing, Target
from bitstockerz_lab.strategies.problems import Problem, raise_for
from bitstockerz_lab.strategies.python.model import PythonCode
from bitstockerz_lab.strategies.structure import translate

FORMATS = (1, 2)


class Definition(Model):
    """A strategy's rules. Make one with the builder or `Definition.parse`; it never changes.

    Parameters
    ----------
    format : 1 or 2, the smallest that can express the rules
    name, description : for people; not part of the rules
    direction : "long", "short" or "both", as the entries say
    parameters, indicators : by name
    enter_long, exit_long, enter_short, exit_short : a condition or a group of them, or None
    stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct : percent of the entry
        price, or None; any operand, read at the close at which the entry is decided
    targets : (profit_pct, close_pct) each, nearest first, or None
    max_bars, cooldown_bars, max_trades_per_day : numbers of bars and of entries, or None
    sizing : how much an entry buys; None leaves it to the run
    python : code that decides instead of the four conditions (`bz.code_strategy`), or None

    Examples
    --------
    >>> definition = Definition.parse('{"enter_long": {"left": "close", "op": ">", "right": 100}}')
    >>> definition.direction
    'long'
    """

    format: Literal[1, 2] = 1
    name: Text = ""
    description: Text = ""
    direction: Literal["long", "short", "both"]
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    indicators: dict[str, IndicatorUse] = Field(default_factory=dict)
    enter_long: Node | None = None
    exit_long: Node | None = None
    enter_short: Node | None = None
    exit_short: Node | None = None
    stop_loss_pct: Operand | None = None
    take_profit_pct: Operand | None = None
    trailing_stop_pct: Operand | None = None
    break_even_pct: Operand | None = None
    targets: tuple[Target, ...] | None = None
    max_bars: Value | None = None
    cooldown_bars: Value | None = None
    max_trades_per_day: Value | None = None
    sizing: Sizing | None = None
    python: PythonCode | None = None

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, data: Any) -> Any:  # noqa: ANN401 - whatever stands in the JSON
        return _completed(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get("checked"):
            raise_for(check(self.document))
        self.__dict__["format"] = self.document["format"]
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
        if parameters is not None and not isinstance(parameters, Mapping):
            example = f"{{{next(iter(self.parameters), 'name')!r}: 5}}"
            message = f"parameters is a dict, like {example}, not {parameters!r}."
            raise DefinitionError(message, parameters=parameters)
        given = dict(parameters or {})
        for name in given:
            if name not in self.parameters:
                known = ", ".join(sorted(self.parameters)) or "none"
                raise UnknownName.of("parameter", str(name), self.parameters, f"Known: {known}.")
        values = {
            name: parameter.value(name, given.get(name, parameter.default))
            for name, parameter in sorted(self.parameters.items())
        }
        for name, needed in self._needed.items() if given else ():
            _refuse_unfit(name, values[name], needed)
        return values

    def fit(self, name: str, values: Iterable[object]) -> list[int | float]:
        """Return values of one parameter in its type, each checked as `resolve` checks it.

        Raises
        ------
        DefinitionError
            One does not fit the parameter or a place where it stands.
        """
        parameter, needed = self.parameters[name], self._needed.get(name, ())
        found = [parameter.value(name, value) for value in values]
        for value in found if needed else ():
            _refuse_unfit(name, value, needed)
        return found

    @cached_property
    def _needed(self) -> dict[str, list[Place]]:
        """The places that have bounds and where a parameter stands, by its name."""
        found: dict[str, list[Place]] = {}
        for place in places(self.document):
            name = reference(place.value)
            if name is not None:
                found.setdefault(name, []).append(place)
        return found

    def exits(self, resolved: Mapping[str, int | float] | None = None) -> dict[str, Any]:
        """Return what this definition sets for every bar alike, parameters put in.

        Parameters
        ----------
        resolved : what `resolve` gave; the defaults if left out

        Returns
        -------
        dict with any of stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct,
        max_bars, cooldown_bars, max_trades_per_day (numbers), targets (pairs of profit_pct,
        close_pct) and sizing ((method, value))
            Only what the definition sets; what differs from bar to bar (`moving_exits`) is in
            `strategies.levels`.
        """
        values = self.resolve() if resolved is None else resolved
        found: dict[str, Any] = {
            name: canonical.number(getattr(self, name), values)
            for name in (*LEVELS, *COUNTS)
            if getattr(self, name) is not None and name not in self.moving_exits
        }
        if self.targets is not None and "targets" not in self.moving_exits:
            pairs = [(target.profit_pct, target.close_pct) for target in self.targets]
            found["targets"] = [tuple(canonical.number(one, values) for one in p) for p in pairs]
        if self.sizing is not None:
            found["sizing"] = (self.sizing.method, canonical.number(self.sizing.value, values))
        return found

    @property
    def moving_exits(self) -> tuple[str, ...]:
        """The exits that are no number or parameter, so that they differ from bar to bar."""
        aims = [target.profit_pct for target in self.targets or ()]
        moving = [name for name in LEVELS if not canonical.is_constant(getattr(self, name))]
        return (*moving, *(() if all(map(canonical.is_constant, aims)) else ("targets",)))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The other symbols whose bars the rules read, in alphabetical order."""
        read = [part.value for part in parts(self.document) if isinstance(part.value, Mapping)]
        return tuple(sorted({str(one["symbol"]) for one in read if "symbol" in one}))

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

    def code(self) -> str:
        """Return the builder's code of the same rules: a cell that makes this definition.

        What is declared and never used is left out. Of Python that decides it is the decorated
        function, with all it needs.

        Examples
        --------
        >>> rules = '{"enter_long": {"left": "close", "op": ">", "right": 100}}'
        >>> print(Definition.parse(rules).code())
        import bitstockerz_lab as bz
        from bitstockerz_lab.strategies import close
        <BLANKLINE>
        definition = bz.strategy(
            "",
            enter=close > 100,
        )
        <BLANKLINE>
        """
        return builder_code.code(self)

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
        return f"{title}{english.describe(self)}\n\n{self.code()}\n{self.to_json()}"

    def _repr_html_(self) -> str:
        title = f"<b>{html.escape(self.name)}</b><br>" if self.name else ""
        told = html.escape(english.describe(self)).replace("\n", "<br>")
        folded = {"Code": self.code(), "JSON": self.to_json()}
        details = "".join(
            f"<details><summary>{what}</summary><pre>{html.escape(text)}</pre></details>"
            for what, text in folded.items()
        )
        return f"<div><p>{title}{told}</p>{details}</div>"


def _refuse_unfit(name: str, value: float, needed: Iterable[Place]) -> None:
    for place in needed:
        told = None if place.need.holds(value) else complaint(place, value, f"{name} = {value}")
        if told:
            raise DefinitionError(str(told), parameter=name, value=value)


TOP_KEYS = tuple(Definition.model_fields)
_KEYS = {
    "": TOP_KEYS,
    "parameters": tuple(Parameter.model_fields),
    "indicators": tuple(IndicatorUse.model_fields),
    "targets": tuple(Target.model_fields),
    "sizing": tuple(Sizing.model_fields),
    "python": tuple(PythonCode.model_fields),
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
    if is_too_deep(raw):
        return None, [Problem("", "The definition is nested too deeply.", "Say it more simply.")]
    raw, foreign = plain(raw)
    if foreign:
        return None, found + foreign
    raw = _completed(raw)
    if "format" in raw and raw["format"] not in FORMATS:
        return None, [_of_another_format(raw["format"])]
    definition = None
    try:
        definition = Definition.model_validate(raw, context={"checked": True})
    except ValidationError as problem:
        found += translate(problem.errors(include_url=False), _KEYS)
    found += check(raw)
    if definition is not None and raw.get("format", definition.format) < definition.format:
        told = f"Format 1 has no {canonical.newer_word(definition.document)!r}."
        found.append(Problem("format", told, "Make it 2, or leave it out."))
    return (None if found else definition), list(dict.fromkeys(found))


def _of_another_format(found: object) -> Problem:
    if found == "bitstockerz-strategy":
        told = "This is a whole strategy, as export writes it, and no definition."
        return Problem("", told, "Store it with lab.strategies.import_file(path).")
    told = f"Format {found!r} is not known here; formats up to {FORMATS[-1]} are."
    return Problem("format", told, "A newer bitstockerz_lab may read it.")


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
