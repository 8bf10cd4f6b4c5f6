"""How many combinations a sweep gives, how long it takes, and stopping it from elsewhere."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out, estimate
from bitstockerz_lab.backtests.sweep.estimate import WRITTEN_S, Estimate
from bitstockerz_lab.errors import DataError, DefinitionError, UnknownName
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, sma
from tests.helpers import make_bars

ALL = "estimated from 1 of them."
GRID = {"fast": [3, 5, 15], "slow": [10, 20, 30]}


@pytest.fixture
def sweeping(lab):
    """A lab with two symbols of 400 and 200 daily bars and a strategy of two parameters."""
    for seed, (symbol, bars) in enumerate({"AAA": 400, "BBB": 200}.items()):
        lab.market.load_frame(
            make_bars(bars, seed=seed), symbol=symbol, timeframe="1d", exchange="XNYS"
        )
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    slow = sma(bz.parameter("slow", 20, min=2, max=200))
    lab.strategies.save(
        bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))
    )
    return lab


ONCE_S, VALUE_S, EACH_S = 0.02, 0.003, 0.0005


@pytest.fixture
def slow_engine(monkeypatch):
    """An engine that takes so long once, for each value, for each combination, by its own clock."""
    now, asked = [0.0], []

    def measure(_unit, combinations, **_settings):
        asked.append(len(combinations))
        values = sum(len(set(column.tolist())) for column in combinations.columns.values())
        now[0] += ONCE_S + VALUE_S * values + EACH_S * len(combinations)

    monkeypatch.setattr(estimate.engine, "measure", measure)
    monkeypatch.setattr(estimate.time, "perf_counter", lambda: now[0])
    return asked


@pytest.fixture
def one_by_one(monkeypatch):
    """Let every combination be a part of its own."""
    for name in ("FIRST_S", "PART_S"):
        monkeypatch.setattr(carry_out, name, 0.0)


def count(lab, table):
    return int(lab.sql(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0])  # noqa: S608


def test_an_estimate_counts_what_the_sweep_then_tries(sweeping):
    asked = {"grid": GRID, "constraint": "fast < slow", "fee_bps": [0, 10]}
    found = sweeping.backtests.estimate_sweep("Cross", ["AAA", "BBB"], **asked)
    swept = sweeping.backtests.sweep("Cross", ["AAA", "BBB"], **asked, progress=False)
    assert (found.combinations, found.units, found.size) == (8, 4, len(swept.results))
    assert found.seconds > 0
    assert found.measured == 8


def test_an_estimate_leaves_no_trace_and_no_trial(sweeping):
    sweeping.backtests.estimate_sweep("Cross", "AAA", grid=GRID)
    assert [count(sweeping, table) for table in ("sweeps", "sweep_results", "trials")] == [0, 0, 0]


def test_the_time_is_concluded_from_samples(sweeping, slow_engine):
    grid = {"fast": range(2, 101), "slow": range(2, 201)}
    found = sweeping.backtests.estimate_sweep("Cross", "AAA", grid=grid)
    assert found.combinations == 99 * 199
    assert found.measured == slow_engine[-1] < 300
    took = ONCE_S + VALUE_S * (99 + 199) + (EACH_S + WRITTEN_S) * found.combinations
    assert found.seconds == pytest.approx(took, rel=0.01)


def test_a_list_of_combinations_is_sampled_too(sweeping, slow_engine):
    rows = [{"fast": fast, "slow": 201 - 2 * fast} for fast in range(2, 100)]
    found = sweeping.backtests.estimate_sweep("Cross", "AAA", grid=rows)
    assert found.measured == slow_engine[-1] < 98
    took = ONCE_S + VALUE_S * 2 * 98 + EACH_S * 98
    assert took < found.seconds < 2 * took  # what is done once is in the pace of a single sample


def test_units_of_fewer_bars_take_less(sweeping, slow_engine):
    one = sweeping.backtests.estimate_sweep("Cross", "AAA", grid=GRID).seconds - 9 * WRITTEN_S
    both = sweeping.backtests.estimate_sweep("Cross", ["BBB", "AAA"], grid=GRID)
    assert both.seconds == pytest.approx(1.5 * one + 18 * WRITTEN_S)
    assert slow_engine[-1] == 9


def test_counting_alone_simulates_nothing(sweeping, slow_engine):
    found = sweeping.backtests.estimate_sweep("Cross", "AAA", grid=GRID, measure=False)
    assert (found.combinations, found.seconds, slow_engine) == (9, None, [])
    assert found.sentence == "9 combinations."


def test_of_a_guided_search_those_count_that_it_is_to_try(sweeping):
    found = sweeping.backtests.estimate_sweep(
        "Cross", "AAA", grid=GRID, samples=4, sampling="optuna", measure=False
    )
    assert found.combinations == 4


def test_what_cannot_be_swept_cannot_be_estimated(sweeping):
    estimate_sweep = sweeping.backtests.estimate_sweep
    with pytest.raises(DefinitionError, match="meets the constraint"):
        estimate_sweep("Cross", "AAA", grid=GRID, constraint="fast > 99")
    with pytest.raises(UnknownName, match="no argument 'commission'"):
        estimate_sweep("Cross", "AAA", grid=GRID, commission=5)
    with pytest.raises(UnknownName, match="metric"):
        estimate_sweep("Cross", "AAA", grid=GRID, by="luck")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Estimate(1, 1), "1 combination."),
        (Estimate(8, 1, 0.2, 8), "8 combinations: less than a second."),
        (Estimate(4, 3, 200.0, 1), "4 combinations × 3 units = 12 results: about 3:20 min, " + ALL),
    ],
)
def test_an_estimate_says_that_it_is_one(found, told):
    assert str(found) == told


@pytest.mark.usefixtures("one_by_one")
def test_a_cancelled_sweep_keeps_what_is_done_and_goes_on(sweeping):
    asked = {"grid": GRID, "constraint": "fast < slow", "progress": False}
    asks = iter([False, False, True])
    swept = sweeping.backtests.sweep("Cross", "AAA", **asked, cancel=lambda: next(asks))
    assert (swept.status, len(swept.results)) == ("cancelled", 3)
    assert any("Stopped after 3 of 8 results" in one for one in swept.remarks)
    whole = sweeping.backtests.sweep("Cross", "AAA", **asked)
    assert (whole.id, whole.status, len(whole.results)) == (swept.id, "completed", 8)


def test_cancelled_after_its_last_part_a_sweep_is_complete(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", grid=GRID, progress=False, cancel=lambda: True)
    assert (swept.status, len(swept.results)) == ("completed", 9)


def test_a_guided_search_is_cancelled_between_batches(sweeping):
    pytest.importorskip("optuna")
    grid = {"fast": range(2, 12), "slow": range(12, 32)}
    swept = sweeping.backtests.sweep(
        "Cross", "AAA", grid=grid, samples=60, sampling="optuna", progress=False,
        cancel=lambda: True,
    )  # fmt: skip
    assert (swept.status, len(swept.results)) == ("cancelled", 8)


def test_honesty_tells_how_far_it_is(sweeping, monkeypatch):
    monkeypatch.setattr("bitstockerz_lab.backtests.sweep.honesty.AT_ONCE", 4)
    swept = sweeping.backtests.sweep("Cross", "AAA", grid=GRID, progress=False)
    told = []
    swept.honesty(robust=False, replications=100, progress=told.append)
    assert [(one.done, one.total) for one in told] == [(4, 9), (8, 9), (9, 9)]


def test_the_best_of_those_with_a_value_that_is_held(sweeping):
    swept = sweeping.backtests.sweep("Cross", "AAA", grid=GRID, progress=False)
    best = swept.best(None, hold={"slow": 20})
    assert set(best["slow"]) == {20}
    ranked = swept.best(None)
    assert list(best.index) == list(ranked[ranked["slow"] == 20].index)
    with pytest.raises(DataError, match="slow = 25"):
        swept.best(hold={"slow": 25})


@pytest.fixture
def mapped(sweeping):
    """A sweep of three parameters."""
    stop = bz.parameter("stop", 5.0, min=1, max=50)
    rules = {"enter": close > sma(bz.parameter("fast", 5, min=2, max=100)), "stop_loss_pct": stop}
    rules["leave"] = close < sma(bz.parameter("slow", 20, min=2, max=200))
    sweeping.strategies.save(bz.strategy("Above", **rules))
    grid = {"fast": [3, 5, 15], "slow": [10, 20, 30], "stop": [2, 8]}
    return sweeping.backtests.sweep("Above", "AAA", grid=grid, progress=False)


def test_a_point_of_the_map_is_the_best_combination_there(mapped):
    for point in ({"x": "5", "y": "20", "customdata": ["1.2"]}, {"x": 5, "y": 20.0}):
        row = mapped.results.loc[mapped.at(point, "fast", "slow")]
        assert (row["fast"], row["slow"]) == (5, 20)
        assert (
            row["sharpe_ratio"]
            == mapped.best(1, hold={"fast": 5, "slow": 20})["sharpe_ratio"].iloc[0]
        )


def test_a_point_of_the_map_has_the_values_that_are_held(mapped):
    row = mapped.results.loc[mapped.at({"x": "15", "y": "30"}, "fast", "slow", hold={"stop": 8})]
    assert (row["fast"], row["slow"], row["stop"]) == (15, 30, 8)


def test_a_dot_carries_its_label(mapped):
    line = mapped.heatmap(hold={"slow": 10, "stop": 2}).data[0]
    labels = [mapped.at({"x": 0, "y": 0, "customdata": int(one)}) for one in line.customdata]
    assert list(mapped.results.loc[labels, "fast"]) == list(line.x) == [3, 5, 15]


def test_where_nothing_was_tried_there_is_no_row(sweeping):
    swept = sweeping.backtests.sweep(
        "Cross", "AAA", grid=GRID, constraint="fast < slow", progress=False
    )
    with pytest.raises(DataError, match="was tried here"):
        swept.at({"x": "15", "y": "10"})
