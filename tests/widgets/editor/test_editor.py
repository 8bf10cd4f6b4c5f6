"""The editor without a front end: what a cell calls and what the mouse does come to the same."""

from __future__ import annotations

import base64
import json
import shutil

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import close, rsi, sma, strategy
from bitstockerz_lab.widgets.editor import StrategyEditor
from bitstockerz_lab.widgets.runner.looked_at import LookedAt
from tests.helpers import make_bars

TWO = {
    "all": [
        {"left": "close", "op": ">", "right": "sma_20"},
        {"left": "rsi_2", "op": "<", "right": 30},
    ]
}

RULES = {
    "name": "My strategy",
    "enter_long": TWO,
    "indicators": {
        "sma_20": {"indicator": "sma", "period": 20, "source": "close"},
        "rsi_2": {"indicator": "rsi", "period": 2, "source": "close"},
    },
}


@pytest.fixture(scope="session")
def shelf(template, tmp_path_factory):
    """The file of a lab with 300 daily bars of AAPL."""
    path = tmp_path_factory.mktemp("shelf") / "lab.duckdb"
    shutil.copy(template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        lab = bz.open_lab(path)
    words = {"asset_type": "EQUITY", "currency": "USD", "timeframe": "1d"}
    lab.market.load_frame(make_bars(300, seed=1), symbol="AAPL", **words)
    return path


@pytest.fixture
def lab(shelf, tmp_path):
    """That lab, of this test's own."""
    shutil.copy(shelf, tmp_path / "lab.duckdb")
    return bz.open_lab(tmp_path / "lab.duckdb")


@pytest.fixture(autouse=True)
def resting(monkeypatch):
    """Have looks counted when rules are saved, as in a browser, not each at once."""
    monkeypatch.setattr(LookedAt, "_rest", lambda _: None)


@pytest.fixture
def empty(lab):
    return StrategyEditor(lab)


@pytest.fixture
def editor(lab):
    """An editor with two conditions."""
    return StrategyEditor(lab, RULES)


def done(editor, do, path, **more):
    """Do what the front end says was done."""
    editor.form._heard(editor.form, {"do": do, "path": path, **more}, [])


def build(editor):
    done(editor, "add", "enter_long")
    done(editor, "type", "enter_long.right", text="sma(20)")
    done(editor, "add", "enter_long")
    done(editor, "type", "enter_long.all[1].left", text="rsi(2)")
    done(editor, "compare", "enter_long.all[1]", **{"with": "<"})
    done(editor, "type", "enter_long.all[1].right", text="30")


def test_two_conditions_are_built_previewed_saved_and_run_by_the_mouse(empty, lab):
    assert "No rules yet" in empty.told.markup
    assert empty.preview is None
    build(empty)
    assert empty.draft.document["enter_long"] == TWO
    assert "20-bar SMA" in empty.told.markup
    assert "AAPL" in repr(empty.preview)
    assert len(empty.preview.trades) == empty.state["trades"] > 0
    empty.save_button.click()
    assert empty.version.version == 1
    assert "Saved as My strategy, version 1." in empty.message.markup
    assert empty.honesty.ok
    assert "look-ahead" in empty.outcomes.honesty.markup
    run = lab.backtests.run("My strategy", "AAPL")
    assert run.trades.equals(empty.preview.trades)


def test_a_cell_does_what_the_mouse_does(lab):
    other = StrategyEditor(lab)
    other.add("enter_long")
    other.type("enter_long.right", "sma(20)")
    path = other.add("enter_long")
    other.type(f"{path}.left", "rsi(2)")
    other.put(f"{path}.op", "<")
    other.type(f"{path}.right", "30")
    assert other.draft.document == RULES
    assert (
        other.definition.rules() == strategy("x", enter=(close > sma(20)) & (rsi(2) < 30)).rules()
    )


@pytest.mark.parametrize(
    ("do", "path", "chosen", "left"),
    [
        ("negate", "enter_long.all[0]", "", {"all": [{"not": TWO["all"][0]}, TWO["all"][1]]}),
        ("move", "enter_long.all[0]", "down", {"all": [TWO["all"][1], TWO["all"][0]]}),
        ("move", "enter_long.all[1]", "enter_long.all[0]", {"all": [TWO["all"][1], TWO["all"][0]]}),
        ("remove", "enter_long.all[1]", "", {"all": [TWO["all"][0]]}),
        ("regroup", "enter_long", "any", {"any": TWO["all"]}),
        ("more", "enter_long.all[0]", "holds",
         {"all": [{"holds": TWO["all"][0], "bars": 3}, TWO["all"][1]]}),
        ("more", "enter_long.all[0]", "any", {"all": [{"any": [TWO["all"][0]]}, TWO["all"][1]]}),
        ("more", "enter_long.all[0]", "duplicate", {"all": [TWO["all"][0], *TWO["all"]]}),
        ("beside", "enter_long.all[0]", "",
         {"all": [TWO["all"][0], {"left": "close", "op": ">", "right": "open"}, TWO["all"][1]]}),
        ("json", "enter_long.all[0]", "", {"all": [{"not": {}}, TWO["all"][1]]}),
    ],
)  # fmt: skip
def test_each_thing_that_can_be_done_is_done_and_taken_back(editor, do, path, chosen, left):
    done(editor, do, path, text='{"not": {}}', **{"with": chosen})
    assert editor.draft.document["enter_long"] == left
    editor.undo_button.click()
    assert editor.draft.document["enter_long"] == TWO
    editor.redo_button.click()
    assert editor.draft.document["enter_long"] == left


def test_stops_targets_size_and_sliders_are_set(editor):
    done(editor, "type", "stop_loss_pct", text="5")
    done(editor, "parametrize", "stop_loss_pct")
    done(editor, "number", "parameters.stop_loss_pct.default", text="7", goes_on=True)
    done(editor, "number", "parameters.stop_loss_pct.default", text="8")
    done(editor, "target", "targets")
    done(editor, "size", "sizing", **{"with": "risk_percent"})
    done(editor, "type", "max_bars", text="20")
    exits = editor.definition.exits()
    assert exits["stop_loss_pct"] == 8
    assert exits["targets"] == [(5, 50)]
    assert exits["sizing"] == ("risk_percent", 1)
    assert exits["max_bars"] == 20
    done(editor, "size", "sizing", **{"with": ""})
    done(editor, "type", "max_bars", text="")
    done(editor, "remove", "targets[0]")
    assert set(editor.definition.exits()) == {"stop_loss_pct"}


def test_an_indicator_and_its_line_are_chosen(editor):
    done(editor, "type", "indicators.rsi_2.indicator", text="macd")
    (name,) = [one for one in editor.draft.document["indicators"] if one.startswith("macd")]
    done(editor, "output", f"indicators.{name}.output", **{"with": "signal"})
    assert editor.draft.document["enter_long"]["all"][1]["left"] == "macd_12_26_9_signal"
    done(editor, "type", f"indicators.{name}_signal.indicator", text="mcad")
    assert isinstance(editor.error, UnknownName)
    assert "Did you mean" in editor.message.markup


def test_a_mistake_is_told_beside_its_field_and_the_preview_says_it_is_older(editor):
    done(editor, "type", "enter_long.all[0].left", text="clsoe")
    assert 'id="bz:enter_long.all[0].left"' in editor.form.html
    assert "Did you mean" in editor.form.html
    assert "as they last held together" in editor.beside.told.markup
    editor.save_button.click()
    assert isinstance(editor.error, DefinitionError)
    assert editor.version is None


def test_json_goes_both_ways(editor):
    rules = json.loads(editor.outcomes.json.value)
    assert rules == editor.draft.document
    rules["enter_long"]["all"][1]["right"] = 15
    editor.outcomes.json.value = json.dumps(rules)
    assert "below 15" in editor.told.markup
    editor.outcomes.json.value = '{"enter_long": ['
    assert "no JSON" in editor.outcomes.problems.markup
    assert editor.draft.document["enter_long"]["all"][1]["right"] == 15
    editor.name.value = "Dip"
    assert json.loads(editor.outcomes.json.value)["name"] == "Dip"


def test_changes_since_the_saved_version_and_between_versions(editor):
    editor.diff_button.click()
    assert isinstance(editor.error, UnknownName)
    editor.save()
    done(editor, "type", "enter_long.all[1].right", text="25")
    editor.diff_button.click()
    assert editor.diff.sentences == ("entry: the 2-bar RSI below 30 → below 25",)
    assert "below 25" in editor.outcomes.changes.markup
    editor.save()
    assert editor.version.version == 2
    assert editor.compare().sentences == ("entry: the 2-bar RSI below 30 → below 25",)
    editor.save_button.click()
    assert "already My strategy, version 2" in editor.message.markup


def test_only_saved_rules_are_checked(editor):
    editor.check_button.click()
    assert "not saved" in str(editor.error)
    editor.save_button.click()
    editor.check_button.click()
    assert editor.error is None
    assert editor.honesty.tested.symbol == "AAPL"
    assert "300 1d bars of AAPL" in editor.outcomes.honesty.markup
    assert not editor.check_button.disabled


def test_it_starts_from_a_template_a_saved_strategy_or_nothing(editor, lab):
    choices = dict(editor.start.options)
    editor.start.value = choices["Golden cross (trend template)"]
    editor.start_button.click()
    assert editor.definition.name == "Golden cross"
    assert 'type="range"' in editor.form.html
    editor.save()
    assert editor.start.value == "saved Golden cross"
    editor.start.value = ""
    editor.start_button.click()
    assert "enter_long" not in editor.draft.document
    editor.begin("Golden cross")
    assert editor.version.version == 1
    assert editor.start.value == "saved Golden cross"
    with pytest.raises(UnknownName, match="Goldne"):
        StrategyEditor(lab, "Goldne cross")


def test_beginning_anew_can_be_taken_back(editor):
    before = editor.draft.document
    assert not editor.draft.can_undo
    editor.begin("golden-cross")
    editor.undo_button.click()
    assert editor.draft.document == before


def test_names_are_changed_where_they_stand(editor):
    done(editor, "parametrize", "indicators.sma_20.period")
    done(editor, "rename", "parameters.period", text="slow")
    done(editor, "rename", "indicators.sma_slow", text="trend")
    assert editor.draft.document["enter_long"]["all"][0]["right"] == "trend"
    assert editor.draft.document["indicators"]["trend"]["period"] == {"parameter": "slow"}
    done(editor, "rename", "indicators.trend", text="rsi_2")
    assert "already" in str(editor.error)
    assert editor.problems == []


def test_the_front_end_is_answered_even_where_the_editor_breaks(editor, sent, monkeypatch):
    messages = sent(editor.form)
    monkeypatch.setattr(editor.draft, "negate", lambda _path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        done(editor, "negate", "enter_long.all[0]")
    assert messages[-1][0]["tell"] == "form"


def test_without_bars_it_says_what_to_do(database):
    editor = StrategyEditor(bz.open_lab(database.path), "golden-cross")
    assert editor.preview is None
    assert "lab.market.load" in editor.beside.told.markup


def test_another_symbol_is_previewed_and_one_that_is_not_there_is_told(editor):
    before = editor.preview
    editor.beside.symbol.value = "NOPE"
    assert editor.preview is None
    assert "NOPE" in editor.beside.told.markup
    editor.beside.symbol.value = "aapl"
    assert editor.preview.trades.equals(before.trades)


def test_what_was_looked_at_is_counted_as_trials(empty, lab):
    editor = empty
    build(editor)
    editor.save()
    counted = lab.sql("SELECT count(DISTINCT trial_key) AS n FROM trials WHERE source = 'preview'")
    assert counted["n"][0] >= 4


def test_the_form_tells_the_front_end_only_by_messages(editor, sent):
    messages = sent(editor.form)
    done(editor, "hello", "")
    (catalogue, _), (form, _) = messages
    assert {"sma", "rsi", "talib.CCI"} <= {one["text"] for one in catalogue["offers"]}
    assert form["html"] == editor.form.html
    done(editor, "type", "enter_long.all[1].right", text="25")
    assert messages[-1][0]["focus"] is None
    done(editor, "move", "enter_long.all[0]", **{"with": "down"})
    assert messages[-1][0]["focus"] == {"path": "enter_long.all[1]"}
    assert {"sma_20", "rsi_2", "close"} <= {one["text"] for one in messages[-1][0]["offers"]}
    assert len(json.dumps(editor.form.get_state()["_esm"])) > 0
    assert "sma_20" not in json.dumps(editor.form.get_state(), default=str)


def test_where_nothing_draws_it_stands_in_english(editor):
    bundle = editor._repr_mimebundle_()
    assert "20-bar SMA" in bundle["text/html"]


def test_what_the_editor_does_not_know_is_refused(editor, lab):
    done(editor, "explode", "enter_long")
    assert isinstance(editor.error, DefinitionError)
    with pytest.raises(TypeError):
        StrategyEditor(lab, colour="red")


def test_python_that_decides_is_left_alone(editor):
    document = {"python": {"source": "def decide(bars): ...", "entry_point": "decide"}}
    editor.begin(document)
    assert "Python decides" in editor.form.html
    assert editor.draft.document == document


def test_a_bar_that_was_corrected_is_drawn_as_it_is_now(lab):
    editor = lab.editor(RULES, "AAPL")
    day = editor.preview.bars.index[150]
    high = float(editor.preview.bars["high"].max()) * 2
    lab.market.correct("AAPL", day, reason="a digit was missing", close=high, high=high)
    done(editor, "type", "enter_long.all[1].right", text="25")
    drawn = editor.beside.picture.figure["data"][0]["y"]
    assert editor.preview.bars["close"].iloc[150] == high
    closes = np.frombuffer(base64.b64decode(drawn["bdata"]), drawn["dtype"])
    assert np.array_equal(closes, editor.preview.bars["close"])


def test_the_door_takes_a_template_and_the_symbol_to_look_at(lab):
    lab.market.load_frame(make_bars(60, seed=4), symbol="ZZZ", timeframe="1d", exchange="XNYS")
    editor = lab.editor("golden-cross", "ZZZ")
    assert (editor.beside.symbol.symbol, editor.draft.document["name"]) == ("ZZZ", "Golden cross")


@pytest.mark.parametrize("do", ["type", "number", "json", "output"])
def test_what_is_sent_of_an_indicator_that_is_called_otherwise_by_now_is_passed_over(editor, do):
    done(editor, "type", "indicators.sma_20.period", text="35")
    before = editor.draft.document
    done(editor, do, "indicators.sma_20.period", text="35", **{"with": "signal"})
    assert editor.error is None
    assert editor.draft.document == before
    assert set(before["indicators"]) == {"sma_35", "rsi_2"}
    done(editor, do, "enter_long.all[7].right", text="35", **{"with": "signal"})
    assert editor.draft.document == before


def test_another_strategys_name_is_saved_under_only_where_that_is_said_twice(editor, lab):
    lab.strategies.save(lab.strategies.template("golden-cross"))
    editor.name.value = "Golden cross"
    editor.save_button.click()
    assert "Golden cross exists with other rules" in editor.message.markup
    assert "make this its version 2" in editor.message.markup
    assert lab.strategies.get("Golden cross").version == 1
    editor.name.value = "Dip"
    editor.save_button.click()
    assert (editor.version.name, editor.version.version) == ("Dip", 1)
    editor.begin(RULES | {"name": "Golden cross"})
    with pytest.raises(DefinitionError, match="its version 2, or give another name"):
        editor.save()
    assert editor.save().version == 2
    done(editor, "type", "enter_long.all[1].right", text="25")
    assert editor.save().version == 3


def test_a_strategy_begun_from_and_the_same_rules_are_saved_at_once(editor, lab):
    lab.strategies.save(lab.strategies.template("golden-cross"))
    editor.begin(lab.strategies.template("golden-cross"))
    assert editor.save().version == 1
    editor.begin("Golden cross")
    editor.type("stop_loss_pct", "5")
    assert editor.save().version == 2


def test_a_new_conditions_right_side_is_written_as_the_price_is_called(empty):
    done(empty, "add", "enter_long")
    assert 'value="open"' in empty.form.html
    assert "open_" not in empty.form.html
