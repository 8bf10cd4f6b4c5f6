"""What is said of a sweep: its winner, whether that is luck, and how it stands among neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import report_words
from bitstockerz_lab.backtests.honest_statistics import Line, overfitting_line
from bitstockerz_lab.backtests.sweep import report_landscape
from bitstockerz_lab.backtests.sweep.pictures import place
from bitstockerz_lab.backtests.sweep.winner import Winner, winner
from bitstockerz_lab.measures.honest.definitions import DEFINITIONS
from bitstockerz_lab.pages import Card, formats

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.sweep.result import Sweep

HEADLINE = ("total_return_pct", "max_drawdown_pct", "num_trades")


@dataclass(frozen=True, slots=True)
class Judged:
    """The winner of a unit, and what it proves.

    Attributes
    ----------
    unit : the unit's number
    best : the winner; None where no combination has a score
    deflated, overfitting : the deflated Sharpe ratio and the PBO, a sentence each; None without
        a winner
    ranking : the best combinations of the unit and how to show them, as `report_landscape.ranked`
    neighbours : how the winner stands among its neighbours
    """

    unit: int
    best: Winner | None = None
    deflated: Line | None = None
    overfitting: Line | None = None
    ranking: tuple[pd.DataFrame, dict[str, pages.Column]] | None = None
    neighbours: Markup = Markup()  # noqa: RUF009 - it is immutable

    @property
    def lines(self) -> tuple[Line, ...]:
        """Both, where there are any."""
        return tuple(line for line in (self.deflated, self.overfitting) if line is not None)


def judge(sweep: Sweep, unit: int) -> Judged:
    """Return the winner of a unit and what it proves; of many combinations this takes seconds."""
    best = winner(sweep, unit)
    if best is None:
        return Judged(unit)
    found = sweep.verdict(unit, int(best.row["combination"]))
    return Judged(
        unit,
        best,
        Line("deflated", found.deflated, found.sentences["deflated"]),
        overfitting_line(sweep.pbo(unit)),
        report_landscape.ranked(sweep, unit),
        _neighbours(sweep, best),
    )


def title(sweep: Sweep) -> Markup:
    """Return which sweep it is, how far it came, and what is to be said of it."""
    number = f"Sweep {sweep.id}" if sweep.id is not None else "A sweep"
    took = formats.number(sweep.seconds, 1, unit="s")
    words = f"{number} of {sweep.strategy}: {len(sweep.results):,} results, {sweep.status}, {took}"
    notices = sweep.show.split("\n")[1:]
    told = Markup("").join(pages.notice("note", "", one) for one in notices)
    return Markup("<h3>{}</h3>").format(words) + told


def headline(sweep: Sweep, judged: Judged) -> Markup:
    """Return the winner's numbers and beside them what they prove."""
    best = judged.best
    if best is None:
        told = "No combination traded and has a score: there is no winner. "
        return pages.notice("warning", "No winner.", told + "Take another grid or period.")
    texts = {
        name: report_words.value_text(name, best.row[name])
        for name in dict.fromkeys((sweep.by, *HEADLINE))
    }
    cards = [Card(measures.DEFINITIONS[name].label, text) for name, text in texts.items()]
    title = Markup("<h3>{}</h3>").format(f"The winner: {report_words.pairs(best.chosen)}")
    where = Markup('<p class="bz-quiet">{}</p>').format(place(sweep, best.unit.number))
    return title + where + pages.cards(cards) + luck(judged)


def luck(judged: Judged) -> Markup:
    """Return the deflated Sharpe ratio and the PBO, with one sentence each."""
    told = Markup(
        '<div class="bz-luck"><dt>{}</dt><dd class="bz-value">{}</dd><dd class="bz-note">{}</dd>'
        "</div>"
    )
    body = Markup("").join(
        told.format(DEFINITIONS[line.name].label, line.text, line.sentence) for line in judged.lines
    )
    return Markup('<h3>Skill or luck?</h3><dl class="bz-lucks">{}</dl>').format(body)


def _neighbours(sweep: Sweep, best: Winner) -> Markup:
    section = report_landscape.neighbourhood(sweep, best)
    parts = [part for part in section.parts if isinstance(part, Markup)]
    return Markup("<h3>{}</h3>").format(section.title) + Markup("").join(parts)
