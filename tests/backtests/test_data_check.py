"""What a run says of the bars it stands on."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.helpers import make_bars, sma_cross


@pytest.fixture
def holed(lab):
    """A lab with a coin of which ten days of April 2020 are missing, and a strategy."""
    bars = make_bars(400)
    bars = bars.drop(bars.index[100:110])
    lab.market.load_frame(bars, "A-USD", "1d", asset_type="CRYPTO")
    lab.strategies.save(sma_cross())
    return lab


def test_a_run_on_unchecked_bars_says_how_to_check_them(holed):
    run = holed.backtests.run("SMA cross", "A-USD")
    assert run.findings.empty
    line = "Data: not checked since its bars were stored: lab.market.check('A-USD', '1d')."
    assert line in str(run)
    assert "Data: not checked" in run._repr_html_()
    assert "The bars were not checked since they were stored" in run.report().html()


def test_a_run_carries_the_findings_of_its_period(holed):
    run = holed.backtests.run("SMA cross", "A-USD")
    later = holed.backtests.run("SMA cross", "A-USD", start="2020-06-01")
    holed.market.check("A-USD")
    assert run.findings["kind"].tolist() == ["gap"]
    assert "Data: 1 error in this period: lab.market.check('A-USD', '1d')." in str(run)
    assert later.findings.empty
    assert str(later).splitlines()[-1] == "Data: no findings in this period."


@pytest.mark.parametrize(
    ("start", "end", "number"),
    [
        ("2020-01-01", "2020-04-09", 0),
        ("2020-01-01", "2020-04-20", 1),
        ("2020-04-20", None, 0),
        ("2020-01-01", "2020-04-12", 1),
    ],
)
def test_a_finding_counts_if_it_overlaps_the_period(holed, start, end, number):
    holed.market.check("A-USD")
    assert len(holed.backtests.run("SMA cross", "A-USD", start=start, end=end).findings) == number


def test_the_report_counts_the_findings_links_to_them_and_shows_them(holed):
    holed.market.check("A-USD")
    page = holed.backtests.run("SMA cross", "A-USD").report().html()
    assert '<a href="#data">1 error</a>' in page
    assert '<section class="bz-section" id="data">' in page
    assert "10 days are missing, 2020-04-10 to 2020-04-19." in page
    assert "bz-notice-failed" in page


def test_the_report_of_sound_bars_has_no_banner_and_no_section(holed):
    holed.market.check("A-USD")
    page = holed.backtests.run("SMA cross", "A-USD", start="2020-06-01").report().html()
    assert 'id="data"' not in page
    assert "no findings in this period, checked " in page


def test_bars_stored_since_the_check_are_said(holed):
    holed.market.check("A-USD")
    run = holed.backtests.run("SMA cross", "A-USD")
    holed.market.load_frame(make_bars(410), "A-USD", "1d")
    assert "1 error in this period, and not checked since bars were stored" in str(run)
    assert "Other bars were stored since" in run.report().html()
    holed.market.check("A-USD")
    assert run.findings.empty


def test_bars_that_are_made_of_others_have_the_findings_of_those(lab):
    hours = make_bars(24 * 80, timeframe="1h", volatility=0.003)
    lab.market.load_frame(hours.drop(hours.index[500:530]), "B-USD", "1h", asset_type="CRYPTO")
    lab.strategies.save(sma_cross())
    lab.market.check("B-USD", "1h")
    run = lab.backtests.run("SMA cross", "B-USD", "4h")
    assert (run.data_check.timeframe, len(run.findings)) == ("1h", 1)


def test_a_run_checks_nothing_itself(holed):
    holed.backtests.run("SMA cross", "A-USD")
    assert holed.sql("SELECT count(*) AS n FROM bar_checks")["n"].iloc[0] == 0


def test_trades_that_rest_on_odd_data_are_named(holed):
    holed.market.check("A-USD")
    run = holed.backtests.run("SMA cross", "A-USD")
    hole = (pd.Timestamp("2020-04-10", tz="UTC"), pd.Timestamp("2020-04-19", tz="UTC"))
    over = run.trades[(run.trades["entry_time"] <= hole[1]) & (run.trades["exit_time"] >= hole[0])]
    assert len(over) == 1
    number = int(over.index[0]) + 1
    assert run.data_check.touched(run.trades) == [number]
    assert f"Trade {number} is filled on such a bar, or held over it." in run.report().html()


def test_a_bad_low_concerns_only_trades_filled_on_its_bar(lab):
    bars = make_bars(400)
    lab.strategies.save(sma_cross())
    lab.market.load_frame(bars, "A-USD", "1d", asset_type="CRYPTO")
    longest = lab.backtests.run("SMA cross", "A-USD").trades.sort_values("bars_held").iloc[-1]
    day = bars.index[bars.index.get_loc(longest["entry_time"]) + 3]
    low = float(bars.loc[day, "low"]) / 10
    lab.market.correct("A-USD", day, low=low, reason="as bad as in the wild")
    lab.market.check("A-USD")
    with_stop = lab.backtests.run("SMA cross", "A-USD", stop_loss_pct=50)
    without = lab.backtests.run("SMA cross", "A-USD")
    (stopped,) = with_stop.trades.index[with_stop.trades["exit_time"] == day]
    assert with_stop.data_check.touched(with_stop.trades) == [stopped + 1]
    assert without.data_check.touched(without.trades) == []
