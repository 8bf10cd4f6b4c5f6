"""What a report says of the data that a run stands on, as it is known today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import result
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.data_check import DataCheck
    from bitstockerz_lab.backtests.run import Run

ANCHOR = "data"
SHOWN = 12

KINDS = {Severity.ERROR: "failed", Severity.WARNING: "warning", Severity.INFO: "note"}
"""How loud a banner is, by the worst finding."""


def notices(run: Run, data: DataCheck) -> list[Markup]:
    """Return the banners about a run's bars."""
    return [*_findings(data, run.trades), *_revised(run)]


def table(data: DataCheck) -> Markup:
    """Return the findings in the run's period as a table."""
    caption = Markup('<p class="bz-caption">{}</p>').format(_source(data))
    return result.table(data.findings, data.timeframe) + caption


def fact(data: DataCheck) -> str:
    """Return in a few words how checked the data is, and what was found."""
    asides = filter(None, (other.aside() for other in data.others))
    if data.checked_at is None:
        return "; ".join([f"never checked; {data.verb} does it", *asides])
    checked = f"checked {formats.when(data.checked_at, '1h')} UTC"
    since = "" if data.is_current else ", other bars were stored since"
    own = f"{result.counted(data.findings)} in this period, {checked}{since}"
    return "; ".join([own, *asides])


def _findings(data: DataCheck, trades: pd.DataFrame) -> list[Markup]:
    if data.findings.empty:
        if data.is_current:
            return []
        words = f"The bars were not checked since they were stored: {data.verb}"
        return [pages.notice("note", "Data.", words)]
    worst = next(kind for name, kind in KINDS.items() if (data.findings["severity"] == name).any())
    words = Markup('The bars of this period have <a href="#{}">{}</a>: <code>{}</code>').format(
        ANCHOR, result.counted(data.findings), data.verb
    )
    if not data.is_current:
        words += " Other bars were stored since that check."
    return [pages.notice(worst, "Data.", words + _rests(data.touched(trades)))]


def _rests(numbers: list[int]) -> str:
    """Return which trades rest on odd data, as a sentence; "" without any."""
    if not numbers:
        return ""
    named = ", ".join(map(str, numbers[:SHOWN])) + (", …" if len(numbers) > SHOWN else "")
    if len(numbers) == 1:
        return f" Trade {named} is filled on such a bar, or held over it."
    return f" Trades {named} are filled on such bars, or held over them."


def _source(data: DataCheck) -> str:
    made = "" if data.is_current else " Other bars were stored since; this is not about them."
    return (
        f"What the newest check of the {data.timeframe} bars of {data.symbol} found in this "
        f"period, the worst first.{made} All of it: {data.verb}"
    )


def _revised(run: Run) -> list[Markup]:
    revised = run.bars_revised
    if not revised:
        return []
    words = f"{revised} The numbers below stand on the bars as they were known then."
    return [pages.notice("warning", "Bars revised.", words)]
