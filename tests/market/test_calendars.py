"""When bars of a symbol are to be expected."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import calendars
from bitstockerz_lab.market.calendars import Calendar
from bitstockerz_lab.market.symbols import STOCK_EXCHANGES, Symbol

FAILING = {"ASEX", "XBEL", "XBSE", "XCYS"}
"""exchange_calendars 4.13 cannot make them with pandas 3.1: their Easter."""

NEW_YORK, ALWAYS = Calendar("XNYS"), Calendar("24/7")


def stock(exchange="XNYS", currency="USD"):
    return Symbol(1, "ACME", "Acme", AssetType.EQUITY, exchange, currency, None, None)


def days(calendar, first, last):
    return calendar.expected("1d", first, last).strftime("%m-%d").tolist()


def last_complete(calendar, timeframe, now):
    return f"{calendar.last_complete(timeframe, pd.Timestamp(now)):%Y-%m-%d %H:%M}"


def test_sessions_leave_out_weekends_and_holidays():
    assert days(NEW_YORK, "2020-07-01", "2020-07-07") == ["07-01", "07-02", "07-06", "07-07"]
    after_the_attack = days(NEW_YORK, "2001-09-10", "2001-09-18")
    assert after_the_attack == ["09-10", "09-17", "09-18"]


def test_stamps_are_as_bars_have_them():
    stamps = NEW_YORK.expected("1d", "2020-07-01", "2020-07-02")
    assert (str(stamps.dtype), stamps.name) == ("datetime64[us, UTC]", "timestamp")
    assert (stamps == stamps.normalize()).all()
    assert ALWAYS.expected("1h", "2020-01-01", "2020-01-02").dtype == stamps.dtype


def test_coins_have_every_day_and_every_hour():
    assert len(ALWAYS.expected("1d", "2020-01-01", "2020-12-31")) == 366
    assert len(ALWAYS.expected("1h", "2020-01-01", "2020-01-02")) == 48
    between = ALWAYS.expected("1h", "2020-01-01 00:30", "2020-01-01 02:30")
    assert between.hour.tolist() == [1, 2]


def test_a_calendar_begins_in_1990_and_tells_what_it_covers():
    assert str(NEW_YORK.expected("1d", "1980-01-01", "1990-01-05")[0].date()) == "1990-01-02"
    stamps = pd.DatetimeIndex(["1987-10-19", "1990-01-02", "2020-01-04", "2099-01-02"], tz="UTC")
    assert NEW_YORK.covers(stamps).tolist() == [False, True, True, False]
    assert ALWAYS.covers(stamps).all()


def test_a_period_that_ends_before_it_begins_is_empty():
    for calendar in (NEW_YORK, ALWAYS, Calendar("weekdays")):
        assert calendar.expected("1d", "2020-02-01", "2020-01-01").empty


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2020-07-06 12:00", "2020-07-02 00:00"),  # Monday's session is open
        ("2020-07-06 23:59", "2020-07-02 00:00"),  # closed, but its bar ends at midnight UTC
        ("2020-07-07 00:00", "2020-07-06 00:00"),
        ("2020-07-05 12:00", "2020-07-02 00:00"),  # Sunday after a holiday
    ],
)
def test_a_daily_bar_is_known_when_its_session_and_its_day_are_over(now, newest):
    assert last_complete(NEW_YORK, "1d", now) == newest


def test_a_coins_last_bar_is_the_last_that_has_ended():
    assert last_complete(ALWAYS, "1h", "2020-07-06 12:59") == "2020-07-06 11:00"
    assert last_complete(ALWAYS, "1h", "2020-07-06 13:00") == "2020-07-06 12:00"
    assert last_complete(ALWAYS, "1d", "2020-07-06 23:59") == "2020-07-05 00:00"


def test_beyond_a_calendars_end_weekdays_are_the_best_that_is_known():
    assert last_complete(Calendar("weekdays"), "1d", "2020-07-05 12:00") == "2020-07-03 00:00"
    assert last_complete(NEW_YORK, "1d", "2040-01-02 12:00") == "2039-12-30 00:00"


def test_no_now_is_the_clock():
    newest = ALWAYS.last_complete("1h")
    now = pd.Timestamp.now(tz="UTC")
    assert (
        pd.Timedelta(0) <= now - newest - pd.Timedelta(hours=1) <= pd.Timedelta(hours=1, minutes=1)
    )


def test_stocks_have_no_hours_and_nobody_has_weeks():
    with pytest.raises(DataError, match=r"XNYS has no 1h bars. Ask it for '1d'\."):
        NEW_YORK.expected("1h", "2020-01-01", "2020-01-02")
    with pytest.raises(DataError, match=r"24/7 has no 1w bars. Ask it for '1d' or '1h'\."):
        ALWAYS.last_complete("1w")


def test_a_symbols_calendar_is_that_of_its_exchange():
    coin = Symbol(2, "BTC-USD", "Bitcoin", AssetType.CRYPTO, None, "USD", "BTC", "USD")
    assert calendars.of(coin) == ALWAYS
    for exchange in ("XNYS", "XNAS", "ARCX", "XASE", "BATS"):
        assert calendars.of(stock(exchange)) == NEW_YORK
    assert calendars.of(stock("XLON")) == Calendar("XLON")


def test_what_is_taken_for_want_of_better_is_said():
    nowhere = calendars.of(stock(None))
    assert (nowhere.name, "Nobody said where ACME is listed" in nowhere.note) == ("XNYS", True)
    euros = calendars.of(stock(None, "EUR"))
    assert (euros.name, "every weekday" in euros.note) == ("weekdays", True)
    unknown = calendars.of(stock("Lang & Schwarz"))
    assert unknown.note.startswith("Lang & Schwarz has no calendar")
    neighbour = calendars.of(stock("XSHE"))
    assert (neighbour.name, "XSHG has its holidays" in neighbour.note) == ("XSHG", True)


@pytest.mark.slow
@pytest.mark.parametrize("exchange", sorted(STOCK_EXCHANGES))
def test_every_exchange_we_know_has_a_calendar_that_can_be_made(exchange):
    calendar = calendars.of(stock(exchange))
    assert (calendar.name == "weekdays") == (exchange in FAILING)
    year = calendar.expected("1d", "2026-01-01", "2026-12-31")
    assert 200 < len(year) < 270


def test_coins_do_not_load_exchange_calendars():
    program = (
        "import sys; from bitstockerz_lab.market.calendars import Calendar;"
        "Calendar('24/7').last_complete('1h'); Calendar('24/7').expected('1d', '2020', '2021')"
        ";print('exchange_calendars' in sys.modules)"
    ).replace("'2020', '2021'", "'2020-01-01', '2021-01-01'")
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"
