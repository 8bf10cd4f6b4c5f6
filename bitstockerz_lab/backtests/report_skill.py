"""What a report says of whether a run's result is skill, as all that was tried is known today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.errors import TradingError

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.honest_statistics import HonestStatistics
    from bitstockerz_lab.backtests.run import Run

COLUMNS = {
    "label": pages.Column("Number", number=False),
    "value": pages.Column("Value"),
    "definition": pages.Column("What it is", number=False, prose=True),
    "sentence": pages.Column("What it says here", number=False, prose=True),
}


def parts(run: Run) -> tuple[Markup, ...]:
    """Return the verdict and the numbers behind it; or that there is nothing to judge."""
    try:
        found = run.honesty(robust=False)
    except TradingError as nothing:
        return (pages.notice("note", "Nothing to judge.", str(nothing)),)
    if not run.id:  # a preview
        return told(found)
    caption = Markup('<p class="bz-caption">{} <code>{}</code> {}</p>').format(
        "What was tried later counts, too, when this is asked again.",
        f"lab.backtests.get({run.id}).honesty()",
        "adds costs doubled, near parameters and worse fills.",
    )
    return *told(found), caption


def told(found: HonestStatistics) -> tuple[Markup, Markup]:
    """Return the verdict as a banner, and the numbers behind it as a table."""
    word, _, why = found.conclusion.partition(": ")
    # luck is no fault of the run's: a note, not a warning
    verdict = pages.notice("note", f"{word}.", why[:1].upper() + why[1:])
    return verdict, pages.table(found.table, COLUMNS)
