import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.groups import Groups


def test_many_parameters_moved_one_at_a_time_are_all_apart():
    """Their codes do not fit one integer: 17 parameters of 16 values are 2**68 places."""
    rows = np.zeros((17 * 15 + 1, 17), int)
    for place in range(17):
        rows[1 + 15 * place : 16 + 15 * place, place] = np.arange(1, 16)
    names = [f"p{place:02}" for place in range(17)]
    first, group = Groups(Combinations(dict(zip(names, rows.T, strict=True)))).of(names)
    assert len(first) == len(rows)
    assert sorted(group) == list(range(len(rows)))


ROWS = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=40)


@given(ROWS, st.sets(st.sampled_from("abc")))
def test_combinations_are_in_one_group_where_these_values_are_the_same(rows, names):
    columns = dict(zip("abc", np.array(rows).T, strict=True))
    names = sorted(names)
    first, group = Groups(Combinations(columns)).of(names)
    values = [tuple(columns[name][k] for name in names) for k in range(len(rows))]
    assert len(first) == len(set(values))
    assert [values[first[one]] for one in group] == values
