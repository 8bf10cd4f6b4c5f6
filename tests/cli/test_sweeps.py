"""bitstockerz sweep and sweeps: what they print, what they record, how they end."""

from __future__ import annotations

import pytest

from bitstockerz_lab.backtests.sweep import carry_out

SWEEP = ("sweep", "Golden cross", "acme", "--grid", "fast=5:20:5", "--grid", "slow=50,100")


def test_the_best_are_shown_and_all_is_recorded(ready):
    answer = ready(*SWEEP, "--constraint", "4 * fast < slow", "--top", "3", "--fee-bps", "5")
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("Sweep 1 of 'Golden cross': 6 combinations")
    assert lines[-4].split()[:4] == ["fast", "slow", "sharpe_ratio", "total_return_pct"]
    found = ready("sql", "SELECT count(*) AS n FROM sweep_results", "--json").json
    assert found == [{"n": 6}]


def test_json_has_the_facts_and_the_best_rows(ready):
    told = ready(*SWEEP, "--by", "calmar_ratio", "--top", "2", "--json").json
    assert {name: told[name] for name in ("id", "status", "by", "combinations", "units")} == {
        "id": 1, "status": "completed", "by": "calmar_ratio", "combinations": 8, "units": 1,
    }  # fmt: skip
    assert told["results"] == 8
    assert len(told["best"]) <= 2
    scores = [row["calmar_ratio"] for row in told["best"]]
    assert scores == sorted(scores, reverse=True)
    assert all(type(row["num_trades"]) is int for row in told["best"])
    assert {"fast", "slow", "symbol", "daily_sharpe", "num_trades"} <= set(told["best"][0])


def test_costs_and_periods_are_varied(ready):
    told = ready(
        *SWEEP, "--fee-bps", "0,10", "--period", "2020-01-01/2020-08-31", "--period",
        "2020-09-01/", "--json",
    ).json  # fmt: skip
    assert (told["units"], told["results"]) == (4, 32)
    assert {row["fee_bps"] for row in told["best"]} <= {0.0, 10.0}


def test_without_a_record_nothing_is_listed(ready):
    assert ready(*SWEEP, "--no-record").status == 0
    assert ready("sweeps").out == "No sweeps.\n"
    assert len(ready("sql", "SELECT trial_key FROM trials", "--json").json) == 8


def test_a_sample_is_drawn_from_a_seed(ready):
    words = (
        *SWEEP,
        "--samples",
        "4",
        "--sampling",
        "sobol",
        "--seed",
        "3",
        "--no-record",
        "--json",
    )
    first, again = ready(*words).json, ready(*words).json
    assert first["combinations"] == again["combinations"] == 4
    assert first["best"] == again["best"]


def test_the_same_sweep_is_given_back_and_listed(ready):
    first = ready(*SWEEP, "--json").json
    assert ready(*SWEEP, "--json").json["best"] == first["best"]
    [listed] = ready("sweeps", "--json").json
    assert (listed["id"], listed["status"], listed["symbols"]) == (1, "completed", "ACME")
    assert listed["combinations"] == 8
    shown = ready("sweeps", "1", "--json").json
    assert shown["best"] == first["best"]
    assert ready("sweeps", "1", "--by", "calmar_ratio").status == 0


def test_ctrl_c_shows_what_is_done_and_says_that_it_was_stopped(ready, monkeypatch):
    measure, done = carry_out.engine.measure, []

    def measured(*given, **words):
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return measure(*given, **words)

    monkeypatch.setattr(carry_out.engine, "measure", measured)
    for name in ("FIRST_S", "PART_S"):
        monkeypatch.setattr(carry_out, name, 0.0)
    answer = ready(*SWEEP)
    assert answer.status == 130
    assert "1 of 8 combinations" in answer.out
    assert "the same call goes on" in answer.out


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("--grid", "fast"), 2, "should read name=value"),
        (("--grid", "stop=10 20"), 2, "Put commas between values: --grid fast=10,20"),
        (("--top", "0"), 2, "--top"),
        (("--top", "-3"), 2, "--top"),
        (("--fee-bps", "0,x"), 2, "'x' is no number"),
        (("--period", "2020-01-01"), 2, "should read START/END"),
        (("--adjusted", "no"), 2, "--adjusted takes all, split or raw"),
        (("--by", "sharpe"), 1, "Did you mean 'sharpe_ratio'?"),
        (("--constraint", "fast < slw"), 1, "slw"),
    ],
)
def test_a_wrong_call_is_told(ready, words, status, message):
    answer = ready(*SWEEP, *words)
    assert (answer.status, answer.out) == (status, "")
    assert message in answer.err


def test_without_a_grid_the_declared_values_are_tried(ready):
    words = ("sweep", "Golden cross", "ACME", "--samples", "3", "--no-record", "--json")
    assert ready(*words).json["combinations"] == 3


def test_it_speaks_of_commands_and_options_not_of_python(ready):
    answer = ready(*SWEEP)
    assert "looks better than it is." in answer.out
    assert "honesty()" not in answer.out
    answer = ready(*SWEEP, "--parameter", "fast=5")
    assert "fast is in --grid and in --parameter. Leave it out" in answer.err
    told = ready("sweep", "--help").out
    assert "--record / --no-record" in told


def test_the_list_is_narrowed(ready):
    ready(*SWEEP)
    assert (
        len(ready("sweeps", "--strategy", "golden cross", "--symbol", "acme", "--json").json) == 1
    )
    assert ready("sweeps", "--symbol", "OTHER").out == "No sweeps.\n"
    assert ready("sweeps", "--limit", "0").out == "No sweeps.\n"
    assert ready("sweeps", "1", "--top", "0").status == 2


def test_a_sweep_that_is_not_there_is_told(ready):
    answer = ready("sweeps", "7")
    assert answer.status == 1
    assert "No sweep 7. bitstockerz sweeps shows those there are." in answer.err
