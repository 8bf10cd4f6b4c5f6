"""What stands below the form: the rules as JSON, what changed, what checks found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from bitstockerz_lab import pages
from bitstockerz_lab.widgets.editor import views
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies.diff.changes import Diff
    from bitstockerz_lab.strategies.honesty.result import Honesty
    from bitstockerz_lab.strategies.problems import Problem


class Outcomes(ipywidgets.Tab):
    """JSON that can be edited, changes, verdicts.

    Parameters
    ----------
    written : called with the JSON that somebody wrote; returns why it is not taken

    Attributes
    ----------
    json : the field
    problems, changes, honesty : what is told in each tab
    """

    def __init__(self, written: Callable[[str], list[Problem]]) -> None:
        self._written = written
        self._drawing = False
        layout = ipywidgets.Layout(width="auto", height="320px")
        self.json = ipywidgets.Textarea(
            continuous_update=False, tooltip="The definition's JSON", layout=layout
        )
        self.problems, self.changes, self.honesty = Piece(), Piece(), Piece()
        self.json.observe(lambda change: self._heard(change["new"]), "value")
        boxes = ([self.problems, self.json], [self.changes], [self.honesty])
        super().__init__(
            [ipywidgets.VBox(box) for box in boxes], titles=("JSON", "Changes", "Honesty")
        )

    def show_json(self, text: str) -> None:
        """Show the rules' JSON."""
        self._drawing = True
        try:
            self.json.value = text
        finally:
            self._drawing = False
        self.problems.markup = ""

    def show_changes(self, found: Diff | None) -> None:
        """Show what changed; None for nothing yet."""
        self.changes.markup = "" if found is None else views.changes(found)

    def show_honesty(self, found: Honesty | None) -> None:
        """Show verdicts; None where nothing was checked."""
        self.honesty.markup = "" if found is None else views.honesty(found)

    def _heard(self, text: str) -> None:
        if self._drawing:
            return
        problems = self._written(text)
        told = " ".join(map(str, problems))
        self.problems.markup = pages.notice("failed", "Not taken.", told) if problems else ""
