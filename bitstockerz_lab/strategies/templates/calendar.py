"""Trade by the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import day_of_month, parameter, strategy
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition

HALF = 15


@template(
    "turn-of-month",
    family="calendar",
    idea="Own it from the last days of a month to the third session of the next.",
    works="Share indices have made much of their gain around the turn of the month, when wages "
    "and pensions are invested; the money is free for the rest of the month.",
    fails="It is a habit, not a law: it has been weaker since it became known, it is smaller than "
    "a bad day, and costs come twelve times a year.",
    left_out="The study holds from the last session of the month. Which session is the last one, "
    "nobody can tell from the bars up to it, since that needs the next one's date; so this buys "
    "after the first close on or after a day of the month, some sessions early. It counts bars of "
    "the new month, so it is meant for daily bars.",
    source="J. Lakonishok, S. Smidt, Are Seasonal Anomalies Real? A Ninety-Year Perspective, "
    "Review of Financial Studies 1 (1988)",
)
def turn_of_month() -> Definition:
    """Return the last days of a month and the first sessions of the next."""
    sessions = parameter("sessions", 3, min=1, max=6, step=1)
    return strategy(
        "Turn of month",
        enter=day_of_month >= parameter("day", 26, min=20, max=28, step=1),
        leave=(day_of_month < HALF).for_bars(sessions),
    )
