"""The order of a load's steps: read, find the symbols, check, store, tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import store, storing
from bitstockerz_lab.market import symbols as naming
from bitstockerz_lab.market.files.incoming import Owners
from bitstockerz_lab.market.files.texts import fold, shorten
from bitstockerz_lab.market.parts import Checked
from bitstockerz_lab.market.report import LoadReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.market.files.incoming import Incoming
    from bitstockerz_lab.market.report import LoadReport
    from bitstockerz_lab.market.storing import Then
    from bitstockerz_lab.market.symbols import Listing, Symbol
    from bitstockerz_lab.storage import Connection, Database

    Read = Callable[[], tuple[list[Incoming], list[str]]]


@dataclass(frozen=True, slots=True)
class Load:
    """One load of bars.

    Attributes
    ----------
    database : where to
    listing : what is said about the symbol, or about all of them; its symbol is "" where the
        sources say whose bars they have
    timeframe : of the bars; None where the sources say it
    provider, strict : as the verbs of `lab.market` take them
    """

    database: Database
    listing: Listing
    timeframe: str | None
    provider: str
    strict: bool

    def run(self, read: Callable[[], Incoming], then: Then | None = None) -> LoadReport:
        """Load the bars of one symbol of one source; else the same as `run_all`."""
        return self.run_all(lambda: ([read()], []), then).reports[0]

    def run_all(self, read: Read, then: Then | None = None) -> LoadReports:
        """Store all good rows in one transaction, and what is kept out with its reason.

        Parameters
        ----------
        read : gives the sources, and what is to be told of the load as a whole; called when it is
            clear that their bars can be stored, if the symbol is known before
        then : stores more of a symbol in the same transaction

        Raises
        ------
        BadBars
            `strict`, and a row would be kept out; no bar is stored.
        DataError
            The rows cannot be read or have no table.
        """
        provider = _provider(self.provider)
        _refuse_without_table(self.timeframe)
        asked = naming.normalise(self.listing.symbol) if self.listing.symbol else None
        known = self._look_up([asked], self.timeframe) if asked else {}
        incoming, notes = read()
        if asked and len(incoming) > 1:
            self._refuse_others(incoming, asked)
        checked = [Checked(_owned(source, asked)) for source in incoming]
        parts = [part for source in checked for part in source.parts]
        known = known or self._look_up(list(dict.fromkeys(part.text for part in parts)), None)
        for part in parts:
            part.refuse_without_table(known[part.text][0])
            part.refuse_coarser()
        storage = storing.Storing(self.database, provider, self.strict, self._described)
        storage.store(checked, parts, then)
        reports = [part.report(*known[part.text], provider) for part in parts]
        return LoadReports(tuple(reports), tuple(notes))

    def _look_up(
        self, texts: list[str], timeframe: str | None
    ) -> dict[str, tuple[Symbol, list[str]]]:
        """Return by text the stored symbol, or what would be stored, and what was said in vain."""
        if self.listing.name is not None and len(texts) > 1:
            raise DataError(
                f"name={self.listing.name!r} cannot be the name of {len(texts)} symbols. Leave it "
                "out, or load them one by one."
            )
        with self.database.read() as con:
            found = self._described(con, texts)
        for symbol, _ in found.values() if timeframe else ():
            store.table_of(symbol.asset_type, str(timeframe))
        return found

    def _refuse_others(self, incoming: list[Incoming], asked: str) -> None:
        """Refuse sources of which one says another symbol than the one asked for."""
        told = {source.source: source.owners.said for source in incoming}
        same = {fold(asked), fold(asked.partition(".")[0] if naming.pair_of(asked) else asked)}
        others = {name: said for name, said in told.items() if said and fold(said) not in same}
        if not others:
            return
        texts = {name: naming.normalise(said) for name, said in others.items()}
        with self.database.read() as con:
            stored = store.lookup_all(con, [asked, *texts.values()])
        meant = stored.get(asked)
        wrong = [
            f"{name} ({text})"
            for name, text in texts.items()
            if meant is None or stored.get(text) != meant
        ]
        if wrong:
            raise DataError(
                f"{len(wrong):,} of {len(incoming):,} files say they are of another symbol than "
                f"{asked}: {shorten(', '.join(wrong))}. Leave symbol= out to load each under its "
                "own, or load a file that is meant so by itself.",
                files=list(texts),
                symbol=asked,
            )

    def _described(self, con: Connection, texts: list[str]) -> dict[str, tuple[Symbol, list[str]]]:
        stored = store.lookup_all(con, texts)
        found: dict[str, tuple[Symbol, list[str]]] = {}
        for text in texts:
            listing = replace(self.listing, symbol=text)
            symbol = stored.get(text)
            if symbol is None:
                found[text] = (naming.describe(listing), naming.assumptions(listing))
                continue
            notes = naming.differences(symbol, listing)
            if symbol.symbol != text:
                notes.insert(0, f"{text} is {symbol.symbol}.")
            found[text] = (symbol, notes)
        storing.refuse_mixture(con, stored.values(), self.provider)
        if not self.listing.symbol:
            _refuse_pairs([symbol for symbol, _ in found.values()], self.listing)
        return found


def _refuse_pairs(symbols: list[Symbol], listing: Listing) -> None:
    """Refuse pairs of coins among stocks that were named by files only."""
    stocks = [symbol.symbol for symbol in symbols if symbol.asset_type is AssetType.EQUITY]
    pairs = [text for text in stocks if naming.pair_of(text)]
    new = [symbol.symbol for symbol in symbols if symbol.id == 0 and symbol.symbol in pairs]
    if new:
        said = (
            f"asset_type={listing.asset_type!r}"
            if listing.asset_type
            else f"exchange={listing.exchange!r}, which has stocks,"
        )
        raise DataError(
            f"{shorten(', '.join(new))}: named like coins, and {said} was given. Load coins "
            "apart, with asset_type='CRYPTO' or their own exchange; symbol= loads one file as a "
            "stock all the same.",
            symbols=new,
        )


def _owned(source: Incoming, asked: str | None) -> Incoming:
    """Say whose the bars of a source are that says none."""
    if source.owners.symbols or asked is None:
        return source
    return replace(source, owners=Owners((asked,)))


def _refuse_without_table(timeframe: str | None) -> None:
    """Refuse a timeframe of which no bars are stored."""
    known = list(dict.fromkeys(name for _, name in store.TABLES))
    if timeframe is not None and timeframe not in known:
        raise DataError(
            f"{timeframe} bars have no table. timeframe= may be {' or '.join(map(repr, known))}; "
            "longer bars are made of these when they are read.",
            timeframe=timeframe,
        )


def _provider(text: str) -> str:
    provider = str(text).strip()
    if not provider:
        raise DataError("provider='' names nobody. Say who the bars are from, like 'csv'.")
    return provider
