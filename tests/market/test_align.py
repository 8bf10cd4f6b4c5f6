"""Two timeframes side by side: no row knows what ended after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.market.align import align
from bitstockerz_lab.market.resample import makes, resample
from tests.helpers import make_bars
from tests.market.test_resample import days, hours, patchy, told

PAIRS = [(rows, shown) for rows in ("1h", "1d") for shown in clock.TIMEFRAMES if makes(rows, shown)]


def test_a_day_shows_the_week_that_had_ended_when_it_ended():
    bars = days(21, "2019-12-30")
    weeks = resample(bars, "1w")
    aligned = align(weeks, bars)
    assert aligned["close"].isna().tolist() == [True] * 6 + [False] * 15
    sunday, monday = pd.Timestamp("2020-01-05", tz="UTC"), pd.Timestamp("2020-01-06", tz="UTC")
    assert aligned.loc[sunday, "known_bar"] == weeks.index[0]  # both end on Monday 00:00
    assert aligned.loc[monday, "known_bar"] == weeks.index[0]
    assert aligned.loc["2020-01-12", "close"] == weeks["close"].iloc[1]


def test_rows_to_align_to_are_a_frame_and_no_timeframe():
    with pytest.raises(DataError, match=r"align_to='1d' is no frame.*align_to=lab\.market\.bars"):
        align(days(21), "1d")


def test_the_index_is_that_of_the_other_and_attrs_say_it_is_aligned():
    bars = hours(48)
    aligned = align(told(resample(bars, "4h"), "4h"), bars[5:])
    assert aligned.index.equals(bars.index[5:])
    assert list(aligned) == ["open", "high", "low", "close", "volume", "known_bar"]
    assert str(aligned["known_bar"].dtype) == "datetime64[us, UTC]"
    assert aligned.attrs == {"timeframe": "1h", "aligned_from": "4h", "resampled_from": "1h"}


def test_shorter_bars_align_to_longer_ones_too():
    bars = hours(48)
    aligned = align(bars, resample(bars, "1d"))
    assert aligned["known_bar"].dt.hour.tolist() == [23, 23]


def test_a_missing_bar_shows_nan_and_not_the_one_before():
    weeks = told(make_bars(3, timeframe="1w", start="2019-12-30"), "1w")
    weeks.iloc[1, :4] = np.nan
    aligned = align(weeks, days(21, "2019-12-30"))
    assert aligned.loc["2020-01-12":"2020-01-18", "close"].isna().all()
    assert (aligned.loc["2020-01-12":"2020-01-18", "known_bar"] == weeks.index[1]).all()


def test_no_bars_align_to_nothing_known():
    aligned = align(told(make_bars(0), "1w"), days(3))
    assert aligned.isna().all(axis=None)
    assert len(align(days(3), told(make_bars(0), "1w"))) == 0


def test_both_must_say_their_timeframe_and_ascend():
    silent = days(3)
    silent.attrs.clear()
    with pytest.raises(DataError, match="do not say their timeframe"):
        align(silent, days(3))
    with pytest.raises(DataError, match="do not say their timeframe"):
        align(days(3), silent)
    with pytest.raises(BadBars, match="must ascend"):
        align(days(3)[::-1], days(3))


@pytest.mark.parametrize(("rows", "shown"), PAIRS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_row_knows_a_bar_that_ends_after_it_and_the_future_changes_nothing(rows, shown, data):
    bars = data.draw(patchy(rows))
    longer = resample(bars, shown)
    aligned = align(longer, bars)
    known = aligned["known_bar"].dropna()
    ends = clock.bar_end(pd.DatetimeIndex(known), shown)
    assert (ends <= clock.bar_end(pd.DatetimeIndex(known.index), rows)).all()
    wanted = longer.reindex(known)
    assert np.array_equal(wanted.to_numpy(), aligned.loc[known.index, list(wanted)], equal_nan=True)
    n = data.draw(st.integers(0, len(bars)))
    part = align(resample(bars[:n], shown), bars[:n])
    pd.testing.assert_frame_equal(part, aligned[:n], check_exact=True)


@given(bars=patchy("1d"))
@settings(max_examples=50, deadline=None)
def test_a_row_shows_the_newest_of_the_bars_that_had_ended(bars):
    weeks = resample(bars, "1w")
    aligned = align(weeks, bars)
    for stamp, shown in aligned["known_bar"].items():
        end = stamp + pd.Timedelta(days=1)
        ended = [start for start in weeks.index if start + pd.Timedelta(weeks=1) <= end]
        assert (shown is pd.NaT) if not ended else shown == ended[-1]
