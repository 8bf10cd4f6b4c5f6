"""The run browser: everything in it is a verb of `lab.backtests`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests.comparison import STYLES
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.result import Result, heading
from bitstockerz_lab.widgets.runs.actions import Actions
from bitstockerz_lab.widgets.runs.beside import Beside
from bitstockerz_lab.widgets.runs.filters import Filters
from bitstockerz_lab.widgets.runs.listing import Listing, rows_of
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.backtests.comparison import Comparison
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.verify import Verification
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.strategies import StrategyVersion

MOST = len(STYLES)
"""So many lines can be told apart."""


class RunBrowser(Panel):
    """Recorded runs: find, choose, compare, open, verify, annotate, hand over.

    Parameters
    ----------
    lab : whose runs

    Attributes
    ----------
    filters : `query`, `status`, `tag`, `windows`: fields that narrow the table
    table : the runs; `table.selected` are the ids of those chosen in it
    chosen : ids of all chosen runs, also of those that the filters hide
    actions : the buttons and their fields
    beside : the chosen runs side by side; `beside.shown` is a Comparison
    opened : the run that was opened; `opened.run`
    came_of : what the last verify, report, promote or export came to

    Examples
    --------
    >>> browser = lab.runs()  # doctest: +SKIP
    >>> browser.filters.query.value = "golden AAPL"
    >>> browser.chosen = [3, 5]
    >>> browser.beside.shown.runs
    """

    css: ClassVar[tuple[str, ...]] = ("runner", "runs")

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, "Runs")
        self._chosen: list[int] = []
        self._without_results: set[int] = set()
        self._filling = False
        self._asked = 0
        self.came_of: Any = None
        self.filters = Filters(self._fill)
        self.table = Listing(lab)
        self.table.observe(self._picked, "selected")
        self.table.on_open(self.open_run)
        self.actions = Actions(
            {
                "open": lambda: self.open_run(self._chosen[0]),
                "verify": self.verify,
                "report": self.report,
                "promote": self.promote,
                "export": self.export,
                "tag": partial(self._say_of, "tag"),
                "untag": partial(self._say_of, "untag"),
                "note": partial(self._say_of, "note"),
                "clear": partial(self._choose, []),
            },
            lab.path.parent / "exports",
        )
        self.beside = Beside()
        self.heading = Piece()
        self.opened = Result(lab)
        self._compare_later = Later(self._compare, delay_s=0.25)
        self.show(
            self.filters.box, self.table, self.actions.box, self.heading, self.opened, self.beside
        )
        self.refresh()

    @property
    def chosen(self) -> list[int]:
        """The ids of the chosen runs, in the order they were chosen."""
        return list(self._chosen)

    @chosen.setter
    def chosen(self, run_ids: list[int]) -> None:
        self._choose(run_ids)

    def refresh(self) -> None:
        """Read the runs that are wanted anew, and the tags there are."""
        with self.guard():
            self.filters.offer(self.lab.backtests.tags()["tag"])
        if self.error is None:
            self._fill()

    def _fill(self) -> None:
        with self.guard():
            found = rows_of(self.lab.backtests.list(**self.filters.wanted))
            completed = self._note_results(found)
            self._filling = True
            try:
                self.table.frame = found
                self._mark()
            finally:
                self._filling = False
            if completed & set(self._chosen):
                self._compare_later.call()
        self._fit()

    def _note_results(self, found: pd.DataFrame) -> set[int]:
        """Keep which runs have no results, and return those that have some since the last look."""
        lacks = found["total_return_pct"].isna()
        completed = self._without_results & set(found.loc[~lacks, "id"])
        self._without_results |= set(found.loc[lacks, "id"])
        self._without_results -= completed
        return completed

    def _mark(self) -> None:
        """Have the table show which of its runs are chosen."""
        known = set(self.table.frame["id"])
        self.table.selected = [one for one in self._chosen if one in known]

    def open_run(self, run_id: int) -> None:
        """Show a run: its numbers, its charts, its trades, what it was made of."""
        self._carry_out(
            f"Opening run {run_id} …",
            lambda: self.lab.backtests.get(run_id),
            self._show_run,
        )

    def verify(self) -> None:
        """Recompute the chosen runs, and compare bit for bit."""
        chosen = self.chosen
        self._carry_out(
            "Recomputing, then asking the second engine …",
            lambda: [self.lab.backtests.verify(run_id) for run_id in chosen],
            self._verified,
        )

    def report(self) -> None:
        """Write the report of the chosen run, or of the comparison of several, as one page."""
        chosen = self.chosen
        named = "-".join(map(str, chosen[:MOST]))
        folder = self.lab.reports_folder

        def written() -> list[Path]:
            if len(chosen) == 1:
                path = folder / f"run-{chosen[0]}.html"
                self.lab.backtests.get(chosen[0]).report(path)
            else:
                path = folder / f"comparison-{named}.html"
                self.lab.backtests.comparison(chosen).write(path)
            return [path]

        self._carry_out("Writing the report …", written, lambda pages: self.wrote(*pages))

    def export(self) -> None:
        """Write the chosen runs to files, a folder each."""
        chosen, actions = self.chosen, self.actions
        folder, kind = actions.folder.value, actions.format.value
        overwrite = actions.replace.value

        def written() -> list[Path]:
            runs = [self.lab.backtests.get(run_id) for run_id in chosen]
            return [run.export(folder, kind, overwrite=overwrite) for run in runs]

        self._carry_out("Exporting …", written, self._exported)

    def promote(self) -> None:
        """Make the chosen run's rules a new version, its parameters the defaults."""
        run_id, name = self._chosen[0], self.actions.name.value.strip() or None
        self._carry_out(
            "Promoting …",
            lambda: self.lab.backtests.promote(run_id, name),
            partial(self._promoted, run_id),
        )

    @property
    def state(self) -> dict[str, Any]:
        """What was asked for, found and chosen, and what is shown."""
        shown, opened = self.beside.shown, self.opened.run
        return {
            **self.filters.wanted,
            "found": len(self.table.frame),
            "chosen": self.chosen,
            "compared": [run.id for run in shown.runs] if shown else [],
            "opened": opened.id if opened else None,
            "error": str(self.error) if self.error else None,
        }

    def still(self) -> Markup:
        """Return the rows in view as a table."""
        found = len(self.table.frame)
        if not found:
            return pages.notice("note", "No runs.", "lab.backtests.run(...) makes the first.")
        table = pages.table(self.table.shown, self.table.columns)
        told = f"The newest {len(self.table.shown)} of {found:,} runs."
        return table + Markup('<p class="bz-caption">{}</p>').format(told)

    def _choose(self, run_ids: list[int]) -> None:
        self._chosen = list(dict.fromkeys(run_ids))
        self._filling = True
        try:
            self._mark()
        finally:
            self._filling = False
        self._changed()

    def _picked(self, _change: object) -> None:
        if self._filling:
            return
        selected, known = self.table.selected, set(self.table.frame["id"])
        kept = [one for one in self._chosen if one not in known or one in selected]
        self._chosen = kept + [one for one in selected if one not in kept]
        self._changed()

    def _changed(self) -> None:
        self._fit()
        self._compare_later.call()

    def _fit(self) -> None:
        known = set(self.table.frame["id"])
        hidden = sum(one not in known for one in self._chosen)
        self.actions.fit(self._chosen, hidden, MOST)

    def _compare(self) -> None:
        """Set the chosen runs side by side; those chosen last, of very many."""
        self._asked += 1
        chosen = [one for one in self._chosen if one not in self._without_results][-MOST:]
        asked = self._asked
        if not chosen:
            self.beside.clear()
            return

        def took(found: Comparison) -> None:
            if asked == self._asked:  # else others were chosen meanwhile
                self.beside.show(found)

        def failed(problem: Exception) -> None:
            if asked == self._asked:
                self.beside.clear()
                self.fail(problem)

        self.hush()
        work(lambda: self.lab.backtests.comparison(chosen), took, otherwise=failed)

    def _say_of(self, verb: str) -> None:
        """Tag, untag or annotate the chosen runs with what was typed."""
        text = self.actions.text
        with self.guard():
            getattr(self.lab.backtests, verb)(self.chosen, text.value.strip())
            text.value = ""
        if self.error is None:
            self.refresh()

    def _carry_out(self, told: str, function: Callable[[], Any], then: Callable[..., None]) -> None:
        """Do something long with no button enabled, and say what came of it."""
        self.hush()
        self.say(told)
        self.actions.rest()

        def took(result: Any) -> None:  # noqa: ANN401 - whatever the verb gives
            self.hush()
            self._fit()
            self.came_of = result
            then(result)

        def failed(problem: Exception) -> None:
            self._fit()
            self.fail(problem)

        work(function, took, otherwise=failed)

    def _show_run(self, run: Run) -> None:
        self.heading.markup = heading(run)
        self.opened.run = run

    def _verified(self, found: list[Verification]) -> None:
        kind = "done" if all(one.ok for one in found) else "failed"
        self.say(" ".join(f"{'✓' if one.ok else '✗'} {one}" for one in found), kind)

    def _exported(self, paths: list[Path]) -> None:
        self.say(f"Written: {', '.join(map(str, paths))}", "done")

    def _promoted(self, run_id: int, made: StrategyVersion) -> None:
        told = f"{made.name}, version {made.version}, has the rules of run {run_id}."
        self.say(f"{told} Its parameters are the defaults.", "done")
