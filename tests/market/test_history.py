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
from bitstockerz_lab.market.resample import resample
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
        "resampled_from": None,
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


@pytest.mark.parametrize("timeframe", ["1h", "4h", "12H", "hourly"])
def test_hours_of_stocks_have_no_table_and_nothing_to_be_made_of(market, timeframe):
    with pytest.raises(DataError) as error:
        market.bars("ACME", timeframe)
    assert str(error.value) == (
        f"{clock.timeframe(timeframe)} bars of EQUITY symbols have no table, and no shorter ones "
        "to be made of. timeframe= may be '1d', '1w', '1mo'."
    )


@pytest.mark.parametrize("timeframe", ["5m", "", "3h", "1y"])
def test_what_is_no_timeframe_is_refused(market, timeframe):
    with pytest.raises(DataError, match=f"No timeframe '{timeframe}'"):
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


def test_bars_say_who_provided_those_of_the_period(market):
    market.load_frame(make_bars(5, start="2019-01-01"), "ACME", provider="broker")
    assert market.bars("ACME").attrs["provider"] == "broker, frame"
    assert market.bars("ACME", start="2020-01-01").attrs["provider"] == "frame"
    assert market.bars("ACME").attrs["simulated"] is False


def test_simulated_bars_are_marked_and_never_stand_beside_real_ones(market):
    simulated = make_bars(5, start="2019-01-01")
    with pytest.raises(DataError, match=r"the two never mix in one symbol.*'ACME-SIM'"):
        market.load_frame(simulated, "ACME", provider="synthetic")
    market.load_frame(simulated, "ACME-SIM", provider="synthetic", asset_type="EQUITY")
    assert market.bars("ACME-SIM").attrs["simulated"] is True


def stored_hours(market, days=70, start="2020-01-15"):
    """Store the hours of a coin and return them."""
    hours = make_bars(24 * days, timeframe="1h", start=start)
    market.load_frame(hours, "LONG-USD", "1h", asset_type="CRYPTO")
    hours.attrs["timeframe"] = "1h"
    return hours


@pytest.mark.parametrize("timeframe", ["2h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo"])
def test_longer_bars_of_a_coin_are_made_of_its_hours(market, timeframe):
    hours = stored_hours(market)
    read = market.bars("LONG-USD", timeframe.upper() if timeframe != "1mo" else "1M")
    pd.testing.assert_frame_equal(
        read, resample(hours, timeframe), check_freq=False, check_index_type=False, check_exact=True
    )
    assert read.attrs == {
        "symbol": "LONG-USD",
        "asset_type": "CRYPTO",
        "timeframe": timeframe,
        "adjusted": "raw",
        "provider": "frame",
        "simulated": False,
        "resampled_from": "1h",
    }


def test_weeks_and_months_of_a_stock_are_made_of_its_days_after_adjusting_them(market, tmp_path):
    days = make_bars(100, start="2020-01-06")
    market.load_frame(days, "SPLIT", exchange="XNYS")
    file = tmp_path / "factors.csv"
    file.write_text("date,price_factor,split_factor,reference_price\n2020-02-12,0.9,0.25,100\n")
    market.load_factors(file, "SPLIT")
    for timeframe in ("1w", "1mo"):
        read = market.bars("SPLIT", timeframe)
        expected = resample(market.bars("SPLIT", "1d"), timeframe)
        pd.testing.assert_frame_equal(read, expected, check_exact=True)
        assert (read.attrs["adjusted"], read.attrs["resampled_from"]) == ("all", "1d")
    week = market.bars("SPLIT", "1w").loc["2020-02-10"]
    adjusted = market.bars("SPLIT", "1d", start="2020-02-10", end="2020-02-16")
    assert week["volume"] == pytest.approx(adjusted["volume"].sum(), rel=1e-12)
    assert (
        week["high"]
        == adjusted["high"].max()
        != market.bars("SPLIT", "1w", adjusted=False).loc["2020-02-10", "high"]
    )


def test_days_that_are_stored_are_not_made_and_weeks_are_made_of_them(market):
    stored_hours(market)
    days = make_bars(30, seed=7, start="2020-02-03")
    market.load_frame(days, "LONG-USD", "1d")
    assert market.bars("LONG-USD", "1d").attrs["resampled_from"] is None
    assert market.bars("LONG-USD", "1d")["close"].tolist() == days["close"].tolist()
    weeks = market.bars("LONG-USD", "1w")
    assert weeks.attrs["resampled_from"] == "1d"
    assert weeks["close"].iloc[0] == days["close"].iloc[6]
    with pytest.raises(NoBars, match=r"no 1d bars from 2020-01-15 to 2020-01-20\. Stored are 1d"):
        market.bars("LONG-USD", "1d", start="2020-01-15", end="2020-01-20")


def test_what_was_made_of_hours_before_days_were_stored_stays_so_as_of_then(market):
    stored_hours(market)
    before = market.bars("LONG-USD", "1w")
    then = clock.now()
    market.load_frame(make_bars(30, seed=7, start="2020-02-03"), "LONG-USD", "1d")
    assert len(market.bars("LONG-USD", "1w")) < len(before)
    pd.testing.assert_frame_equal(market.bars("LONG-USD", "1w", as_of=then), before)
    assert market.bars("LONG-USD", "1d", as_of=then).attrs["resampled_from"] == "1h"


@pytest.mark.parametrize(
    ("timeframe", "start", "end", "first", "last"),
    [
        ("1w", "2020-01-21", "2020-02-03", "2020-01-27", "2020-02-03"),
        ("1w", None, "2020-02-02", "2020-01-20", "2020-01-27"),
        ("1mo", "2020-01-01", "2020-02-01", "2020-02-01", "2020-02-01"),
        ("4h", "2020-01-20", "2020-01-20", "2020-01-20", "2020-01-20 20:00"),
        ("4h", "2020-01-20 01:00", "2020-01-20 09:00", "2020-01-20 04:00", "2020-01-20 08:00"),
    ],
)
def test_start_and_end_speak_of_the_longer_bars(market, timeframe, start, end, first, last):
    stored_hours(market)
    read = market.bars("LONG-USD", timeframe, start, end)
    assert read.index[0] == pd.Timestamp(first, tz="UTC")
    assert read.index[-1] == pd.Timestamp(last, tz="UTC")
    whole = market.bars("LONG-USD", timeframe)
    pd.testing.assert_frame_equal(read, whole.loc[read.index], check_exact=True)


def test_a_period_in_which_nothing_is_complete_says_of_what_bars_are_made(market):
    with pytest.raises(NoBars) as error:
        market.bars("COIN-USD", "1mo")
    assert str(error.value) == (
        "COIN-USD has no 1mo bars. Stored are 1h from 2020-01-01 to 2020-01-03. 1mo bars are made "
        "of them, each once it is complete. Load some with lab.market.load_csv(...)."
    )


def test_bars_align_to_those_of_another_timeframe(market):
    stored_hours(market)
    hours = market.bars("LONG-USD", "1h", start="2020-02-01", end="2020-02-02")
    days = market.bars("LONG-USD", "1d", align_to=hours)
    assert days.index.equals(hours.index)
    assert days.attrs["aligned_from"] == "1d"
    assert days.attrs["timeframe"] == "1h"
    known = market.bars("LONG-USD", "1d")
    assert days.loc["2020-02-01 22:00", "close"] == known.loc["2020-01-31", "close"]
    assert days.loc["2020-02-01 23:00", "close"] == known.loc["2020-02-01", "close"]


def test_the_extent_is_that_of_the_bars_there_are_stored_or_made(database):
    market = bz.open_lab(database.path).market
    stored_hours(market)
    with database.read() as con:
        symbol = store.find_symbol(con, "LONG-USD")
        for timeframe in ("1h", "4h", "1w"):
            index = history.read(con, symbol, timeframe).index
            assert history.extent(con, symbol, timeframe) == (index[0], index[-1])


@pytest.mark.reference
def test_the_months_of_aapl_are_those_pandas_makes(lab, reference):
    lab.market.load_csv(reference / "bars" / "AAPL_1d.csv", "AAPL", exchange="XNAS")
    lab.market.load_factors(reference / "bars" / "AAPL_factors.csv", "AAPL")
    days, months = lab.market.bars("AAPL", "1d"), lab.market.bars("AAPL", "1mo")
    rules = {"open": "first", "high": "max", "low": "min", "close": "last"}
    by_pandas = days.resample("MS").agg(rules)
    assert months.index[[0, -1]].strftime("%Y-%m").tolist() == ["1998-02", "2021-03"]
    # January 1998 begins with the 2nd; March 2021 is whole, for the bar of the 31st is the last
    pd.testing.assert_frame_equal(
        months[list(rules)], by_pandas.loc[months.index], check_freq=False, check_exact=True
    )
