"""Chosen runs side by side: their growth, their figures with the best marked, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab.backtests import comparison, comparison_tables
from bitstockerz_lab.backtests.report_sections import caption
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.comparison import Comparison

OWN, SHARED = "from each run's own start", "from the first day all share"


class Beside(ipywidgets.VBox):
    """A comparison of runs, drawn.

    Attributes
    ----------
    shown : the Comparison that is shown, or None
    since : where the lines begin at 100: a dropdown, there only if it makes a difference
    """

    def __init__(self) -> None:
        self.shown: Comparison | None = None
        self.heading = Piece()
        self.since = ipywidgets.Dropdown(
            options=[OWN, SHARED],
            description="Rebased",
            tooltip="Where every line begins at 100",
        )
        self.since.observe(lambda _: self._draw(), "value")
        self.growth = Picture(label="Growth of the chosen runs, each from 100")
        self.words = Piece()
        self.drawdown = Picture(label="Drawdown of the chosen runs, in percent")
        self.tables = Piece()
        super().__init__(
            [self.heading, self.since, self.growth, self.words, self.drawdown, self.tables]
        )
        self.add_class("bz-beside")
        self.clear()

    def show(self, found: Comparison) -> None:
        """Show a comparison.

        Parameters
        ----------
        found : as `lab.backtests.comparison` gives it
        """
        self.shown = found
        runs = found.runs
        names = ", ".join(str(run.id) for run in runs)
        title = f"Runs {names} side by side" if len(runs) > 1 else f"Run {names}"
        told = Markup("").join(comparison.notices(runs))
        self.heading.markup = Markup("<h3>{}</h3>").format(title) + told
        periods = {(run.equity.index[0], run.equity.index[-1]) for run in runs}
        shares = comparison.shared_period(runs) is not None
        self.since.layout.display = "" if len(periods) > 1 and shares else "none"
        self._draw()
        self.drawdown.figure = comparison.drawdowns(runs)
        several = len(runs) > 1
        parts = [Markup("<h3>What differs</h3>"), comparison_tables.differing(runs)]
        self.tables.markup = Markup("").join(
            [
                *(parts if several else []),
                Markup("<h3>Every figure</h3>"),
                comparison_tables.figures(runs),
                comparison.star(runs) if several else Markup(),
            ]
        )
        self.layout.display = ""

    def clear(self) -> None:
        """Show nothing."""
        self.shown = None
        self.layout.display = "none"
        self.growth.figure = self.drawdown.figure = None
        self.heading.markup = self.words.markup = self.tables.markup = ""

    def _draw(self) -> None:
        if self.shown is None:
            return
        runs = self.shown.runs
        shared = self.since.value == SHARED and self.since.layout.display == ""
        self.growth.figure = comparison.growth(runs, shared=shared)
        told = "" if len(runs) == 1 else comparison.same_start(runs)
        self.words.markup = caption("Every line begins at 100 on that day." if shared else told)
