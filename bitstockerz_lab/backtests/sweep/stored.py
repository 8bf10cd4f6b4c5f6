"""The verbs of the backtests room that find recorded sweeps."""

from __future__ import annotations

import json
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests import revised_store
from bitstockerz_lab.backtests.sweep import store
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.question import Question
from bitstockerz_lab.backtests.sweep.rows import parts_of
from bitstockerz_lab.backtests.sweep.stored_units import StoredUnits
from bitstockerz_lab.backtests.sweep.table import sweep_of
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.ops.processes import DIED
from bitstockerz_lab.strategies import store as strategy_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.users import User

LISTED = [
    "id", "status", "strategy", "version", "symbols", "timeframe", "start_date", "end_date",
    "units", "combinations", "chosen_by", "error_message", "seconds", "created_at",
]  # fmt: skip


MOST_WARNINGS = 5
"""Of what single runs would warn of, so many sentences are said of a sweep."""
WIDEST = 60


class StoredSweeps:
    """What `lab.backtests` does about sweeps that are recorded."""

    _database: Database
    _user: User

    def sweeps(
        self, strategy: str | None = None, symbol: str | None = None, limit: int | None = None
    ) -> pd.DataFrame:
        """Return the recorded sweeps, newest first, a row each.

        Parameters
        ----------
        strategy : only of this one, in any case
        symbol : only those with a unit on this symbol, in any case
        limit : at most so many

        Returns
        -------
        DataFrame
            id, status ("running", "completed", "cancelled" or "failed"), strategy, version,
            symbols, timeframe, start_date, end_date (of all units together), units (symbol ×
            period × costs: how many), combinations (of parameters: how many), chosen_by,
            error_message ("process died" where it was killed), seconds, created_at.
        """
        with self._database.read() as con:
            found = store.rows(con, self._user.id)
        died = [row["id"] for row in found.to_dict("records") if store.has_died(row)]
        found.loc[found["id"].isin(died), ["status", "error_message"]] = [
            str(Status.FAILED),
            DIED,
        ]
        if strategy is not None:
            found = found[found["strategy"].str.casefold() == strategy.strip().casefold()]
        if symbol is not None:
            wanted = symbol.strip().casefold()
            found = found[[wanted in text.casefold().split(", ") for text in found["symbols"]]]
        found = found.head(len(found) if limit is None else limit).reset_index(drop=True)
        found["symbols"] = [shorten(text, WIDEST, placeholder=" …") for text in found["symbols"]]
        return found[LISTED]

    def get_sweep(self, sweep_id: int) -> Sweep:
        """Return a recorded sweep, as far as it came.

        Parameters
        ----------
        sweep_id : as `sweeps` shows it

        Returns
        -------
        Sweep
            Its results as they are recorded. The bars of a unit are read when it is first asked
            for, as they were known then; `remarks` say what was stored since.

        Raises
        ------
        UnknownName
            There is no such sweep.

        Examples
        --------
        >>> lab.backtests.get_sweep(3).best(5)
        """
        if not isinstance(sweep_id, (int, np.integer)):
            raise UnknownName(
                f"{sweep_id!r} is no sweep's id. lab.backtests.sweeps() shows those there are.",
                sweep_id=sweep_id,
            )
        with self._database.read() as con:
            row = store.row(con, self._user.id, int(sweep_id))
            question, units = self._question(con, row)
            results = store.results(con, row["id"])
            revised = revised_store.revised_symbols(con, row["id"])
        return sweep_of(
            question,
            parts_of(results),
            id=row["id"],
            status=Status.FAILED if store.has_died(row) else Status(row["status"]),
            seconds=row["seconds"],
            remarks=(*_remarks(row, revised), *brief(units.warnings)),
            facts=units.facts(),
            database=self._database,
            user_id=self._user.id,
        )

    def _question(self, con: Connection, row: dict[str, Any]) -> tuple[Question, StoredUnits]:
        """Return what a recorded sweep was to find out."""
        sweep_id, as_of = row["id"], row["bars_as_of"]
        version = strategy_store.get_version(con, self._user.id, row["strategy_version_id"])
        units = StoredUnits(
            self._database,
            sweep_id,
            version,
            parameters=json.loads(row["fixed_json"]),
            as_of=as_of,
            units=store.units(con, sweep_id),
            reads=store.reads(con, sweep_id),
        )
        question = Question(
            version=version,
            combinations=Combinations(store.combinations(con, sweep_id)),
            units=units,
            by=row["chosen_by"],
            asked=json.loads(row["asked_json"]),
            seed=row["seed"],
            as_of=as_of,
        )
        return question, units


def brief(warnings: Iterable[str]) -> list[str]:
    """Return what single runs of a sweep would warn of: each sentence once, the first few."""
    found = list(dict.fromkeys(warnings))
    if len(found) <= MOST_WARNINGS:
        return found
    rest = len(found) - MOST_WARNINGS
    return [*found[:MOST_WARNINGS], f"{rest} more warnings are in units[k].recipe.warnings."]


def _remarks(row: dict[str, Any], revised: list[str]) -> list[str]:
    """Return what is to be said of a recorded sweep now."""
    found = []
    if row["status"] != Status.COMPLETED:
        why = DIED if store.has_died(row) else row["error_message"] or row["status"]
        found.append(f"Not all of it was carried out ({why}); asked again, it goes on.")
    if revised:
        found.append(
            f"Of {', '.join(revised)} something was stored since that this sweep would read today; "
            "its numbers are of the bars as they were."
        )
    return found
