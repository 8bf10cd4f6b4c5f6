"""Symbols: texts, kinds and venues made sense of."""

from __future__ import annotations

import pytest

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market import store, symbols
from bitstockerz_lab.market.symbols import Listing, describe


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
        (Listing("X", "EQUITY", currency="?"), "currency='\\?' is none"),
    ],
)
def test_what_is_said_of_a_new_symbol_must_hold_together(listing, message):
    with pytest.raises(DataError, match=message):
        describe(listing)


def test_a_stored_symbol_needs_nothing_said_and_refuses_a_contradiction():
    stored = describe(Listing("AAPL", exchange="XNAS"))
    assert symbols.differences(stored, Listing("AAPL")) == []
    assert "stays with the exchange" in symbols.differences(stored, Listing("A", exchange="X"))[0]
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
