"""A run in tabs: the pieces of its report, each loaded when it is first opened."""

from contextlib import nullcontext

import numpy as np
import pytest

from bitstockerz_lab.backtests import report_sections
from bitstockerz_lab.errors import DatabaseBusy, LabError
from bitstockerz_lab.widgets.runner import Result
from tests.helpers import make_bars

NAMES = (
    "Overview", "Price and trades", "Equity and drawdown", "Months", "Trades", "Costs",
    "Honesty", "Made of",
)  # fmt: skip


@pytest.fixture
def run(stocked):
    return stocked.backtests.run("SMA cross", "AAA", fee_bps=5)


@pytest.fixture
def result(stocked):
    return Result(stocked)


def shown(result):
    """The HTML of the open tab."""
    (tab,) = result._place.children
    return "".join(str(getattr(part, "markup", "")) for part in tab.children)


def test_a_tab_is_loaded_when_it_is_first_opened(result, run):
    assert result.tabs.options == NAMES
    result.run = run
    for count, name in enumerate(NAMES, start=1):
        result.tabs.value = name
        assert len(result.loaded) == count
        assert result._place.children == (result.loaded[name],)


def test_the_tabs_have_the_pieces_of_the_report(result, run):
    result.run = run
    expected = {
        "Overview": report_sections.headline(run).parts[0],
        "Months": report_sections.months(run).parts[0],
        "Costs": report_sections.costs(run).parts[0],
        "Honesty": report_sections.honesty(run).parts[0],
        "Made of": report_sections.definitions(run).parts[0],
    }
    for name, piece in expected.items():
        result.tabs.value = name
        assert piece in shown(result), name


def test_every_trade_can_be_sorted_and_searched(result, run):
    result.run = run
    result.tabs.value = "Trades"
    table = result.loaded["Trades"].table
    assert len(table.frame) == len(run.trades)
    table.sort("pnl_abs", descending=True)
    assert table.shown["pnl_abs"].iloc[0] == run.trades["pnl_abs"].max()
    table.query = "long"
    assert len(table.found) == len(run.trades)


def test_another_run_over_the_same_bars_sends_the_values_of_its_curve_only(
    result, run, stocked, sent
):
    result.run = run
    curve = result.loaded["Overview"].curve
    messages = sent(curve)
    other = stocked.backtests.preview("SMA cross", "AAA", parameters={"fast": 30})
    result.run = other
    ((content, buffers),) = messages
    assert content["tell"] == "update"
    assert np.array_equal(np.frombuffer(buffers[1]), other.equity.to_numpy())
    figure, _ = report_sections.equity(other).parts
    assert curve.figure["layout"]["yaxis"] == figure.to_dict()["layout"]["yaxis"]
    for drawn, wanted in zip(curve.figure["data"], figure.data, strict=True):
        assert np.array_equal(drawn["y"], wanted.y)


def test_a_run_over_other_bars_is_drawn_anew(result, run, stocked, sent):
    result.run = run
    messages = sent(result.loaded["Overview"].curve)
    result.run = stocked.backtests.preview("SMA cross", "AAA", start="2020-06-01")
    assert [content["tell"] for content, _ in messages] == ["figure"]


def test_only_the_open_tab_follows_until_another_is_opened(result, run, stocked):
    result.run = run
    result.tabs.value = "Costs"
    result.tabs.value = "Overview"
    before = result.loaded["Costs"].children[0].markup
    result.run = stocked.backtests.preview("SMA cross", "AAA", fee_bps=500)
    assert result.loaded["Costs"].children[0].markup == before
    result.tabs.value = "Costs"
    assert result.loaded["Costs"].children[0].markup != before
    assert "500" in shown(result)


def test_a_preview_names_no_run_and_says_that_it_is_not_recorded(result, stocked):
    result.run = stocked.backtests.preview("SMA cross", "AAA")
    for name in NAMES:
        result.tabs.value = name
        assert "get(0)" not in shown(result)
        assert "verify(0)" not in shown(result)
    assert "not recorded" in shown(result)


def test_what_was_looked_at_is_counted_before_honesty_is_told(stocked):
    looked_at = stocked.backtests.preview("SMA cross", "AAA", parameters={"fast": 7})
    result = Result(stocked, count=lambda: stocked.backtests.count_previews([looked_at]))
    result.run = stocked.backtests.run("SMA cross", "AAA")
    assert stocked.backtests.count_trials("AAA").trials == 1
    result.tabs.value = "Honesty"
    assert "2 distinct trials" in shown(result)


def test_a_run_without_trades_says_why_its_table_is_empty(result, stocked):
    result.tabs.value = "Trades"
    result.run = stocked.backtests.run("SMA cross", "AAA", end="2020-01-10")
    assert "No trades." in shown(result)
    result.run = stocked.backtests.run("SMA cross", "AAA")
    assert result.loaded["Trades"].table is not None


def test_a_failed_run_says_why(result, stocked, monkeypatch):
    from bitstockerz_lab.backtests import plan

    def fails(*_):
        raise RuntimeError("out of paper")

    monkeypatch.setattr(plan.Recipe, "simulate", fails)
    with pytest.raises(RuntimeError):
        stocked.backtests.run("SMA cross", "AAA")
    failed = stocked.backtests.get(int(stocked.backtests.list()["id"].iloc[0]))
    result.run = failed
    assert "out of paper" in shown(result)
    result.tabs.value = "Trades"
    assert "no results" in str(result._place.children[0].markup)
    result.tabs.value = "Made of"
    assert "SMA cross" in shown(result)


def test_nothing_is_shown_of_no_run(result, run):
    assert result.layout.display == "none"
    result.run = run
    assert result.layout.display == ""
    result.run = None
    assert result.layout.display == "none"
    result.run = run
    assert "Total return" in shown(result)


def test_the_thinned_curve_of_many_bars_follows_too(result, stocked, sent):
    stocked.market.load_frame(
        make_bars(3_400, seed=5), symbol="LONG", timeframe="1d", exchange="XNYS"
    )
    result.run = stocked.backtests.preview("SMA cross", "LONG")
    messages = sent(result.loaded["Overview"].curve)
    other = stocked.backtests.preview("SMA cross", "LONG", parameters={"fast": 50})
    result.run = other
    assert [content["tell"] for content, _ in messages] == ["update"]
    curve = result.loaded["Overview"].curve.figure
    expected = report_sections.equity(other).parts[0]
    assert curve["layout"]["xaxis"]["title"]["text"] == expected.layout.xaxis.title.text
    for drawn, wanted in zip(curve["data"], expected.data, strict=True):
        assert tuple(drawn["x"]) == wanted.x
        assert np.array_equal(drawn["y"], wanted.y)


def test_a_tab_with_charts_waits_until_the_slider_rests(result, run, stocked, as_browser):
    import asyncio

    async def moved():
        result.tabs.value = "Costs"
        result.run = run
        before = shown(result)
        result.run = stocked.backtests.preview("SMA cross", "AAA", fee_bps=500)
        assert shown(result) == before
        assert "bz-waiting" in result._place._dom_classes
        await asyncio.sleep(0.5)
        assert "500" in shown(result)
        assert "bz-waiting" not in result._place._dom_classes

    assert as_browser is None
    asyncio.run(moved())


@pytest.mark.parametrize("problem", [DatabaseBusy("Somebody else holds it."), ValueError("Odd.")])
def test_a_tab_that_cannot_be_shown_says_so_and_never_shows_another(stocked, run, problem):
    problems = [problem]

    def count():
        if problems:
            raise problems.pop()

    result = Result(stocked, count=count)
    result.run = run
    heard = pytest.raises(ValueError, match="Odd")
    with nullcontext() if isinstance(problem, LabError) else heard:
        result.tabs.value = "Honesty"
    (shown_now,) = result._place.children
    assert str(problem) in str(shown_now.markup)
    assert "Total return" not in str(shown_now.markup)
    result.tabs.value = "Overview"
    assert "Total return" in shown(result)
    result.tabs.value = "Honesty"
    assert "distinct trial" in shown(result)
