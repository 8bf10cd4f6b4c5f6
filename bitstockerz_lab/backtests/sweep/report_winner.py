"""What a sweep's report says of the winner: its numbers, its curve, whether it is skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import charts, report_sections, report_skill, report_tables
from bitstockerz_lab.backtests import report_words as words_of
from bitstockerz_lab.backtests.report_sections import Section
from bitstockerz_lab.backtests.sweep.pictures import place
from bitstockerz_lab.errors import TradingError

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.honest_statistics import HonestStatistics
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.backtests.sweep.winner import Winner

HELD = (
    "total_return_pct", "cagr_pct", "max_drawdown_pct", "longest_drawdown_days", "volatility_pct",
    "sharpe_ratio", "sortino_ratio", "calmar_ratio", "tail_ratio", "final_equity",
)  # fmt: skip
"""The metrics that buy and hold has as well."""

BESIDE = {
    "label": pages.Column("Figure", number=False),
    "winner": pages.Column("Winner"),
    "held": pages.Column("Buy and hold"),
    "meaning": pages.Column("What it means", number=False, prose=True),
}


def judged(sweep: Sweep, best: Winner) -> HonestStatistics | TradingError:
    """Return what the winner proves, or why nothing can be judged."""
    try:
        return sweep.honesty(best.unit.number, int(best.row["combination"]))
    except TradingError as nothing:
        return nothing


def sections(
    sweep: Sweep, best: Winner, found: HonestStatistics | TradingError, unit: int | None
) -> tuple[Section, ...]:
    """Return the winner's numbers beside buy and hold, what they prove, its curve, its costs."""
    several = len(sweep.units) > 1
    where = f" on {place(sweep, best.unit.number)}" if several else ""
    among = "what was tried on this unit" if several and unit is not None else "all that was tried"
    told = (
        f"{words_of.pairs(best.chosen)}{where}: the best of {among}, by "
        f"{measures.DEFINITIONS[best.by].label}. It was chosen for that, on the very bars "
        "these numbers are of, so they are better than what is to be expected of it."
    )
    return (
        Section("The winner", "winner", (_sentence(told), *report_sections.headline(best).parts)),
        Section("Is it skill?", "skill", _skill(best, found)),
        Section("The winner beside buy and hold", "beside", (beside(best),)),
        report_sections.equity(best),
        Section("What the winner paid", "costs", (pages.facts(words_of.paid(best)),)),
    )


def beside(best: Winner) -> Markup:
    """Return the winner's metrics beside those of buy and hold, each with its definition."""
    currency, known = charts.currency_of(best), measures.DEFINITIONS
    rows = pd.DataFrame(
        {
            "label": [known[name].label for name in HELD],
            **{
                side: [words_of.value_text(name, getattr(of, name), currency) for name in HELD]
                for side, of in (("winner", best.metrics), ("held", best.held))
            },
            "meaning": [known[name].text for name in HELD],
        }
    )
    return pages.table(rows, BESIDE)


def definitions(best: Winner) -> Section:
    """Return every number of the winner with its definition beside it."""
    title = "Every figure of the winner and what it means"
    return Section(title, "definitions", (report_tables.metrics(best),))


def _skill(best: Winner, found: HonestStatistics | TradingError) -> tuple[Markup, ...]:
    if isinstance(found, TradingError):
        return (pages.notice("note", "Nothing to judge.", str(found)),)
    call = f"sweep.honesty({best.unit.number}, {int(best.row['combination'])})"
    words = Markup('<p class="bz-caption">In Python: <code>{}</code></p>').format(call)
    return *report_skill.told(found)[1:], words


def _sentence(words: str) -> Markup:
    return Markup("<p>{}</p>").format(words)
