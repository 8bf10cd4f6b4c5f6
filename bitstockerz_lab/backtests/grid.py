"""The combinations of parameters to try: a grid or a list, a constraint, a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests.run_terms import EXITS
from bitstockerz_lab.backtests.sweep import samples as sampled
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.constraint import Constraint, meets
from bitstockerz_lab.backtests.sweep.dimensions import not_varied
from bitstockerz_lab.backtests.sweep.samples import GUIDED
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DefinitionError, UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import Parameter

    Columns = dict[str, NDArray[Any]]

Combination = dict[str, int | float]
Grid = Mapping[str, Iterable[float]] | Sequence[Mapping[str, float]] | pd.DataFrame | None

MOST = 1_000_000
UNASKED = 10_000
"""So many combinations are tried at most where nobody said which."""


def combinations(
    definition: Definition,
    grid: Grid = None,
    constraint: Constraint = None,
    fixed: Mapping[str, float] | None = None,
    *,
    samples: int | None = None,
    sampling: str = "random",
    seed: int = 0,
) -> Combinations:
    """Return the combinations to try, each once: of a grid in its order, the last name fastest.

    Parameters
    ----------
    definition : the strategy; it says which type and range each parameter has
    grid : values by parameter; or a list of dicts, or a frame with a column a parameter, of which
        each row is a combination; None takes every parameter's declared min, max and step
    constraint : None, text like "fast < slow", or a function of a dict of all parameters
    fixed : values of parameters that do not vary, where they are not the defaults
    samples : None tries all; else so many, or all where there are no more
    sampling : "random"; "sobol" for points that are spread more evenly; "optuna" gives all there
        is to choose from, or a random part of it where there is very much
    seed : the same seed gives the same sample

    Raises
    ------
    DefinitionError
        There is nothing to try or too much, a value does not fit, or the constraint cannot be read.
    UnknownName
        The grid or the constraint names what is no parameter.

    Examples
    --------
    >>> list(combinations(definition, {"fast": [5, 10], "slow": [10, 20]}, "fast < slow"))
    [{'fast': 5, 'slow': 10}, {'fast': 5, 'slow': 20}, {'fast': 10, 'slow': 20}]
    """
    given = dict(fixed or {})
    others = definition.resolve(given)
    sampled.check(samples, sampling, seed)
    remarks: tuple[str, ...] = ()
    if grid is None or isinstance(grid, Mapping):
        axes = _declared(definition, given) if grid is None else _axes(definition, grid, given)
        columns, remarks = _of_axes(axes, constraint, others, samples, sampling, seed)
    else:
        columns = _listed(definition, grid, given)
        columns = _kept(columns, meets(constraint, columns, _rest(others, columns)))
        if samples is not None and sampling != GUIDED:
            columns = sampled.some(columns, samples, seed)
    count = len(next(iter(columns.values())))
    if not count:
        raise DefinitionError(
            f"No combination of {', '.join(columns)} meets the constraint {constraint!r}. Widen "
            "the grid, or loosen the constraint.",
            constraint=constraint,
        )
    if grid is None and samples is None and count > UNASKED:
        raise DefinitionError(
            f"Without a grid the declared values give {count:,} combinations, which would all "
            f"count as trials; {UNASKED:,} are the most. Give grid=, or a larger step to the "
            "parameters; a sweep also takes samples=1000.",
            combinations=count,
        )
    if samples is not None and count < samples and not remarks:
        more = f"samples={samples:,} asks for more than there are"
        remarks = (f"{more}: all combinations, {count:,}, are tried.",)
    return Combinations(columns, remarks)


def _of_axes(
    axes: Columns,
    constraint: Constraint,
    others: Mapping[str, float],
    samples: int | None,
    sampling: str,
    seed: int,
) -> tuple[Columns, tuple[str, ...]]:
    """Return what meets the constraint among all there is, or a sample of it; and remarks."""
    count = prod(len(axis) for axis in axes.values())
    rest = _rest(others, axes)
    if count > MOST and samples is None:
        raise DefinitionError(
            f"The grid has {count:,} combinations; {MOST:,} are the most. Give fewer values, or "
            "samples=1000 to try so many of them.",
            combinations=count,
        )
    if samples is not None and count > MOST:
        return _drawn(axes, constraint, rest, samples, sampling, seed)
    columns = _product(axes)
    if constraint is not None:
        columns = _kept(columns, meets(constraint, columns, rest))
    if samples is None or sampling == GUIDED or samples >= len(next(iter(columns.values()))):
        return columns, ()
    if sampling == "sobol":
        found = sampled.drawn(
            axes, samples, sampling, seed, lambda some: meets(constraint, some, rest)
        )
        if len(next(iter(found.values()))) == samples:
            return found, ()
    return sampled.some(columns, samples, seed), ()


def _drawn(
    axes: Columns,
    constraint: Constraint,
    rest: Mapping[str, float],
    samples: int,
    sampling: str,
    seed: int,
) -> tuple[Columns, tuple[str, ...]]:
    """Return some of more combinations than can be listed, and what is to be said of them."""
    count = prod(len(axis) for axis in axes.values())
    wanted = max(samples, sampled.CANDIDATES) if sampling == GUIDED else samples

    def meet(some: Columns) -> NDArray[np.bool_]:
        return meets(constraint, some, rest)

    found = sampled.drawn(axes, wanted, sampling, seed, meet)
    got = len(next(iter(found.values())))
    if got < wanted and count <= sampled.SEARCHED and not callable(constraint):
        found = sampled.searched(axes, wanted, seed, meet)
        if len(next(iter(found.values()))) < wanted:
            return found, ()
    elif not got:
        raise DefinitionError(
            f"None of {sampled.DRAWS:,} combinations drawn from {count:,} meets the constraint "
            f"{_told(constraint)}. {_narrower(constraint)}",
            constraint=constraint,
        )
    elif got < samples:
        told = (
            f"Only {got:,} of the {samples:,} combinations asked for were found in "
            f"{sampled.DRAWS:,} draws from {count:,}; there may be more that meet the constraint. "
            f"{_narrower(constraint)}"
        )
        return found, (told,)
    if sampling == GUIDED:
        size = len(next(iter(found.values())))
        return found, (f"Optuna chose among {size:,} combinations drawn from {count:,}.",)
    return found, ()


def _told(constraint: Constraint) -> str:
    return "given as a function" if callable(constraint) else repr(constraint)


def _narrower(constraint: Constraint) -> str:
    """Return the way out where a constraint is met by too few of very many."""
    fewer = "Give fewer values"
    if not callable(constraint):
        return f"{fewer}."
    return (
        f'{fewer}, or write the constraint as text, like "fast < slow": of up to '
        f"{sampled.SEARCHED:,} combinations each is looked at then."
    )


def _product(axes: Columns) -> Columns:
    """Return every combination of the values on the axes, the last varying fastest."""
    found, inner, outer = {}, prod(len(axis) for axis in axes.values()), 1
    for name, axis in axes.items():
        inner //= len(axis)
        found[name] = np.tile(np.repeat(axis, inner), outer)
        outer *= len(axis)
    return found


def _kept(columns: Columns, which: NDArray[np.bool_]) -> Columns:
    return {name: column[which] for name, column in columns.items()}


def _rest(others: Mapping[str, float], columns: Mapping[str, object]) -> dict[str, float]:
    return {name: value for name, value in others.items() if name not in columns}


def _axes(definition: Definition, grid: Mapping[str, Any], fixed: Mapping[str, Any]) -> Columns:
    if not grid:
        raise _nothing(grid)
    found = {}
    for name, given in grid.items():
        _check_name(definition, name, fixed)
        if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
            raise DefinitionError(
                f"grid[{name!r}] must be a list of values; got {given!r}. One value is [value].",
                name=name,
            )
        values = given if isinstance(given, np.ndarray | pd.Series) else list(given)
        if len(values) > MOST:
            raise DefinitionError(
                f"grid[{name!r}] has {len(values):,} values; {MOST:,} are the most. Give fewer.",
                name=name,
            )
        if not len(values):
            raise DefinitionError(
                f"grid[{name!r}] has no values. Give at least one, or leave it out.", name=name
            )
        plain = values if isinstance(values, list) else values.tolist()
        found[name] = _column(definition, name, dict.fromkeys(definition.fit(name, plain)))
    return found


def _declared(definition: Definition, fixed: Mapping[str, float]) -> Columns:
    """Return the values that each parameter's own declaration spans."""
    names = [name for name in definition.parameters if name not in fixed]
    if not names:
        raise DefinitionError(
            "There is no parameter left to vary. Declare one with bz.parameter(...), or leave it "
            "out of parameters=."
        )
    found = {name: _spanned(definition.parameters[name]) for name in names}
    lacking = [name for name, values in found.items() if values is None]
    if lacking:
        one = lacking[0]
        told = [f"{name} is {_lack(definition.parameters[name])}" for name in lacking]
        raise DefinitionError(
            f"{', '.join(told)}, so nothing says what to try. Give values, "
            f"grid={{{one!r}: [...]}}, or keep it with "
            f"parameters={{{one!r}: {definition.parameters[one].default}}}.",
            names=lacking,
        )
    return {
        name: _column(definition, name, definition.fit(name, values or ()))
        for name, values in found.items()
    }


def _lack(parameter: Parameter) -> str:
    """Return what a declaration lacks to span values."""
    names = ("min", "max") if parameter.type == "int" else ("min", "max", "step")
    absent = [name for name in names if getattr(parameter, name) is None]
    if absent:
        *first, last = absent
        told = f"{', '.join(first)} and {last}" if first else last
        return f"declared without {told}"
    if parameter.step is not None and parameter.step <= 0:
        return f"declared with a step of {parameter.step}"
    return f"declared with more than {MOST:,} values"


def _spanned(parameter: Parameter) -> list[float] | None:
    """Return min, min + step, … up to max; whole numbers need no step. None where one lacks."""
    low, high, step = parameter.min, parameter.max, parameter.step
    step = 1 if step is None and parameter.type == "int" else step
    if low is None or high is None or not step or step < 0:
        return None
    return spaced(low, high, step)


def spaced(low: float, high: float, step: float) -> list[float] | None:
    """Return low, low + step, … up to high; None where that would be more than `MOST`.

    Parameters
    ----------
    low, high : both inclusive; no value where low is above high
    step : above 0

    Examples
    --------
    >>> spaced(0, 0.3, 0.1), spaced(5, 12, 5)
    ([0.0, 0.1, 0.2, 0.3], [5.0, 10.0])
    """
    count = int(np.floor((high - low) / step * (1 + 1e-12))) + 1
    if count > MOST:
        return None
    # 12 digits: 0.1 three times is 0.3, as a person would write it
    return [float(f"{low + place * step:.12g}") for place in range(count)]


def _listed(definition: Definition, given: Any, fixed: Mapping[str, float]) -> Columns:  # noqa: ANN401 - checked here
    """Return combinations that were given one by one, each once."""
    rows = _rows(given)
    if not len(rows) or not len(rows.columns) or not rows.columns.is_unique:
        raise _nothing(given)
    if len(rows) > MOST:
        raise DefinitionError(f"{len(rows):,} combinations are given; {MOST:,} are the most.")
    found = {}
    for name in rows.columns:
        _check_name(definition, name, fixed)
        if rows[name].dtype == object:  # what some of it is cannot be told apart
            found[name] = _column(definition, name, definition.fit(name, rows[name].tolist()))
            continue
        codes, distinct = pd.factorize(rows[name], use_na_sentinel=False)
        found[name] = _column(definition, name, definition.fit(name, distinct.tolist()))[codes]
    table = pd.DataFrame(found)
    return _kept(found, ~table.duplicated().to_numpy())


def _rows(given: Any) -> pd.DataFrame:  # noqa: ANN401 - checked here
    if isinstance(given, pd.DataFrame):
        return given
    if isinstance(given, Combinations):
        return pd.DataFrame(given.columns)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise _nothing(given)
    rows = list(given)
    names = rows[0].keys() if rows and isinstance(rows[0], Mapping) else ()
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise _nothing(given)
        if row.keys() != names:
            strange = min(row.keys() ^ names, key=str)
            raise DefinitionError(
                f"The combinations differ in what they set: number {place + 1} is {dict(row)!r}, "
                f"the first {dict(rows[0])!r}. Give {strange} in all of them, or in none.",
                name=strange,
            )
    columns = {name: [row[name] for row in rows] for name in names}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def _column(definition: Definition, name: str, values: Iterable[float]) -> NDArray[Any]:
    whole = definition.parameters[name].type == "int"
    return np.array(list(values), np.int64 if whole else np.float64)


def _check_name(definition: Definition, name: str, fixed: Mapping[str, float]) -> None:
    if name not in definition.parameters:
        if name in EXITS or name in COSTS:
            raise UnknownName(not_varied(name), kind="parameter", name=name)
        known = ", ".join(sorted(definition.parameters)) or "none"
        raise UnknownName.of("parameter", str(name), definition.parameters, f"Known: {known}.")
    if name in fixed:
        raise DefinitionError(
            f"{name} is in the grid and in parameters. Leave it out of one of them.", name=name
        )


def _nothing(grid: object) -> DefinitionError:
    return DefinitionError(
        f"grid must give values to at least one parameter; got {grid!r}. Write "
        '{"fast": [5, 10], "slow": [20, 50]}, or a list of combinations.',
    )
