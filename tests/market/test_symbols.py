"""Symbols: texts, kinds and venues made sense of."""

from __future__ import annotations

import pytest

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market import store, symbols
from bitstockerz_lab.market.symbols import Listing, describe
from tests.helpers import make_bars


@pytest.mark.parametrize(
    ("text", "stored"),
    [(" aapl ", "AAPL"), ("brk.b", "BRK.B"), ("btc/usd", "BTC-USD"), ("^gspc", "^GSPC")],
)
def test_a_symbol_is_stored_upper_case_and_a_pair_with_a_hyphen(text, stored):
    assert symbols.normalise(text) == stored


@pytest.mark.parametrize("text", ["", "  ", "A B", "-USD", "A" * 33, "AA;PL", "Ä"])
def test_what_cannot_be_a_symbol_is_refused_with_an_example(text):
    with pytest.raises(DataError, match=r"cannot be a symbol.*'BTC-USD'"):
        symbols.normalise(text)


@pytest.mark.parametrize(
    ("said", "stored", "kind"),
    [
        ("nyse", "XNYS", AssetType.EQUITY),
        ("NASDAQ", "XNAS", AssetType.EQUITY),
        ("Nasdaq GS", "XNAS", AssetType.EQUITY),
        ("NMS", "XNAS", AssetType.EQUITY),
        ("NYSE Arca", "ARCX", AssetType.EQUITY),
        ("Xetra", "XETR", AssetType.EQUITY),
        ("asex", "ASEX", AssetType.EQUITY),
        ("BINANCE", "binance", AssetType.CRYPTO),
        ("Gate.io", "gate", AssetType.CRYPTO),
        ("Bitvavo", "bitvavo", AssetType.CRYPTO),
        ("xnys", "XNYS", AssetType.EQUITY),
        ("Bitstamp", "bitstamp", AssetType.CRYPTO),
        ("KRAKEN", "kraken", AssetType.CRYPTO),
        ("Corner Shop", "Corner Shop", None),
        (None, None, None),
    ],
)
def test_an_exchange_tells_what_is_traded_on_it(said, stored, kind):
    assert symbols.exchange_of(said) == stored
    assert symbols.venue_kind(stored) is kind


def test_a_coins_pair_gives_its_base_quote_and_currency():
    coin = describe(Listing("eth-eur", exchange="coinbase"))
    assert (coin.base_asset, coin.quote_asset, coin.currency) == ("ETH", "EUR", "EUR")


def test_a_coin_without_a_pair_is_quoted_in_its_currency():
    coin = describe(Listing("BTC", asset_type="crypto", currency="usdt"))
    assert (coin.base_asset, coin.quote_asset, coin.currency) == ("BTC", "USDT", "USDT")


def test_a_pair_without_a_hyphen_is_taken_apart_only_by_what_is_said():
    said = describe(Listing("BTCUSDT", exchange="binance", currency="usdt"))
    assert (said.base_asset, said.quote_asset, said.currency) == ("BTC", "USDT", "USDT")
    other = describe(Listing("BTCUSDT", exchange="binance", currency="usd"))
    assert (other.base_asset, other.quote_asset, other.currency) == ("BTCUSDT", "USD", "USD")


def test_every_word_for_an_exchange_means_one_that_is_known():
    assert set(symbols.MICS.values()) <= symbols.STOCK_EXCHANGES
    assert set(symbols.VENUES.values()) <= symbols.COIN_VENUES
    assert {
        symbols.exchange_of(code) for code in symbols.STOCK_EXCHANGES
    } == symbols.STOCK_EXCHANGES


def test_a_pair_with_a_venue_is_the_same_pair_under_another_name():
    coin = describe(Listing("btc/usd.coinbase", exchange="coinbase"))
    assert (coin.symbol, coin.base_asset, coin.quote_asset, coin.currency) == (
        "BTC-USD.COINBASE",
        "BTC",
        "USD",
        "USD",
    )


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("BTC-USD", ("BTC", "USD")),
        ("ETH-BTC.KRAKEN", ("ETH", "BTC")),
        ("BRK-B", None),
        ("BF-B", None),
        ("EUR-USD", None),
        ("XAU-USD", None),
        ("AAPL", None),
        ("ACME-SIM", None),
    ],
)
def test_only_a_pair_with_a_known_quote_is_taken_for_a_coin(text, pair):
    assert symbols.pair_of(text) == pair
    if pair is None:
        with pytest.raises(DataError, match=r"is new: say what it is"):
            describe(Listing(text))
        assert symbols.assumptions(Listing(text)) == []
        return
    assert describe(Listing(text)).asset_type is AssetType.CRYPTO
    (note,) = symbols.assumptions(Listing(text))
    assert note.startswith(f"{text} was taken for a coin (CRYPTO), {pair[0]} in {pair[1]};")
    assert symbols.assumptions(Listing(text, asset_type="CRYPTO")) == []


def test_a_share_with_a_hyphen_has_no_base_and_quote():
    share = describe(Listing("BF-B", asset_type="equity"))
    assert (share.base_asset, share.quote_asset, share.currency) == (None, None, "USD")


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        (Listing("AAPL"), "AAPL is new: say what it is. Pass asset_type='EQUITY'"),
        (Listing("AAPL", exchange="Mars"), r"exchange 'Mars' is none we know"),
        (Listing("AAPL", asset_type="bond"), "asset_type='bond' is unknown. It is 'EQUITY' or"),
        (Listing("X", asset_type="EQUITY", exchange="kraken"), "which means CRYPTO"),
        (Listing("BTC-USD", "CRYPTO", currency="EUR"), "BTC-USD is priced in USD"),
        (Listing("BTC-EUR", "CRYPTO", currency="USD"), "BTC-EUR is priced in EUR"),
        (Listing("BTC-", "CRYPTO"), "BTC- ends with no currency"),
        (Listing("BTCUSDT", "CRYPTO"), "Write 'BTC-USDT', or say currency='USDT' or"),
        (Listing("BTC_EUR", "CRYPTO"), "Write 'BTC-EUR', or say currency='EUR' or"),
        (Listing("X", "EQUITY", currency="?"), "currency='\\?' is no currency"),
    ],
)
def test_what_is_said_of_a_new_symbol_must_hold_together(listing, message):
    with pytest.raises(DataError, match=message):
        describe(listing)


def test_a_stored_symbol_needs_nothing_said_and_refuses_a_contradiction():
    stored = describe(Listing("AAPL", exchange="XNAS"))
    assert symbols.differences(stored, Listing("AAPL")) == []
    with pytest.raises(DataError, match=r"AAPL is stored with XNAS, and exchange='XNYS' was given"):
        symbols.differences(stored, Listing("AAPL", exchange="XNYS"))
    assert symbols.differences(stored, Listing("AAPL", exchange="nasdaq")) == []
    with pytest.raises(DataError, match=r"AAPL is stored as EQUITY, but asset_type='crypto'"):
        symbols.differences(stored, Listing("AAPL", asset_type="crypto"))
    with pytest.raises(DataError, match=r"but exchange='kraken' means CRYPTO"):
        symbols.differences(stored, Listing("AAPL", exchange="kraken"))


def test_a_stored_symbol_keeps_its_currency():
    stored = describe(Listing("SAP", exchange="XETR", currency="EUR"))
    assert symbols.differences(stored, Listing("SAP")) == []
    assert symbols.differences(stored, Listing("SAP", currency="eur")) == []
    with pytest.raises(DataError, match=r"SAP is stored with prices in EUR, but currency='USD'"):
        symbols.differences(stored, Listing("SAP", currency="USD"))


def test_a_symbol_is_found_in_any_case_and_a_wrong_one_names_the_nearest(database):
    with database.write() as con:
        stored = store.add_symbol(con, describe(Listing("AAPL", exchange="XNAS")))
        assert store.find_symbol(con, "aapl") == stored
        with pytest.raises(UnknownName, match=r"^No symbol 'APPL'\. Did you mean 'AAPL'\?$"):
            store.find_symbol(con, "appl")
        with pytest.raises(UnknownName, match=r"load_csv"):
            store.find_symbol(con, "XQZ")


def test_several_unknown_symbols_are_one_error_that_names_all(database):
    with database.write() as con:
        store.add_symbol(con, describe(Listing("AAPL", exchange="XNAS")))
        with pytest.raises(UnknownName) as caught:
            store.find_symbols(con, ["APPL", "aapl", "XQZ", "A1", "B2", "C3", "D4"])
    told = str(caught.value)
    assert told.startswith("No symbol 'APPL'. Did you mean 'AAPL'? No symbol 'XQZ'. No symbol 'A1'")
    assert told.endswith("Nor are there 'D4'. Load their bars with lab.market.load_csv(...).")
    assert caught.value.values["names"] == ["APPL", "XQZ", "A1", "B2", "C3", "D4"]


def test_the_list_tells_of_bars_terms_aliases_and_what_is_retired(lab):
    lab.market.load_frame(make_bars(5, start="2020-01-01"), "META", exchange="XNAS")
    lab.market.load_frame(make_bars(3, start="2021-01-01"), "B-USD", exchange="kraken")
    hours = make_bars(30, timeframe="1h", start="2021-01-03 12:00")
    lab.market.load_frame(hours, "B-USD", "1h")
    lab.market.terms("META", tick_size=0.01, sector="Communication Services", country="us")
    lab.market.alias("FB", "META")
    lab.market.alias("FACEBOOK", "META")
    lab.market.retire("META", on="2020-01-06")
    listed = lab.market.symbols().set_index("symbol")
    assert listed.columns[:3].tolist() == ["id", "name", "asset_type"]
    meta, coin = listed.loc["META"], listed.loc["B-USD"]
    assert (meta["aliases"], meta["country"], meta["tick_size"]) == ("FACEBOOK, FB", "US", 0.01)
    assert (meta["is_active"], coin["is_active"]) == (False, True)
    assert f"{meta['status_since']:%Y-%m-%d}" == "2020-01-06"
    assert f"{meta['first_bar']:%Y-%m-%d} {meta['last_bar']:%Y-%m-%d}" == "2020-01-01 2020-01-05"
    assert (
        f"{coin['first_bar']:%Y-%m-%d} {coin['last_bar']:%Y-%m-%d %H}" == "2021-01-01 2021-01-04 17"
    )
    assert coin[["status_since", "aliases", "sector"]].isna().all()


def test_symbols_are_found_by_their_alias_and_sector(lab):
    lab.market.load_frame(make_bars(2), "META", exchange="XNAS")
    lab.market.load_frame(make_bars(2), "XOM", exchange="XNYS")
    lab.market.alias("FB", "META")
    lab.market.terms("XOM", sector="Energy")
    assert lab.market.symbols("fb")["symbol"].tolist() == ["META"]
    assert lab.market.symbols("ener")["symbol"].tolist() == ["XOM"]
    for query, found in (("fb", ["META"]), (" ener ", ["XOM"]), ("", ["META", "XOM"]), ("%", [])):
        assert lab.market.search(query) == lab.market.symbols(query)["symbol"].tolist() == found
