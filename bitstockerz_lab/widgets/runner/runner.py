"""The widget that backtests a strategy: choose, run, move its parameters, record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import report_sections
from bitstockerz_lab.backtests.preview import Preview
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.controls import button, first_symbol, row
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.form import Form
from bitstockerz_lab.widgets.runner.looked_at import LookedAt
from bitstockerz_lab.widgets.runner.result import Result
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.lab import Lab

TYPED_S = 0.4
FIRST_TEMPLATE = "golden-cross"


class BacktestRunner(Panel):
    """Backtest a strategy, look at what other parameters come to, record what is worth it.

    What is shown is always of what is set. Moving a parameter, a cost or the period shows what
    `lab.backtests.preview` gives; the run button and the record button do `lab.backtests.run`.

    Parameters
    ----------
    lab : whose strategies and bars
    strategy, symbol : chosen to begin with

    Attributes
    ----------
    form : its fields
    run_button, record_button, report_button, template_button, refresh_button
    result : what is shown, in tabs
    run : the last recorded run, or None
    looked_at : the settings that were looked at and not recorded

    Examples
    --------
    >>> runner = lab.runner("Golden cross", "AAPL")
    >>> runner.run_button.click()
    >>> runner.run.metrics.sharpe_ratio
    >>> runner.form.parameters["fast"].value = 20
    >>> runner.result.run.metrics.sharpe_ratio  # of a preview
    """

    css = ("runner",)

    def __init__(self, lab: Lab, strategy: str | None = None, symbol: str | None = None) -> None:
        super().__init__(lab, "Backtest")
        self.run: Run | None = None
        self.looked_at = LookedAt(lab)
        self.result = Result(lab, count=self.looked_at.write)
        self._at_work = self._is_warm = False
        self._typed = Later(self._changed, TYPED_S)
        self.form = Form(lab, chosen=self._chosen, changed=self._typed.call, moved=self.look)
        self.run_button = button(
            "Run", self.record, primary=True, tip="Run and record", icon="play"
        )
        self.record_button = button("Record", self.record, tip="Record what is shown as a run")
        self.report_button = button(
            "Report", self.report, tip="Write the recorded run's report as one HTML page"
        )
        self.template_button = button(
            "Save the golden cross", self._save_template, tip="A template to begin with"
        )
        self.refresh_button = button(
            "Refresh", self._refresh, tip="Offer what was saved meanwhile", icon="refresh"
        )
        self.status = Piece()
        buttons = (self.run_button, self.record_button, self.report_button, self.template_button)
        head = row(*buttons, self.refresh_button, self.status)
        head.add_class("bz-runner-head")
        self.show(self.form, head, self.result)
        self.add_class("bz-runner")
        with self.guard():
            self.form.refresh(strategy)
            self.form.symbol.value = first_symbol(lab) if symbol is None else symbol
        self._tell()

    def record(self) -> None:
        """Run what is set, record it, and show the run."""
        asked = self.form.asked
        if not self._may_ask():
            return

        def recorded() -> Run:
            self.looked_at.write()
            return self.lab.backtests.run(**asked)

        told = f"{asked['strategy']} on {asked['symbol']} is being run"
        self._begin(told, recorded, self._recorded)

    def look(self) -> None:
        """Show what the settings come to, without recording it."""
        if self._at_work or not self.form.is_complete:
            return
        if self._is_warm:
            with self.guard():
                self._seen(self.lab.backtests.preview(**self.form.asked))
            if self.error is not None:
                self._clear()
        else:
            asked = self.form.asked
            told = "The first look compiles the simulation"
            self._begin(told, lambda: self.lab.backtests.preview(**asked), self._seen)

    def report(self) -> None:
        """Write the report of the recorded run that is shown."""
        run = self.result.run
        if run is None or isinstance(run, Preview):
            return
        path = self.lab.reports_folder / f"run-{run.id}.html"

        def written() -> Path:
            run.report(path)
            return path

        self._begin("The report is being written", written, self.wrote)

    @property
    def state(self) -> dict[str, Any]:
        """What was asked for, what is shown of it, and what is recorded."""
        shown = self.result.run
        metrics = None if shown is None or shown.metrics is None else shown.metrics.as_dict()
        return {
            **self.form.asked,
            "run": self.run.id if self.run is not None else None,
            "shown": None if shown is None else "preview" if self._is_preview else shown.id,
            "metrics": metrics,
            "looked_at": self.looked_at.settings,
            "tab": self.result.tabs.value,
        }

    def still(self) -> Markup:
        """Return the headline figures of what is shown."""
        shown = self.result.run
        if shown is None or shown.metrics is None:
            return super().still()
        (cards,) = report_sections.headline(shown).parts
        title = f"{shown.strategy} on {shown.symbol}"
        return pages.section(title, self.status.markup, cards)  # type: ignore[arg-type]

    @property
    def _is_preview(self) -> bool:
        return isinstance(self.result.run, Preview)

    def _may_ask(self) -> bool:
        """Tell whether something can be run; say what is missing."""
        if self._at_work or self.form.is_complete:
            return not self._at_work
        symbol = self.form.symbol.symbol
        missing = "a strategy" if not self.form.strategy.value else "a symbol of this lab"
        named = f" {symbol!r} is none with bars." if symbol and missing != "a strategy" else ""
        self.say(f"Choose {missing} first.{named}", "warning")
        return False

    def _begin(self, told: str, function: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do something long, with a progress bar, and nothing else meanwhile."""
        asked, self._at_work = self.form.asked, True
        self.hush()
        words = Markup('{} … <progress aria-label="{}"></progress>')
        self.say(words.format(told, told))
        self._enable()

        def ended(follow: Callable[[Any], object], came: Any) -> None:  # noqa: ANN401 - anything
            self._at_work = False
            self.hush()
            try:
                follow(came)
            except LabError as problem:
                self.fail(problem)
            finally:
                self._enable()
            if self.form.asked != asked:  # a change that was on its way when the fields were locked
                self._clear()
                self.look()

        work(
            function,
            lambda came: ended(then, came),
            otherwise=lambda problem: ended(self._failed, problem),
        )

    def _recorded(self, run: Run) -> None:
        self.run, self._is_warm = run, True
        self.result.run = run
        self._tell()

    def _seen(self, preview: Preview) -> None:
        self._is_warm = True
        self.looked_at.take(preview)
        self.result.run = preview
        self._tell()

    def _failed(self, problem: Exception) -> None:
        self._clear()
        self.fail(problem)

    def _chosen(self) -> None:
        """Show nothing: what was shown is of another strategy or other bars."""
        self.hush()
        self._clear()

    def _changed(self) -> None:
        """Show what another cost or period comes to, where something is shown."""
        if self.result.run is not None or self.error is not None:
            self.look()

    def _clear(self) -> None:
        self.result.run = None
        self._tell()

    def _tell(self) -> None:
        """Say whether what is shown is recorded, and what was looked at."""
        shown = self.result.run
        count = self.looked_at.settings
        many = f"{count} settings" if count != 1 else "1 setting"
        looked = f"{many} looked at; each counts as a trial." if count else ""
        title = (
            "Not recorded." if self._is_preview else f"{shown.called} is recorded." if shown else ""
        )
        markup = Markup('<p class="bz-recorded"><strong>{}</strong> <span>{}</span></p>')
        self.status.markup = markup.format(title, looked)
        self._enable()

    def _enable(self) -> None:
        """Enable what can be done now."""
        working, shown = self._at_work, self.result.run
        self.form.rest(resting=working)
        self.run_button.disabled = working
        self.record_button.disabled = working or not self._is_preview
        self.report_button.disabled = working or shown is None or self._is_preview
        for one in (self.record_button, self.report_button):
            one.layout.display = "none" if shown is None else ""
        self.template_button.layout.display = "none" if self.form.strategy.options else ""

    def _refresh(self) -> None:
        with self.guard(self.refresh_button):
            self.form.refresh()
            self.form.symbol.search()
            self._enable()

    def _save_template(self) -> None:
        with self.guard(self.template_button):
            saved = self.lab.strategies.save(self.lab.strategies.template(FIRST_TEMPLATE))
            self.form.refresh(saved.name)
            self._tell()
