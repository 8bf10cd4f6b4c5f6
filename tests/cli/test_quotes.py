"""The command latest."""

from __future__ import annotations

import pytest

from bitstockerz_lab.cli.quotes import _in_words


def test_latest_answers_with_numbers_for_programs_and_a_table_for_people(ready):
    (row,) = ready("latest", "acme", "--json").json
    assert row["symbol"] == "ACME"
    assert row["last"] > 0
    assert row["age"] > 86_400
    assert row["timestamp"].endswith("+00:00")
    table = ready("latest", "ACME", "--timeframe", "1d")
    assert table.status == 0
    assert "change_7d_pct" in table.out.splitlines()[0]
    assert " d " in table.out.splitlines()[1]


def test_latest_of_an_empty_lab_says_what_to_do(call):
    assert call("latest").out.strip().endswith("bitstockerz load stores some.")


def test_latest_says_what_is_missing(ready):
    answer = ready("latest", "--currency", "EUR")
    assert answer.status == 1
    assert answer.err.startswith("error: There is no rate from USD to EUR")
    assert "No symbol 'ACMEE'" in ready("latest", "ACMEE", "ACME").err


def test_symbols_show_only_columns_that_somebody_filled(ready):
    table = ready("symbols").out.splitlines()[0]
    assert "last_bar" in table
    assert "sector" not in table
    assert "sector" in ready("symbols", "--json").json[0]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s"), (60, "1 min"), (7300, "2 h"), (200_000, "2 d"), (float("nan"), "–")],
)
def test_an_age_is_told_in_its_largest_unit(seconds, words):
    assert _in_words(seconds) == words
