"""The bars of other symbols that a strategy's rules read, as one run reads them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.market import history
from bitstockerz_lab.market import store as market_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.storage import Connection

    Others = Mapping[str, pd.DataFrame]


def read(con: Connection, recipe: Recipe, adjusted: str, as_of: datetime | None = None) -> Others:
    """Return the bars of each symbol the rules read, by symbol: all stored up to the period's end.

    Parameters
    ----------
    con : a lease's connection
    recipe : its timeframe and end
    adjusted : "all", "split" or "raw", as asked for; what there is is done to each
    as_of : bars and factors stored later are left out

    Raises
    ------
    UnknownName, NoBars
        A symbol, or its bars of this timeframe, are not there.
    """
    return {
        symbol: history.read(
            con,
            symbol,
            recipe.timeframe,
            end=recipe.end,
            adjusted=False if adjusted == "raw" else adjusted,
            as_of=as_of,
        )
        for symbol in recipe.version.definition.symbols
    }


def newest(con: Connection, recipe: Recipe) -> datetime | None:
    """Return when the newest fact was stored of the run's symbol and of those its rules read."""
    names = recipe.version.definition.symbols
    symbols = [recipe.symbol, *(market_store.find_symbol(con, name) for name in names)]
    return max(filter(None, (market_store.newest(con, one) for one in symbols)), default=None)


def digest(bars: pd.DataFrame, others: Others) -> str:
    """Return the digest of all bars of a run: of its own alone where the rules read no others'."""
    own = market_bars.digest(bars)
    if not others:
        return own
    digests = [own, *(market_bars.digest(others[symbol]) for symbol in sorted(others))]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
