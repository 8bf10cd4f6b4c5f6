"""What became of a load, row by row counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

import pandas as pd

SHOWN = 5
REASONS = 10


@cache
def _no_examples() -> pd.DataFrame:
    empty = {"line": "int64", "reason": "str", "original": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})


def no_examples() -> pd.DataFrame:
    """Return an empty frame of refused rows: line, reason, original."""
    return _no_examples().copy(deep=False)  # to make it anew takes milliseconds a symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What became of the rows of a load: rows = inserted + duplicates + conflicts + refused.

    Attributes
    ----------
    symbol, timeframe, provider, source : what was loaded, and from where
    kind : "bars" or "factors"
    rows : rows with text in the source
    inserted : rows that are stored now and were not before
    duplicates : rows that were stored already, unchanged
    conflicts : rows kept out because other values are stored for their stamp
    refused : rows kept out because they break a rule of bars
    first, last : stamps of the first and last good row of the source, UTC; None without any
    notes : what the loader found out or decided, a sentence each
    reasons : why rows were kept out and how many for that, the commonest first
    examples : the first rows kept out, columns line, reason, original; all are in `refused_rows`
    """

    symbol: str
    timeframe: str
    provider: str
    source: str
    kind: str = "bars"
    rows: int
    inserted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    refused: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    notes: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    examples: pd.DataFrame = field(default_factory=no_examples, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        told = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("first", "last", "notes", "reasons", "examples")
        }
        return told | {
            "first": self.first.isoformat() if self.first is not None else None,
            "last": self.last.isoformat() if self.last is not None else None,
            "notes": list(self.notes),
            "reasons": dict(self.reasons),
            "examples": self.examples.to_dict("records"),
        }

    def __str__(self) -> str:
        lines = [f"{self._title()}: {self._counts()}"]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  {line}" for line in _counted(self.reasons)]
        shown = self.examples.head(SHOWN)
        lines += [f"  line {row.line}: {row.reason}: {row.original}" for row in shown.itertuples()]
        hidden = self.conflicts + self.refused - len(shown)
        if hidden:
            lines.append(f"  … and {hidden:,} more in the table refused_rows.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        kept_out = self.conflicts + self.refused
        parts = [f"<p><b>{escape(self._title())}</b>: {escape(self._counts())}</p>"]
        if self.notes:
            items = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
            parts.append(f"<ul>{items}</ul>")
        if kept_out:
            shown = _listed(self.reasons)
            shown += self.examples.head(SHOWN).to_html(index=False, border=0)
            parts.append(f"<details><summary>{kept_out:,} kept out</summary>{shown}</details>")
        return "".join(parts)

    def _title(self) -> str:
        what = f"{self.timeframe} {self.kind}" if self.kind == "bars" else self.kind
        return f"{self.symbol} {what} from {self.source}"

    def _counts(self) -> str:
        span = ""
        if self.first is not None and self.last is not None:
            form = "%Y-%m-%d" if self.timeframe == "1d" else "%Y-%m-%d %H:%M"
            span = f", {self.first:{form}} to {self.last:{form}}"
        simulated = "; simulated" if self.provider == "synthetic" else ""
        return f"{counts(self)}{span} (provider {self.provider}{simulated})"


@dataclass(frozen=True, slots=True)
class LoadReports(Sequence[LoadReport]):
    """What became of a load of several symbols or files: their reports, and their sum.

    Attributes
    ----------
    reports : one for each symbol of each source
    notes : what is to be told of the load as a whole, a sentence each
    """

    reports: tuple[LoadReport, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 - a report, or a slice of them
        return self.reports[at]

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def rows(self) -> int:
        """Rows with text in all sources."""
        return sum(report.rows for report in self.reports)

    @property
    def inserted(self) -> int:
        """Rows that are stored now and were not before."""
        return sum(report.inserted for report in self.reports)

    @property
    def duplicates(self) -> int:
        """Rows that were stored already, unchanged."""
        return sum(report.duplicates for report in self.reports)

    @property
    def conflicts(self) -> int:
        """Rows kept out because other values are stored for their stamp."""
        return sum(report.conflicts for report in self.reports)

    @property
    def refused(self) -> int:
        """Rows kept out because they break a rule of bars."""
        return sum(report.refused for report in self.reports)

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why rows were kept out and how many for that, the commonest first."""
        found: Counter[str] = Counter()
        for report in self.reports:
            found.update(dict(report.reasons))
        return tuple(found.most_common())

    @property
    def symbols(self) -> list[str]:
        """The symbols, each once."""
        return list(dict.fromkeys(report.symbol for report in self.reports))

    def frame(self) -> pd.DataFrame:
        """Return the reports as a frame, a row each."""
        columns = (
            "symbol", "timeframe", "source", "rows", "inserted", "duplicates", "conflicts",
            "refused", "first", "last",
        )  # fmt: skip
        return pd.DataFrame(
            [[getattr(report, name) for name in columns] for report in self.reports],
            columns=list(columns),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the sums and the reports in JSON's types."""
        sums = ("rows", "inserted", "duplicates", "conflicts", "refused")
        return {
            "symbols": self.symbols,
            **{name: getattr(self, name) for name in sums},
            "notes": list(self.notes),
            "reasons": dict(self.reasons),
            "reports": [report.as_dict() for report in self.reports],
        }

    def __str__(self) -> str:
        lines = [f"{self._title()}: {counts(self)}"]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  {line}" for line in _counted(self.reasons)]
        shown = [report for report in self.reports if report.conflicts or report.refused]
        told = shown or list(self.reports)
        lines += [line for report in told[:SHOWN] for line in f"  {report}".splitlines()]
        hidden = len(self.reports) - len(told[:SHOWN])
        if hidden:
            lines.append(f"  … and {hidden:,} more.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{escape(self._title())}</b>: {escape(counts(self))}</p>"]
        if self.notes:
            items = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
            parts.append(f"<ul>{items}</ul>")
        parts.append(_listed(self.reasons))
        table = self.frame().to_html(index=False, border=0, max_rows=4 * SHOWN)
        parts.append(f"<details><summary>{len(self.reports):,} reports</summary>{table}</details>")
        return "".join(parts)

    def _title(self) -> str:
        symbols, sources = len(self.symbols), len({report.source for report in self.reports})
        return f"{symbols:,} symbol(s) from {sources:,} source(s)"


def _counted(reasons: tuple[tuple[str, int], ...]) -> list[str]:
    """Return a line for each reason."""
    lines = [f"{count:,} × {reason}" for reason, count in reasons[:REASONS]]
    rest = reasons[REASONS:]
    if rest:
        lines.append(f"{sum(count for _, count in rest):,} × {len(rest):,} other reasons")
    return lines


def _listed(reasons: tuple[tuple[str, int], ...]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in _counted(reasons))
    return f"<ul>{items}</ul>" if items else ""


def counts(report: LoadReport | LoadReports) -> str:
    """Return in words what became of how many rows."""
    return (
        f"{report.inserted:,} inserted, {report.duplicates:,} duplicates, "
        f"{report.conflicts:,} conflicts, {report.refused:,} refused of {report.rows:,} rows"
    )
