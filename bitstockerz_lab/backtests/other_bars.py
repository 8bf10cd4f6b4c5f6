"""The bars of other symbols that a strategy's rules read, as one run reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies import others

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.storage import Connection

    Others = Mapping[str, pd.DataFrame]


def read(con: Connection, recipe: Recipe, adjusted: str, as_of: datetime | None = None) -> Others:
    """Return the bars of each symbol the rules read, by name: all that end with the period.

    Parameters
    ----------
    con : a lease's connection
    recipe : its end, and what it reads
    adjusted : "all", "split" or "raw", as asked for; what there is is done to each
    as_of : bars and factors stored later are left out

    Raises
    ------
    NoBars
        A symbol has none.
    """
    return others.read(con, recipe.reads, ends(recipe), adjusted=adjusted, as_of=as_of)


def ends(recipe: Recipe) -> pd.Timestamp:
    """Return when the last bar of the period ends; of other symbols no later bar is read."""
    return clock.bar_end(clock.bar_start(recipe.end, recipe.timeframe), recipe.timeframe)


def newest(con: Connection, recipe: Recipe) -> datetime | None:
    """Return when the newest fact was stored of the run's symbol and of those its rules read."""
    symbols = [recipe.symbol, *(one.symbol for one in recipe.reads)]
    return max(filter(None, (market_store.newest(con, one) for one in symbols)), default=None)


def moved(con: Connection, recipe: Recipe) -> Iterator[str]:
    """Yield which names mean another symbol today than they did in a recorded run."""
    for one in recipe.reads:
        try:
            today = market_store.find_symbol(con, one.name).symbol
        except LabError:
            today = "no symbol"
        if today != one.symbol.symbol:
            yield f"{one.name} means {today} today; this run read {one.symbol.symbol}."
