"""Random documents and bars for hypothesis, and the rules' logic once more, one bar at a time.

`said` is written from BACKTEST_RULES 2 with True, False and None for missing. It knows nothing of
columns; the compiled signals must equal it.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from tests.helpers import make_bars

INDICATORS = {
    "fast": {"indicator": "sma", "period": {"parameter": "n"}},
    "slow": {"indicator": "ema", "period": 4},
    "rsi_3": {"indicator": "rsi", "period": 3},
    "top": {"indicator": "highest", "period": 3},
    "floor": {"indicator": "lowest", "period": 2, "source": "close"},
    "range": {"indicator": "atr", "period": 2},
    "traded": {"indicator": "sma", "period": 2, "source": "volume"},
}
PARAMETERS = {
    "n": {"default": 3, "min": 1, "max": 9, "step": 1},
    "level": {"default": 50.0, "min": 0, "max": 200},
    "back": {"default": 1, "min": 0, "max": 4},
}
NAMES = [*INDICATORS, "open", "high", "low", "close", "volume"]
NUMBERS = st.one_of(
    st.integers(0, 150), st.floats(0, 150), st.just({"parameter": "level"}), st.just(100.0)
)


@st.composite
def operands(draw):
    name = draw(st.sampled_from(NAMES))
    back = draw(st.sampled_from([None, 0, 1, 2, 7, {"parameter": "back"}]))
    return name if back is None else {"of": name, "bars_ago": back}


@st.composite
def comparisons(draw):
    left, right = draw(operands()), draw(st.one_of(operands(), NUMBERS))
    if draw(st.booleans()):
        left, right = right, left
    ops = [">", "<", ">=", "<=", "crosses_above", "crosses_below"]
    return {"left": left, "op": draw(st.sampled_from(ops)), "right": right}


@st.composite
def betweens(draw):
    low, high = sorted([draw(st.integers(0, 150)), draw(st.integers(0, 150))])
    low = draw(st.one_of(st.just(low), operands()))
    high = draw(st.one_of(st.just(high), operands()))
    return {"left": draw(operands()), "op": "between", "low": low, "high": high}


NODES = st.recursive(
    st.one_of(comparisons(), betweens()),
    lambda inner: st.one_of(
        st.builds(lambda members: {"all": members}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda members: {"any": members}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda member: {"not": member}, inner),
    ),
    max_leaves=6,
)


@st.composite
def documents(draw):
    """A valid document: nested groups over seven indicators and three parameters."""
    document = {"indicators": INDICATORS, "parameters": PARAMETERS}
    sides = draw(st.sampled_from([("long",), ("short",), ("long", "short")]))
    for side in sides:
        document[f"enter_{side}"] = draw(NODES)
        if draw(st.booleans()):
            document[f"exit_{side}"] = draw(NODES)
    return document


@st.composite
def bars(draw, most=60):
    """Random valid bars, some of them missing, some with equal closes, some without a volume."""
    n = draw(st.integers(0, most))
    frame = make_bars(n, seed=draw(st.integers(0, 10_000)), volatility=0.05)
    if draw(st.booleans()):
        frame = frame.round(0)  # equal values, so that > and >= differ
    for _ in range(draw(st.integers(0, 3)) if n else 0):
        row, column = draw(st.integers(0, n - 1)), draw(st.integers(0, 4))
        frame.iloc[row, column] = draw(st.sampled_from([np.nan, np.inf, 0.0, -1.0]))
    return frame


def said(node, value, t):  # noqa: PLR0911 - a return a case of the contract
    """Return True, False or None: a raw node at bar t; `value(operand, t)` is None if missing."""
    if "all" in node:
        parts = [said(member, value, t) for member in node["all"]]
        return False if False in parts else None if None in parts else True
    if "any" in node:
        parts = [said(member, value, t) for member in node["any"]]
        return True if True in parts else None if None in parts else False
    if "not" in node:
        inner = said(node["not"], value, t)
        return None if inner is None else not inner
    if node["op"] == "between":
        low, x, high = (value(node[key], t) for key in ("low", "left", "high"))
        parts = [None if None in (low, x) else low <= x, None if None in (x, high) else x <= high]
        return False if False in parts else None if None in parts else True
    a, b = value(node["left"], t), value(node["right"], t)
    if node["op"].startswith("crosses"):
        a0, b0 = (value(node[key], t - 1) for key in ("left", "right"))
        if t == 0 or None in (a, b, a0, b0):
            return None
        return a0 <= b0 and a > b if node["op"] == "crosses_above" else a0 >= b0 and a < b
    if None in (a, b):
        return None
    return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b}[node["op"]]


def reader(columns, resolved):
    """Return `value(operand, t)` over plain columns of floats."""

    def value(operand, t):
        if isinstance(operand, dict) and "of" in operand:
            back = operand["bars_ago"]
            back = resolved[back["parameter"]] if isinstance(back, dict) else back
            return value(operand["of"], t - back)
        if isinstance(operand, dict):
            return resolved[operand["parameter"]]
        if not isinstance(operand, str):
            return operand
        if t < 0:
            return None
        number = float(columns[operand][t])
        return None if math.isnan(number) else number

    return value
