"""Every problem of a definition is told, with its path, a sentence and a suggestion."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import DefinitionError, LabError
from bitstockerz_lab.strategies import Definition, Problem, validate

RISES = {"left": "close", "op": ">", "right": 100}
BASE = {
    "parameters": {"fast": {"default": 5, "min": 1, "max": 9}, "share": {"default": 0.5}},
    "indicators": {"sma_5": {"indicator": "sma", "period": 5}},
    "enter_long": RISES,
}
REF = {"parameter": "fast"}


def told(**changed):
    return [str(problem) for problem in validate({**BASE, **changed})]


def enters(**condition):
    return told(enter_long={**RISES, **condition})


def uses(**use):
    return told(indicators={"x": use})


def has(**parameter):
    return told(parameters={"p": parameter})


def test_what_holds_together_has_no_problem():
    assert validate(BASE) == []
    assert validate(Definition.parse(BASE)) == []


CASES = {
    "an unknown key": (
        told(enter_lnog=RISES),
        "enter_lnog: No key 'enter_lnog' here. Did you mean 'enter_long'?",
    ),
    "an unknown operand": (
        told(enter_long={"all": [{**RISES, "left": "sma5"}, RISES]}),
        "enter_long.all[0].left: No indicator or price field 'sma5'. Did you mean 'sma_5'?",
    ),
    "an unknown operand deep down": (
        told(enter_long={"any": [RISES, {"not": {"all": [RISES, {**RISES, "right": "opne"}]}}]}),
        (
            "enter_long.any[1].not.all[1].right: No indicator or price field 'opne'. "
            "Did you mean 'open'?"
        ),
    ),
    "an unknown operand with a lag": (
        enters(right={"of": "hihg", "bars_ago": 1}),
        "enter_long.right.of: No indicator or price field 'hihg'. Did you mean 'high'?",
    ),
    "a parameter named as an operand": (
        enters(right="fast"),
        (
            "enter_long.right: No indicator or price field 'fast'. "
            'Write {"parameter": "fast"} for the parameter.'
        ),
    ),
    "an indicator not declared": (
        enters(right="rsi"),
        (
            "enter_long.right: No indicator or price field 'rsi'. Declare it first: "
            '"indicators": {"rsi_20": {"indicator": "rsi", "period": 20}}.'
        ),
    ),
    "an unknown parameter": (
        enters(right={"parameter": "fats"}),
        "enter_long.right.parameter: No parameter 'fats'. Did you mean 'fast'?",
    ),
    "an unknown op": (enters(op="=>"), "enter_long.op: No op '=>'. Did you mean '>='?"),
    "an op in other words": (
        enters(op="cross_above"),
        "enter_long.op: No op 'cross_above'. Did you mean 'crosses_above'?",
    ),
    "a missing operand": (
        told(enter_long={"left": "close", "op": ">"}),
        "enter_long: The key 'right' is missing. Add it.",
    ),
    "a condition that is a text": (
        told(enter_long="close > 100"),
        (
            "enter_long: A condition or group is needed, not 'close > 100'. "
            'Write it like {"left": "close", "op": ">", "right": 100}.'
        ),
    ),
    "a group beside a group": (
        told(enter_long={"all": [RISES], "any": [RISES]}),
        (
            "enter_long.any: 'any' stands beside 'all'. "
            "A group has one key, all, any or not: put one group inside the other."
        ),
    ),
    "a group that is no list": (
        told(enter_long={"all": RISES}),
        ('enter_long.all: A list of conditions is needed, not dict. Write it like {"all": [ … ]}.'),
    ),
    "an empty group": (
        told(enter_long={"any": []}),
        "enter_long.any: The list is empty. Put a condition into it.",
    ),
    "a condition of numbers": (
        enters(left=1),
        (
            "enter_long: This condition looks at no bar: it has only numbers. "
            "Compare an indicator or a price field."
        ),
    ),
    "nothing between": (
        told(enter_long={"left": "close", "op": "between", "low": 9, "high": 1}),
        "enter_long: Nothing lies between 9 and 1. Swap low and high.",
    ),
    "a NaN": (
        enters(right=float("nan")),
        "enter_long.right: A finite number is needed, not nan. Write a number, like 10.",
    ),
    "a boolean": (
        enters(right=True),
        "enter_long.right: A finite number is needed, not True. Write a number, like 10.",
    ),
    "a negative bars_ago": (
        enters(left={"of": "close", "bars_ago": -1}),
        (
            "enter_long.left.bars_ago: -1 does not fit. "
            "A whole number from 0 up to 100000 is needed here."
        ),
    ),
    "a misspelt bars_ago": (
        enters(left={"of": "close", "bar_ago": 1}),
        "enter_long.left.bar_ago: No key 'bar_ago' here. Did you mean 'bars_ago'?",
    ),
    "an unknown indicator": (
        uses(indicator="smaa", period=5),
        "indicators.x.indicator: No indicator 'smaa'. Did you mean 'sma'?",
    ),
    "an unknown setting": (
        uses(indicator="sma", perod=5),
        "indicators.x.perod: sma has no setting 'perod'. Did you mean 'period'?",
    ),
    "a source where there is none": (
        uses(indicator="atr", source="close"),
        "indicators.x.source: atr has no setting 'source'. Known are 'period'.",
    ),
    "an unknown source": (
        uses(indicator="sma", source="clse"),
        "indicators.x.source: No indicator or price field 'clse'. Did you mean 'close'?",
    ),
    "a period out of bounds": (
        uses(indicator="rsi", period=1),
        "indicators.x.period: 1 does not fit. A whole number from 2 up to 100000 is needed here.",
    ),
    "a period that is not whole": (
        uses(indicator="sma", period=2.5),
        (
            "indicators.x.period: 2.5 does not fit. "
            "A whole number from 1 up to 100000 is needed here."
        ),
    ),
    "a period by a float parameter": (
        uses(indicator="sma", period={"parameter": "share"}),
        (
            "indicators.x.period: A whole number is needed here, 'share' is a float. "
            'Give parameters.share whole numbers or "type": "int".'
        ),
    ),
    "a period by a parameter whose bounds do not fit": (
        uses(indicator="rsi", period=REF),
        (
            "indicators.x.period: fast = 1 (its min) does not fit. "
            "A whole number from 2 up to 100000 is needed here."
        ),
    ),
    "an indicator named like a price": (
        told(indicators={"close": {"indicator": "sma"}}),
        (
            "indicators.close: 'close' is the name of a price field already. "
            "Call it something else, such as close_average."
        ),
    ),
    "a name with a space": (
        told(indicators={"my sma": {"indicator": "sma"}}),
        (
            "indicators[\"my sma\"]: 'my sma' is no name for one of the indicators. "
            "Use letters, digits and _, and no digit in front."
        ),
    ),
    "a default below min": (
        has(default=1, min=2),
        "parameters.p.default: 1 is below min 2. Change the default or the bound.",
    ),
    "a default above max": (
        has(default=3, max=2),
        "parameters.p.default: 3 is above max 2. Change the default or the bound.",
    ),
    "min above max": (
        has(default=1, min=2, max=0),
        "parameters.p: min 2 is above max 0. Swap them.",
    ),
    "a step of nothing": (
        has(default=1, step=0),
        "parameters.p.step: 0 is no step. It must be above 0.",
    ),
    "an int that is none": (
        has(default=1.5, type="int"),
        'parameters.p.default: p is an int, 1.5 is not. Give it "type": "float".',
    ),
    "a parameter without a default": (
        has(min=1),
        "parameters.p: The key 'default' is missing. Add it.",
    ),
    "an unknown type": (
        has(default=1, type="integer"),
        "parameters.p.type: 'integer' is not one of 'int' or 'float'. Did you mean 'int'?",
    ),
    "a stop of everything": (
        told(stop_loss_pct=100),
        (
            "stop_loss_pct: 100 does not fit. "
            "A number above 0 below 100 (a long cannot lose more) is needed here."
        ),
    ),
    "a stop of nothing": (
        told(trailing_stop_pct=0),
        (
            "trailing_stop_pct: 0 does not fit. "
            "A number above 0 below 100 (a long cannot lose more) is needed here."
        ),
    ),
    "a target a short cannot reach": (
        told(enter_long=None, enter_short=RISES, take_profit_pct=100),
        (
            "take_profit_pct: 100 does not fit. "
            "A number above 0 below 100 (a short cannot gain more) is needed here."
        ),
    ),
    "a stop in words": (
        told(stop_loss_pct="5%"),
        "stop_loss_pct: A finite number is needed, not '5%'. Write 5, without quotes.",
    ),
    "max_bars of nothing": (
        told(max_bars=0),
        "max_bars: 0 does not fit. A whole number from 1 up to 10000000 is needed here.",
    ),
    "risk without a stop": (
        told(sizing={"method": "risk_percent", "value": 1}),
        (
            "sizing: risk_percent needs a stop to measure the risk by. "
            "Set stop_loss_pct or trailing_stop_pct."
        ),
    ),
    "more than everything": (
        told(sizing={"method": "percent_of_equity", "value": 101}),
        (
            "sizing.value: 101 does not fit. A number above 0 up to 100 "
            "(percent of equity; there is no leverage) is needed here."
        ),
    ),
    "an unknown sizing": (
        told(sizing={"method": "fixed_cahs", "value": 1}),
        (
            "sizing.method: 'fixed_cahs' is not one of 'percent_of_equity', 'fixed_cash', "
            "'fixed_quantity' or 'risk_percent'. Did you mean 'fixed_cash'?"
        ),
    ),
    "no entry": (
        told(enter_long=None),
        "The strategy never enters. Give enter_long or enter_short a condition.",
    ),
    "an exit without an entry": (
        told(exit_short=RISES),
        "exit_short: There is no enter_short to leave. Add enter_short, or remove exit_short.",
    ),
    "a direction against the entries": (
        told(direction="both"),
        (
            "direction: direction is 'both', but the entries are enter_long. "
            "Make it 'long', or leave it out."
        ),
    ),
    "a format from the future": (
        told(format=3),
        (
            "format: Format 3 is not known here; formats up to 2 are. "
            "A newer bitstockerz_lab may read it."
        ),
    ),
    "a name that is no text": (
        told(name=3),
        'name: A text is needed, not 3. Write it in quotes: "…".',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_is_told_with_its_path_and_the_way_out_and_nothing_else_is(case):
    found, expected = CASES[case]
    assert found == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{", "The text is no JSON"),
        ("[1]", "A definition is a JSON object, not a list."),
        ('{"enter_long": 1, "enter_long": 2}', "The key 'enter_long' stands twice in one object."),
        (7, "A definition cannot be read from int. Give a dict, JSON text, or what bz.strategy"),
        ('{"enter_long": ' + '{"not": ' * 50 + "1" + "}" * 51, "definition is nested too deeply."),
        ('{"enter_long": ' + '{"not": ' * 9999 + "1" + "}" * 10000, "nested too deeply"),
    ],
)
def test_what_is_no_definition_at_all_is_told_too(source, expected):
    assert expected in str(validate(source)[0])


def test_a_nan_in_the_text_is_a_problem_with_its_path():
    (problem,) = validate('{"enter_long": {"left": "close", "op": ">", "right": Infinity}}')
    assert problem.path == "enter_long.right"


def test_every_problem_is_told_at_once():
    broken = {
        "stpo_loss_pct": 5,
        "parameters": {"fast": {"default": 50, "max": 10}},
        "indicators": {"slow": {"indicator": "smaa", "period": 200}},
        "enter_long": {"all": [{"left": "solw", "op": ">", "right": {"parameter": "fats"}}, 7]},
        "exit_long": {"left": "slow", "op": "crosses", "right": "close"},
    }
    assert [problem.path for problem in validate(broken)] == [
        "enter_long.all[1]",
        "exit_long.op",
        "stpo_loss_pct",
        "parameters.fast.default",
        "indicators.slow.indicator",
        "enter_long.all[0].left",
        "enter_long.all[0].right.parameter",
    ]
    with pytest.raises(DefinitionError, match="The definition has 7 problems:") as caught:
        Definition.parse(broken)
    assert all(isinstance(problem, Problem) for problem in caught.value.values["problems"])
    assert str(caught.value).count("\n- ") == 7
    assert isinstance(caught.value, LabError)


def test_one_problem_alone_is_the_message():
    with pytest.raises(
        DefinitionError, match=r"^enter_long\.op: No op '=>'\. Did you mean '>='\?$"
    ):
        Definition.parse({**BASE, "enter_long": {**RISES, "op": "=>"}})


def test_a_short_may_stop_beyond_a_hundred_percent_and_a_long_may_gain_so():
    short = {"enter_short": RISES, "stop_loss_pct": 150}
    assert validate(short) == []
    assert validate({**BASE, "take_profit_pct": 250}) == []


def test_every_problem_has_a_way_out():
    broken = {
        "stoploss": 8,
        "indicators": {"x": {"indicator": "rsi", "period": 0}, "a": {"indicator": "smaa"}},
        "parameters": {"p": {"default": "30"}, "stop": {"default": 150, "min": 1, "max": 20}},
        "enter_long": {"all": [{"left": "x", "op": "<"}, {"left": "clsoe", "op": ">", "right": 5}]},
        "stop_loss_pct": {"parameter": "stop"},
        "max_bars": 2.5,
        "sizing": {"method": "percent", "value": 101},
    }
    found = validate(broken)
    assert len(found) > 8
    assert [str(problem) for problem in found if not problem.suggestion] == []
    method = next(problem for problem in found if problem.path == "sizing.method")
    assert method.suggestion == "Did you mean 'percent_of_equity'?"
