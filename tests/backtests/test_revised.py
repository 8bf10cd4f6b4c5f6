"""The mark on runs whose bars were revised since."""

from __future__ import annotations

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import close, sma
from tests.helpers import make_bars

FIRST, LAST = "2020-06-01", "2020-12-31"
FACTORS = "date,price_factor,split_factor,reference_price\n{},1,0.5,100\n"


@pytest.fixture
def market(stocked):
    return stocked.market


@pytest.fixture
def run(stocked):
    return stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST)


def marked(lab, run):
    """Whether the list marks the run; the run itself must agree."""
    listed = lab.backtests.list().set_index("id")["bars_revised"]
    again = lab.backtests.get(run.id)
    assert bool(listed[run.id]) == bool(again.bars_revised)
    assert listed.dtype == bool
    return bool(listed[run.id])


def correct(market, day, symbol="AAA", **options):
    timeframe = options.get("timeframe")
    bar = market.bars(symbol, timeframe, start=day, end=day, adjusted=False).iloc[0]
    value = float(bar["close"] + bar["high"]) / 2
    return market.correct(symbol, day, close=value, reason="a digit was wrong", **options)


def load_factors(market, tmp_path, day):
    path = tmp_path / "factors.csv"
    path.write_text(FACTORS.format(day))
    market.load_factors(path, "AAA")


def test_a_run_on_bars_as_they_are_is_not_marked(stocked, run):
    assert not marked(stocked, run)
    assert run.bars_revised == ""
    assert "since this run" not in str(run)


def test_a_corrected_bar_of_the_period_marks_the_run(stocked, market, run):
    correct(market, "2020-09-01")
    assert marked(stocked, run)
    assert run.bars_revised == "1 bar revised since this run."
    assert "Note: 1 bar revised since this run." in str(run)
    assert "1 bar revised since this run." in run._repr_html_()
    assert "1 bar revised since this run." in run.report().sections[0].html()


def test_a_corrected_bar_of_the_warm_up_marks_the_run_too(stocked, market, run):
    correct(market, "2020-01-05")
    assert marked(stocked, run)


def test_a_correction_after_the_end_does_not(stocked, market, run):
    correct(market, "2021-01-01")
    assert not marked(stocked, run)


def test_a_correction_of_another_symbol_or_timeframe_does_not(stocked, market, run):
    correct(market, "2020-01-05 03:00", "COIN-USD")
    assert not marked(stocked, run)


def test_bars_added_before_the_end_mark_it_and_bars_after_do_not(stocked, market, run):
    market.load_frame(make_bars(500)[400:], "AAA")
    assert not marked(stocked, run)
    market.load_frame(make_bars(30, start="2019-01-01"), "AAA")
    assert run.bars_revised == "30 bars added before its end since this run."
    assert marked(stocked, run)


def test_a_new_factor_set_marks_only_runs_on_adjusted_prices(stocked, market, tmp_path):
    load_factors(market, tmp_path, "2020-03-02")
    adjusted = stocked.backtests.run("SMA cross", "AAA", end=LAST)
    raw = stocked.backtests.run("SMA cross", "AAA", end=LAST, adjusted=False)
    assert (adjusted.details.adjusted, raw.details.adjusted) == ("all", "raw")
    load_factors(market, tmp_path, "2020-04-02")
    assert marked(stocked, adjusted)
    assert not marked(stocked, raw)
    assert adjusted.bars_revised == "1 set of price factors stored since this run."


def test_the_first_factor_set_marks_a_run_that_found_none_to_adjust_by(
    stocked, market, run, tmp_path
):
    raw = stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST, adjusted=False)
    load_factors(market, tmp_path, "2020-09-01")
    assert run.details.adjusted == "raw"
    assert marked(stocked, run)
    assert run.bars_revised == "1 set of price factors stored since this run."
    again = stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST)
    assert again.id not in (run.id, raw.id)
    assert not marked(stocked, again)


def test_a_run_verifies_bit_for_bit_after_a_correction_and_a_new_run_is_another(
    stocked, market, run
):
    correct(market, "2020-09-01")
    assert stocked.backtests.verify(run).ok
    assert stocked.backtests.verify(stocked.backtests.get(run.id)).ok
    again = stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST)
    assert again.id != run.id
    assert again.details.bars_digest != run.details.bars_digest
    assert not marked(stocked, again)
    assert stocked.backtests.verify(again).ok


def test_a_bar_taken_out_and_put_back_leaves_the_digest_as_it_was(stocked, market, run):
    market.correct("AAA", "2020-09-01", remove=True, reason="a holiday")
    assert len(market.bars("AAA")) == 399
    market.correct("AAA", "2020-09-01", reason="it was none")
    assert marked(stocked, run)
    assert stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST).id == run.id


def test_hours_corrected_mark_runs_on_bars_made_of_them(stocked, market):
    end = "2020-01-20"
    run = stocked.backtests.run("SMA cross", "COIN-USD", "4h", end=end)
    correct(market, "2020-01-21 05:00", "COIN-USD")
    assert not marked(stocked, run)
    correct(market, "2020-01-20 23:00", "COIN-USD")
    assert marked(stocked, run)


def test_days_of_a_coin_do_not_mark_runs_on_its_hours_nor_hours_those_on_its_days(stocked, market):
    hours = stocked.backtests.run("SMA cross", "COIN-USD", "1h")
    market.load_frame(make_bars(100), "COIN-USD", "1d")
    days = stocked.backtests.run("SMA cross", "COIN-USD", "1d")
    assert not marked(stocked, hours)
    correct(market, "2020-01-05 05:00", "COIN-USD", timeframe="1h")
    assert marked(stocked, hours)
    assert not marked(stocked, days)


def test_a_failed_run_without_bars_is_never_marked(stocked, market):
    with pytest.raises(ValueError, match="has no 1d bars"):
        stocked.backtests.run("SMA cross", "AAA", start="2010-01-01", end="2010-12-31")
    market.load_frame(make_bars(300, start="2010-01-01"), "AAA")
    assert stocked.backtests.list()["bars_revised"].tolist() == [False]


def test_the_list_is_empty_and_typed_without_runs(stocked):
    listed = stocked.backtests.list()
    assert listed.empty
    assert listed["bars_revised"].dtype == bool
    assert isinstance(listed, pd.DataFrame)


@pytest.mark.parametrize(
    ("until", "is_marked"),
    [("2020-01-31", True), ("2020-02-02", False), ("2020-02-07", True), ("2020-02-09", False)],
)
def test_a_later_bar_that_completes_the_last_week_marks_the_run(stocked, market, until, is_marked):
    bars = make_bars(90, seed=5, start="2019-12-02")
    market.load_frame(bars[:until], "SPY", exchange="ARCX")
    run = stocked.backtests.run("SMA cross", "SPY", "1w", end="2020-02-03")
    market.load_frame(bars["2020-02-10":"2020-02-12"], "SPY")
    again = stocked.backtests.run("SMA cross", "SPY", "1w", end="2020-02-03")
    assert (again.id != run.id) == is_marked
    assert marked(stocked, run) == is_marked
    if is_marked:
        assert run.bars_revised == "3 bars added that complete its last since this run."
        assert len(again.equity) == len(run.equity) + 1
    assert not marked(stocked, again)
    assert stocked.backtests.verify(run).ok


def test_bars_of_another_symbol_that_the_rules_read_mark_the_run(stocked, market):
    market.load_frame(make_bars(450, seed=7, start="2019-11-20"), "SPY", exchange="ARCX")
    rules = bz.strategy("Filtered", enter=close.of("SPY") > sma(5).of("SPY"), max_bars=5)
    stocked.strategies.save(rules)
    filtered = stocked.backtests.run("Filtered", "AAA", start=FIRST, end=LAST)
    alone = stocked.backtests.run("SMA cross", "AAA", start=FIRST, end=LAST)
    correct(market, "2021-01-20", "SPY")
    assert not marked(stocked, filtered)
    correct(market, "2020-09-01", "SPY")
    correct(market, "2020-09-01")
    assert marked(stocked, filtered)
    assert filtered.bars_revised == "2 bars revised since this run."
    assert alone.bars_revised == "1 bar revised since this run."
    assert stocked.backtests.verify(filtered).ok
