"""The rules of bars."""

from __future__ import annotations

import hashlib
import struct
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.market import bars
from tests.helpers import make_bars, typed_bars

NOW = datetime(2024, 6, 15, 12, 30)  # noqa: DTZ001 - columns are UTC without a zone
COLUMNS = ["open", "high", "low", "close", "volume"]


def row(*values, stamp="2024-01-02"):
    index = pd.DatetimeIndex([stamp], name="timestamp").as_unit("us").tz_localize("UTC")
    return pd.DataFrame([values], columns=COLUMNS, index=index, dtype="float64")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((10, 9, 8, 8.5, 1), "high below open"),
        ((8.5, 9, 8, 10, 1), "high below close"),
        ((8, 9, 9.5, 9, 1), "high below low; low above open; low above close"),
        ((8, 11, 9, 10, 1), "low above open"),
        ((10, 11, 9, 8, 1), "low above close"),
        ((0, 11, 0, 10, 1), "open is not positive; low is not positive"),
        ((10, 11, -1, 10, 1), "low is not positive"),
        ((10, 11, 9, 10, -1), "volume is negative"),
        ((np.nan, 11, 9, 10, 1), "open is missing or no number"),
        ((10, 11, 9, 10, np.nan), "volume is missing or no number"),
        ((10, np.inf, 9, 10, 1), "high is infinite"),
        ((10, 11, 9, 10, np.inf), "volume is infinite"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_every_reason(values, reason):
    accepted, refused = bars.check(row(*values), now=NOW)
    assert accepted.empty
    assert refused.to_dict("records") == [{"row": 0, "reason": reason}]


@pytest.mark.parametrize(
    "values", [(10, 10, 10, 10, 0), (10, 12, 9, 11, 5), (1e-9, 1e9, 1e-9, 1, 0)]
)
def test_flat_bars_no_volume_and_wide_ranges_are_bars(values):
    accepted, refused = bars.check(row(*values), now=NOW)
    assert (len(accepted), len(refused)) == (1, 0)


@pytest.mark.parametrize(
    ("timeframe", "stamp", "reason"),
    [
        ("1d", None, "the stamp cannot be read"),
        ("1d", "2024-01-02 13:00", "the stamp is not midnight"),
        ("1h", "2024-01-02 13:30", "the stamp is not a full hour"),
        ("1d", "1650-01-02", "before 1700"),
        ("1d", "2024-06-15", "in the future, or the bar has not ended yet"),
        ("1h", "2024-06-15 12:00", "in the future, or the bar has not ended yet"),
        ("1d", "2024-06-14", None),
        ("1h", "2024-06-15 11:00", None),
    ],
)
def test_a_stamp_lies_on_the_grid_and_its_bar_has_ended(timeframe, stamp, reason):
    _, refused = bars.check(row(10, 11, 9, 10, 1, stamp=stamp), timeframe, NOW)
    assert refused["reason"].tolist() == ([reason] if reason else [])


def test_of_equal_rows_with_one_stamp_the_first_is_accepted():
    accepted, refused = bars.check(pd.concat([row(10, 11, 9, 10, 1)] * 3), now=NOW)
    assert len(accepted) == 1
    assert refused["row"].tolist() == [1, 2]
    assert refused["reason"].str.startswith("duplicate stamp: the same row").all()


def test_of_different_rows_with_one_stamp_every_one_is_refused():
    rows = [row(10, 11, 9, 10, 1), row(10, 11, 9, 10, 1), row(10, 11, 9, 10, 2)]
    accepted, refused = bars.check(pd.concat(rows), now=NOW)
    assert accepted.empty
    assert refused["reason"].str.contains("with other values").tolist() == [True] * 3


def test_a_broken_row_does_not_dispute_a_good_one_of_its_stamp():
    accepted, refused = bars.check(
        pd.concat([row(10, 9, 9, 10, 1), row(10, 11, 9, 10, 1)]), now=NOW
    )
    assert len(accepted) == 1
    assert refused["row"].tolist() == [0]


def test_rows_in_any_order_come_out_ascending():
    good = make_bars(20)
    accepted, _ = bars.check(good.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(accepted, good, check_freq=False, check_index_type=False)


def test_no_rows_are_no_bars():
    accepted, refused = bars.check(make_bars(3)[:0])
    assert (len(accepted), len(refused)) == (0, 0)


number = st.sampled_from([np.nan, np.inf, -1.0, 0.0, 1.0, 2.0, 3.0]) | st.floats(0.5, 4)
stamps = st.integers(-3, 8).map(lambda day: pd.Timestamp("2024-06-10") + pd.Timedelta(days=day))
odd = st.sampled_from([pd.NaT, pd.Timestamp("2024-06-01 05:00"), pd.Timestamp("1500-01-01")])
rows = st.lists(st.tuples(stamps | odd, *[number] * 5), max_size=25)


@settings(deadline=None)
@given(rows)
def test_accepted_and_refused_are_all_rows_and_accepted_are_always_valid(drawn):
    index = pd.DatetimeIndex([entry[0] for entry in drawn], dtype="datetime64[us]")
    index = index.tz_localize("UTC").rename("timestamp")
    table = [entry[1:] for entry in drawn]
    incoming = pd.DataFrame(table, columns=COLUMNS, index=index, dtype="float64")
    incoming["position"] = range(len(incoming))
    accepted, refused = bars.check(incoming, now=NOW)
    assert sorted(accepted["position"].tolist() + refused["row"].tolist()) == list(
        range(len(drawn))
    )
    assert accepted.index.is_monotonic_increasing
    assert accepted.index.is_unique
    assert accepted.index.max() is pd.NaT or accepted.index.max() < pd.Timestamp(NOW, tz="UTC")
    prices = accepted[["open", "close"]]
    assert (accepted["high"] >= prices.max(axis=1)).all()
    assert (accepted["low"] <= prices.min(axis=1)).all()
    assert (accepted["low"] > 0).all()
    assert (accepted["volume"] >= 0).all()
    assert np.isfinite(accepted[COLUMNS].to_numpy()).all()
    again, none = bars.check(accepted, now=NOW)
    assert again.equals(accepted)
    assert none.empty


def test_a_missing_bar_has_a_price_that_is_none():
    several = typed_bars("10 11 9 10\n-\n0 11 9 10\n10 11 9 10\n10 11 9 10")
    several.iloc[3, 1] = np.inf
    several.iloc[4, 4] = np.nan
    assert bars.missing(several).tolist() == [False, True, True, True, False]


def test_the_digest_is_of_stamps_and_values_only():
    good = make_bars(50)
    same = good[["volume", "close", "low", "high", "open"]].copy()
    same.index = same.index.as_unit("us").tz_convert("America/New_York")
    same.attrs = {"symbol": "X"}
    assert bars.digest(good) == bars.digest(same)
    assert len(bars.digest(good)) == 64


def test_the_digest_is_the_hash_of_nanoseconds_and_doubles():
    two = typed_bars("1 4 0.5 2\n3 5 2.5 4", start="2020-01-06")
    stamps = struct.pack("<2q", 1578268800 * 10**9, 1578355200 * 10**9)
    values = struct.pack("<10d", 1, 3, 4, 5, 0.5, 2.5, 2, 4, 1000, 1000)
    assert bars.digest(two) == hashlib.sha256(stamps + values).hexdigest()


@pytest.mark.parametrize("column", range(5))
def test_the_digest_changes_with_any_value(column):
    good, other = make_bars(50), make_bars(50)
    other.iloc[17, column] = np.nextafter(other.iloc[17, column], np.inf)
    assert bars.digest(good) != bars.digest(other)
    assert bars.digest(good) != bars.digest(good.shift(freq="h"))
    assert bars.digest(good) != bars.digest(good[:-1])


def test_every_nan_counts_as_the_same_in_the_digest():
    one, other = make_bars(3), make_bars(3)
    one.iloc[1, 0] = np.nan
    other.iloc[1, 0] = np.array(0x7FF8000000000001, dtype="int64").view("float64")
    assert bars.digest(one) == bars.digest(other)


def test_a_low_of_a_tenth_is_strange_and_a_crash_is_not():
    rows = typed_bars("""
    184 185 10 184
    100 101 45  46
    100 250 99 101
    """)
    assert bars.strange(rows).tolist() == [rows.index[0], rows.index[2]]
