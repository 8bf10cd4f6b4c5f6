"""`all_in` beside `run_kernel` + `tally`, which are the reference, on random orders and bars."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.backtests import fills
from bitstockerz_lab.backtests.engine import bits
from bitstockerz_lab.backtests.kernel import run_kernel
from bitstockerz_lab.backtests.sweep import engine, machine, running
from bitstockerz_lab.backtests.sweep.all_in import all_in
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.layout import Layout
from bitstockerz_lab.backtests.sweep.scheme import scheme_of
from bitstockerz_lab.backtests.sweep.tally import FACTS, tally
from bitstockerz_lab.measures.honest.overfitting import block_edges
from bitstockerz_lab.strategies import templates
from tests.backtests.sweep.random_sweeps import unit_of
from tests.backtests.sweep.test_engine_equals_runs import assert_the_same_numbers
from tests.helpers import make_bars

DAY = 86_400 * 10**9
SUMMED = {
    "mean_equity", "total", "squares", "cubes", "fourths", "downside", "with_market", "tail_low",
    "tail_high",
}  # fmt: skip
"""The facts in which another order of adding is seen; the others are equal to the bit."""
PAIRS = Combinations({"fast": np.repeat([5, 8, 13], 4), "slow": np.tile([50, 60, 70, 80], 3)})


def prices(kind, n, random):
    """Opens and closes: with ties, gaps, hardly any moves, or like a market's."""
    if kind == "ties":
        return random.choice([99.0, 100.0, 101.0], n), random.choice([99.0, 100.0, 101.0], n)
    if kind == "flat":
        return np.full(n, 0.3), np.full(n, 0.3)
    if kind == "steady":
        return 100 * 1.01 ** np.arange(n), 100 * 1.01 ** (np.arange(n) + 1)
    spread = {"gaps": 0.3, "calm": 1e-4}.get(kind, 0.02)
    close = 100 * np.exp(np.cumsum(random.normal(0, spread, n)))
    return close * np.exp(random.normal(0, spread / 2, n)), close


def calendar_of(n, a_day, random):
    stamps = np.arange(n) * (DAY // a_day)
    ends = np.flatnonzero(np.append(np.diff(stamps // DAY) != 0, True))
    day_of = np.searchsorted(ends, np.arange(n))
    times = np.concatenate([stamps[:1], stamps + DAY // a_day])
    return stamps, (ends, day_of, times, random.normal(0, 0.01, len(ends)), block_edges(len(ends)))


def orders_of(enter, leave):
    """Orders as bits, in whole words; a bit after the last bar, as a decision at it leaves one."""
    n = len(enter)
    padded = np.zeros((5, -(-n // 64) * 64), dtype=bool)
    padded[0, :n], padded[1, :n] = enter & ~leave, leave
    padded[:2, n : n + 1] = True
    return bits(padded)


def both(open_, close, enter, leave, costs, a_day=1, seed=0):
    """Facts, block sums and daily returns, by the reference and by `all_in`, and its answer."""
    n = len(close)
    stamps, calendar = calendar_of(n, a_day, np.random.default_rng(seed))
    orders, high, low = orders_of(enter, leave), np.maximum(open_, close), np.minimum(open_, close)
    terms = np.zeros(1, fills.TERMS)
    for name, value in {"initial_equity": 1e5, "size": 100.0, **costs}.items():
        terms[name] = value
    found, sums = np.full((2, len(FACTS)), 7.0), np.full((2, 16, 5), 7.0)
    returns, equity = np.full((2, len(calendar[0])), 7.0), np.empty(n)
    trades, positions = np.empty(n + 1, fills.TRADE), np.zeros(1, fills.POSITION)
    done = run_kernel(
        stamps, open_, high, low, close, orders, np.full((1, 3), np.nan), np.empty((1, 0)),
        np.empty(0), terms[0], positions[0], trades, equity,
    )  # fmt: skip
    guess = np.array([-0.01, -0.01])
    tally(
        equity, trades, done, calendar, terms[0]["initial_equity"], True, guess, returns[0],
        sums[0], found[0],
    )  # fmt: skip
    exact = all_in(
        orders, open_, close, calendar, running.running_sums(close, calendar), terms[0], True,
        guess, returns[1], sums[1], found[1],
    )  # fmt: skip
    return found, sums, returns, exact


def assert_equal(open_, close, enter, leave, costs, a_day=1, seed=0):
    found, sums, returns, exact = both(open_, close, enter, leave, costs, a_day, seed)
    for name, (reference, ours) in zip(FACTS, found.T, strict=True):
        if name in SUMMED:
            assert ours == pytest.approx(reference, rel=1e-11, abs=1e-13), name
        else:
            assert ours == reference, name
    np.testing.assert_allclose(sums[1], sums[0], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(returns[1], returns[0], rtol=0, atol=1e-14)
    return exact


LENGTHS = st.one_of(
    st.integers(1, 400), st.sampled_from([1, 2, 3, 63, 64, 65, 127, 128, 129, 192, 256])
)
COSTS = st.sampled_from(
    [
        {},
        {"fee": 5e-4, "slippage": 2e-4},
        {"fee": 0.02},
        {"slippage": 0.1, "borrow_rate": 0.5},
        {"fee": 1e-3, "size": 250.0, "initial_equity": 57.3},
    ]
)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(
    st.sampled_from(["ties", "gaps", "calm", "market", "flat", "steady"]),
    LENGTHS,
    st.sampled_from([1, 1, 4, 24]),
    st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]),
    st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    COSTS,
    st.integers(0, 2**32 - 1),
)
def test_every_fact_and_block_sum_is_what_the_reference_gives(
    kind, n, a_day, entering, leaving, costs, seed
):
    random = np.random.default_rng(seed)
    open_, close = prices(kind, n, random)
    enter, leave = random.random(n) < entering, random.random(n) < leaving
    assert_equal(open_, close, enter, leave, costs, a_day, seed)


@pytest.mark.parametrize("n", [1, 2, 64, 65, 130])
@pytest.mark.parametrize("a_day", [1, 5])
def test_orders_at_each_edge_of_the_period_and_of_words(n, a_day):
    places = sorted({0, 1, 62, 63, 64, 65, n - 2, n - 1} & set(range(n)))
    open_, close = prices("market", n, np.random.default_rng(3))
    for entry in places:
        for leave in [None, *(place for place in places if place > entry)]:
            orders = np.zeros((2, n), dtype=bool)
            orders[0, entry] = True
            if leave is not None:
                orders[1, leave] = True
                orders[0, leave + 1 : leave + 2] = True  # in again on the bar after
            assert_equal(open_, close, *orders, {"fee": 1e-3}, a_day)


def test_long_holding_periods_far_below_and_around_the_peak():
    n = 3000
    for seed in range(30):
        random = np.random.default_rng(seed)
        open_, close = prices("market", n, random)
        enter, leave = random.random(n) < 0.01, random.random(n) < 1 / random.integers(10, 2000)
        assert assert_equal(open_, close, enter, leave, {"fee": 5e-4}, [1, 24][seed % 2], seed)


def held_all_the_time(close):
    enter = np.zeros(len(close), dtype=bool)
    enter[1] = True
    return assert_equal(close, close, enter, ~enter & False, {})


def test_it_says_where_rounding_would_be_seen():
    random = np.random.default_rng(1)
    moves = random.normal(0, 1, 500)
    assert held_all_the_time(100 * np.exp(np.cumsum(0.01 * moves)))
    assert not held_all_the_time(np.full(500, 0.7))
    assert not held_all_the_time(100 * (1 + 1e-9 * moves))
    jump = 100 * np.exp(np.cumsum(0.01 * moves))
    jump[300:] *= 1e6
    enter, leave = np.zeros((2, 500), dtype=bool)
    enter[400] = leave[450] = True
    *_, exact = both(jump, jump, enter, leave, {})
    assert not exact


def test_an_account_that_costs_have_eaten_up_is_left_to_the_reference():
    open_, close = prices("market", 2000, np.random.default_rng(1))
    enter = np.arange(2000) % 2 == 0
    *_, exact = both(open_, close, enter, ~enter, {"fee": 0.5, "slippage": 0.4})
    assert not exact


def taken(monkeypatch, unit, combinations):
    """Which combinations the engine lets `all_in` try, and with how many bars' sums."""
    told = []
    real = machine.run_block

    def spy(*arguments):
        told.append((arguments[11].copy(), len(arguments[12][0])))
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(machine, "run_block", spy)
        engine.measure(unit, combinations, threads=1)
    assert len(told) == 1
    return told[0]


def crossing(bars=300, frame=None, first=0, document=(), **terms):
    frame = make_bars(bars) if frame is None else frame
    rules = {**templates.get("golden-cross").document, "format": 2, **dict(document)}
    return unit_of(rules, frame, first=first, **terms)


def test_golden_crosses_are_taken_from_trade_to_trade(monkeypatch):
    for unit in (
        crossing(),
        crossing(fee_bps=5, slippage_bps=2, borrow_bps=100, first=100),
        crossing(frame=make_bars(500, timeframe="1h")),
        crossing(sizing=("percent_of_equity", 100)),
    ):
        plain, sums = taken(monkeypatch, unit, PAIRS)
        assert plain.all()
        assert sums == len(Layout.of(unit).ends) + 1


EXCLUDED = {
    "a short side": {
        "document": {
            "direction": "both",
            "enter_short": {"left": "close", "op": "<", "right": 1},
        }
    },
    "a stop": {"stop_loss_pct": 5},
    "a trailing stop": {"trailing_stop_pct": 5},
    "break even": {"break_even_pct": 5},
    "a target": {"take_profit_pct": 5},
    "targets": {"targets": [(3, 50), (9, 50)]},
    "a moving stop": {"document": {"stop_loss_pct": {"multiply": ["close", 0.01]}}},
    "a moving target": {"document": {"take_profit_pct": {"multiply": ["close", 0.01]}}},
    "bars held": {"max_bars": 9},
    "a cooldown": {"cooldown_bars": 2},
    "trades a day": {"max_trades_per_day": 1},
    "lots": {"lot_size": 1},
    "a fixed fee": {"fixed_fee": 1},
    "a part of the money": {"sizing": ("percent_of_equity", 99)},
    "so much money": {"sizing": ("fixed_cash", 1000)},
    "so many pieces": {"sizing": ("fixed_quantity", 3)},
    "risk": {"sizing": ("risk_percent", 1), "stop_loss_pct": 5},
}


@pytest.mark.parametrize("what", EXCLUDED)
def test_whatever_else_there_is_goes_the_general_way(what, monkeypatch):
    plain, sums = taken(monkeypatch, crossing(**EXCLUDED[what]), PAIRS)
    assert not plain.any()
    assert sums == 0


def test_so_do_missing_bars_of_the_period_and_prices_that_test_rounding(monkeypatch):
    frame = make_bars(300)
    frame.iloc[150, :4] = np.nan
    assert not taken(monkeypatch, crossing(frame=frame, first=90), PAIRS)[0].any()
    assert taken(monkeypatch, crossing(frame=frame, first=190), PAIRS)[0].all()
    frame = make_bars(300)
    frame.iloc[:, :4] *= 1e60
    assert not taken(monkeypatch, crossing(frame=frame), PAIRS)[0].any()
    frame = make_bars(300)
    frame.iloc[200, :4] = frame.iloc[199, :4] * (1 + 1e-15)
    assert not taken(monkeypatch, crossing(frame=frame), PAIRS)[0].any()


def test_daily_returns_go_the_general_way(monkeypatch):
    told = []
    real = machine.run_block
    monkeypatch.setattr(machine, "run_block", lambda *all_: (told.append(all_[11]), real(*all_)))
    returns = engine.daily_returns(crossing(), PAIRS, threads=1)
    assert not told[0].any()
    assert (returns != 0).any()


def test_a_combination_goes_one_way_whatever_the_others_are(monkeypatch):
    size = {"size": {"default": 50, "min": 1, "max": 100}}
    rules = templates.get("golden-cross").document
    sizing = {"method": "percent_of_equity", "value": {"parameter": "size"}}
    unit = crossing(document={"parameters": rules["parameters"] | size, "sizing": sizing})
    sizes = Combinations({"fast": np.array([5, 5, 8]), "size": np.array([100, 50, 100])})
    assert scheme_of(unit, sizes).plain.tolist() == [True, False, True]
    assert taken(monkeypatch, unit, sizes)[0].tolist() == [True, False, True]
    assert_the_same_numbers(unit, sizes)


@pytest.mark.parametrize("timeframe", ["1d", "1h"])
def test_golden_crosses_are_what_their_runs_give(timeframe):
    frame = make_bars(400, timeframe=timeframe)
    assert_the_same_numbers(crossing(frame=frame, first=90, fee_bps=5, slippage_bps=2), PAIRS)


def steady(growth, bars=200):
    """Bars that gain the same each day; entered at the tenth and held."""
    frame = make_bars(bars)
    close = 100 * (1 + growth) ** np.arange(bars)
    frame["open"] = frame["close"] = frame["high"] = frame["low"] = close
    document = {"enter_long": {"left": "close", "op": ">", "right": {"parameter": "n"}}}
    return unit_of({"name": "S", "parameters": {"n": {"default": 9.5}}, **document}, frame)


@pytest.mark.parametrize("growth", [0.0, 0.01, 1e-4, 1e-7, 1e-11, -0.01])
def test_returns_that_hardly_vary_are_measured_as_in_runs(growth):
    unit = steady(growth)
    assert_the_same_numbers(unit, Combinations({"n": np.array([1.0, 99.0, 100.0, 101.0, 1e9])}))


@pytest.mark.parametrize("spread", [1e-3, 1e-5, 1e-6, 1e-8, 1e-10])
def test_tiny_returns_are_measured_as_in_runs(spread):
    unit = steady(0.0)
    moves = 1 + spread * np.random.default_rng(4).normal(0, 1, 200)
    for name in ("open", "high", "low", "close"):
        unit.bars[name] = 100 * moves
    assert_the_same_numbers(unit, Combinations({"n": np.array([1.0, 99.9, 100.0])}))
