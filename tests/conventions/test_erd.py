"""The database has the nineteen tables of ERD.md, with every column, key and reference.

`tests/answers/erd.csv` is ERD.md transcribed by hand. `nullable` is "erd" where ERD.md says so and
"design" where DESIGN.md section 3 adds the column to the list.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

ERD = Path(__file__).parents[1] / "answers" / "erd.csv"
KEPT_UNIQUE_BY_THE_VERB = {  # DuckDB refuses to update a UNIQUE column of a row others reference
    ("users", frozenset({"email"})),
    ("strategies", frozenset({"user_id", "name"})),
}


@pytest.fixture(scope="module")
def erd():
    """The transcription: a list of rows a table."""
    tables: dict[str, list[dict[str, str]]] = {}
    with ERD.open(newline="") as lines:
        for row in csv.DictReader(lines):
            tables.setdefault(row["table"], []).append(row)
    return tables


@pytest.fixture
def catalogue(database):
    """What the database itself says about its columns and constraints."""
    with database.read() as con:
        columns = con.execute(
            "SELECT table_name, column_name, is_nullable FROM duckdb_columns() "
            "WHERE database_name = 'lab' ORDER BY table_name, column_index"
        ).fetchall()
        constraints = con.execute(
            "SELECT table_name, constraint_type, constraint_column_names, referenced_table, "
            "referenced_column_names FROM duckdb_constraints() WHERE database_name = 'lab'"
        ).fetchall()
    return columns, constraints


def test_there_are_nineteen_tables_and_the_catalogue_has_them_all(erd, catalogue):
    assert len(erd) == 19
    assert set(erd) <= {table for table, *_ in catalogue[0]}


def test_every_table_has_exactly_the_columns_of_the_erd_in_its_order(erd, catalogue):
    found: dict[str, list[str]] = {}
    for table, column, _ in catalogue[0]:
        found.setdefault(table, []).append(column)
    assert {table: found[table] for table in erd} == {
        table: [row["column"] for row in rows] for table, rows in erd.items()
    }


def test_primary_keys_are_those_of_the_erd(erd, catalogue):
    found = {table: names for table, kind, names, *_ in catalogue[1] if kind == "PRIMARY KEY"}
    assert {table: found[table] for table in erd} == {
        table: [row["column"] for row in rows if row["pk"]] for table, rows in erd.items()
    }


def test_unique_constraints_are_those_of_the_erd_but_for_two_that_a_verb_keeps(erd, catalogue):
    wanted = {
        (table, frozenset(row["unique"].split("+")))
        for table, rows in erd.items()
        for row in rows
        if row["unique"]
    }
    found = {
        (table, frozenset(names))
        for table, kind, names, *_ in catalogue[1]
        if kind == "UNIQUE" and table in erd
    }
    assert found == wanted - KEPT_UNIQUE_BY_THE_VERB
    assert wanted >= KEPT_UNIQUE_BY_THE_VERB


def test_every_reference_of_the_erd_is_a_foreign_key_and_there_is_no_other(erd, catalogue):
    wanted = {
        (table, row["column"], *row["references"].split("."))
        for table, rows in erd.items()
        for row in rows
        if row["references"]
    }
    found = {
        (table, names[0], referenced, referenced_names[0])
        for table, kind, names, referenced, referenced_names in catalogue[1]
        if kind == "FOREIGN KEY" and table in erd
    }
    assert found == wanted


def test_null_is_allowed_exactly_where_the_erd_or_the_design_allows_it(erd, catalogue):
    wanted = {
        (table, row["column"]) for table, rows in erd.items() for row in rows if row["nullable"]
    }
    found = {
        (table, column) for table, column, nullable in catalogue[0] if nullable and table in erd
    }
    assert found == wanted


@pytest.mark.parametrize(
    ("table", "column"), [("users", "email"), ("strategies", "name")], ids=["users", "strategies"]
)
def test_the_sql_says_why_a_unique_of_the_erd_is_kept_by_a_verb(table, column):
    folder = Path(__file__).parents[2] / "bitstockerz_lab" / "storage" / "migrations"
    (text,) = [
        path.read_text() for path in folder.glob("*.sql") if f"TABLE {table} (" in path.read_text()
    ]
    before, _, _ = text.partition(f"    {column} VARCHAR")
    assert "kept so by the writing verb" in before
