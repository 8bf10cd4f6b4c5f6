"""Runs side by side as a report."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import comparison_tables
from bitstockerz_lab.backtests.comparison import (
    STYLES,
    Comparison,
    drawdowns,
    growth,
    shared_period,
)
from bitstockerz_lab.errors import DataError, LabError
from bitstockerz_lab.strategies import close, sma, templates


@pytest.fixture
def runs(lab):
    lab.market.load("synthetic", "DEMO-A")
    lab.market.load("synthetic", "DEMO-C-USD")
    lab.strategies.save(templates.get("golden-cross"))
    return (
        lab.backtests.run("Golden cross", "DEMO-A", start="2016-01-04", fee_bps=5),
        lab.backtests.run("Golden cross", "DEMO-A", start="2016-01-04", parameters={"fast": 20}),
        lab.backtests.run("Golden cross", "DEMO-C-USD"),
    )


def test_it_shows_what_the_runs_are_and_every_figure_of_each(lab, runs):
    page = lab.backtests.comparison(runs).html().replace("\u00a0", " ").replace("\u202f", " ")
    for run in runs:
        assert f"{run.id} · {run.strategy} · {run.symbol}" in page
        assert f"{run.metrics.final_equity:,.2f} USD" in page
    for text in ("fast 20, slow 200", "Simulated data.", "Costs differ.", "Longest drawdown"):
        assert text in page
    assert "the periods differ, so the ends of the lines do not compare" in page
    assert "The periods differ, so that is not like for like." in page


def test_a_parameter_is_told_to_its_last_figure(runs):
    runs[0].details.parameters.update(fast=1_234_567, slow=0.12345678)
    page = Comparison(runs[:1]).html()
    assert "fast 1,234,567, slow 0.12345678" in page


def test_runs_of_one_period_are_not_warned_about(lab, runs):
    page = lab.backtests.comparison(runs[:2]).html()
    assert "Every run begins at 100." in page
    assert "periods differ" not in page
    assert "★ is the best of its row" in page


def test_growth_begins_at_a_hundred_and_ends_where_the_return_says(runs):
    lines = growth(runs).data
    for run, line in zip(runs, lines, strict=True):
        assert line.y[-1] == pytest.approx(100 + run.metrics.total_return_pct)
    assert len(lines[2].y) <= len(runs[2].equity) / 20, "hours are drawn by the day"


def test_the_deepest_drawdown_of_daily_bars_is_the_metric(runs):
    line = drawdowns(runs[:1]).data[0]
    assert min(line.y) == pytest.approx(-runs[0].metrics.max_drawdown_pct)


def test_twelve_lines_can_be_told_apart():
    assert len({(style["color"], style["dash"]) for style in STYLES}) == len(STYLES) == 12


def test_no_run_or_one_without_results_is_refused(lab, runs):
    with pytest.raises(DataError, match="There are no runs to compare"):
        lab.backtests.comparison([])
    with pytest.raises(LabError):
        lab.backtests.run("Golden cross", "DEMO-A", start="2030-01-01")
    failed = int(lab.backtests.list(status="failed")["id"].iloc[0])
    with pytest.raises(DataError, match=f"Run {failed} is failed"):
        lab.backtests.comparison([runs[0].id, failed])


def test_a_name_from_outside_cannot_bring_markup(lab, runs):
    rules = templates.get("golden-cross")
    lab.strategies.save(rules, name="<script>alert(1)</script>")
    run = lab.backtests.run("<script>alert(1)</script>", "DEMO-A")
    page = lab.backtests.comparison([run, runs[0]]).html()
    assert "<script>alert(1)" not in page
    shown = lab.backtests.comparison([run]).outputs()
    assert "&lt;script&gt;" in shown[0]["text/html"]


def test_only_what_differs_is_told_in_the_words_of_the_call(lab, runs):
    found = lab.backtests.differences(runs[:2])
    assert found.columns.tolist() == [runs[0].id, runs[1].id]
    assert found.to_dict("index") == {
        "fast": {runs[0].id: 50, runs[1].id: 20},
        "fee_bps": {runs[0].id: 5, runs[1].id: 0},
    }
    assert lab.backtests.differences(runs[:1]).empty
    page = comparison_tables.differing(runs[:2])
    assert "<td>fast</td><td>50</td><td>20</td>" in page
    assert "<td>fee (bps)</td><td>5</td><td>0</td>" in page
    assert "made of the same" in comparison_tables.differing(runs[:1])


def test_runs_that_differ_in_a_parameter_are_called_by_it(runs):
    first, second, third = comparison_tables.names(runs).values()
    assert first == f"{runs[0].id} · Golden cross · DEMO-A · fast 50"
    assert second == f"{runs[1].id} · Golden cross · DEMO-A · fast 20"
    assert third == f"{runs[2].id} · Golden cross · DEMO-C-USD · fast 50"
    assert comparison_tables.names(runs[:1])[runs[0].id] == f"{runs[0].id} · Golden cross · DEMO-A"


def test_what_changed_in_the_rules_is_told_of_two_versions(lab, runs):
    lab.backtests.promote(runs[1])
    later = lab.backtests.run("Golden cross", "DEMO-A", start="2016-01-04", fee_bps=5)
    told = comparison_tables.differing([later, runs[0]])
    assert "From version 1 to version 2 of the rules:" in told
    assert "<li>parameter fast: default 50 → 20</li>" in told
    assert "of the rules" not in comparison_tables.differing(runs[:2])


def test_what_only_one_run_has_is_missing_in_the_other(lab, runs):
    stopped = lab.backtests.run(
        "Golden cross", "DEMO-A", start="2016-01-04", fee_bps=5, targets=[(5, 50)]
    )
    found = lab.backtests.differences([runs[0], stopped])
    assert found.loc["targets"].tolist() == [None, [[5.0, 50.0]]]
    assert "50 % at 5 %" in comparison_tables.differing([runs[0], stopped])


def test_the_best_of_each_row_is_marked_and_none_where_there_is_none(lab, runs):
    best = comparison_tables.best_of(runs)
    drawdowns_ = {run.id: run.metrics.max_drawdown_pct for run in runs}
    assert best["max_drawdown_pct"] == {min(drawdowns_, key=drawdowns_.get)}
    returns = {run.id: run.metrics.total_return_pct for run in runs}
    assert best["total_return_pct"] == {max(returns, key=returns.get)}
    assert best["num_trades"] == best["exposure_pct"] == set()
    assert comparison_tables.best_of([runs[0], runs[0]])["total_return_pct"] == set()
    idle = lab.backtests.run("Golden cross", "DEMO-A", end="2015-03-01")
    assert idle.metrics.num_trades == 0
    assert comparison_tables.best_of([runs[0], idle])["max_drawdown_pct"] == set()
    table = comparison_tables.figures(runs)
    assert table.count('<span aria-label="best">★</span>') == sum(map(len, best.values())) > 5


def test_rebased_runs_begin_together_and_grow_as_they_did(lab, runs):
    early = lab.backtests.run("Golden cross", "DEMO-A", fee_bps=5)
    first, last = shared_period([early, runs[0]])
    assert (first, last) == (runs[0].equity.index[0], runs[0].equity.index[-1])
    one, other = growth([early, runs[0]], shared=True).data
    assert (one.x[0], one.x[-1]) == (other.x[0], other.x[-1])
    assert other.y[-1] == pytest.approx(100 + runs[0].metrics.total_return_pct)
    before = early.equity[early.equity.index < first].iloc[-1]
    assert one.y[-1] == pytest.approx(100 * early.equity.iloc[-1] / before)


def test_runs_that_share_no_day_cannot_be_rebased(lab, runs):
    old = lab.backtests.run("Golden cross", "DEMO-A", end="2015-12-31")
    assert shared_period([old, runs[0]]) is None
    with pytest.raises(DataError, match=f"Runs {old.id}, {runs[0].id} share no day"):
        growth([old, runs[0]], shared=True)


def test_a_parameter_called_like_a_cost_or_an_exit_hides_nothing_and_is_not_hidden(lab):
    lab.market.load("synthetic", "DEMO-A")
    lots = bz.parameter("lot_size", 20, min=2, max=50)
    stops = bz.parameter("stop_loss_pct", 10, min=2, max=50)
    lab.strategies.save(bz.strategy("Lots", enter=close > sma(lots), leave=close < sma(stops)))
    one, other = (
        lab.backtests.run("Lots", "DEMO-A", parameters={"lot_size": bars}, stop_loss_pct=stop)
        for bars, stop in ((10, 3), (40, 4))
    )
    assert lab.backtests.differences([one, other]).to_dict("index") == {
        "parameter lot_size": {one.id: 10, other.id: 40},
        "stop_loss_pct": {one.id: 3, other.id: 4},
    }
    assert "<td>parameter lot size</td><td>10</td><td>40</td>" in comparison_tables.differing(
        [one, other]
    )
