"""The verbs of lab.market."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.providers import synthetic
from tests.helpers import make_bars


@pytest.fixture
def market(database):
    return bz.open_lab(database.path).market


def test_symbols_are_found_by_a_piece_of_their_text_or_name(market):
    market.load_frame(make_bars(3), "ACME", exchange="nyse", name="Acme Corporation")
    market.load_frame(make_bars(3), "B-USD", exchange="kraken", currency="USD")
    assert market.symbols()["symbol"].tolist() == ["ACME", "B-USD"]
    assert market.symbols("corp")["symbol"].tolist() == ["ACME"]
    assert market.symbols("-us")["symbol"].tolist() == ["B-USD"]
    assert market.symbols("%").empty
    (acme,) = market.symbols("acme").to_dict("records")
    assert (acme["name"], acme["exchange"], acme["asset_type"]) == (
        "Acme Corporation",
        "XNYS",
        "EQUITY",
    )
    assert acme["is_active"]


def test_health_has_a_row_for_each_symbol_and_timeframe(market):
    market.load_frame(make_bars(5), "B-USD", asset_type="CRYPTO")
    market.load_frame(make_bars(30, timeframe="1h").assign(low=-1.0), "B-USD", "1h")
    market.load_frame(make_bars(30, timeframe="1h"), "B-USD", "1h")
    market.load_frame(make_bars(4).assign(open=0), "NONE", asset_type="EQUITY")
    market.load("synthetic", "DEMO-A")
    health = market.health().set_index(["symbol", "timeframe"])
    assert health.index.tolist() == [
        ("B-USD", "1d"),
        ("B-USD", "1h"),
        ("DEMO-A", "1d"),
        ("NONE", "1d"),
    ]
    assert health["bars"].tolist() == [5, 30, 2516, 0]
    assert health["refused"].tolist() == [0, 30, 0, 4]
    assert health["simulated"].tolist() == [False, False, True, False]
    assert health["provider"].tolist()[:3] == ["frame", "frame", "synthetic"]
    assert f"{health.loc[('B-USD', '1h'), 'last']:%Y-%m-%d %H:%M %Z}" == "2020-01-02 05:00 UTC"


def test_an_empty_lab_has_no_symbols_and_nothing_to_check(market):
    assert market.symbols().empty
    assert market.health().empty


def test_a_sample_is_simulated_with_all_that_belongs_to_it(market):
    report = market.load("synthetic", "demo-c-usd")
    assert (report.timeframe, report.provider, report.inserted) == ("1h", "synthetic", 13_200)
    assert market.symbols("demo-c")["name"].tolist() == ["Demo coin C (simulated)"]
    bars = market.bars("DEMO-C-USD")
    assert bars.attrs["simulated"] is True
    assert bars.attrs["provider"] == "synthetic"
    assert market.load("synthetic", "demo-c-usd").duplicates == 13_200


def test_a_name_of_your_own_is_simulated_from_its_text(market):
    report = market.load(
        "synthetic", "mine-usd", start="2020-01-01", end="2020-03-31", asset_type="CRYPTO"
    )
    assert (report.timeframe, report.inserted) == ("1d", 91)
    assert market.symbols("mine")["name"].tolist() == ["MINE-USD (simulated)"]
    again = market.load("synthetic", "MINE-USD", start="2020-01-01", end="2020-03-31")
    assert again.duplicates == 91
    other = market.load("synthetic", "MINE-USD", start="2020-01-01", end="2020-03-31", seed=5)
    assert other.conflicts == 91


def test_a_provider_that_is_none_and_a_symbol_nobody_described(market):
    with pytest.raises(UnknownName, match=r"No provider 'reuters'. There are .*synthetic"):
        market.load("reuters", "AAPL")
    with pytest.raises(UnknownName, match=r"Did you mean 'synthetic'"):
        market.load("syntetic", "AAPL")
    with pytest.raises(DataError, match=r"MINE is new: say what it is"):
        market.load("synthetic", "mine")
    with pytest.raises(DataError, match=r"there is no 1d bar to simulate"):
        market.load("synthetic", "DEMO-A", start="2020-01-04", end="2020-01-05")
    assert synthetic.sample("MINE") is None
