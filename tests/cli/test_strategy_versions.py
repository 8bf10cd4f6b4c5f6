"""The commands about versions: each is its verb, and its JSON has stable keys."""

from __future__ import annotations

import json

import pytest

VERSION_KEYS = [
    "id", "strategy_id", "name", "version", "asset_type", "symbol_scope", "timeframe",
    "created_at", "is_active", "definition",
]  # fmt: skip


@pytest.fixture
def two(ready, tmp_path):
    """Golden cross in two versions."""
    rules = ready("strategies", "show", "Golden cross", "--json").json["definition"]
    rules["parameters"]["fast"]["default"] = 20
    rules["stop_loss_pct"] = 5
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules))
    assert ready("strategies", "save", path).status == 0
    return ready


def test_versions_tells_what_changed_and_how_often_each_ran(two):
    assert two("backtest", "golden cross", "acme", "--version", "1").status == 0
    rows = two("strategies", "versions", "golden cross", "--json").json
    assert [(row["version"], row["runs"]) for row in rows] == [(1, 1), (2, 0)]
    assert rows[1]["changes"] == "stop loss added: 5 %\nparameter fast: default 50 → 20"
    told = two("strategies", "versions", "Golden cross").out
    assert "stop loss added: 5 %; parameter fast: default 50 → 20" in told


def test_diff_is_the_sentences_and_in_json_every_change(two):
    told = two("strategies", "diff", "Golden cross")
    assert told.out == (
        "Golden cross, version 1 → version 2\n"
        "- stop loss added: 5 %\n- parameter fast: default 50 → 20\n"
    )
    found = two("strategies", "diff", "Golden cross", "2", "1", "--json").json
    assert list(found) == ["old", "new", "changes", "remarks"]
    assert found["changes"][1] == {
        "path": "parameters.fast.default", "kind": "changed", "before": 20, "after": 50,
        "sentence": "parameter fast: default 20 → 50", "is_rule": True,
    }  # fmt: skip
    assert two("strategies", "diff", "Golden cros").status == 1
    assert two("strategies", "copy", "Golden cross", "Silver", "--version", "1").status == 0
    told = two("strategies", "diff", "Golden cross", "Silver").out
    assert told.startswith("Golden cross, version 2 → Silver, version 1\n- stop loss removed")


def test_notes_and_tags_are_written_and_shown(two):
    assert "Too few" in two("strategies", "note", "Golden cross", "Too few.", "--version", "1").out
    notes = two("strategies", "note", "Golden cross", "--json").json
    assert [(row["version"], row["note"]) for row in notes] == [(1, "Too few.")]
    tagged = two("strategies", "tag", "Golden cross", "live", "best", "--json").json
    assert [(row["version"], row["tags"]) for row in tagged] == [(2, "best, live")]
    assert "best" in two("strategies", "list", "--tag", "LIVE").out
    assert "best" not in two("strategies", "untag", "Golden cross", "best").out
    assert two("strategies", "list", "--tag", "best").status == 1


def test_copies_and_new_names(two):
    made = two(
        "strategies", "copy", "Golden cross", "Silver cross", "--version", "1", "--json"
    ).json
    assert list(made) == VERSION_KEYS
    assert (made["name"], made["version"]) == ("Silver cross", 1)
    assert (
        "Bronze cross, version 1" in two("strategies", "rename", "Silver cross", "Bronze cross").out
    )
    assert two("strategies", "copy", "Golden cross", "bronze cross").status == 1


def test_a_strategy_goes_out_and_comes_in_as_a_file(two, tmp_path):
    path = tmp_path / "out.json"
    words = ("strategies", "export", "Golden cross", path)
    assert two(*words, "--json").json == {"path": str(path)}
    refused = two(*words)
    assert refused.status == 1
    assert "Give another path, or --overwrite" in refused.err
    assert two(*words, "--overwrite").out == f"{path}\n"
    assert two("strategies", "import", path, "--name", "Mine", "--json").json["version"] == 2
    assert "Golden cross, version 2" in two("strategies", "import", path).out
    path.write_text("{}")
    damaged = two("strategies", "import", path)
    assert damaged.status == 1
    assert "Nothing was imported" in damaged.err


def test_a_strategy_is_retired_and_restored(two):
    assert "is retired" in two("strategies", "retire", "golden cross").out
    assert two("strategies", "list", "--active", "--json").json == []
    assert len(two("strategies", "list", "--retired", "--json").json) == 1
    assert two("strategies", "restore", "Golden cross", "--json").json["is_active"] is True


def test_show_prints_english_code_and_json(two):
    told = two("strategies", "show", "golden cross").out
    for part in ("Buy at the next open", "definition = bz.strategy(", '"stop_loss_pct": 5'):
        assert part in told
