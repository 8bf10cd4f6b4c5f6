"""What a sweep can do where there is a database: make a combination a run of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, SupportsIndex

import pandas as pd

from bitstockerz_lab.backtests import plan, recording
from bitstockerz_lab.backtests.sweep import store
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import TradingError, UnknownName
from bitstockerz_lab.market import factors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.storage import Database

CLOSE = 1e-9
NAMED = 8
"""Units that a message counts up."""
COMPARED = ("final_equity", "num_trades", "max_drawdown_pct")


class Recorded:
    """The part of a Sweep that deals with the database."""

    id: int | None
    combinations: Combinations
    units: Sequence[Unit]
    results: pd.DataFrame
    database: Database | None
    user_id: int | None
    as_of: datetime | None

    def promote(
        self, row: int | Mapping[str, Any] | pd.Series | pd.DataFrame, unit: int | None = None
    ) -> Run:
        """Make a combination a recorded run: with its trades, its equity, its report.

        Parameters
        ----------
        row : of `results` or `best`, or its label there; or the parameters of a combination
        unit : the unit's number, where parameters are given and there are several units; a row of
            `results` says so itself

        Returns
        -------
        Run
            On the bars that were swept, as they were known then. One that is recorded already is
            given back.

        Raises
        ------
        UnknownName
            There is no such row, combination or unit.
        TradingError
            There is no database; there are several units and nothing says which; or the run comes
            to something else than the sweep did: another version of the engine carried that out.

        Examples
        --------
        >>> run = sweep.promote(sweep.best(1))
        >>> run.report("winner.html")
        """
        if self.database is None or self.user_id is None or self.as_of is None:
            raise TradingError(
                "This sweep belongs to no lab, so there is nowhere to record a run. Sweep with "
                "lab.backtests.sweep(...), or simulate it: bz.simulate(...)."
            )
        number, place = self._place(row, unit)
        swept = self.units[number]
        materials = plan.Materials(
            recipe=swept.recipe_of(self.combinations[place]),
            as_of=self.as_of,
            bars=swept.bars,
            problem=None,
            asked_adjusted=factors.how(swept.wish.adjusted),
            others=swept.others,
        )
        materials = plan.warned(materials, asked=swept.wish.start is not None)
        run = recording.run(self.database, self.user_id, materials)
        if self.id is not None:
            with self.database.write() as con:
                store.add_run(con, self.id, number, place, run.id)
        self._compare(run, number, place)
        return run

    @property
    def runs(self) -> pd.DataFrame:
        """Which combinations were made runs: unit, combination, run."""
        if self.database is None or self.id is None:
            return pd.DataFrame({name: pd.Series(dtype="int64") for name in store.RUN_COLUMNS})
        with self.database.read() as con:
            return store.runs(con, self.id)

    def _place(self, wanted: Any, unit: int | None) -> tuple[int, int]:  # noqa: ANN401 - any of four
        """Return the numbers of a unit and of a combination."""
        if isinstance(wanted, Mapping):
            return self._unit(unit), self._number_of(wanted)
        if isinstance(wanted, pd.DataFrame) and len(wanted) == 1:
            wanted = wanted.iloc[0]
        if isinstance(wanted, pd.DataFrame):
            raise TradingError(
                f"One row becomes one run; got {len(wanted):,}. Take one: "
                "sweep.promote(sweep.best(5).iloc[0])."
            )
        if not isinstance(wanted, pd.Series):
            if wanted not in self.results.index:
                raise UnknownName(
                    f"No row {wanted!r}. The results have {len(self.results):,}, numbered from 0; "
                    "sweep.best() shows those of the best.",
                    row=wanted,
                )
            wanted = self.results.loc[wanted]
        if "combination" not in wanted:
            raise TradingError(
                f"This row names no combination; it has {', '.join(map(str, wanted.index))}. Give "
                "a row of sweep.results, or the parameters as a dict."
            )
        own = int(wanted["unit"]) if "unit" in wanted else self._unit(unit)
        if unit is not None and unit != own:
            raise TradingError(
                f"The row is of unit {own}, but unit={unit!r}. Leave unit= away, or take a row of "
                "that unit."
            )
        return self._unit(own), self._combination(wanted["combination"])

    def _unit(self, unit: int | None) -> int:
        """Return the number of a unit: the one asked for, or the only one."""
        if unit is None and len(self.units) > 1:
            facts = self.results.drop_duplicates("unit").head(NAMED)
            there = [
                f"{row['unit']} ({row['symbol']}, {row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
                + "".join(f", {name} {row[name]:g}" for name in COSTS if name in row)
                + ")"
                for row in facts.to_dict("records")
            ]
            more = ["…"] if len(self.units) > len(there) else []
            raise TradingError(
                f"The sweep has {len(self.units):,} units: {'; '.join([*there, *more])}. Say with "
                "unit= on which of them to run, or give a row of sweep.results."
            )
        unit = 0 if unit is None else unit
        if not isinstance(unit, SupportsIndex) or int(unit) not in range(len(self.units)):
            raise UnknownName(
                f"No unit {unit!r}. They are numbered from 0 to {len(self.units) - 1:,}, as in "
                "results['unit'].",
                unit=unit,
            )
        return int(unit)

    def _combination(self, number: Any) -> int:  # noqa: ANN401 - a row's
        if number not in range(len(self.combinations)):
            raise UnknownName(
                f"No combination {number!r}. They are numbered from 0 to "
                f"{len(self.combinations) - 1:,}, as in results['combination'].",
                combination=number,
            )
        return int(number)

    def _number_of(self, parameters: Mapping[str, Any]) -> int:
        """Return the number of the combination with these parameters."""
        columns = self.combinations.columns
        if set(parameters) == set(columns):
            equal = [column == parameters[name] for name, column in columns.items()]
            found = [place for place, row in enumerate(zip(*equal, strict=True)) if all(row)]
            if found:
                return found[0]
        raise UnknownName(
            f"No combination {dict(parameters)!r} was swept. One has {', '.join(columns)}; "
            "sweep.results shows which there are.",
            parameters=dict(parameters),
        )

    def _compare(self, run: Run, unit: int, combination: int) -> None:
        """Raise where a run differs from the row that it was made of."""
        rows = self.results
        found = rows[(rows["unit"] == unit) & (rows["combination"] == combination)]
        for name in COMPARED if len(found) else ():
            swept, ran = float(found[name].iloc[0]), float(getattr(run.metrics, name))
            if not math.isclose(swept, ran, rel_tol=CLOSE, abs_tol=CLOSE):
                raise TradingError(
                    f"Run {run.id} came to {name} {ran!r}, combination {combination} of the sweep "
                    f"to {swept!r}. The run was computed here and now with engine "
                    f"{run.details.engine_version}; sweep again with rerun=True.",
                    run_id=run.id,
                )
