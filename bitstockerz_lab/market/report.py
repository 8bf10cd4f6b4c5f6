"""What became of a load, row by row counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from bitstockerz_lab.market.symbols import Symbol

SHOWN = 5


def no_examples() -> pd.DataFrame:
    """Return an empty frame of refused rows: line, reason, original."""
    empty = {"line": "int64", "reason": "str", "original": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})


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
    examples: pd.DataFrame = field(default_factory=no_examples, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        told = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("first", "last", "notes", "examples")
        }
        return told | {
            "first": self.first.isoformat() if self.first is not None else None,
            "last": self.last.isoformat() if self.last is not None else None,
            "notes": list(self.notes),
            "examples": self.examples.to_dict("records"),
        }

    def __str__(self) -> str:
        lines = [f"{self._title()}: {self._counts()}"]
        lines += [f"  {note}" for note in self.notes]
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
            shown = self.examples.head(SHOWN).to_html(index=False, border=0)
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
        return (
            f"{self.inserted:,} inserted, {self.duplicates:,} duplicates, "
            f"{self.conflicts:,} conflicts, {self.refused:,} refused of {self.rows:,} rows"
            f"{span} (provider {self.provider}{simulated})"
        )


def counted(symbol: Symbol, **values: Any) -> LoadReport:  # noqa: ANN401 - the report's own fields
    """Return a report on a symbol."""
    return LoadReport(symbol=symbol.symbol, **values)
