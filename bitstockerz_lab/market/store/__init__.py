"""The market room's only SQL, a kind of fact a file."""

from bitstockerz_lab.market.store.bars import (
    ALWAYS,
    add_bars,
    extents,
    newest,
    next_moment,
    no_conflicts,
    read_bars,
    table_of,
    timeframes,
)
from bitstockerz_lab.market.store.factors import add_factors, read_factors
from bitstockerz_lab.market.store.refused import add_refused, health
from bitstockerz_lab.market.store.symbols import add_symbol, find_symbol, lookup, symbols

__all__ = [
    "ALWAYS", "add_bars", "add_factors", "add_refused", "add_symbol", "extents", "find_symbol",
    "health", "lookup", "newest", "next_moment", "no_conflicts", "read_bars", "read_factors",
    "symbols", "table_of", "timeframes",
]  # fmt: skip
