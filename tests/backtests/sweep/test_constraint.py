from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitstockerz_lab.backtests.sweep.constraint import meets
from bitstockerz_lab.errors import DefinitionError, UnknownName

COLUMNS = {"fast": np.array([5, 5, 10, 10, 20, 20]), "slow": np.array([10, 20] * 3)}


@pytest.mark.parametrize(
    ("constraint", "count"),
    [
        ("2 * fast <= slow", 3),
        ("fast < slow and not slow == 10", 2),
        ("5 < fast < slow", 1),
        ("slow / fast > 1.5 or fast == 20", 5),
        ("fast < slow < limit", 1),
        ("-fast + slow >= 0", 5),
        ("not fast", 0),
        ("fast and slow", 6),
        ("(fast or slow) > 5", 4),
        ("(fast > 5 and slow) > 10", 2),
        ("(fast < slow) + (slow > 10) > 1", 2),
        ("1 < 2", 6),
        ("limit > 20", 6),
    ],
)
def test_a_constraint_in_words_may_calculate_and_join(constraint, count):
    assert meets(constraint, COLUMNS, {"limit": 20 + (constraint == "limit > 20")}).sum() == count


@pytest.mark.parametrize(
    "constraint",
    ["fast <", "fast", "5", "abs(fast) < 3", "fast.real < 3", "fast < 'a'", "[fast] < [slow]", "",
     "(lambda: 1)() < 2", "fast ** 99 > 1", 5, "fast < 3j", "fast < None", "fast if fast else slow",
     "fast in slow", "(" * 300 + "fast" + ")" * 300, "fast\x00 < 1"],
)  # fmt: skip
def test_what_is_no_comparison_of_parameters_is_refused(constraint):
    with pytest.raises(DefinitionError, match=r"cannot be read. Write it like"):
        meets(constraint, COLUMNS, {})


def test_a_constraint_on_what_is_not_there_names_the_nearest():
    with pytest.raises(UnknownName, match=r"No parameter 'fst'. Did you mean 'fast'"):
        meets("fst < slow", COLUMNS, {})


def test_a_division_by_zero_is_told_with_its_values():
    columns = {"fast": np.array([1, 0]), "slow": np.array([2, 2])}
    with pytest.raises(DefinitionError, match=r"no answer for .*'fast': 0.*division by zero"):
        meets("slow / fast > 1", columns, {})


@pytest.mark.parametrize(
    "constraint",
    ["fast > 0 and slow / fast > 1", "not (fast == 0 or slow / fast <= 1)", "0 < fast < 2 / fast"],
)
def test_what_python_would_not_look_at_may_divide_by_zero(constraint):
    columns = {"fast": np.array([1, 0]), "slow": np.array([2, 2])}
    assert meets(constraint, columns, {}).tolist() == [True, False]


def test_large_whole_numbers_do_not_overflow():
    columns = {"fast": np.array([2**40, 1])}
    assert meets("fast * fast * fast > 0", columns, {}).tolist() == [True, True]


def test_a_function_gets_plain_numbers_and_all_parameters():
    seen = []
    found = meets(seen.append, {"fast": np.array([5])}, {"slow": 50})
    assert found.tolist() == [False]
    assert seen == [{"slow": 50, "fast": 5}]
    assert type(seen[0]["fast"]) is int


OPERANDS = st.sampled_from(["a", "b", "2", "0.5"])
NUMBERS = st.recursive(
    OPERANDS,
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
        lambda parts: f"({' '.join(parts)})"
    ),
    max_leaves=4,
)
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
COMPARED = st.tuples(NUMBERS, SIGNS, NUMBERS, SIGNS, NUMBERS).flatmap(
    lambda parts: st.sampled_from([" ".join(parts[:3]), " ".join(parts)])
)
WORDS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"(({parts[0]}) {parts[1]} ({parts[2]}))"
        ),
    ),
    max_leaves=4,
)


@given(WORDS, st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=9))
def test_columns_give_what_python_gives_a_row_at_a_time(words, rows):
    columns = {
        name: np.array(column) for name, column in zip("ab", zip(*rows, strict=True), strict=True)
    }
    try:
        expected = [bool(eval(words, {}, {"a": a, "b": b})) for a, b in rows]  # noqa: S307 - made here
    except ZeroDivisionError:
        with pytest.raises(DefinitionError, match="division by zero"):
            meets(words, columns, {})
        return
    assert meets(words, columns, {}).tolist() == expected


def test_a_function_gets_one_dict_and_is_told_so():
    with pytest.raises(DefinitionError, match=r"gets one dict.*this one takes \(fast, slow\)"):
        meets(lambda fast, slow: fast < slow, COLUMNS, {})
    assert meets(lambda one, least=10: one["fast"] > least, COLUMNS, {}).sum() == 2


def test_a_function_that_fails_names_the_combination():
    with pytest.raises(DefinitionError, match=r"failed on .*'fast': 5, 'slow': 10.*KeyError"):
        meets(lambda one: one["fst"] > 5, COLUMNS, {})
