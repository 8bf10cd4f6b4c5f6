"""The sweep explorer, without a front end: set up, count, sweep, look, open."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from bitstockerz_lab.backtests.sweep import carry_out
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.widgets.explorer import SweepExplorer

CELL = {"x": "15", "y": "30", "customdata": ["0.10"]}


@pytest.fixture
def explorer(sweeping):
    """An explorer of the cross of two averages, with a grid of nine."""
    found = SweepExplorer(sweeping, "Cross", "AAA")
    fast, slow = found.setup.grid.spans
    found.setup.grid.spans = (fast.over([5, 10, 15]), slow.over([20, 30, 40]))
    return found


@pytest.fixture
def swept(explorer):
    explorer.sweep_button.click()
    return explorer


def test_the_fields_say_what_lab_backtests_sweep_takes(explorer):
    setup = explorer.setup
    setup.others.value = "bbb"
    setup.start.value, setup.end.value = dt.date(2020, 6, 1), dt.date(2021, 3, 1)
    setup.costs["fee_bps"].value, setup.costs["slippage_bps"].value = "0, 5", "2"
    setup.samples.value, setup.by.value = "4", "calmar_ratio"
    setup.timeframe.value = "1d"
    assert setup.asked == {
        "strategy": "Cross",
        "symbols": ["AAA", "BBB"],
        "timeframe": "1d",
        "grid": {"fast": [5, 10, 15], "slow": [20, 30, 40]},
        "constraint": "fast < slow",
        "samples": 4,
        "start": "2020-06-01",
        "end": "2021-03-01",
        "by": "calmar_ratio",
        "fee_bps": [0.0, 5.0],
        "slippage_bps": 2.0,
    }
    assert "4 combinations × 4 units = 16 results" in explorer.counted.markup


def test_a_parameter_that_stays_is_passed_on_where_it_is_no_default(explorer):
    explorer.setup.grid.keep("slow", 50)
    assert explorer.setup.asked["parameters"] == {"slow": 50}
    assert explorer.setup.asked["grid"] == {"fast": [5, 10, 15]}
    explorer.setup.grid.keep("slow", 20)
    assert "parameters" not in explorer.setup.asked


def test_combinations_are_counted_with_the_time_they_take(explorer):
    assert explorer.estimate.combinations == 9
    assert explorer.estimate.seconds > 0
    assert "less than a second" in explorer.counted.markup
    explorer.setup.constraint.value = "fast * 3 < slow"
    assert explorer.estimate.combinations == 4


def test_before_somebody_looks_nothing_is_measured(sweeping):
    found = SweepExplorer(sweeping, "Cross")
    assert found.estimate.seconds is None
    assert found.setup.symbol.value == "AAA"
    found.setup.grid._handle_custom_msg({"event": "shown"}, [])
    assert found.estimate.seconds > 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda setup: setup.constraint.set_trait("value", "fast <"), "cannot be read"),
        (lambda setup: setup.symbol.set_trait("value", "ZZZ"), "ZZZ"),
        (lambda setup: setup.grid.set("fast", step=0), "fast: its step is 0"),
        (lambda setup: setup.costs["fee_bps"].set_trait("value", "few"), "Fee (bps) is"),
        (lambda setup: setup.samples.set_trait("value", "some"), "At most"),
        (lambda setup: setup.others.set_trait("value", "AAAA"), "AAAA"),
    ],
)
def test_what_is_wrong_is_said_at_once_and_cannot_be_swept(explorer, change, told):
    change(explorer.setup)
    assert told in explorer.counted.markup
    assert explorer.sweep_button.disabled
    assert explorer.estimate is None
    explorer.setup.constraint.value = "slow > fast"
    explorer.setup.symbol.value, explorer.setup.others.value = "AAA", ""
    explorer.setup.grid.set("fast", step=5)
    explorer.setup.costs["fee_bps"].value = explorer.setup.samples.value = ""
    assert not explorer.sweep_button.disabled


def test_an_empty_lab_says_what_to_do_first(lab):
    found = SweepExplorer(lab)
    assert "There is no strategy to sweep" in found.counted.markup
    assert found.sweep_button.disabled
    assert found.state["sweep"] is None


def test_no_such_strategy_or_parameter_is_refused(explorer):
    with pytest.raises(DefinitionError, match="no strategy 'Crass'"):
        SweepExplorer(explorer.lab, "Crass")
    with pytest.raises(UnknownName, match="fist"):
        explorer.setup.grid.set("fist", low=1)
    with pytest.raises(TypeError):
        SweepExplorer(explorer.lab, stratagem="Cross")


def test_another_strategy_brings_its_own_parameters(explorer):
    explorer.setup.strategy.value = "Above"
    assert [row["name"] for row in explorer.setup.grid.rows] == ["fast", "slow", "stop"]


def test_a_sweep_is_the_one_that_the_verb_gives(swept):
    again = swept.lab.backtests.sweep(**swept.setup.asked, progress=False)
    assert again.id == swept.sweep.id
    assert swept.error is None
    assert len(swept.sweep.results) == 9
    assert "9 results, completed" in swept.sentence.markup


def test_beside_the_winner_stand_its_deflated_sharpe_ratio_and_pbo(swept):
    sweep, best = swept.sweep, swept.sweep.best(1).iloc[0]
    assert swept.judged.best.label == best.name
    assert swept.judged.deflated.number == pytest.approx(sweep.deflated_sharpe())
    assert swept.judged.overfitting.number == sweep.pbo().pbo
    for line in swept.judged.lines:
        assert line.text in swept.winner.markup
        assert line.sentence in swept.winner.markup
    assert f"fast = {best['fast']:.0f}, slow = {best['slow']:.0f}" in swept.winner.markup
    assert "The winner among its neighbours" in swept.around.markup


def test_every_statistic_is_a_button_away(swept, monkeypatch):
    asked = {}
    honesty = type(swept.sweep).honesty
    monkeypatch.setattr(
        type(swept.sweep),
        "honesty",
        lambda self, unit, progress: (
            asked.update(unit=unit, progress=progress)
            or honesty(self, unit, robust=False, replications=50, progress=progress)
        ),
    )
    swept.honesty_button.click()
    assert asked["unit"] == 0
    assert swept.statistics.skill is False
    assert "White" in swept.winner.markup
    assert swept.going.bar.value == 1.0
    assert not swept.honesty_button.disabled


def test_the_pictures_follow_their_fields(swept):
    view = swept.landscape
    assert view.picture.figure["data"][0]["type"] == "heatmap"
    for label, kind in {
        "surface": "surface",
        "parallel": "parcoords",
        "heatmap": "heatmap",
    }.items():
        view.kind.value = label
        assert view.picture.figure["data"][0]["type"] == kind
    view.by.value = "max_drawdown_pct"
    assert "Max drawdown" in json.dumps(view.picture.figure["layout"], default=str)
    assert view.drawn == {"by": "max_drawdown_pct", "unit": 0, "x": "fast", "y": "slow"}


def test_an_axis_that_is_given_the_others_parameter_changes_places_with_it(swept):
    swept.landscape.x.value = "slow"
    assert swept.landscape.y.value == "fast"
    assert swept.error is None


def test_of_three_parameters_the_third_is_held_at_the_winners(sweeping):
    found = SweepExplorer(sweeping, "Above", "AAA")
    fast, slow, stop = found.setup.grid.spans
    found.setup.grid.spans = (fast.over([5, 10]), slow.over([20, 30]), stop.over([2, 8]))
    found.sweep_button.click()
    assert "hold" not in found.landscape.drawn
    found.landscape.others.value = "as the winner has them"
    held = found.landscape.drawn["hold"]
    assert list(held) == [{"fast", "slow", "stop"}.difference(_axes(found)).pop()]
    assert found.sweep.best(1)[[*held]].iloc[0].to_dict() == held


def _axes(explorer):
    return explorer.landscape.x.value, explorer.landscape.y.value


def test_a_click_opens_that_run(swept):
    swept.landscape.picture._heard(None, {"event": "click", "point": CELL}, [])
    row = swept.sweep.results.loc[swept.sweep.at(CELL)]
    assert (row["fast"], row["slow"]) == (15, 30)
    assert swept.run.metrics.sharpe_ratio == pytest.approx(row["sharpe_ratio"])
    assert list(swept.sweep.runs["run"]) == [swept.run.id]
    assert f"Run {swept.run.id}: fast = 15, slow = 30" in swept.opened.headline.markup
    assert swept.opened.result.run is swept.run
    assert swept.state["run"] == swept.run.id


def test_a_click_where_nothing_was_tried_says_so(explorer):
    explorer.setup.constraint.value = "fast * 3 < slow"
    explorer.sweep_button.click()
    explorer.landscape.picture._heard(None, {"event": "click", "point": {"x": "10", "y": "20"}}, [])
    assert explorer.run is None
    assert "was tried here" in explorer.message.markup


def test_the_table_of_the_best_opens_a_run(swept):
    label = int(swept.best.frame["row"].iloc[1])
    swept.best.open_row(label)
    assert swept.run.metrics.sharpe_ratio == pytest.approx(
        swept.sweep.results["sharpe_ratio"].loc[label]
    )


def test_several_units_are_looked_at_one_by_one(explorer):
    explorer.setup.others.value = "BBB"
    explorer.sweep_button.click()
    other = 1 - explorer.landscape.unit.value
    explorer.landscape.unit.value = other
    assert explorer.judged.best.unit.number == other
    assert explorer.landscape.drawn["unit"] == other
    assert set(explorer.best.frame["unit"]) == {other}


def test_cancel_keeps_what_is_done_and_the_same_button_goes_on(explorer, monkeypatch):
    for name in ("FIRST_S", "PART_S"):
        monkeypatch.setattr(carry_out, name, 0.0)
    told = []
    tell = explorer.going._tell

    def press(progress):
        told.append(progress.done)
        if len(told) == 4:
            explorer.cancel()
        tell(progress)

    monkeypatch.setattr(explorer.going, "_tell", press)
    explorer.sweep_button.click()
    first = explorer.sweep
    assert (first.status, len(first.results), told) == ("cancelled", 4, [1, 2, 3, 4])
    assert "stopping" in explorer.going.words.markup
    assert explorer.going.layout.display == "none"
    explorer.sweep_button.click()
    assert (explorer.sweep.id, explorer.sweep.status) == (first.id, "completed")
    assert len(explorer.sweep.results) == 9


def test_earlier_sweeps_are_opened_from_the_list(swept):
    swept.setup.grid.set("fast", low=5, high=10, step=5)
    swept.setup.costs["fee_bps"].value = "7"
    swept.sweep_button.click()
    assert list(swept.past.table.frame["id"]) == [2, 1]
    assert swept.past.get_title(0) == "Earlier sweeps (2)"
    swept.past.table.open_row(1)
    assert swept.sweep.id == 1
    assert swept.setup.asked["grid"]["fast"] == [5, 10, 15]
    assert "fee_bps" not in swept.setup.asked
    assert swept.sweep_button.disabled is False
    swept.past.table.open_row(2)
    assert (swept.sweep.id, swept.setup.asked["fee_bps"]) == (2, 7.0)
    assert swept.estimate.combinations == 6


def test_a_sweep_without_trades_has_no_winner_and_says_why(explorer):
    explorer.setup.grid.set("slow", low=150, high=200, step=50)
    explorer.setup.start.value = dt.date(2020, 1, 1)
    explorer.setup.end.value = dt.date(2020, 2, 1)
    explorer.sweep_button.click()
    assert explorer.error is None
    assert explorer.judged.best is None
    assert "No winner" in explorer.winner.markup
    assert explorer.state["winner"] is None


def test_its_state_is_plain_data_and_its_still_says_what_came_of_it(swept):
    state = json.loads(json.dumps(swept.state))
    assert state["results"] == 9
    assert state["winner"] == swept.judged.best.chosen
    assert state["deflated"] == swept.judged.deflated.number
    assert "Skill or luck?" in swept.still()
    assert "<svg" in swept.still()
    assert "widget" in SweepExplorer(swept.lab).still()
