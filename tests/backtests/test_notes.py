"""What people say of runs: tags and notes, and runs found by them."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, DefinitionError, UnknownName


@pytest.fixture
def runs(stocked):
    """Three runs: two on AAA, one on COIN-USD."""
    return [
        stocked.backtests.run("SMA cross", "AAA"),
        stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 8}),
        stocked.backtests.run("SMA cross", "COIN-USD"),
    ]


def found(lab, query="", **wanted):
    return lab.backtests.list(query=query, **wanted)["id"].tolist()


def test_tags_are_put_on_once_whatever_their_case_and_taken_off(stocked, runs):
    first, second, third = (run.id for run in runs)
    stocked.backtests.tag([first, runs[1]], "Live", "candidate")
    stocked.backtests.tag(first, "LIVE")
    listed = stocked.backtests.list().set_index("id")["tags"]
    assert listed.to_dict() == {first: "candidate, Live", second: "candidate, Live", third: ""}
    assert stocked.backtests.tags().to_dict("list") == {
        "tag": ["candidate", "Live"],
        "runs": [2, 2],
    }
    stocked.backtests.untag(first, "live")
    assert found(stocked, tag="live") == [second]
    assert found(stocked, tag="CANDIDATE") == [second, first]
    stocked.backtests.tag(first, "live")
    assert found(stocked, tag="live") == [second, first]


def test_what_is_no_tag_or_no_run_is_refused_and_nothing_is_written(stocked, runs):
    with pytest.raises(DefinitionError, match="'a,b' is no tag"):
        stocked.backtests.tag(runs[0], "fine", "a,b")
    with pytest.raises(UnknownName, match="No run 999"):
        stocked.backtests.tag([runs[0], 999], "fine")
    with pytest.raises(UnknownName, match="'AAA' is no run id"):
        stocked.backtests.tag("AAA", "fine")
    with pytest.raises(DataError, match=r"No tag was given. Give one: tag\(run"):
        stocked.backtests.tag(runs[0])
    with pytest.raises(DataError, match="No run was named"):
        stocked.backtests.tag([], "fine")
    assert stocked.backtests.tags().empty
    stocked.backtests.tag(runs[0], "candidate")
    with pytest.raises(UnknownName, match=r"No tag 'candidat'\. Did you mean 'candidate'"):
        stocked.backtests.untag(runs[0], "candidat")


def test_notes_stay_in_order_and_the_newest_is_listed(stocked, runs):
    stocked.backtests.note(runs[0], " Too few trades. ")
    stocked.backtests.note([runs[0].id, runs[1].id], "100% of them in 2020; look_again.")
    notes = stocked.backtests.notes(runs[0])
    assert notes["note"].tolist() == ["Too few trades.", "100% of them in 2020; look_again."]
    assert str(notes["created_at"].dt.tz) == "UTC"
    assert len(stocked.backtests.notes()) == 3
    assert stocked.backtests.notes(runs[2].id).empty
    listed = stocked.backtests.list().set_index("id")["note"]
    assert listed[runs[0].id] == listed[runs[1].id] == "100% of them in 2020; look_again."
    with pytest.raises(DataError, match="A note needs a text"):
        stocked.backtests.note(runs[0], " ")
    with pytest.raises(UnknownName, match="No run 999"):
        stocked.backtests.notes(999)


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("", [2, 1, 0]),
        ("sma AAA", [1, 0]),
        ("fast 8", [1]),
        ("v1 coin", [2]),
        ("1h COMPLETED", [2]),
        ("early", [0]),
        ("winner early", [0]),
        ("100%", [0]),
        ("100", [0]),
        ("10", []),
        ("a.l", []),
        ("1_0", []),
        ("sma nothing", []),
    ],
)
def test_every_word_of_a_search_must_stand_somewhere(stocked, runs, query, positions):
    stocked.backtests.tag(runs[0], "Winner")
    stocked.backtests.note(runs[0], "Early years made 100% of it.")
    stocked.backtests.note(runs[0], "A later note.")
    assert found(stocked, query) == [runs[at].id for at in positions]


def test_a_search_may_be_narrowed_further(stocked, runs):
    assert found(stocked, "sma", symbol="aaa", limit=1) == [runs[1].id]
    assert stocked.backtests.list(query="fast 8")["parameters"].tolist() == ["fast 8"]


def test_a_tag_that_no_run_has_is_refused(stocked, runs):
    stocked.backtests.tag(runs[0], "candidate")
    with pytest.raises(UnknownName, match=r"No tag 'zzz'\. Your runs have candidate"):
        stocked.backtests.list(tag="zzz")


def test_nobody_else_sees_or_writes_them(stocked, runs, monkeypatch):
    stocked.backtests.tag(runs[0], "mine")
    stocked.backtests.note(runs[0], "Mine.")
    monkeypatch.setenv("BITSTOCKERZ_USER", "somebody@local")
    other = bz.open_lab(stocked.path)
    assert other.backtests.tags().empty
    assert other.backtests.notes().empty
    with pytest.raises(UnknownName, match=f"No run {runs[0].id}"):
        other.backtests.tag(runs[0].id, "theirs")
