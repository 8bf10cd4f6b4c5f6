"""Versions as people use them: what changed, notes, tags, how often they ran, copies, names."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import DefinitionError, TradingError, UnknownName
from bitstockerz_lab.strategies import Definition, Strategies, close, rsi, sma
from bitstockerz_lab.users import api as users
from tests.helpers import make_bars


@pytest.fixture
def strategies(database):
    return Strategies(database, users.current(database))


def dip(level=30, name="Dip", **keywords):
    return bz.strategy(name, enter=rsi(14) < level, **keywords)


@pytest.fixture
def three(strategies):
    """A strategy of three versions."""
    strategies.save(dip(30, stop_loss_pct=8))
    strategies.save(dip(25, stop_loss_pct=5))
    strategies.save(dip(25, stop_loss_pct=5, leave=close > sma(5)))
    return strategies


def test_the_newest_version_is_compared_with_the_one_before(three):
    found = three.diff("Dip")
    assert (found.old, found.new) == ("Dip, version 2", "version 3")
    assert found.sentences == ("exit added: the close is above the 5-bar SMA",)
    assert three.diff("Dip", 1).sentences == (
        "entry: the 14-bar RSI below 30 → below 25",
        "exit added: the close is above the 5-bar SMA",
        "stop loss: 8 % → 5 %",
    )
    assert three.diff("Dip", 1, 2).sentences == three.diff("Dip", new=2).sentences
    assert three.diff("Dip", 2, 1).sentences[0] == "entry: the 14-bar RSI below 25 → below 30"
    assert not three.diff("Dip", 2, 2)


def test_anything_that_has_rules_can_be_compared(three):
    stored, loose = three.get("Dip", 1), dip(20, "Loose", stop_loss_pct=8)
    sentence = ("entry: the 14-bar RSI below 30 → below 20",)
    three.save(loose)
    assert three.diff(dip(30, stop_loss_pct=8), loose).sentences == sentence
    assert three.diff(stored, loose).sentences == sentence
    assert three.diff(stored, "Loose").sentences == sentence
    assert three.diff(stored, three.get("Loose")).sentences == sentence
    assert three.diff("Dip", loose).sentences == three.diff("Dip", "Loose").sentences
    assert three.diff("Dip", "Loose").old == "Dip, version 3"
    assert three.diff(stored, 2).sentences == three.diff("Dip", 2, 1).sentences


def test_what_cannot_be_compared_says_what_can(three):
    three.save(dip(name="Lone"))
    with pytest.raises(UnknownName, match=r"'Lone' version 1 has no version before it"):
        three.diff("Lone")
    with pytest.raises(UnknownName, match=r"has no version 9\. It has 1, 2, 3"):
        three.diff("Dip", 1, 9)
    with pytest.raises(UnknownName, match="Did you mean 'Dip'"):
        three.diff("Dop")
    with pytest.raises(DefinitionError, match="needs something beside it"):
        three.diff(dip())


def test_versions_show_what_changed_with_each(three):
    told = three.versions("Dip")
    assert told["changes"].tolist() == [
        "the first version",
        "entry: the 14-bar RSI below 30 → below 25\nstop loss: 8 % → 5 %",
        "exit added: the close is above the 5-bar SMA",
    ]
    assert told["runs"].tolist() == [0, 0, 0]
    assert told["last_run_at"].isna().all()


def test_the_completed_runs_of_each_version_are_counted(lab):
    lab.market.load_frame(make_bars(300, seed=3), "AAPL", asset_type="EQUITY")
    lab.strategies.save(dip(45))
    lab.strategies.save(dip(40))
    before = pd.Timestamp(clock.now(), tz="UTC")
    lab.backtests.run("Dip", "AAPL")
    lab.backtests.run("Dip", "AAPL", fee_bps=5)
    lab.backtests.run("Dip", "AAPL", version=1)
    told = lab.strategies.versions("Dip")
    assert told["runs"].tolist() == [1, 2]
    assert (told["last_run_at"] >= before).all()
    row = lab.strategies.list().iloc[0]
    assert (row["versions"], row["runs"]) == (2, 3)
    assert row["last_run_at"] == told["last_run_at"].max()
    lab.strategies.rename("Dip", "Deep")
    assert lab.strategies.versions("Deep")["runs"].tolist() == [1, 2]
    assert lab.backtests.list()["strategy"].unique().tolist() == ["Deep"]


def test_a_run_that_failed_is_no_use_of_a_version(strategies, database):
    saved, user_id = strategies.save(dip()), users.current(database).id
    now = clock.now()
    with database.write() as con:
        con.execute(
            "INSERT INTO symbols (symbol, name, asset_type, currency, is_active, created_at, "
            "updated_at) VALUES ('A', 'A', 'EQUITY', 'USD', true, ?, ?)",
            [now, now],
        )
        con.execute(
            "INSERT INTO backtest_runs (user_id, strategy_id, strategy_version_id, symbol_id, "
            "timeframe, start_date, end_date, initial_equity, status, created_at, updated_at) "
            "SELECT ?, ?, ?, id, '1d', ?, ?, 1, 'failed', ?, ? FROM symbols",
            [user_id, saved.strategy_id, saved.id, now, now, now, now],
        )
    assert strategies.versions("Dip")["runs"].tolist() == [0]
    assert strategies.list()["runs"].tolist() == [0]


def test_notes_stay_and_the_newest_is_shown(three):
    three.note("Dip", " First. ", version=1)
    three.note("Dip", "Second.", version=1)
    three.note("Dip", "Newest.")
    assert three.versions("Dip")["note"].tolist() == ["Second.", "", "Newest."]
    notes = three.notes("dip")
    assert notes[["version", "note"]].to_numpy().tolist() == [
        [1, "First."],
        [1, "Second."],
        [3, "Newest."],
    ]
    assert str(notes["created_at"].dt.tz) == "UTC"
    with pytest.raises(DefinitionError, match="A note needs a text"):
        three.note("Dip", "  ")
    with pytest.raises(UnknownName, match="It has 1, 2, 3"):
        three.note("Dip", "x", version=4)


def test_tags_are_put_on_and_taken_off_and_found(three, database):
    three.save(dip(name="Other"))
    three.tag("Dip", "Live", " candidate ", version=2)
    three.tag("Dip", "LIVE", version=2)
    three.tag("Dip", "best")
    assert three.versions("Dip")["tags"].tolist() == ["", "Live, candidate", "best"]
    assert three.list()["tags"].tolist() == ["Live, best, candidate", ""]
    assert three.list(tag="live")["name"].tolist() == ["Dip"]
    three.untag("Dip", "live", version=2)
    assert three.versions("Dip")["tags"].tolist() == ["", "candidate", "best"]
    with pytest.raises(UnknownName, match=r"No tag 'bst'\. Did you mean 'best'"):
        three.list(tag="bst")
    with pytest.raises(UnknownName, match=r"No tag 'live'. 'Dip' version 2 has candidate\."):
        three.untag("Dip", "live", version=2)
    with database.read() as con:
        rows = con.execute("SELECT tag, removed_at IS NULL FROM version_tags ORDER BY id")
        assert rows.fetchall() == [("Live", False), ("candidate", True), ("best", True)]


@pytest.mark.parametrize("tag", ["", " ", "a,b", "a\nb", "x" * 41])
def test_what_is_no_tag_is_refused(three, tag):
    with pytest.raises(DefinitionError, match="is no tag"):
        three.tag("Dip", "fine", tag)
    assert three.list()["tags"].tolist() == [""]
    with pytest.raises(DefinitionError, match="No tag was given"):
        three.tag("Dip")


def test_the_list_shows_retired_ones_unless_asked_otherwise(three):
    three.save(dip(name="Other"))
    three.retire("other")
    assert three.list()["is_active"].tolist() == [True, False]
    assert three.list(retired=False)["name"].tolist() == ["Dip"]
    assert three.list(retired=True)["name"].tolist() == ["Other"]


def test_a_copy_is_version_one_of_its_own_and_knows_where_it_came_from(three):
    three.save(dip(25, stop_loss_pct=5), asset_type="CRYPTO", description="Why.")
    made = three.copy("dip", "Dip again", version=2)
    assert (made.name, made.version, made.asset_type) == ("Dip again", 1, "CRYPTO")
    assert made.definition.name == "Dip again"
    assert made.definition.rules() == three.get("Dip", 2).definition.rules()
    assert three.notes("Dip again")["note"].tolist() == ["Copy of Dip version 2."]
    assert three.versions("Dip")["note"].tolist() == ["", "", ""]
    with pytest.raises(TradingError, match="There is a strategy 'Dip again' already"):
        three.copy("Dip", "DIP AGAIN")
    with pytest.raises(DefinitionError, match="needs a name"):
        three.copy("Dip", "  ")


def test_a_retired_strategy_is_compared_copied_noted_and_listed_like_any(three):
    three.retire("Dip")
    assert three.diff("Dip", 1, 2)
    assert three.copy("Dip", "Again").is_active
    three.note("Dip", "Too few trades.")
    three.tag("Dip", "lesson")
    assert len(three.versions("Dip")) == 3
    with pytest.raises(TradingError, match=r"lab\.strategies\.restore\('Dip'\)"):
        three.save(dip(1, name="DIP"))


def test_a_name_is_found_whatever_its_case(strategies):
    first = strategies.save(dip(name="Golden cross"))
    for name in ("golden cross", "GOLDEN CROSS", " Golden cross "):
        assert strategies.get(name) == first
    again = strategies.save(dip(name="golden cross"))
    assert again == first
    later = strategies.save(dip(20, name="GOLDEN CROSS"))
    assert (later.name, later.version, later.definition.name) == ("Golden cross", 2, "Golden cross")
    assert len(strategies.list()) == 1


def test_two_old_names_that_differ_by_case_are_both_kept_and_found_exactly(strategies, database):
    one = strategies.save(dip(name="Dip"))
    other = strategies.save(dip(20, name="Other"))
    with database.write() as con:  # as a file of an earlier version may have it
        con.execute("UPDATE strategies SET name = 'DIP' WHERE id = ?", [other.strategy_id])
    assert strategies.get("Dip").id == one.id
    assert strategies.get("DIP").id == other.id
    assert strategies.save(dip(10, name="DIP")).strategy_id == other.strategy_id
    for verb in (strategies.get, strategies.retire, lambda name: strategies.save(dip(name=name))):
        with pytest.raises(UnknownName, match="'dip' may be 'Dip' or 'DIP'"):
            verb("dip")
    assert strategies.rename("DIP", "Deep") == "Deep"
    assert strategies.get("dip").id == one.id


def test_a_strategy_can_be_called_otherwise_and_keeps_everything(three):
    before = three.get("Dip", 1)
    three.note("Dip", "Kept.")
    assert three.rename("dip", " RSI dip ") == "RSI dip"
    after = three.get("RSI dip", 1)
    assert (after.id, after.definition.rules()) == (before.id, before.definition.rules())
    assert after.definition.name == "RSI dip"
    assert three.notes("RSI dip")["note"].tolist() == ["Kept."]
    assert three.save(dip(30, name="RSI dip", stop_loss_pct=8)).version == 1
    assert three.rename("RSI dip", "Rsi Dip") == "Rsi Dip"
    with pytest.raises(UnknownName):
        three.get("Dip")
    three.save(dip())
    with pytest.raises(TradingError, match="There is a strategy 'Rsi Dip' already"):
        three.rename("Dip", "rsi dip")


def test_another_user_has_names_notes_and_tags_of_their_own(three, database, monkeypatch):
    three.tag("Dip", "mine")
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    other = Strategies(database, users.current(database))
    assert other.save(dip()).version == 1
    assert other.list()["tags"].tolist() == [""]
    for verb in (other.notes, other.versions):
        assert "mine" not in str(verb("Dip"))
    with pytest.raises(UnknownName):
        other.list(tag="mine")


NAMES_AT_ONCE = """
import sys
from pathlib import Path
from bitstockerz_lab.storage import Database
from bitstockerz_lab.strategies import Strategies, close, strategy
from bitstockerz_lab.users import api as users
path, name, file = sys.argv[1:]
database = Database(Path(path), timeout_s=60)
strategies = Strategies(database, users.current(database))
for level in range(5):
    strategies.save(strategy(name, enter=close > level))
    strategies.import_file(file)
    strategies.tag(name, "live", version=1)
"""


def test_processes_that_save_and_import_one_name_at_once_lose_nothing(three, database, tmp_path):
    file = three.export("Dip", tmp_path / "dip.json")
    three.rename("Dip", "Away")
    started = [
        subprocess.Popen([sys.executable, "-c", NAMES_AT_ONCE, str(database.path), name, str(file)])
        for name in ("Above", "ABOVE")
    ]
    assert [process.wait(60) for process in started] == [0, 0]
    assert len(three.list()) == 3
    assert three.versions("Above")["version"].tolist() == [1, 2, 3, 4, 5]
    assert three.versions("above")["summary"].is_unique
    assert three.versions("Above")["tags"].tolist() == ["live", "", "", "", ""]
    assert three.versions("Dip")["version"].tolist() == [1, 2, 3]


def test_definitions_stay_as_they_were_stored(three, database):
    with database.read() as con:
        rows = con.execute("SELECT definition_json FROM strategy_versions ORDER BY id").fetchall()
    texts = [text for (text,) in rows]
    three.rename("Dip", "Deep")
    three.save(dip(1, name="deep"))
    with database.read() as con:
        rows = con.execute("SELECT definition_json FROM strategy_versions ORDER BY id").fetchall()
    assert [text for (text,) in rows][:3] == texts
    assert Definition.parse(texts[0]).name == "Dip"
