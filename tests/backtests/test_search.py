from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.backtests.search import MORE_IS_BETTER, best, check_metric, ranking, scores
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.measures import Metrics

NAN = np.nan


def results(values, trades=1, name="sharpe_ratio"):
    return {name: np.array(values, float), "num_trades": np.full(len(values), trades)}


def test_the_highest_is_best_and_of_equal_ones_the_first():
    found = results([1.0, 2.0, NAN, 2.0, -1.0])
    assert best(found, "sharpe_ratio") == 1
    assert ranking(found, "sharpe_ratio").tolist() == [1, 3, 0, 4]


def test_the_least_drawdown_is_best():
    found = results([20.0, 5.0, 5.0], name="max_drawdown_pct")
    assert best(found, "max_drawdown_pct") == 1
    assert ranking(found, "max_drawdown_pct").tolist() == [1, 2, 0]


def test_what_has_no_score_is_never_chosen():
    assert best(results([NAN, -3.0, NAN]), "sharpe_ratio") == 1
    assert best(results([NAN, NAN]), "sharpe_ratio") is None
    assert best(results([]), "sharpe_ratio") is None
    assert ranking(results([NAN, NAN]), "sharpe_ratio").tolist() == []


def test_not_trading_is_no_merit():
    found = {"max_drawdown_pct": [0.0, 5.0], "num_trades": [0, 3]}
    assert best(found, "max_drawdown_pct") == 1
    np.testing.assert_array_equal(scores(found, "max_drawdown_pct"), [NAN, -5.0])
    assert best({"max_drawdown_pct": [0.0], "num_trades": [0]}, "max_drawdown_pct") is None


def test_a_frame_of_results_ranks_as_well():
    frame = pd.DataFrame(results([3.0, 9.0, NAN]), index=[7, 8, 9])
    assert ranking(frame, "sharpe_ratio").tolist() == [1, 0]


def test_only_what_is_better_one_way_ranks():
    assert set(MORE_IS_BETTER) <= {field.name for field in fields(Metrics)}
    assert check_metric("calmar_ratio") == "calmar_ratio"
    with pytest.raises(UnknownName, match=r"No metric to rank by 'sharpe'. Did you mean 'sharpe_"):
        check_metric("sharpe")
    with pytest.raises(UnknownName, match="No metric to rank by 'exposure_pct'"):
        best(results([1.0], name="exposure_pct"), "exposure_pct")
