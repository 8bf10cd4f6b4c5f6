"""Which timeframes a symbol has bars in, and health that checks nothing."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import UnknownName
from tests.helpers import make_bars


def test_timeframes_are_those_stored_and_all_longer_ones(lab):
    lab.market.load_frame(make_bars(30), symbol="AAPL", asset_type="EQUITY", timeframe="1d")
    hours = make_bars(30, timeframe="1h")
    lab.market.load_frame(hours, symbol="BTC-USD", timeframe="1h", exchange="bitstamp")
    assert lab.market.timeframes("aapl") == ["1d", "1w", "1mo"]
    assert lab.market.timeframes("BTC-USD")[:3] == ["1h", "2h", "4h"]
    for timeframe in lab.market.timeframes("BTC-USD")[:-2]:
        assert len(lab.market.bars("BTC-USD", timeframe))


def test_timeframes_of_a_symbol_that_is_not_there_are_an_error(lab):
    with pytest.raises(UnknownName, match="No symbol 'NOPE'"):
        lab.market.timeframes("NOPE")


def test_health_without_a_check_only_tells_what_is_known(lab):
    lab.market.load_frame(make_bars(30), symbol="AAPL", asset_type="EQUITY", timeframe="1d")
    known = lab.market.health(check=False)
    assert known["bars"].tolist() == [30]
    assert known["errors"].isna().all()
    assert known["checked_at"].isna().all()
    assert lab.market.health(check=False)["errors"].isna().all()
    checked = lab.market.health()
    assert checked["errors"].notna().all()
    told = lab.market.health(check=False)
    assert told["errors"].tolist() == checked["errors"].tolist()
