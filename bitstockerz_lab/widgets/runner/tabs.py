"""What the tabs of a result show: pieces of the report, in widgets that can show another run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import report_sections, report_tables, report_words
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.curve import Curve
from bitstockerz_lab.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.backtests.data_check import DataCheck
    from bitstockerz_lab.backtests.report_sections import Section
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.lab import Lab

ROWS = 12


class Sections(ipywidgets.VBox):
    """Sections of the report of whichever run it takes."""

    def __init__(self, sections: Callable[[Run], tuple[Section, ...]]) -> None:
        super().__init__()
        self._sections = sections

    def take(self, run: Run) -> None:
        """Show the sections of a run; where they are of the same kinds, in the same widgets."""
        parts = [(part, one.title) for one in self._sections(run) for part in one.outputs()]
        kinds = [Piece if isinstance(part, Markup) else Picture for part, _ in parts]
        if [type(child) for child in self.children] != kinds:
            self.children = [kind() for kind in kinds]
        for child, (part, title) in zip(self.children, parts, strict=True):
            if isinstance(child, Piece):
                child.markup = part
            else:
                child.label = title
                child.figure = part


CHARGED = ("fee_bps", "fixed_fee", "slippage_bps")
FREE = "Every fill is free here, and at the very open. Fee and slippage make it honest."


class Overview(ipywidgets.VBox):
    """What a reader must know, the headline figures, and the curve."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._asked: object = None
        self.notices = Piece()
        self.headline = Piece()
        self.curve = Curve()
        super().__init__([self.notices, self.headline, self.curve])
        self.add_class("bz-overview")

    def take(self, run: Run) -> None:
        """Show a run of any status."""
        known = run.metrics is not None
        self.curve.layout.display = self.headline.layout.display = "" if known else "none"
        if known:
            (self.headline.markup,) = report_sections.headline(run).parts
            self.curve.take(run)
        notices = [*report_words.notices(run, self._checked(run))]
        if not any(run.details.costs[name] for name in CHARGED):
            notices.append(pages.notice("note", "No costs.", FREE))
        told = Markup("\n").join(notices)
        if told != self.notices.markup:
            self.notices.markup = told

    def _checked(self, run: Run) -> DataCheck:
        """Return what is known of the run's bars, read anew only if somebody wrote since."""
        recipe = run.recipe
        bars = (recipe.symbol, recipe.timeframe, recipe.start, recipe.end, recipe.reads)
        asked = (bars, self._lab.database.state)
        if asked != self._asked:
            self._data, self._asked = run.data_check, asked
        return self._data


class Trades(ipywidgets.VBox):
    """Every trade, to be sorted and searched."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Table | None = None
        self.caption = Piece()
        self._columns: dict[str, pages.Column] = {}  # the table's own, read when it draws

    def take(self, run: Run) -> None:
        """Show the trades of a completed run."""
        if run.trades.empty:
            words = report_words.no_trades(run)
            self.caption.markup = pages.notice("note", "No trades.", words)
            self.children = [self.caption]
            return
        self._columns.clear()
        self._columns.update(report_tables.trade_columns(run))
        rows = report_tables.numbered(run)
        if self.table is None:
            self.table = Table(rows, self._columns, key="number", label="Trades", rows=ROWS)
        else:
            self.table.frame = rows
        self.caption.markup = report_sections.caption(report_words.trades(run))
        self.children = [self.table, self.caption]


def price(run: Run) -> tuple[Section, ...]:
    """Return the price with entries and exits."""
    return (report_sections.price(run),)


def equity(run: Run) -> tuple[Section, ...]:
    """Return equity against buy and hold, and the drawdown."""
    return report_sections.equity(run), report_sections.drawdown(run)


def months(run: Run) -> tuple[Section, ...]:
    """Return the returns by month."""
    return (report_sections.months(run),)


def costs(run: Run) -> tuple[Section, ...]:
    """Return the costs assumed and paid."""
    return (report_sections.costs(run),)


def honesty(run: Run) -> tuple[Section, ...]:
    """Return whether it is skill, whether the rules are honest, and what is odd about the bars."""
    data = run.data_check
    skill = (report_sections.skill(run),) if run.metrics is not None else ()
    return *skill, report_sections.honesty(run), *report_sections.findings(data)


def made_of(run: Run) -> tuple[Section, ...]:
    """Return what the run was made of, and every figure with its definition."""
    every = (report_sections.definitions(run),) if run.metrics is not None else ()
    return report_sections.provenance(run, run.data_check), *every
