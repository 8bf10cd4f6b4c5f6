"""The commands about runs: each is its verb, and its JSON has stable keys."""

from __future__ import annotations

import pytest


@pytest.fixture
def two(ready):
    """Two runs of Golden cross on ACME."""
    for fast in (10, 20):
        words = ("backtest", "golden cross", "acme", "--parameter", f"fast={fast}")
        assert ready(*words, "--parameter", "slow=50", "--fee-bps", fast).status == 0
    return ready


def ids(answer):
    assert answer.status == 0, answer.err
    return [row["id"] for row in answer.json]


def test_runs_are_found_by_words_and_filters(two):
    assert ids(two("runs", "list", "--json")) == [2, 1]
    assert ids(two("runs", "list", "golden", "fast 20", "--json")) == [2]
    assert ids(two("runs", "list", "--symbol", "acme", "--limit", "1", "--json")) == [2]
    assert "fast 20, slow 50" in two("runs", "list").out
    assert two("runs", "list", "nowhere").out == "No runs.\n"


def test_tags_and_notes_are_written_and_shown(two):
    told = two("runs", "tag", "1", "2", "--tag", "candidate", "-t", "Live", "--json").json
    assert told == [{"id": 2, "tags": "candidate, Live"}, {"id": 1, "tags": "candidate, Live"}]
    assert "candidate" not in two("runs", "untag", "1", "--tag", "candidate").out
    assert ids(two("runs", "list", "--tag", "candidate", "--json")) == [2]
    assert two("runs", "list", "--tag", "candidat").status == 1
    assert "Too few." in two("runs", "note", "1", "Too few.").out
    notes = two("runs", "note", "1", "--json").json
    assert [(row["run_id"], row["note"]) for row in notes] == [(1, "Too few.")]
    assert two("runs", "note", "2").out == "No notes yet.\n"
    wrong = two("runs", "tag", "9", "--tag", "x")
    assert (wrong.status, wrong.err[:16]) == (1, "error: No run 9.")


def test_runs_are_compared_side_by_side(two):
    told = two("runs", "compare", "1", "2", "--json").json
    assert list(told) == ["1", "2"]
    assert told["1"]["strategy"] == "Golden cross"
    assert "num_trades" in two("runs", "compare", "1", "2").out


def test_runs_are_exported_a_folder_each(two, tmp_path):
    words = ("runs", "export", "1", "2", "--output", tmp_path / "out", "--format", "parquet")
    assert two(*words, "--json").json == [
        {"run_id": number, "path": str(tmp_path / "out" / f"run-{number}")} for number in (1, 2)
    ]
    assert (tmp_path / "out" / "run-2" / "trades.parquet").is_file()
    again = two(*words)
    assert again.status == 1
    assert "pass --overwrite." in again.err
    assert two(*words, "--overwrite").status == 0


def test_a_run_is_promoted(two):
    made = two("runs", "promote", "1", "--json").json
    assert (made["name"], made["version"]) == ("Golden cross", 2)
    assert made["definition"]["parameters"]["fast"]["default"] == 10
    told = two("runs", "promote", "2", "--name", "Quick").out
    assert told == "Quick, version 1, has the rules of run 2.\n"
