"""lab.sql answers questions and does nothing else."""

from __future__ import annotations

import os
import threading
import time

import pandas as pd
import pytest

from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import queries


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS one",
        "WITH a AS (SELECT 1 AS one) SELECT * FROM a",
        "FROM users",
        "SHOW TABLES",
        "DESCRIBE users",
        "EXPLAIN SELECT 1",
        "PIVOT users ON email USING count(*)",
        "VALUES (1), (2)",
    ],
)
def test_what_reads_is_answered(database, query):
    assert isinstance(database.sql(query), pd.DataFrame)


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO users (email, created_at, updated_at) VALUES ('x', now(), now())",
        "UPDATE users SET email = 'x'",
        "DELETE FROM users",
        "WITH gone AS (DELETE FROM users RETURNING id) SELECT * FROM gone",
        "EXPLAIN ANALYZE DELETE FROM users",
        "CREATE TABLE t (i INTEGER)",
        "CREATE TEMP TABLE t (i INTEGER)",
        "DROP TABLE users",
        "ALTER TABLE users ADD COLUMN x INTEGER",
        "COPY users TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "IMPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/other.duckdb'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT nextval('users_id')",
        "SELECT * FROM query('DELETE FROM users')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1GB'",
        "PRAGMA threads = 1",
        "CALL pragma_version()",
        "CHECKPOINT",
        "BEGIN",
        "SELECT 1; DELETE FROM users",
        "",
        "SELEC 1",
        "SELECT * FROM nowhere",
    ],
)
def test_what_writes_or_reaches_out_is_refused(database, tmp_path, query):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with database.write() as con:
        con.execute("INSERT INTO users (email, created_at, updated_at) VALUES ('a', now(), now())")
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(StorageError) as refusal:
        database.sql(query.format(folder=tmp_path))
    assert "\n" not in str(refusal.value)
    assert {path.name for path in tmp_path.iterdir()} == before
    assert database.sql("SELECT email FROM users")["email"].tolist() == ["a"]


def test_parameters_and_times(database):
    answer = database.sql(
        "SELECT ? AS n, TIMESTAMP '2020-01-01 05:00' AS t, DATE '2020-01-01' AS d", [7]
    )
    assert answer["n"].tolist() == [7]
    assert answer["t"].iloc[0] == pd.Timestamp("2020-01-01 05:00", tz="UTC")
    assert answer["d"].iloc[0] == pd.Timestamp("2020-01-01")


def test_a_query_that_takes_too_long_is_stopped(database):
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1"
    with pytest.raises(StorageError, match=r"longer than 0\.2 s"):
        database.sql(endless, timeout_s=0.2)
    assert len(database.sql("SELECT 1")) == 1


ADD_USER = "INSERT INTO users (email, created_at, updated_at) VALUES ('new', now(), now())"
SOME_SECONDS = """
SELECT count(*) AS n, (SELECT count(*) FROM users) AS users
FROM range(12000) AS a (i) JOIN range(12000) AS b (i) ON (a.i * b.i) % 1000003 = 7
"""


def copies(database):
    return [one.name for one in database.path.parent.iterdir() if ".reading-" in one.name]


def test_a_long_query_goes_on_beside_those_who_write(database, monkeypatch):
    monkeypatch.setattr(queries, "PATIENCE_S", 0.1)
    answers = []

    def ask():
        answers.append(database.sql(SOME_SECONDS))
        answers.append(time.monotonic())

    reader = threading.Thread(target=ask)
    reader.start()
    while not copies(database) and reader.is_alive():
        time.sleep(0.01)
    with database.write() as con:
        con.execute(ADD_USER)
    written = time.monotonic()
    reader.join()
    frame, answered = answers
    assert written < answered
    assert frame["users"].tolist() == [0]  # as it was when the question was asked
    assert database.sql("SELECT count(*) AS n FROM users")["n"].tolist() == [1]
    assert copies(database) == []


def test_a_long_query_keeps_the_file_where_it_cannot_be_copied(database, monkeypatch):
    monkeypatch.setattr(queries, "PATIENCE_S", 0.05)
    monkeypatch.setattr(queries, "LARGEST", 0)
    assert database.sql(SOME_SECONDS)["n"].iloc[0] > 0
    with pytest.raises(StorageError, match=r"longer than 0\.2 s"):
        database.sql(SOME_SECONDS.replace("12000", "4000000"), timeout_s=0.2)


def test_the_copy_of_a_reader_that_was_killed_is_removed_when_the_lab_is_opened(database):
    gone = database.path.with_name(f".{database.path.name}.reading-4194999-1")
    ours = database.path.with_name(f".{database.path.name}.reading-{os.getpid()}-1")
    gone.touch()
    ours.touch()
    database.open()
    assert copies(database) == [ours.name]
