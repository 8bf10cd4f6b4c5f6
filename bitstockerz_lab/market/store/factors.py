"""Sets of price factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.market.factors import FACTORS
from bitstockerz_lab.market.store.bars import ALWAYS, next_moment
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import datetime

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

DERIVED = "derived from "
"""How the provider of a set begins that was made of splits and dividends, not loaded."""

SET = """
SELECT date, price_factor, split_factor, reference_price, created_at
FROM price_factors
WHERE symbol_id = ? AND created_at <= ?
"""

LOADED_SET = SET + "AND NOT starts_with(provider, 'derived from ')"

SHOWN_SET = """
SELECT CAST(date AS TIMESTAMP) AS date, price_factor, split_factor, reference_price, provider,
    created_at
FROM price_factors
WHERE symbol_id = ? AND created_at <= ?
QUALIFY created_at = max(created_at) OVER ()
ORDER BY date
"""

ADD_SET = """
INSERT INTO price_factors
    (symbol_id, date, price_factor, split_factor, reference_price, provider, created_at)
SELECT $symbol_id, date, price_factor, split_factor, reference_price, $provider, $now
FROM incoming
"""


def read_factors(con: Connection, symbol: Symbol, known: datetime = ALWAYS) -> pd.DataFrame:
    """Return the factor set that was in force at `known` (UTC naive); empty without one."""
    return _newest(con, SET, symbol, known)


def loaded(con: Connection, symbol: Symbol) -> pd.DataFrame:
    """Return the newest factor set that was loaded rather than derived; empty without one."""
    return _newest(con, LOADED_SET, symbol, ALWAYS)


def shown(con: Connection, symbol: Symbol, known: datetime = ALWAYS) -> pd.DataFrame:
    """Return the set in force with its provider and created_at (UTC), for people to look at."""
    rows = frames.read(con, SHOWN_SET, [symbol.id, known])
    return rows.assign(created_at=rows["created_at"].dt.tz_localize("UTC"))


def add_factors(con: Connection, symbol: Symbol, factors: pd.DataFrame, provider: str) -> int:
    """Store a factor set, which is in force from now on."""
    values = {"symbol_id": symbol.id, "provider": provider, "now": next_moment(con, symbol)}
    with frames.registered(con, "incoming", factors):
        return frames.only(con, ADD_SET, values)


def _newest(con: Connection, query: str, symbol: Symbol, known: datetime) -> pd.DataFrame:
    """Return the rows stored last; choosing them here takes half the time it takes in SQL."""
    rows = con.execute(query, [symbol.id, known]).fetchnumpy()
    moments = rows.pop("created_at")
    chosen = moments == moments.max() if len(moments) else slice(None)
    columns = {name: np.ma.filled(rows[name], np.nan)[chosen] for name in FACTORS}
    dates = pd.DatetimeIndex(rows["date"][chosen]).as_unit("us")
    found = pd.DataFrame({"date": dates, **columns}, copy=False)
    return found if dates.is_monotonic_increasing else found.sort_values("date", ignore_index=True)
