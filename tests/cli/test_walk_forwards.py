"""The commands walk-forward and cross-validate are the verbs of the API."""

from __future__ import annotations

import json

import pytest

import bitstockerz_lab as bz
from tests.backtests.test_walk_forward import cross

GRID = ["--grid", "fast=3:6:3", "--grid", "slow=10,20"]
LENGTHS = ["--train", "200bars", "--test", "50 bars"]


@pytest.fixture
def crossing(ready, database):
    """The command line on a lab with ACME's bars and a strategy of two parameters."""
    bz.open_lab(database.path).strategies.save(cross())
    return ready


def test_walk_forward_is_the_verb(crossing, database):
    words = ["walk-forward", "Cross", "ACME", *GRID, *LENGTHS, "--fee-bps", "10"]
    answer = crossing(*words, "--json")
    assert (answer.status, answer.err) == (0, "")
    walk = bz.open_lab(database.path).backtests.get_walk_forward(answer.json["id"])
    assert answer.json["grid"] == {"fast": [3, 6], "slow": [10, 20]} == walk.grid
    assert [row["number"] for row in answer.json["windows"]] == [1, 2, 3, 4]
    assert answer.json["efficiency"] == walk.efficiency
    assert answer.json["outcome"]["sharpe_ratio"] == walk.outcome.sharpe_ratio
    assert walk.run(1).details.costs["fee_bps"] == 10
    told = crossing(*words).out
    assert told.startswith("Walk-forward 1: Cross version 1 on ACME 1d, 4 windows, 4 combinations")
    assert len(told.splitlines()) >= 6


def test_what_is_left_over_is_told_with_the_option_that_tests_it(crossing):
    words = ["walk-forward", "Cross", "ACME", *GRID, "--train", "200bars", "--test", "70bars"]
    told = crossing(*words).out
    assert "60 bars at the end" in told
    assert "--keep-rest tests them too" in told
    assert "keep_rest" not in told
    assert "--keep-rest tests them too" in " ".join(crossing(*words, "--json").json["notes"])
    assert "60 bars at the end" not in crossing(*words, "--keep-rest").out


def test_a_length_without_a_unit_is_days(crossing):
    words = ["walk-forward", "Cross", "ACME", *GRID, "--train", "300", "--test", "90", "--json"]
    answer = crossing(*words)
    assert (answer.json["train"], answer.json["test"], answer.json["step"]) == ("300", "90", "90")


def test_cross_validate_is_the_verb(crossing):
    words = ["cross-validate", "Cross", "ACME", *GRID, "--folds", "4", "--test-folds", "2"]
    answer = crossing(*words, "--constraint", "fast < slow", "--json")
    assert answer.status == 0
    assert answer.json["folds"]["folds"] == 4
    assert (len(answer.json["splits"]), len(answer.json["paths"])) == (6, 3)
    assert answer.json["splits"][0]["test_folds"] == [1, 2]
    told = crossing(*words).out
    assert told.startswith("Cross-validation of Cross version 1 on ACME 1d, 4 combinations: 6 spl")


def test_what_is_missing_or_wrong_is_one_line(crossing):
    answer = crossing("walk-forward", "Cross", "ACME", *LENGTHS)
    assert (answer.status, answer.out) == (2, "")
    assert "--grid" in answer.err
    answer = crossing("walk-forward", "Cross", "ACME", *GRID, "--train", "9y", "--test", "1y")
    assert answer.status == 1
    assert answer.err.startswith("error: 400 bars from ")
    assert "--train '9y'" in answer.err
    json.dumps(answer.err)
    answer = crossing("cross-validate", "Cross", "ACME", *GRID, "--adjusted", "no")
    assert (answer.status, "--adjusted takes all, split or raw" in answer.err) == (2, True)
