"""The provider `yfinance`: daily bars of stocks from Yahoo, asked through the library yfinance.

yfinance keeps the cookies and the crumb that Yahoo wants and looks like a browser to it. Its
`Ticker.history` is left aside: it takes an unknown volume for 0, forgets the status of an answer,
and remembers broken ones. So the chart itself is asked for and read (`yahoo_chart`).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market.providers import yahoo_chart
from bitstockerz_lab.market.providers.patience import Busy, date_of, patiently
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.symbols import Listing, Symbol

CHART = "https://query2.finance.yahoo.com/v8/finance/chart/"
OLDEST = pd.DateOffset(years=99)
"""As far back as Yahoo is asked by yfinance itself."""

TIMEOUT_S = 30.0
DAY = pd.Timedelta(days=1)
TOO_MANY, BROKEN = 429, 500

SUFFIXES = {
    "XNYS": "", "XNAS": "", "XASE": "", "ARCX": "", "BATS": "", "IEXG": "", "XTSE": ".TO",
    "XLON": ".L", "XPAR": ".PA", "XAMS": ".AS", "XBRU": ".BR", "XLIS": ".LS", "XDUB": ".IR",
    "XETR": ".DE", "XFRA": ".F", "XMIL": ".MI", "XMAD": ".MC", "XSWX": ".SW", "XSTO": ".ST",
    "XHEL": ".HE", "XCSE": ".CO", "XOSL": ".OL", "XICE": ".IC", "XWBO": ".VI", "XWAR": ".WA",
    "XPRA": ".PR", "XBUD": ".BD", "XIST": ".IS", "XTKS": ".T", "XHKG": ".HK", "XSHG": ".SS",
    "XSHE": ".SZ", "XKRX": ".KS", "XTAI": ".TW", "XSES": ".SI", "XASX": ".AX", "XNZE": ".NZ",
    "XBOM": ".BO", "XNSE": ".NS", "XJSE": ".JO", "XTAE": ".TA", "XSAU": ".SR", "BVMF": ".SA",
    "XMEX": ".MX", "XBUE": ".BA", "XSGO": ".SN", "XBOG": ".CL", "XIDX": ".JK", "XKLS": ".KL",
    "XBKK": ".BK", "XPHS": ".PS", "OTCM": "", "MEMX": "", "ASEX": ".AT", "XDUS": ".DU",
    "XHAM": ".HM", "XSTU": ".SG", "XTAL": ".TL", "XRIS": ".RG", "XLIT": ".VS", "XBSE": ".RO",
}  # fmt: skip
"""What Yahoo hangs on a share's text, by exchange (yfinance 1.7, `const._MIC_TO_YAHOO_SUFFIX`)."""

HONG_KONG_DIGITS = 4


class Yahoo(Provider):
    """Daily bars, splits and dividends of stocks."""

    name = "yfinance"
    about = "stocks 1d, with splits and dividends"

    def listing(self, said: Listing) -> Listing:
        """Return what is said of a symbol: a stock."""
        return replace(said, asset_type=said.asset_type or AssetType.EQUITY)

    def text(self, symbol: Symbol) -> str:
        """Return what Yahoo calls a stock: BRK.B is BRK-B, VOD in London is VOD.L."""
        text, suffix = symbol.symbol, SUFFIXES.get(symbol.exchange or "XNYS")
        if suffix is None:
            raise DataError(
                f"What Yahoo hangs on symbols of {symbol.exchange} is not known. Say what it calls "
                f"{text}, like provider_symbol='{text}.XX'.",
                symbol=text,
                exchange=symbol.exchange,
            )
        if text.endswith(suffix or tuple(filter(None, SUFFIXES.values()))):
            return text
        if suffix == ".HK" and text.isdigit():
            text = text.zfill(HONG_KONG_DIGITS)
        return text.replace(".", "-") + suffix

    def timeframes(self, symbol: Symbol) -> tuple[str, ...]:
        """Return "1d" for a stock."""
        return ("1d",) if symbol.asset_type is AssetType.EQUITY else ()

    def fetch(self, request: Request) -> Iterator[Page]:
        """Yield one page: Yahoo answers with all days at once."""
        what = f"Yahoo was asked for {request}"
        chart, now = patiently(lambda: _ask(request), what)
        if chart.get("timestamp"):
            yield replace(yahoo_chart.page(chart, request), now=now)


@cache
def _client() -> Any:  # noqa: ANN401 - of an untyped library
    """Return the one client of this process, whose session notes how long it is told to wait."""
    from curl_cffi import requests  # noqa: PLC0415 - reason: heavy
    from yfinance.data import YfData  # noqa: PLC0415 - reason: heavy

    class Session(requests.Session[requests.Response]):
        retry_after: str | None = None

        def request(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - handed on
            response = super().request(*arguments, **options)
            self.retry_after = response.headers.get("Retry-After")
            return response

    # what it warns of is tried again here, and told if that does not help
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    return YfData(session=Session(impersonate="chrome"))


def _ask(request: Request) -> tuple[dict[str, Any], pd.Timestamp | None]:
    """Return Yahoo's chart and its clock, asked once.

    It is always asked until now: without all later splits, they could not be undone.
    """
    from yfinance.exceptions import YFException, YFRateLimitError  # noqa: PLC0415 - reason: heavy

    now = clock.utc(clock.now())
    first = now - OLDEST if request.first is None else request.first - DAY
    asked = {
        "period1": int(first.timestamp()),
        "period2": int((now + DAY).timestamp()),
        "interval": "1d",
        "includePrePost": "false",
        "events": "div,splits",
    }
    client = _client()
    try:
        response = client.get(CHART + request.text, asked, timeout=TIMEOUT_S)
    except YFRateLimitError as problem:
        raise Busy(f"status {TOO_MANY}", client._session.retry_after) from problem  # noqa: SLF001 - ours
    except (OSError, YFException) as problem:  # curl's errors are of OSError
        raise Busy(f"{type(problem).__name__} ({str(problem).partition('. See')[0]})") from problem
    return _result(response, request), date_of(response.headers.get("Date"))


def _result(response: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401 - of an untyped library
    status = response.status_code
    if status == TOO_MANY or status >= BROKEN:
        raise Busy(f"status {status}", response.headers.get("Retry-After"))
    try:
        answer = response.json()["chart"]
        error, results = answer["error"], answer["result"]
    except (ValueError, LookupError, TypeError) as problem:
        raise Busy(f"status {status} with a body that is no chart") from problem
    if error or not results:
        told = (error or {}).get("description", "nothing")
        raise NoBars(
            f"Yahoo has no {request}: {told.rstrip('.')}. If Yahoo calls {request.symbol.symbol} "
            "otherwise, pass provider_symbol=.",
            symbol=request.symbol.symbol,
            text=request.text,
            status=status,
        )
    found: dict[str, Any] = results[0]
    return found
