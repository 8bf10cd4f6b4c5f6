"""The table of a sweep: a row a unit and combination, made column by column."""

from __future__ import annotations

from functools import cache
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS
from bitstockerz_lab.backtests.sweep.result import Sweep
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.question import Part, Question
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.storage import Database

MOST_SUMS = 250_000
"""Of so many rows the block sums are kept, 160 MB; of more they are computed again when needed."""


def unit_facts(units: Sequence[Unit]) -> pd.DataFrame:
    """Return what tells units apart: a row a unit.

    Returns
    -------
    DataFrame of shape (n_units, 4 + how many costs vary)
        symbol, timeframe, start, end, then each of the COSTS that differs between units.
    """
    return pd.DataFrame(_facts(units))


def _facts(units: Sequence[Unit]) -> dict[str, Any]:
    recipes = [unit.recipe for unit in units]
    costs = {name: [getattr(one.terms, name) for one in recipes] for name in COSTS}
    return {
        "symbol": [one.symbol.symbol for one in recipes],
        "timeframe": [one.timeframe for one in recipes],
        "start": pd.DatetimeIndex([one.start for one in recipes]),
        "end": pd.DatetimeIndex([one.end for one in recipes]),
        **{name: values for name, values in costs.items() if len(set(values)) > 1},
    }


def sweep_of(  # noqa: PLR0913 - what a sweep is made of
    question: Question,
    parts: Iterable[Part],
    *,
    facts: pd.DataFrame | None = None,
    id: int | None = None,  # noqa: A002 - sweeps.id
    status: str = Status.COMPLETED,
    seconds: float = nan,
    bars: int | None = None,
    remarks: Iterable[str] = (),
    database: Database | None = None,
    user_id: int | None = None,
) -> Sweep:
    """Return the sweep that parts make up; what no part covers is left out of its results.

    Parameters
    ----------
    question : what was asked
    parts : in any order
    facts : as `unit_facts` gives them, which is called where None
    id, status, seconds, bars, remarks, database, user_id : as `Sweep` has them
    """
    known = _facts(question.units) if facts is None else _told(facts)
    n = len(question.combinations)
    size = n * len(known["symbol"])
    parts = list(parts)
    measured = [set(part.measured.values) for part in parts[:1]] or [{*METRICS, *BESIDES}]
    names = [name for name in (*METRICS, *BESIDES) if name in measured[0]]
    values = np.full((len(names), size), np.nan)
    there = np.zeros(size, bool)
    sums: dict[int, NDArray[np.float64]] = {}
    counts: dict[int, int] = {}
    for part in parts:
        rows = slice(part.unit * n + part.start, part.unit * n + part.stop)
        there[rows] = True
        for row, name in enumerate(names):
            values[row, rows] = part.measured.values[name]  # noqa: PD011 - a mapping of arrays
        if part.measured.sums.ndim == 3 and part.measured.sums.size and size <= MOST_SUMS:  # noqa: PLR2004 - combinations, blocks, powers
            _put_sums(sums, part, n)
            counts[part.unit] = counts.get(part.unit, 0) + part.stop - part.start
    version = question.version
    return Sweep(
        id=id,
        strategy=question.strategy,
        version=version.version if version.id else None,
        by=question.by,
        combinations=question.combinations,
        units=question.units,
        results=_results(question, known, names, values, there),
        status=str(status),
        sums={unit: found for unit, found in sums.items() if counts[unit] >= n},
        definition=version.definition,
        asked=question.asked,
        seed=question.seed,
        as_of=question.as_of,
        seconds=seconds,
        bars=bars,
        remarks=tuple(remarks),
        database=database,
        user_id=user_id,
    )


def _told(facts: pd.DataFrame) -> dict[str, Any]:
    """Return facts as `_facts` does."""
    times = {"start", "end"}
    return {
        str(name): pd.DatetimeIndex(column) if name in times else column.to_list()
        for name, column in facts.items()
    }


def _put_sums(sums: dict[int, NDArray[np.float64]], part: Part, n: int) -> None:
    found = part.measured.sums
    if len(found) == n:
        sums[part.unit] = found
        return
    if part.unit not in sums:
        sums[part.unit] = np.full((n, *found.shape[1:]), np.nan)
    sums[part.unit][part.start : part.stop] = found


def _results(
    question: Question,
    facts: Mapping[str, Any],
    names: list[str],
    values: NDArray[np.float64],
    there: NDArray[np.bool_],
) -> pd.DataFrame:
    n, units = len(question.combinations), len(facts["symbol"])
    unit = np.repeat(np.arange(units), n)
    columns: dict[str, Any] = {"unit": unit, "combination": np.tile(np.arange(n), units)}
    for name in facts:
        columns[name] = _repeated(name, facts[name], unit)
    for name, column in question.combinations.columns.items():
        columns[name] = np.tile(column, units) if units > 1 else column
    numbers = pd.DataFrame(values.T, columns=names, copy=False)  # as it lies: nothing is moved
    results: pd.DataFrame = pd.concat([pd.DataFrame(columns), numbers], axis=1)
    return results if there.all() else results[there].reset_index(drop=True)


def _repeated(name: str, fact: Any, unit: NDArray[np.int64]) -> Any:  # noqa: ANN401 - a column
    """Return a fact of units for each row."""
    if name not in {"symbol", "timeframe"}:
        return (fact if isinstance(fact, pd.DatetimeIndex) else np.asarray(fact)).take(unit)
    known = tuple(dict.fromkeys(fact))
    codes = np.array([known.index(one) for one in fact])[unit]
    return pd.Categorical.from_codes(codes, dtype=_words(known), validate=False)


@cache
def _words(known: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(list(known))
