"""One symbol by several texts: FB is META."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market import store
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    lab.market.load_frame(make_bars(5), "META", exchange="XNAS")
    lab.market.load_frame(make_bars(5, seed=2), "QQQ", exchange="XNAS")
    return lab.market


def test_an_alias_gives_the_bars_of_its_symbol(market):
    assert market.alias(" fb ", "meta").symbol == "META"
    bars = market.bars("Fb")
    assert bars.attrs["symbol"] == "META"
    assert bars.equals(market.bars("META"))


def test_a_load_by_an_alias_goes_to_the_symbols_bars_and_makes_no_new_one(market):
    market.alias("FB", "META")
    again = market.load_frame(make_bars(5), "FB")
    assert (again.symbol, again.inserted, again.duplicates) == ("META", 0, 5)
    more = market.load_frame(make_bars(2, start="2021-01-01"), "fb")
    assert (more.symbol, more.inserted) == ("META", 2)
    assert market.symbols()["symbol"].tolist() == ["META", "QQQ"]


def test_an_alias_of_an_alias_means_the_symbol_itself(market):
    market.alias("FB", "META")
    market.alias("FACEBOOK", "FB")
    assert market.aliases()[["alias", "symbol"]].values.tolist() == [
        ["FACEBOOK", "META"],
        ["FB", "META"],
    ]


def test_the_same_alias_again_changes_nothing(market):
    market.alias("FB", "META")
    before = market.aliases()
    market.alias("FB", "META")
    assert market.aliases().equals(before)


def test_a_stored_symbol_cannot_be_an_alias(market):
    with pytest.raises(DataError, match=r"'QQQ' is a stored symbol itself"):
        market.alias("QQQ", "META")
    with pytest.raises(DataError, match=r"'META' is a stored symbol itself"):
        market.alias("META", "META")
    assert market.aliases().empty


def test_an_alias_of_another_symbol_has_to_be_dropped_first(market):
    market.alias("QQQQ", "QQQ")
    with pytest.raises(DataError, match=r"'QQQQ' is an alias of QQQ already.*drop_alias\('QQQQ'\)"):
        market.alias("QQQQ", "META")
    market.drop_alias("qqqq")
    market.alias("QQQQ", "META")
    assert market.aliases()["symbol"].tolist() == ["META"]


def test_unknown_texts_name_the_nearest_alias_too(market):
    market.alias("FACEBOOK", "META")
    with pytest.raises(UnknownName, match=r"No symbol 'FACEBOK'. Did you mean 'FACEBOOK'\?"):
        market.bars("facebok")
    with pytest.raises(UnknownName, match=r"No alias 'FACEBOOC'. Did you mean 'FACEBOOK'\?"):
        market.drop_alias("faceBooc")
    with pytest.raises(UnknownName, match=r"No symbol 'XQZ'"):
        market.alias("X", "XQZ")


def test_a_lookup_finds_own_texts_and_aliases_in_one_go(market, database):
    market.alias("FB", "META")
    with database.read() as con:
        named = store.lookup_all(con, ["FB", "QQQ", "NONE"])
        assert store.lookup(con, "none") is None
    assert {text: symbol.symbol for text, symbol in named.items()} == {"FB": "META", "QQQ": "QQQ"}
