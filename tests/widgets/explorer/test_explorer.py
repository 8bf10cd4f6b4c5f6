"""The sweep explorer, without a front end: set up, count, sweep, look, open."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out
from bitstockerz_lab.errors import DataError, DefinitionError, UnknownName
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma
from bitstockerz_lab.widgets.explorer import SweepExplorer, landscape, verdict
from bitstockerz_lab.widgets.explorer import explorer as module

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
        "version": 1,
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


def test_a_parameter_that_stays_is_passed_on_with_the_version_whose_fields_are_shown(explorer):
    explorer.setup.grid.keep("slow", 50)
    assert explorer.setup.asked["parameters"] == {"slow": 50}
    assert explorer.setup.asked["grid"] == {"fast": [5, 10, 15]}
    explorer.setup.grid.keep("slow", 20)
    assert explorer.setup.asked["parameters"] == {"slow": 20}
    _save_cross(explorer.lab, slow=60)
    explorer.sweep_button.click()
    assert explorer.sweep.version == 1
    assert {unit.recipe.parameters["slow"] for unit in explorer.sweep.units} == {20}


def _save_cross(lab, slow):
    quick, slow = sma(bz.parameter("fast", 5, min=2)), sma(bz.parameter("slow", slow, min=2))
    rules = {"enter": crosses_above(quick, slow), "leave": crosses_below(quick, slow)}
    return lab.strategies.save(bz.strategy("Cross", **rules))


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
    assert "White" in swept.skill.markup
    assert "The winner" in swept.winner.markup
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


def _fails(*_given, **_asked):
    raise DataError("It cannot be read.")


def test_of_a_sweep_that_is_not_judged_no_winner_of_the_sweep_before_is_left(swept, monkeypatch):
    swept.statistics = object()
    swept.setup.grid.set("fast", low=6, high=16, step=5)
    monkeypatch.setattr(verdict, "judge", _fails)
    swept.sweep_button.click()
    assert "cannot be read" in str(swept.error)
    assert len(swept.best.frame) == 0
    assert swept.ranking.layout.display == "none"
    assert (swept.judged, swept.statistics, swept.winner.markup) == (None, None, "")
    assert swept.state["winner"] is None


def test_a_table_that_was_sorted_takes_a_sweep_of_other_columns(explorer):
    setup, cross = explorer.setup, explorer.setup.grid.spans
    setup.strategy.value = "Above"
    setup.grid.spans = (*cross, setup.grid.spans[2].over([2, 8]))
    explorer.sweep_button.click()
    explorer.best.sort("stop")
    setup.strategy.value = "Cross"
    setup.grid.spans = cross
    explorer.sweep_button.click()
    assert "stop" not in explorer.best.frame
    assert len(explorer.best.found) == len(explorer.best.frame) > 0


def test_every_statistic_of_a_unit_is_not_shown_beside_another(explorer, monkeypatch):
    explorer.setup.others.value = "BBB"
    explorer.sweep_button.click()
    waiting = []
    with monkeypatch.context() as patch:
        patch.setattr(module, "work", lambda *given, **_: waiting.append(given))
        explorer.judge()
    explorer.landscape.unit.value = 1 - explorer.landscape.unit.value
    told = str(explorer.winner.markup)
    [(_, then)] = waiting
    then(object())
    assert explorer.statistics is None
    assert explorer.winner.markup == told
    assert not explorer.honesty_button.disabled


def test_a_picture_that_cannot_be_drawn_leaves_none_of_the_fields_before(swept, monkeypatch):
    monkeypatch.setattr(type(swept.sweep), "heatmap", _fails)
    swept.landscape.by.value = "max_drawdown_pct"
    assert "cannot be read" in str(swept.error)
    assert swept.landscape.picture.figure["data"] == []
    swept.landscape.picture._heard(None, {"event": "click", "point": CELL}, [])
    assert swept.run is None


def test_a_click_means_the_picture_that_is_seen_though_the_next_is_under_way(swept, monkeypatch):
    monkeypatch.setattr(landscape, "work", lambda *_given, **_asked: None)
    swept.landscape.x.value = "slow"
    swept.landscape.picture._heard(None, {"event": "click", "point": CELL}, [])
    assert swept.run.details.parameters == {"fast": 15, "slow": 30}


def test_what_a_sweep_was_asked_that_has_no_field_stays_and_is_said(explorer):
    verb = explorer.lab.backtests.sweep
    grid = {"fast": [5, 10], "slow": [20, 30]}
    asked = {"initial_equity": 5000, "adjusted": False, "max_bars": 7, "fee_bps": [0.1234567, 5]}
    first = verb("Above", "AAA", grid=grid, **asked, progress=False)
    explorer.setup.strategy.value = "Above"
    explorer.setup.grid.keep("stop", 33)
    explorer.open_sweep(first.id)
    assert explorer.setup.asked["parameters"] == {"stop": 5.0}
    assert {name: explorer.setup.asked[name] for name in asked} == asked
    assert "initial_equity = 5000, max_bars = 7, adjusted = False" in explorer.setup.told.markup
    explorer.sweep_button.click()
    assert explorer.sweep.id == first.id
    explorer.setup.leave_button.click()
    assert set(asked).intersection(explorer.setup.asked) == {"fee_bps"}
    assert explorer.setup.asked["grid"] == grid
    assert explorer.setup.told.markup == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"grid": [{"fast": 5, "slow": 20}, {"fast": 10, "slow": 30}]},
        {"grid": pd.DataFrame({"fast": [5, 10], "slow": [20, 30]})},
        {"grid": None, "samples": 5},
        {"grid": {"fast": [5, 10, 15]}, "parameters": {"slow": 30}},
        {"grid": {"fast": [5, 10, 15]}, "samples": 2, "sampling": "sobol", "seed": 3},
        {
            "grid": {"fast": [5, 10]},
            "periods": [("2020-06-01", "2020-12-01"), ("2020-12-02", None)],
        },
        {"grid": {"fast": [5, 10]}, "start": "2020-06-01", "end": "2021-01-29 12:00"},
    ],
)
def test_a_sweep_that_is_opened_is_the_same_question(explorer, asked):
    first = explorer.lab.backtests.sweep("Cross", "AAA", **asked, progress=False)
    explorer.setup.grid.keep("slow", 44)
    explorer.open_sweep(first.id)
    assert explorer.error is None
    explorer.sweep_button.click()
    assert explorer.error is None
    assert explorer.sweep.id == first.id


def test_a_field_that_is_changed_has_its_say_again(explorer):
    setup, verb = explorer.setup, explorer.lab.backtests.sweep
    listed = [{"fast": 5, "slow": 20}, {"fast": 10, "slow": 30}]
    periods = [("2020-06-01", "2020-12-01"), ("2020-12-02", None)]
    explorer.open_sweep(
        verb("Cross", "AAA", grid=listed, periods=periods, samples=1, seed=3, progress=False).id
    )
    setup.start.value = dt.date(2020, 7, 1)
    assert "periods" not in setup.asked
    assert setup.asked["grid"] == listed
    setup.samples.value = ""
    assert "seed" not in setup.asked
    setup.grid.set("fast", low=5, high=10, step=5)
    assert setup.asked["grid"]["fast"] == [5, 10]
    assert setup.besides == {}


def test_a_sweep_of_an_older_version_or_a_newer_strategy_is_opened_with_its_own_rules(explorer):
    lab, grid = explorer.lab, {"fast": [5, 10]}
    first = lab.backtests.sweep("Cross", "AAA", grid=grid, progress=False)
    _save_cross(lab, slow=60)
    lab.strategies.save(bz.strategy("New", enter=sma(bz.parameter("n", 9, min=2)) > 1, leave=None))
    explorer.open_sweep(lab.backtests.sweep("New", "AAA", grid={"n": [9, 10]}, progress=False).id)
    assert explorer.setup.asked["strategy"] == "New"
    explorer.open_sweep(first.id)
    assert explorer.setup.asked["version"] == 1
    assert explorer.setup.asked["parameters"] == {"slow": 20}
    assert "version = 1" in explorer.setup.told.markup
    explorer.setup.leave_button.click()
    assert explorer.setup.asked["version"] == 2


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
