"""lab.sql answers questions and does nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import StorageError


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
