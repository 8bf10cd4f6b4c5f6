"""Runs side by side as a report."""

from __future__ import annotations

import pytest

from bitstockerz_lab.backtests.comparison import STYLES, Comparison, drawdowns, growth
from bitstockerz_lab.errors import DataError, LabError
from bitstockerz_lab.strategies import templates


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


def test_a_parameter_is_told_to_its_last_figure(runs):
    runs[0].details.parameters.update(fast=1_234_567, slow=0.12345678)
    page = Comparison(runs[:1]).html()
    assert "fast 1,234,567, slow 0.12345678" in page


def test_runs_of_one_period_are_not_warned_about(lab, runs):
    page = lab.backtests.comparison(runs[:2]).html()
    assert "Every run begins at 100." in page
    assert "periods differ" not in page


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
