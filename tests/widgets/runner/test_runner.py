"""The runner, without a browser: every control is set, every button clicked, the state read."""

import re
from datetime import date

import pytest

from bitstockerz_lab.backtests.preview import Preview
from bitstockerz_lab.errors import DatabaseBusy, UnknownName
from bitstockerz_lab.widgets.runner import BacktestRunner
from tests.conventions.project import PROJECT
from tests.helpers import make_bars, sma_cross


def said(runner):
    return str(runner.message.markup)


def test_the_run_button_records_what_is_set(runner, stocked):
    runner.form.costs["fee_bps"].value = 7
    runner.form.parameters["fast"].value = 9
    runner.run_button.click()
    run = stocked.backtests.get(runner.run.id)
    assert run.details.costs["fee_bps"] == 7
    assert run.details.parameters == {"fast": 9}
    assert run.version == 2
    assert runner.result.run.metrics == run.metrics
    assert runner.state["run"] == runner.state["shown"] == run.id
    assert "is recorded" in runner.status.markup


def test_every_field_is_an_argument_of_the_run(runner):
    runner.form.version.value = 1
    runner.form.timeframe.value = "1w"
    runner.form.start.value, runner.form.end.value = date(2020, 3, 1), date(2020, 12, 31)
    values = dict(zip(runner.form.costs, (50_000, 3, 1.5, 4, 20, 1), strict=True))
    for word, value in values.items():
        runner.form.costs[word].value = value
    runner.run_button.click()
    run = runner.run
    assert (run.version, run.timeframe, run.initial_equity) == (1, "1w", 50_000)
    assert (f"{run.start_date:%F}", f"{run.end_date:%F}") == ("2020-03-01", "2020-12-31")
    assert run.details.costs == {word: values[word] for word in run.details.costs}
    assert runner.state["start"] == "2020-03-01"


def test_moving_a_parameter_shows_a_preview_and_records_nothing(runner, stocked):
    runner.run_button.click()
    runner.form.parameters["fast"].value = 30
    shown = runner.result.run
    assert isinstance(shown, Preview)
    assert shown.details.parameters == {"fast": 30}
    assert len(stocked.backtests.list()) == 1
    assert runner.state["shown"] == "preview"
    assert "Not recorded" in runner.status.markup
    assert "1 setting looked at" in runner.status.markup


def test_record_records_the_very_numbers_that_were_shown(runner, stocked):
    runner.run_button.click()
    runner.form.parameters["fast"].value = 30
    shown = runner.result.run
    assert not runner.record_button.disabled
    runner.record_button.click()
    run = stocked.backtests.get(runner.run.id)
    assert run.metrics == shown.metrics
    assert run.details.fingerprint == shown.details.fingerprint
    assert runner.record_button.disabled


def test_settings_that_were_looked_at_are_counted_as_trials(runner, stocked):
    for fast in (10, 20, 30, 20):
        runner.form.parameters["fast"].value = fast
    assert runner.looked_at.settings == 3
    trials = stocked.backtests.trials("AAA")
    assert (len(trials), set(trials["source"])) == (3, {"preview"})
    assert "3 settings looked at; each counts as a trial." in runner.status.markup


def test_a_cost_and_the_period_change_what_is_shown_once_something_is(runner):
    runner.form.costs["fee_bps"].value = 5
    assert runner.result.run is None
    runner.run_button.click()
    runner.form.costs["fee_bps"].value = 50
    assert runner.result.run.details.costs["fee_bps"] == 50
    runner.form.start.value = date(2020, 6, 1)
    assert f"{runner.result.run.start_date:%F}" == "2020-06-01"
    assert isinstance(runner.result.run, Preview)


def test_what_does_not_work_is_said_and_nothing_old_stays_in_view(runner):
    runner.run_button.click()
    runner.form.costs["fee_bps"].value = -1
    assert "fee_bps" in said(runner)
    assert "alert" in said(runner)
    assert runner.result.run is None
    runner.form.costs["fee_bps"].value = 1
    assert runner.result.run.details.costs["fee_bps"] == 1
    assert runner.error is None


def test_another_strategy_symbol_or_timeframe_empties_the_result(runner):
    changes = [
        lambda: setattr(runner.form.strategy, "value", "Buy and hold"),
        lambda: setattr(runner.form.symbol, "value", "coin-usd"),
        lambda: setattr(runner.form.timeframe, "value", "1d"),
    ]
    for change in changes:
        runner.run_button.click()
        assert runner.result.run is not None
        change()
        assert runner.result.run is None
    assert runner.form.parameters == {}
    assert runner.form.asked["symbol"] == "COIN-USD"


def test_versions_are_offered_newest_first_with_their_own_parameters(runner):
    assert [value for _, value in runner.form.version.options] == [2, 1]
    assert runner.form.version.value == 2
    assert (runner.form.parameters["fast"].min, runner.form.parameters["fast"].max) == (2, 100)
    runner.form.strategy.value = "Buy and hold"
    assert runner.form.version.value == 1


def test_timeframes_are_those_of_the_symbol_and_none_while_somebody_types(runner):
    assert runner.form.timeframe.options == ("1d", "1w", "1mo")
    runner.form.symbol.value = "COI"
    assert runner.form.timeframe.options == ()
    assert runner.form.symbol.options == ("COIN-USD",)
    runner.run_button.click()
    assert "COI" in said(runner)
    assert runner.run is None
    runner.form.symbol.value = "COIN-USD"
    assert runner.form.timeframe.value == "1h"


def test_a_lab_without_strategies_offers_a_template(lab):
    lab.market.load_frame(make_bars(400), symbol="AAA", timeframe="1d", exchange="XNYS")
    runner = BacktestRunner(lab, symbol="AAA")
    assert runner.template_button.layout.display != "none"
    runner.run_button.click()
    assert "strategy" in said(runner)
    runner.template_button.click()
    assert runner.form.strategy.value == "Golden cross"
    assert runner.template_button.layout.display == "none"
    runner.run_button.click()
    assert runner.run.strategy == "Golden cross"


def test_a_strategy_that_is_not_there_is_said_at_once(stocked):
    runner = BacktestRunner(stocked, "SMA crss")
    assert isinstance(runner.error, UnknownName)
    assert runner.form.strategy.options == ("Buy and hold", "SMA cross")
    stocked.strategies.retire("SMA cross")
    assert "is retired" in said(BacktestRunner(stocked, "SMA cross"))
    with pytest.raises(TypeError):
        BacktestRunner(stocked, wrong="word")


def test_what_was_saved_meanwhile_is_offered_after_a_refresh(runner, stocked):
    runner.run_button.click()
    runner.form.parameters["fast"].value = 9
    runner.refresh_button.click()  # nothing is new: nothing is lost
    assert runner.form.parameters["fast"].value == 9
    assert runner.result.run is not None
    stocked.strategies.save(sma_cross(stop_loss_pct=8))
    stocked.strategies.save(sma_cross(), name="Another")
    runner.refresh_button.click()
    assert runner.form.strategy.options == ("Another", "Buy and hold", "SMA cross")
    assert (runner.form.strategy.value, runner.form.version.value) == ("SMA cross", 3)
    assert runner.result.run is None


def test_the_report_button_writes_the_recorded_run_only(runner, stocked):
    assert runner.report_button.disabled
    runner.run_button.click()
    runner.report_button.click()
    path = stocked.reports_folder / f"run-{runner.run.id}.html"
    assert path.exists()
    assert str(path) in said(runner)
    runner.form.parameters["fast"].value = 50
    assert runner.report_button.disabled
    runner.report()
    assert len(list(stocked.reports_folder.iterdir())) == 1


def test_buttons_and_fields_rest_while_a_run_is_at_work(runner, stocked, monkeypatch):
    runner.run_button.click()
    seen = []
    run = stocked.backtests.run

    def watched(**asked):
        seen.extend([runner.run_button.disabled, runner.form.parameters["fast"].disabled])
        seen.append("<progress" in said(runner))
        return run(**asked)

    monkeypatch.setattr(stocked.backtests, "run", watched)
    runner.form.parameters["fast"].value = 8
    runner.record_button.click()
    assert seen == [True, True, True]
    assert not runner.run_button.disabled
    assert not runner.form.parameters["fast"].disabled
    assert said(runner) == ""


def test_what_cannot_be_counted_now_is_counted_later(runner, stocked, monkeypatch):
    def busy(_previews):
        raise DatabaseBusy("Somebody else holds it.")

    with monkeypatch.context() as patched:
        patched.setattr(stocked.backtests, "count_previews", busy)
        runner.form.parameters["fast"].value = 8
        assert runner.looked_at.waiting == 1
    runner.form.parameters["fast"].value = 9
    assert runner.looked_at.waiting == 0
    assert len(stocked.backtests.trials("AAA")) == 2


def test_a_saved_notebook_shows_the_figures_and_no_picture(runner):
    assert "run its cell" in runner.still()
    runner.run_button.click()
    bundle = runner._repr_mimebundle_()
    assert "Total return" in bundle["text/html"]
    assert "is recorded" in bundle["text/html"]
    assert "SMA cross on AAA" in bundle["text/html"]
    assert len(runner.still()) < 4_000


def test_a_change_made_while_a_run_was_at_work_is_what_is_shown_in_the_end(
    runner, stocked, monkeypatch
):
    run = stocked.backtests.run

    def moved(**asked):
        runner.form.parameters["fast"].value = 40
        return run(**asked)

    monkeypatch.setattr(stocked.backtests, "run", moved)
    runner.run_button.click()
    assert runner.run.details.parameters == {"fast": 5}
    assert isinstance(runner.result.run, Preview)
    assert runner.result.run.details.parameters == {"fast": 40}


def test_the_page_about_the_runner_says_what_works(stocked):
    stocked.market.load_frame(make_bars(400), symbol="AAPL", timeframe="1d", exchange="XNAS")
    text = (PROJECT / "docs" / "backtest-runner.md").read_text("utf-8")
    names = {"lab": stocked}
    for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        exec(compile(block, "backtest-runner.md", "exec"), names)  # noqa: S102 - the page's own
    assert names["runner"].run.details.costs["fee_bps"] == 5
    assert names["runner"].result.tabs.value == "Trades"
    assert stocked.backtests.trials("AAPL")["source"].tolist() == ["run", "preview"]
