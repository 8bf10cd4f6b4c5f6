"""What rules do on the bars of a symbol, as far as they hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import marks_chart
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.controls import SymbolField, first_symbol, row
from bitstockerz_lab.widgets.editor import views
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.looked_at import LookedAt

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.preview import Preview
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.widgets.editor.draft import Draft

HEIGHT = 340
OLDER = "The preview below is of the rules as they last held together."


class PreviewBox(ipywidgets.VBox):
    """Entries and exits on a chosen symbol's bars; each setting looked at counts as a trial.

    Parameters
    ----------
    lab : where the bars are
    symbol : to begin with; the first there is if left out

    Attributes
    ----------
    symbol, timeframe : whose bars, and which
    preview : what the rules came to, or None
    """

    def __init__(self, lab: Lab, symbol: str | None = None) -> None:
        self._lab = lab
        self._draft: Draft | None = None
        self._bars: tuple[object, ...] = ()
        self._looked_at = LookedAt(lab)
        self._later = Later(self._look)
        self.preview: Preview | None = None
        self.symbol = SymbolField(lab, symbol or first_symbol(lab), label="Preview on")
        self.timeframe = ipywidgets.Dropdown(tooltip="How long a bar is")
        self.timeframe.layout.width = "90px"
        self.picture = Picture(None, label="Price with entries and exits", height=HEIGHT)
        self.told = Piece()
        self._offer_timeframes()
        self.symbol.observe(lambda _: self._chosen(), "value")
        self.timeframe.observe(lambda _: self._later.call(), "value")
        super().__init__([row(self.symbol, self.timeframe), self.told, self.picture])

    def take(self, draft: Draft) -> None:
        """Show what a draft does, once it rests for a moment."""
        self._draft = draft
        self._later.call()

    def count(self) -> None:
        """Write down, now, what was looked at as trials."""
        self._looked_at.write()

    def _chosen(self) -> None:
        before = self.timeframe.value
        self._offer_timeframes()
        if self.timeframe.value == before:  # else that has called already
            self._later.call()

    def _offer_timeframes(self) -> None:
        """Offer the timeframes of the symbol, as soon as what is typed is one."""
        symbol = self.symbol.symbol
        try:
            found = self._lab.market.timeframes(symbol) if symbol else []
        except LabError:
            found = []  # somebody is typing
        if list(self.timeframe.options) != found:
            self.timeframe.options = found
            self.timeframe.value = found[0] if found else None
        self.timeframe.layout.display = None if len(found) > 1 else "none"

    def _look(self) -> None:
        """Preview the draft; what keeps it from that is told."""
        draft = self._draft
        if draft is None:
            return
        if draft.problems:
            told = pages.notice("note", "", OLDER) if self.preview is not None else ""
            self.told.markup = told
            return
        if not self.symbol.symbol:
            way_out = 'Load some: lab.market.load("synthetic", "DEMO-A").'
            self.told.markup = pages.notice("note", "No bars to look at.", way_out)
            return
        try:
            found = self._lab.backtests.preview(
                draft.definition, self.symbol.symbol, timeframe=self.timeframe.value
            )
        except LabError as problem:
            self._nothing(problem)
        else:
            self._show(found)

    def _nothing(self, problem: LabError) -> None:
        self.preview = None
        self._bars = ()
        self.picture.figure = None
        self.told.markup = pages.notice("note", "No preview.", str(problem))

    def _show(self, found: Preview) -> None:
        """Draw a preview; where the price is drawn already, only what is marked on it moves."""
        bars = found.bars
        digest = found.details.bars_digest
        drawn = (found.symbol, found.timeframe, bars.index[0], len(bars), digest)
        if drawn == self._bars:
            self.picture.update(marks_chart.marks(bars, found.trades))
        else:
            self.picture.figure = marks_chart.figure(bars, found.trades)
            self._bars = drawn
        self.preview = found
        self.told.markup = views.preview(found)
        self._looked_at.take(found)
