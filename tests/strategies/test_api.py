"""`lab.strategies`: immutable versions, one name a user, retired and restored."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, DefinitionError, TradingError, UnknownName
from bitstockerz_lab.strategies import Definition, Strategies, close, sma, store, templates
from bitstockerz_lab.users import api as users


@pytest.fixture
def strategies(database):
    return Strategies(database, users.current(database))


def above(level, name="Above", **keywords):
    return bz.strategy(name, enter=close > level, **keywords)


def test_saving_gives_version_one_with_everything_filled_in(strategies):
    before = clock.now()
    saved = strategies.save(
        above(100, description="Why."),
        asset_type="equity",
        symbol_scope=["aapl", "MSFT"],
        timeframe="1d",
    )
    assert (saved.name, saved.version, saved.is_active) == ("Above", 1, True)
    assert (saved.asset_type, saved.symbol_scope, saved.timeframe) == ("EQUITY", "AAPL,MSFT", "1d")
    assert saved.definition == above(100, description="Why.")
    assert before <= saved.created_at.replace(tzinfo=None) <= clock.now()
    assert str(saved.created_at.tzinfo) == "UTC"
    assert strategies.get("Above") == saved
    assert strategies.list()["description"].tolist() == ["Why."]


@pytest.mark.parametrize("text", ["RSI dip", "", "[1]", "x" * 500])
def test_saving_a_name_says_what_save_takes(strategies, text):
    with pytest.raises(
        DefinitionError, match=r"save takes a definition .* dict or JSON"
    ) as refused:
        strategies.save(text)
    assert len(str(refused.value)) < 220
    assert strategies.list().empty


def test_what_it_is_meant_for_is_any_unless_said(strategies):
    saved = strategies.save(above(1))
    assert (saved.asset_type, saved.symbol_scope, saved.timeframe) == ("ANY", "ANY", "ANY")


def test_the_same_rules_give_the_same_version_and_changed_rules_the_next(strategies):
    first = strategies.save(above(1))
    assert strategies.save(above(1)) == first
    second = strategies.save(above(2))
    assert (second.version, second.strategy_id) == (2, first.strategy_id)
    assert second.id != first.id
    assert strategies.save(above(1)) == first, "an older version with the same rules is found too"
    assert strategies.get("Above").version == 2
    assert strategies.get("Above", 1) == first
    assert len(strategies.versions("Above")) == 2


def test_the_same_rules_written_differently_give_the_same_version(strategies):
    first = strategies.save(above(1))
    json = '{"enter_long": {"all": [{"left": "close", "op": ">", "right": 1.0}]}, "name": "Above"}'
    assert strategies.save(json) == first
    assert (
        strategies.save({"enter_long": {"left": "close", "op": ">", "right": 1}}, name="Above")
        == first
    )


def test_a_stored_version_stays_as_it_was_whatever_is_saved_after_it(strategies):
    first = strategies.save(above(1), description="First.")
    strategies.save(above(2), description="Second.", asset_type="CRYPTO")
    strategies.retire("Above")
    assert strategies.get(first.id).definition.to_json() == first.definition.to_json()


def test_another_name_is_another_strategy(strategies):
    first, other = strategies.save(above(1)), strategies.save(above(1), name="Other")
    assert other.version == 1
    assert other.strategy_id != first.strategy_id
    assert other.definition.name == "Other"
    assert strategies.list()["name"].tolist() == ["Above", "Other"]


def test_saving_again_changes_only_what_is_said(strategies):
    strategies.save(above(1, description="Old."), asset_type="EQUITY", timeframe="1d")
    changed = strategies.save(above(1), timeframe="1h")
    assert (changed.asset_type, changed.timeframe, changed.version) == ("EQUITY", "1h", 1)
    assert strategies.list()["description"].tolist() == ["Old."]
    strategies.save(above(1), description="New.")
    assert strategies.list()["description"].tolist() == ["New."]


def test_a_strategy_without_a_name_is_refused(strategies):
    with pytest.raises(DefinitionError, match="has no name"):
        strategies.save({"enter_long": {"left": "close", "op": ">", "right": 1}})
    with pytest.raises(DefinitionError, match="has no name"):
        strategies.save(above(1), name="  ")


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"asset_type": "EQUTY"}, "No asset_type 'EQUTY'. Did you mean 'EQUITY'?"),
        ({"timeframe": "2d"}, "No timeframe '2d'. Known are '1h', '2h'"),
    ],
)
def test_what_it_cannot_be_meant_for_is_refused_before_anything_is_stored(
    strategies, keywords, told
):
    with pytest.raises((DefinitionError, DataError), match=told):
        strategies.save(above(1), **keywords)
    assert strategies.list().empty


def test_a_broken_definition_is_refused_and_nothing_is_stored(strategies):
    with pytest.raises(DefinitionError, match="Did you mean 'close'"):
        strategies.save({"name": "X", "enter_long": {"left": "clsoe", "op": ">", "right": 1}})
    assert strategies.list().empty


def test_unknown_names_numbers_and_ids_say_what_there_is(strategies):
    strategies.save(above(1))
    with pytest.raises(UnknownName, match=r"No strategy 'Abvoe'\. Did you mean 'Above'\?"):
        strategies.get("Abvoe")
    with pytest.raises(UnknownName, match=r"No strategy 'Zzz'. Save one with lab.strategies.save"):
        strategies.get("Zzz")
    with pytest.raises(UnknownName, match=r"'Above' has no version 'v1'\. It has 1\."):
        strategies.get("Above", "v1")
    with pytest.raises(UnknownName, match=r"'Above' has no version 7\. It has 1\."):
        strategies.get("Above", 7)
    with pytest.raises(UnknownName, match="No strategy version with id 99"):
        strategies.get(99)
    for verb in (strategies.retire, strategies.restore, strategies.versions):
        with pytest.raises(UnknownName, match="Did you mean 'Above'"):
            verb("Abvoe")


def test_a_version_is_found_by_name_by_id_and_by_itself(strategies, database):
    first, second = strategies.save(above(1)), strategies.save(above(2))
    user_id = users.current(database).id
    with database.read() as con:
        assert store.get_version(con, user_id, "Above") == second
        assert store.get_version(con, user_id, first.id) == first
        assert store.get_version(con, user_id, first) == first
        assert store.get_version(con, user_id, first, 2) == second
        assert store.get_version(con, user_id, first.id, 1) == first


def test_a_retired_strategy_keeps_everything_but_is_not_run_or_saved_to(strategies, database):
    saved = strategies.save(above(1))
    strategies.retire("Above")
    strategies.retire("Above")
    assert strategies.list()["is_active"].tolist() == [False]
    assert strategies.get("Above").definition == saved.definition
    assert not strategies.get("Above").is_active
    way_out = r"'Above' is retired. lab.strategies.restore\('Above'\) brings it back"
    with pytest.raises(TradingError, match=way_out):
        strategies.save(above(2))
    user_id = users.current(database).id
    for wanted in ("Above", saved.id, saved):
        with database.read() as con, pytest.raises(TradingError, match=way_out):
            store.runnable_version(con, user_id, wanted)
    strategies.restore("Above")
    with database.read() as con:
        assert store.runnable_version(con, user_id, "Above") == saved
    assert strategies.save(above(2)).version == 2


def test_a_strategy_with_runs_can_still_be_changed_and_retired(strategies, database):
    saved = strategies.save(above(1))
    user_id = users.current(database).id
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
            "SELECT ?, ?, ?, id, '1d', ?, ?, 1, 'completed', ?, ? FROM symbols",
            [user_id, saved.strategy_id, saved.id, now, now, now, now],
        )
    changed = strategies.save(above(2), description="New.", timeframe="1h")
    assert (changed.version, changed.timeframe) == (2, "1h")
    strategies.retire("Above")
    assert not strategies.get("Above").is_active


def test_nobody_sees_or_touches_anothers_strategies(strategies, database, monkeypatch):
    mine = strategies.save(above(1))
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    other = Strategies(database, users.current(database))
    assert other.list().empty
    for ask in ("Above", mine.id, mine):
        with pytest.raises(UnknownName):
            other.get(ask)
    with pytest.raises(UnknownName):
        other.retire("Above")
    theirs = other.save(above(5))
    assert theirs.version == 1
    assert strategies.get("Above") == mine


def test_list_shows_the_newest_version_and_versions_shows_all_in_english(strategies):
    assert strategies.list().empty
    strategies.save(above(1))
    newest = strategies.save(above(sma(5)))
    row = strategies.list().iloc[0]
    assert (row["name"], row["version"], row["strategy_version_id"]) == ("Above", 2, newest.id)
    assert str(row["created_at"].tz) == "UTC"
    told = strategies.versions("Above")
    assert list(told) == [
        "version", "strategy_version_id", "created_at", "tags", "note", "runs", "last_run_at",
        "changes", "summary",
    ]  # fmt: skip
    assert told["version"].tolist() == [1, 2]
    assert "the close is above 1" in told["summary"][0]
    assert "the 5-bar SMA" in told["summary"][1]


def test_validate_summary_and_indicators_are_within_reach(strategies):
    saved = strategies.save(templates.get("golden-cross"))
    for ask in (saved, "Golden cross", saved.definition, saved.definition.to_json()):
        assert strategies.summary(ask, {"fast": 20}).startswith(
            "Buy at the next open when the 20-bar"
        )
    assert strategies.validate({"enter_long": 1})[0].path == "enter_long"
    assert "sma" in strategies.indicators().index


def test_a_version_shows_itself(strategies):
    saved = strategies.save(above(1), asset_type="CRYPTO")
    assert repr(saved) == f"StrategyVersion('Above', version 1, id {saved.id})"
    assert "asset type CRYPTO" in str(saved)
    assert "Buy at the next open" in saved._repr_html_()


def test_threads_that_save_the_same_rules_at_once_make_one_version(strategies):
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda _: strategies.save(above(1)), range(8)))
    assert len({one.id for one in saved}) == 1


SAVE_TEN = """
import sys
from pathlib import Path
from bitstockerz_lab.storage import Database
from bitstockerz_lab.strategies import Strategies, close, strategy
from bitstockerz_lab.users import api as users
database = Database(Path(sys.argv[1]), timeout_s=60)
strategies = Strategies(database, users.current(database))
for level in range(10):
    strategies.save(strategy("Above", enter=close > level))
"""


def test_processes_that_save_at_once_make_no_duplicates(strategies, database):
    users.current(database)
    started = [
        subprocess.Popen([sys.executable, "-c", SAVE_TEN, str(database.path)]) for _ in range(2)
    ]
    assert [process.wait(60) for process in started] == [0, 0]
    assert len(strategies.list()) == 1
    told = strategies.versions("Above")
    assert told["version"].tolist() == list(range(1, 11))
    assert told["summary"].is_unique


def test_a_definition_given_as_text_keeps_its_own_name(strategies):
    text = templates.get("rsi-reversal").to_json()
    assert strategies.save(text).name == "RSI reversal"
    assert strategies.save(text, name="Mine").definition.rules() == Definition.parse(text).rules()


def test_a_name_given_beside_a_json_text_is_the_one_that_counts(lab):
    text = '{"name": "Theirs", "enter_long": {"left": "close", "op": ">", "right": 100}}'
    assert lab.strategies.save(text, name="Mine").name == "Mine"
    assert lab.strategies.save(text).name == "Theirs"
