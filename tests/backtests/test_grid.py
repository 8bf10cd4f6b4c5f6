from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.grid import combinations
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import close, sma

GRID = {"fast": [5, 10, 20], "slow": [10, 20]}


def crossing(**ranges):
    """Rules with two whole numbers, a number, and ranges where they are given."""
    fast = sma(bz.parameter("fast", 5, **ranges.get("fast", {})))
    slow = sma(bz.parameter("slow", 50, **ranges.get("slow", {})))
    stop = bz.parameter("stop", 0.2, **ranges.get("stop", {}))
    return bz.strategy("Cross", enter=fast > slow, leave=fast < slow, stop_loss_pct=stop)


def tried(*given, **settings):
    return list(combinations(crossing(), *given, **settings))


def test_the_last_parameter_varies_fastest():
    assert tried({"fast": [1, 2], "slow": [3, 4]}) == [
        {"fast": 1, "slow": 3},
        {"fast": 1, "slow": 4},
        {"fast": 2, "slow": 3},
        {"fast": 2, "slow": 4},
    ]


@pytest.mark.parametrize("constraint", ["fast < slow", lambda one: one["fast"] < one["slow"]])
def test_a_constraint_is_text_or_a_function(constraint):
    assert tried(GRID, constraint) == [
        {"fast": 5, "slow": 10},
        {"fast": 5, "slow": 20},
        {"fast": 10, "slow": 20},
    ]


def test_a_constraint_sees_the_parameters_that_do_not_vary():
    assert tried({"fast": [5, 50, 60]}, "fast < slow") == [{"fast": 5}]  # its default
    assert tried({"fast": [5, 50, 60]}, "fast < slow", {"slow": 55}) == [{"fast": 5}, {"fast": 50}]
    seen = []
    tried({"fast": [5]}, lambda one: seen.append(one) or True, {"slow": 60})
    assert seen == [{"fast": 5, "slow": 60, "stop": 0.2}]


def test_values_have_the_declared_type_and_count_once():
    found = combinations(crossing(), {"fast": [5, 5.0, np.int64(5), 6], "stop": [1, 1.0, 2]})
    assert found.columns["fast"].dtype == np.int64
    assert found.columns["stop"].dtype == np.float64
    assert list(found) == [
        {"fast": 5, "stop": 1.0}, {"fast": 5, "stop": 2.0},
        {"fast": 6, "stop": 1.0}, {"fast": 6, "stop": 2.0},
    ]  # fmt: skip
    assert [type(value) for value in found[0].values()] == [int, float]


@pytest.mark.parametrize(
    "given",
    [
        [{"slow": 9, "fast": 5}, {"slow": 3, "fast": 2}, {"slow": 9, "fast": 5.0}],
        pd.DataFrame({"slow": [9, 3, 9], "fast": [5, 2, 5]}),
        combinations(crossing(), [{"slow": 9, "fast": 5}, {"slow": 3, "fast": 2}]),
    ],
    ids=["dicts", "a frame", "combinations"],
)
def test_combinations_are_given_one_by_one_too_each_counting_once(given):
    assert tried(given) == [{"slow": 9, "fast": 5}, {"slow": 3, "fast": 2}]
    assert tried(given, "fast > 2") == [{"slow": 9, "fast": 5}]


def test_without_a_grid_the_declared_ranges_are_tried():
    rules = crossing(
        fast={"min": 2, "max": 6, "step": 2}, slow={"min": 48, "max": 50},
        stop={"min": 0.1, "max": 0.35, "step": 0.1},
    )  # fmt: skip
    columns = combinations(rules).columns
    assert {name: list(dict.fromkeys(column.tolist())) for name, column in columns.items()} == {
        "fast": [2, 4, 6],
        "slow": [48, 49, 50],
        "stop": [0.1, 0.2, 0.3],
    }
    assert combinations(rules, fixed={"fast": 2, "slow": 49}).names == ("stop",)


def test_a_parameter_without_a_range_needs_values():
    with pytest.raises(DefinitionError, match=r"stop is declared without min, max and step"):
        combinations(crossing())
    with pytest.raises(DefinitionError, match=r"^fast is declared without max, slow is declared"):
        combinations(crossing(fast={"min": 2}))
    ready = {"fast": {"min": 2, "max": 9}, "slow": {"min": 9, "max": 60}}
    with pytest.raises(DefinitionError, match=r"^stop is declared without step, so nothing says"):
        combinations(crossing(**ready, stop={"min": 0.1, "max": 0.3}))
    with pytest.raises(DefinitionError, match="no parameter left to vary"):
        combinations(crossing(), fixed={"fast": 2, "slow": 3, "stop": 4})
    with pytest.raises(DefinitionError, match="no parameter left to vary"):
        combinations(bz.strategy("None", enter=close > 5, leave=close < 4))


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ({}, "grid must give values"),
        ([], "grid must give values"),
        (["fast"], "grid must give values"),
        ("fast", "grid must give values"),
        (5, "grid must give values"),
        (pd.DataFrame(), "grid must give values"),
        (pd.DataFrame([[1, 2]], columns=["fast", "fast"]), "grid must give values"),
        ({"fast": 5}, "must be a list of values; got 5"),
        ({"fast": "5"}, "must be a list of values"),
        ({"fast": {5: 6}}, "must be a list of values"),
        ({"fast": []}, "has no values"),
        ({"fast": range(2_000_000)}, "has 2,000,000 values"),
        ({"fast": range(1, 1002), "slow": range(1, 1001)}, "1,001,000 combinations.*samples=1000"),
        ({"fast": [5.5]}, "fast = 5.5 does not fit: a whole number"),
        ({"fast": [True]}, "fast = True does not fit"),
        ({"fast": [None]}, "fast = None does not fit"),
        ({"fast": ["5"]}, "fast = '5' does not fit"),
        ({"fast": [[5]]}, "does not fit"),
        ({"fast": np.ones((2, 2))}, "does not fit"),
        ({"stop": [np.nan]}, "stop = nan does not fit"),
        ({"stop": [np.inf]}, "stop = inf does not fit"),
        ({"fast": [0]}, "fast = 0 does not fit"),
        ({"stop": [100]}, r"stop = 100.0 does not fit.*a long cannot lose more"),
        (pd.DataFrame({"fast": [5.5, 6.0]}), "fast = 5.5 does not fit"),
        (pd.DataFrame({"fast": [5, None]}), "fast = nan does not fit"),
        ([{"fast": 5}, {"slow": 6}], "differ in what they set: number 2"),
        ([{"fast": 5}, {"fast": 6, "slow": 7}], "Give slow in all of them"),
        ([{"fast": 5}, 6], "grid must give values"),
        ([{}], "grid must give values"),
    ],
)
def test_a_grid_that_is_none_is_refused(grid, told):
    with pytest.raises(DefinitionError, match=told):
        tried(grid)


@pytest.mark.parametrize("grid", [{"fst": [5]}, [{"fst": 5}], pd.DataFrame({"fst": [5]})])
def test_a_name_that_is_no_parameter_names_the_nearest(grid):
    with pytest.raises(UnknownName, match=r"No parameter 'fst'. Did you mean 'fast'"):
        tried(grid)
    with pytest.raises(UnknownName, match="No parameter '5'"):
        tried({5: [5]})


def test_costs_and_exits_in_a_grid_tell_how_they_are_varied():
    with pytest.raises(UnknownName, match=r'stop_loss_pct=bz.parameter\("stop_loss", 5, min=1'):
        tried({"stop_loss_pct": [5, 10]})
    with pytest.raises(UnknownName, match=r"Give it by itself: fee_bps=\[0, 5\]"):
        tried({"fee_bps": [5, 10]})
    with pytest.raises(UnknownName, match="lot_size is no parameter of the strategy, and a sweep"):
        tried({"lot_size": [5, 10]})


def test_a_parameter_cannot_both_vary_and_stay():
    with pytest.raises(DefinitionError, match="fast is in the grid and in parameters"):
        tried(GRID, None, {"fast": 3})
    with pytest.raises(UnknownName, match="No parameter 'fats'"):
        tried(GRID, None, {"fats": 3})


def test_a_value_outside_of_the_declared_range_is_refused():
    rules = crossing(fast={"min": 2, "max": 9})
    with pytest.raises(DefinitionError, match=r"fast = 10 does not fit: a whole number from 2 up"):
        combinations(rules, {"fast": [3, 10]})


def test_a_constraint_that_nothing_meets_is_refused():
    with pytest.raises(DefinitionError, match="No combination of fast, slow meets"):
        tried(GRID, "fast > 100")
    with pytest.raises(DefinitionError, match="No combination of fast, slow meets"):
        tried(GRID, "fast > 100", samples=2, sampling="sobol")


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
    st.sampled_from(["fast < slow", "slow - fast > 3 or fast == slow", "not fast * 2 >= slow"]),
)
def test_a_grid_is_what_two_loops_give(fast, slow, constraint):
    fast, slow = list(dict.fromkeys(fast)), list(dict.fromkeys(slow))
    expected = [
        {"fast": one, "slow": other}
        for one in fast
        for other in slow
        if eval(constraint, {}, {"fast": one, "slow": other})  # noqa: S307 - three texts from above
    ]
    try:
        found = tried({"fast": fast, "slow": slow}, constraint)
    except DefinitionError:
        found = []
    assert found == expected


def test_a_million_combinations_are_read():
    rules = crossing()
    found = combinations(rules, {"fast": range(1, 1001), "slow": range(1, 1001)}, "fast < slow")
    assert len(found) == 499_500


def test_what_nobody_asked_for_is_not_tried_ten_thousandfold():
    rules = crossing(
        fast={"min": 2, "max": 60}, slow={"min": 2, "max": 200},
        stop={"min": 0.1, "max": 0.3, "step": 0.1},
    )  # fmt: skip
    with pytest.raises(DefinitionError, match=r"give 35,223 combinations.* 10,000 are the most"):
        combinations(rules)
    assert len(combinations(rules, fixed={"stop": 0.2}, constraint="fast < 40 < slow")) == 6_080
    assert len(combinations(rules, samples=50)) == 50
