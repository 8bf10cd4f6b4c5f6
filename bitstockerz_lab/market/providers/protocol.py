"""What a provider is: a name, what it has, and bars a page at a time.

A program of your own joins in by an entry point of the group `bitstockerz.providers` that names a
class like this one:

    class Mine(Provider):
        name = "mine"
        about = "stocks of my own, 1d"

        def timeframes(self, symbol):
            return ("1d",)

        def fetch(self, request):
            yield Page(bars=my_bars(request.text, request.first, request.last))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bitstockerz_lab import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bitstockerz_lab.market.symbols import Listing, Symbol


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider is asked for.

    Attributes
    ----------
    symbol : whose bars; its `id` is 0 before it is stored
    text : what the provider calls it, "BRK-B", "kraken:BTC/USD"
    timeframe : "1d" or "1h"
    first, last : stamps of the first and last bar wanted, UTC; None is as far back, or as near to
        now, as the provider has bars
    """

    symbol: Symbol
    text: str
    timeframe: str
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None

    def __str__(self) -> str:
        span = f" from {self.first:%Y-%m-%d %H:%M}" if self.first is not None else ""
        span += f" to {self.last:%Y-%m-%d %H:%M}" if self.last is not None else ""
        return f"{self.timeframe} bars of {self.text}{span.replace(' 00:00', '')}"

    def cut(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return the bars from `first` to `last`."""
        if self.first is not None:
            bars = bars[bars.index >= self.first]
        return bars if self.last is None else bars[bars.index <= self.last]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Part of a provider's answer.

    Attributes
    ----------
    bars : DataFrame of shape (n_bars, 5)
        open, high, low, close, volume as traded (not adjusted), index `timestamp`, tz-aware UTC,
        ascending; the one still forming may be among them and is never stored
    actions : DataFrame with columns date (naive, midnight), kind ("SPLIT" or "DIVIDEND") and value
        (shares after for one before; money a share as it was paid); None without any
    currency : what the prices are in, "USD"; None if the provider does not say
    now : the provider's own clock at the answer, UTC; None if it does not say
    notes : what should be known about the page, a sentence each
    """

    bars: pd.DataFrame
    actions: pd.DataFrame | None = None
    currency: str | None = None
    now: pd.Timestamp | None = None
    notes: tuple[str, ...] = ()


class Provider(Protocol):
    """Somebody who has bars. Options of the verbs, like `exchange=`, are constructor's keywords.

    Attributes
    ----------
    name : what it is called in `lab.market.load` and in the column `provider` of bars
    about : what it has, for `lab.market.providers()`
    """

    name: str
    about: str

    def listing(self, said: Listing) -> Listing:
        """Return what is said of a symbol, completed by what the provider knows of all its own."""
        return said

    def text(self, symbol: Symbol) -> str:
        """Return what the provider calls a symbol."""
        return symbol.symbol

    def timeframes(self, symbol: Symbol) -> tuple[str, ...]:
        """Return the timeframes it has bars of a symbol in, the usual one first; () is none."""
        ...

    def fetch(self, request: Request) -> Iterator[Page]:
        """Yield pages of bars, oldest first, so that a break leaves no hole.

        Raises
        ------
        DataError
            There are no such bars, or the provider does not answer.
        """
        ...


def finished(bars: pd.DataFrame, timeframe: str, now: pd.Timestamp) -> pd.DataFrame:
    """Return the bars that had ended at `now`.

    Notes
    -----
    A daily bar of a stock ends here at midnight UTC too. That is three hours or more after the
    close of every exchange that lists shares (the latest, New York's, is at 21:00 UTC), by when
    its volume is final.
    """
    ended = clock.bar_end(bars.index, timeframe) <= now  # type: ignore[type-var]
    return bars if ended.all() else bars[ended]
