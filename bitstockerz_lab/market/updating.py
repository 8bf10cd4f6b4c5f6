"""The order of steps when a provider is asked: request, pages, what has ended, store, tell."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, LabError, NoBars
from bitstockerz_lab.market import actions, store, storing
from bitstockerz_lab.market import symbols as naming
from bitstockerz_lab.market.files import readers
from bitstockerz_lab.market.loading import Load
from bitstockerz_lab.market.providers import registry
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request, finished
from bitstockerz_lab.market.providers.synthetic import PROVIDER as SIMULATED
from bitstockerz_lab.market.symbols import Listing, Symbol
from bitstockerz_lab.market.update_report import Updated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.history import When
    from bitstockerz_lab.market.report import LoadReport
    from bitstockerz_lab.storage import Connection, Database


PATIENCE = 2
"""After so many symbols in a row without an answer, each waited for, a provider is not asked on."""

TOLD = ("reason", "original")
"""Of a row that was kept out."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What `load` is asked for; None is what the provider and the stored symbol say.

    Attributes
    ----------
    listing : what is said about the symbol
    timeframe, start, end, provider_symbol : as the verb takes them
    """

    listing: Listing
    timeframe: str | None = None
    start: When | None = None
    end: When | None = None
    provider_symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A symbol in a timeframe that goes on after its last bar."""

    symbol: Symbol
    timeframe: str
    last: pd.Timestamp
    provider: str
    text: str | None


@dataclass(slots=True)
class _Facts:
    """What is stored with a page of bars, in its transaction."""

    provider: str
    actions: pd.DataFrame | None = None
    text: str | None = None
    added: int = 0

    def __call__(self, con: Connection, symbol: Symbol) -> None:
        if self.actions is not None and len(self.actions):
            self.added += actions.record(con, symbol, self.actions, self.provider)
        if self.text is not None:
            store.providers.add_provider_symbol(con, symbol, self.provider, self.text)


def load(database: Database, provider: Provider, wish: Wish) -> LoadReport:
    """Store all bars a provider has of what is wished, in one transaction, or none.

    Raises
    ------
    DataError, NoBars
        The provider has no such bars or does not answer, or the wish contradicts what is stored.
    """
    listing = provider.listing(wish.listing)
    with database.read() as con:
        stored = store.lookup(con, listing.symbol)
        texts = store.providers.provider_symbols(con)
        if stored is not None:
            naming.differences(stored, listing)
            storing.refuse_mixture(con, [stored], provider.name)
    symbol = stored or naming.describe(listing)
    timeframe = _timeframe(provider, symbol, wish.timeframe)
    first, last = _span(wish.start, wish.end, timeframe)
    text = wish.provider_symbol or texts.get((symbol.id, provider.name)) or provider.text(symbol)
    request = Request(symbol, text, timeframe, first, last)
    pages = list(ended_pages(provider, request))
    bars = [page.bars for page in pages if len(page.bars)]
    if not bars:
        raise NoBars(
            f"{provider.name} was asked for {request} and has none that have ended. Ask for "
            "another period, or another provider.",
            symbol=symbol.symbol,
            provider=provider.name,
        )
    actions = [page.actions for page in pages if page.actions is not None and len(page.actions)]
    whole = Page(
        bars=pd.concat(bars),
        actions=pd.concat(actions, ignore_index=True) if actions else None,
        currency=next((page.currency for page in pages if page.currency), None),
        notes=tuple(note for page in pages for note in page.notes),
    )
    remembered = text if text != _own_text(provider, symbol) else None
    report, _ = _store(database, listing, request, provider.name, whole, remembered)
    return report


def targets(
    database: Database, names: list[str] | None, timeframe: str | None, provider: str | None
) -> tuple[list[Target], list[Updated]]:
    """Return what is to be updated, and rows for what cannot be.

    Parameters
    ----------
    names : symbols; None is every active one whose newest bars a provider can continue
    timeframe : None is each that is stored
    provider : who is asked; None is who provided a symbol's newest bars

    Raises
    ------
    UnknownName
        There is no such symbol.
    """
    with database.read() as con:
        chosen = (
            [symbol for symbol in store.all_symbols(con) if symbol.is_active]
            if names is None
            else store.find_symbols(con, names)
        )
        newest = store.providers.newest_bars(con, chosen)
        texts = store.providers.provider_symbols(con)
    askable = set(registry.names()) - {SIMULATED}
    found, failed = [], []
    for symbol in chosen:
        own = [bar for bar in newest if bar.symbol_id == symbol.id]
        own = [bar for bar in own if timeframe in (None, bar.timeframe)]
        if not own and names is not None:
            failed.append(_nothing_stored(symbol, timeframe, provider))
        for bar in own:
            who = provider or bar.provider
            if who in askable:
                text = texts.get((symbol.id, who))
                found.append(Target(symbol, bar.timeframe, bar.last, who, text))
            elif names is not None:
                failed.append(_cannot_be_asked(symbol, bar.timeframe, who))
    return found, failed


def update(
    database: Database, provider: Provider, target: Target, start: When | None = None
) -> Updated:
    """Store what a provider has since the last stored bar, each page in its own transaction.

    Notes
    -----
    The last stored bar is asked for again. If it is not in the answer, bars between it and the
    answer may be missing, so nothing is stored; if it is there and differs, it is a conflict.
    An error ends it; what was stored before stays and is counted.
    """
    symbol, timeframe = target.symbol, target.timeframe
    done = Updated(symbol=symbol.symbol, timeframe=timeframe, provider=target.provider)
    try:
        first = target.last if start is None else _span(start, None, timeframe)[0]
        with _blamed(provider, symbol.symbol):
            _timeframe(provider, symbol, timeframe)
            text = target.text or provider.text(symbol)
        request = Request(symbol, text, timeframe, first)
        anchored = start is not None
        for page in ended_pages(provider, request):
            if not anchored:
                _refuse_hole(request, provider.name, page.bars)
                anchored = True
            if page.bars.empty:
                continue
            listing = Listing(symbol.symbol)
            report, added = _store(database, listing, request, provider.name, page)
            done = _counted(done, target, page, report, added)
        if not anchored:
            _refuse_hole(request, provider.name, None)
    except LabError as problem:
        return replace(done, error=str(problem), silent="attempts" in problem.values)
    return done


def not_asked(target: Target) -> Updated:
    """Return the row of a symbol whose provider has not answered for those before it."""
    return Updated(
        symbol=target.symbol.symbol,
        timeframe=target.timeframe,
        provider=target.provider,
        error=f"{target.provider} did not answer for the {PATIENCE} symbols before, so it was not "
        "asked. Update again later.",
        silent=True,
    )


def ended_pages(provider: Provider, request: Request) -> Iterator[Page]:
    """Yield a provider's pages without the bar that is still forming, by its clock and by ours.

    Raises
    ------
    DataError
        The provider breaks down, in whatever way.
    """
    with _blamed(provider, request):
        for page in provider.fetch(request):
            now = clock.utc(clock.now())
            now = now if page.now is None else min(now, page.now)
            yield replace(page, bars=finished(page.bars, request.timeframe, now))


@contextmanager
def _blamed(provider: Provider, asked: object) -> Iterator[None]:
    """Turn whatever a provider raises in the block into an error that names it."""
    try:
        yield
    except LabError:
        raise
    except Exception as problem:
        raise DataError(
            f"{provider.name} was asked for {asked} and broke down: {type(problem).__name__}: "
            f"{problem}. This is a bug of the provider.",
            provider=provider.name,
        ) from problem


def _store(
    database: Database,
    listing: Listing,
    request: Request,
    provider: str,
    page: Page,
    text: str | None = None,
) -> tuple[LoadReport, int]:
    """Store a page whole; return the report of its bars and how many actions are new."""
    said = listing.currency.upper() if listing.currency else None
    if page.currency and said not in (None, page.currency):
        raise DataError(
            f"{provider} tells the prices of {request.text} in {page.currency}, but currency="
            f"{listing.currency!r} was given. Leave it out.",
            symbol=listing.symbol,
            given=listing.currency,
            told=page.currency,
        )
    facts = _Facts(provider, page.actions, text)
    told = replace(listing, currency=page.currency or listing.currency)
    source = provider if request.text == request.symbol.symbol else f"{provider} ({request.text})"
    report = Load(database, told, request.timeframe, provider, strict=False).run(
        lambda: readers.read_frame(page.bars, request.timeframe, source=source), facts
    )
    new = (f"{facts.added} new splits and dividends.",) if facts.added else ()
    return replace(report, notes=report.notes + page.notes + new), facts.added


def _counted(done: Updated, target: Target, page: Page, report: LoadReport, added: int) -> Updated:
    """Return a row with a page more in it."""
    stamps = page.bars.index
    new = stamps[stamps > target.last] if len(stamps[stamps > target.last]) else stamps
    clashes = tuple(
        f"{original.partition(',')[0]}: {reason}. The stored bar stays; lab.market.correct(...) "
        "changes it."
        for reason, original in zip(*(report.examples[name] for name in TOLD), strict=True)
        if reason.startswith("conflict")
    )
    return replace(
        done,
        inserted=done.inserted + report.inserted,
        actions=done.actions + added,
        conflicts=done.conflicts + report.conflicts,
        refused=done.refused + report.refused,
        first=done.first if done.first is not None or not report.inserted else new.min(),
        last=new.max() if report.inserted else done.last,
        notes=done.notes + page.notes + clashes,
    )


def _timeframe(provider: Provider, symbol: Symbol, timeframe: str | None) -> str:
    """Return the timeframe that is meant: the one named, or the provider's usual one."""
    has = tuple(provider.timeframes(symbol))
    if not has or timeframe not in (None, *has):
        wanted = f"{timeframe} bars" if timeframe else "bars"
        there = f"It has {' and '.join(has)}." if has else "Ask another provider."
        raise DataError(
            f"{provider.name} has no {wanted} of {symbol.symbol}, which is {symbol.asset_type} "
            f"(it has: {provider.about}). {there}",
            symbol=symbol.symbol,
            provider=provider.name,
            timeframe=timeframe,
        )
    if timeframe is None:
        return has[0]
    store.table_of(symbol.asset_type, timeframe)
    return timeframe


def _span(
    start: When | None, end: When | None, timeframe: str
) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Return the stamps of the first and last bar that are meant."""
    first = None if start is None else clock.utc(start).ceil(clock.TIMEFRAMES[timeframe])
    last = None
    if end is not None:
        last = clock.last_stamp(end, timeframe).floor(clock.TIMEFRAMES[timeframe])
    if first is not None and last is not None and first > last:
        raise DataError(f"start {start} is after end {end}. Swap them.", start=start, end=end)
    return first, last


def _own_text(provider: Provider, symbol: Symbol) -> str | None:
    """Return what a provider without options calls a symbol; None if that cannot be told."""
    try:
        return registry.provider(provider.name).text(symbol)
    except LabError:
        return None


def _refuse_hole(request: Request, provider: str, bars: pd.DataFrame | None) -> None:
    if bars is not None and request.first in bars.index:
        return
    form = "%Y-%m-%d" if request.timeframe == "1d" else "%Y-%m-%d %H:%M"
    answer = "no bars"
    if bars is not None and len(bars):
        answer = f"bars from {bars.index[0]:{form}} on"
    raise DataError(
        f"{provider} was asked for {request}, the last stored bar, and gives {answer} without it: "
        "what lies between may be missing. If nothing is, pass start= with the first day wanted.",
        symbol=request.symbol.symbol,
        provider=provider,
    )


def _nothing_stored(symbol: Symbol, timeframe: str | None, provider: str | None) -> Updated:
    bars = f"{timeframe} bars" if timeframe else "bars"
    return Updated(
        symbol=symbol.symbol,
        timeframe=timeframe or "",
        provider=provider or "",
        error=f"{symbol.symbol} has no {bars} to go on from. Begin with lab.market.load(...).",
    )


def _cannot_be_asked(symbol: Symbol, timeframe: str, provider: str) -> Updated:
    why = "are simulated" if provider == SIMULATED else f"are from {provider!r}"
    return Updated(
        symbol=symbol.symbol,
        timeframe=timeframe,
        provider=provider,
        error=f"The newest {timeframe} bars of {symbol.symbol} {why}, which cannot be asked for "
        "more. Pass a provider, like provider='yfinance'.",
    )
