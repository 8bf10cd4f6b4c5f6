"""What a report says of the honesty of a run's rules: each check, its verdict, what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.pages import formats
from bitstockerz_lab.strategies.honesty.result import DEGENERATE, LOOK_AHEAD, SIGNS, WARM_UP, named

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run

DEFINITIONS = {
    LOOK_AHEAD: "Signals, stops, targets and indicators, computed again with the future cut "
    "off (code: with other futures, too), must be what they were.",
    WARM_UP: "How many bars pass until values are the same wherever the data starts, to a "
    "billionth.",
    DEGENERATE: "Conditions that are never or always true, an entry that is the exit, stops inside "
    "the costs.",
}
COLUMNS = {
    "check": pages.Column("Check", number=False),
    "verdict": pages.Column("Verdict", number=False),
    "message": pages.Column("What was found", number=False, prose=True),
}


def parts(run: Run) -> tuple[Markup, ...]:
    """Return the newest check of the run's version, or that there is none."""
    found = run.rules_check
    if found is None:
        verb = f"lab.strategies.check({run.strategy!r}, {run.symbol!r}, version={run.version})"
        words = Markup(
            "Nobody checked these rules: <code>{}</code> does it, and so does saving them again."
        ).format(verb)
        return (pages.notice("note", "Not checked.", words),)
    rows = pd.DataFrame(
        {
            "check": [one.check for one in found.results],
            "verdict": [f"{SIGNS[one.verdict]} {one.verdict}" for one in found.results],
            "message": [one.message for one in found.results],
        }
    )
    when = formats.when(found.checked_at, "1h")
    told = f"Version {run.version}, checked {when} UTC on {found.on}."
    own = run.recipe.parameters
    if dict(found.parameters) != dict(own):
        told = f"{told} This run has other parameters: {named(own)}."
    caption = Markup('<p class="bz-caption">{}</p>').format(told)
    pieces = (pages.table(rows, COLUMNS), caption, pages.facts(DEFINITIONS))
    if not found.looks_ahead:
        return pieces
    advice = "Do not believe the results above."
    return pages.notice("failed", "These rules look ahead.", advice), *pieces
