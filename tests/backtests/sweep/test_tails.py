import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.backtests.sweep.tails import tail

RETURNS = st.lists(
    st.one_of(
        st.sampled_from([0.0, -0.0, 0.01, -0.01, 0.02]),
        st.floats(-0.9, 0.9, allow_subnormal=False),
    ),
    min_size=1,
    max_size=120,
).map(np.array)


@settings(max_examples=400, deadline=None)
@given(RETURNS, st.floats(-1, 1))
def test_the_tails_are_numpys_percentiles_wherever_the_search_begins(returns, guess):
    low, high = tail(returns, len(returns), 1.0, guess), -tail(returns, len(returns), -1.0, guess)
    assert [low, high] == pytest.approx(np.percentile(returns, [5, 95]), rel=1e-12, abs=1e-15)


def test_days_after_a_ruin_do_not_count():
    returns = np.array([0.1, -0.2, 0.3, -1.0, np.nan, np.nan])
    assert tail(returns, 4, 1.0, 0.0) == pytest.approx(np.percentile(returns[:4], 5))
