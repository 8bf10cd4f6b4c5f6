"""Who provided the newest bars, and what providers call a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bitstockerz_lab import clock
from bitstockerz_lab.market.store.bars import ALWAYS, IN_FORCE, STORED

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

NEWEST_BARS = f"""{IN_FORCE}
SELECT symbol_id, timeframe, max(timestamp), arg_max(provider, timestamp)
FROM in_force
WHERE list_contains($symbol_ids, symbol_id)
GROUP BY symbol_id, timeframe
ORDER BY symbol_id, timeframe
"""  # noqa: S608 - put together of constants

PROVIDERS = (
    STORED
    + """
SELECT DISTINCT symbol_id, provider
FROM stored
WHERE list_contains($symbol_ids, symbol_id)
ORDER BY ALL
"""
)

TEXTS = """
SELECT symbol_id, provider, text
FROM provider_symbols
"""

ADD_TEXT = """
INSERT INTO provider_symbols (symbol_id, provider, text, created_at)
VALUES ($symbol_id, $provider, $text, $now)
ON CONFLICT (symbol_id, provider) DO UPDATE SET text = excluded.text
"""


class NewestBar(NamedTuple):
    """The last bar of a symbol in a timeframe, and who provided it."""

    symbol_id: int
    timeframe: str
    last: pd.Timestamp
    provider: str


def newest_bars(con: Connection, symbols: list[Symbol]) -> list[NewestBar]:
    """Return the last bar of each of these symbols in each timeframe."""
    asked = {"symbol_ids": [symbol.id for symbol in symbols] or [0], "known": ALWAYS}
    rows = con.execute(NEWEST_BARS, asked).fetchall()
    return [NewestBar(number, step, clock.utc(last), who) for number, step, last, who in rows]


def providers_of(con: Connection, symbols: list[Symbol]) -> list[tuple[int, str]]:
    """Return who provided bars of these symbols, by a symbol's id, those taken out since too."""
    asked = {"symbol_ids": [symbol.id for symbol in symbols] or [0]}
    return con.execute(PROVIDERS, asked).fetchall()


def provider_symbols(con: Connection) -> dict[tuple[int, str], str]:
    """Return what was said that providers call symbols, by a symbol's id and the provider."""
    return {(number, who): text for number, who, text in con.execute(TEXTS).fetchall()}


def add_provider_symbol(con: Connection, symbol: Symbol, provider: str, text: str) -> None:
    """Remember what a provider calls a symbol; the newest holds."""
    values = {"symbol_id": symbol.id, "provider": provider, "text": text, "now": clock.now()}
    con.execute(ADD_TEXT, values)
