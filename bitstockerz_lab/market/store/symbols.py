"""Symbols: looking them up by their texts, storing a new one, listing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market.store.bars import ALWAYS, IN_FORCE
from bitstockerz_lab.market.symbols import Symbol, normalise
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bitstockerz_lab.storage import Connection

WAY_OUT = "Load its bars with lab.market.load_csv(...)."
TOLD = 5
"""Of so many unknown names the nearest known one is looked for."""

TEXTS = """
SELECT symbol AS text, id AS symbol_id FROM symbols
UNION ALL
SELECT alias, symbol_id FROM symbol_aliases
"""
"""Every text that means a symbol; each is there once."""

SYMBOL = """
SELECT symbols.id, symbols.symbol, symbols.name, symbols.asset_type, symbols.exchange,
    symbols.currency, symbols.base_asset, symbols.quote_asset, symbols.is_active
"""

NAMED = f"""
{SYMBOL}, texts.text
FROM ({TEXTS}) AS texts JOIN symbols ON symbols.id = texts.symbol_id
WHERE texts.text IN (SELECT unnest(CAST(? AS VARCHAR[])))
"""

KNOWN_AS = """
known_as AS (
    SELECT symbol_id, string_agg(alias, ', ' ORDER BY alias) AS aliases,
        bool_or(contains(alias, upper($query))) AS asked
    FROM symbol_aliases
    GROUP BY symbol_id
)
"""

ASKED = """
contains(symbols.symbol, upper($query)) OR contains(upper(symbols.name), upper($query))
    OR contains(upper(terms.sector), upper($query)) OR known_as.asked
"""

FOUND = f"""
WITH {KNOWN_AS}
SELECT symbols.symbol
FROM symbols
LEFT JOIN symbol_terms AS terms ON terms.symbol_id = symbols.id
LEFT JOIN known_as ON known_as.symbol_id = symbols.id
WHERE {ASKED}
ORDER BY symbols.symbol
"""  # noqa: S608 - put together of constants

LISTED = f"""{IN_FORCE}
, spans AS (
    SELECT symbol_id, min(timestamp) AS first_bar, max(timestamp) AS last_bar
    FROM in_force
    GROUP BY symbol_id
), {KNOWN_AS}, changes AS (
    SELECT symbol_id, arg_max(date, id) AS date FROM symbol_statuses GROUP BY symbol_id
)
{SYMBOL}, CAST(changes.date AS TIMESTAMP) AS status_since, terms.tick_size, terms.lot_size,
    terms.sector, terms.country, known_as.aliases, spans.first_bar, spans.last_bar
FROM symbols
LEFT JOIN symbol_terms AS terms ON terms.symbol_id = symbols.id
LEFT JOIN known_as ON known_as.symbol_id = symbols.id
LEFT JOIN changes ON changes.symbol_id = symbols.id
LEFT JOIN spans ON spans.symbol_id = symbols.id
WHERE {ASKED}
ORDER BY symbols.symbol
"""  # noqa: S608 - put together of constants

ADD_SYMBOL = """
INSERT INTO symbols (symbol, name, asset_type, exchange, currency, base_asset, quote_asset,
    is_active, created_at, updated_at)
VALUES ($symbol, $name, $asset_type, $exchange, $currency, $base_asset, $quote_asset,
    true, $now, $now)
RETURNING id
"""


def lookup(con: Connection, text: str) -> Symbol | None:
    """Return the symbol that a text means, in any case: its own or an alias; None without one."""
    symbol = normalise(text)
    rows = con.execute(f"{SYMBOL} FROM symbols WHERE symbol = ?", [symbol]).fetchall()
    return _symbol(rows[0]) if rows else lookup_all(con, [symbol]).get(symbol)


def lookup_all(con: Connection, texts: list[str]) -> dict[str, Symbol]:
    """Return the symbols that normalised texts mean, by text; those that are not stored lack."""
    return {row[-1]: _symbol(row[:-1]) for row in con.execute(NAMED, [texts]).fetchall()}


def find_symbol(con: Connection, text: str) -> Symbol:
    """Return the symbol that a text means, in any case: its own or an alias.

    Raises
    ------
    UnknownName
        No such symbol is stored; the message names the nearest.
    """
    symbol = lookup(con, text)
    if symbol is None:
        raise _unknown([normalise(text)], known_texts(con))
    return symbol


def find_symbols(con: Connection, texts: Iterable[str]) -> list[Symbol]:
    """Return the symbols that texts mean, in their order, each once.

    Raises
    ------
    UnknownName
        Some are not stored; the message names all of them.
    """
    asked = list(dict.fromkeys(map(normalise, texts)))
    named = lookup_all(con, asked)
    unknown = [text for text in asked if text not in named]
    if unknown:
        raise _unknown(unknown, known_texts(con))
    return list({named[text].id: named[text] for text in asked}.values())


def all_symbols(con: Connection) -> list[Symbol]:
    """Return every stored symbol, by its text."""
    rows = con.execute(f"{SYMBOL} FROM symbols ORDER BY symbol").fetchall()
    return [_symbol(row) for row in rows]


def known_texts(con: Connection) -> list[str]:
    """Return every text that means a symbol: their own and their aliases."""
    return [text for text, _ in con.execute(TEXTS).fetchall()]


def add_symbol(con: Connection, symbol: Symbol) -> Symbol:
    """Store a new symbol and return it with its id."""
    values = {
        name: getattr(symbol, name)
        for name in ("symbol", "name", "exchange", "currency", "base_asset", "quote_asset")
    }
    values |= {"asset_type": str(symbol.asset_type), "now": clock.now()}
    number = frames.only(con, ADD_SYMBOL, values)
    return replace(symbol, id=number)


def symbols(con: Connection, query: str = "") -> pd.DataFrame:
    """Return the symbols whose text, name, alias or sector contains `query`, a row each."""
    return frames.read(con, LISTED, {"query": query.strip(), "known": ALWAYS}, zone="UTC")


def found_texts(con: Connection, query: str = "") -> list[str]:
    """Return the texts of the symbols that `symbols` returns, without a look at their bars."""
    return [text for (text,) in con.execute(FOUND, {"query": query.strip()}).fetchall()]


def _symbol(row: tuple[Any, ...]) -> Symbol:
    number, symbol, name, asset_type, *others = row
    return Symbol(number, symbol, name, AssetType(asset_type), *others)


def _unknown(names: list[str], known: list[str]) -> UnknownName:
    problems = [UnknownName.of("symbol", name, known, WAY_OUT) for name in names[:TOLD]]
    if len(names) == 1:
        return problems[0]
    told = " ".join(problem.message.replace(f" {WAY_OUT}", "") for problem in problems)
    rest = f" Nor are there {', '.join(map(repr, names[TOLD:]))}." if names[TOLD:] else ""
    return UnknownName(
        f"{told}{rest} {WAY_OUT.replace('its', 'their')}", kind="symbol", names=names
    )
