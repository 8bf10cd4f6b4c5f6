"""Corrections of bars: what was known before, and what is known since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.market.store.bars import ALWAYS, REVISED, next_moment
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import datetime

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

ADD_REVISIONS = """
INSERT INTO bar_revisions
    (symbol_id, timeframe, timestamp, old_open, old_high, old_low, old_close, old_volume,
    open, high, low, close, volume, reason, user_id, created_at)
SELECT $symbol_id, $timeframe, timestamp, old_open, old_high, old_low, old_close, old_volume,
    open, high, low, close, volume, $reason, $user_id, $now
FROM incoming
"""

TAKEN_OUT = f"""
SELECT timestamp, old_open AS open, old_high AS high, old_low AS low, old_close AS close,
    old_volume AS volume
FROM ({REVISED})
WHERE symbol_id = $symbol_id AND timeframe = $timeframe AND open IS NULL
"""  # noqa: S608 - put together of constants

REVISIONS = """
SELECT symbols.symbol, timeframe, timestamp, old_open, old_high, old_low, old_close, old_volume,
    open, high, low, close, volume, reason, users.email AS user, bar_revisions.created_at
FROM bar_revisions
JOIN symbols ON symbols.id = bar_revisions.symbol_id
LEFT JOIN users ON users.id = bar_revisions.user_id
WHERE $symbol_id IS NULL OR symbol_id = $symbol_id
ORDER BY bar_revisions.id
"""


def add(
    con: Connection,
    symbol: Symbol,
    timeframe: str,
    rows: pd.DataFrame,
    *,
    reason: str,
    user_id: int,
) -> tuple[datetime, str]:
    """Store corrections: columns old_open … old_volume, open … volume, index tz-aware UTC.

    Returns
    -------
    created_at : since when they are in force, UTC naive
    user : the e-mail of who corrected
    """
    now = next_moment(con, symbol)
    values = {
        "symbol_id": symbol.id, "timeframe": timeframe, "reason": reason, "user_id": user_id,
        "now": now,
    }  # fmt: skip
    with frames.registered(con, "incoming", rows.rename_axis("timestamp").reset_index()):
        con.execute(ADD_REVISIONS, values)
    ((user,),) = con.execute("SELECT email FROM users WHERE id = ?", [user_id]).fetchall()
    return now, user


def taken_out(con: Connection, symbol: Symbol, timeframe: str) -> pd.DataFrame:
    """Return the bars that were taken out, as they were before; index tz-aware UTC."""
    values = {"symbol_id": symbol.id, "timeframe": timeframe, "known": ALWAYS}
    rows = frames.read(con, TAKEN_OUT, values, zone="UTC")
    index = pd.DatetimeIndex(rows.pop("timestamp"), name="timestamp")
    return rows.set_axis(index)


def listed(con: Connection, symbol: Symbol | None = None) -> pd.DataFrame:
    """Return all corrections, or those of a symbol, oldest first; times are UTC."""
    return frames.read(
        con, REVISIONS, {"symbol_id": None if symbol is None else symbol.id}, zone="UTC"
    )
