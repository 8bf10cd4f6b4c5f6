"""Watchlists: a user's named lists of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.store.symbols import (
    WAY_OUT,
    all_symbols,
    find_symbols,
    known_texts,
    lookup,
)
from bitstockerz_lab.market.symbols import TICKER
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

WATCHLIST = """
SELECT watchlists.id, watchlists.name, symbols.symbol
FROM watchlists
LEFT JOIN watchlist_symbols ON watchlist_symbols.watchlist_id = watchlists.id
LEFT JOIN symbols ON symbols.id = watchlist_symbols.symbol_id
WHERE watchlists.user_id = ? AND lower(watchlists.name) = lower(?)
ORDER BY watchlist_symbols.position
"""

WATCHLISTS = """
SELECT watchlists.name, count(symbols.id) AS symbols,
    string_agg(symbols.symbol, ', ' ORDER BY watchlist_symbols.position) AS members,
    watchlists.created_at, watchlists.updated_at
FROM watchlists
LEFT JOIN watchlist_symbols ON watchlist_symbols.watchlist_id = watchlists.id
LEFT JOIN symbols ON symbols.id = watchlist_symbols.symbol_id
WHERE watchlists.user_id = ?
GROUP BY watchlists.id, watchlists.name, watchlists.created_at, watchlists.updated_at
ORDER BY lower(watchlists.name)
"""

ADD_WATCHLIST = """
INSERT INTO watchlists (user_id, name, created_at, updated_at)
VALUES ($user_id, $name, $now, $now)
RETURNING id
"""


def members(con: Connection, user_id: int, symbols: str | Iterable[str] | None) -> list[Symbol]:
    """Return the symbols that are meant: what every verb that takes `symbols=` calls.

    Parameters
    ----------
    con : a lease's connection
    user_id : whose watchlists are looked at
    symbols : a symbol's text or the name of a watchlist, in any case; several texts, which are
        symbols and never watchlists; None for every stored symbol. Aliases count

    Returns
    -------
    list of Symbol
        In the order asked for, each once; empty for an empty watchlist.

    Raises
    ------
    UnknownName
        Some are not stored; the message names all of them.
    DataError
        The text is a symbol and the name of a watchlist.
    """
    if symbols is None:
        return all_symbols(con)
    if not isinstance(symbols, str):
        return find_symbols(con, symbols)
    listed = watchlist(con, user_id, symbols)
    named = lookup(con, symbols) if _may_be_symbol(symbols) else None
    if listed is not None and named is not None:
        raise DataError(
            f"{symbols!r} is the symbol {named.symbol} and one of your watchlists. Write "
            f"[{symbols!r}] for the symbol, or lab.market.watchlist({symbols!r}) for the list.",
            symbols=symbols,
        )
    if listed is not None:
        return find_symbols(con, listed)
    if named is not None:
        return [named]
    known = [*known_texts(con), *watchlists(con, user_id)["name"]]
    raise UnknownName.of("symbol or watchlist", symbols, known, WAY_OUT)


def watchlist(con: Connection, user_id: int, name: str) -> list[str] | None:
    """Return the symbols on a watchlist, in its order; None where there is no such list."""
    rows = con.execute(WATCHLIST, [user_id, name.strip()]).fetchall()
    return [symbol for *_, symbol in rows if symbol is not None] if rows else None


def watchlists(con: Connection, user_id: int) -> pd.DataFrame:
    """Return a user's watchlists: name, symbols (how many), members, created_at, updated_at."""
    return frames.read(con, WATCHLISTS, [user_id], zone="UTC")


def put_watchlist(con: Connection, user_id: int, name: str, symbols: Sequence[Symbol]) -> list[str]:
    """Store a watchlist, or what is on it from now on; return the symbols.

    Raises
    ------
    DataError
        It would be called like a symbol.
    """
    if _may_be_symbol(name) and (named := lookup(con, name)) is not None:
        raise DataError(
            f"A watchlist cannot be called {name!r}: that means the symbol {named.symbol}. Choose "
            "another name.",
            name=name,
        )
    rows = con.execute(WATCHLIST, [user_id, name]).fetchall()
    if rows:
        number = rows[0][0]
        renewed = [name, clock.now(), number]
        con.execute("UPDATE watchlists SET name = ?, updated_at = ? WHERE id = ?", renewed)
        con.execute("DELETE FROM watchlist_symbols WHERE watchlist_id = ?", [number])
    else:
        values = {"user_id": user_id, "name": name, "now": clock.now()}
        number = frames.only(con, ADD_WATCHLIST, values)
    if symbols:
        ids = [symbol.id for symbol in symbols]
        entries = pd.DataFrame(
            {"watchlist_id": number, "symbol_id": ids, "position": range(len(ids))}
        )
        frames.append(con, "watchlist_symbols", entries)
    return [symbol.symbol for symbol in symbols]


def drop_watchlist(con: Connection, user_id: int, name: str) -> None:
    """Remove a watchlist; its symbols stay.

    Raises
    ------
    UnknownName
        There is no such list.
    """
    rows = con.execute(WATCHLIST, [user_id, name.strip()]).fetchall()
    if not rows:
        raise no_watchlist(con, user_id, name)
    con.execute("DELETE FROM watchlist_symbols WHERE watchlist_id = ?", [rows[0][0]])
    con.execute("DELETE FROM watchlists WHERE id = ?", [rows[0][0]])


def no_watchlist(con: Connection, user_id: int, name: str) -> UnknownName:
    """Return the error that names the nearest watchlist."""
    known = watchlists(con, user_id)["name"].tolist()
    way_out = f"Make it with lab.market.watchlist({name!r}, [...])."
    return UnknownName.of("watchlist", name, known, way_out)


def _may_be_symbol(text: str) -> bool:
    return TICKER.fullmatch(text.strip().upper().replace("/", "-")) is not None
