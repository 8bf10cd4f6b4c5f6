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
    quiet = {"extra", "frozen", "flat", "split", "volume_unit", "swapped", "repeated"}
    assert not quiet & set(quality.findings["kind"])


@pytest.fixture
def spoil(lab, reference, tmp_path):
    """Load a reference file with a change made to its rows, and check it."""

    def load_and_check(symbol, timeframe, change):
        rows = pd.read_csv(reference / "bars" / f"{symbol}_{timeframe}.csv", parse_dates=[0])
        change(rows)
        rows.to_csv(tmp_path / "spoilt.csv", index=False)
        exchange = VENUES.get(symbol, "XNYS")
        lab.market.load_csv(tmp_path / "spoilt.csv", symbol, timeframe, exchange=exchange)
        return lab.market.check(symbol, timeframe)

    return load_and_check


def named(rows, name):
    """Return a file's column, whatever case it is written in."""
    return next(column for column in rows.columns if column.lower() == name)


def test_volumes_in_dollars_from_an_hour_on_are_found(spoil):
    def in_dollars(rows):
        volume, close = named(rows, "volume"), named(rows, "close")
        rows.loc[8000:, volume] = rows.loc[8000:, volume] * rows.loc[8000:, close]

    quality = spoil("BTC-USD", "1h", in_dollars)
    assert days(quality, "volume_unit", "warning") == ["2019-04-13"]


@pytest.mark.parametrize(("factor", "kind"), [(10, "split"), (0.01, "jump")])
def test_spy_in_another_unit_for_ever_is_not_ok(spoil, factor, kind):
    def in_another_unit(rows):
        prices = [named(rows, name) for name in ("open", "high", "low", "close")]
        rows[prices] = rows[prices].astype(float)
        rows.loc[500:, prices] *= factor

    quality = spoil("SPY", "1d", in_another_unit)
    assert days(quality, kind, "error") == ["1999-12-28"]
    assert not quality.ok


def test_two_hundred_days_of_spy_with_open_and_close_swapped_are_found(spoil):
    def swap(rows):
        columns = [named(rows, "open"), named(rows, "close")]
        rows.loc[400:599, columns] = rows.loc[400:599, columns[::-1]].to_numpy()

    quality = spoil("SPY", "1d", swap)
    assert len(days(quality, "swapped")) == 1
    assert quality.findings.set_index("kind").loc["swapped", "bars"] == pytest.approx(200, abs=20)


def test_a_day_of_hours_that_repeats_the_one_before_is_found(spoil):
    def repeat(rows):
        rows.iloc[5000:5024, 1:] = rows.iloc[4976:5000, 1:].to_numpy()

    quality = spoil("BTC-USD", "1h", repeat)
    assert quality.findings.set_index("kind").loc["repeated", "bars"] == 24


def test_crises_are_no_findings(check):
    for symbol in ("SPY", "BAC"):
        told = check(symbol).findings
        crises = [("2008-09-01", "2009-06-30"), ("2020-02-15", "2020-06-30")]
        for first, last in crises:
            inside = told["first"].between(
                pd.Timestamp(first, tz="UTC"), pd.Timestamp(last, tz="UTC")
            )
            assert not inside.any()
