"""Runs as files: whole or not at all, and equal when read back."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, LabError, UnknownName


@pytest.fixture
def run(stocked):
    return stocked.backtests.run("SMA cross", "AAA", fee_bps=7, parameters={"fast": 8})


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
@pytest.mark.parametrize("recorded", [False, True])
def test_what_is_read_back_equals_the_run(stocked, run, tmp_path, kind, recorded):
    stocked.backtests.tag(run, "keep")
    stocked.backtests.note(run, "A – note.")
    subject = stocked.backtests.get(run.id) if recorded else run
    folder = subject.export(tmp_path / "new", kind)
    assert folder == tmp_path / "new" / f"run-{run.id}"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["run.json", f"trades.{kind}", f"equity.{kind}"]
    )
    found = stocked.backtests.read_export(folder)
    pd.testing.assert_frame_equal(found.trades, subject.trades, check_exact=True)
    pd.testing.assert_series_equal(found.equity, subject.equity, check_exact=True, check_freq=False)
    assert len(found.trades) > 5
    assert found.run["metrics"] == run.metrics.as_dict()
    assert found.run["details"]["fingerprint"] == run.details.fingerprint
    assert found.run["details"]["costs"] == run.details.costs
    assert (found.run["tags"], found.run["notes"][0]["note"]) == (["keep"], "A – note.")


def test_a_run_without_trades_comes_back_with_the_same_columns(stocked, tmp_path):
    run = stocked.backtests.run("SMA cross", "AAA", end="2020-01-10")
    assert run.trades.empty
    for kind in ("csv", "parquet", "json"):
        found = stocked.backtests.read_export(run.export(tmp_path / kind, kind))
        pd.testing.assert_frame_equal(found.trades, run.trades)


def test_other_programs_read_it_without_the_lab(run, tmp_path):
    folder = run.export(tmp_path, "json")
    told = json.loads((folder / "trades.json").read_text("utf-8"))
    assert told["pnl_abs"] == run.trades["pnl_abs"].tolist()
    csv = run.export(tmp_path / "csv") / "equity.csv"
    assert pd.read_csv(csv, index_col=0)["equity"].iloc[-1] == run.metrics.final_equity


def test_an_earlier_export_is_replaced_only_when_asked_and_nothing_else_ever_is(
    stocked, run, tmp_path
):
    folder = run.export(tmp_path)
    with pytest.raises(DataError, match=r"is there already\. Choose another folder, or pass"):
        run.export(tmp_path, "parquet")
    assert run.export(tmp_path, "parquet", overwrite=True) == folder
    assert not (folder / "trades.csv").exists()
    assert stocked.backtests.read_export(folder).equity.equals(run.equity)
    mine = tmp_path / "mine" / f"run-{run.id}"
    mine.mkdir(parents=True)
    with pytest.raises(DataError, match="is no exported run, so it is not replaced"):
        run.export(tmp_path / "mine", overwrite=True)
    assert [path.name for path in tmp_path.glob("*run-*")] == [folder.name]


@pytest.mark.parametrize("step", ["write_bytes", "rename"])
def test_an_export_that_fails_leaves_what_was_there(run, tmp_path, monkeypatch, step):
    folder = run.export(tmp_path / "out")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    genuine, calls = getattr(type(folder), step), []

    def failing(self, *given):
        calls.append(self)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return genuine(self, *given)

    monkeypatch.setattr(type(folder), step, failing)
    with pytest.raises(DataError, match=r"cannot be exported to .*: No space left on device"):
        run.export(tmp_path / "out", "json", overwrite=True)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == [folder.name]


def test_a_changed_or_strange_folder_is_not_believed(stocked, run, tmp_path):
    folder = run.export(tmp_path)
    trades = folder / "trades.csv"
    trades.write_bytes(trades.read_bytes().replace(b"LONG", b"SHORT", 1))
    with pytest.raises(DataError, match=r"trades\.csv was changed since"):
        stocked.backtests.read_export(folder)
    trades.unlink()
    with pytest.raises(DataError, match=r"trades\.csv: No such file"):
        stocked.backtests.read_export(folder)
    for text in ("{}", "[]", "no json", '{"format": "bitstockerz-run"}'):
        (folder / "run.json").write_text(text)
        with pytest.raises(DataError, match="is no whole exported run"):
            stocked.backtests.read_export(folder)


def test_a_format_nobody_knows_and_a_run_without_results_are_refused(stocked, run, tmp_path):
    with pytest.raises(UnknownName, match=r"No format 'parket'\. Did you mean 'parquet'"):
        run.export(tmp_path / "none", "parket")
    with pytest.raises(LabError):
        stocked.backtests.run("SMA cross", "AAA", start="2031-01-01")
    failed = stocked.backtests.get(int(stocked.backtests.list(status="failed")["id"].iloc[0]))
    with pytest.raises(DataError, match=f"Run {failed.id} is failed, so it has nothing"):
        failed.export(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_number_changed_in_run_json_is_noticed_and_another_layout_is_not(stocked, run, tmp_path):
    path = run.export(tmp_path) / "run.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(told), "utf-8")
    assert stocked.backtests.read_export(path.parent).run == told
    told["metrics"]["sharpe_ratio"] += 1
    path.write_text(json.dumps(told, indent=2), "utf-8")
    with pytest.raises(DataError, match=r"run\.json was changed since"):
        stocked.backtests.read_export(path.parent)
