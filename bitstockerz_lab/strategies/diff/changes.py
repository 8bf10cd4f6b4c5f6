"""What a comparison of two definitions gives: changes, each with its place and a sentence."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bitstockerz_lab.strategies.document import to_text

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two definitions.

    Parameters
    ----------
    path : where in the JSON of the newer one, ``enter_long.all[0].right``; in the older one's
        where it was removed
    kind : "added", "removed" or "changed"
    before, after : the JSON that stands there; None where nothing does
    sentence : the same in English: ``entry: the 14-bar RSI below 30 → below 25``
    is_rule : False for what no run depends on: the name, the description, how rules are written
    """

    path: str
    kind: Kind
    before: Any
    after: Any
    sentence: str
    is_rule: bool = True

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """What changed from one definition to another; false where both mean the same rules.

    Parameters
    ----------
    old, new : what was compared: "Golden cross, version 1"
    changes : changed rules, in the order in which rules are told
    remarks : what else differs and no run depends on: name, description, how rules are written

    Examples
    --------
    >>> from bitstockerz_lab.strategies import close, rsi, strategy
    >>> from bitstockerz_lab.strategies.diff import compare
    >>> compare(strategy("S", enter=rsi(14) < 30), strategy("S", enter=rsi(14) < 25))
    S → S
    - entry: the 14-bar RSI below 30 → below 25
    """

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    remarks: tuple[Change, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """A sentence for each changed rule."""
        return tuple(change.sentence for change in self.changes)

    def as_frame(self) -> pd.DataFrame:
        """Return the changes and the remarks.

        Returns
        -------
        DataFrame, a row a change
            path, kind (added, removed, changed), before and after (as JSON text, empty where there
            is nothing), sentence, is_rule (False for name, description and the like).
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        def text(value: object) -> str:
            return "" if value is None else value if isinstance(value, str) else to_text(value)

        rows = [
            (one.path, one.kind, text(one.before), text(one.after), one.sentence, one.is_rule)
            for one in (*self.changes, *self.remarks)
        ]
        columns = ["path", "kind", "before", "after", "sentence", "is_rule"]
        return pd.DataFrame(rows, columns=columns)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        lines = [self._title(), *(f"- {one.sentence}" for one in self.changes)]
        if self.remarks:
            lines += ["Not rules:", *(f"- {one.sentence}" for one in self.remarks)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        def listed(changes: tuple[Change, ...]) -> str:
            items = "".join(f"<li>{_as_html(one.sentence)}</li>" for one in changes)
            return f"<ul>{items}</ul>" if items else ""

        rest = f"<p>Not rules:</p>{listed(self.remarks)}" if self.remarks else ""
        title = html.escape(self._title())
        return f"<div><p><b>{title}</b></p>{listed(self.changes)}{rest}</div>"

    def _title(self) -> str:
        title = f"{self.old} → {self.new}"
        return title if self.changes else f"{title}: the same rules"


def _as_html(sentence: str) -> str:
    first, newline, rest = sentence.partition("\n")
    return html.escape(first) + (f"<pre>{html.escape(rest)}</pre>" if newline else "")
