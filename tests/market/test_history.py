"""Bars read back: periods, timeframes, what was known when."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market import history, store
from tests.helpers import make_bars


@pytest.fixture
def market(database):
    market = bz.open_lab(database.path).market
    market.load_frame(make_bars(10, start="2020-01-01"), "ACME", exchange="XNYS")
    hours = make_bars(72, timeframe="1h", start="2020-01-01")
    market.load_frame(hours, "COIN-USD", "1h", asset_type="CRYPTO")
    return market


def test_bars_come_back_as_they_went_in(market):
    read = market.bars("acme")
    pd.testing.assert_frame_equal(
        read, make_bars(10, start="2020-01-01"), check_freq=False, check_index_type=False
    )
    assert str(read.index.dtype) == "datetime64[us, UTC]"
    assert read.index.name == "timestamp"
    assert read.attrs == {
        "symbol": "ACME",
        "asset_type": "EQUITY",
        "timeframe": "1d",
        "adjusted": "raw",
        "provider": "frame",
        "simulated": False,
    }


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (None, None, 1, 10),
        ("2020-01-03", "2020-01-05", 3, 5),
        ("2020-01-03 00:00:01", "2020-01-05 23:00", 4, 5),
        (date(2020, 1, 3), None, 3, 10),
        (None, pd.Timestamp("2020-01-02", tz="UTC"), 1, 2),
        ("2020-01-05", "2020-01-05", 5, 5),
    ],
)
def test_start_and_end_are_inclusive(market, start, end, first, last):
    days = market.bars("ACME", start=start, end=end).index.day
    assert (days[0], days[-1]) == (first, last)


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "count"),
    [
        ("2020-01-02", "2020-01-02", "02 00", "02 23", 24),
        ("2020-01-02 05:00", "2020-01-02 05:00", "02 05", "02 05", 1),
        ("2020-01-02 04:30", pd.Timestamp("2020-01-03"), "02 05", "03 00", 20),
    ],
)
def test_a_bare_date_as_end_means_the_whole_day(market, start, end, first, last, count):
    index = market.bars("COIN-USD", start=start, end=end).index
    assert (f"{index[0]:%d %H}", f"{index[-1]:%d %H}", len(index)) == (first, last, count)


def test_a_period_without_bars_says_what_there_is(market):
    with pytest.raises(NoBars) as error:
        market.bars("ACME", start="2021-01-01", end="2021-12-31")
    assert str(error.value) == (
        "ACME has no 1d bars from 2021-01-01 to 2021-12-31. Stored are 1d from 2020-01-01 to "
        "2020-01-10. Load some with lab.market.load_csv(...)."
    )
    assert error.value.values["symbol"] == "ACME"


def test_the_only_timeframe_is_taken_and_of_several_one_must_be_named(market):
    assert len(market.bars("coin-usd")) == 72
    market.load_frame(make_bars(5), "COIN-USD", "1d")
    with pytest.raises(
        DataError, match=r"several timeframes: 1d, 1h. Say which, like timeframe='1d'"
    ):
        market.bars("COIN-USD")
    assert len(market.bars("COIN-USD", "1d")) == 5
    assert market.bars("COIN-USD", "1h").attrs["timeframe"] == "1h"


@pytest.mark.parametrize("timeframe", ["1h", "4h", "5m", ""])
def test_a_timeframe_without_a_table_is_refused(market, timeframe):
    with pytest.raises(DataError, match=r"bars of EQUITY symbols have no table"):
        market.bars("ACME", timeframe)


def test_an_unknown_symbol_names_the_nearest(market):
    with pytest.raises(UnknownName, match=r"Did you mean 'ACME'"):
        market.bars("ACNE")


@pytest.mark.parametrize("when", ["2020", "01/05/2020", 20200105, ""])
@pytest.mark.parametrize("name", ["start", "end", "as_of"])
def test_what_may_be_several_times_is_no_time(market, name, when):
    market.load_frame(make_bars(3), "A", asset_type="EQUITY")
    with pytest.raises(DataError, match=r"is no date or time. Write it like '2020-01-31'"):
        market.bars("A", **{name: when})


def test_a_start_after_the_end_is_an_error(market):
    with pytest.raises(DataError, match=r"start 2020-02-01 is after end 2020-01-01"):
        market.bars("ACME", start="2020-02-01", end="2020-01-01")


def test_a_symbol_without_bars_says_how_to_load_some(database):
    from bitstockerz_lab.market.symbols import Listing, describe

    with database.write() as con:
        symbol = store.add_symbol(con, describe(Listing("NEW", exchange="XNYS")))
        with pytest.raises(NoBars, match=r"NEW has no bars. Load some with"):
            history.read(con, symbol)
        with pytest.raises(NoBars, match=r"NEW has no 1d bars. Load some with"):
            history.read(con, symbol, "1d")


def test_as_of_shows_what_was_known_then(market):
    then = clock.now()
    time.sleep(0.01)
    market.load_frame(make_bars(20, start="2020-01-01"), "ACME")
    assert len(market.bars("ACME")) == 20
    assert len(market.bars("ACME", as_of=then)) == 10
    assert len(market.bars("ACME", as_of=pd.Timestamp(then, tz="UTC"))) == 10
    today = clock.now().date()
    assert len(market.bars("ACME", as_of=today)) == 20
    assert len(market.bars("ACME", as_of=str(today))) == 20
    with pytest.raises(NoBars, match=r"that were known on"):
        market.bars("ACME", as_of=today - timedelta(days=2))


def test_bars_loaded_backwards_come_back_ascending(market):
    market.load_frame(make_bars(5, start="2019-01-01"), "ACME")
    assert market.bars("ACME").index.is_monotonic_increasing
    assert len(market.bars("ACME")) == 15


def test_simulated_and_real_bars_together_are_marked_as_simulated(market):
    market.load_frame(make_bars(5, start="2019-01-01"), "ACME", provider="synthetic")
    assert market.bars("ACME").attrs["provider"] == "frame, synthetic"
    assert market.bars("ACME").attrs["simulated"] is True
    assert market.bars("ACME", start="2020-01-01").attrs["simulated"] is False
