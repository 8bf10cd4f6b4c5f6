"""Units and combinations for hypothesis: every exit, every sizing, fixed, by parameter and moving.

A third of the rules are random nests of conditions, the others such as people write, which trade.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import plan, run_terms
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.market.symbols import Symbol
from bitstockerz_lab.strategies import Definition
from bitstockerz_lab.strategies.versions import StrategyVersion
from tests.backtests import strategies_for_hypothesis as rough
from tests.helpers import make_bars
from tests.strategies import random_rules


def of(name):
    return {"parameter": name}


VALUES = {
    "n": [2, 3, 5, 9],
    "m": [2, 3, 4, 7, 12],
    "level": [0.0, 30.0, 50.0, 70.0, 99.5, 100.0, 200.0],
    "other_level": [0.5, 45.0, 60.0, 101.0],
    "back": [0, 1, 2, 4],
    "span": [1, 2, 3, 5],
    "percent": [4.0, 7.5, 12.5, 50.0],
    "far": [50.5, 60.0, 99.0],
    "times": [0.5, 1.0, 2.0, 4.0],
    "share": [10.0, 33.3, 50.0],
    "risk": [0.5, 2.0, 40.0],
    "cash": [50.0, 412.0, 1e6],
    "pieces": [0.5, 3.0, 500.0],
    "count": [1, 2, 3, 6],
}
PARAMETERS = {
    name: {"default": values[1], "min": values[0], "max": values[-1]}
    for name, values in VALUES.items()
}
INDICATORS = random_rules.INDICATORS | {
    "slow": {"indicator": "ema", "period": of("m")},
    "rsi_3": {"indicator": "rsi", "period": of("m")},
    "top": {"indicator": "highest", "period": of("n")},
    "band": {
        "indicator": "bollinger",
        "period": of("m"),
        "multiplier": of("times"),
        "output": "upper",
    },
}
ATR_PCT = {"divide": [{"multiply": [100, "range"]}, "close"]}
MOVING = {"multiply": [of("times"), ATR_PCT]}


def compared(left, op, right):
    return {"left": left, "op": op, "right": right}


USUAL = [
    (compared("fast", "crosses_above", "slow"), compared("fast", "crosses_below", "slow")),
    (compared("slow", "crosses_below", "close"), {"not": compared("close", ">=", "slow")}),
    (compared("close", ">", of("level")), compared("close", "<=", of("other_level"))),
    (
        {"any": [compared("rsi_3", "<", of("level")), compared("close", ">", "band")]},
        {"all": [compared("rsi_3", ">=", of("other_level")), compared("fast", "<", "close")]},
    ),
    (
        {"left": "rsi_3", "op": "between", "low": 20, "high": of("level")},
        {"not": {"left": "rsi_3", "op": "between", "low": of("other_level"), "high": 95}},
    ),
    (
        {"holds": compared("close", ">", {"of": "top", "bars_ago": of("back")}), "bars": of("n")},
        {"happened": compared("fast", "<", "slow"), "bars": of("span")},
    ),
    ({"not": {"any": [compared("fast", "<=", "slow"), compared("high", "<", of("level"))]}}, None),
]
LEVEL = st.sampled_from([6, 12.5, of("percent"), ATR_PCT, MOVING])
NEAR = st.sampled_from([2.5, of("percent"), MOVING])
FAR = st.sampled_from([55, of("far"), {"multiply": [9, ATR_PCT]}])
CLOSED = st.sampled_from([30, 50, of("share")])
SIZES = [
    None,
    {"method": "percent_of_equity", "value": 37},
    {"method": "percent_of_equity", "value": of("share")},
    {"method": "fixed_cash", "value": of("cash")},
    {"method": "fixed_quantity", "value": of("pieces")},
    {"method": "risk_percent", "value": 1},
    {"method": "risk_percent", "value": of("risk")},
]
COSTS = st.fixed_dictionaries(
    {},
    optional={
        "initial_equity": st.sampled_from([57.3, 1000.0]),
        "fee_bps": st.sampled_from([7.0, 150.0]),
        "fixed_fee": st.sampled_from([0.9, 17.0]),
        "slippage_bps": st.sampled_from([3.0, 110.0, 1300.0]),
        "borrow_bps": st.sampled_from([300.0, 40_000.0]),
        "lot_size": st.sampled_from([0.01, 1.0, 10.0]),
    },
)
OF_THE_CALL = {
    "break_even_pct": 3.0, "max_bars": 4, "cooldown_bars": 2, "sizing": ("fixed_cash", 300.0),
    "trailing_stop_pct": 7.0,
}  # fmt: skip
"""What the call may set where the definition leaves it open."""


@st.composite
def exits(draw, operands):
    """What a definition sets besides its conditions; fixed, by a parameter, or moving."""
    found, anything = {}, operands.filter(random_rules._long)
    for name in ("stop_loss_pct", "trailing_stop_pct", "break_even_pct"):
        if draw(st.integers(0, 2)) == 0:
            found[name] = draw(anything if draw(st.integers(0, 5)) == 5 else LEVEL)
    kind = draw(st.sampled_from(["none", "none", "one", "steps"]))
    if kind == "one":
        found["take_profit_pct"] = draw(LEVEL)
    if kind == "steps":
        found["targets"] = [
            {"profit_pct": draw(aim), "close_pct": draw(CLOSED)} for aim in (NEAR, FAR)
        ]
    for name in ("max_bars", "cooldown_bars", "max_trades_per_day"):
        if draw(st.integers(0, 3)) == 0:
            found[name] = draw(st.sampled_from([2, of("count")]))
    sizing = draw(st.sampled_from(SIZES))
    if sizing is not None:
        found["sizing"] = sizing
        stops = {"stop_loss_pct", "trailing_stop_pct"} & set(found)
        if sizing["method"] == "risk_percent" and not stops:  # which is refused
            found["stop_loss_pct"] = draw(LEVEL)
    return found


@st.composite
def documents(draw, operands=random_rules.OPERANDS):
    """A definition of which everything may hang on a parameter."""
    document = {"name": "Random", "indicators": INDICATORS, "parameters": PARAMETERS}
    usual, random = st.sampled_from(USUAL), random_rules.nodes(operands)
    for side in draw(st.sampled_from([("long",), ("short",), ("long", "short")])):
        free = draw(st.integers(0, 2)) == 2
        enter, leave = draw(st.tuples(random, st.none() | random) if free else usual)
        if side == "short" and leave is not None:  # both sides at once would be void
            enter, leave = leave, enter
        document[f"enter_{side}"] = enter
        if leave is not None:
            document[f"exit_{side}"] = leave
    return document | draw(exits(operands))


@st.composite
def frames(draw, most=150):
    """Daily, hourly or weekly bars, some missing; or rough ones, of which some ruin a short."""
    if draw(st.integers(0, 3)) == 3:
        frame = draw(rough.bars(40))
        frame.attrs["timeframe"] = clock.infer_timeframe(clock.stamps(frame))
        return frame
    frame = make_bars(
        draw(st.sampled_from([most, 95, 40, 3, 2])),
        seed=draw(st.integers(0, 10_000)),
        timeframe=draw(st.sampled_from(["1d", "1d", "1h", "1w"])),
        volatility=draw(st.sampled_from([0.01, 0.05])),
    )
    if draw(st.integers(0, 3)) == 3:
        frame = frame.round(0)  # equal prices, so that > and >= differ
    for _ in range(draw(st.integers(0, 4))):
        row, column = draw(st.integers(0, len(frame) - 1)), draw(st.integers(0, 3))
        frame.iloc[row, column] = draw(st.sampled_from([np.nan, math.inf, 0.0, -1.0]))
    return frame


@st.composite
def combinations(draw, most=30):
    """Values of one to five parameters; few combinations, or so many that values return."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5, unique=True))
    size = draw(st.sampled_from([1, 2, 5, most]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Combinations({name: random.choice(VALUES[name], size) for name in names})


@st.composite
def sweeps(draw, operands=random_rules.OPERANDS, others=False):
    """A unit and combinations for it."""
    frame = draw(frames())
    first = draw(st.sampled_from([0, 0, len(frame) // 3]))
    document = draw(documents(operands))
    open_ = {name: value for name, value in OF_THE_CALL.items() if name not in document}
    given = draw(st.lists(st.sampled_from(sorted(open_)), max_size=1)) if open_ else []
    unit = unit_of(
        document,
        frame,
        first=first,
        asset_type=draw(st.sampled_from(list(AssetType))),
        parameters=draw(st.sampled_from([{}, {"n": 5, "percent": 9.0}])),
        others={"SPY": make_bars(len(frame), seed=5)} if others else {},
        **{name: open_[name] for name in given},
        **draw(COSTS),
    )
    found = draw(combinations())
    kept = [name for name in found.names if name not in unit.wish.parameters]
    kept = kept or [next(name for name in VALUES if name not in unit.wish.parameters)]
    columns = {name: found.columns.get(name, np.full(len(found), VALUES[name][0])) for name in kept}
    return unit, Combinations(columns)


def unit_of(
    rules,
    frame,
    *,
    first: int = 0,
    asset_type: str = "EQUITY",
    parameters=None,
    others=None,
    number: int = 0,
    name: str = "X",
    **terms,
) -> Unit:
    """A unit without a database; `first` is the position of the period's first bar."""
    definition = Definition.parse(rules)
    when = datetime(2024, 1, 1, tzinfo=UTC)
    version = StrategyVersion(1, 1, definition.name, 1, definition, "ANY", "ANY", "ANY", when)
    wish = plan.wish(version, name, parameters=parameters or {}, **terms)
    resolved = definition.resolve(wish.parameters)
    fixed, checked = run_terms.join(version, resolved, wish.terms)
    stamps = clock.stamps(frame)
    recipe = plan.Recipe(
        version=version,
        symbol=Symbol(1, name, name, AssetType(asset_type), None, "USD", None, None),
        timeframe=frame.attrs["timeframe"],
        start=stamps[first],
        end=stamps[-1],
        parameters=resolved,
        exits=fixed,
        terms=checked,
        adjusted="raw",
    )
    return Unit(number=number, recipe=recipe, wish=wish, bars=frame, others=others or {})
