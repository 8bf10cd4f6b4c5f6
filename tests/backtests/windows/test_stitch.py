from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.backtests.windows import compound_cagr_pct, efficiency, stitched
from bitstockerz_lab.errors import DataError


def curve(first, values):
    index = pd.date_range(first, periods=len(values), tz="UTC", name="timestamp")
    return pd.Series(values, index=index, dtype=float)


def test_windows_compound():
    whole = stitched([curve("2020-01-01", [100, 110]), curve("2020-01-05", [90, 120])], 100)
    assert whole.tolist() == pytest.approx([100, 110, 99, 132])
    assert whole.name == "equity"
    assert whole.index[2] == pd.Timestamp("2020-01-05", tz="UTC")


def test_one_window_is_its_own_curve():
    only = curve("2020-01-01", [100, 110, 80])
    assert stitched([only], 100).tolist() == only.tolist()


def test_after_ruin_nothing_moves():
    whole = stitched(
        [curve("2020-01-01", [50, -10]), curve("2020-01-03", [110, 120]), curve("2020-01-05", [9])],
        100,
    )
    assert whole.tolist() == [50, -10, -10, -10, -10]


def test_curves_that_overlap_are_refused():
    with pytest.raises(DataError, match="The windows overlap: one ends at 2020-01-02"):
        stitched([curve("2020-01-01", [1, 2]), curve("2020-01-02", [1])], 1)
    with pytest.raises(DataError, match="no curves"):
        stitched([], 1)


def test_growth_in_sample_is_the_product_over_the_sum_of_times():
    year = [100.0] * 364
    curves = [curve("2019-01-01", [*year, 121]), curve("2019-07-01", [*year, 100])]
    wanted = 100 * (1.21 ** (365.25 / 730) - 1)
    assert compound_cagr_pct(curves, 100, "1d") == pytest.approx(wanted)


def test_growth_is_unknown_below_90_days_and_all_lost_after_a_ruin():
    assert compound_cagr_pct([curve("2020-01-01", [100.0] * 89)], 100, "1d") is None
    assert compound_cagr_pct([curve("2020-01-01", [100.0] * 90)], 100, "1d") == 0
    lost = [curve("2020-01-01", [50.0] * 99 + [-3]), curve("2020-06-01", [900.0] * 100)]
    assert compound_cagr_pct(lost, 100, "1d") == -100


@pytest.mark.parametrize(
    ("out", "inside", "wanted"),
    [(6, 12, 0.5), (-6, 12, -0.5), (6, 0, None), (6, -1, None), (None, 3, None), (3, None, None)],
)
def test_efficiency_is_what_was_kept_of_what_was_promised(out, inside, wanted):
    assert efficiency(out, inside) == wanted
