"""The order of a check's steps: read bars, examine them, record what was found."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import NoBars
from bitstockerz_lab.market import calendars, history, store
from bitstockerz_lab.market.quality import findings, sessions
from bitstockerz_lab.market.quality.examine import RULES, examine
from bitstockerz_lab.market.quality.moves import LEAST
from bitstockerz_lab.market.quality.result import Quality

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bitstockerz_lab.market.calendars import Calendar
    from bitstockerz_lab.market.store.findings import CheckState
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection, Database

AT_ONCE = 1_000_000
"""Bars that are read in one lease for a look at everything."""

AT_MOST = 2_000_000
"""Bars that one look at everything checks, some seconds' work; the next goes on."""


@dataclass(frozen=True, slots=True)
class Look:
    """Bars about to be examined, and what the newest check of them said.

    Attributes
    ----------
    symbol, calendar : whose bars, and when they are traded
    raw, adjusted : bars as traded, and with the factors there are
    state : how checked they are
    """

    symbol: Symbol
    calendar: Calendar
    raw: pd.DataFrame
    adjusted: pd.DataFrame
    state: CheckState

    @classmethod
    def take(cls, con: Connection, symbol: Symbol, state: CheckState) -> Look:
        """Read the bars of a symbol; needs a lease."""
        raw = adjusted = history.read(con, symbol, state.timeframe)
        if adjusted.attrs["adjusted"] != "raw":
            raw = history.read(con, symbol, state.timeframe, adjusted=False)
        return cls(symbol, calendars.of(symbol), raw, adjusted, state)

    @property
    def timeframe(self) -> str:
        """Which bars."""
        return self.state.timeframe

    def examine(self) -> pd.DataFrame:
        """Return what is odd about the bars."""
        return examine(self.raw, self.adjusted, self.timeframe, self.calendar)

    def stale(self) -> pd.DataFrame:
        """Return the finding that bars end too early; none of simulated or retired symbols."""
        if self.raw.attrs["simulated"] or not self.symbol.is_active:
            return findings.none()
        last = clock.stamps(self.raw)[-1]
        ended = sessions.ended_since(last, self.timeframe, self.calendar)
        return sessions.stale(last, ended, self.timeframe, self.calendar)

    def notes(self) -> tuple[str, ...]:
        """Return what a reader of the findings must know."""
        stamps = clock.stamps(self.raw)
        notes = [self.calendar.note] if self.calendar.note else []
        covered = self.calendar.covers(stamps)
        if not covered.all():
            known = f"{stamps[covered][0]:%Y-%m-%d}" if covered.any() else "later"
            notes.append(
                f"{int((~covered).sum()):,} bars lie outside what the calendar "
                f"{self.calendar.name} knows, which begins {known}: no gap is looked for there."
            )
        unadjusted = self.adjusted.attrs["adjusted"] == "raw" and not self.raw.attrs["simulated"]
        if self.symbol.asset_type is AssetType.EQUITY and unadjusted:
            notes.append(
                f"No factors of {self.symbol.symbol} are stored: splits look like falls. Load "
                f"them with lab.market.load_factors(path, {self.symbol.symbol!r})."
            )
        if len(stamps) <= LEAST:
            notes.append(f"{len(stamps)} bars are too few to tell an outlier.")
        return tuple(notes)


def check(database: Database, text: str, timeframe: str | None = None) -> Quality:
    """Check the stored bars of a symbol and record what was found; see `lab.market.check`."""
    with database.read() as con:
        symbol = store.find_symbol(con, text)
        look = Look.take(con, symbol, _state(con, symbol, timeframe))
        recorded = store.findings.newest_findings(con, symbol, look.timeframe)
    found = look.examine()
    if not _is_current(look.state, look.calendar):
        with database.write() as con:
            _record(con, [(look, found)], recorded)
    return Quality(
        symbol=symbol.symbol,
        timeframe=look.timeframe,
        findings=findings.together([found, look.stale()]),
        calendar=look.calendar,
        notes=look.notes(),
        stamps=clock.stamps(look.raw),
    )


def health(database: Database, *, check: bool = True) -> pd.DataFrame:
    """Return what is stored, unchecked bars checked first if wanted; see `lab.market.health`."""
    with database.read() as con:
        stored = store.health(con)
        symbols = {symbol.symbol: symbol for symbol in store.all_symbols(con)}
        states = {
            (state.symbol_id, state.timeframe): state for state in store.findings.check_states(con)
        }
        recorded = store.findings.newest_findings(con)
        waiting = deque(_waiting(stored, symbols, states) if check else ())
        looks = _take(con, waiting)
    checked: list[tuple[Look, pd.DataFrame]] = []
    bars = 0
    while looks:
        checked += [(look, look.examine()) for look in looks]
        bars += sum(len(look.raw) for look in looks)
        if not waiting or bars >= AT_MOST:
            break
        with database.read() as con:
            looks = _take(con, waiting)
    if checked:
        with database.write() as con:
            _record(con, checked, recorded)
    for look, found in checked:
        number = findings.counts(found)
        states[look.symbol.id, look.timeframe] = look.state._replace(
            bars_as_of=look.state.facts_as_of,
            checked_at=clock.now(),
            errors=number["error"],
            warnings=number["warning"],
        )
    return _told(stored, symbols, states)


def _state(con: Connection, symbol: Symbol, timeframe: str | None) -> CheckState:
    """Return how checked the bars are that are meant.

    Raises
    ------
    DataError, NoBars
        None such are stored, or it is unclear which are meant.
    """
    name = history.timeframe_of(con, symbol, timeframe)
    if name not in store.timeframes(con, symbol):
        raise NoBars(
            f"{symbol.symbol} has no stored {name} bars to check. Stored are "
            f"{' and '.join(store.timeframes(con, symbol)) or 'none'}; bars that are made of those "
            "are as good as they are.",
            symbol=symbol.symbol,
            timeframe=name,
        )
    states = store.findings.check_states(con, symbol)
    return next(state for state in states if state.timeframe == name)


def _is_current(state: CheckState, calendar: Calendar) -> bool:
    """Return whether these very bars were checked, by these rules and this calendar."""
    return state.is_current and (state.rules, state.calendar) == (RULES, calendar.name)


def _waiting(
    stored: pd.DataFrame,
    symbols: dict[str, Symbol],
    states: dict[tuple[int, str], CheckState],
) -> Iterator[tuple[Symbol, CheckState, int]]:
    """Yield what has to be checked, and how many bars it has."""
    columns = (stored[name].tolist() for name in ("symbol", "timeframe", "bars"))
    for text, timeframe, bars in zip(*columns, strict=True):
        if bars:
            symbol = symbols[text]
            state = states[symbol.id, timeframe]
            if not _is_current(state, calendars.of(symbol)):
                yield symbol, state, bars


def _take(con: Connection, waiting: deque[tuple[Symbol, CheckState, int]]) -> list[Look]:
    """Read the next bars that have to be checked; needs a lease."""
    looks: list[Look] = []
    bars = 0
    while waiting and bars < AT_ONCE:
        symbol, state, number = waiting.popleft()
        bars += number
        with suppress(NoBars):  # every one of them was taken out
            looks.append(Look.take(con, symbol, state))
    return looks


def _record(
    con: Connection, checked: list[tuple[Look, pd.DataFrame]], recorded: pd.DataFrame
) -> None:
    """Store checks; findings that are recorded already are not stored again."""
    rows = []
    for number, (look, found) in enumerate(checked):
        mine = recorded["symbol"].eq(look.symbol.symbol) & recorded["timeframe"].eq(look.timeframe)
        same = look.state.findings_of is not None and _same(recorded[mine], found)
        rows.append(
            {
                "number": number,
                "symbol_id": look.symbol.id,
                "timeframe": look.timeframe,
                "calendar": look.calendar.name,
                "rules": RULES,
                "bars": len(look.raw),
                "bars_as_of": look.state.facts_as_of,
                "same_as": look.state.findings_of if same else None,
            }
        )
    parts = [found.assign(number=number) for number, (_, found) in enumerate(checked)]
    checks = pd.DataFrame(rows).astype({"same_as": "Int64"})
    store.findings.add_checks(con, checks, pd.concat(parts, ignore_index=True))


def _same(recorded: pd.DataFrame, found: pd.DataFrame) -> bool:
    columns = list(findings.COLUMNS)
    before, now = (part[columns].reset_index(drop=True) for part in (recorded, found))
    return len(before) == len(now) and bool(
        ((before == now) | (before.isna() & now.isna())).all(axis=None)
    )


def _told(
    stored: pd.DataFrame,
    symbols: dict[str, Symbol],
    states: dict[tuple[int, str], CheckState],
) -> pd.DataFrame:
    """Return what is stored with how checked it is."""
    rows = []
    late = _Lateness(clock.now())
    columns = (
        stored[name].tolist() for name in ("symbol", "timeframe", "bars", "last", "simulated")
    )
    for text, timeframe, bars, last, simulated in zip(*columns, strict=True):
        symbol = symbols.get(text)
        state = states.get((symbol.id, timeframe)) if symbol and bars else None
        known = state if state and state.is_current else None
        real = symbol and symbol.is_active and bars and not simulated
        behind = late.behind(calendars.of(symbol), timeframe, last) if symbol and real else 0
        rows.append(
            {
                "errors": known.errors if known else None,
                "warnings": known.warnings if known else None,
                "stale": sessions.is_stale(behind, timeframe),
                "behind": behind,
                "checked_at": clock.utc(state.checked_at) if state and state.checked_at else None,
            }
        )
    kinds = {"errors": "Int64", "warnings": "Int64", "stale": "bool", "behind": "int64"}
    told = pd.DataFrame(rows, columns=[*kinds, "checked_at"], index=stored.index).astype(kinds)
    told["checked_at"] = pd.to_datetime(told["checked_at"], utc=True)
    return pd.concat([stored, told], axis=1)


class _Lateness:
    """How many bars have ended since a last one; many symbols have the same last one."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.known: dict[tuple[str, str, pd.Timestamp], int] = {}

    def behind(self, calendar: Calendar, timeframe: str, last: pd.Timestamp) -> int:
        key = (calendar.name, timeframe, last)
        if key not in self.known:
            self.known[key] = len(sessions.ended_since(last, timeframe, calendar, self.now))
        return self.known[key]
