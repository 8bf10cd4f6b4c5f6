"""A load in parts: the checked rows of each symbol of each source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import bars, kept_out, store
from bitstockerz_lab.market.report import LoadReport, no_examples
from bitstockerz_lab.market.symbols import normalise

if TYPE_CHECKING:
    from bitstockerz_lab.market.files.incoming import Incoming
    from bitstockerz_lab.market.symbols import Symbol

CONFLICT = "conflict: other values are stored"
EXAMPLES = 10
SHOWN = 3


class Checked:
    """The rows of a source, those that are bars and those that are none.

    Attributes
    ----------
    incoming : the source
    accepted : its bars, one symbol after the other
    broken : the others: row (position in `incoming.bars`), reason
    refused : the same with their lines and texts: line, reason, original, owner
    parts : a part a symbol
    """

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        owners = incoming.owners.rows
        self.accepted, self.broken = bars.check(incoming.bars, incoming.timeframe, owners=owners)
        self.refused = kept_out.refused_rows(incoming, self.broken)
        count = len(incoming.owners.symbols)
        whose = self.accepted["owner"].to_numpy() if owners is not None else None
        bounds = (
            np.array([0, len(self.accepted)])
            if whose is None
            else np.searchsorted(whose, np.arange(count + 1))
        )
        rows = [len(incoming.bars)] if owners is None else np.bincount(owners, minlength=count)
        self.parts = [
            Part(self, owner, normalise(text), slice(*bounds[owner : owner + 2]), int(rows[owner]))
            for owner, text in enumerate(incoming.owners.symbols)
        ]

    @cached_property
    def has_strange(self) -> bool:
        """Whether a bar is most likely wrong, though it breaks no rule."""
        return len(bars.strange(self.accepted)) > 0


@dataclass(slots=True, eq=False)
class Part:
    """The bars of one symbol in one source, and what becomes of them.

    Attributes
    ----------
    checked : the source
    owner : position of the symbol in the source
    text : the symbol, as it is stored
    place : where its bars are in `checked.accepted`
    rows : how many rows of the source are its, without malformed ones
    inserted : how many bars were stored
    conflicts : bars that are stored with other values: timestamp (naive UTC), difference
    clashes : the same as they stand in the source: line, reason, original
    """

    checked: Checked
    owner: int
    text: str
    place: slice
    rows: int
    inserted: int = 0
    conflicts: pd.DataFrame = field(default_factory=no_examples)
    clashes: pd.DataFrame = field(default_factory=no_examples)

    @property
    def timeframe(self) -> str:
        """Of its bars."""
        return self.checked.incoming.timeframe

    @property
    def accepted(self) -> pd.DataFrame:
        """Its bars."""
        return self.checked.accepted.iloc[self.place]

    @property
    def size(self) -> int:
        """How many bars it has."""
        return int(self.place.stop - self.place.start)

    @property
    def has_refused(self) -> bool:
        """Whether a row of it is no bar."""
        return bool(len(self.checked.refused)) and len(self.refused) > 0

    @property
    def refused(self) -> pd.DataFrame:
        """Its rows that are no bars: line, reason, original."""
        refused = self.checked.refused
        return refused[refused["owner"] == self.owner].drop(columns="owner")

    def refuse_without_table(self, symbol: Symbol) -> None:
        """Refuse bars that are not stored of such a symbol, and name their source.

        Raises
        ------
        DataError
            There is no table for them.
        """
        try:
            store.table_of(symbol.asset_type, self.timeframe)
        except DataError as problem:
            source = self.checked.incoming.source
            raise DataError(
                f"{source} has {self.timeframe} bars of {self.text}: {problem}", source=source
            ) from problem

    def refuse_coarser(self) -> None:
        """Refuse bars that are of a longer timeframe by their steps.

        Raises
        ------
        DataError
            Most steps are a longer timeframe's.
        """
        stamps = pd.DatetimeIndex(self.checked.accepted.index[self.place])
        longer = bars.coarser(stamps, self.timeframe)
        if longer is not None:
            source = self.checked.incoming.source
            raise DataError(
                f"{source} looks like {longer} bars of {self.text}, by the steps between them, and "
                f"would be stored as {self.timeframe} bars. Load {self.timeframe} bars; longer "
                f"ones are made of them when they are read, with timeframe={longer!r}.",
                source=source,
                symbol=self.text,
                timeframe=self.timeframe,
            )

    def locate_conflicts(self) -> pd.DataFrame:
        """Find the conflicts' lines in the source."""
        checked = self.checked
        self.clashes = kept_out.conflict_rows(
            checked.incoming, checked.broken, self.owner, self.conflicts
        )
        return self.clashes

    def report(self, symbol: Symbol, notes: list[str], provider: str) -> LoadReport:
        """Return what became of it, after what is to be told of its symbol."""
        index = self.checked.accepted.index[self.place]
        incoming = self.checked.incoming
        malformed = incoming.malformed.owners or [0] * len(incoming.malformed.lines)
        refused = self.refused if self.has_refused else no_examples()
        clashes = self.clashes
        return LoadReport(
            symbol=symbol.symbol,
            timeframe=self.timeframe,
            provider=provider,
            source=incoming.source,
            rows=self.rows + malformed.count(self.owner),
            inserted=self.inserted,
            duplicates=len(index) - self.inserted - len(clashes),
            conflicts=len(clashes),
            refused=len(refused),
            first=index[0] if len(index) else None,
            last=index[-1] if len(index) else None,
            notes=(*notes, *incoming.notes, *self._strange()),
            reasons=_reasons(refused, len(clashes)),
            examples=_examples(refused, clashes),
        )

    def _strange(self) -> list[str]:
        """Return a sentence about bars that are most likely wrong, though they break no rule."""
        stamps = bars.strange(self.accepted) if self.checked.has_strange else ()
        if len(stamps) == 0:
            return []
        named = ", ".join(f"{stamp:%Y-%m-%d}" for stamp in stamps[:SHOWN])
        more = ", …" if len(stamps) > SHOWN else ""
        told = (
            f"{len(stamps):,} bar(s) reach below half or above twice of both their open and close"
        )
        return [
            f"{told}, most likely by mistake: {named}{more}. They are stored; stops fill on them."
        ]


def _reasons(refused: pd.DataFrame, conflicts: int) -> tuple[tuple[str, int], ...]:
    """Return why rows are kept out and how many for that, the commonest first."""
    found = Counter(refused["reason"].tolist())
    if conflicts:
        found[CONFLICT] = conflicts
    return tuple(found.most_common())


def _examples(*tables: pd.DataFrame) -> pd.DataFrame:
    together = [table for table in tables if len(table)]
    if not together:
        return no_examples()
    return pd.concat(together).sort_values("line", kind="stable", ignore_index=True).head(EXAMPLES)
