"""What a symbol is, and how its text, kind and venue are made sense of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError

TICKER = re.compile(r"[A-Z0-9^$][A-Z0-9.\-_=^$]{0,31}")
CURRENCY = re.compile(r"[A-Z0-9]{2,12}")
VENUE = re.compile(r"(?<=-)([A-Z0-9]{2,12})\.[A-Z0-9]+$")
"""How the text of a coin's pair ends that is kept apart from another venue's."""

MICS = {
    "NYSE": "XNYS", "NYQ": "XNYS", "NEW YORK": "XNYS",
    "NASDAQ": "XNAS", "NASDAQ GS": "XNAS", "NASDAQ GM": "XNAS", "NASDAQ CM": "XNAS",
    "NASDAQGS": "XNAS", "NASDAQGM": "XNAS", "NASDAQCM": "XNAS", "NMS": "XNAS", "NGM": "XNAS",
    "NCM": "XNAS", "XNGS": "XNAS", "XNMS": "XNAS", "XNCM": "XNAS",
    "AMEX": "XASE", "NYSE AMERICAN": "XASE", "NYSE MKT": "XASE",
    "ARCA": "ARCX", "NYSE ARCA": "ARCX", "NYSEARCA": "ARCX", "PCX": "ARCX",
    "CBOE BZX": "BATS", "BZX": "BATS", "BTS": "BATS", "IEX": "IEXG",
    "OTC": "OTCM", "OTC MARKETS": "OTCM", "PNK": "OTCM",
    "LSE": "XLON", "LONDON": "XLON", "TSX": "XTSE", "TORONTO": "XTSE",
    "XETRA": "XETR", "FRANKFURT": "XFRA", "PARIS": "XPAR", "EURONEXT PARIS": "XPAR",
    "AMSTERDAM": "XAMS", "EURONEXT AMSTERDAM": "XAMS", "BRUSSELS": "XBRU",
    "EURONEXT BRUSSELS": "XBRU", "LISBON": "XLIS", "EURONEXT LISBON": "XLIS", "DUBLIN": "XDUB",
    "MILAN": "XMIL", "BORSA ITALIANA": "XMIL", "MADRID": "XMAD", "BME": "XMAD", "SIX": "XSWX",
    "STOCKHOLM": "XSTO", "NASDAQ STOCKHOLM": "XSTO", "HELSINKI": "XHEL", "COPENHAGEN": "XCSE",
    "OSLO": "XOSL", "VIENNA": "XWBO", "WARSAW": "XWAR", "GPW": "XWAR", "ATHENS": "ASEX",
    "TOKYO": "XTKS", "JPX": "XTKS", "HKEX": "XHKG", "HONG KONG": "XHKG", "SSE": "XSHG",
    "SHANGHAI": "XSHG", "SZSE": "XSHE", "SHENZHEN": "XSHE", "KRX": "XKRX", "TWSE": "XTAI",
    "SGX": "XSES", "ASX": "XASX", "NZX": "XNZE", "BSE": "XBOM", "NSE": "XNSE", "JSE": "XJSE",
    "TASE": "XTAE", "TADAWUL": "XSAU", "B3": "BVMF", "BOVESPA": "BVMF", "BMV": "XMEX",
    "IDX": "XIDX", "BURSA MALAYSIA": "XKLS", "SET": "XBKK",
}  # fmt: skip
"""What people and providers call an exchange, and its ISO 10383 code, which is stored. Words that
mean several, like TSE, are left out."""

STOCK_EXCHANGES = frozenset(
    [
        "AIXK", "ARCX", "ASEX", "BATS", "BVMF", "IEXG", "MEMX", "OTCM", "XAMS", "XASE", "XASX",
        "XBDA", "XBEL", "XBKK", "XBOG", "XBOM", "XBRA", "XBRU", "XBSE", "XBUD", "XBUE", "XCSE",
        "XCYS", "XDUB", "XDUS", "XETR", "XFRA", "XHAM", "XHEL", "XHKG", "XICE", "XIDX", "XIST",
        "XJSE", "XKAR", "XKLS", "XKRX", "XLIM", "XLIS", "XLIT", "XLJU", "XLON", "XLUX", "XMAD",
        "XMEX", "XMIL", "XMOS", "XNAS", "XNSE", "XNYS", "XNZE", "XOSL", "XPAR", "XPHS", "XPRA",
        "XRIS", "XSAU", "XSES", "XSGO", "XSHE", "XSHG", "XSTO", "XSTU", "XSWX", "XTAE", "XTAI",
        "XTAL", "XTKS", "XTSE", "XWAR", "XWBO", "XZAG",
    ]
)  # fmt: skip
"""Exchanges that list shares: a symbol on one of them is an EQUITY."""

VENUES = {
    "binance us": "binanceus", "binance.us": "binanceus", "coinbase pro": "coinbasepro",
    "coinbase exchange": "coinbaseexchange", "crypto.com": "cryptocom", "gate.io": "gate",
    "gateio": "gate", "okex": "okx", "whitebit.com": "whitebit",
}  # fmt: skip
"""What people call a venue of coins, in lower case, and its name in ccxt, which is stored."""

COIN_VENUES = frozenset(
    [
        "ascendex", "backpack", "bequant", "bigone", "binance", "binancecoinm", "binanceus",
        "binanceusdm", "bingx", "bit2c", "bitbank", "bitbns", "bitfinex", "bitflyer", "bitget",
        "bithumb", "bitmart", "bitmex", "bitopro", "bitrue", "bitso", "bitstamp", "bittrade",
        "bittrex", "bitvavo", "blockchaincom", "blofin", "btcbox", "btcmarkets", "btcturk",
        "bullish", "bybit", "bybiteu", "cex", "coinbase", "coinbaseexchange",
        "coinbaseinternational", "coinbasepro", "coincheck", "coinex", "coinmate", "coinone",
        "coinspot", "cryptocom", "deepcoin", "deribit", "digifinex", "dydx", "exmo", "foxbit",
        "gate", "gateio", "gemini", "hashkey", "hitbtc", "hollaex", "htx", "huobi", "hyperliquid",
        "independentreserve", "indodax", "kraken", "krakenfutures", "kucoin", "kucoinfutures",
        "latoken", "lbank", "luno", "mercado", "mexc", "myokx", "ndax", "okcoin", "okx", "okxus",
        "onetrading", "p2b", "paradex", "paymium", "phemex", "poloniex", "probit", "tokocrypto",
        "toobit", "upbit", "whitebit", "woo", "xt", "zaif",
    ]
)  # fmt: skip
"""Venues that trade coins, by the names ccxt gives or gave them: a symbol on one is a CRYPTO."""

QUOTES = ("USDT", "USDC", "BUSD", "TUSD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "TRY", "KRW")
"""What a pair without a hyphen may be priced in, other than USD."""

PRICED_IN = frozenset([*QUOTES, "USD", "BTC", "ETH", "BNB", "DAI", "FDUSD", "USDE", "PYUSD"])
"""What tells a coin's pair, after its hyphen."""

NO_COINS = frozenset(
    ["USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "TRY", "KRW", "CNY", "CNH", "HKD",
     "SGD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "MXN", "BRL", "ZAR", "INR", "ILS", "THB",
     "XAU", "XAG", "XPT", "XPD"]
)  # fmt: skip
"""Money and metals: a pair of them is none of a coin."""


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
    said = currency_of(listing.currency)
    currency = said or "USD"
    base = quote = None
    if asset_type is AssetType.CRYPTO:
        base, quote = _pair(symbol, said)
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
        It says stock where a coin is stored, coin where a stock is, another currency, or another
        exchange than the stored one.
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
    currency = currency_of(listing.currency)
    if currency not in (None, stored.currency):
        raise DataError(
            f"{stored.symbol} is stored with prices in {stored.currency}, but "
            f"currency={listing.currency!r}. Leave it out, or load these prices under another "
            "symbol.",
            symbol=stored.symbol,
            stored=stored.currency,
            given=currency,
        )
    if exchange is None or exchange == stored.exchange:
        return []
    if stored.exchange is None:
        return [f"{stored.symbol} stays without an exchange, as it was stored, not {exchange}."]
    raise DataError(
        f"{stored.symbol} is stored with {stored.exchange}, and exchange={listing.exchange!r} was "
        "given. Leave exchange out to add to it all the same, or load under another symbol, like "
        f"{apart(stored, exchange)!r}.",
        symbol=stored.symbol,
        stored=stored.exchange,
        given=exchange,
    )


def apart(symbol: Symbol, word: str) -> str:
    """Return another text for a symbol, of which bars are to be kept apart.

    Examples
    --------
    >>> coin = describe(Listing("BTC-USD", exchange="bitstamp"))
    >>> apart(coin, "coinbase"), describe(Listing(apart(coin, "coinbase"), "CRYPTO")).quote_asset
    ('BTC-USD.COINBASE', 'USD')
    """
    mark = "." if symbol.asset_type is AssetType.CRYPTO else "-"
    suffix = re.sub(r"[^A-Z0-9]", "", word.upper())
    return f"{symbol.symbol.partition('.')[0] if mark == '.' else symbol.symbol}{mark}{suffix}"


def pair_of(symbol: str) -> tuple[str, str] | None:
    """Return the coin and the quote of a text that can only be a coin's pair, None of any other.

    Examples
    --------
    >>> pair_of("BTC-USD"), pair_of("BTC-USD.COINBASE"), pair_of("BRK-B"), pair_of("EUR-USD")
    (('BTC', 'USD'), ('BTC', 'USD'), None, None)
    """
    base, _, quote = symbol.partition(".")[0].rpartition("-")
    return (base, quote) if base and quote in PRICED_IN and base not in NO_COINS else None


def assumptions(listing: Listing) -> list[str]:
    """Return what is taken for granted of a new symbol, a sentence each."""
    symbol, pair = normalise(listing.symbol), pair_of(normalise(listing.symbol))
    said = asset_type_of(listing.asset_type) or venue_kind(exchange_of(listing.exchange))
    if said is not None or pair is None:
        return []
    taken = f"{symbol} was taken for a coin (CRYPTO), {pair[0]} in {pair[1]}"
    return [f"{taken}; asset_type='EQUITY' makes it a stock."]


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
    lower = VENUES.get(text.lower(), text.lower())
    return lower if lower in COIN_VENUES else text or None


def venue_kind(exchange: str | None) -> AssetType | None:
    """Return what is traded on an exchange, if we know it."""
    if exchange in STOCK_EXCHANGES:
        return AssetType.EQUITY
    return AssetType.CRYPTO if exchange in COIN_VENUES else None


def _pair(symbol: str, currency: str | None) -> tuple[str, str]:
    """Return the two sides of a coin's pair; a coin alone is priced in `currency`, or USD."""
    base, _, quote = VENUE.sub(r"\1", symbol).rpartition("-")
    if base and not CURRENCY.fullmatch(quote):
        raise DataError(
            f"{symbol} ends with no currency. Write a pair like 'BTC-USD'.", symbol=symbol
        )
    if base:
        return base, quote
    ending = next((q for q in QUOTES if symbol.endswith(q) and len(symbol) > len(q) + 1), None)
    joined = symbol.removesuffix(ending).rstrip("_") if ending else symbol
    if ending and currency is None:
        raise DataError(
            f"{symbol} may be a pair that is priced in {ending}, or a coin that is priced in USD. "
            f"Write '{joined}-{ending}', or say currency={ending!r} or currency='USD'.",
            symbol=symbol,
        )
    return (joined if ending == currency else symbol), currency or "USD"


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
    kind = given or by_venue or (AssetType.CRYPTO if pair_of(symbol) else None)
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


def currency_of(text: str | None, what: str = "currency") -> str | None:
    """Return a currency's text as it is stored; None for None.

    Parameters
    ----------
    text : in any case
    what : the argument it was given as, for the message

    Raises
    ------
    DataError
        It cannot be a currency.
    """
    if text is None:
        return None
    upper = str(text).strip().upper()
    if not CURRENCY.fullmatch(upper):
        raise DataError(
            f"{what}={text!r} is no currency. Write it like 'USD', 'EUR' or 'USDT'.", currency=text
        )
    return upper
