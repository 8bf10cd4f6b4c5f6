"""ccxt, asked on this machine through its real client: what of an exchange's answers is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.providers import coins
from tests.helpers import make_bars
from tests.market.providers import bitstamp_words
from tests.market.providers.local_server import Answer

HOURLY = "crypto_hourly_bars"
START = "2026-03-05"
ELEVEN = datetime(2026, 3, 11, 11)  # noqa: DTZ001 - as the file has it
TOO_MANY = Answer({"status": "error", "reason": "slow down"}, 429)
BROKEN = Answer("<html>oops</html>", 500, {"Content-Type": "text/html"})


def load(market, **options):
    asked = {"start": START, "exchange": "bitstamp", "timeframe": "1h"}
    return market.load("ccxt", "BTC-USD", **asked | options)


def values(bars, provider="ccxt"):
    return [
        (stamp.tz_localize(None).to_pydatetime(), *row, provider)
        for stamp, row in zip(bars.index, bars.to_numpy().tolist(), strict=True)
    ]


def half(answer):
    """Half of the answer, of a server that told the length of the whole."""
    return answer.truncated()


def silent_half(answer):
    """Half of the answer, as if it were all: what ccxt takes for no bars."""
    return answer.truncated(honest=True)


def no_bars(_):
    return Answer(bitstamp_words.told(make_bars(1, timeframe="1h").iloc[:0]))


def changed(answer):
    """The first candle with another close: of a later page, it is the last of the page before."""
    answer.body["data"]["ohlc"][0]["close"] = "123.45"
    return answer


# --- what is right ---------------------------------------------------------------------------


def test_a_load_stores_all_pages_once_and_says_whose_they_are(market, stored, bitstamp):
    report = load(market)
    assert (report.inserted, report.duplicates, report.conflicts) == (156, 0, 0)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    assert len(bitstamp.requests) == 4  # 40 at once, the last of each asked for again
    (symbol,) = market.symbols().to_dict("records")
    assert (symbol["exchange"], symbol["currency"], symbol["asset_type"]) == (
        "bitstamp", "USD", "CRYPTO",
    )  # fmt: skip


def test_days_are_loaded_too_and_an_end_is_the_end(market, stored, bitstamp):
    bitstamp.bars = make_bars(60, start="2026-01-01").round(4)
    load(market, timeframe="1d", start="2026-01-03", end="2026-01-20")
    rows = stored("crypto_daily_bars", "BTC-USD")
    assert [row[1:6] for row in rows] == [
        row[1:6] for row in values(bitstamp.bars["2026-01-03":"2026-01-20"])
    ]


def test_an_update_asks_only_from_the_last_stored_bar_on(market, stored, bitstamp):
    load(market, end="2026-03-09")
    known = len(stored(HOURLY, "BTC-USD"))
    bitstamp.requests.clear()
    (row,) = market.update("BTC-USD")
    assert (row.inserted, row.conflicts, row.error) == (156 - known, 0, "")
    assert (row.first, row.last) == tuple(bitstamp.bars.index[[known, -1]])
    assert [int(query["start"]) for _, query in bitstamp.requests] == [
        int(bitstamp.bars.index[known - 1].timestamp())
    ]
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    (again,) = market.update()
    assert (again.inserted, again.first, again.error) == (0, None, "")


def test_the_bar_that_is_still_forming_is_never_stored(market, stored, bitstamp, now):
    bitstamp.bars = make_bars(157, timeframe="1h", start=START).round(4)
    assert str(bitstamp.bars.index[-1]) == "2026-03-11 12:00:00+00:00"  # it is 12:30
    load(market)
    assert stored(HOURLY, "BTC-USD")[-1][0] == ELEVEN
    now.is_("2026-03-11 13:00")
    bitstamp.now = datetime(2026, 3, 11, 13, tzinfo=UTC)
    (row,) = market.update()
    assert (row.inserted, str(row.last)) == (1, "2026-03-11 12:00:00+00:00")


def test_a_clock_of_ours_that_is_fast_stores_no_forming_bar_either(market, stored, bitstamp, now):
    bitstamp.bars = make_bars(157, timeframe="1h", start=START).round(4)
    now.is_("2026-03-11 14:00")
    load(market)
    assert stored(HOURLY, "BTC-USD")[-1][0] == ELEVEN


def test_a_gap_of_the_exchange_longer_than_a_page_is_crossed_and_said(market, stored, bitstamp):
    there = bitstamp.bars
    bitstamp.bars = pd.concat([there.iloc[:20], there.iloc[110:]])
    report = load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    assert "has no 1h bars of bitstamp:BTC/USD from 2026-03-05 20:00 until 2026-03-09 14:00" in (
        str(report)
    )


def test_bars_that_begin_later_than_asked_are_said(market, bitstamp):
    bitstamp.bars = bitstamp.bars.iloc[100:]
    assert "from 2026-03-05 00:00 until 2026-03-09 04:00" in str(load(market))


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [TOO_MANY, BROKEN, half, silent_half])
def test_after_a_passing_fault_the_same_is_stored(market, stored, bitstamp, waits, fault):
    bitstamp.faults = [None, fault]
    load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    assert len(waits) == 1
    assert 1 <= waits[0] <= 2


def test_an_answer_that_does_not_come_is_asked_for_again(
    market, stored, bitstamp, waits, monkeypatch
):
    monkeypatch.setattr(coins, "TIMEOUT_S", 1.0)
    bitstamp.faults = [None, Answer(hang=True)]
    load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    assert len(waits) >= 1


def test_each_wait_is_longer_and_retry_after_is_done_as_told(market, bitstamp, waits):
    later = (bitstamp.now + timedelta(seconds=50)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    bitstamp.faults = [
        BROKEN,
        BROKEN,
        Answer({}, 429, {"Retry-After": "7"}),
        Answer({}, 503, {"Retry-After": later}),
    ]
    assert load(market).inserted == 156
    assert 1 <= waits[0] <= 2 <= waits[1] <= 3
    assert waits[2:] == [7.0, 50.0]


def test_who_asks_for_an_hour_of_patience_is_not_waited_for(market, stored, bitstamp, waits):
    bitstamp.faults = [Answer({}, 429, {"Retry-After": "3600"})]
    with pytest.raises(DataError, match=r"bitstamp was asked for .*429.*asks to wait 3,600 s"):
        load(market)
    assert waits == []
    assert stored(HOURLY, "BTC-USD") == []


def test_a_load_that_gives_up_stores_nothing_and_says_what_was_asked(market, stored, bitstamp):
    bitstamp.faults = [None, None, *[BROKEN] * 6]
    with pytest.raises(DataError) as raised:
        load(market)
    assert "bitstamp was asked for 1h bars of bitstamp:BTC/USD from 2026-03-05" in str(raised.value)
    assert "500" in str(raised.value)
    assert "asked 6 times" in str(raised.value)
    assert stored(HOURLY, "BTC-USD") == []
    assert market.symbols().empty


def test_an_update_that_gives_up_keeps_its_pages_and_the_next_goes_on(market, stored, bitstamp):
    load(market, end="2026-03-05 09:00")
    bitstamp.faults = [None, None, *[TOO_MANY] * 6]
    (row,) = market.update()
    assert "429" in row.error
    assert row.inserted == 78
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars.iloc[:88])
    bitstamp.requests.clear()
    (row,) = market.update()
    assert (row.inserted, row.error) == (68, "")
    assert int(bitstamp.requests[0][1]["start"]) == int(bitstamp.bars.index[87].timestamp())
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)


def test_an_empty_page_by_mistake_leaves_no_hole(market, stored, bitstamp):
    bitstamp.faults = [None, no_bars]
    report = load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)
    assert "has no 1h bars" not in str(report)


def test_an_empty_page_at_the_end_is_asked_for_again_by_the_next_update(market, stored, bitstamp):
    bitstamp.faults = [None, None, None, no_bars]
    assert load(market).inserted == 118
    (row,) = market.update()
    assert (row.inserted, row.error) == (38, "")
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)


def test_pages_that_overlap_store_each_bar_once(market, stored, bitstamp):
    def overlapping(host, path, query):
        if "ohlc" in path:  # ten hours earlier than asked, as some exchanges round down
            query = {**query, "start": int(query["start"]) - 36_000, "limit": 50}
        return right(host, path, query)

    right, bitstamp.answer = bitstamp.answer, overlapping
    load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)


def test_a_bar_told_twice_in_one_page_is_stored_once(market, stored, bitstamp):
    def twice(answer):
        answer.body["data"]["ohlc"].insert(3, answer.body["data"]["ohlc"][3])
        return answer

    bitstamp.faults = [twice]
    load(market)
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)


def test_an_ended_bar_that_changes_between_pages_is_refused(market, stored, bitstamp):
    bitstamp.faults = [None, changed]
    with pytest.raises(DataError, match=r"2026-03-06 15:00 twice and differently.*then 123.45"):
        load(market)
    assert stored(HOURLY, "BTC-USD") == []


def test_a_bar_that_changes_while_it_forms_is_stored_as_it_ends(market, stored, bitstamp, now):
    bitstamp.bars = make_bars(41, timeframe="1h", start="2026-03-09 19:00").round(4)

    def forming(answer):
        now.is_("2026-03-11 11:00")  # the hour of 11 has begun, and ends before the next question
        bitstamp.now = datetime(2026, 3, 11, 10, 40, tzinfo=UTC)
        answer.body["data"]["ohlc"][-1]["close"] = "123.45"
        return answer

    def ended(answer):
        now.is_("2026-03-11 12:30")
        bitstamp.now = datetime(2026, 3, 11, 12, 30, tzinfo=UTC)
        return answer

    bitstamp.faults = [forming, ended]
    load(market, start="2026-03-09 19:00")
    (row,) = market.update()
    assert row.error == ""
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars)


def test_a_stored_bar_that_is_told_otherwise_later_stays_and_is_a_conflict(
    market, stored, bitstamp
):
    load(market, end="2026-03-09")
    before = stored(HOURLY, "BTC-USD")
    bitstamp.bars.loc[bitstamp.bars.index[119], "volume"] += 1
    (row,) = market.update()
    assert (row.inserted, row.conflicts, row.error) == (36, 1, "")
    assert "conflict: volume stored" in row.notes[0]
    assert "lab.market.correct" in row.notes[0]
    assert stored(HOURLY, "BTC-USD")[: len(before)] == before


def test_an_exchange_that_always_tells_the_same_is_found_out(market, stored, bitstamp):
    def always_the_same(host, path, query):
        return right(host, path, query if "ohlc" not in path else first)

    first = {"start": 0, "end": 2**40, "limit": 40}
    right, bitstamp.answer = bitstamp.answer, always_the_same
    report = load(market)  # ccxt itself leaves out what is before `since`
    assert "bitstamp has no 1h bars of bitstamp:BTC/USD after 2026-03-06 15:00." in report.notes
    assert stored(HOURLY, "BTC-USD") == values(bitstamp.bars.iloc[:40])


def test_an_exchange_that_forgot_the_last_stored_bar_leaves_no_hole(market, stored, bitstamp):
    load(market, end="2026-03-06")
    before = stored(HOURLY, "BTC-USD")
    bitstamp.bars = bitstamp.bars.iloc[100:]
    (row,) = market.update()
    assert "from 2026-03-09 04:00 on without it: what lies between may be missing" in row.error
    assert stored(HOURLY, "BTC-USD") == before
    assert market.update("BTC-USD", start="2026-03-09 04:00").rows[0].inserted == 56


def test_a_row_that_is_no_bar_is_refused_and_the_others_stored(market, stored, bitstamp):
    bitstamp.bars.loc[bitstamp.bars.index[5], "high"] = np.nan
    report = load(market)
    assert (report.inserted, report.refused) == (155, 1)
    assert len(stored(HOURLY, "BTC-USD")) == 155


# --- what is asked wrongly -------------------------------------------------------------------


@pytest.mark.usefixtures("bitstamp")
def test_what_cannot_be_asked_is_said_with_the_way_out(market):
    with pytest.raises(DataError, match=r"BTC-USD has no exchange to be asked.*exchange='bitst"):
        load(market, exchange=None)
    with pytest.raises(DataError, match=r"do not tell where their bars begin.*start='2020-01-01'"):
        load(market, start=None)
    with pytest.raises(UnknownName, match=r"No exchange 'bitstam'. Did you mean 'bitstamp'\?"):
        load(market, exchange="bitstam")
    with pytest.raises(UnknownName, match=r"No market of bitstamp 'BTC/USDD'. .*'BTC/USD'"):
        load(market, provider_symbol="bitstamp:BTC/USDD")
    with pytest.raises(DataError, match=r"ccxt has no 4h bars of BTC-USD"):
        load(market, timeframe="4h")
    with pytest.raises(DataError, match=r"no option 'folder'. It has exchange"):
        load(market, folder="x")


@pytest.mark.usefixtures("bitstamp")
def test_prices_of_two_exchanges_are_not_mixed(market):
    load(market)
    with pytest.raises(DataError, match=r"stored with bitstamp, and exchange='kraken' was given"):
        load(market, exchange="kraken")


def test_a_coin_without_an_exchange_remembers_where_it_was_asked(market, stored, bitstamp):
    market.load_frame(bitstamp.bars.iloc[:30], "BTC-USD", "1h", asset_type="CRYPTO")
    load(market, start="2026-03-06 05:00", end="2026-03-08")
    (row,) = market.update()
    assert (row.provider, row.inserted, row.error) == ("ccxt", 60, "")
    assert len(stored(HOURLY, "BTC-USD")) == 156 - 30 + 30
