"""A user's named lists of symbols, and what `symbols=` means."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market import store
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    for symbol in ("AAPL", "MSFT", "META"):
        lab.market.load_frame(make_bars(3), symbol, exchange="XNAS")
    lab.market.alias("FB", "META")
    return lab.market


@pytest.fixture
def members(lab):
    def texts(symbols):
        with lab.database.read() as con:
            return [symbol.symbol for symbol in store.members(con, lab.user.id, symbols)]

    return texts


def test_a_watchlist_keeps_its_symbols_in_their_order_each_once(market):
    assert market.watchlist("Tech", ["msft", "FB", "AAPL", "META"]) == ["MSFT", "META", "AAPL"]
    assert market.watchlist("tech") == ["MSFT", "META", "AAPL"]


def test_a_watchlist_given_again_is_replaced_and_takes_the_new_spelling(market):
    market.watchlist("Tech", ["AAPL", "MSFT"])
    market.watchlist("TECH stocks", "Tech")
    market.watchlist("tech", ["META", "AAPL"])
    shown = market.watchlists()
    assert shown[["name", "symbols", "members"]].values.tolist() == [
        ["tech", 2, "META, AAPL"],
        ["TECH stocks", 2, "AAPL, MSFT"],
    ]
    assert (shown["updated_at"] >= shown["created_at"]).all()


def test_an_unknown_symbol_changes_nothing_and_all_are_named(market):
    market.watchlist("Tech", ["AAPL"])
    with pytest.raises(UnknownName, match=r"'APPL'. Did you mean 'AAPL'\? No symbol 'XQZ'"):
        market.watchlist("Tech", ["MSFT", "APPL", "XQZ"])
    with pytest.raises(UnknownName):
        market.watchlist("New", ["XQZ"])
    assert market.watchlists()["members"].tolist() == ["AAPL"]


def test_an_empty_list_is_one_and_a_dropped_one_is_none(market):
    assert market.watchlist("Tech", []) == []
    assert market.watchlist("Tech") == []
    assert market.watchlists()["symbols"].tolist() == [0]
    market.drop_watchlist("TECH")
    assert market.watchlists().empty
    with pytest.raises(UnknownName, match=r"No watchlist 'Tech'. Make it with"):
        market.watchlist("Tech")
    with pytest.raises(UnknownName, match=r"No watchlist 'Tech'"):
        market.drop_watchlist("Tech")


def test_a_watchlist_is_its_users_own(market, lab, monkeypatch):
    market.watchlist("Tech", ["AAPL"])
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    other = bz.open_lab(lab.path).market
    assert other.watchlists().empty
    assert other.watchlist("Tech", ["MSFT"]) == ["MSFT"]
    assert market.watchlist("Tech") == ["AAPL"]


def test_a_watchlist_is_not_called_like_a_symbol_or_by_nothing(market):
    with pytest.raises(DataError, match=r"cannot be called 'aapl': that means the symbol AAPL"):
        market.watchlist("aapl", ["MSFT"])
    with pytest.raises(DataError, match=r"'fb': that means the symbol META"):
        market.watchlist("fb", ["MSFT"])
    with pytest.raises(DataError, match=r"needs a name"):
        market.watchlist("  ", ["MSFT"])


def test_symbols_are_a_text_several_texts_a_watchlist_or_all(market, members):
    market.watchlist("My list", ["MSFT", "AAPL"])
    assert members("fb") == ["META"]
    assert members(("FB", "aapl", "META")) == ["META", "AAPL"]
    assert members("my LIST") == ["MSFT", "AAPL"]
    assert members(None) == ["AAPL", "META", "MSFT"]
    assert members([]) == []


def test_a_name_in_a_list_is_always_a_symbol(market, members):
    market.watchlist("Tech", ["MSFT"])
    with pytest.raises(UnknownName, match=r"No symbol 'TECH'"):
        members(["Tech"])


def test_a_text_that_is_a_symbol_and_a_watchlist_is_not_guessed(market, members):
    market.watchlist("Gold", ["MSFT"])
    market.load_frame(make_bars(3), "GOLD", exchange="XNYS")
    with pytest.raises(
        DataError, match=r"symbol GOLD and one of your watchlists. Write \['gold'\]"
    ):
        members("gold")
    assert members(["gold"]) == ["GOLD"]


def test_a_text_that_is_neither_names_the_nearest_of_both(market, members):
    market.watchlist("My list", ["MSFT"])
    with pytest.raises(
        UnknownName, match=r"No symbol or watchlist 'My lst'. Did you mean 'My list'"
    ):
        members("My lst")
    with pytest.raises(UnknownName, match=r"Did you mean 'MSFT'\?"):
        members("MSTF")
