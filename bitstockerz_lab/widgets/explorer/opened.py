"""The combination that was opened: a run like any other, with its numbers and its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab.backtests import report_sections
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run


class Opened(ipywidgets.VBox):
    """A run's numbers, its trades on the price, its equity beside buy and hold."""

    def __init__(self) -> None:
        self.headline = Piece()
        self.picture = Picture(label="Price with trades, equity and drawdown of the opened run")
        super().__init__([self.headline, self.picture])
        self.add_class("bz-opened")
        self.clear()

    def show(self, run: Run, words: str) -> None:
        """Show a run; `words` are the parameters it was made of."""
        title = Markup("<h3>{}</h3>").format(f"Run {run.id}: {words}")
        said = Markup('<p class="bz-quiet">{} <code>{}</code></p>').format(
            "It is recorded, with its trades and its report:",
            f"lab.backtests.get({run.id}).report()",
        )
        parts = [part for part in report_sections.headline(run).parts if isinstance(part, Markup)]
        self.headline.markup = title + said + Markup("").join(parts)
        self.picture.figure = run.chart()
        self.layout.display = ""

    def clear(self) -> None:
        """Show nothing."""
        self.layout.display = "none"
        self.headline.markup, self.picture.figure = "", None
