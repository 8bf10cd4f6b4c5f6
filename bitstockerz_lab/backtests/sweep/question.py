"""A sweep before it runs: everything it will be made of, resolved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import others as other_symbols

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.engine import Measured
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.strategies.versions import StrategyVersion


@dataclass(frozen=True, slots=True)
class Part:
    """What some neighbouring combinations of one unit came to.

    Attributes
    ----------
    unit : the unit's number
    start, stop : the combinations' positions, `stop` excluded
    measured : of shape (stop − start,)
    """

    unit: int
    start: int
    stop: int
    measured: Measured


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """What a sweep is to find out, resolved before anything is computed.

    Attributes
    ----------
    version : the strategy as stored; its `id` is 0 where there is no database
    combinations : what is tried, in order
    units : symbol × period × costs, costs fastest; `units[k].number` is k
    by : the metric by which the sweep ranks where nobody says
    asked : the verb's arguments as JSON can hold them
    seed : of the random or Sobol sample; None where nothing was drawn
    as_of : when the newest fact that is read was stored; None without a database
    """

    version: StrategyVersion
    combinations: Combinations
    units: Sequence[Unit]
    by: str = "sharpe_ratio"
    asked: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    as_of: datetime | None = None

    @property
    def strategy(self) -> str:
        """The strategy's name."""
        return self.version.name

    @property
    def size(self) -> int:
        """How many combinations are tried, on all units together."""
        return len(self.combinations) * len(self.units)

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """The digest of each unit's bars; units of other costs share theirs."""
        found: dict[int, str] = {}
        for unit in self.units:
            if id(unit.bars) not in found:
                found[id(unit.bars)] = other_symbols.digest(unit.bars, unit.others)
        return tuple(found[id(unit.bars)] for unit in self.units)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of everything that decides the sweep's numbers."""
        columns = self.combinations.columns.items()
        made_of = {
            "units": [
                unit.recipe.fingerprint(digest)
                for unit, digest in zip(self.units, self.digests, strict=True)
            ],
            "combinations": {
                name: [str(column.dtype), hashlib.sha256(column.tobytes()).hexdigest()]
                for name, column in columns
            },
        }
        text = json.dumps(made_of, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
