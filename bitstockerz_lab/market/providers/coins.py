"""The provider `ccxt`: bars of coins from their exchanges, asked through the library ccxt.

ccxt knows each exchange's own words and keeps to its pace (`enableRateLimit`). What it calls a
market is BASE/QUOTE; here the exchange stands before it: "kraken:BTC/USD".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.providers.paging import Pages
from bitstockerz_lab.market.providers.patience import Busy, date_of, patiently
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request
from bitstockerz_lab.market.symbols import exchange_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bitstockerz_lab.market.symbols import Listing, Symbol

TIMEOUT_S = 30.0
WORDS = 160
PASSING = (429, *range(500, 600))
USUAL_LIMIT = 500
"""Bars asked for at once where ccxt does not know an exchange's limit; each gives as many."""


class Coins(Provider):
    """Hourly and daily bars of coins, in UTC, from any exchange that ccxt knows.

    Parameters
    ----------
    exchange : ccxt's name, "bitstamp"; None is the symbol's own
    """

    name = "ccxt"
    about = "coins 1d and 1h, from the exchange of the symbol or exchange="

    def __init__(self, exchange: str | None = None) -> None:
        self.exchange = exchange_of(exchange)
        self._exchanges: dict[str, Any] = {}

    def listing(self, said: Listing) -> Listing:
        """Return what is said of a symbol: a coin, on the exchange it is asked from."""
        return replace(
            said,
            asset_type=said.asset_type or AssetType.CRYPTO,
            exchange=said.exchange or self.exchange,
        )

    def text(self, symbol: Symbol) -> str:
        """Return exchange and market: "kraken:BTC/USD"."""
        venue = self.exchange or symbol.exchange
        if venue is None:
            raise DataError(
                f"{symbol.symbol} has no exchange to be asked. Pass one, like exchange='bitstamp'.",
                symbol=symbol.symbol,
            )
        if symbol.exchange not in (None, venue):
            raise DataError(
                f"{symbol.symbol} has the prices of {symbol.exchange}, and exchange={venue!r} was "
                f"given. Load those under another symbol, like '{symbol.symbol}.{venue}'.",
                symbol=symbol.symbol,
                stored=symbol.exchange,
                given=venue,
            )
        return f"{venue}:{symbol.base_asset}/{symbol.quote_asset}"

    def timeframes(self, symbol: Symbol) -> tuple[str, ...]:
        """Return "1d" and "1h" for a coin."""
        return ("1d", "1h") if symbol.asset_type is AssetType.CRYPTO else ()

    def fetch(self, request: Request) -> Iterator[Page]:
        """Yield pages of as many bars as the exchange gives at once."""
        if request.first is None:
            raise DataError(
                f"{request}: exchanges do not tell where their bars begin. Say from when, like "
                "start='2020-01-01'.",
                symbol=request.symbol.symbol,
            )
        venue, _, market = request.text.partition(":")
        exchange = self._open(venue)
        what = f"{venue} was asked for {request}"
        _asked(exchange.load_markets, exchange, what)
        _refuse_unknown(exchange, market, request.timeframe)

        def ask(since: pd.Timestamp, limit: int) -> tuple[pd.DataFrame, pd.Timestamp | None]:
            milliseconds = int(since.timestamp() * 1000)
            rows = _asked(
                lambda: exchange.fetch_ohlcv(market, request.timeframe, milliseconds, limit),
                exchange,
                what,
            )
            return _bars(rows), date_of((exchange.last_response_headers or {}).get("Date"))

        limit = exchange.feature_value(market, "fetchOHLCV", "limit") or USUAL_LIMIT
        currency = exchange.market(market)["quote"]
        for page in Pages(request, ask, int(limit), venue):
            yield replace(page, currency=currency)

    def _open(self, venue: str) -> Any:  # noqa: ANN401 - of an untyped library
        """Return ccxt's exchange, the same one for all symbols: its markets load once."""
        import ccxt  # noqa: PLC0415 - reason: heavy

        if venue not in ccxt.exchanges:
            way_out = "ccxt.exchanges lists what ccxt knows."
            raise UnknownName.of("exchange", venue, ccxt.exchanges, way_out)
        if venue not in self._exchanges:
            self._exchanges[venue] = getattr(ccxt, venue)(
                {
                    "enableRateLimit": True,
                    "timeout": int(TIMEOUT_S * 1000),
                    "enableLastJsonResponse": True,
                    "enableLastResponseHeaders": True,
                }
            )
        return self._exchanges[venue]


def _asked(ask: Callable[[], Any], exchange: Any, what: str) -> Any:  # noqa: ANN401 - untyped library
    """Return an answer of the exchange; what is passing is asked again, what is not is an error."""
    import ccxt  # noqa: PLC0415 - reason: heavy

    def once() -> Any:  # noqa: ANN401 - of an untyped library
        exchange.last_json_response, exchange.last_response_headers = None, None
        try:
            answer = ask()
        except Exception as problem:
            # 429, 5xx, timeouts, broken connections; or half of an answer, on which ccxt stumbles
            status = _status(problem)
            passing = isinstance(problem, ccxt.NetworkError) or status in PASSING
            if passing or exchange.last_json_response is None:
                headers = exchange.last_response_headers or {}
                raise Busy(_told(problem, status), headers.get("Retry-After")) from problem
            raise
        if not answer and exchange.last_json_response is None:
            # ccxt takes half of an answer for one without bars
            raise Busy("an answer that is no JSON")
        return answer

    try:
        return patiently(once, what)
    except ccxt.BaseError as problem:
        raise DataError(f"{what} and refused: {_told(problem)}.", what=what) from problem


def _status(problem: BaseException | None) -> int | None:
    """Return the status behind an error of ccxt, which does not always say it."""
    while problem is not None:
        response = getattr(problem, "response", None)
        if response is not None:
            return int(response.status_code)
        problem = problem.__cause__ or problem.__context__
    return None


def _told(problem: Exception, status: int | None = None) -> str:
    """Return the status, the kind and the first words of an error of ccxt."""
    kind, text = type(problem).__name__, " ".join(str(problem).split())[:WORDS]
    return f"{kind} ({text})" if status is None else f"status {status}, {kind} ({text})"


def _refuse_unknown(exchange: Any, market: str, timeframe: str) -> None:  # noqa: ANN401 - untyped
    if market not in exchange.markets:
        way_out = "If it is called otherwise there, pass provider_symbol='exchange:BASE/QUOTE'."
        raise UnknownName.of(f"market of {exchange.id}", market, exchange.markets, way_out)
    if not exchange.has.get("fetchOHLCV") or timeframe not in (exchange.timeframes or {}):
        raise DataError(
            f"{exchange.id} has no {timeframe} bars. Ask another exchange.",
            exchange=exchange.id,
            timeframe=timeframe,
        )


def _bars(rows: list[list[Any]]) -> pd.DataFrame:
    """Return ccxt's rows, [milliseconds, open, high, low, close, volume], as bars."""
    table = np.array([row[1:6] for row in rows], dtype="float64").reshape(len(rows), len(COLUMNS))
    stamps = pd.to_datetime(np.array([row[0] for row in rows], dtype="int64"), unit="ms", utc=True)
    index = pd.DatetimeIndex(stamps, name="timestamp").as_unit("us")
    return pd.DataFrame(table, index=index, columns=list(COLUMNS))
