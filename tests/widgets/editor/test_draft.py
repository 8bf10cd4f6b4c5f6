"""A draft's steps do what they say, can be taken back, and lose nothing."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import signals, templates
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import GROUPS, parts
from bitstockerz_lab.widgets.editor import Draft, edits, paths
from tests.helpers import make_bars
from tests.strategies import random_definitions, random_rules

NESTED = {
    "enter_long": {
        "all": [
            {"left": "close", "op": ">", "right": 1},
            {"any": [
                {"left": "close", "op": ">", "right": 2}, {"left": "low", "op": "<", "right": 3},
            ]},
            {"left": "high", "op": ">", "right": 4},
        ]
    }
}  # fmt: skip


def nodes(document):
    return [one.path for one in parts(document) if one.is_condition]


@pytest.mark.parametrize("name", templates.names())
def test_a_template_comes_back_as_it_went_in(name):
    definition = templates.get(name)
    draft = Draft(definition.document)
    assert draft.document == definition.document
    assert draft.definition == definition
    assert draft.problems == []
    assert draft.replace(draft.json) == []
    assert draft.document == definition.document


@settings(max_examples=20, deadline=None)
@given(random_rules.documents(random_rules.ANYWHERE, exits=True), st.data())
def test_any_step_on_any_rules_can_be_taken_back(document, data):
    draft = Draft(document)
    before = copy.deepcopy(document)
    path = data.draw(st.sampled_from(nodes(document)))
    steps = [
        lambda: draft.negate(path),
        lambda: draft.add(path),
        lambda: draft.add_group(path),
        lambda: draft.duplicate(path),
        lambda: draft.remove(path),
        lambda: draft.enclose(path, data.draw(st.sampled_from(["all", "any", "holds", "not"]))),
        lambda: draft.move(path, data.draw(st.sampled_from(["up", "down", "in", "out"]))),
    ]
    data.draw(st.sampled_from(steps))()
    draft.undo()
    assert draft.document == before == document


@settings(max_examples=20, deadline=None)
@given(random_definitions.documents(), st.data())
def test_negating_twice_and_moving_within_a_group_leave_the_signals_as_they_were(document, data):
    bars = make_bars(60, seed=3)
    draft = Draft(document)
    path = data.draw(st.sampled_from(nodes(document)))
    draft.negate(path)
    draft.negate(path)
    moved = draft.move(path, "up") if path.endswith("]") and not path.endswith("[0]") else path
    assert paths.stands(draft.document, moved)
    assert Definition.parse(draft.document).direction == Definition.parse(document).direction
    assert signals(draft.document, bars).equals(signals(document, bars))


@settings(max_examples=30, deadline=None)
@given(random_definitions.documents(), st.data())
def test_moving_takes_one_condition_elsewhere_and_loses_none(document, data):
    def leaves(rules):
        return sorted(
            str(one.value) for one in parts(rules)
            if one.is_condition and not edits.word_of(one.value)
        )  # fmt: skip

    draft = Draft({name: one for name, one in document.items() if name in GROUPS})
    path, to = (data.draw(st.sampled_from(nodes(document))) for _ in range(2))
    moved = copy.deepcopy(paths.at(document, path))
    try:
        landed = draft.move(path, to)
    except DefinitionError:
        assert paths.within(to, path)
        return
    assert paths.at(draft.document, landed) == moved
    assert leaves(draft.document) == leaves(
        {name: document[name] for name in GROUPS if name in document}
    )


@pytest.mark.parametrize(
    ("path", "direction", "landed"),
    [
        ("enter_long.all[0]", "up", "enter_long.all[0]"),
        ("enter_long.all[0]", "down", "enter_long.all[1]"),
        ("enter_long.all[1].any[1]", "down", "enter_long.all[2]"),
        ("enter_long.all[1].any[0]", "up", "enter_long.all[1]"),
        ("enter_long.all[1].any[1]", "out", "enter_long.all[2]"),
        ("enter_long.all[2]", "in", "enter_long.all[1].any[2]"),
        ("enter_long.all[0]", "in", "enter_long.all[0]"),
        ("enter_long.all[0]", "out", "enter_long.all[0]"),
        ("enter_long", "up", "enter_long"),
    ],
)
def test_a_step_in_a_direction_lands_where_a_person_expects(path, direction, landed):
    draft = Draft(NESTED)
    moved = paths.at(NESTED, path)
    assert draft.move(path, direction) == landed
    assert paths.at(draft.document, landed) == moved


def test_a_strategy_is_built_from_nothing():
    draft = Draft({"name": "Dip"})
    assert [one.path for one in draft.problems] == [""]
    draft.add("enter_long")
    draft.type("enter_long.right", "sma(50)")
    second = draft.add("enter_long")
    assert second == "enter_long.all[1]"
    draft.type(f"{second}.left", "rsi(2)")
    draft.compare(second, "<")
    draft.type(f"{second}.right", "10")
    draft.type("stop_loss_pct", "2 * natr(14)")
    draft.type("max_bars", "20")
    draft.size("risk_percent")
    assert draft.problems == []
    assert draft.definition.rules() == {
        "format": 2, "direction": "long", "max_bars": 20,
        "indicators": {
            "sma_50": {"indicator": "sma", "source": "close", "period": 50},
            "rsi_2": {"indicator": "rsi", "source": "close", "period": 2},
            "natr_14": {"indicator": "natr", "period": 14},
        },
        "enter_long": {"all": [
            {"left": "close", "op": ">", "right": "sma_50"},
            {"left": "rsi_2", "op": "<", "right": 10},
        ]},
        "stop_loss_pct": {"multiply": [2, "natr_14"]},
        "sizing": {"method": "risk_percent", "value": 1},
    }  # fmt: skip


def test_a_text_that_means_nothing_is_told_at_its_path_and_kept():
    draft = Draft(NESTED)
    draft.type("enter_long.all[0].left", "clsoe")
    assert [(one.path, one.suggestion) for one in draft.problems] == [
        ("enter_long.all[0].left", "Did you mean 'close'?")
    ]
    assert draft.summary == ""
    with pytest.raises(DefinitionError, match="clsoe"):
        _ = draft.definition


def test_between_has_two_ends_and_back_again_one():
    draft = Draft(NESTED)
    draft.compare("enter_long.all[0]", "between")
    assert paths.at(draft.document, "enter_long.all[0]") == {
        "left": "close", "op": "between", "low": 1, "high": 1,
    }  # fmt: skip
    draft.compare("enter_long.all[0]", "<=")
    assert paths.at(draft.document, "enter_long.all[0]") == {
        "left": "close",
        "op": "<=",
        "right": 1,
    }


def test_an_indicator_goes_with_its_last_reader_and_one_that_nobody_read_stays():
    idle = {"indicators": {"ema_9": {"indicator": "ema", "period": 9}}}
    draft = Draft({**NESTED, **idle})
    draft.type("enter_long.all[0].right", "sma(50)")
    draft.type("enter_long.all[0].right", "rsi(14)")
    assert sorted(draft.document["indicators"]) == ["ema_9", "rsi_14"]


def test_an_indicator_is_called_by_what_it_is_once_nobody_types_any_more():
    draft = Draft(NESTED)
    draft.type("enter_long.all[0].right", "sma(50)")
    for digits in ("2", "20"):
        path = draft.type("indicators.sma_50.period", digits, goes_on=True)
        assert path == "indicators.sma_50.period"
    assert draft.type(path, "20") == "indicators.sma_20.period"
    assert draft.document["enter_long"]["all"][0]["right"] == "sma_20"
    assert list(draft.document["indicators"]) == ["sma_20"]
    draft.undo()
    assert list(draft.document["indicators"]) == ["sma_50"]


def test_a_name_never_tells_another_number_than_the_setting():
    draft = Draft(NESTED)
    draft.type("enter_long.all[0].right", "rsi(14)")
    draft.type("indicators.rsi_14.period", "x")
    draft.type("indicators.rsi_14.period", "2")
    assert draft.document["enter_long"]["all"][0]["right"] == "rsi_2"


def test_a_name_of_its_own_is_kept_when_settings_change():
    named = {"indicators": {"trend": {"indicator": "sma", "period": 50}}}
    draft = Draft({"enter_long": {"left": "close", "op": ">", "right": "trend"}, **named})
    draft.put("indicators.trend.period", 99)
    assert list(draft.document["indicators"]) == ["trend"]


def test_typing_on_is_one_step_to_take_back():
    draft = Draft(NESTED)
    for digits in ("1", "12", "125"):
        draft.type("enter_long.all[0].right", digits, goes_on=True)
    draft.undo()
    assert draft.document == NESTED
    assert not draft.can_undo
    draft.redo()
    assert draft.document["enter_long"]["all"][0]["right"] == 125


def test_a_number_becomes_a_parameter_with_a_range():
    draft = Draft(NESTED)
    draft.type("enter_long.all[0].right", "sma(50)")
    assert draft.parametrize("indicators.sma_50.period") == "parameters.period"
    assert draft.document["parameters"] == {
        "period": {"default": 50, "min": 25, "max": 100, "step": 1}
    }
    assert draft.document["enter_long"]["all"][0]["right"] == "sma_period"
    draft.rename("parameters.period", "slow")
    assert draft.document["indicators"]["sma_slow"]["period"] == {"parameter": "slow"}
    assert draft.problems == []
    with pytest.raises(DefinitionError, match="no number"):
        draft.parametrize("enter_long.all[0].left")


def test_the_direction_follows_the_entries():
    draft = Draft(templates.get("golden-cross").document)
    draft.add("enter_short")
    assert draft.problems == []
    assert draft.definition.direction == "both"


def test_removing_the_last_member_removes_its_group_and_side():
    draft = Draft(NESTED)
    for path in ("enter_long.all[2]", "enter_long.all[1].any[1]", "enter_long.all[1].any[0]"):
        draft.remove(path)
    draft.remove("enter_long.all[0]")
    assert "enter_long" not in draft.document


def test_text_that_is_no_json_changes_nothing_and_says_where_it_breaks():
    draft = Draft(NESTED)
    (problem,) = draft.replace('{"enter_long": ')
    assert "line 1" in problem.message
    assert draft.document == NESTED
    assert not draft.can_undo


def test_a_path_that_leads_nowhere_is_an_error():
    with pytest.raises(UnknownName, match="exit_long"):
        Draft(NESTED).negate("exit_long")


def test_the_document_it_is_made_of_is_never_changed():
    before = copy.deepcopy(NESTED)
    draft = Draft(NESTED)
    draft.negate("enter_long.all[1]")
    draft.move("enter_long.all[0]", "enter_long.all[1].not")
    assert before == NESTED
