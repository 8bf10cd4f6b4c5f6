"""What became of an update, symbol by symbol."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 10
UNSEEN = ("silent", "notes")
"""What a row has and the frame has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What became of one symbol in one timeframe.

    Attributes
    ----------
    symbol, timeframe, provider : what was asked of whom
    inserted : bars that are stored now and were not before
    actions : splits and dividends that are
    conflicts : bars the provider tells in another way than they are stored, which stay
    refused : rows that break a rule of bars
    first, last : stamps of the first and last new bar, UTC; None without any
    error : why it ended early, "" if it did not; the bars counted here are stored all the same
    silent : the provider did not answer, though it was waited for
    notes : what should be known, a sentence each
    """

    symbol: str
    timeframe: str
    provider: str
    inserted: int = 0
    actions: int = 0
    conflicts: int = 0
    refused: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    error: str = ""
    silent: bool = False
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        form = "%Y-%m-%d" if self.timeframe == "1d" else "%Y-%m-%d %H:%M"
        told = f"{self.inserted:,} inserted"
        if self.first is not None and self.last is not None:
            told += f", {self.first:{form}} to {self.last:{form}}"
        counts = {
            "actions": self.actions,
            "conflicts": self.conflicts,
            "refused": self.refused,
        }
        told += "".join(f", {count:,} {name}" for name, count in counts.items() if count)
        head = f"{self.symbol} {self.timeframe} from {self.provider or 'nobody'}: {told}"
        failed = (f"error: {self.error}",) if self.error else ()
        return "\n  ".join((head, *self.notes, *failed))


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What became of an update: a row per symbol and timeframe.

    Attributes
    ----------
    rows : in the order in which they were asked for
    """

    rows: tuple[Updated, ...]

    def __iter__(self) -> Iterator[Updated]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def failed(self) -> tuple[Updated, ...]:
        """The rows that ended with an error."""
        return tuple(row for row in self.rows if row.error)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame: symbol to error."""
        names = [field.name for field in fields(Updated) if field.name not in UNSEEN]
        told = [[getattr(row, name) for name in names] for row in self.rows]
        frame = pd.DataFrame(told, columns=names)
        return frame.astype(dict.fromkeys(("first", "last"), "datetime64[us, UTC]"))

    def as_dict(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        rows = [
            asdict(row)
            | {
                "first": row.first.isoformat() if row.first is not None else None,
                "last": row.last.isoformat() if row.last is not None else None,
                "notes": list(row.notes),
            }
            for row in self.rows
        ]
        return {"inserted": self._inserted(), "failed": len(self.failed), "rows": rows}

    def __str__(self) -> str:
        if not self.rows:
            return NOBODY
        loud = [row for row in self.rows if row.error or row.conflicts or row.refused]
        quiet = [row for row in self.rows if row not in loud]
        shown = loud + quiet[: max(0, SHOWN - len(loud))]
        lines = [self._counts(), *(f"  {line}" for row in shown for line in str(row).split("\n"))]
        hidden = len(self.rows) - len(shown)
        return "\n".join(lines + [f"  … and {hidden:,} more without a problem."] * (hidden > 0))

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{escape(NOBODY)}</p>"
        table = self.frame.to_html(index=False, border=0, na_rep="")
        noted = [note for row in self.rows for note in row.notes]
        notes = "".join(f"<li>{escape(note)}</li>" for note in noted)
        listed = f"<ul>{notes}</ul>" if notes else ""
        return f"<p><b>{escape(self._counts())}</b></p>{table}{listed}"

    def _inserted(self) -> int:
        return sum(row.inserted for row in self.rows)

    def _counts(self) -> str:
        failed = f", {len(self.failed):,} failed" if self.failed else ""
        return f"{self._inserted():,} bars inserted, {len(self.rows):,} asked for{failed}"


NOBODY = (
    "Nothing was asked for: no active symbol has its newest bars from a provider that can be asked "
    "for more. lab.market.load(provider, symbol, …) begins with one."
)
