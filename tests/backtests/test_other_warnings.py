"""What a run says of the other symbols its rules read."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import close
from tests.helpers import make_bars

FACTORS = "date,price_factor,split_factor,reference_price\n20200601,0.9,0.5,100\n20501231,1,1,0\n"


@pytest.fixture
def two(lab):
    """A lab with 400 days of a coin, and rules that look at SPY."""
    lab.market.load_frame(make_bars(400), "BTC-USD", "1d", exchange="bitstamp")
    rules = bz.strategy("Two", enter=close.of("SPY") > close.of("SPY").bars_ago(1), max_bars=3)
    lab.strategies.save(rules)
    return lab


def load(lab, *spans, **told):
    bars = make_bars(500, seed=4, start="2019-11-20")
    bars = bars[bars.index.day_of_week < 5]
    for first, last in spans or [(None, None)]:
        lab.market.load_frame(bars[first:last], "SPY", exchange="ARCX", **told)


def warnings(lab, **period):
    run = lab.backtests.run("Two", "BTC-USD", adjusted=False, **period)
    return [one for one in run.details.warnings if "SPY" in one]


def test_bars_that_are_there_are_not_spoken_of(two):
    load(two)
    assert warnings(two) == []


def test_a_view_that_stands_still_is_told(two):
    load(two, (None, "2020-03-31"))
    [told] = warnings(two, start="2020-04-15", end="2020-12-31")
    assert told == (
        "The last bar of SPY is that of 2020-03-31, 275 days before the period ends: the rules go "
        "on reading it as if it were new. Load later ones."
    )
    assert warnings(two, end="2020-04-07") == []  # not older than after a holiday


def test_a_view_that_begins_late_is_told(two):
    load(two, ("2020-06-01", None))
    told = "The bars of SPY begin on 2020-06-01, 152 days after the period: "
    assert warnings(two)[0].startswith(told)
    assert warnings(two, start="2020-05-27") == []


def test_a_hole_in_the_period_is_told_the_longest_of_several(two):
    load(two, (None, "2020-01-31"), ("2020-03-02", "2020-04-30"), ("2020-06-01", None))
    [told] = warnings(two)
    assert told.startswith("SPY has no bars between 2020-04-30 and 2020-06-01, the longest of 2 ")
    assert warnings(two, start="2020-02-20", end="2020-04-01")[0].startswith(
        "SPY has no bars between 2020-01-31 and 2020-03-02: "
    )
    assert warnings(two, start="2020-06-01") == []


def test_simulated_bars_of_another_symbol_mark_the_run(two):
    load(two, provider="synthetic")
    run = two.backtests.run("Two", "BTC-USD")
    assert run.details.provider != "synthetic"
    assert run.details.simulated
    assert two.backtests.get(run.id).details.simulated
    assert any("The bars of SPY are simulated" in one for one in run.details.warnings)
    assert "Bars of another symbol that the rules read were generated" in run.report().html()


def test_a_share_without_factors_is_told_unless_raw_prices_were_asked_for(two, tmp_path):
    load(two)
    run = two.backtests.run("Two", "BTC-USD")
    assert any("SPY has no price factors" in one for one in run.details.warnings)
    assert not run.details.simulated
    assert warnings(two) == []
    path = tmp_path / "factors.csv"
    path.write_text(FACTORS)
    two.market.load_factors(path, "SPY")
    assert two.backtests.run("Two", "BTC-USD").details.warnings == []


def test_what_checks_found_of_another_symbol_is_told(two):
    load(two, (None, "2020-03-31"), ("2020-06-01", None))
    run = two.backtests.run("Two", "BTC-USD")
    early = two.backtests.run("Two", "BTC-USD", end="2020-02-28")
    aside = "SPY, which the rules read: {}: lab.market.check('SPY', '1d')"
    unchecked = aside.format("not checked since bars were stored")
    assert unchecked in str(run)
    assert unchecked in run.report().html().replace("&#39;", "'")
    two.market.check("SPY")
    assert "; SPY, which the rules read: 1 error" in str(run)
    assert "error" not in early.data_check.note()
