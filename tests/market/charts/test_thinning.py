from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.market.charts import thinning
from tests.helpers import make_bars


def test_thinning_keeps_every_peak_and_trough_and_both_ends():
    frame = make_bars(20_000, volatility=0.03)[["open", "close"]]
    shown = thinning.thin(frame)
    assert len(shown) <= thinning.POINTS
    assert shown.index.is_monotonic_increasing
    assert shown.index[0] == frame.index[0]
    assert shown.index[-1] == frame.index[-1]
    pd.testing.assert_series_equal(shown.max(), frame.max())
    pd.testing.assert_series_equal(shown.min(), frame.min())


def test_thinning_survives_missing_values():
    frame = pd.DataFrame({"close": np.r_[np.full(4000, np.nan), 1.0, 2.0]})
    assert thinning.thin(frame)["close"].max() == 2.0


def no_hole(bars):
    return np.zeros(len(bars), dtype=np.int64)


def test_few_bars_are_a_candle_each():
    bars = make_bars(2000)
    merged = thinning.merge(bars, no_hole(bars))
    pd.testing.assert_frame_equal(merged[bars.columns], bars, check_freq=False)
    assert (merged["bars"] == 1).all()
    assert merged.attrs["bars_each"] == 1


def test_a_candle_of_many_bars_has_their_first_open_highest_high_lowest_low_and_last_close():
    bars = make_bars(5849)
    merged = thinning.merge(bars, no_hole(bars))
    groups = bars.groupby(np.arange(len(bars)) // 4)
    whole = groups.agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    np.testing.assert_array_equal(merged[bars.columns].to_numpy(), whole.to_numpy())
    assert len(merged) == 1463
    assert merged["bars"].tolist() == [4] * 1462 + [1]
    assert merged["last"].iloc[0] == bars.index[3]
    assert merged["last"].iloc[-1] == bars.index[-1]


def test_no_candle_reaches_over_a_hole_as_long_as_itself():
    bars = make_bars(6000)
    missing = no_hole(bars)
    missing[1001], missing[3002] = 4, 3
    merged = thinning.merge(bars, missing)
    assert bars.index[1001] in merged.index
    assert bars.index[3002] not in merged.index  # shorter than a candle of 4
    assert merged["bars"].sum() == 6000


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 400), every=st.integers(1, 40), limit=st.integers(1, 60))
def test_merging_loses_no_extreme_no_volume_and_no_bar_however_many_holes_there_are(
    n, every, limit
):
    bars = make_bars(n)
    missing = np.where(np.arange(n) % every == 0, 1000, 0)
    missing[0] = 0
    merged = thinning.merge(bars, missing, limit, unmerged=limit)
    assert merged["bars"].sum() == n
    assert merged["high"].max() == bars["high"].max()
    assert merged["low"].min() == bars["low"].min()
    assert merged["volume"].sum() == pytest.approx(bars["volume"].sum())
    assert merged["open"].iloc[0] == bars["open"].iloc[0]
    assert merged["close"].iloc[-1] == bars["close"].iloc[-1]
    assert len(merged) <= max(limit * 4 // 3, limit)
