"""bitstockerz health and bitstockerz check."""

from __future__ import annotations

import pytest

from tests.helpers import make_bars


@pytest.fixture
def holed(call, tmp_path):
    """The command line on a lab with a coin of which ten days are missing."""
    bars = make_bars(300)
    bars = bars.drop(bars.index[100:110])
    bars.index = bars.index.strftime("%Y-%m-%d")
    bars.to_csv(tmp_path / "A-USD_1d.csv", index_label="date")
    assert call("load", tmp_path / "A-USD_1d.csv", "--symbol", "A-USD",
                "--asset-type", "CRYPTO").status == 0  # fmt: skip
    return call


def test_check_shows_what_is_odd_and_errors_make_its_status_1(holed):
    answer = holed("check", "a-usd")
    assert answer.status == 1
    assert "gap: 10 days are missing, 2020-04-10 to 2020-04-19." in answer.out
    assert answer.err == ""


def test_check_in_json_has_stable_keys(holed):
    told = holed("check", "A-USD", "--timeframe", "1d", "--json").json
    assert list(told) == ["symbol", "timeframe", "calendar", "ok", "notes", "findings"]
    assert (told["ok"], told["calendar"]) == (False, "24/7")
    assert list(told["findings"][0]) == [
        "kind", "severity", "first", "last", "bars", "value", "message",
    ]  # fmt: skip
    assert told["findings"][0]["first"] == "2020-04-10T00:00:00+00:00"


def test_check_of_sound_bars_is_done(ready):
    answer = ready("check", "ACME", "--json")
    errors = [row for row in answer.json["findings"] if row["severity"] == "error"]
    assert (answer.status, answer.json["ok"]) == (bool(errors), not errors)


def test_check_of_nothing_is_one_line_with_the_way_out(call):
    answer = call("check", "NONE")
    assert answer.status == 1
    assert answer.err.startswith("error: No symbol 'NONE'.")


def test_health_lists_counts_and_says_what_to_do(holed):
    answer = holed("health")
    assert answer.status == 0
    assert "A-USD" in answer.out
    assert "1 of 1 have errors or warnings: bitstockerz check A-USD --timeframe 1d" in answer.out
    assert "1 of 1 end too early" in answer.out


def test_health_in_json_is_the_verbs_rows(holed):
    (row,) = holed("health", "--json").json
    assert list(row) == [
        "symbol", "timeframe", "asset_type", "first", "last", "bars", "provider", "refused",
        "simulated", "errors", "warnings", "stale", "behind", "checked_at",
    ]  # fmt: skip
    assert (row["errors"], row["warnings"], row["stale"]) == (1, 0, True)


def test_health_of_an_empty_lab_says_so(call):
    assert "No bars are stored yet" in call("health").out
    assert call("health", "--json").json == []
