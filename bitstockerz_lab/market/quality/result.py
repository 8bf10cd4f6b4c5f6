"""What a check of bars came to, as a person meets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import findings
from bitstockerz_lab.pages import Column, formats

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from bitstockerz_lab.market.calendars import Calendar

SHOWN = 30
"""Findings that are shown; all are in `findings`."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What is odd about the bars of a symbol in one timeframe.

    Attributes
    ----------
    symbol, timeframe : whose bars, and which
    findings : a row a finding, ascending: kind, severity ("error", "warning", "info"), first,
        last (UTC stamps), bars, value (in the kind's own unit; NaN where it has none), message
    calendar : by which they were checked
    notes : what a reader must know, a sentence each
    stamps : of the bars that were checked

    Examples
    --------
    >>> quality = lab.market.check("QQQ")  # doctest: +SKIP
    >>> quality.ok, len(quality.findings)  # doctest: +SKIP
    (False, 6)
    """

    symbol: str
    timeframe: str
    findings: pd.DataFrame = field(compare=False, repr=False)
    calendar: Calendar
    notes: tuple[str, ...]
    stamps: pd.DatetimeIndex = field(compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may be there."""
        return self.count(Severity.ERROR) == 0

    def count(self, severity: str) -> int:
        """Return how many findings have that severity."""
        return int((self.findings["severity"] == severity).sum())

    def chart(self) -> go.Figure:
        """Return a calendar of the bars: what is fine, what is missing, what is odd."""
        from bitstockerz_lab.market.quality import chart  # noqa: PLC0415 - heavy: plotly

        return chart.calendar_map(
            self.stamps, self.findings, self.calendar, self.timeframe, self.symbol
        )

    def __repr__(self) -> str:
        return self._title()

    def __str__(self) -> str:
        worst = worst_first(self.findings)
        shown = worst.head(SHOWN)
        lines = [self._title(), *(f"  Note: {note}" for note in self.notes)]
        for severity, kind, when, message in zip(
            shown["severity"],
            shown["kind"],
            spans(shown, self.timeframe),
            shown["message"],
            strict=True,
        ):
            lines.append(f"  {severity:7}  {when}  {kind}: {message}")
        if len(worst) > SHOWN:
            lines.append(f"  … and {len(worst) - SHOWN:,} more in .findings.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        notes = Markup("").join(pages.notice("note", "Note.", note) for note in self.notes)
        title = Markup("<p><strong>{}</strong></p>").format(self._title())
        return str(pages.standalone(title + notes + table(self.findings, self.timeframe)))

    def _title(self) -> str:
        when = period(self.stamps[0], self.stamps[-1], self.timeframe)
        return (
            f"{self.symbol} {self.timeframe}: {len(self.stamps):,} bars, {when}, calendar "
            f"{self.calendar.name}: {counted(self.findings)}."
        )


def counted(found: pd.DataFrame) -> str:
    """Return how many findings there are: ``2 errors, 5 warnings``, ``no findings``."""
    told = [
        f"{number:,} {name}{'s' if number > 1 and name != Severity.INFO else ''}"
        for name, number in findings.counts(found).items()
        if number
    ]
    return ", ".join(told) or "no findings"


def worst_first(found: pd.DataFrame) -> pd.DataFrame:
    """Return findings by severity, then by time."""
    order = found["severity"].map(findings.ORDER.index)
    return (
        found.assign(order=order)
        .sort_values(["order", "first"], kind="stable", ignore_index=True)
        .drop(columns="order")
    )


def spans(found: pd.DataFrame, timeframe: str) -> list[str]:
    """Return when each finding is, as people write it."""
    pairs = zip(found["first"].tolist(), found["last"].tolist(), strict=True)
    return [period(first, last, timeframe) for first, last in pairs]


def period(first: pd.Timestamp, last: pd.Timestamp, timeframe: str) -> str:
    """Return a period as people write it: one date, or from one to another."""
    told = formats.when(first, timeframe)
    return told if first == last else f"{told} to {formats.when(last, timeframe)}"


def table(found: pd.DataFrame, timeframe: str) -> Markup:
    """Return findings as an HTML table, the worst first; of very many the first."""
    if found.empty:
        return pages.notice("note", "No findings.", "Nothing is odd about these bars.")
    worst = worst_first(found)
    shown = worst.head(SHOWN)
    shown = shown.assign(
        when=spans(shown, timeframe),
        kind=shown["kind"].str.replace("_", " "),
    )
    columns = {
        "severity": Column("Severity", _capital, number=False),
        "kind": Column("What", str, number=False),
        "when": Column("When", str, number=False),
        "bars": Column("Bars", formats.count),
        "message": Column("Finding", str, number=False, prose=True),
    }
    more = len(worst) - len(shown)
    return pages.table(shown, columns, caption=f"{more:,} more are not shown." if more else "")


def _capital(text: object) -> str:
    return str(text).capitalize()
