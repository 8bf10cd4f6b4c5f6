"""bitstockerz strategies check."""

from __future__ import annotations

import json

import pytest

NEVER = {
    "name": "Never",
    "indicators": {"top": {"indicator": "highest", "period": 20}},
    "enter_long": {"left": "close", "op": ">", "right": "top"},
    "exit_long": {"left": "close", "op": "<", "right": {"of": "close", "bars_ago": 1}},
}


@pytest.fixture
def never(ready, tmp_path):
    """The command line on a lab with rules that never enter, and what saving them said."""
    (tmp_path / "never.json").write_text(json.dumps(NEVER))
    return ready, ready("strategies", "save", tmp_path / "never.json")


def test_honest_rules_are_done_with_a_line_a_check(ready):
    answer = ready("strategies", "check", "Golden cross", "--symbol", "acme")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "Golden cross, version 1"
    assert lines[1].startswith("✓ look-ahead: ")
    assert lines[-1].startswith("Tested on ")


def test_a_finding_makes_its_status_1_and_is_told_at_the_save_already(never):
    call, saved = never
    assert saved.status == 0
    assert "! degenerate: enter_long: “" in saved.out
    answer = call("strategies", "check", "Never")
    assert answer.status == 1
    assert "can never be true" in answer.out
    assert answer.err == ""


def test_in_json_it_has_stable_keys(never):
    call, _ = never
    told = call("strategies", "check", "Never", "--symbol", "ACME", "--fee-bps", "5", "--json").json
    assert list(told) == [
        "ok", "results", "tested", "parameters", "fee_bps", "slippage_bps", "name", "version",
        "checked_at",
    ]  # fmt: skip
    assert (told["ok"], told["fee_bps"], told["tested"]["symbol"]) == (False, 5.0, "ACME")
    assert list(told["results"][0]) == ["check", "verdict", "message", "column", "timestamp"]
    assert told["results"][2]["verdict"] == "warning"


def test_what_is_not_there_is_one_line_with_the_way_out(ready):
    answer = ready("strategies", "check", "Golden crass")
    assert answer.status != 0
    assert "Did you mean 'Golden cross'?" in answer.err
