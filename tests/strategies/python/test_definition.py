"""A definition whose rules are Python is a definition like any other."""

from __future__ import annotations

import json

import jsonschema
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import Definition, atr, close, json_schema, summary, validate
from bitstockerz_lab.strategies.python.model import digest
from tests.strategies.python import written

SOURCE = "def rules(bars, n):\n    return {'enter': bars['close'] > n}\n"


def document(source=SOURCE, **changed):
    python = {"source": source, "function": "rules", "sha256": digest(source), **changed}
    return {"parameters": {"n": {"default": 5}}, "python": python}


def problems(found):
    return [(problem.path, str(problem)) for problem in validate(found)]


def test_it_is_read_back_from_its_json_and_is_of_format_2(reversion):
    assert reversion.document["format"] == 2
    again = Definition.parse(reversion.to_json())
    assert again == reversion
    assert again.rules() == reversion.rules()
    assert again.titled(name="Other").rules() == reversion.rules()
    jsonschema.validate(json.loads(reversion.to_json()), json_schema.schema())
    with pytest.raises(DefinitionError, match="Format 1 has no 'python'"):
        Definition.parse({**reversion.document, "format": 1})


def test_its_parameters_are_resolved_and_its_exits_are_those_of_any_definition(reversion):
    assert reversion.resolve({"n": 10}) == {"n": 10, "stop": 8, "width": 2.0}
    assert isinstance(reversion.resolve()["width"], float)
    assert reversion.exits() == {"stop_loss_pct": 8}
    assert reversion.direction == "long"
    with pytest.raises(DefinitionError, match="from 5 up to 100"):
        reversion.resolve({"n": 3})
    with pytest.raises(UnknownName, match="Did you mean 'width'"):
        reversion.resolve({"widht": 3})


def test_its_summary_says_that_python_decides_and_what_stops_it(reversion):
    assert summary(reversion) == (
        "Python code decides: mean_reversion(bars, n, width), 20 lines.\n"
        "Stop loss 8 % from the entry price.\n"
        "Parameters: n = 20 (5 to 100), stop = 8, width = 2."
    )
    both = bz.code_strategy("S", direction="both", parameters={"n": 1})(written.mean_reversion)
    assert "20 lines. It buys and sells short.\nAn opposite entry closes" in summary(both)


def run_as_a_cell(text):
    """Run a text as a cell whose lines are kept, and return what it leaves behind."""
    import linecache

    linecache.cache["<cell>"] = (len(text), None, text.splitlines(keepends=True), "<cell>")
    names = {"__name__": "__main__"}
    exec(compile(text, "<cell>", "exec"), names)  # noqa: S102 - our own text
    return names


def test_its_code_is_a_cell_that_makes_the_same_definition(reversion):
    assert run_as_a_cell(reversion.code())["mean_reversion"] == reversion
    rich = bz.code_strategy(
        'A "rich" one',
        parameters=[bz.parameter("n", 20, min=5, max=100, step=5), bz.parameter("width", 1.5)],
        direction="both",
        stop_loss_pct=200 * atr(bz.parameter("n", 20, min=5, max=100, step=5)) / close,
        targets=[(5, 50)],
        max_bars=bz.parameter("longest", 9),
        sizing=("risk_percent", 1),
        description="For people.",
    )(written.mean_reversion)
    assert run_as_a_cell(rich.code())["mean_reversion"] == rich
    kinds = bz.code_strategy("K")(written.all_kinds)
    assert run_as_a_cell(kinds.code())["all_kinds"] == kinds


def test_code_that_is_no_code_is_found_with_its_line_and_nothing_is_run(tmp_path):
    mark = tmp_path / "ran"
    source = f"open({str(mark)!r}, 'w')\ndef rules(bars, n):\n    retrun n n\n"
    ((path, told),) = problems(document(source))
    assert path == "python.source"
    assert "line 3 does not compile" in told
    assert not problems(document(f"open({str(mark)!r}, 'w')\n{SOURCE}"))
    assert not mark.exists()


def test_changed_code_does_not_match_its_hash():
    found = document()
    found["python"]["source"] = SOURCE.replace(">", "<")
    ((path, told),) = problems(found)
    assert path == "python.sha256"
    assert "Somebody changed it" in told


@pytest.mark.parametrize(
    "hidden", ["\x1b[8m", "\u202e", "\r", "\x00", "\x0c", "\x85", "\u2028", "\u2029"]
)
def test_characters_that_hide_what_is_written_are_refused(hidden):
    ((path, told),) = problems(document(SOURCE.replace("close", f"close{hidden}")))
    assert path == "python.source"
    assert "hides what is written" in told


def test_every_other_problem_has_its_path_and_a_way_out():
    ((path, told),) = problems(document(function="ruls"))
    assert (path, "Did you mean 'rules'" in told) == ("python.function", True)
    ((path, told),) = problems({**document(), "parameters": {}})
    assert (path, "takes 'n'" in told) == ("parameters", True)
    ((path, told),) = problems(
        {**document(), "parameters": {"n": {"default": 5}, "m": {"default": 5}}}
    )
    assert (path, "no argument 'm'" in told) == ("parameters.m", True)
    (told,) = [
        text
        for path, text in problems(
            {**document(), "enter_long": {"left": "close", "op": ">", "right": 1}}
        )
    ]
    assert "enter_long stands beside python" in told
    ((path, told),) = problems(document(functoin="rules"))
    assert (path, "Did you mean 'function'" in told) == ("python.functoin", True)
    assert problems({"python": {"source": SOURCE}}) != []
    assert problems({"python": 5}) != []
    for given in ("*bars", "bars, **n", "", "bars, n, /"):
        source = SOURCE.replace("bars, n", given, 1)
        assert problems(document(source))[0][0] == "python.function"


def test_a_stop_of_a_short_strategy_may_be_above_100_and_that_of_a_long_one_may_not():
    short = {**document(), "direction": "short", "stop_loss_pct": 150}
    assert not problems(short)
    assert problems({**short, "direction": "both"})[0][0] == "stop_loss_pct"
    assert problems({**document(), "stop_loss_pct": 150})[0][0] == "stop_loss_pct"


def test_what_the_decorator_is_given_is_checked():
    def rules(bars, n, mode="fast"):
        return {"enter": bars["close"] > (n if mode else 0)}

    for given, told in [
        ({}, "takes 'n', which has no value"),
        ({"parameters": {"n": 1}}, "mode='fast' of rules is no finite number"),
        ({"parameters": {"n": 1, "mode": 2, "m": 3}}, "takes no argument 'm'"),
        ({"parameters": {"n": bz.parameter("m", 1), "mode": 2}}, "Call it the same twice"),
        ({"parameters": [1]}, "parameters holds 1"),
        ({"parameters": {"n": 1, "mode": 2}, "direction": "up"}, "'up' is not one of"),
        ({"parameters": {"n": 1, "mode": 2}, "stop_loss": 2}, "did you mean 'stop_loss_pct'"),
        ({"parameters": {"n": 1, "mode": 2}, "enter": 2}, "bz.code_strategy has no argument"),
    ]:
        with pytest.raises(DefinitionError) as caught:
            bz.code_strategy("S", **given)(rules)
        assert told in str(caught.value)
