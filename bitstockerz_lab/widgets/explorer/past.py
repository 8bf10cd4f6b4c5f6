"""The sweeps that are recorded: a list from which one is opened again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab import measures
from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

ROWS = 8
HINT = Markup('<p class="bz-quiet">A double click or Enter opens one.</p>')


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
        self.table = Table(lab.backtests.sweeps(), COLUMNS, label="Earlier sweeps", rows=ROWS)
        self.table.on_open(opened)
        super().__init__([ipywidgets.VBox([Piece(HINT), self.table])])
        self.add_class("bz-past")
        self._count()

    def refresh(self) -> None:
        """Read the list anew."""
        self.table.frame = self._lab.backtests.sweeps()
        self._count()

    def _count(self) -> None:
        self.set_title(0, f"Earlier sweeps ({len(self.table.frame):,})")
