"""The other symbols that rules read, and which of their stored bars all the rules see is made of.

The shortest bars are read of which everything can be made that the rules look at: views make longer
ones of them, and there time decides what was known, not what else is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.market import history
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies.document import parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.definition import Definition


@dataclass(frozen=True, slots=True)
class Other:
    """Another symbol that rules read.

    Attributes
    ----------
    name : as the rules write it, maybe an alias
    symbol : the one that is meant
    timeframe : of the stored bars that are read
    """

    name: str
    symbol: Symbol
    timeframe: str


def resolve(con: Connection, definition: Definition, timeframe: str) -> tuple[Other, ...]:
    """Return the other symbols that rules read, by name.

    Parameters
    ----------
    con : a lease's connection
    definition : the rules
    timeframe : of the bars they are run on

    Raises
    ------
    UnknownName, DataError
        There is no such symbol, or no bars that short can be stored of it.
    """
    return tuple(
        _resolved(con, name, seen(definition, name, timeframe)) for name in definition.symbols
    )


def seen(definition: Definition, name: str, timeframe: str) -> list[str]:
    """Return the timeframes in which rules look at a symbol, the shortest first.

    Parameters
    ----------
    definition : the rules
    name : of the symbol, as they write it
    timeframe : that of views that name none
    """
    views = [part.value for part in parts(definition.document) if isinstance(part.value, Mapping)]
    names = {
        clock.timeframe(view.get("timeframe", timeframe))
        for view in views
        if view.get("symbol") == name
    }
    return sorted(names, key=lambda one: clock.TIMEFRAMES[one])


def read(
    con: Connection,
    others: Iterable[Other],
    end: pd.Timestamp,
    start: pd.Timestamp | None = None,
    adjusted: str = "all",
    as_of: datetime | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the bars of other symbols by name: all that had ended at a time.

    Parameters
    ----------
    con : a lease's connection
    others : which
    end : the time
    start : of the first bar; None is the first stored one
    adjusted : "all", "split" or "raw", as asked for; what there is is done to each
    as_of : bars and factors stored later are left out

    Raises
    ------
    NoBars
        A symbol has none.
    """
    wanted = False if adjusted == "raw" else adjusted
    return {
        one.name: history.read(
            con,
            one.symbol,
            one.timeframe,
            start,
            end - clock.TIMEFRAMES[one.timeframe],
            adjusted=wanted,
            as_of=as_of,
        )
        for one in others
    }


def digest(bars: pd.DataFrame, read_too: Mapping[str, pd.DataFrame]) -> str:
    """Return the digest of all bars that rules read: of the own alone where they read no others'.

    Parameters
    ----------
    bars : the strategy's own
    read_too : those of other symbols, by name
    """
    own = market_bars.digest(bars)
    if not read_too:
        return own
    digests = [own, *(market_bars.digest(read_too[name]) for name in sorted(read_too))]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _resolved(con: Connection, name: str, wanted: list[str]) -> Other:
    symbol = market_store.find_symbol(con, name)
    fitting = [
        source
        for source in history.sources(symbol.asset_type, wanted[0])
        if all(source in history.sources(symbol.asset_type, one) for one in wanted)
    ]
    if not fitting:
        raise DataError(
            f"The rules look at {wanted[0]} bars of {name}, and {wanted[0]} bars of "
            f"{symbol.asset_type} symbols have no table. Look at longer ones, like "
            f"close.of({name!r}).on('1d').",
            symbol=name,
            timeframe=wanted[0],
        )
    stored = market_store.timeframes(con, symbol)
    return Other(name, symbol, next((one for one in fitting if one in stored), fitting[0]))
