"""A strategy as a file: exported whole, imported whole or not at all."""

from __future__ import annotations

import json

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, DefinitionError, TradingError, UnknownName
from bitstockerz_lab.strategies import close, files, rsi, sma, templates
from tests.helpers import make_bars


def dip(level=30, name="Dip", **keywords):
    return bz.strategy(name, enter=rsi(14) < level, **keywords)


@pytest.fixture
def other(template, tmp_path):
    """A second lab."""
    path = tmp_path / "other.duckdb"
    path.write_bytes(template.read_bytes())
    return bz.open_lab(path)


@pytest.fixture
def told(lab, tmp_path):
    """The file of a strategy with two versions, notes and tags."""
    lab.strategies.save(
        dip(30, description="Why."), asset_type="EQUITY", symbol_scope="AAPL", timeframe="1d"
    )
    lab.strategies.save(dip(25, leave=close > sma(5)))
    lab.strategies.note("Dip", "First.", version=1)
    lab.strategies.note("Dip", "Second.", version=1)
    lab.strategies.tag("Dip", "live", "best", version=2)
    return lab.strategies.export("Dip", tmp_path / "dip.json")


def changed(path, change):
    """Write a file anew with something changed in it."""
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    return path


def everything(lab, name="Dip"):
    table = lab.strategies.versions(name).drop(columns="strategy_version_id")
    notes = lab.strategies.notes(name)
    found = lab.strategies.get(name)
    row = lab.strategies.list().set_index("name").loc[found.name]
    scope = (row["description"], found.asset_type, found.symbol_scope, found.timeframe)
    rules = [lab.strategies.get(name, number).definition for number in table["version"]]
    return table.to_dict("list"), notes.to_dict("list"), scope, rules


def test_what_was_exported_is_imported_with_everything(lab, other, told):
    made = other.strategies.import_file(told)
    assert (made.name, made.version) == ("Dip", 2)
    here, there = everything(lab), everything(other)
    for table in (here[0], there[0]):
        assert table.pop("last_run_at")
    assert here == there


def test_a_file_can_be_imported_twice_and_nothing_is_doubled(lab, other, told):
    first = other.strategies.import_file(told)
    before = everything(other)[:2]
    assert other.strategies.import_file(told) == first
    after = everything(other)[:2]
    for one, again in zip(before, after, strict=True):
        assert {k: list(map(str, v)) for k, v in one.items()} == {
            k: list(map(str, v)) for k, v in again.items()
        }
    assert lab.strategies.import_file(told).id == lab.strategies.get("Dip").id
    assert lab.strategies.notes("Dip")["note"].tolist() == ["First.", "Second."]


def test_the_same_strategy_gives_the_same_file(other, told, tmp_path):
    other.strategies.import_file(told)
    again = other.strategies.export("Dip", tmp_path / "again.json")
    assert again.read_text("utf-8") == told.read_text("utf-8")


def test_later_versions_of_a_file_are_added_to_what_is_stored(lab, other, told, tmp_path):
    other.strategies.import_file(told)
    lab.strategies.save(dip(20))
    lab.strategies.note("Dip", "Third.", version=1)
    later = lab.strategies.export("Dip", tmp_path / "later.json")
    assert other.strategies.import_file(later).version == 3
    assert other.strategies.versions("Dip")["note"].tolist() == ["Third.", "", ""]
    assert other.strategies.import_file(told).version == 2, "an older file is in it already"
    assert other.strategies.save(dip(15)).version == 4


@pytest.mark.usefixtures("told")
def test_one_version_alone_keeps_its_number(lab, other, tmp_path):
    newest = lab.strategies.export("Dip", tmp_path / "newest.json", version=None)
    assert other.strategies.import_file(newest).version == 2
    assert other.strategies.versions("Dip")["version"].tolist() == [2]
    first = lab.strategies.export("Dip", tmp_path / "first.json", version=1)
    assert other.strategies.import_file(first).version == 1
    assert other.strategies.versions("Dip")["version"].tolist() == [1, 2]
    assert other.strategies.save(dip(5)).version == 3
    with pytest.raises(UnknownName, match="It has 1, 2"):
        lab.strategies.export("Dip", tmp_path / "x.json", version=9)
    with pytest.raises(DefinitionError, match="Give a number, None or 'all'"):
        lab.strategies.export("Dip", tmp_path / "x.json", version="newest")


def test_another_name_imports_beside_what_is_there(other, told):
    other.strategies.save(dip(99))
    with pytest.raises(
        TradingError, match=r"'Dip' has other rules as version 1 than the file\. .*name='Dip \(imp"
    ):
        other.strategies.import_file(told)
    assert other.strategies.versions("Dip")["version"].tolist() == [1]
    made = other.strategies.import_file(told, name="Theirs")
    assert (made.name, made.definition.name, made.version) == ("Theirs", "Theirs", 2)
    with pytest.raises(DefinitionError, match="needs a name"):
        other.strategies.import_file(told, name=" ")


def test_rules_that_are_stored_under_another_number_are_refused(other, told):
    other.strategies.save(dip(1))
    other.strategies.save(dip(30))
    with pytest.raises(TradingError, match="has other rules as version 1"):
        other.strategies.import_file(told)
    changed(told, lambda content: content["versions"].pop(1))
    changed(told, lambda content: content["versions"][0].update(version=7))
    with pytest.raises(TradingError, match="has the file's version 7 as version 2"):
        other.strategies.import_file(told)
    assert len(other.strategies.versions("Dip")) == 2


def test_nothing_of_a_refused_file_is_stored(other, told):
    other.strategies.save(dip(25, leave=close > sma(5)))  # what the file has as version 2
    other.strategies.note("Dip", "Mine.")
    with pytest.raises(TradingError):
        other.strategies.import_file(told)
    assert other.strategies.notes("Dip")["note"].tolist() == ["Mine."]
    assert other.strategies.list()["tags"].tolist() == [""]


def test_a_name_that_differs_by_case_is_the_stored_one(other, told):
    other.strategies.save(dip(30, name="DIP"))
    made = other.strategies.import_file(told)
    assert (made.name, made.version, made.definition.name) == ("DIP", 2, "DIP")
    assert len(other.strategies.list()) == 1


def test_a_retired_strategy_is_exported_and_not_imported_to(lab, told, tmp_path):
    lab.strategies.retire("Dip")
    assert lab.strategies.export("dip", tmp_path / "retired.json").read_text() == told.read_text()
    with pytest.raises(TradingError, match="restore"):
        lab.strategies.import_file(told)


@pytest.mark.parametrize(
    ("key", "given", "stored"),
    [
        ("timeframe", "daily", "1d"),
        ("asset_type", "equity", "EQUITY"),
        ("symbol_scope", "aapl, msft,aapl", "AAPL,MSFT"),
    ],
)
def test_what_a_file_is_meant_for_is_stored_in_the_labs_spelling(other, told, key, given, stored):
    other.market.load_frame(make_bars(300), symbol="AAPL", timeframe="1d", asset_type="EQUITY")
    changed(told, lambda content: content.update({key: given}))
    assert getattr(other.strategies.import_file(told), key) == stored
    assert other.backtests.run("Dip", "AAPL").status == "completed"


def test_a_tag_that_was_taken_off_here_stays_off(other, told):
    other.strategies.import_file(told)
    other.strategies.untag("Dip", "live")
    other.strategies.import_file(told)
    assert other.strategies.versions("Dip")["tags"].tolist() == ["", "best"]
    other.strategies.tag("Dip", "Live")
    assert other.strategies.versions("Dip")["tags"].tolist() == ["", "Live, best"]


def _twice(content):
    content["versions"].append(content["versions"][0])


def _same_rules(content):
    content["versions"].append({**content["versions"][0], "version": 3})


@pytest.mark.parametrize(
    ("change", "told_"),
    [
        (lambda c: c.update(format="else"), "no strategy's file: its format is 'else'"),
        (lambda c: c.pop("format"), "no strategy's file: its format is None"),
        (lambda c: c.update(format_version=2), "format_version is 2; this bitstockerz_lab reads 1"),
        (lambda c: c.update(versions=[]), "versions: "),
        (lambda c: c.update(name=""), "name: "),
        (lambda c: c.pop("versions"), "versions: Field required"),
        (lambda c: c.update(colour="red"), "colour: "),
        (lambda c: c.update(timeframe="2 days"), "No timeframe"),
        (lambda c: c.update(asset_type="HOUSE"), "No asset_type"),
        (_twice, "Version 1 stands in it twice"),
        (_same_rules, "Versions 1 and 3 have the same rules"),
        (lambda c: c["versions"][1].update(version=0), "versions.1.version: "),
        (lambda c: c["versions"][1].update(version=2**31), "versions.1.version: "),
        (lambda c: c["versions"][1].update(created_at="2020-01-01"), "versions.1.created_at: "),
        (
            lambda c: c["versions"][1].update(created_at="9999-12-31T23:59:59-12:00"),
            "versions.1.created_at: .*no such time",
        ),
        (lambda c: c["versions"][1].update(tags=["a,b"]), "Version 2: 'a,b' is no tag"),
        (
            lambda c: c["versions"][1]["definition"]["enter_long"].update(right=26),
            "The rules of version 2 are not those that were exported",
        ),
        (
            lambda c: c["versions"][1]["definition"]["enter_long"].update(left="clsoe"),
            "Version 2 does not hold together: .*Did you mean 'close'",
        ),
        (lambda c: c["versions"][1].pop("rules_sha256"), "versions.1.rules_sha256: "),
    ],
)
def test_a_damaged_file_gets_one_clear_error_and_nothing_is_stored(other, told, change, told_):
    changed(told, change)
    with pytest.raises(DataError, match=f"dip.json: .*{told_}.*Nothing was imported"):
        other.strategies.import_file(told)
    assert other.strategies.list().empty


@pytest.mark.parametrize(
    ("text", "told_"),
    [
        ("{", "The text is no JSON"),
        ("[1]", "is a JSON object, not a list"),
        ('{"format": 1, "format": 2}', "'format' stands twice"),
    ],
)
def test_what_is_no_such_json_is_refused(other, tmp_path, text, told_):
    path = tmp_path / "dip.json"
    path.write_text(text)
    with pytest.raises(DataError, match=f"{told_}.*Nothing was imported"):
        other.strategies.import_file(path)


def test_a_file_that_is_not_there_or_no_text_is_named(other, tmp_path):
    with pytest.raises(DataError, match=r"gone\.json cannot be read: No such file"):
        other.strategies.import_file(tmp_path / "gone.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="it is no UTF-8 text"):
        other.strategies.import_file(tmp_path / "bytes.json")


def test_a_definition_alone_says_how_it_is_saved(other, tmp_path):
    path = tmp_path / "rules.json"
    path.write_text(templates.get("golden-cross").to_json())
    with pytest.raises(DataError, match=r"A definition alone is saved with lab\.strategies\.save"):
        other.strategies.import_file(path)


def test_saving_an_exported_file_says_how_it_is_stored(other, told):
    with pytest.raises(DefinitionError, match=r"Store it with lab\.strategies\.import_file"):
        other.strategies.save(told.read_text("utf-8"))


def test_a_file_that_is_there_is_replaced_only_when_told(lab, told):
    before = told.read_text()
    lab.strategies.save(dip(1))
    with pytest.raises(DataError, match=r"is there already\. Give another path, or overwrite=True"):
        lab.strategies.export("Dip", told)
    assert told.read_text() == before
    assert lab.strategies.export("Dip", told, overwrite=True) == told
    assert told.read_text() != before
    assert [path.name for path in told.parent.glob("*.part")] == []


def test_a_folder_and_no_path_get_a_file_named_after_the_strategy(lab, tmp_path, monkeypatch):
    lab.strategies.save(dip(name="Golden cross / 2"))
    monkeypatch.chdir(tmp_path)
    assert lab.strategies.export("golden cross / 2") == tmp_path / "golden-cross-2.json"
    (tmp_path / "folder").mkdir()
    made = lab.strategies.export("Golden cross / 2", tmp_path / "folder")
    assert made == tmp_path / "folder" / "golden-cross-2.json"
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written to"):
        lab.strategies.export("Golden cross / 2", tmp_path / "file" / "x.json")


def test_a_file_read_gives_the_values_it_was_written_from(told):
    strategy = files.read(told)
    assert [one.version for one in strategy.versions] == [1, 2]
    assert [note.note for note in strategy.versions[0].notes] == ["First.", "Second."]
    assert strategy.versions[1].tags == ("best", "live")
    assert (strategy.description, strategy.symbol_scope) == ("Why.", "AAPL")
