"""The combination that was opened: a run like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.result import Result

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.lab import Lab


class Opened(ipywidgets.VBox):
    """Which run it is, and the tabs of its result."""

    def __init__(self, lab: Lab) -> None:
        self.headline = Piece()
        self.result = Result(lab)
        super().__init__([self.headline, self.result])
        self.add_class("bz-opened")
        self.clear()

    def show(self, run: Run, words: str) -> None:
        """Show a run; `words` are the parameters it was made of."""
        title = Markup("<h3>{}</h3>").format(f"Run {run.id}: {words}")
        said = Markup('<p class="bz-quiet">{} <code>{}</code></p>').format(
            "It is recorded, with its trades and its report:",
            f"lab.backtests.get({run.id}).report()",
        )
        self.headline.markup = title + said
        self.result.run = run
        self.layout.display = ""

    def clear(self) -> None:
        """Show nothing."""
        self.layout.display = "none"
        self.headline.markup, self.result.run = "", None
