"""Random documents of format 2, and its rules once more, one bar at a time.

`Told` knows nothing of columns of flags: it asks of every operand its number at a bar (None where
missing) and of every condition True, False or None. The compiled signals must equal it.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.strategies import indicators
from tests.strategies import random_definitions as plain

INDICATORS = plain.INDICATORS | {
    "smooth": {"indicator": "ema", "period": 2, "source": "rsi_3"},
    "stretch": {"indicator": "sma", "period": 3, "source": {"divide": ["close", "slow"]}},
    "twice": {"indicator": "highest", "period": 2, "source": "stretch"},
    "together": {"indicator": "correlation", "period": 3, "source": "close", "other": "smooth"},
    "line": {"indicator": "macd", "fast": 2, "slow": 4, "signal": 2, "output": "signal"},
}
"""Each after those it is taken of."""

PARAMETERS = plain.PARAMETERS | {"span": {"default": 2, "min": 1, "max": 5}}
PRICES = ("open", "high", "low", "close", "volume")
NAMES = [*INDICATORS, *PRICES]
SPANS = st.sampled_from([1, 2, 3, 7, {"parameter": "span"}])
BACKS = st.sampled_from([0, 1, 2, 7, {"parameter": "back"}])


def _conditions(operands):
    """Conditions over such operands, of which the left looks at bars."""
    return st.one_of(
        st.builds(
            lambda left, op, right: {"left": left, "op": op, "right": right},
            st.sampled_from(NAMES),
            st.sampled_from([">", "<", ">=", "<=", "crosses_above", "crosses_below"]),
            operands,
        ),
        st.builds(
            lambda left, low, high: {"left": left, "op": "between", "low": low, "high": high},
            operands,
            st.sampled_from(NAMES),
            operands,
        ),
    )


def _wider(operands):
    several = st.lists(operands, min_size=2, max_size=3)
    pair = st.lists(operands, min_size=2, max_size=2)
    return st.one_of(
        *(several.map(lambda m, w=w: {w: m}) for w in ("add", "multiply", "minimum", "maximum")),
        *(pair.map(lambda m, w=w: {w: m}) for w in ("subtract", "divide")),
        operands.map(lambda member: {"absolute": member}),
        st.builds(lambda of, back: {"of": of, "bars_ago": back}, operands, BACKS),
        st.builds(lambda c, n: {"count": c, "bars": n}, _conditions(operands), SPANS),
    )


NUMBERS = st.one_of(st.integers(-3, 150), st.floats(0, 2), st.just({"parameter": "level"}))
OPERANDS = st.recursive(st.one_of(st.sampled_from(NAMES), NUMBERS), _wider, max_leaves=4)


VIEWS = st.builds(
    lambda of, where, back: {"of": of, **where, **back},
    st.one_of(st.sampled_from([*NAMES]), st.just({"subtract": ["close", "slow"]})),
    st.sampled_from([{"symbol": "SPY"}, {"timeframe": "1w"}, {"symbol": "SPY", "timeframe": "1w"}]),
    st.sampled_from([{}, {"bars_ago": 1}, {"bars_ago": {"parameter": "back"}}]),
)
ANYWHERE = st.recursive(
    st.one_of(st.sampled_from(NAMES), NUMBERS, VIEWS), _wider, max_leaves=4
).filter(lambda operand: not _lagged_view(operand))


def _lagged_view(operand):
    """Whether something some bars earlier is a view, which has bars of its own to count."""
    if isinstance(operand, list | tuple):
        return any(map(_lagged_view, operand))
    if not isinstance(operand, dict):
        return False
    of = operand.get("of")
    own = isinstance(of, dict) and ("symbol" in of or "timeframe" in of)
    return own or any(map(_lagged_view, operand.values()))


def nodes(operands=OPERANDS):
    return st.recursive(
        _conditions(operands),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda m: {"all": m}),
            st.lists(inner, min_size=1, max_size=3).map(lambda m: {"any": m}),
            inner.map(lambda member: {"not": member}),
            st.builds(lambda c, n: {"holds": c, "bars": n}, inner, SPANS),
            st.builds(lambda c, n: {"happened": c, "bars": n}, inner, SPANS),
        ),
        max_leaves=5,
    )


@st.composite
def documents(draw, operands=OPERANDS, exits=False):
    """A valid document of format 2 or, by chance, of format 1."""
    document = {"indicators": INDICATORS, "parameters": PARAMETERS}
    for side in draw(st.sampled_from([("long",), ("short",), ("long", "short")])):
        document[f"enter_{side}"] = draw(nodes(operands))
        if draw(st.booleans()):
            document[f"exit_{side}"] = draw(nodes(operands))
    if exits:
        document |= draw(_exits(operands))
    return document


@st.composite
def _exits(draw, operands):
    moving = st.one_of(
        st.integers(1, 40), st.just({"parameter": "percent"}), operands.filter(_long)
    )
    names = ("stop_loss_pct", "trailing_stop_pct", "break_even_pct")
    found = {name: draw(moving) for name in names if draw(st.booleans())}
    if draw(st.booleans()):
        found["take_profit_pct"] = draw(moving)
    elif draw(st.booleans()):
        aims = [3, draw(operands.filter(_long)), {"parameter": "percent"}]
        found["targets"] = [{"profit_pct": aim, "close_pct": 30} for aim in aims]
    counts = ("max_bars", "cooldown_bars", "max_trades_per_day")
    found |= {name: draw(SPANS) for name in counts if draw(st.booleans())}
    parameters = PARAMETERS | {"percent": {"default": 12.5, "min": 4, "max": 50}}
    return {**found, "parameters": parameters}


def _long(operand):
    """Whether an operand is no plain number, which would have bounds as an exit."""
    if isinstance(operand, dict) and set(operand) == {"of", "bars_ago"}:
        return _long(operand["of"])
    return isinstance(operand, str) or (isinstance(operand, dict) and "parameter" not in operand)


class Told:
    """A document's operands and conditions, one bar at a time.

    Parameters
    ----------
    document : of format 2
    frame : bars
    resolved : every parameter's value
    others : bars by symbol
    """

    def __init__(self, document, frame, resolved, others=None):
        self.document, self.frame, self.resolved = document, frame, resolved
        self.others = others or {}
        prices = np.array(frame[[*PRICES]], dtype=float)
        lost = (~np.isfinite(prices[:, :4]) | ~(prices[:, :4] > 0)).any(axis=1)
        prices[lost] = np.nan
        prices[~np.isfinite(prices)] = np.nan
        self.lost = lost
        self.columns = dict(zip(PRICES, prices.T, strict=True))
        self._views = {}
        for name, use in document.get("indicators", {}).items():
            self.columns[name] = self._indicator(use)

    def _indicator(self, use):
        entry = indicators.get(use["indicator"])
        settings = entry.defaults | {
            setting.name: self.number(use[setting.name])
            for setting in entry.settings
            if setting.name in use
        }
        chosen = {"source": use.get("source", entry.source), "other": use.get("other")}
        inputs = [self._column(chosen.get(one, one)) for one in entry.inputs]
        return indicators.compute(entry, inputs, settings, use.get("output"))

    def _column(self, operand):
        values = [self.value(operand, t) for t in range(len(self.frame))]
        return np.array([np.nan if one is None else one for one in values], dtype=float)

    def number(self, value):
        return self.resolved[value["parameter"]] if isinstance(value, dict) else value

    def value(self, operand, t):
        """A number, or None where missing."""
        if not isinstance(operand, str | dict) or (
            isinstance(operand, dict) and "parameter" in operand
        ):
            return self.number(operand)
        if isinstance(operand, str):
            number = float(self.columns[operand][t]) if t >= 0 else math.nan
            return None if math.isnan(number) else number
        if "symbol" in operand or "timeframe" in operand:
            return self._viewed(operand, t)
        if "of" in operand:
            return self.value(operand["of"], t - self.number(operand["bars_ago"]))
        if "count" in operand:
            last = self._last(operand["count"], operand["bars"], t)
            return None if None in last else float(sum(last))
        (word, members) = next(iter(operand.items()))
        members = [members] if word == "absolute" else members
        values = [self.value(member, t) for member in members]
        return None if None in values else _computed(word, values)

    def _last(self, node, bars, t):
        """Truth at each of the last bars; None for those before the first."""
        return [self.truth(node, t - i) if t - i >= 0 else None for i in range(self.number(bars))]

    def truth(self, node, t):
        """True, False or None."""
        if "all" in node or "holds" in node:
            parts = (
                [self.truth(member, t) for member in node["all"]]
                if "all" in node
                else self._last(node["holds"], node["bars"], t)
            )
            return False if False in parts else None if None in parts else True
        if "any" in node or "happened" in node:
            parts = (
                [self.truth(member, t) for member in node["any"]]
                if "any" in node
                else self._last(node["happened"], node["bars"], t)
            )
            return True if True in parts else None if None in parts else False
        if "not" in node:
            inner = self.truth(node["not"], t)
            return None if inner is None else not inner
        return plain.said(node, self.value, t)

    def _viewed(self, operand, t):
        if t < 0:
            return None
        symbol, timeframe = operand.get("symbol"), operand.get("timeframe")
        told, ends = self._view(symbol, timeframe)
        end = clock.bar_end(self.frame.index[t], self.frame.attrs["timeframe"])
        known = [row for row, when in enumerate(ends) if when <= end]
        back = self.number(operand.get("bars_ago", 0))
        return told.value(operand["of"], known[-1] - back) if known else None

    def _view(self, symbol, timeframe):
        if (symbol, timeframe) not in self._views:
            from bitstockerz_lab.market.resample import resample

            frame = self.others[symbol] if symbol else self.frame
            frame = resample(frame, timeframe) if timeframe else frame
            ends = [clock.bar_end(start, frame.attrs["timeframe"]) for start in frame.index]
            without = {k: v for k, v in self.document["indicators"].items() if not _views(v)}
            told = Told({"indicators": without}, frame, self.resolved)
            self._views[symbol, timeframe] = told, ends
        return self._views[symbol, timeframe]


def _views(use):
    return "symbol" in str(use) or "timeframe" in str(use)


def _computed(word, values):
    found = values[0]
    if word == "absolute":
        return abs(found)
    for other in values[1:]:
        try:
            found = {
                "add": lambda a, b: a + b, "subtract": lambda a, b: a - b,
                "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
                "minimum": min, "maximum": max,
            }[word](float(found), float(other))  # fmt: skip
        except ZeroDivisionError:
            return None
    return found if math.isfinite(found) else None
