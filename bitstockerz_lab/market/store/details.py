"""What the table `symbols` has no column for: terms, aliases and statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.details import SymbolStatus, SymbolTerms
from bitstockerz_lab.market.store.symbols import lookup
from bitstockerz_lab.market.symbols import normalise
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

TERMS = "SELECT tick_size, lot_size, sector, country FROM symbol_terms WHERE symbol_id = ?"

PUT_TERMS = """
INSERT INTO symbol_terms (symbol_id, tick_size, lot_size, sector, country, updated_at)
VALUES ($symbol_id, $tick_size, $lot_size, $sector, $country, $now)
ON CONFLICT (symbol_id) DO UPDATE SET tick_size = excluded.tick_size,
    lot_size = excluded.lot_size, sector = excluded.sector, country = excluded.country,
    updated_at = excluded.updated_at
"""

ALIASES = """
SELECT symbol_aliases.alias, symbols.symbol, symbols.name, symbol_aliases.created_at
FROM symbol_aliases JOIN symbols ON symbols.id = symbol_aliases.symbol_id
ORDER BY symbol_aliases.alias
"""

STATUSES = """
SELECT symbols.symbol, CAST(symbol_statuses.date AS TIMESTAMP) AS date, symbol_statuses.is_active,
    symbol_statuses.reason, symbol_statuses.created_at
FROM symbol_statuses JOIN symbols ON symbols.id = symbol_statuses.symbol_id
WHERE coalesce(symbol_statuses.symbol_id = $symbol_id, true)
ORDER BY symbols.symbol, symbol_statuses.id
"""

NEWEST_STATUS = """
SELECT date, is_active, reason
FROM symbol_statuses
WHERE symbol_id = ?
ORDER BY id DESC
LIMIT 1
"""

ADD_STATUS = """
INSERT INTO symbol_statuses (symbol_id, date, is_active, reason, created_at)
VALUES ($symbol_id, $date, $is_active, $reason, $now)
"""


def terms(con: Connection, symbol: Symbol) -> SymbolTerms:
    """Return the terms of a symbol; what nobody said is None."""
    rows = con.execute(TERMS, [symbol.id]).fetchall()
    return SymbolTerms(symbol.symbol, *rows[0]) if rows else SymbolTerms(symbol.symbol)


def put_terms(con: Connection, symbol: Symbol, known: SymbolTerms) -> None:
    """Store the terms of a symbol in the place of those before."""
    values = {name: getattr(known, name) for name in ("tick_size", "lot_size", "sector", "country")}
    con.execute(PUT_TERMS, values | {"symbol_id": symbol.id, "now": clock.now()})


def add_alias(con: Connection, alias: str, symbol: Symbol) -> None:
    """Let another text mean a symbol; if it does already, nothing happens.

    Raises
    ------
    DataError
        The text means another symbol, or is one itself.
    """
    text = normalise(alias)
    taken = lookup(con, text)
    if taken is None:
        values = [text, symbol.id, clock.now()]
        con.execute(
            "INSERT INTO symbol_aliases (alias, symbol_id, created_at) VALUES (?, ?, ?)", values
        )
    elif taken.symbol == text:
        raise DataError(
            f"{text!r} is a stored symbol itself, so it cannot be an alias of {symbol.symbol}. "
            "Choose another text.",
            alias=text,
            symbol=symbol.symbol,
        )
    elif taken.id != symbol.id:
        raise DataError(
            f"{text!r} is an alias of {taken.symbol} already. Take that back with "
            f"lab.market.drop_alias({text!r}) first.",
            alias=text,
            symbol=symbol.symbol,
            stored=taken.symbol,
        )


def drop_alias(con: Connection, alias: str) -> None:
    """Let a text no longer mean a symbol.

    Raises
    ------
    UnknownName
        There is no such alias.
    """
    text = normalise(alias)
    known = aliases(con)["alias"].tolist()
    if text not in known:
        raise UnknownName.of("alias", text, known, "lab.market.aliases() shows all.")
    con.execute("DELETE FROM symbol_aliases WHERE alias = ?", [text])


def aliases(con: Connection) -> pd.DataFrame:
    """Return every alias: alias, symbol, name, created_at (UTC)."""
    return frames.read(con, ALIASES, zone="UTC")


def status(con: Connection, symbol: Symbol) -> SymbolStatus | None:
    """Return the newest change of a symbol's status; None where it never changed."""
    rows = con.execute(NEWEST_STATUS, [symbol.id]).fetchall()
    return SymbolStatus(symbol.symbol, *rows[0]) if rows else None


def add_status(con: Connection, symbol: Symbol, change: SymbolStatus) -> None:
    """Store a change of a symbol's status: whether it is traded from a day on."""
    now = clock.now()
    values = {"date": change.date, "is_active": change.is_active, "reason": change.reason}
    con.execute(ADD_STATUS, values | {"symbol_id": symbol.id, "now": now})
    changed = [change.is_active, now, symbol.id]
    con.execute("UPDATE symbols SET is_active = ?, updated_at = ? WHERE id = ?", changed)


def statuses(con: Connection, symbol: Symbol | None = None) -> pd.DataFrame:
    """Return the changes of statuses: symbol, date, is_active, reason, created_at (UTC)."""
    values = {"symbol_id": symbol.id if symbol is not None else None}
    return frames.read(con, STATUSES, values, zone="UTC")
