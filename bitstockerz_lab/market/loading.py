"""The order of a load's steps: find the symbol, read, check, store, tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.market import bars, factors, store
from bitstockerz_lab.market import symbols as naming
from bitstockerz_lab.market.files import readers
from bitstockerz_lab.market.report import LoadReport, no_examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitstockerz_lab.market.files.readers import Incoming
    from bitstockerz_lab.market.symbols import Listing, Symbol
    from bitstockerz_lab.storage import Connection, Database

EXAMPLES = 10
PROBLEMS = 3


class _Unwanted(Exception):
    """Conflicts were found in a strict load; raised inside the lease to roll it back."""

    def __init__(self, conflicts: pd.DataFrame) -> None:
        super().__init__()
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Load:
    """One load of bars.

    Attributes
    ----------
    database : where to
    listing : what is said about the symbol
    timeframe, provider, strict : as the verbs of `lab.market` take them
    """

    database: Database
    listing: Listing
    timeframe: str
    provider: str
    strict: bool

    def run(self, read: Callable[[], Incoming]) -> LoadReport:
        """Store all good rows in one transaction, and what is kept out with its reason.

        Parameters
        ----------
        read : gives the rows; called when it is clear that they can be stored

        Raises
        ------
        BadBars
            `strict`, and a row would be kept out; no bar is stored.
        DataError
            The rows cannot be read or have no table.
        """
        with self.database.read() as con:
            symbol, notes = _symbol(con, self.listing)
        store.table_of(symbol.asset_type, self.timeframe)
        provider = _provider(self.provider)
        incoming = read()
        accepted, broken = bars.check(incoming.bars, self.timeframe)
        refused = _refused_rows(incoming, broken)
        if self.strict and len(refused):
            self._keep(symbol, incoming, refused)
            raise _bad_bars(incoming, refused)
        inserted, conflicts = self._store(symbol, incoming, accepted, refused)
        clashes = _conflict_rows(incoming, broken, conflicts)
        self._keep(symbol, incoming, clashes)
        if self.strict and len(clashes):
            raise _bad_bars(incoming, clashes)
        return LoadReport(
            symbol=symbol.symbol,
            timeframe=self.timeframe,
            provider=provider,
            source=incoming.source,
            rows=len(incoming.bars) + len(incoming.malformed.lines),
            inserted=inserted,
            duplicates=len(accepted) - inserted - len(clashes),
            conflicts=len(clashes),
            refused=len(refused),
            first=accepted.index[0] if len(accepted) else None,
            last=accepted.index[-1] if len(accepted) else None,
            notes=tuple(notes + incoming.notes + _strange(accepted)),
            examples=_examples(refused, clashes),
        )

    def _store(
        self, symbol: Symbol, incoming: Incoming, accepted: pd.DataFrame, refused: pd.DataFrame
    ) -> tuple[int, pd.DataFrame]:
        """Return how many bars were inserted, and which conflict with stored ones."""
        origin = self._origin(symbol, incoming) if len(refused) else {}
        try:
            with self.database.write() as con:
                inserted, conflicts = 0, store.no_conflicts()
                if len(accepted):
                    stored, _ = _symbol(con, self.listing)
                    stored = stored if stored.id else store.add_symbol(con, stored)
                    inserted, conflicts = store.add_bars(
                        con, stored, self.timeframe, accepted, _provider(self.provider)
                    )
                if self.strict and len(conflicts):
                    raise _Unwanted(conflicts)  # noqa: TRY301 - it leaves the lease, which rolls back
                if len(refused):
                    store.add_refused(con, refused, **origin)
        except _Unwanted as found:
            return 0, found.conflicts
        return inserted, conflicts

    def _keep(self, symbol: Symbol, incoming: Incoming, rows: pd.DataFrame) -> None:
        """Keep rows in a transaction of their own."""
        if len(rows):
            origin = self._origin(symbol, incoming)
            with self.database.write() as con:
                store.add_refused(con, rows, **origin)

    def _origin(self, symbol: Symbol, incoming: Incoming) -> dict[str, str]:
        return {
            "source": incoming.source,
            "digest": incoming.digest(),
            "symbol": symbol.symbol,
            "timeframe": self.timeframe,
        }


def load_factors(
    database: Database, path: str | Path, symbol: str, provider: str = "csv"
) -> LoadReport:
    """Load a factor set as a whole; the newest set is in force, an identical one adds nothing.

    Raises
    ------
    UnknownName
        No such symbol is stored.
    DataError
        The file is no factor file, or the symbol no EQUITY.
    """
    with database.read() as con:
        found = store.find_symbol(con, symbol)
    if found.asset_type is not AssetType.EQUITY:
        raise DataError(
            f"{found.symbol} is {found.asset_type}; price factors are for EQUITY symbols, which "
            "have splits and dividends.",
            symbol=found.symbol,
        )
    provider = _provider(provider)
    incoming = factors.read_factors(path)
    with database.write() as con:
        in_force = store.read_factors(con, found)
        known = factors.same(incoming, in_force)
        inserted = 0 if known else store.add_factors(con, found, incoming, provider)
    notes = () if known or in_force.empty else (f"It replaces a set of {len(in_force)} rows.",)
    return LoadReport(
        symbol=found.symbol,
        timeframe="1d",
        provider=provider,
        source=readers.existing_file(path).name,
        kind="factors",
        rows=len(incoming),
        inserted=inserted,
        duplicates=len(incoming) - inserted,
        first=incoming["date"].iloc[0].tz_localize("UTC"),
        last=incoming["date"].iloc[-1].tz_localize("UTC"),
        notes=notes,
    )


def _strange(accepted: pd.DataFrame) -> list[str]:
    """Return a sentence about bars that are most likely wrong, though they break no rule."""
    stamps = bars.strange(accepted)
    if stamps.empty:
        return []
    named = ", ".join(f"{stamp:%Y-%m-%d}" for stamp in stamps[:PROBLEMS])
    more = ", …" if len(stamps) > PROBLEMS else ""
    told = f"{len(stamps):,} bar(s) reach below half or above twice of both their open and close"
    return [f"{told}, most likely by mistake: {named}{more}. They are stored; stops fill on them."]


def _symbol(con: Connection, listing: Listing) -> tuple[Symbol, list[str]]:
    """Return the stored symbol, or what would be stored, and what was said in vain."""
    stored = store.lookup(con, listing.symbol)
    if stored is None:
        return naming.describe(listing), []
    return stored, naming.differences(stored, listing)


def _refused_rows(incoming: Incoming, broken: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are no bars: line, reason, original."""
    malformed = incoming.malformed
    if broken.empty and not malformed.lines:
        return no_examples()
    lines, originals = incoming.locate(broken["row"].to_numpy()) if len(broken) else ([], [])
    return pd.DataFrame(
        {
            "line": malformed.lines + lines,
            "reason": malformed.reasons + broken["reason"].tolist(),
            "original": malformed.originals + originals,
        }
    ).sort_values("line", kind="stable", ignore_index=True)


def _conflict_rows(
    incoming: Incoming, broken: pd.DataFrame, conflicts: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows whose stamps are stored with other values: line, reason, original."""
    if conflicts.empty:
        return no_examples()
    stamps = incoming.bars.index.tz_convert(None).as_unit("us")  # type: ignore[attr-defined]
    good = np.ones(len(stamps), dtype=bool)
    good[broken["row"].to_numpy()] = False
    wanted = pd.DatetimeIndex(conflicts["timestamp"]).as_unit("us")
    rows = np.flatnonzero(good & stamps.isin(wanted))
    differences = conflicts["difference"].set_axis(wanted).reindex(stamps[rows])
    lines, originals = incoming.locate(rows)
    reasons = ("conflict: " + differences).tolist()
    return pd.DataFrame({"line": lines, "reason": reasons, "original": originals})


def _examples(*frames: pd.DataFrame) -> pd.DataFrame:
    together = [frame for frame in frames if len(frame)]
    if not together:
        return no_examples()
    return pd.concat(together).sort_values("line", kind="stable", ignore_index=True).head(EXAMPLES)


def _provider(text: str) -> str:
    provider = str(text).strip()
    if not provider:
        raise DataError("provider='' names nobody. Say who the bars are from, like 'csv'.")
    return provider


def _bad_bars(incoming: Incoming, rows: pd.DataFrame) -> BadBars:
    total = len(incoming.bars) + len(incoming.malformed.lines)
    first = "; ".join(f"line {row.line}: {row.reason}" for row in rows.head(PROBLEMS).itertuples())
    more = f"; and {len(rows) - PROBLEMS:,} more" if len(rows) > PROBLEMS else ""
    return BadBars(
        f"{incoming.source}: {len(rows):,} of {total:,} rows cannot be stored, and strict=True "
        f"stores all or none ({first}{more}). Correct them, or load with strict=False to store "
        "the others; the table refused_rows has the texts.",
        source=incoming.source,
        rows=len(rows),
    )
