"""A sweep as rows of the database, and back."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests.engine import ENGINE_VERSION
from bitstockerz_lab.backtests.sweep import store
from bitstockerz_lab.backtests.sweep.engine import Measured
from bitstockerz_lab.backtests.sweep.question import Part
from bitstockerz_lab.market import factors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.backtests.sweep.question import Question


def parts_of(results: pd.DataFrame) -> list[Part]:
    """Return recorded results as parts: neighbouring combinations of a unit together."""
    units, places = results["unit_number"].to_numpy(), results["combination"].to_numpy()
    breaks = np.flatnonzero((np.diff(units) != 0) | (np.diff(places) != 1)) + 1
    columns = {
        name: results[name].to_numpy()
        for name in results.columns.drop(["unit_number", "combination"])
    }
    edges = [0, *breaks.tolist(), len(results)] if len(results) else []
    return [
        Part(
            int(units[start]),
            int(places[start]),
            int(places[stop - 1]) + 1,
            Measured(
                {name: column[start:stop] for name, column in columns.items()},
                np.empty((stop - start, 0, 0)),
            ),
        )
        for start, stop in itertools.pairwise(edges)
    ]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a question says of its rows of `sweeps`, `sweep_units` and `sweep_symbols`."""

    sweep: dict[str, Any]
    units: pd.DataFrame
    reads: pd.DataFrame


def rows_of(question: Question) -> Rows:
    """Return the rows of a question that is about to be carried out."""
    fixed = dict(question.units[0].wish.parameters or {})
    sweep = {
        "strategy_version_id": question.version.id,
        "fingerprint": question.fingerprint,
        "fixed_json": json.dumps(fixed, default=float),
        "chosen_by": question.by,
        "seed": question.seed,
        "bars_as_of": question.as_of,
        "engine_version": ENGINE_VERSION,
        "versions_json": json.dumps(plan.versions() | question.units[0].recipe.packages),
        **store.process(),
    }
    reads = [
        {
            "unit_number": unit.number,
            "name": one.name,
            "symbol_id": one.symbol.id,
            "timeframe": one.timeframe,
        }
        for unit in question.units
        for one in unit.recipe.reads
    ]
    return Rows(sweep, pd.DataFrame(list(_unit_rows(question))), pd.DataFrame(reads))


def _unit_rows(question: Question) -> Iterator[dict[str, Any]]:
    for unit, digest in zip(question.units, question.digests, strict=True):
        recipe = unit.recipe
        terms = {name: value for name, value in unit.wish.terms.items() if value is not None}
        yield {
            "unit_number": unit.number,
            "symbol_id": recipe.symbol.id,
            "timeframe": recipe.timeframe,
            "start_date": recipe.start,
            "start_asked": unit.wish.start is not None,
            "end_date": recipe.end,
            "terms_json": json.dumps(terms, default=float),
            "adjusted": recipe.adjusted,
            "asked_adjusted": factors.how(unit.wish.adjusted),
            "bars_digest": digest,
            "provider": str(unit.bars.attrs["provider"]),
            "warnings_json": json.dumps(list(recipe.warnings)),
        }
