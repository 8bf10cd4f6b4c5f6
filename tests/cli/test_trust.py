"""bitstockerz strategies trust, distrust, trusted, and what asks for it."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies.python import consent
from tests.strategies.python import written


@pytest.fixture
def foreign(ready, database, monkeypatch, tmp_path):
    """The command line on a lab with Python that nobody agreed to on this machine."""
    rules = bz.code_strategy("Mean reversion", parameters={"n": 20})(written.mean_reversion)
    bz.open_lab(database.path).strategies.save(rules)
    monkeypatch.setenv(consent.TRUST, str(tmp_path / "elsewhere" / "trusted.json"))
    consent._OWN.clear()
    consent._AGREED.clear()
    return ready


def test_what_is_not_agreed_to_names_the_commands_that_show_and_trust_it(foreign):
    answer = foreign("strategies", "check", "Mean reversion")
    assert answer.status == 1
    assert "Read them with bitstockerz strategies show 'Mean reversion' --version 1" in answer.err
    assert "then run with --trust, or trust every strategy" in answer.err
    assert "bitstockerz strategies trust --all" in answer.err
    assert "def mean_reversion" in foreign("strategies", "show", "Mean reversion").out


def test_what_was_trusted_runs_and_is_listed_until_it_is_taken_back(foreign):
    assert foreign("strategies", "trusted").out == "Nothing is trusted yet.\n"
    told = foreign("strategies", "trust", "mean reversion")
    assert told.out == "mean reversion runs without asking.\n"
    listed = foreign("strategies", "trusted", "--json").json
    assert [(row["kind"], row["name"]) for row in listed] == [("code", "Mean reversion")]
    assert foreign("backtest", "Mean reversion", "acme").status == 0
    assert foreign("strategies", "distrust", "Mean reversion").status == 0
    assert foreign("strategies", "trusted", "--json").json == []
    assert "then run with --trust" in foreign("strategies", "check", "Mean reversion").err


def test_check_agrees_where_it_is_told_to(foreign):
    assert (
        "Mean reversion, version 1"
        in foreign("strategies", "check", "Mean reversion", "--trust").out
    )
    assert foreign("strategies", "check", "Golden cross", "--trust").err == ""


def test_all_is_said_in_so_many_words(foreign, database):
    answer = foreign("strategies", "trust")
    assert (answer.status, "NAME or --all" in answer.err) == (2, True)
    assert foreign("strategies", "trust", "--all", "--json").json == {"name": None, "all": True}
    assert foreign("strategies", "trusted", "--json").json[0]["name"] == str(database.path)
