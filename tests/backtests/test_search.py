from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import pytest

from bitstockerz_lab.backtests.search import MORE_IS_BETTER, best, check_metric
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.measures import Metrics


def result(value, trades=1, name="sharpe_ratio"):
    return SimpleNamespace(**{"num_trades": trades, name: value})


def test_the_highest_is_best_and_of_equal_ones_the_first():
    assert best([result(1.0), result(2.0), result(2.0)], "sharpe_ratio") == 1


def test_the_least_drawdown_is_best():
    name = "max_drawdown_pct"
    assert best([result(20.0, name=name), result(5.0, name=name)], name) == 1


def test_what_has_no_score_is_never_chosen():
    assert best([result(None), result(-3.0), result(None)], "sharpe_ratio") == 1
    assert best([result(None), result(None)], "sharpe_ratio") is None
    assert best([], "sharpe_ratio") is None


def test_not_trading_is_no_merit():
    name = "max_drawdown_pct"
    assert best([result(0.0, 0, name), result(5.0, 3, name)], name) == 1
    assert best([result(0.0, 0, name)], name) is None


def test_only_what_is_better_one_way_ranks():
    assert set(MORE_IS_BETTER) <= {field.name for field in fields(Metrics)}
    assert check_metric("calmar_ratio") == "calmar_ratio"
    with pytest.raises(UnknownName, match=r"No metric to rank by 'sharpe'. Did you mean 'sharpe_"):
        check_metric("sharpe")
    with pytest.raises(UnknownName, match="No metric to rank by 'exposure_pct'"):
        check_metric("exposure_pct")
