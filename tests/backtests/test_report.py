from __future__ import annotations

import json
import math
import os
import re

import pandas as pd
import pytest

from bitstockerz_lab import measures, strategies
from bitstockerz_lab.backtests import report_tables
from bitstockerz_lab.backtests.report import FIGURE, RUN, Report
from bitstockerz_lab.errors import LabError
from tests.backtests.fake_run import FakeDefinition, failed_run, fake_run
from tests.batch.offline import read_page
from tests.helpers import make_bars

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _fake_definitions(monkeypatch):
    """Let a stand-in's definition say its own rules."""
    real = strategies.summary
    monkeypatch.setattr(
        strategies,
        "summary",
        lambda source, *rest: (
            source.text if isinstance(source, FakeDefinition) else real(source, *rest)
        ),
    )


def visible(html):
    """What a reader sees below the bar: no scripts, no styles, no tags."""
    main = html[html.index("<main") :] if "<main" in html else html
    main = main.partition("</main>")[0]
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", text).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_sections_stand_in_their_order():
    titles = [section.title for section in Report(fake_run()).sections]
    assert titles == [
        "",
        "Headline figures",
        "Price, entries and exits",
        "Equity against buy and hold",
        "Drawdown",
        "Monthly returns",
        "Trades",
        "Costs",
        "Is it skill?",
        "Honesty of the rules",
        "What this run was made of",
        "Every figure and what it means",
    ]


def test_the_page_loads_nothing_and_holds_plotly_once():
    page = read_page(Report(fake_run()).html())
    assert page.found == []
    assert page.plotly == 1


def test_every_metric_stands_beside_its_definition():
    text = visible(Report(fake_run()).html())
    table = text[text.rindex("Every figure and what it means") :]
    for known in measures.DEFINITIONS.values():
        assert known.label in table
        assert " ".join(known.text.replace("<", " ").split()).replace("'", "&#39;") in table


def test_an_undefined_metric_is_a_dash_with_its_reason():
    run = fake_run(make_bars(40), never=True)
    text = visible(Report(run).html())
    assert "Undefined here: no trade was closed." in text
    assert "Undefined here: the period is shorter than 90 days." in text
    assert not re.search(r"\b(nan|None|NaN|inf)\b", text)


@pytest.mark.parametrize("name", measures.DEFINITIONS)
def test_no_metric_can_show_nan_or_a_power_of_ten(name):
    from dataclasses import replace

    from bitstockerz_lab.backtests import report_words

    run = fake_run()
    for value in (None, math.nan, math.inf, 1e20, 1e-20, -1e-9):
        run.metrics = replace(run.metrics, **{name: value})
        label, shown, words = report_words.metric(run, name)
        assert label
        assert not re.search(r"nan|inf|None|e[+-]?\d", shown)
        assert (shown == "–") == words.startswith("Undefined here")


def test_simulated_data_is_said_before_the_numbers_and_on_the_chart():
    report = Report(fake_run(simulated=True))
    text = visible(report.html())
    assert text.index("Simulated data.") < text.index("Headline figures")
    assert any("ACME (simulated)" in section.html() for section in report.sections)


def test_real_data_is_not_called_simulated():
    assert "imulated" not in visible(Report(fake_run()).html())


def test_a_failed_run_says_why_and_shows_no_numbers():
    page = Report(failed_run()).html()
    text = visible(page)
    assert "This run failed." in text
    assert "ACME has no 1d bars" in text
    assert "Sharpe" not in text
    assert "lab.backtests.verify(17)" in text


def test_warnings_skipped_entries_and_ruin_are_said():
    run = fake_run()
    run.details.warnings = ["lot_size is applied to adjusted prices."]
    run.details.skipped_entries, run.details.ruined = 3, True
    text = visible(Report(run).html())
    assert "lot_size is applied to adjusted prices." in text
    assert "3 entries were not taken" in text
    assert "Equity fell to zero or below" in text


def test_one_of_anything_is_said_in_the_singular():
    run = fake_run(max_bars=1)
    run.trades, run.details.skipped_entries = run.trades.head(1), 1
    text = visible(Report(run).html())
    assert "1 trade; together" in text
    assert "1 entry was not taken" in text
    assert "at most 1 bar " in text


def test_names_descriptions_and_messages_are_escaped():
    run = fake_run(symbol=EVIL)
    run.strategy, run.details.warnings = EVIL, [EVIL]
    run.details.parameters = {EVIL: 1}
    run.details.definition = FakeDefinition(text=EVIL, rules={"description": EVIL})
    report = Report(run)
    assert "<img" not in report.html()
    for output in report.outputs():
        assert "<img" not in output.get("text/html", "")
        assert "<img" not in json.dumps(output.get(FIGURE, {}))


def test_all_of_some_hundred_trades_are_in_the_table():
    run = fake_run(make_bars(1500), fast=3, slow=8, shorts=True)
    assert 100 < len(run.trades) <= report_tables.ALL_TRADES
    assert report_tables.trades(run).count("<tr>") == len(run.trades) + 1


def test_of_more_trades_the_first_and_the_last_are_shown_and_the_rest_is_said(monkeypatch):
    monkeypatch.setattr(report_tables, "ALL_TRADES", 20)
    monkeypatch.setattr(report_tables, "ENDS", 5)
    run = fake_run(make_bars(1500), fast=3, slow=8)
    table = visible(report_tables.trades(run))
    assert f"{len(run.trades) - 10} trades between these are left out here" in table
    assert f"{run.trades['exit_time'].iloc[-1]:%Y-%m-%d}" in table
    assert "lab.backtests.get(17).trades" in visible(Report(run).html())


def test_the_trades_caption_adds_up_to_the_change_in_equity():
    run = fake_run()
    change = run.metrics.final_equity - run.initial_equity
    text = visible(Report(run).html())
    assert f"together {'+' if change > 0 else '−'}{abs(change):,.2f} USD after all costs" in text


def test_a_run_without_trades_says_so():
    text = visible(Report(fake_run(never=True)).html())
    assert "No trades." in text
    assert "no entry that could be filled" in text


def test_costs_and_what_the_run_was_made_of_are_printed():
    run = fake_run(fee_bps=5, slippage_bps=2.5)
    text = visible(Report(run).html())
    assert "5 bps (0.05 %) of notional" in text
    assert "2.5 bps (0.025 %), inside the fill prices" in text
    details = run.details
    for words in (details.bars_digest, details.fingerprint, "pandas 3.1.0", "fast = 10, slow = 30"):
        assert words in text


def test_exits_and_sizing_are_said_in_words():
    run = fake_run(stop_loss_pct=5.0, max_bars=10)
    run.details.sizing = ("fixed_cash", 1000)
    text = visible(Report(run).html())
    assert "stop loss 5 %, at most 10 bars" in text
    assert "1,000 of cash an entry" in text


def test_write_makes_folders_replaces_the_file_and_leaves_no_half(tmp_path):
    path = tmp_path / "a" / "b" / "report.html"
    report = Report(fake_run())
    assert report.write(path) == path
    path.write_text("old")
    report.write(str(path))
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_writing_into_a_folder_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(
        LabError, match=r"that is a folder\. Name a file in it, like .*run-17\.html"
    ):
        Report(fake_run()).write(tmp_path)


@pytest.mark.parametrize("name", ["report.txt", "report"])
def test_a_page_is_not_written_under_a_name_of_something_else(name, tmp_path):
    with pytest.raises(LabError, match=r"is an HTML page or a PDF.*like report\.html\."):
        Report(fake_run()).write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_writing_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="cannot be written to"):
        Report(fake_run()).write(tmp_path / "file" / "report.html")


def test_a_write_that_breaks_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("pathlib.Path.replace", broken)
    with pytest.raises(LabError, match="No space left"):
        Report(fake_run()).write(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_notebook_shows_the_same_pieces_as_the_page():
    report = Report(fake_run())
    outputs, page = report.outputs(), visible(report.html())
    assert sum(FIGURE in output for output in outputs) == 3
    for output in outputs:
        shown = visible(output.get("text/html", ""))
        assert shown in page
    assert outputs[0][RUN] == {"id": 17}
    assert not any(RUN in output for output in outputs[1:])
    json.dumps(outputs, allow_nan=False)


def test_a_notebook_output_brings_its_style_and_shares_nothing():
    outputs = Report(fake_run()).outputs()
    assert "<style>" in outputs[0]["text/html"]
    figure = next(output[FIGURE] for output in outputs if FIGURE in output)
    assert figure["config"]["showSendToCloud"] is False


def test_a_months_cell_is_deeper_the_larger_its_return():
    days = pd.to_datetime(["2020-01-31", "2020-02-28", "2020-03-31"], utc=True)
    html = report_tables.months(pd.Series([110.0, 111.1, 100.0], index=days), 100.0)
    depths = [float(depth) for depth in re.findall(r"--bz-depth: ([\d.]+)", html)]
    assert depths[0] > depths[1]
    assert html.count("bz-none") == 9
    assert "bz-down" in html


def test_the_report_of_a_recorded_run_opens_from_its_verbs(lab, tmp_path):
    lab.market.load_frame(
        make_bars(500), symbol="ACME", timeframe="1d", asset_type="EQUITY", currency="EUR"
    )
    lab.strategies.save(strategies.templates.get("golden-cross"))
    run = lab.backtests.run("Golden cross", "ACME", parameters={"fast": 20}, fee_bps=10)
    path = tmp_path / "run.html"
    report = run.report(path)
    text = visible(path.read_text(encoding="utf-8"))
    assert f"{run.metrics.final_equity:,.2f} EUR" in text
    assert run.details.fingerprint in text
    assert "the 20-bar SMA crosses above the 200-bar SMA" in text
    assert report.outputs()[0][RUN] == {"id": run.id}
    assert {trace.yaxis for trace in run.chart().data} == {"y", "y2", "y3"}
    again = lab.backtests.get(run.id).report()
    assert [section.title for section in again.sections][1] == "Headline figures"
