"""A sweep's results on two of its parameters: a cell for each pair of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab import measures
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

NAMED = 12
"""Values that a message counts up."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What of a sweep is drawn.

    Attributes
    ----------
    results : rows of one unit of `Sweep.results`, those held left
    names : the parameters that vary in the sweep
    by : the metric drawn
    scores : array of shape (n_rows,): the metric in its own unit; NaN where it is undefined, and
        where a combination never traded: that is no result
    hold : the parameters that are held, with their values
    """

    results: pd.DataFrame
    names: tuple[str, ...]
    by: str
    scores: NDArray[np.float64]
    hold: Mapping[str, float]

    @property
    def has(self) -> NDArray[np.bool_]:
        """Which rows have a score."""
        return ~np.isnan(self.scores)

    @property
    def free(self) -> list[str]:
        """The parameters of several values, those of the most values first."""
        counts = {name: self.results[name].nunique() for name in self.names}
        several = (name for name in self.names if counts[name] > 1)
        return sorted(several, key=lambda name: -counts[name])

    @property
    def told(self) -> list[str]:
        """The parameters that tell combinations apart, in the sweep's order."""
        free = set(self.free) or set(self.names)
        return [name for name in self.names if name in free]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A metric over two parameters.

    Attributes
    ----------
    x, y : the names of the parameters
    columns, rows : their values, rising
    scores : array of shape (n_rows, n_columns): of one combination, or the median of several;
        NaN where none was tried or none has a score
    tried, scored : arrays of that shape: how many combinations, and how many have a score
    at : array of that shape: the position of the last combination in the results; -1 of none
    over : the other parameters that vary, whose combinations fall into one cell
    """

    x: str
    y: str
    columns: NDArray[Any]
    rows: NDArray[Any]
    scores: NDArray[np.float64]
    tried: NDArray[np.int64]
    scored: NDArray[np.int64]
    at: NDArray[np.int64]
    over: tuple[str, ...]


def metric(by: str, results: pd.DataFrame) -> str:
    """Return the name of a metric that can be drawn.

    Raises
    ------
    UnknownName : there is none of that name, or it was not measured
    """
    if by not in measures.DEFINITIONS:
        known = [name for name in measures.DEFINITIONS if name in results]
        raise UnknownName.of("metric", by, known, f"Known: {', '.join(known)}.")
    if by not in results:
        raise UnknownName(
            f"{by} was not measured in this sweep. Sweep with metrics=[{by!r}, ...], or with all.",
            kind="metric",
            name=by,
        )
    return by


def view(
    results: pd.DataFrame,
    names: Sequence[str],
    by: str,
    hold: Mapping[str, float] | None = None,
) -> View:
    """Return what is drawn of the rows of a unit.

    Raises
    ------
    UnknownName : there is no such metric, or no such parameter varies in the sweep
    DataError : a value to hold was not tried, or not together with the others
    """
    kept = held(results, names, hold)
    values = kept[metric(by, kept)].to_numpy(float)
    values = np.where(kept["num_trades"].to_numpy() > 0, values, np.nan)
    return View(kept, tuple(names), by, values, dict(hold or {}))


def held(
    results: pd.DataFrame, names: Sequence[str], hold: Mapping[str, float] | None
) -> pd.DataFrame:
    """Return the rows in which parameters have the values that are held.

    Raises
    ------
    UnknownName : no parameter of that name varies in the sweep
    DataError : a value was not tried, or not together with the others
    """
    for name, value in (hold or {}).items():
        check(name, names)
        found = results[np.isclose(results[name].to_numpy(float), value, rtol=1e-9, atol=0)]
        if found.empty:
            there = [formats.plain(one) for one in np.unique(results[name])]
            told = ", ".join(there[:NAMED]) + (", …" if len(there) > NAMED else "")
            raise DataError(
                f"No combination with {name} = {formats.plain(value)} was tried here. Hold one of "
                f"{told}.",
                name=name,
                value=value,
            )
        results = found
    return results


def check(name: str, names: Sequence[str]) -> str:
    """Return the name of a parameter of the sweep, or refuse it."""
    if name not in names:
        raise UnknownName.of("parameter of the sweep", name, names, f"It has {', '.join(names)}.")
    return name


def pair(of: View, x: str | None = None, y: str | None = None) -> tuple[str, str] | None:
    """Return the two parameters to draw: what was asked for, else those of the most values.

    None where fewer than two vary.

    Raises
    ------
    UnknownName : there is no such parameter
    DataError : both are the same
    """
    asked = [check(name, of.names) for name in (x, y) if name is not None]
    if len(set(asked)) < len(asked):
        raise DataError(f"x and y are both {x!r}. Give two parameters.", x=x, y=y)
    free = of.free
    if len(free) < 2:  # noqa: PLR2004 - x and y
        return None
    rest = [name for name in free if name not in asked][: 2 - len(asked)]
    if not asked:
        first, second = sorted(rest, key=of.names.index)
        return first, second
    return (x or rest[0], y or rest[0])


def cells(of: View, x: str, y: str) -> Cells:
    """Return the cells of two parameters; the others' combinations are taken together."""
    results, values = of.results, of.scores
    columns, across = np.unique(results[x].to_numpy(), return_inverse=True)
    rows, up = np.unique(results[y].to_numpy(), return_inverse=True)
    shape = (len(rows), len(columns))
    cell = up * len(columns) + across
    has = of.has
    tried = np.bincount(cell, minlength=len(rows) * len(columns))
    scored = np.bincount(cell[has], minlength=len(tried))
    order = np.lexsort((values[has], cell[has]))
    known, starts = values[has][order], np.cumsum(scored) - scored
    some = scored > 0
    first, many = starts[some], scored[some]
    median = np.full(len(tried), np.nan)
    median[some] = (known[first + (many - 1) // 2] + known[first + many // 2]) / 2
    at = np.full(len(tried), -1)
    at[cell] = np.arange(len(cell))
    return Cells(
        x=x,
        y=y,
        columns=columns,
        rows=rows,
        scores=median.reshape(shape),
        tried=tried.reshape(shape),
        scored=scored.reshape(shape),
        at=at.reshape(shape),
        over=tuple(name for name in of.free if name not in (x, y)),
    )
