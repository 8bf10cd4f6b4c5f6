"""Symbols: looking one up, storing a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market.symbols import Symbol, normalise
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection

SYMBOL = """
SELECT id, symbol, name, asset_type, exchange, currency, base_asset, quote_asset, is_active
FROM symbols
"""

ADD_SYMBOL = """
INSERT INTO symbols (symbol, name, asset_type, exchange, currency, base_asset, quote_asset,
    is_active, created_at, updated_at)
VALUES ($symbol, $name, $asset_type, $exchange, $currency, $base_asset, $quote_asset,
    true, $now, $now)
RETURNING id
"""


def lookup(con: Connection, text: str) -> Symbol | None:
    """Return the symbol of that text, in any case, or None."""
    rows = con.execute(SYMBOL + "WHERE symbol = ?", [normalise(text)]).fetchall()
    if not rows:
        return None
    number, symbol, name, kind, exchange, currency, base, quote, is_active = rows[0]
    return Symbol(number, symbol, name, AssetType(kind), exchange, currency, base, quote, is_active)


def find_symbol(con: Connection, text: str) -> Symbol:
    """Return the symbol of that text, in any case.

    Raises
    ------
    UnknownName
        No such symbol is stored; the message names the nearest.
    """
    symbol = lookup(con, text)
    if symbol is None:
        known = [name for (name,) in con.execute("SELECT symbol FROM symbols").fetchall()]
        way_out = "Load its bars with lab.market.load_csv(...)."
        raise UnknownName.of("symbol", normalise(text), known, way_out)
    return symbol


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
    """Return the symbols whose text or name contains `query`, a row each."""
    where = "WHERE contains(symbol, upper(?)) OR contains(upper(name), upper(?)) ORDER BY symbol"
    return frames.read(con, SYMBOL + where, [query.strip(), query.strip()])
