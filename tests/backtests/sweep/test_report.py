from __future__ import annotations

import dataclasses
import json
import re
from html import unescape

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import measures
from bitstockerz_lab.backtests.report import FIGURE, RUN
from bitstockerz_lab.backtests.sweep import report_asked
from bitstockerz_lab.backtests.sweep.report import SweepReport
from bitstockerz_lab.backtests.sweep.winner import winner
from bitstockerz_lab.errors import LabError, UnknownName
from bitstockerz_lab.pages import formats
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma
from tests.backtests.sweep.test_pictures import averages
from tests.backtests.test_report import visible
from tests.batch.offline import read_page
from tests.helpers import make_bars

EVIL = "<script>alert(1)</script>"
GRID = {"fast": [3, 5, 8, 13], "slow": [8, 13, 21]}
TITLES = [
    "",
    "What was asked",
    "The winner",
    "Is it skill?",
    "The winner beside buy and hold",
    "Equity against buy and hold",
    "What the winner paid",
    "Sharpe ratio over the parameters",
    "The winner among its neighbours",
    "The best combinations",
    "How it was made",
    "Every figure of the winner and what it means",
]


def swept(bars=None, definition=None, **settings):
    settings = {"grid": GRID, "constraint": "fast < slow", "fee_bps": 10, **settings}
    bars = {"ACME": make_bars(300)} if bars is None else bars
    return bz.sweep(definition or averages(), bars, **settings)


@pytest.fixture(scope="module")
def sweep():
    return swept(start="2020-03-01")


@pytest.fixture(scope="module")
def report(sweep):
    return sweep.report()


@pytest.fixture(scope="module")
def text(report):
    return unescape(visible(report.html()))


@pytest.fixture(scope="module")
def many():
    bars = {"AAA": make_bars(300), "BBB": make_bars(300, seed=2)}
    return swept(bars, fee_bps=[0, 10])


def test_the_sections_stand_in_their_order(report):
    assert [section.title for section in report.sections] == TITLES


def test_the_page_loads_nothing_and_holds_plotly_once(report):
    page = read_page(report.html())
    assert page.found == []
    assert page.plotly == 1


def test_the_winner_is_the_best_and_has_the_numbers_of_a_single_run(sweep, text):
    row = sweep.best(1).iloc[0]
    best = winner(sweep)
    assert best.chosen == {"fast": row["fast"], "slow": row["slow"]}
    for name in ("sharpe_ratio", "total_return_pct", "max_drawdown_pct", "final_equity"):
        assert getattr(best.metrics, name) == pytest.approx(row[name], rel=1e-9)
    assert f"fast = {row['fast']:.0f}, slow = {row['slow']:.0f}: the best of all" in text
    assert formats.money(row["final_equity"], "USD").replace("\N{NO-BREAK SPACE}", " ") in text


def test_buy_and_hold_is_that_of_the_period_without_costs(sweep):
    best = winner(sweep)
    bars = make_bars(300).loc["2020-03-01":]
    assert best.held.total_return_pct == pytest.approx(
        100 * (bars["close"].iloc[-1] / bars["open"].iloc[0] - 1)
    )
    assert best.held.total_return_pct == best.metrics.benchmark_return_pct
    daily = np.diff(np.log(best.benchmark.to_numpy()))
    assert len(daily) == len(bars) - 1


def test_the_statistics_of_honesty_are_always_there(sweep, text):
    found = sweep.honesty()
    for label in found.table["label"]:
        assert label in text
    for sentence in found.sentences.values():
        assert " ".join(sentence.replace("\N{NO-BREAK SPACE}", " ").split()) in text
    assert text.index(found.conclusion.split(":")[0]) < text.index("What was asked")


def test_what_was_asked_is_said(sweep, text):
    best = sweep.best(1).iloc[0]
    assert f"the {best['fast']:.0f}-bar SMA crosses above the {best['slow']:.0f}-bar SMA" in text
    for words in (
        "fast 3, 5, 8, 13",
        "slow 8, 13, 21",
        "Constraint fast < slow",
        "10 bps (0.1 %) of notional",
        "2020-03-01 to 2020-10-26",
        "240, daily, and 60 before it to warm up",
    ):
        assert words in text
    assert len(re.findall(r"\b[0-9a-f]{64}\b", text)) == 2


def test_neighbours_are_told_with_their_numbers(sweep, text):
    at = sweep.best(1).index[0]
    own = sweep.stability().loc[at]
    assert f"Median of its neighbours {formats.number(own['neighbours_median'])}" in text
    assert f"Worst of its neighbours {formats.number(own['neighbours_worst'])}" in text
    plateau = sweep.plateau()
    assert f"fast = {plateau['fast']}, slow = {plateau['slow']}:" in text


def test_every_metric_stands_beside_its_definition(text):
    table = text[text.rindex("Every figure of the winner") :]
    for known in measures.DEFINITIONS.values():
        assert known.label in table


def test_there_is_no_nan_and_no_power_of_ten(text, many):
    for page in (text, visible(many.report().html())):
        assert not re.search(r"\b(nan|None|NaN|inf)\b|\d[eE][+-]\d", page)


def test_of_several_units_each_is_listed_and_the_winner_may_be_of_one(many):
    report = many.report()
    assert "Every unit" in [section.title for section in report.sections]
    text = visible(report.html())
    assert "× 4 units" in text
    assert "fee_bps, each a unit 0, 10" in text
    best = many.best(1, unit=3).iloc[0]
    alone = visible(many.report(unit=3).html())
    chosen = f"fast = {best['fast']:.0f}, slow = {best['slow']:.0f}"
    where = "BBB, 2020-01-01 to 2020-10-26, fee_bps 10, unit 3"
    assert f"{chosen} on {where}: the best of what was tried on this unit" in alone
    with pytest.raises(UnknownName, match="No unit 4"):
        _ = many.report(unit=4).sections


def test_what_was_asked_is_told_of_all_units_and_the_winner_names_its_own():
    bars = {"AAA": make_bars(300), "BBB": make_bars(260, seed=2)}
    periods = [("2020-01-01", "2020-06-30"), ("2020-07-01", None)]
    sweep = swept(bars, fee_bps=[0, 5], periods=periods)
    text = unescape(visible(sweep.report().html()))
    asked = text[text.index("On what, at what costs") : text.index("The winner")]
    ends = ("2020-01-01 to 2020-06-30", "2020-07-01 to 2020-10-26", "2020-07-01 to 2020-09-16")
    told = f"3 periods: {'; '.join(ends)}"
    assert f"{told} daily bars" in text[: text.index("What was asked")]
    assert told in asked
    for words in (
        "AAA, BBB",
        f"AAA {ends[0]}: 182, daily",
        f"BBB {ends[2]}: 78, daily",
        "units differ: none; 5 bps (0.05 %) of notional",
        "fee_bps, each a unit 0, 5",
        "Bars digest of the pictured unit",
    ):
        assert words in asked
    row = sweep.best(1).iloc[0]
    number, fee = int(row["unit"]), row["fee_bps"]
    where = f"{row['symbol']}, {row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}, fee_bps {fee:.0f}"
    assert f" on {where}, unit {number}: the best of all" in text
    drawings = [
        part for one in sweep.report().sections for part in one.parts if hasattr(part, "data")
    ]
    assert any(f"{where}, unit {number}" in (one.layout.title.text or "") for one in drawings)


def test_units_of_two_currencies_both_say_theirs(lab):
    for symbol, currency in (("ACME", "EUR"), ("BETA", "USD")):
        lab.market.load_frame(
            make_bars(200, seed=len(currency)), symbol=symbol, timeframe="1d",
            asset_type="EQUITY", currency=currency,
        )  # fmt: skip
    lab.strategies.save(averages())
    grid = {"fast": [3, 5], "slow": [13, 21]}
    made = lab.backtests.sweep("SMA cross", ["ACME", "BETA"], grid=grid, progress=False)
    for sweep in (made, lab.backtests.get_sweep(made.id)):
        text = visible(sweep.report().html())
        assert "2 currencies: 100,000.00 EUR; 100,000.00 USD" in text


def test_the_exits_are_those_of_the_winner():
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    definition = bz.strategy(
        "Stopped", enter=crosses_above(fast, sma(20)), leave=crosses_below(fast, sma(20)),
        stop_loss_pct=bz.parameter("stop", 8.0, min=1, max=50),
    )  # fmt: skip
    sweep = swept(definition=definition, grid={"stop": [1.0, 3.0]}, constraint=None)
    text = visible(sweep.report().html())
    stop = sweep.best(1)["stop"].iloc[0]
    assert f"Exits beside the rules stop loss {stop:.0f} %" in text
    assert "stop loss 8 %" not in text


def test_a_warning_is_said_once(sweep):
    unit = sweep.units[0]
    recipe = dataclasses.replace(unit.recipe, warnings=("Thin.",))
    units = (dataclasses.replace(unit, recipe=recipe),)
    told = dataclasses.replace(sweep, units=units, remarks=("Thin.", "Other."))
    text = visible(told.report().html())
    assert text.count("Thin.") == 1
    assert text.count("Other.") == 1


def test_of_three_parameters_there_are_two_maps_the_second_with_the_winners_value():
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    stop = bz.parameter("stop", 10.0, min=1, max=50)
    definition = bz.strategy(
        "Above", enter=crosses_above(fast, sma(20)), leave=crosses_below(fast, sma(20)),
        stop_loss_pct=stop, take_profit_pct=bz.parameter("target", 10.0, min=1, max=50),
    )  # fmt: skip
    grid = {"fast": [3, 5, 8], "stop": [2.0, 4.0, 8.0], "target": [3.0, 6.0]}
    sweep = swept(definition=definition, grid=grid, constraint=None)
    text = visible(sweep.report().html())
    held = f"{sweep.best(1)['target'].iloc[0]:.0f}"
    assert "Sharpe ratio; median over target" in text
    assert f"Sharpe ratio; target held at {held}: the winner" in text


def test_names_are_escaped():
    sweep = swept(definition=averages(EVIL), bars={EVIL: make_bars(120)})
    sweep = dataclasses.replace(sweep, remarks=(EVIL,))
    report = sweep.report()
    assert "<script>alert" not in report.html()
    for output in report.outputs():
        assert "<script>alert" not in output.get("text/html", "")
        assert "<script>alert" not in json.dumps(output.get(FIGURE, {}))


def test_where_nothing_traded_there_is_no_winner_and_it_is_said():
    report = swept(bars={"ACME": make_bars(15)}, grid={"fast": [3, 5], "slow": [50, 60]}).report()
    assert [section.title for section in report.sections] == [
        "",
        "What was asked",
        "Sharpe ratio over the parameters",
        "How it was made",
    ]
    text = visible(report.html())
    assert "No winner." in text
    assert "4 of 4" in text


def test_one_combination_alone_has_a_report():
    report = swept(grid={"fast": [5], "slow": [13]}).report()
    assert [section.title for section in report.sections] == TITLES
    text = visible(report.html())
    assert "1 combination " in text
    assert "none: hardly any combination has neighbours" in text


def test_one_parameter_alone_has_a_line():
    sweep = swept(grid={"fast": [3, 5, 8]}, constraint=None)
    report = sweep.report()
    drawn = [part for section in report.sections for part in section.parts if hasattr(part, "data")]
    assert drawn[1].data[0].mode == "lines+markers"


def test_a_sweep_that_was_stopped_says_so(sweep):
    stopped = dataclasses.replace(sweep, results=sweep.results.iloc[:5], status="cancelled")
    text = visible(stopped.report().html())
    assert "This sweep is cancelled." in text
    assert "5 of 9 results were there when it was stopped." in text


def test_simulated_bars_are_said_to_be(sweep):
    bars = make_bars(120)
    bars.attrs["simulated"] = True
    assert "Simulated data." in visible(swept(bars={"ACME": bars}).report().html())
    assert "Simulated" not in visible(sweep.report().html())


def test_it_is_written_wholly_or_not_at_all(sweep, tmp_path):
    path = tmp_path / "a" / "sweep.html"
    sweep.report(path)
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert path.stat().st_size < 6_000_000
    with pytest.raises(LabError, match=r"Name a file in it, like .*sweep\.html"):
        sweep.report(tmp_path)


def test_a_notebook_shows_it_and_it_is_of_no_run(report):
    outputs = report.outputs()
    assert not any(RUN in output for output in outputs)
    json.dumps(outputs, allow_nan=False)
    assert repr(report).startswith("<SweepReport: Sweep of SMA cross on ACME")


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ([5, 10, 5], "5, 10"),
        (range(2, 102), "2 to 101 in steps of 1, 100 values"),
        (np.arange(20) * 0.1, "0 to 1.9 in steps of 0.1, 20 values"),
        (np.arange(20) ** 2, "0 to 361, 20 values"),
    ],
)
def test_values_are_told_in_few_words(column, told):
    assert report_asked.values(np.array(column)) == told


def test_a_report_is_named_after_its_sweep(sweep):
    numbered = SweepReport(dataclasses.replace(sweep, id=12))
    assert numbered.file_name == "sweep-12.html"
    assert numbered.title.endswith("sweep 12")


def test_a_recorded_sweeps_report_names_the_fingerprint_its_winner_has_as_a_run(lab):
    lab.market.load_frame(
        make_bars(300), symbol="ACME", timeframe="1d", asset_type="EQUITY", currency="EUR"
    )
    lab.strategies.save(averages())
    grid = {"fast": [3, 5], "slow": [13, 21]}
    swept = lab.backtests.sweep("SMA cross", "ACME", grid=grid, start="2020-03-01", fee_bps=5)
    report = lab.backtests.get_sweep(swept.id).report()
    text = visible(report.html())
    run = swept.promote(swept.best(1))
    assert run.details.fingerprint in text
    assert run.details.bars_digest in text
    assert f"{run.metrics.final_equity:,.2f} EUR" in text
    assert f"sweep {swept.id}" in report.title
