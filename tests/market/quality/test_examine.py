"""All checks together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.market.calendars import Calendar
from bitstockerz_lab.market.providers import synthetic
from bitstockerz_lab.market.quality.examine import examine
from bitstockerz_lab.market.quality.findings import COLUMNS
from tests.helpers import make_bars

ALWAYS = Calendar("24/7")


@pytest.mark.parametrize("rows", [1, 2, 9, 10, 11, 60])
def test_few_bars_are_checked_without_fuss(rows):
    bars = make_bars(rows)
    assert list(examine(bars, bars, "1d", ALWAYS).columns) == list(COLUMNS)


def test_checking_changes_nothing_and_answers_the_same_twice():
    bars = make_bars(400)
    bars.iloc[100, 2] *= 0.2
    before = bars.copy()
    first, again = (examine(bars, bars, "1d", ALWAYS) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(bars, before)
    assert len(first)


@settings(deadline=None, max_examples=40)
@given(
    gone=st.sets(st.integers(1, 298), max_size=80),
    empty=st.sets(st.integers(0, 299), max_size=80),
)
def test_every_missing_and_every_empty_bar_is_in_exactly_one_finding(gone, empty):
    bars = make_bars(300, volatility=0.005)
    bars.iloc[sorted(empty), 4] = 0.0
    bars = bars.drop(bars.index[sorted(gone)])
    told = examine(bars, bars, "1d", ALWAYS).groupby("kind")["bars"].sum()
    assert told.get("gap", 0) == len(gone)
    assert told.get("zero_volume", 0) == len(empty - gone)


@settings(deadline=None, max_examples=25)
@given(scale=st.sampled_from([1e-6, 0.01, 7.0, 1e5]), seed=st.integers(0, 50))
def test_what_is_found_does_not_depend_on_the_price_level(scale, seed):
    bars = make_bars(300, seed=seed)
    bars.iloc[200, 0] *= 1.5
    bars["high"] = bars[["open", "high", "low", "close"]].max(axis=1)
    other = bars.assign(**{name: bars[name] * scale for name in ("open", "high", "low", "close")})
    columns = ["kind", "severity", "first", "last", "bars"]
    one, two = (examine(rows, rows, "1d", ALWAYS)[columns] for rows in (bars, other))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("entry", synthetic.SAMPLES, ids=lambda entry: entry.symbol)
def test_the_samples_are_quiet(entry):
    bars = synthetic.sample_bars(entry)
    calendar = Calendar("XNYS") if entry.asset_type == "EQUITY" else ALWAYS
    assert examine(bars, bars, entry.timeframe, calendar).empty


def test_findings_are_ascending_and_messages_are_sentences(quiet):
    bars = quiet()
    bars.iloc[150:160, 4] = 0.0
    bars.iloc[60, 2] *= 0.4
    rows = examine(
        bars.drop(bars.index[100:110]), bars.drop(bars.index[100:110]), "1d", Calendar("XNYS")
    )
    assert rows["kind"].tolist() == ["wick", "gap", "zero_volume"]
    assert rows["first"].is_monotonic_increasing
    assert all(text.endswith(".") and not text[0].islower() for text in rows["message"])


@pytest.mark.slow
def test_a_million_bars_take_seconds():
    import time

    bars = make_bars(1_000_000, timeframe="1h", start="1910-01-01", volatility=0.002, drift=0)
    bars.iloc[np.random.default_rng(1).random(len(bars)) < 0.2, 4] = 0.0
    before = time.process_time()
    rows = examine(bars, bars, "1h", ALWAYS)
    assert time.process_time() - before < 20
    assert len(rows) < 1000
