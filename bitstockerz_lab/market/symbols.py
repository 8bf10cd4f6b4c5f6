"""What a symbol is, and how its text, kind and venue are made sense of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError

TICKER = re.compile(r"[A-Z0-9^$][A-Z0-9.\-_=^$]{0,31}")

MICS = {
    "NYSE": "XNYS",
    "NASDAQ": "XNAS",
    "AMEX": "XASE",
    "ARCA": "ARCX",
    "LSE": "XLON",
    "TSX": "XTSE",
}
"""What people call an exchange, and its ISO 10383 code, which is stored."""

STOCK_EXCHANGES = frozenset(
    [
        "XNYS", "XNAS", "XASE", "ARCX", "BATS", "IEXG", "XTSE", "XLON", "XPAR", "XAMS", "XBRU",
        "XLIS", "XDUB", "XETR", "XFRA", "XMIL", "XMAD", "XSWX", "XSTO", "XHEL", "XCSE", "XOSL",
        "XICE", "XWBO", "XWAR", "XPRA", "XBUD", "XIST", "XTKS", "XHKG", "XSHG", "XSHE", "XKRX",
        "XTAI", "XSES", "XASX", "XNZE", "XBOM", "XNSE", "XJSE", "XTAE", "XSAU", "BVMF", "XMEX",
        "XBUE", "XSGO", "XBOG", "XIDX", "XKLS", "XBKK", "XPHS",
    ]
)  # fmt: skip
"""Exchanges that list shares: a symbol on one of them is an EQUITY."""

COIN_VENUES = frozenset(
    [
        "binance", "binanceus", "bitfinex", "bitflyer", "bitget", "bithumb", "bitmex", "bitso",
        "bitstamp", "bittrex", "bybit", "coinbase", "coinbasepro", "cryptocom", "deribit", "gateio",
        "gemini", "htx", "huobi", "kraken", "kucoin", "mexc", "okx", "poloniex", "upbit",
    ]
)  # fmt: skip
"""Venues that trade coins, by the names ccxt gives them: a symbol on one of them is a CRYPTO."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A thing with a price: one row of `symbols`.

    Attributes
    ----------
    id : key of the row; 0 before it is stored
    symbol : upper-case text, "AAPL", "BTC-USD"
    name : how a person calls it
    asset_type : EQUITY or CRYPTO
    exchange : ISO 10383 code or ccxt name, "XNYS", "bitstamp"; None if nobody said
    currency : what its prices are in, "USD"
    base_asset, quote_asset : the two sides of a coin's pair; None for a stock
    is_active : still traded
    """

    id: int
    symbol: str
    name: str
    asset_type: AssetType
    exchange: str | None
    currency: str
    base_asset: str | None
    quote_asset: str | None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """What a load says about its symbol: enough to store it if it is new.

    Attributes
    ----------
    symbol, asset_type, exchange, currency, name : as the verbs of `lab.market` take them
    """

    symbol: str
    asset_type: str | None = None
    exchange: str | None = None
    currency: str | None = None
    name: str | None = None


def normalise(text: str) -> str:
    """Return a symbol's text as it is stored: upper-case, a pair joined by a hyphen.

    Raises
    ------
    DataError
        The text cannot be a symbol.

    Examples
    --------
    >>> normalise(" btc/usd ")
    'BTC-USD'
    """
    upper = str(text).strip().upper().replace("/", "-")
    if not TICKER.fullmatch(upper):
        raise DataError(
            f"{text!r} cannot be a symbol. A symbol is 1 to 32 letters, digits and . - _ = ^ $, "
            "like 'AAPL', 'BRK.B' or 'BTC-USD'.",
            symbol=text,
        )
    return upper


def describe(listing: Listing) -> Symbol:
    """Make a new symbol, not yet stored, of what a load says about it.

    Raises
    ------
    DataError
        What is said contradicts itself, or does not tell a stock from a coin.

    Examples
    --------
    >>> describe(Listing("btc-usd", exchange="Bitstamp")).quote_asset
    'USD'
    """
    symbol = normalise(listing.symbol)
    exchange = exchange_of(listing.exchange)
    asset_type = _asset_type(symbol, listing.asset_type, exchange)
    said = _currency(listing.currency)
    currency = said or "USD"
    base = quote = None
    if asset_type is AssetType.CRYPTO:
        base, _, quote_text = symbol.rpartition("-")
        base, quote = (base, quote_text) if base else (symbol, currency)
        if said not in (None, quote):
            raise DataError(
                f"{symbol} is priced in {quote}, and currency={listing.currency!r} was given. "
                "Leave currency out for a pair.",
                symbol=symbol,
                currency=listing.currency,
            )
        currency = quote
    return Symbol(0, symbol, listing.name or symbol, asset_type, exchange, currency, base, quote)


def differences(stored: Symbol, listing: Listing) -> list[str]:
    """Return what a load says otherwise about a symbol that is stored, a sentence each.

    Raises
    ------
    DataError
        It says stock where a coin is stored, coin where a stock is, or another currency.
    """
    exchange = exchange_of(listing.exchange)
    kind = asset_type_of(listing.asset_type) or venue_kind(exchange)
    if kind and kind is not stored.asset_type:
        said = (
            f"asset_type={listing.asset_type!r}"
            if listing.asset_type
            else f"exchange={exchange!r} means {kind}"
        )
        raise DataError(
            f"{stored.symbol} is stored as {stored.asset_type}, but {said}. Leave it out, or load "
            "this under another symbol.",
            symbol=stored.symbol,
            stored=stored.asset_type,
            given=kind,
        )
    currency = _currency(listing.currency)
    if currency not in (None, stored.currency):
        raise DataError(
            f"{stored.symbol} is stored with prices in {stored.currency}, but "
            f"currency={listing.currency!r}. Leave it out, or load these prices under another "
            "symbol.",
            symbol=stored.symbol,
            stored=stored.currency,
            given=currency,
        )
    notes = []
    if exchange and exchange != stored.exchange:
        notes.append(
            f"{stored.symbol} stays with the exchange it was stored with: "
            f"{stored.exchange or 'none'}, not {exchange}."
        )
    return notes


def asset_type_of(text: str | None) -> AssetType | None:
    """Return the asset type a word means, in any case; None for None.

    Raises
    ------
    DataError
        The word is none.
    """
    if text is None:
        return None
    try:
        return AssetType(str(text).strip().upper())
    except ValueError as problem:
        raise DataError(
            f"asset_type={text!r} is unknown. It is {' or '.join(map(repr, map(str, AssetType)))}.",
            asset_type=text,
        ) from problem


def exchange_of(text: str | None) -> str | None:
    """Return an exchange's text as it is stored: a stock exchange's code, a coin venue's ccxt name.

    Examples
    --------
    >>> exchange_of("nasdaq"), exchange_of("Bitstamp")
    ('XNAS', 'bitstamp')
    """
    text = (text or "").strip()
    upper = MICS.get(text.upper(), text.upper())
    if upper in STOCK_EXCHANGES:
        return upper
    return text.lower() if text.lower() in COIN_VENUES else text or None


def venue_kind(exchange: str | None) -> AssetType | None:
    """Return what is traded on an exchange, if we know it."""
    if exchange in STOCK_EXCHANGES:
        return AssetType.EQUITY
    return AssetType.CRYPTO if exchange in COIN_VENUES else None


def _asset_type(symbol: str, said: str | None, exchange: str | None) -> AssetType:
    given, by_venue = asset_type_of(said), venue_kind(exchange)
    if given and by_venue and given is not by_venue:
        raise DataError(
            f"{symbol} cannot be asset_type={said!r} on exchange {exchange}, which means "
            f"{by_venue}. Correct one of them.",
            symbol=symbol,
            asset_type=said,
            exchange=exchange,
        )
    kind = given or by_venue
    if kind is None:
        unknown = f" (exchange {exchange!r} is none we know)" if exchange else ""
        raise DataError(
            f"{symbol} is new: say what it is{unknown}. Pass asset_type='EQUITY' or "
            "asset_type='CRYPTO', or an exchange that tells, like exchange='XNYS' or "
            "exchange='bitstamp'.",
            symbol=symbol,
            exchange=exchange,
        )
    return kind


def _currency(text: str | None) -> str | None:
    if text is None:
        return None
    upper = str(text).strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{2,12}", upper):
        raise DataError(
            f"currency={text!r} is none. Write it like 'USD', 'EUR' or 'USDT'.", currency=text
        )
    return upper
