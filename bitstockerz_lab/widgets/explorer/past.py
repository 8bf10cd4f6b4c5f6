"""The sweeps that are recorded: a list from which one is opened again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ipywidgets

from bitstockerz_lab import measures
from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

ROWS = 8


def _metric(name: str) -> str:
    return measures.DEFINITIONS[name].label


COLUMNS = {
    "id": Column("Sweep", formats.count),
    "strategy": Column("Strategy", number=False),
    "symbols": Column("Symbols", number=False),
    "combinations": Column("Combinations", formats.count),
    "units": Column("Units", formats.count),
    "chosen_by": Column("Ranked by", _metric, number=False),
    "status": Column("Status", number=False),
    "seconds": Column("Took", partial(formats.number, decimals=1), unit="s"),
    "created_at": Column("When", partial(formats.when, timeframe="1h"), number=False),
}


class Past(ipywidgets.Accordion):
    """Earlier sweeps, folded away; a double click or Enter opens one.

    Parameters
    ----------
    lab : whose sweeps
    opened : called with the id of one
    """

    def __init__(self, lab: Lab, opened: Callable[[int], object]) -> None:
        self._lab = lab
        self.table = Table(
            lab.backtests.sweeps(), COLUMNS, label="Earlier sweeps", rows=ROWS, select="one"
        )
        self.table.on_open(opened)
        self.table.observe(lambda change: self._chosen(change["new"], opened), "selected")
        super().__init__([self.table])
        self.add_class("bz-past")
        self._count()

    def refresh(self) -> None:
        """Read the list anew."""
        self.table.frame = self._lab.backtests.sweeps()
        self._count()

    def _chosen(self, keys: list[int], opened: Callable[[int], object]) -> None:
        for key in keys:
            opened(key)

    def _count(self) -> None:
        self.set_title(0, f"Earlier sweeps ({len(self.table.frame):,})")
