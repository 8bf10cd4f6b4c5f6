"""A strategy's own parameters, held against its definition where that is known already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import UnknownName, Untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitstockerz_lab.batch.parameters import Parameter
    from bitstockerz_lab.batch.plan import Values
    from bitstockerz_lab.strategies.api import Strategies
    from bitstockerz_lab.strategies.definition import Definition

NEEDED = ("strategy", "parameters")
"""What a notebook that runs a strategy with parameters of its own takes."""


def with_own_parameters(
    sets: Sequence[Values], known: Mapping[str, Parameter], strategies: Strategies
) -> list[Values]:
    """Return sets whose ``parameters`` are of the types that the strategy declares.

    A strategy that is not saved yet, which the notebook may do itself, is left to the notebook.

    Raises
    ------
    UnknownName
        The strategy has no such parameter.
    DefinitionError
        A value does not fit.
    """
    found: dict[tuple[Any, Any], Definition | None] = {}
    checked = []
    for values in sets:
        given = values.get("parameters")
        if not given or not set(NEEDED) <= set(known):
            checked.append(values)
            continue
        name, version = (_value(one, values, known) for one in ("strategy", "version"))
        if (name, version) not in found:
            found[name, version] = _definition(strategies, name, version)
        definition = found[name, version]
        if definition is not None:
            typed = definition.resolve(given)
            values = values | {"parameters": {one: typed[one] for one in given}}  # noqa: PLW2901 - reason: the same set, typed
        checked.append(values)
    return checked


def _value(name: str, values: Values, known: Mapping[str, Parameter]) -> Any:  # noqa: ANN401 - reason: any JSON
    if name in values or name not in known:
        return values.get(name)
    return known[name].default_value


def _definition(strategies: Strategies, name: object, version: object) -> Definition | None:
    if not isinstance(name, str):
        return None
    try:
        return strategies.get(name, version or None).definition  # type: ignore[arg-type]
    except (UnknownName, Untrusted):
        return None
