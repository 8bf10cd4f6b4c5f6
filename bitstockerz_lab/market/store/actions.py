"""Splits and dividends as they were reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market.store.bars import ALWAYS, next_moment
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

ACTIONS = """
SELECT CAST(date AS TIMESTAMP) AS date, kind, value, provider, created_at
FROM corporate_actions
WHERE symbol_id = ? AND created_at <= ?
QUALIFY row_number() OVER (PARTITION BY date, kind ORDER BY created_at DESC) = 1
ORDER BY date, kind
"""

HOLDERS = """
SELECT DISTINCT symbol_id
FROM corporate_actions
WHERE symbol_id IN (SELECT unnest(CAST(? AS BIGINT[])))
"""

ADD_ACTIONS = """
INSERT INTO corporate_actions (symbol_id, date, kind, value, provider, created_at)
SELECT $symbol_id, date, kind, value, $provider, $now
FROM incoming
"""


def read(con: Connection, symbol: Symbol, known: datetime = ALWAYS) -> pd.DataFrame:
    """Return what was known of splits and dividends: date, kind, value, provider, created_at.

    Of one date and kind the newest holds; a dividend of 0 or a split of 1 says that it never was.
    """
    return frames.read(con, ACTIONS, [symbol.id, known])


def holders(con: Connection, symbol_ids: list[int]) -> list[int]:
    """Return those of some symbols that have recorded splits or dividends."""
    return [number for (number,) in con.execute(HOLDERS, [symbol_ids]).fetchall()]


def add(con: Connection, symbol: Symbol, actions: pd.DataFrame, provider: str) -> int:
    """Store splits and dividends: columns date (naive, midnight), kind, value."""
    values = {"symbol_id": symbol.id, "provider": provider, "now": next_moment(con, symbol)}
    with frames.registered(con, "incoming", actions[["date", "kind", "value"]]):
        return frames.only(con, ADD_ACTIONS, values)
