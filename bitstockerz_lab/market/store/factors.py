"""Sets of price factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market.store.bars import ALWAYS, next_moment
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

FACTORS = """
SELECT CAST(date AS TIMESTAMP) AS date, price_factor, split_factor, reference_price
FROM price_factors
WHERE symbol_id = ? AND created_at <= ?
QUALIFY created_at = max(created_at) OVER ()
ORDER BY date
"""

ADD_FACTORS = """
INSERT INTO price_factors
    (symbol_id, date, price_factor, split_factor, reference_price, provider, created_at)
SELECT $symbol_id, date, price_factor, split_factor, reference_price, $provider, $now
FROM incoming
"""


def read_factors(con: Connection, symbol: Symbol, known: datetime = ALWAYS) -> pd.DataFrame:
    """Return the factor set that was in force at `known` (UTC naive); empty without one."""
    return frames.read(con, FACTORS, [symbol.id, known])


def add_factors(con: Connection, symbol: Symbol, factors: pd.DataFrame, provider: str) -> int:
    """Store a factor set, which is in force from now on."""
    values = {"symbol_id": symbol.id, "provider": provider, "now": next_moment(con, symbol)}
    with frames.registered(con, "incoming", factors):
        return frames.only(con, ADD_FACTORS, values)
