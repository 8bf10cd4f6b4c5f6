"""Opening a file: made whole, brought up to date with a copy kept, or refused in a sentence."""

from __future__ import annotations

import duckdb
import pytest

from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import Database, migrate


def test_a_new_file_has_every_migration_recorded(tmp_path):
    database = Database(tmp_path / "deep" / "lab.duckdb")
    database.open()
    rows = database.sql("SELECT number, name FROM schema_migrations ORDER BY number")
    assert rows["number"].tolist() == list(migrate.files())
    assert rows["name"].tolist() == [name for name, _ in migrate.files().values()]
    visible = [path.name for path in database.path.parent.iterdir() if path.name[0] != "."]
    assert visible == ["lab.duckdb"]


def test_opening_twice_changes_nothing(database):
    before = database.path.read_bytes()
    database.open()
    assert database.path.read_bytes() == before


def test_a_newer_schema_is_refused(database):
    with database.write() as con:
        con.execute("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', now())")
    with pytest.raises(StorageError, match=r"newer bitstockerz-lab \(schema 9999"):
        Database(database.path).open()


def test_an_older_schema_is_migrated_and_a_copy_stays_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "lab.duckdb"
    known = migrate.files()
    older = {number: known[number] for number in list(known)[:3]}
    with monkeypatch.context() as past:
        past.setattr(migrate, "files", lambda: older)
        past.setattr(migrate, "NEWEST", 3)
        Database(path).open()
    Database(path).open()
    now = Database(path).sql("SELECT max(number) AS newest FROM schema_migrations")
    assert now["newest"].tolist() == [migrate.NEWEST]
    [copy] = tmp_path.glob("lab.schema-0003.*.backup.duckdb")
    with duckdb.connect(copy, read_only=True) as con:
        assert con.execute("SELECT max(number) FROM schema_migrations").fetchone() == (3,)


def test_a_migration_that_fails_is_undone_whole(tmp_path, monkeypatch):
    path = tmp_path / "lab.duckdb"
    Database(path).open()
    broken = {
        **migrate.files(),
        9001: ("9001_good.sql", "CREATE TABLE good (i INTEGER);"),
        9002: ("9002_bad.sql", "CREATE TABLE half (i INTEGER); SELECT * FROM nowhere;"),
    }
    monkeypatch.setattr(migrate, "files", lambda: broken)
    monkeypatch.setattr(migrate, "NEWEST", 9002)
    with pytest.raises(StorageError, match="nowhere"):
        Database(path).open()
    with duckdb.connect(path, read_only=True) as con:
        tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
        newest = con.execute("SELECT max(number) FROM schema_migrations").fetchone()
    assert "good" in tables
    assert "half" not in tables
    assert newest == (9001,)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello " * 1000)
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(path).open()
    assert path.read_text() == "hello " * 1000


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE mine (i INTEGER)")
    with pytest.raises(StorageError, match="no lab"):
        Database(path).open()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        Database(tmp_path / "file" / "deep" / "lab.duckdb").open()
