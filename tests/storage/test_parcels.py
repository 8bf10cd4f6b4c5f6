"""What is recorded in a copy of a lab's file comes home as it was, and nothing of it is lost."""

from __future__ import annotations

import shutil

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.storage import parcels
from bitstockerz_lab.strategies import templates

GRID = {"fast": [10, 20], "slow": [50, 100]}
TABLES = sorted([*parcels.TOLD_BY, "trials"])


@pytest.fixture(scope="module")
def master(template, tmp_path_factory):
    """A lab with bars, a strategy, and one run that is recorded already."""
    path = tmp_path_factory.mktemp("master") / "lab.duckdb"
    shutil.copy(template, path)
    lab = bz.open_lab(path)
    lab.market.load("synthetic", "DEMO-A")
    lab.strategies.save(templates.get("golden-cross"))
    lab.backtests.run("Golden cross", "DEMO-A", fee_bps=1)
    return path


@pytest.fixture(scope="module", autouse=True)
def _one_person():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        yield


@pytest.fixture
def home(master, tmp_path):
    shutil.copy(master, tmp_path / "lab.duckdb")
    return bz.open_lab(tmp_path / "lab.duckdb")


def elsewhere(home, folder, number=0, copies=1):
    """A copy of the lab with ids of its own, what it was made of, and its block."""
    with home.database.write() as con:
        block = parcels.blocks(con, copies)[number]
    folder.mkdir()
    for name in ("copy.duckdb", "original.duckdb"):
        (folder / name).write_bytes(parcels.content(home.database))
    parcels.begin_at(folder / "copy.duckdb", block)
    return bz.open_lab(folder / "copy.duckdb"), folder / "original.duckdb", block


def counts(lab):
    each = "SELECT '{0}' AS name, count(*) AS n FROM {0}"
    told = " UNION ALL ".join(each.format(name) for name in TABLES)
    return lab.sql(told).set_index("name")["n"]


def test_all_that_a_copy_recorded_comes_home_with_its_ids(home, tmp_path):
    copy, original, block = elsewhere(home, tmp_path / "there")
    run = copy.backtests.run("Golden cross", "DEMO-A", fee_bps=9)
    sweep = copy.backtests.sweep("Golden cross", "DEMO-A", grid=GRID)
    best = sweep.promote(sweep.best(1))
    walk = copy.backtests.walk_forward("Golden cross", "DEMO-A", grid=GRID, train="4y", test="3y")
    copy.market.check("DEMO-A")
    copy.backtests.tag([run, best], "candidate")
    copy.backtests.note(run, "Elsewhere.")
    home.backtests.note(1, "Here.")
    here = home.backtests.run("Golden cross", "DEMO-A", fee_bps=3)  # meanwhile

    rows, before = parcels.new_rows(copy.path, original, block), counts(home)
    with home.database.write() as con:
        parcels.add(con, rows)

    added = (counts(home) - before).to_dict()
    assert added == {name: rows[name].num_rows if name in rows else 0 for name in TABLES}
    assert min(added["walk_forward_windows"], added["sweep_runs"], added["bar_checks"]) > 0
    assert run.id == block["backtest_runs_id"]
    found = home.backtests.get(run.id)
    assert found.equity.equals(run.equity)
    assert found.trades.equals(run.trades)
    assert (found.metrics, found.details.fingerprint) == (run.metrics, run.details.fingerprint)
    assert home.backtests.verify(run.id).ok
    assert home.backtests.get(here.id).trades.equals(here.trades)
    assert home.backtests.get_sweep(sweep.id).results.equals(sweep.results)
    assert home.backtests.get(best.id).metrics == best.metrics
    assert home.backtests.get_walk_forward(walk.id).windows.equals(walk.windows)
    assert len(home.market.findings("DEMO-A")) == len(copy.market.findings("DEMO-A"))
    assert len(home.backtests.trials()) == len(copy.backtests.trials())
    assert set(home.backtests.list(tag="candidate")["id"]) == {run.id, best.id}
    assert home.backtests.notes()["note"].tolist() == ["Elsewhere.", "Here."]
    assert home.backtests.run("Golden cross", "DEMO-A", fee_bps=9).id == run.id


def test_what_is_recorded_here_before_the_copy_is_made_does_not_matter(home, tmp_path):
    with home.database.write() as con:
        (block,) = parcels.blocks(con, 1)
    home.backtests.run("Golden cross", "DEMO-A", fee_bps=3)  # with a larger id than the copy's
    (tmp_path / "original.duckdb").write_bytes(parcels.content(home.database))
    (tmp_path / "copy.duckdb").write_bytes(parcels.content(home.database))
    parcels.begin_at(tmp_path / "copy.duckdb", block)
    run = bz.open_lab(tmp_path / "copy.duckdb").backtests.run("Golden cross", "DEMO-A", fee_bps=9)
    rows = parcels.new_rows(tmp_path / "copy.duckdb", tmp_path / "original.duckdb", block)
    assert rows["backtest_runs"]["id"].to_pylist() == [run.id] == [block["backtest_runs_id"]]
    with home.database.write() as con:
        parcels.add(con, rows)
    assert home.backtests.get(run.id).trades.equals(run.trades)


def test_two_copies_never_give_one_id_twice(home):
    with home.database.write() as con:
        first, second = parcels.blocks(con, 2)
        (third,) = parcels.blocks(con, 1)
    for sequence, size in parcels.BLOCKS.items():
        assert second[sequence] - first[sequence] == size
        assert third[sequence] - second[sequence] == size
    run = home.backtests.run("Golden cross", "DEMO-A", fee_bps=4)
    assert run.id >= third["backtest_runs_id"] + parcels.BLOCKS["backtest_runs_id"]


@pytest.mark.parametrize("number", [0, 1])
def test_each_of_two_copies_brings_its_own_run(home, tmp_path, number):
    copy, original, block = elsewhere(home, tmp_path / "there", number, copies=2)
    run = copy.backtests.run("Golden cross", "DEMO-A", fee_bps=9)
    rows = parcels.new_rows(copy.path, original, block)
    assert rows["backtest_runs"]["id"].to_pylist() == [run.id] == [block["backtest_runs_id"]]


def test_a_copy_that_is_made_anew_before_it_records_anything_keeps_to_its_block(home, tmp_path):
    copy, original, block = elsewhere(home, tmp_path / "there", number=0, copies=2)
    copy.database.compact()
    run = copy.backtests.run("Golden cross", "DEMO-A", fee_bps=9)
    assert run.id == block["backtest_runs_id"]
    rows = parcels.new_rows(copy.path, original, block)
    assert rows["backtest_runs"]["id"].to_pylist() == [run.id]


def test_the_first_block_of_a_new_lab_begins_at_one(lab):
    with lab.database.write() as con:
        (block,) = parcels.blocks(con, 1)
    assert set(block.values()) == {1}


def test_trials_that_were_tried_again_count_once(home, tmp_path):
    home.backtests.sweep("Golden cross", "DEMO-A", grid=GRID, record=False)
    before = len(home.backtests.trials())
    copy, original, block = elsewhere(home, tmp_path / "there")
    copy.backtests.sweep("Golden cross", "DEMO-A", grid=GRID, fee_bps=2, record=False)
    with home.database.write() as con:
        parcels.add(con, parcels.new_rows(copy.path, original, block))
    assert len(home.backtests.trials()) == before


def test_nothing_recorded_is_nothing_to_bring(home, tmp_path):
    copy, original, block = elsewhere(home, tmp_path / "there")
    copy.backtests.run("Golden cross", "DEMO-A", fee_bps=1)  # given back
    assert parcels.new_rows(copy.path, original, block) == {}


def test_what_would_be_lost_on_the_way_is_refused_by_name(home, tmp_path):
    copy, original, block = elsewhere(home, tmp_path / "there")
    copy.strategies.save(templates.get("ema-trend"))
    with pytest.raises(StorageError, match=r"It wrote to strategies, strategy_versions\."):
        parcels.new_rows(copy.path, original, block)


def test_what_was_changed_in_place_is_refused_by_name(home, tmp_path):
    home.strategies.save(templates.get("golden-cross"), description="The same.")
    copy, original, block = elsewhere(home, tmp_path / "there")
    copy.strategies.save(templates.get("golden-cross"), description="The same.")
    assert parcels.new_rows(copy.path, original, block) == {}, "nothing is other than it was"
    copy.strategies.rename("Golden cross", "Golden")
    with pytest.raises(StorageError, match=r"It wrote to strategies\."):
        parcels.new_rows(copy.path, original, block)


def test_more_than_fits_into_a_block_is_refused(home, tmp_path, monkeypatch):
    monkeypatch.setitem(parcels.BLOCKS, "backtest_runs_id", 2)
    copy, original, block = elsewhere(home, tmp_path / "there")
    for fee in (11, 12, 13):
        copy.backtests.run("Golden cross", "DEMO-A", fee_bps=fee)
    with pytest.raises(StorageError, match="recorded more than 2 rows in backtest_runs, which"):
        parcels.new_rows(copy.path, original, block)


def test_every_table_of_runs_sweeps_and_walk_forwards_comes_home(home):
    """A table that a later migration adds is either brought home or known to be another room's."""
    tables = home.sql("SELECT table_name FROM information_schema.tables")["table_name"]
    words = ("backtest", "run_", "trade_", "sweep", "walk_forward", "version_check", "bar_check",
             "bar_finding", "trials")  # fmt: skip
    assert {name for name in tables if name.startswith(words)} == set(TABLES)


@pytest.mark.parametrize("deed", ["cancel", "advance"])
def test_what_is_changed_in_a_paper_account_elsewhere_is_refused(home, tmp_path, deed):
    start, later = home.market.bars("DEMO-A").index[[50, 60]]
    home.paper.open(1000, start=start)
    order = home.paper.buy("DEMO-A", 1, limit="0.01")
    copy, original, block = elsewhere(home, tmp_path / "there")
    copy.paper.cancel(order) if deed == "cancel" else copy.paper.advance(later)
    with pytest.raises(StorageError, match="orders" if deed == "cancel" else "paper_openings"):
        parcels.new_rows(copy.path, original, block)
