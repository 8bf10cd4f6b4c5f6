"""The units of a recorded sweep: each reads its bars when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import other_bars, plan, run_terms
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies import others as other_symbols
from bitstockerz_lab.strategies.others import Other
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.strategies.versions import StrategyVersion


class StoredUnits(Sequence[Unit]):
    """The units of a recorded sweep, with the bars as they were known then.

    Parameters
    ----------
    database : where they are
    sweep_id : sweeps.id
    version : the strategy that was swept
    parameters : its parameters that do not vary
    as_of : the moment as of which bars are read
    units, reads : as `store.units` and `store.reads` give them

    Raises
    ------
    DataError
        When a unit is asked for whose bars are not those that were swept.
    Untrusted
        When one is asked for, and the strategy is Python that nobody agreed to here.
    """

    def __init__(
        self,
        database: Database,
        sweep_id: int,
        version: StrategyVersion,
        *,
        parameters: Mapping[str, float],
        as_of: datetime,
        units: pd.DataFrame,
        reads: pd.DataFrame,
    ) -> None:
        self._database = database
        self._sweep_id = sweep_id
        self._version = version
        self._parameters = dict(parameters)
        self._as_of = as_of
        self._rows: list[dict[str, Any]] = units.to_dict("records")  # type: ignore[assignment]
        self._reads = reads
        self._known: dict[int, Unit] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Unit: ...
    @overload
    def __getitem__(self, at: slice) -> list[Unit]: ...
    def __getitem__(self, at: int | slice) -> Unit | list[Unit]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        number = range(len(self))[at]
        if number not in self._known:
            self._known[number] = self._read(self._rows[number])
        return self._known[number]

    def terms(self, number: int) -> dict[str, Any]:
        """Return the costs, sizing and exits of a unit as they were asked for."""
        terms: dict[str, Any] = json.loads(self._rows[number]["terms_json"])
        return terms | ({"sizing": tuple(terms["sizing"])} if "sizing" in terms else {})

    @property
    def recipes(self) -> list[plan.Recipe]:
        """The recipes of all units; no bars are read."""
        with self._database.read() as con:
            return [self._recipe(con, row)[1] for row in self._rows]

    @property
    def warnings(self) -> list[str]:
        """What single runs would warn of, of all units."""
        return [told for row in self._rows for told in json.loads(row["warnings_json"])]

    def facts(self) -> pd.DataFrame:
        """Return what tells the units apart, as `table.unit_facts`; no bars are read."""
        terms = [self.terms(number) for number in range(len(self))]
        costs = {name: [float(one.get(name, 0)) for one in terms] for name in COSTS}
        return pd.DataFrame(
            {
                "symbol": [row["symbol"] for row in self._rows],
                "timeframe": [row["timeframe"] for row in self._rows],
                "start": pd.DatetimeIndex([clock.utc(row["start_date"]) for row in self._rows]),
                "end": pd.DatetimeIndex([clock.utc(row["end_date"]) for row in self._rows]),
                **{name: values for name, values in costs.items() if len(set(values)) > 1},
            }
        )

    def _read(self, row: dict[str, Any]) -> Unit:
        version = self._version
        consent.require(version.definition, self._database.path, version=version.version)
        with self._database.read() as con:
            wish, recipe = self._recipe(con, row)
            bars = plan.read_bars(con, recipe, as_of=self._as_of)
            others = other_bars.read(con, recipe, row["asked_adjusted"], self._as_of)
        if other_symbols.digest(bars, others) != row["bars_digest"]:
            raise DataError(
                f"The stored {recipe.timeframe} bars of {recipe.symbol.symbol} are not those of "
                f"sweep {self._sweep_id} any more: their digest differs. Somebody changed the "
                "database outside the lab.",
                sweep_id=self._sweep_id,
            )
        return Unit(number=row["unit_number"], recipe=recipe, wish=wish, bars=bars, others=others)

    def _recipe(self, con: Connection, row: dict[str, Any]) -> tuple[plan.Wish, plan.Recipe]:
        terms = self.terms(row["unit_number"])
        asked = row["asked_adjusted"]
        wish = plan.wish(
            self._version,
            row["symbol"],
            row["timeframe"],
            row["start_date"] if row["start_asked"] else None,
            row["end_date"],
            parameters=self._parameters,
            adjusted=False if asked == plan.RAW else asked,
            **terms,
        )
        parameters = self._version.definition.resolve(self._parameters)
        exits, resolved = run_terms.join(self._version, parameters, terms)
        reads = self._reads[self._reads["unit_number"] == row["unit_number"]]
        return wish, plan.Recipe(
            version=self._version,
            symbol=market_store.find_symbol(con, row["symbol"]),
            timeframe=row["timeframe"],
            start=clock.utc(row["start_date"]),
            end=clock.utc(row["end_date"]),
            parameters=parameters,
            exits=exits,
            terms=resolved,
            adjusted=row["adjusted"],
            warnings=tuple(json.loads(row["warnings_json"])),
            reads=tuple(
                Other(one.name, market_store.find_symbol(con, one.symbol), one.timeframe)
                for one in reads.itertuples()
            ),
        )
