"""The demo: one call does it all, another adds nothing."""

from __future__ import annotations

import pytest

from bitstockerz_lab.cli import demo


def row_counts(database):
    with database.read() as con:
        tables = [name for (name,) in con.execute("SHOW TABLES").fetchall()]
        return {
            name: con.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - the catalogue's names
            for name in tables
        }


@pytest.mark.slow
def test_the_demo_records_a_stock_and_a_coin_and_a_second_call_adds_no_row(call, database, lab):
    first = call("demo")
    assert first.status == 0, first.err
    counts = row_counts(database)
    assert counts["backtest_runs"] == counts["jobs"] == 2
    assert "DEMO-A 1d" in first.out
    assert "DEMO-C-USD 1h" in first.out
    assert "simulated" in first.out
    assert "completed in" in first.err
    second = call("demo", "--json")
    assert row_counts(database) == counts
    assert [entry["asset_type"] for entry in second.json] == ["EQUITY", "CRYPTO"]
    assert [entry["details"]["simulated"] for entry in second.json] == [True, True]
    for entry in second.json:
        assert entry["report"] in first.out
        page = lab.reports_folder / entry["report"]
        assert "simulated" in page.read_text("utf-8").lower()
    page.unlink()
    third = call("demo", "--json")
    assert [entry["id"] for entry in third.json] == [entry["id"] for entry in second.json]
    assert row_counts(database)["backtest_runs"] == counts["backtest_runs"]
    assert row_counts(database)["jobs"] == counts["jobs"] + 1


def test_the_demo_outside_a_clone_says_where_its_notebook_is(call, monkeypatch):
    monkeypatch.setattr(demo, "find_folder", lambda _: None)
    answer = call("demo")
    assert answer.status == 1
    assert "Clone the project" in answer.err


def test_without_the_sample_files_the_generator_makes_the_same_bars(lab, monkeypatch):
    from rich.console import Console

    quiet = Console(quiet=True)
    demo._load_samples(lab, quiet)
    monkeypatch.setattr(demo, "find_folder", lambda _: None)
    before = lab.sql("SELECT count(*) AS n FROM crypto_hourly_bars")["n"][0]
    demo._load_samples(lab, quiet)
    assert lab.sql("SELECT count(*) AS n FROM crypto_hourly_bars")["n"][0] == before > 0
    assert lab.sql("SELECT count(*) AS n FROM refused_rows")["n"][0] == 0
