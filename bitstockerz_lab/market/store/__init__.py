"""The market room's only SQL, a kind of fact a file."""

# ruff: noqa: I001 - a name a line would be more lines than a face has
from bitstockerz_lab.market.store import (
    actions, bulk, details, factors, findings, panel, providers, quotes, rates, revisions,
    watchlists,
)  # fmt: skip
from bitstockerz_lab.market.store.bars import (
    ALWAYS, TABLES, extents, newest, next_moment, read_bars, table_of, timeframes,
)  # fmt: skip
from bitstockerz_lab.market.store.factors import add_factors, read_factors
from bitstockerz_lab.market.store.refused import health
from bitstockerz_lab.market.store.symbols import (
    add_symbol, all_symbols, find_symbol, find_symbols, found_texts, lookup, lookup_all,
    symbols,
)  # fmt: skip
from bitstockerz_lab.market.store.watchlists import members

__all__ = [
    "ALWAYS", "TABLES", "actions", "add_factors", "add_symbol", "all_symbols",
    "bulk", "details", "extents", "factors", "find_symbol", "find_symbols", "findings",
    "found_texts", "health", "lookup", "lookup_all", "members", "newest", "next_moment", "panel",
    "providers", "quotes", "rates", "read_bars", "read_factors", "revisions", "symbols", "table_of",
    "timeframes", "watchlists",
]  # fmt: skip
