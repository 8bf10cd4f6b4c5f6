"""What the editor shows beside its form: the summary, what a preview came to, changes, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.pages import formats
from bitstockerz_lab.strategies.honesty.result import SIGNS

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.preview import Preview
    from bitstockerz_lab.strategies.diff.changes import Diff
    from bitstockerz_lab.strategies.honesty.result import Honesty
    from bitstockerz_lab.widgets.editor.draft import Draft

CHECKS = {
    "check": pages.Column("Check", number=False),
    "verdict": pages.Column("Verdict", number=False),
    "message": pages.Column("What was found", number=False, prose=True),
}
CHANGES = {
    "kind": pages.Column("", number=False),
    "sentence": pages.Column("What changed", number=False, prose=True),
    "path": pages.Column("Where", number=False),
}


def summary(draft: Draft) -> Markup:
    """Return the rules in English, or how much is still wrong with them."""
    if not {"enter_long", "enter_short", "python"} & set(draft.document):
        way_out = "Add a condition under “Buy when”, or start from a template."
        return pages.notice("note", "No rules yet.", way_out)
    if draft.problems:
        count = len(draft.problems)
        told = "One thing is" if count == 1 else f"{count} things are"
        first = draft.problems[0]
        return pages.notice("warning", f"{told} not right yet.", str(first))
    lines = Markup("").join(Markup("<p>{}</p>").format(one) for one in draft.summary.split("\n"))
    return Markup('<div class="bz-summary" role="status">{}</div>').format(lines)


def preview(found: Preview) -> Markup:
    """Return how often rules enter and leave on the previewed bars."""
    signals, trades = found.signals, found.trades
    entries = int((signals["long_entry"] | signals["short_entry"]).sum())
    exits = int((signals["long_exit"] | signals["short_exit"]).sum())
    bars = found.bars
    timeframe = str(bars.attrs.get("timeframe", "1d"))
    simulated = " Simulated prices." if bars.attrs.get("simulated") else ""
    told = (
        f"{len(trades):,} {'trade' if len(trades) == 1 else 'trades'} on {len(bars):,} "
        f"{timeframe} bars, "
        f"{formats.when(bars.index[0], timeframe)} to {formats.when(bars.index[-1], timeframe)}; "
        f"the entry rule holds at {entries:,} closes, the exit rule at {exits:,}. "
        f"Without costs, not recorded.{simulated}"
    )
    return Markup('<p class="bz-caption">{}</p>').format(told)


def honesty(found: Honesty) -> Markup:
    """Return the verdict of each honesty check."""
    rows = pd.DataFrame(
        {
            "check": [one.check for one in found.results],
            "verdict": [f"{SIGNS[one.verdict]} {one.verdict}" for one in found.results],
            "message": [one.message for one in found.results],
        }
    )
    whose = f"Version {found.version}, checked" if found.version else "Checked"
    told = f"{whose} on {found.on}."
    return pages.table(rows, CHECKS) + Markup('<p class="bz-caption">{}</p>').format(told)


def changes(found: Diff) -> Markup:
    """Return what differs between two versions, a row a change."""
    title = Markup("<p><strong>{} → {}</strong></p>").format(found.old, found.new)
    frame = found.as_frame()
    if frame.empty:
        return title + pages.notice("note", "Nothing differs.")
    return title + pages.table(frame, CHANGES)
