"""Every problem of what format 2 adds: its path, a sentence, a suggestion, and nothing else."""

from __future__ import annotations

import pytest

from bitstockerz_lab.strategies import validate

RISES = {"left": "close", "op": ">", "right": 100}
BASE = {
    "parameters": {"n": {"default": 3, "min": 1, "max": 9}, "share": {"default": 0.5}},
    "indicators": {"r": {"indicator": "rsi", "period": 5}},
}


def told(**document):
    return [str(one) for one in validate({**BASE, "enter_long": RISES, **document})]


def left(operand):
    return told(enter_long={**RISES, "left": operand})


def enters(node):
    return told(enter_long=node)


def uses(**indicators):
    return told(indicators={**BASE["indicators"], **indicators})


def sma(source):
    return {"indicator": "sma", "source": source}


OTHER_BARS = (
    "Other bars are looked at from other bars here. "
    "Give one object both symbol and timeframe, or look at each from these bars."
)
CASES = {
    "an unknown operation": (
        left({"sum": ["open", "close"]}),
        "enter_long.left: No operand has the key 'sum'. Did you mean 'add'?",
    ),
    "a misspelt operation": (
        left({"multply": ["open", "close"]}),
        "enter_long.left: No operand has the key 'multply'. Did you mean 'multiply'?",
    ),
    "an object of nothing known": (
        left({"zzz": 1}),
        (
            "enter_long.left: No operand has the key 'zzz'. Known are 'of', 'parameter', 'count', "
            "'add', 'multiply', 'subtract', 'divide', 'minimum', 'maximum' or 'absolute'."
        ),
    ),
    "an empty object": (
        left({}),
        (
            "enter_long.left: An empty object is no operand. Known are 'of', 'parameter', 'count', "
            "'add', 'multiply', 'subtract', 'divide', 'minimum', 'maximum' or 'absolute'."
        ),
    ),
    "an operation beside another": (
        left({"add": ["open", 1], "divide": ["open", 2]}),
        "enter_long.left.divide: No key 'divide' here. Known are 'add'.",
    ),
    "too few members": (
        left({"add": ["open"]}),
        (
            "enter_long.left.add: add takes two operands or more, not 1. "
            'Write it like {"add": ["close", "open"]}.'
        ),
    ),
    "too many members": (
        left({"divide": ["open", 1, 2]}),
        (
            "enter_long.left.divide: divide takes two operands, not 3. "
            'Write it like {"divide": ["close", "open"]}.'
        ),
    ),
    "an operation that is no list": (
        left({"add": 5}),
        (
            "enter_long.left.add: A list of operands is needed, not 5. "
            'Write it like {"add": ["close", "open"]}.'
        ),
    ),
    "an unknown name deep down": (
        left({"add": [1, {"absolute": {"of": {"divide": ["clsoe", 2]}, "bars_ago": 1}}]}),
        (
            "enter_long.left.add[1].absolute.of.divide[0]: No indicator or price field 'clsoe'. "
            "Did you mean 'close'?"
        ),
    ),
    "a number in quotes": (
        left({"add": ["close", "5 %"]}),
        "enter_long.left.add[1]: A finite number is needed, not '5 %'. Write 5, without quotes.",
    ),
    "a NaN deep down": (
        left({"add": ["close", float("nan")]}),
        "enter_long.left.add[1]: A finite number is needed, not nan. Write a number, like 10.",
    ),
    "an unknown parameter deep down": (
        left({"add": ["close", {"parameter": "m"}]}),
        (
            "enter_long.left.add[1].parameter: No parameter 'm'. "
            'Declare it: "parameters": {"m": {"default": …}}.'
        ),
    ),
    "arithmetic of numbers": (
        left({"add": [1, {"parameter": "n"}]}),
        (
            "enter_long: This condition looks at no bar: it has only numbers. "
            "Compare an indicator or a price field."
        ),
    ),
    "a count without a number of bars": (
        left({"count": RISES}),
        "enter_long.left: The key 'bars' is missing. Add it.",
    ),
    "a count of no bars": (
        left({"count": RISES, "bars": 0}),
        (
            "enter_long.left.bars: 0 does not fit. "
            "A whole number from 1 up to 100000 is needed here."
        ),
    ),
    "a count of an operand": (
        left({"count": "close", "bars": 3}),
        (
            "enter_long.left.count: A condition or group is needed, not 'close'. "
            'Write it like {"left": "close", "op": ">", "right": 100}.'
        ),
    ),
    "a problem within a count": (
        left({"count": {**RISES, "right": "opne"}, "bars": 3}),
        "enter_long.left.count.right: No indicator or price field 'opne'. Did you mean 'open'?",
    ),
    "an unknown kind of condition": (
        enters({"hold": RISES, "bars": 3}),
        "enter_long: No condition has the key 'hold'. Did you mean 'holds'?",
    ),
    "a condition in other words": (
        enters({"within": RISES, "bars": 3}),
        "enter_long: No condition has the key 'within'. Did you mean 'happened'?",
    ),
    "bars by a float parameter": (
        enters({"holds": RISES, "bars": {"parameter": "share"}}),
        (
            "enter_long.bars: A whole number is needed here, 'share' is a float. "
            'Give parameters.share whole numbers or "type": "int".'
        ),
    ),
    "bars in other words": (
        enters({"happened": RISES, "bars": 3, "for": 3}),
        "enter_long.for: No key 'for' here. Known are 'happened' or 'bars'.",
    ),
    "an empty group within": (
        enters({"holds": {"all": []}, "bars": 3}),
        "enter_long.holds.all: The list is empty. Put a condition into it.",
    ),
    "an unknown timeframe": (
        left({"of": "close", "timeframe": "1q"}),
        (
            "enter_long.left.timeframe: No timeframe '1q'. Known are "
        ),
    ),
    "an empty symbol": (
        left({"of": "close", "symbol": " "}),
        "enter_long.left.symbol: A symbol is needed, like 'SPY', not an empty text.",
    ),
    "a view of nothing": (
        left({"symbol": "SPY"}),
        "enter_long.left: The key 'of' is missing. Add it.",
    ),
    "a misspelt symbol": (
        left({"of": "close", "symbl": "SPY"}),
        "enter_long.left.symbl: No key 'symbl' here. Did you mean 'symbol'?",
    ),
    "a view of a number": (
        enters({**RISES, "right": {"of": 5, "symbol": "SPY"}}),
        (
            "enter_long.right: A number is the same on all bars. "
            "Leave symbol and timeframe out."
        ),
    ),
    "a view in a view": (
        left({"of": {"add": [{"of": "close", "symbol": "SPY"}, 1]}, "timeframe": "1w"}),
        f"enter_long.left: {OTHER_BARS}",
    ),
    "a view of an indicator of a view": (
        told(
            indicators={"spy": sma({"of": "close", "symbol": "SPY"}), "twice": sma("spy")},
            enter_long={**RISES, "left": {"of": "twice", "timeframe": "1w"}},
        ),
        f"enter_long.left: {OTHER_BARS}",
    ),
    "bars counted before a view": (
        left({"of": {"of": "close", "symbol": "SPY"}, "bars_ago": 1}),
        (
            "enter_long.left: It is not clear which bars are counted: these, or those of the view "
            "inside. Put bars_ago beside symbol, where it counts the bars of that view."
        ),
    ),
    "an indicator of itself": (
        uses(a=sma("a")),
        (
            "indicators.a: a is taken of itself: a of a. "
            "Break the circle: take one of them of a price."
        ),
    ),
    "a circle": (
        uses(a=sma("b"), b=sma({"add": ["c", 1]}), c=sma("a"), d=sma("a")),
        (
            "indicators.a: a is taken of itself: a of b of c of a. "
            "Break the circle: take one of them of a price."
        ),
    ),
    "a chain nobody follows": (
        uses(**{f"a{i}": sma(f"a{i - 1}" if i else "close") for i in range(12)}),
        (
            "indicators.a8: a8 is taken through 8 other indicators. "
            "Take it of another, or of a price; 8 in a row are the most."
        ),
    ),
    "an unknown source": (
        uses(a=sma("rr")),
        "indicators.a.source: No indicator or price field 'rr'. Did you mean 'r'?",
    ),
    "an indicator of a number": (
        uses(a=sma({"multiply": [2, {"parameter": "n"}]})),
        (
            "indicators.a.source: An indicator of a number is the same at every bar. "
            "Take it of a price, an indicator or an expression."
        ),
    ),
    "a second column where there is none": (
        uses(a={**sma("close"), "other": "open"}),
        "indicators.a.other: sma has no setting 'other'. Known are 'period' or 'source'.",
    ),
    "a stop that is a misspelt name": (
        told(stop_loss_pct={"multiply": [2, "atr"]}),
        (
            "stop_loss_pct.multiply[1]: No indicator or price field 'atr'. Declare it first: "
            '"indicators": {"atr_20": {"indicator": "atr", "period": 20}}.'
        ),
    ),
    "a break-even of nothing": (
        told(break_even_pct=0),
        "break_even_pct: 0 does not fit. A number above 0 up to 10000 is needed here.",
    ),
    "a pause of nothing": (
        told(cooldown_bars=0),
        "cooldown_bars: 0 does not fit. A whole number from 1 up to 10000000 is needed here.",
    ),
    "half a trade": (
        told(max_trades_per_day=0.5),
        (
            "max_trades_per_day: 0.5 does not fit. "
            "A whole number from 1 up to 10000000 is needed here."
        ),
    ),
    "a target that is no pair": (
        told(targets=[{"profit_pct": 5}]),
        "targets[0]: The key 'close_pct' is missing. Add it.",
    ),
    "a target with another key": (
        told(targets=[{"profit_pct": 5, "close_pct": 50, "close": 3}]),
        "targets[0].close: No key 'close' here. Did you mean 'close_pct'?",
    ),
    "targets that are no list": (
        told(targets=5),
        (
            "targets: A list of targets is needed, not 5. "
            'Write it like [{"profit_pct": 5, "close_pct": 50}].'
        ),
    ),
    "no target": (
        told(targets=[]),
        "targets: The list is empty. Put a target into it, or leave it out.",
    ),
    "targets in the wrong order": (
        told(targets=[{"profit_pct": p, "close_pct": 50} for p in (9, 5)]),
        (
            "targets[1].profit_pct: 5 is not beyond the target before, 9. "
            "Order them from the nearest on."
        ),
    ),
    "more than everything": (
        told(targets=[{"profit_pct": p, "close_pct": 60} for p in (5, 9)]),
        "targets: The targets close 120 % of a position. Together they close 100 at most.",
    ),
    "a share of nothing": (
        told(targets=[{"profit_pct": 5, "close_pct": 0}]),
        (
            "targets[0].close_pct: 0 does not fit. "
            "A number above 0 up to 100 (percent of the position) is needed here."
        ),
    ),
    "a target and targets": (
        told(targets=[{"profit_pct": 5, "close_pct": 50}], take_profit_pct=9),
        (
            "targets: take_profit_pct closes all of a position, and targets parts of it. "
            "Leave one out; the same as take_profit_pct 10 is the target of 100 at 10."
        ),
    ),
    "a format that has not the word": (
        told(format=1, cooldown_bars=3),
        "format: Format 1 has no 'cooldown_bars'. Make it 2, or leave it out.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_problem_is_told_with_its_path_and_the_way_out_and_nothing_else_is(case):
    found, expected = CASES[case]
    assert len(found) == 1
    assert found[0].startswith(expected) if case == "an unknown timeframe" else found == [expected]


def test_what_nests_as_deep_as_a_person_reads_is_read_and_more_is_refused():
    operand = "close"
    for _ in range(20):
        operand = {"add": [operand, 1]}
    assert left(operand) == []
    for _ in range(40):
        operand = {"absolute": operand}
    assert left(operand) == ["The definition is nested too deeply. Say it more simply."]
