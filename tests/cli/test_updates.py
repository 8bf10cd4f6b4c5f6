"""bitstockerz update and providers."""

from __future__ import annotations

import pytest

from tests.helpers import make_bars


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_FILES", str(tmp_path))

    def write(symbol, count):
        make_bars(30).round(4).iloc[:count].to_csv(
            tmp_path / f"{symbol}_1d.csv", index_label="date", date_format="%Y-%m-%d"
        )

    return write


@pytest.fixture
def ready(lab, folder, call):
    """The command line, with AAA and BBB five bars behind their files."""
    for symbol in ("AAA", "BBB"):
        folder(symbol, 20)
        lab.market.load("file", symbol, asset_type="EQUITY")
        folder(symbol, 25)
    return call


def test_update_asks_for_what_is_missing_and_tells_each_symbol(ready):
    answer = ready("update")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("10 bars inserted, 2 asked for\n")
    assert "AAA 1d from file: 5 inserted" in answer.out
    again = ready("update", "aaa", "--timeframe", "1d", "--provider", "file", "--json")
    assert again.status == 0
    assert again.json["inserted"] == 0
    assert [row["symbol"] for row in again.json["rows"]] == ["AAA"]


def test_update_exits_with_1_if_a_symbol_failed(ready, folder):
    folder("AAA", 0)
    answer = ready("update", "--json")
    assert answer.status == 1
    assert (answer.json["failed"], answer.json["inserted"]) == (1, 5)


def test_update_of_an_unknown_symbol_is_one_line(ready):
    answer = ready("update", "AAB")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("error: No symbol 'AAB'. Did you mean 'AAA'?")


def test_fetch_begins_with_a_provider_and_update_goes_on(call, folder):
    folder("AAA", 20)
    words = ("fetch", "file", "aaa", "--asset-type", "EQUITY", "--start", "2020-01-05", "--json")
    assert call(*words).json["inserted"] == 16
    folder("AAA", 25)
    assert call("update", "--start", "2020-01-05", "--json").json["inserted"] == 5
    assert "16 inserted" not in call(*words[:-1]).out
    answer = call("fetch", "fil", "AAA")
    assert (answer.status, answer.err.strip()) == (
        1,
        "error: No provider 'fil'. Did you mean 'file'?",
    )


def test_providers_are_listed(call):
    assert [row["name"] for row in call("providers", "--json").json] == [
        "ccxt", "file", "synthetic", "yfinance",
    ]  # fmt: skip
    assert "coins 1d and 1h" in call("providers").out
