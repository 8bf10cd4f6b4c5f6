"""The sweep explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import report_skill, report_words
from bitstockerz_lab.backtests.sweep.thumbnail import thumbnail
from bitstockerz_lab.backtests.sweep.winner import unit_of
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.controls import button, row
from bitstockerz_lab.widgets.explorer import verdict
from bitstockerz_lab.widgets.explorer.going import Going
from bitstockerz_lab.widgets.explorer.landscape import Landscape
from bitstockerz_lab.widgets.explorer.opened import Opened
from bitstockerz_lab.widgets.explorer.past import Past
from bitstockerz_lab.widgets.explorer.setup import Setup
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.table import Table
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.honest_statistics import HonestStatistics
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.estimate import Estimate
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.lab import Lab

TOP = 10
RANKED = Markup(
    '<h3>The best combinations</h3><p class="bz-quiet">A double click or Enter opens one as a run. '
    "Neighbours: the median of their scores; lead: how much better the result is than that.</p>"
)


class SweepExplorer(Panel):
    """Set a grid up, sweep it, look at what came of it, and open a combination as a run.

    Parameters
    ----------
    lab : the lab whose verbs it calls
    strategy, symbol : to begin with

    Attributes
    ----------
    setup : the fields; `setup.asked` is what they say, as `lab.backtests.sweep` takes it
    estimate : how many combinations that is, and how long it takes; None where it is not known
    sweep : the sweep that is shown, or None
    judged : its winner, deflated Sharpe ratio and PBO
    run : the run that was opened last, or None

    Examples
    --------
    >>> explorer = lab.explorer("Golden cross", "AAPL")
    >>> explorer.setup.grid.set("fast", low=5, high=60, step=5)
    >>> explorer.sweep_button.click()
    >>> explorer.sweep.best(3)
    """

    css: ClassVar[tuple[str, ...]] = ("runner", "explorer")

    def __init__(self, lab: Lab, strategy: str | None = None, symbol: str | None = None) -> None:
        super().__init__(lab, "Sweep explorer")
        self.estimate: Estimate | None = None
        self.sweep: Sweep | None = None
        self.judged: verdict.Judged | None = None
        self.statistics: HonestStatistics | None = None
        self.run: Run | None = None
        self._asks, self._busy = 0, False
        self.counted, self.going = Piece(), Going()
        self.setup = Setup(lab, self.count, strategy, symbol)
        self.sweep_button = button("Sweep", self.start, primary=True, icon="play")
        self.past = Past(lab, self.open_sweep)
        self.landscape = Landscape(self, self.open_row, self._judge)
        self.sentence, self.winner, self.around, self.skill = (Piece() for _ in range(4))
        self.honesty_button = button(
            "All statistics", self.judge, tip="Every test of luck; of many combinations it is long"
        )
        self.best = Table(
            _none(), {}, key="row", label="The best combinations", rows=TOP, searches=False
        )
        self.best.on_open(self.open_row)
        self.around.add_class("bz-around")
        self.opened = Opened(lab)
        self.found = self._laid_out()
        self.found.layout.display = "none"
        asking = row(self.sweep_button, self.counted)
        asking.add_class("bz-ask")
        self.show(
            self.setup,
            asking,
            self.going,
            self.found,
            self.past,
        )
        self.count(measure=False)  # what takes long waits until somebody looks

    def _laid_out(self) -> ipywidgets.VBox:
        self.honesty_button.layout.align_self = "flex-start"
        beside = ipywidgets.VBox([self.winner, self.honesty_button])
        beside.add_class("bz-beside")
        both = ipywidgets.Box([self.landscape, beside])
        both.add_class("bz-both")
        self.ranking = ipywidgets.VBox([Piece(RANKED), self.best])
        parts = [self.sentence, both, self.opened, self.skill, self.around, self.ranking]
        return ipywidgets.VBox(parts)

    def count(self, *, measure: bool = True) -> None:
        """Say how many combinations the fields give, and how long sweeping them takes."""
        self._asks += 1
        asks, self.estimate = self._asks, None
        try:
            asked = self.setup.asked
        except LabError as problem:
            self._uncounted(problem, asks)
            return
        self.counted.markup = "Counting …"
        asked.pop("by")
        work(
            lambda: self.lab.backtests.estimate_sweep(**asked, measure=measure),
            lambda found: self._counted(found, asks),
            otherwise=lambda problem: self._uncounted(problem, asks),
        )

    def _counted(self, found: Estimate, asks: int) -> None:
        if asks == self._asks:  # else the fields changed meanwhile
            self.estimate = found
            told = found.sentence.removeprefix(found.amount)
            self.counted.markup = Markup("<strong>{}</strong>{}").format(found.amount, told)
            self.sweep_button.disabled = self._busy

    def _uncounted(self, problem: Exception, asks: int) -> None:
        if asks != self._asks:
            return
        if not isinstance(problem, LabError):
            raise problem
        self.counted.markup = pages.notice("failed", "Not yet.", str(problem))
        self.sweep_button.disabled = True

    def start(self) -> None:
        """Sweep what the fields say; where that was stopped earlier, go on."""
        try:
            asked = self.setup.asked
        except LabError as problem:
            self.fail(problem)
            return
        self._begin()
        tell = self.going.begin("Reading bars …")
        work(
            lambda: self.lab.backtests.sweep(
                **asked, progress=tell, cancel=self.going.is_cancelled
            ),
            self._swept,
            otherwise=self._failed,
        )

    def cancel(self) -> None:
        """Stop the sweep that is under way; what is done is kept."""
        self.going.cancel_button.click()

    def open_sweep(self, sweep_id: int) -> None:
        """Show a recorded sweep, and what it was asked in the fields."""
        if self._busy:
            return
        self._begin()
        self.going.begin(f"Reading sweep {sweep_id} …", cancels=False)
        work(lambda: self.lab.backtests.get_sweep(sweep_id), self._reopened, otherwise=self._failed)

    def open_row(self, label: int) -> None:
        """Make a combination a recorded run, by its label in `sweep.results`, and show it."""
        sweep = self.sweep
        if sweep is None or self._busy:
            return
        self._begin()
        self.going.begin("Running this combination …", cancels=False)
        work(
            lambda: sweep.promote(label),
            lambda run: self._promoted(run, label),
            otherwise=self._failed,
        )

    def judge(self) -> None:
        """Work out every honest statistic of the winner; of many combinations it is long."""
        sweep = self.sweep
        if sweep is None:
            return
        self._begin()
        unit = self.landscape.unit.value
        tell = self.going.begin("Judging …", cancels=False)
        work(
            lambda: sweep.honesty(unit, progress=tell),
            lambda found: self._told_honestly(sweep, unit, found),
            otherwise=self._failed,
        )

    def _begin(self) -> None:
        self.hush()
        self._busy = True
        self.sweep_button.disabled = self.honesty_button.disabled = True

    def _end(self) -> None:
        self._busy = False
        self.going.end()
        self.sweep_button.disabled = self.honesty_button.disabled = False

    def _failed(self, problem: Exception) -> None:
        self._end()
        self.fail(problem)

    def _reopened(self, sweep: Sweep) -> None:
        self.setup.take(sweep)
        self._swept(sweep)

    def _swept(self, sweep: Sweep) -> None:
        self._end()
        self.sweep, self.run = sweep, None
        self.opened.clear()
        self._forget()
        self.found.layout.display = ""
        self.sentence.markup = verdict.title(sweep)
        self.past.refresh()
        unit = unit_of(sweep)
        if sweep.results.empty:
            self.found.layout.display = "none"
            self.say("Stopped before anything was measured.", "warning")
            return
        self.landscape.show(sweep, unit)
        self._judge(unit)

    def _judge(self, unit: int) -> None:
        """Say what the winner of a unit is and proves."""
        sweep = self.sweep
        if sweep is None:
            return
        self._forget()
        self.winner.markup = "Judging the winner …"
        work(
            lambda: verdict.judge(sweep, unit),
            lambda judged: self._judged(sweep, judged),
            otherwise=lambda problem: self._unjudged(sweep, unit, problem),
        )

    def _forget(self) -> None:
        """Show no verdict: what stood there is of another sweep or unit."""
        self.judged = self.statistics = None
        self.winner.markup = self.around.markup = self.skill.markup = ""
        self.ranking.layout.display = "none"
        self.best.frame = self.best.frame.iloc[:0]
        self.best.sorted_by = None  # the next sweep may have no such column

    def _shows(self, sweep: Sweep, unit: int) -> bool:
        """Tell whether this is still what is looked at; another may be chosen meanwhile."""
        return sweep is self.sweep and unit == self.landscape.unit.value

    def _unjudged(self, sweep: Sweep, unit: int, problem: Exception) -> None:
        if self._shows(sweep, unit):
            self._forget()
            self.fail(problem)

    def _judged(self, sweep: Sweep, judged: verdict.Judged) -> None:
        if not self._shows(sweep, judged.unit):
            return
        self.judged = judged
        self.winner.markup = verdict.headline(sweep, judged)
        self.around.markup = judged.neighbours
        self.ranking.layout.display = "none" if judged.ranking is None else ""
        if judged.ranking is not None:
            frame, self.best.columns = judged.ranking
            self.best.frame = frame.assign(row=frame.index)

    def _promoted(self, run: Run, label: int) -> None:
        self._end()
        self.run = run
        if self.sweep is not None:
            row_of = self.sweep.results.loc[label]
            chosen = self.sweep.combinations[int(row_of["combination"])]
            self.opened.show(run, report_words.pairs(chosen))

    def _told_honestly(self, sweep: Sweep, unit: int, found: HonestStatistics) -> None:
        self._end()
        if not self._shows(sweep, unit):
            return
        self.statistics = found
        self.skill.markup = Markup("").join(report_skill.told(found))

    @property
    def state(self) -> dict[str, Any]:
        """What was asked and what came of it, as plain data."""
        try:
            asked = self.setup.asked
        except LabError as problem:
            asked = {"problem": str(problem)}
        sweep, judged = self.sweep, self.judged
        lines = judged.lines if judged is not None else ()
        return {
            "asked": asked,
            "combinations": None if self.estimate is None else self.estimate.combinations,
            "seconds": None if self.estimate is None else self.estimate.seconds,
            "sweep": None if sweep is None else sweep.id,
            "status": None if sweep is None else sweep.status,
            "results": None if sweep is None else len(sweep.results),
            "winner": None if judged is None or judged.best is None else judged.best.chosen,
            **{line.name: line.number for line in lines},
            "run": None if self.run is None else self.run.id,
        }

    def still(self) -> Markup:
        """Return what came of the sweep: its sentence, its winner, and whether that is luck."""
        if self.sweep is None or self.judged is None:
            return super().still()
        rows = self.sweep.unit(self.landscape.unit.value)
        small = thumbnail(rows, self.sweep.combinations.names, self.sweep.by)
        return self.sentence.markup + small + self.winner.markup


def _none() -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - reason: only here

    return pd.DataFrame({"row": []})
