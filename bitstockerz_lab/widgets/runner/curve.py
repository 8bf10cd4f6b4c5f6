"""Equity against buy and hold, which follows a slider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.backtests import curve_chart, report_sections
from bitstockerz_lab.widgets.picture import Picture

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run

HEIGHT = 340


class Curve(Picture):
    """The equity of a run; of another one over the same bars only the values are sent."""

    def __init__(self) -> None:
        super().__init__(label="Equity against buy and hold", height=HEIGHT)
        self._drawn: object = None

    def take(self, run: Run) -> None:
        """Show the equity of a completed run."""
        index = run.equity.index
        over = (run.symbol, run.timeframe, index[0], len(index), index[-1], run.initial_equity)
        if over == self._drawn:
            traces, layout = curve_chart.values(run)
            axes = {name: self.figure["layout"].get(name, {}) | layout[name] for name in layout}
            self.update(traces, axes)
            return
        figure, _ = report_sections.equity(run).parts
        self.figure = figure
        self._drawn = over
