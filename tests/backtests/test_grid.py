from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.backtests.grid import combinations
from bitstockerz_lab.errors import DefinitionError, UnknownName

GRID = {"fast": [5, 10, 20], "slow": [10, 20]}


def test_the_last_parameter_varies_fastest():
    assert combinations({"a": [1, 2], "b": [3, 4]}) == [
        {"a": 1, "b": 3},
        {"a": 1, "b": 4},
        {"a": 2, "b": 3},
        {"a": 2, "b": 4},
    ]


@pytest.mark.parametrize("constraint", ["fast < slow", lambda one: one["fast"] < one["slow"]])
def test_a_constraint_is_text_or_a_function(constraint):
    assert combinations(GRID, constraint) == [
        {"fast": 5, "slow": 10},
        {"fast": 5, "slow": 20},
        {"fast": 10, "slow": 20},
    ]


@pytest.mark.parametrize(
    ("constraint", "count"),
    [
        ("2 * fast <= slow", 3),
        ("fast < slow and not slow == 10", 2),
        ("5 < fast < slow", 1),
        ("slow / fast > 1.5 or fast == 20", 5),
        ("fast < slow < limit", 1),
    ],
)
def test_a_constraint_in_words_may_calculate_and_join(constraint, count):
    assert len(combinations(GRID, constraint, {"limit": 20})) == count


def test_a_function_sees_the_parameters_that_do_not_vary():
    seen = []
    combinations({"fast": [5]}, lambda one: seen.append(one) or True, {"fast": 1, "slow": 50})
    assert seen == [{"fast": 5, "slow": 50}]


def test_values_given_twice_count_once_and_numpy_numbers_are_plain():
    found = combinations({"fast": np.arange(5, 7), "slow": [10, 10.0]})
    assert found == [{"fast": 5, "slow": 10}, {"fast": 6, "slow": 10}]
    assert type(found[0]["fast"]) is int


@pytest.mark.parametrize(
    "constraint",
    ["fast <", "fast", "5", "abs(fast) < 3", "fast.real < 3", "fast < 'a'", "[fast] < [slow]", "",
     "(lambda: 1)() < 2", "fast ** 99 > 1", 5],
)  # fmt: skip
def test_what_is_no_comparison_of_parameters_is_refused(constraint):
    with pytest.raises(DefinitionError, match=r"cannot be read. Write it like"):
        combinations(GRID, constraint)


def test_a_constraint_on_what_is_not_there_names_the_nearest():
    with pytest.raises(UnknownName, match=r"No parameter 'fst'. Did you mean 'fast'"):
        combinations(GRID, "fst < slow")


def test_a_division_by_zero_is_told_with_its_values():
    with pytest.raises(DefinitionError, match=r"no answer for .*'fast': 0"):
        combinations({"fast": [0, 1], "slow": [2]}, "slow / fast > 1")


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ({}, "grid must give values"),
        (["fast"], "grid must give values"),
        ({"fast": 5}, "must be a list of values; got 5"),
        ({"fast": "5"}, "must be a list of values"),
        ({"fast": []}, "has no values"),
        ({name: range(101) for name in "abc"}, "1,030,301 combinations"),
    ],
)
def test_a_grid_that_is_none_is_refused(grid, told):
    with pytest.raises(DefinitionError, match=told):
        combinations(grid)


def test_a_constraint_that_nothing_meets_is_refused():
    with pytest.raises(DefinitionError, match="No combination of fast, slow meets"):
        combinations(GRID, "fast > 100")
