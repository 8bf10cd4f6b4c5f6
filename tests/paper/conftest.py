"""A lab with a stock and a coin, and a paper account that replays their bars."""

from __future__ import annotations

import shutil

import pytest

import bitstockerz_lab as bz
from tests.helpers import typed_bars

STOCK = """
10 11 9 10.5
10.5 12 10 11
11 11.5 8 9
9 9.5 8.5 9
12 13 11.5 12.5
12 12 6 7
"""
"""From Monday 2020-01-06 on: the fifth bar opens in a gap above the high of the fourth."""


@pytest.fixture(scope="session")
def stocked(template, tmp_path_factory):
    """A file with six daily bars of the stock ACME and the coin ACME-USD, made once."""
    path = tmp_path_factory.mktemp("stocked") / "lab.duckdb"
    shutil.copy(template, path)
    lab = bz.open_lab(path)
    for symbol, kind in (("ACME", "EQUITY"), ("ACME-USD", "CRYPTO")):
        lab.market.load_frame(typed_bars(STOCK), symbol, "1d", asset_type=kind)
    return path


@pytest.fixture
def market(stocked, tmp_path):
    """A lab of this test's own with those bars, which begin on 2020-01-06."""
    shutil.copy(stocked, tmp_path / "lab.duckdb")
    return bz.open_lab(tmp_path / "lab.duckdb")


@pytest.fixture
def paper(market):
    """An account of 1,000 USD without costs; its clock stands where the second bar begins."""
    market.paper.open(1000, start="2020-01-07")
    return market.paper
