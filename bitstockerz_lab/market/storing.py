"""The one transaction of a load."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import actions, kept_out, store
from bitstockerz_lab.market import symbols as naming
from bitstockerz_lab.market.providers.synthetic import PROVIDER as SIMULATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bitstockerz_lab.enums import AssetType
    from bitstockerz_lab.market.parts import Checked, Part
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection, Database

    Then = Callable[[Connection, Symbol], None]
    Described = Callable[[Connection, list[str]], dict[str, tuple[Symbol, list[str]]]]


class _Unwanted(Exception):
    """Conflicts were found in a strict load; raised inside the lease to roll it back."""


@dataclass(frozen=True, slots=True)
class Storing:
    """How parts are stored.

    Attributes
    ----------
    database : where to
    provider : who says so
    strict : store nothing if a row would be kept out
    describe : gives the stored symbols by text, or what is to be stored
    """

    database: Database
    provider: str
    strict: bool
    describe: Described

    def store(self, checked: list[Checked], parts: list[Part], then: Then | None) -> None:
        """Store all good rows in one transaction, and write into each part what became of it.

        Raises
        ------
        BadBars
            `strict`, and a row would be kept out; no bar is stored.
        """
        refused = _to_keep([(part, part.refused) for part in parts if part.has_refused])
        if self.strict and len(refused):
            self._keep(refused)
            raise kept_out.bad_bars([(source.incoming, source.refused) for source in checked])
        try:
            with self.database.write() as con:
                self._add(con, [part for part in parts if part.size], then)
                if self.strict and any(len(part.conflicts) for part in parts):
                    raise _Unwanted  # noqa: TRY301 - it leaves the lease, which rolls back
                if len(refused):
                    store.bulk.add_many_refused(con, refused)
        except _Unwanted:
            pass
        clashing = [(part, part.locate_conflicts()) for part in parts if len(part.conflicts)]
        self._keep(_to_keep(clashing))
        if self.strict and clashing:
            raise kept_out.bad_bars([(part.checked.incoming, rows) for part, rows in clashing])

    def _add(self, con: Connection, parts: list[Part], then: Then | None) -> None:
        """Add the bars of parts; two parts of one symbol one after the other, as two loads do."""
        texts = list(dict.fromkeys(part.text for part in parts))
        found = {text: symbol for text, (symbol, _) in self.describe(con, texts).items()}
        known = {symbol.id: symbol for symbol in found.values() if symbol.id}
        new = [symbol for symbol in found.values() if not symbol.id]
        added = store.bulk.add_symbols(con, new) if new else {}
        symbols = {text: added.get(symbol.symbol, symbol) for text, symbol in found.items()}
        now = store.bulk.moment_after(con, known.values())
        for group in _rounds(parts, symbols):
            by_table: dict[tuple[AssetType, str], list[Part]] = defaultdict(list)
            for part in group:
                by_table[symbols[part.text].asset_type, part.timeframe].append(part)
            for table, members in by_table.items():
                _add_to_table(con, table, members, symbols, known, self.provider, now)
            known |= {symbols[part.text].id: symbols[part.text] for part in group}
        actions.derive_all(con, known.values())
        if then is not None:
            for symbol in {symbol.id: symbol for symbol in symbols.values()}.values():
                then(con, symbol)

    def _keep(self, rows: pd.DataFrame) -> None:
        """Keep rows in a transaction of their own."""
        if len(rows):
            with self.database.write() as con:
                store.bulk.add_many_refused(con, rows)


def refuse_mixture(con: Connection, symbols: Iterable[Symbol], provider: str) -> None:
    """Refuse simulated bars for a symbol that has real ones, and real for one with simulated.

    Parameters
    ----------
    con : a lease's connection
    symbols : stored ones
    provider : who the new bars are from

    Raises
    ------
    DataError
        A symbol would have both.
    """
    by_id = {symbol.id: symbol for symbol in symbols}
    if not by_id:
        return
    for number, before in store.providers.providers_of(con, list(by_id.values())):
        if (before == SIMULATED) == (provider == SIMULATED):
            continue
        symbol = by_id[number]
        simulated = provider == SIMULATED
        has, new = ("real", "simulated") if simulated else ("simulated", "real")
        other = naming.apart(symbol, "SIM" if simulated else "REAL")
        raise DataError(
            f"{symbol.symbol} has {has} bars, of {before!r}, and these are {new}, of "
            f"{provider!r}: the two never mix in one symbol. Load these under another symbol, like "
            f"{other!r}.",
            symbol=symbol.symbol,
            stored=before,
            given=provider,
        )


def _rounds(parts: list[Part], symbols: dict[str, Symbol]) -> list[list[Part]]:
    """Return parts in groups that have a symbol and timeframe once each."""
    rounds: list[list[Part]] = []
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for part in parts:
        key = symbols[part.text].symbol, part.timeframe
        if seen[key] == len(rounds):
            rounds.append([])
        rounds[seen[key]].append(part)
        seen[key] += 1
    return rounds


def _add_to_table(
    con: Connection,
    table: tuple[AssetType, str],
    parts: list[Part],
    symbols: dict[str, Symbol],
    known: dict[int, Symbol],
    provider: str,
    now: datetime,
) -> None:
    """Add the bars of parts to one table, and write into each part what became of it."""
    ids = [symbols[part.text].id for part in parts]
    rows = _rows(parts, ids)
    may_be = [known[number] for number in ids if number in known]
    stored = store.bulk.known_bars(con, rows, table[1], may_be)
    if stored.empty:
        store.bulk.add_many_bars(con, rows, *table, provider, now)
        for part in parts:
            part.inserted = part.size
        return
    fresh = np.ones(len(rows), dtype=bool)
    fresh[stored["row"].to_numpy()] = False
    if fresh.any():
        store.bulk.add_many_bars(con, rows[fresh], *table, provider, now)
    owners = np.repeat(np.arange(len(parts)), [part.size for part in parts])
    counts = np.bincount(owners[fresh], minlength=len(parts))
    conflicts = stored[stored["difference"] != ""].sort_values("row")
    whose = owners[conflicts["row"].to_numpy()]
    conflicts = conflicts.assign(timestamp=rows["timestamp"].to_numpy()[conflicts["row"]])
    for at, part in enumerate(parts):
        part.inserted = int(counts[at])
        part.conflicts = conflicts[whose == at]


def _rows(parts: list[Part], ids: list[int]) -> pd.DataFrame:
    """Return the bars of parts as rows of a table: symbol_id, timestamp, the five columns."""
    by_source: dict[int, list[tuple[Part, int]]] = defaultdict(list)
    for part, number in zip(parts, ids, strict=True):
        by_source[id(part.checked)].append((part, number))
    tables = []
    for members in by_source.values():
        checked = members[0][0].checked
        bars = checked.accepted
        if len(members) < len(checked.parts):
            bars = pd.concat([part.accepted for part, _ in members])
        numbers = np.repeat([number for _, number in members], [part.size for part, _ in members])
        tables.append(bars.assign(symbol_id=numbers, timestamp=bars.index.tz_convert(None)))  # type: ignore[attr-defined]
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]


def _to_keep(rows: list[tuple[Part, pd.DataFrame]]) -> pd.DataFrame:
    """Return rows that were kept out as rows of `refused_rows`."""
    tables = []
    digests: dict[int, str] = {}
    for part, kept in rows:
        incoming = part.checked.incoming
        digest = digests.setdefault(id(incoming), "") or incoming.digest()
        digests[id(incoming)] = digest
        tables.append(
            kept.assign(
                source=incoming.source, digest=digest, symbol=part.text, timeframe=part.timeframe
            )
        )
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
