"""What a symbol is beside its prices: tick, lot, sector, country."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.details import SymbolTerms
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    lab.market.load_frame(make_bars(3), "SAP", exchange="XETR", currency="EUR")
    return lab.market


def test_terms_nobody_said_are_none(market):
    assert market.terms("sap") == SymbolTerms("SAP", None, None, None, None)


def test_what_is_given_is_stored_and_the_rest_stays(market):
    market.terms("SAP", tick_size=0.02, sector="  Information   Technology ")
    assert market.terms("SAP", country=" de ", lot_size=1) == SymbolTerms(
        "SAP", 0.02, 1.0, "Information Technology", "DE"
    )
    assert market.terms("SAP", tick_size=0.01).tick_size == 0.01
    assert market.terms("SAP") == SymbolTerms("SAP", 0.01, 1.0, "Information Technology", "DE")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"tick_size": 0}, r"tick_size=0 is no positive number"),
        ({"tick_size": float("nan")}, r"tick_size=nan is no positive number"),
        ({"lot_size": float("inf")}, r"lot_size=inf is no positive number"),
        ({"lot_size": "many"}, r"lot_size='many' is no positive number"),
        ({"country": "Germany"}, r"country='Germany' is no ISO 3166 code"),
        ({"country": "D1"}, r"country='D1' is no ISO 3166 code"),
        ({"sector": "  "}, r"sector='  ' says nothing"),
    ],
)
def test_terms_that_cannot_be_are_refused_and_nothing_is_stored(market, said, message):
    with pytest.raises(DataError, match=message):
        market.terms("SAP", **{"tick_size": 0.5} | said)
    assert market.terms("SAP").tick_size is None


def test_terms_are_of_stored_symbols_only(market):
    with pytest.raises(UnknownName, match=r"No symbol 'SAPP'. Did you mean 'SAP'"):
        market.terms("SAPP", tick_size=0.01)
