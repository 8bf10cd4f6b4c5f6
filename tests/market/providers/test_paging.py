"""Pages of one request: oldest first, each bar once, no hole; whatever is answered."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.providers.paging import Pages
from bitstockerz_lab.market.providers.protocol import Request
from tests.helpers import make_bars

BARS = make_bars(60, timeframe="1h", start="2020-01-01")
HOUR = pd.Timedelta(hours=1)


def pages(ask, limit=10, last=BARS.index[-1]):
    symbol = SimpleNamespace(symbol="BTC-USD")
    request = Request(symbol, "here:BTC/USD", "1h", BARS.index[0], last)
    return list(Pages(request, ask, limit, "here"))


def windowed(bars):
    """Return an exchange that answers with the bars of a window, like Bitstamp."""
    return lambda since, limit: (
        bars[(bars.index >= since) & (bars.index < since + limit * HOUR)], None
    )  # fmt: skip


def counted(bars):
    """Return an exchange that answers with the next so many bars, like Binance."""
    return lambda since, limit: (bars[bars.index >= since].iloc[:limit], None)


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.integers(0, 23)),
    st.integers(3, 9),
    st.sampled_from([windowed, counted]),
    st.integers(0, 2),
)
def test_whatever_is_missing_each_bar_comes_once_and_in_order(lost, limit, exchange, early):
    there = BARS.iloc[:24].drop(BARS.index[sorted(lost)])
    ask = exchange(there)
    found = pages(
        lambda since, limit: ask(since - early * HOUR, limit + early), limit, BARS.index[23]
    )
    assert all(page.bars.index.is_monotonic_increasing for page in found)
    together = pd.concat([there.iloc[:0], *(page.bars for page in found)])
    pd.testing.assert_frame_equal(together, there, check_freq=False, check_index_type=False)


def test_answers_from_before_what_was_asked_are_an_error():
    with pytest.raises(
        DataError, match=r"here was asked for 1h bars of here:BTC/USD since .*get on"
    ):
        pages(lambda _since, _limit: (BARS.iloc[:10], None))


def test_an_exchange_that_only_has_the_newest_bars_gives_those_and_says_so():
    (page,) = pages(lambda _since, _limit: (BARS.iloc[-20:], None))
    assert len(page.bars) == 20
    assert page.notes == (
        "here has no 1h bars of here:BTC/USD from 2020-01-01 00:00 until 2020-01-02 16:00.",
    )


def test_a_page_of_one_bar_at_a_time_ends():
    assert len(pd.concat(page.bars for page in pages(windowed(BARS), 1))) == 60
    assert len(pd.concat(page.bars for page in pages(windowed(BARS), 2))) == 60


def test_one_stamp_with_two_values_in_a_page_is_an_error():
    both = pd.concat([BARS.iloc[:5], BARS.iloc[[3]] * 2])
    with pytest.raises(DataError, match=r"at 2020-01-01 03:00 twice and differently"):
        pages(lambda _since, _limit: (both, None))


def test_their_clock_decides_where_ours_is_ahead():
    told = pd.Timestamp("2020-01-01 05:30", tz="UTC")
    (page,) = pages(lambda _since, _limit: (BARS.iloc[:10], told))
    assert str(page.bars.index[-1]) == "2020-01-01 04:00:00+00:00"
    assert page.now == told
    assert clock.utc(clock.now()) > told


def forgetful(bars, lost, times):
    """Return an exchange that leaves bars out of its first answers that would have them."""
    left = dict.fromkeys(lost, times)

    def ask(since, limit):
        answer = bars[bars.index >= since].iloc[:limit]
        away = [stamp for stamp in answer.index if left.get(stamp, 0) > 0]
        for stamp in away:
            left[stamp] -= 1
        return answer.drop(away), None

    return ask


@pytest.mark.parametrize("lost", [[4, 5], [4, 7], [10], [9, 10, 11]])
def test_bars_that_an_answer_forgot_are_found_by_asking_again(lost):
    found = pages(forgetful(BARS, BARS.index[lost], 1))
    assert [note for page in found for note in page.notes] == []
    together = pd.concat([page.bars for page in found])
    pd.testing.assert_frame_equal(together, BARS, check_freq=False)


def test_a_hole_that_stays_is_believed_and_said():
    (page, *_) = pages(forgetful(BARS, BARS.index[[4, 5]], 99))
    assert page.notes == (
        "here has no 1h bars of here:BTC/USD from 2020-01-01 04:00 until 2020-01-01 06:00.",
    )


def test_holes_of_a_page_are_one_note_with_the_longest():
    (page, *_) = pages(forgetful(BARS, BARS.index[[2, 4, 5]], 99))
    (note,) = page.notes
    assert note == (
        "here has no 1h bars of here:BTC/USD in 2 holes, 3 bars together; the longest is from "
        "2020-01-01 04:00 until 2020-01-01 06:00."
    )


def test_a_hole_between_two_pages_is_said():
    found = pages(forgetful(BARS, BARS.index[10:13], 99))
    assert [note for page in found for note in page.notes] == [
        "here has no 1h bars of here:BTC/USD from 2020-01-01 10:00 until 2020-01-01 13:00."
    ]


def test_a_bar_told_differently_when_asked_again_is_an_error():
    ask = forgetful(BARS, BARS.index[[4]], 1)
    told = []

    def changing(since, limit):
        bars, now = ask(since, limit)
        told.append(since)
        return (bars * 2 if len(told) > 1 else bars), now

    with pytest.raises(DataError, match="twice and differently"):
        pages(changing)
