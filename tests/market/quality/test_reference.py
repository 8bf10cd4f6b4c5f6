"""Real bars: what is wrong with them is found, and little else."""

from __future__ import annotations

import pandas as pd
import pytest

pytestmark = pytest.mark.reference

VENUES = {"AAPL": "XNAS", "QQQ": "XNAS", "BTC-USD": "bitstamp", "ETH-USD": "bitstamp"}


@pytest.fixture
def check(lab, reference):
    def load_and_check(symbol, timeframe="1d", *, factors=True):
        bars = reference / "bars"
        exchange = VENUES.get(symbol, "XNYS")
        lab.market.load_csv(bars / f"{symbol}_{timeframe}.csv", symbol, timeframe,
                            exchange=exchange)  # fmt: skip
        if factors and (bars / f"{symbol}_factors.csv").exists():
            lab.market.load_factors(bars / f"{symbol}_factors.csv", symbol)
        return lab.market.check(symbol, timeframe)

    return load_and_check


def days(quality, kind, severity=None):
    rows = quality.findings[quality.findings["kind"] == kind]
    if severity is not None:
        rows = rows[rows["severity"] == severity]
    return rows["first"].dt.strftime("%Y-%m-%d").tolist()


def test_the_hole_in_qqq_is_found_and_the_jump_over_it_named(check):
    quality = check("QQQ")
    assert not quality.ok
    (hole,) = quality.findings[quality.findings["kind"] == "gap"].itertuples()
    assert (hole.severity, hole.bars) == ("error", 1588)
    assert (f"{hole.first:%Y-%m-%d}", f"{hole.last:%Y-%m-%d}") == ("2004-12-01", "2011-03-22")
    (jump,) = quality.findings[quality.findings["kind"] == "jump"].itertuples()
    assert (jump.severity, f"{jump.first:%Y-%m-%d}") == ("error", "2011-03-23")
    assert jump.value == pytest.approx(47.75, abs=0.01)
    assert "the jump over 1,588 sessions that are missing" in jump.message


def test_the_three_bad_lows_of_aapl_are_errors_and_its_worst_day_is_news(check):
    quality = check("AAPL")
    assert days(quality, "wick", "error") == ["2009-09-21", "2010-08-31", "2011-01-03"]
    assert days(quality, "jump") == ["2000-09-29"]
    assert days(quality, "jump", "info") == ["2000-09-29"]
    assert days(quality, "split") == []


def test_without_factors_the_four_splits_of_aapl_are_named(check):
    quality = check("AAPL", factors=False)
    splits = quality.findings[quality.findings["kind"] == "split"]
    assert days(quality, "split", "error") == [
        "2000-06-21",
        "2005-02-28",
        "2014-06-09",
        "2020-08-31",
    ]
    assert splits["value"].tolist() == [2.0, 2.0, 7.0, 4.0]
    assert "No factors of AAPL are stored" in quality.notes[0]


def test_an_open_at_twice_the_price_of_ibm_is_found(check):
    quality = check("IBM")
    assert days(quality, "spike", "error") == ["2002-12-23"]
    assert len(quality.findings) <= 3


@pytest.mark.parametrize(
    ("symbol", "timeframe", "most"),
    [("SPY", "1d", 20), ("BAC", "1d", 6), ("BTC-USD", "1h", 5), ("ETH-USD", "1d", 4)],
)
def test_clean_bars_are_quiet(check, symbol, timeframe, most):
    quality = check(symbol, timeframe)
    assert len(quality.findings) <= most
    assert not {"extra", "frozen", "flat", "split", "volume_unit"} & set(quality.findings["kind"])


def test_crises_are_no_findings(check):
    for symbol in ("SPY", "BAC"):
        told = check(symbol).findings
        crises = [("2008-09-01", "2009-06-30"), ("2020-02-15", "2020-06-30")]
        for first, last in crises:
            inside = told["first"].between(
                pd.Timestamp(first, tz="UTC"), pd.Timestamp(last, tz="UTC")
            )
            assert not inside.any()
