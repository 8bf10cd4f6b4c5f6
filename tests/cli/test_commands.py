"""Each command is the verb of the API, and its JSON has stable keys."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

import nbformat
import pytest

from bitstockerz_lab.cli import run

RUN_KEYS = [
    "id", "status", "strategy", "version", "strategy_version_id", "symbol", "asset_type",
    "timeframe", "start_date", "end_date", "initial_equity", "job_id", "error_message",
    "created_at", "started_at", "finished_at", "metrics", "details",
]  # fmt: skip


def test_init_creates_the_file_and_says_where(tmp_path, capsys):
    path = tmp_path / "new" / "lab.duckdb"
    assert run(["--database", str(path), "init", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(path), "user": "tester@local"}
    assert path.exists()


def test_load_tells_how_many_rows_and_a_second_time_that_they_are_there(call, bars_file):
    words = ["load", bars_file, "--symbol", "acme", "--exchange", "XNYS", "--json"]
    first, second = call(*words), call(*words)
    assert (first.status, second.status) == (0, 0)
    assert first.json["symbol"] == "ACME"
    assert (first.json["inserted"], first.json["duplicates"]) == (400, 0)
    assert (second.json["inserted"], second.json["duplicates"]) == (0, 400)
    assert "400 inserted" not in call(*words[:-1]).out
    assert "400 duplicates" in call(*words[:-1]).out


def test_load_takes_parquet_by_its_ending(call, bars_file, tmp_path):
    import pandas as pd

    path = tmp_path / "acme.parquet"
    pd.read_csv(bars_file, parse_dates=["date"]).to_parquet(path)
    answer = call("load", path, "--symbol", "ACME", "--asset-type", "EQUITY", "--json")
    assert answer.json["inserted"] == 400
    assert answer.json["provider"] == "parquet"


def test_load_strict_stores_nothing_of_a_file_with_a_broken_row(call, bars_file):
    bars_file.write_text(bars_file.read_text() + "2024-01-01,1,0.5,2,1,1\n")
    answer = call("load", bars_file, "--symbol", "ACME", "--exchange", "XNYS", "--strict")
    assert answer.status == 1
    assert call("sql", "SELECT count(*) AS n FROM equity_daily_bars", "--json").json == [{"n": 0}]


def test_load_factors_loads_factors(ready, tmp_path):
    path = tmp_path / "ACME_factors.csv"
    path.write_text(
        "date,price_factor,split_factor,reference_price\n2020-06-01,0.9,0.5,100\n2050-12-31,1,1,0\n"
    )
    answer = ready("load", "--factors", path, "--symbol", "ACME", "--json")
    assert answer.json["kind"] == "factors"
    assert answer.json["inserted"] == 2


def test_symbols_lists_what_is_stored(ready):
    assert [row["symbol"] for row in ready("symbols", "--json").json] == ["ACME"]
    assert "ACME" in ready("symbols").out
    assert "No symbol contains 'zzz'" in ready("symbols", "zzz").out


def test_strategies_are_saved_listed_and_shown(call, tmp_path):
    saved = call("strategies", "save", "--template", "golden-cross", "--json")
    assert (saved.json["name"], saved.json["version"]) == ("Golden cross", 1)
    assert saved.json["definition"]["parameters"]["fast"]["default"] == 50
    again = call("strategies", "save", "--template", "golden-cross", "--json")
    assert again.json["version"] == 1
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps(saved.json["definition"]))
    mine = call("strategies", "save", rules, "--name", "Mine", "--timeframe", "1d", "--json")
    assert (mine.json["name"], mine.json["timeframe"]) == ("Mine", "1d")
    listed = call("strategies", "list", "--json").json
    assert {row["name"] for row in listed} == {"Golden cross", "Mine"}
    assert "Golden cross" in call("strategies", "list").out
    shown = call("strategies", "show", "Golden cross")
    assert "SMA" in shown.out.upper()
    assert '"parameters"' in shown.out


def test_an_unknown_template_suggests_the_nearest(call):
    answer = call("strategies", "save", "--template", "golden-cros")
    assert answer.status == 1
    assert "golden-cross" in answer.err


@pytest.mark.parametrize("words", [("strategies", "show"), ("strategies", "save")])
def test_a_template_that_is_not_saved_says_how_it_is(call, words):
    answer = call(*words, "golden-cross")
    assert answer.status == 1
    assert "is a template" in answer.err.lower()
    assert "bitstockerz strategies save --template golden-cross." in answer.err


def test_a_file_that_is_no_definition_is_named_with_a_line_a_problem(ready, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"enter_long": {"left": "clsoe", "op": ">", "right": 1}, "max_bars": 0}')
    first, *rest = ready("strategies", "save", bad).err.splitlines()
    assert first == f"error: {bad}: The definition has 2 problems:"
    assert [line[:5] for line in rest] == ["- ent", "- max"]
    (tmp_path / "dip.py").write_text("import bitstockerz_lab as bz\n")
    answer = ready("strategies", "save", tmp_path / "dip.py")
    assert "dip.py is Python, which is run and not read" in answer.err
    assert ready("strategies", "export", "Golden cross", tmp_path / "golden.json").status == 0
    answer = ready("strategies", "save", tmp_path / "golden.json")
    assert "golden.json: This is a whole strategy" in answer.err
    assert "Store it with bitstockerz strategies import FILE." in answer.err


def test_a_definition_file_that_is_missing_is_named(call):
    answer = call("strategies", "save", "nowhere.json")
    assert answer.status == 1
    assert "nowhere.json" in answer.err


def test_backtest_records_a_run_and_its_json_has_stable_keys(ready):
    words = ["backtest", "Golden cross", "acme", "-p", "fast=5", "-p", "slow=50", "--fee-bps", "10"]
    answer = ready(*words, "--json")
    assert answer.status == 0
    assert list(answer.json) == RUN_KEYS
    assert answer.json["status"] == "completed"
    assert answer.json["details"]["parameters"] == {"fast": 5, "slow": 50}
    assert answer.json["details"]["costs"]["fee_bps"] == 10.0
    assert "definition" not in answer.json["details"]
    assert ready(*words, "--json").json["id"] == answer.json["id"]
    assert ready(*words, "--rerun", "--json").json["id"] == answer.json["id"] + 1
    with_trades = ready(*words, "--trades", "--json").json
    assert len(with_trades["trades"]) == answer.json["metrics"]["num_trades"] > 0


def test_the_numbers_of_a_run_are_those_of_the_database_to_the_last_bit(ready):
    told = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--json").json
    stored = ready("sql", "SELECT final_equity, sharpe_ratio FROM backtest_results", "--json").json
    assert stored == [{name: told["metrics"][name] for name in ("final_equity", "sharpe_ratio")}]


def test_every_cost_and_exit_of_the_verb_reaches_it(ready):
    told = ready(
        "backtest", "Golden cross", "ACME", "--start", "2020-03-01", "--end", "2020-12-31",
        "--version", "1", "--initial-equity", "5000", "--fixed-fee", "1", "--slippage-bps", "2",
        "--borrow-bps", "3", "--lot-size", "0.5", "--sizing", "percent_of_equity=50",
        "--stop-loss-pct", "5", "--target", "6=50", "--target", "9=25", "--trailing-stop-pct", "7",
        "--break-even-pct", "4", "--max-bars", "20", "--cooldown-bars", "3",
        "--max-trades-per-day", "1", "--adjusted", "raw", "--json",
    ).json  # fmt: skip
    assert told["initial_equity"] == 5000
    assert told["start_date"].startswith("2020-03-01")
    assert told["end_date"].startswith("2020-12-31")
    details = told["details"]
    assert details["costs"] == {
        "fee_bps": 0.0, "fixed_fee": 1.0, "slippage_bps": 2.0, "borrow_bps": 3.0, "lot_size": 0.5,
    }  # fmt: skip
    assert details["sizing"] == ["percent_of_equity", 50.0]
    assert details["exits"] == {
        "stop_loss_pct": 5.0, "targets": [[6.0, 50.0], [9.0, 25.0]], "trailing_stop_pct": 7.0,
        "break_even_pct": 4.0, "max_bars": 20, "cooldown_bars": 3, "max_trades_per_day": 1,
    }  # fmt: skip
    assert details["adjusted"] == "raw"


def test_backtest_for_people_shows_the_metrics_by_their_labels(ready):
    told = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--trades").out
    assert "Sharpe ratio" in told
    assert "Golden cross version 1 on ACME 1d" in told


def test_verify_says_that_a_run_is_equal(ready):
    run_id = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--json").json["id"]
    answer = ready("verify", run_id, "--json")
    assert (answer.status, answer.json["ok"], answer.json["run_id"]) == (0, True, run_id)
    assert "equal bit for bit" in ready("verify", run_id).out


def test_verify_is_status_1_if_somebody_changed_what_was_recorded(ready, database):
    run_id = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--json").json["id"]
    with database.write() as con:
        con.execute("UPDATE backtest_equity_points SET equity = equity + 1 WHERE id = 7")
    answer = ready("verify", run_id, "--json")
    assert (answer.status, answer.json["ok"]) == (1, False)


def test_report_writes_a_page_and_prints_its_path_alone(ready, lab, tmp_path):
    run_id = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--json").json["id"]
    assert ready("report", run_id).out == f"{lab.reports_folder / f'run-{run_id}.html'}\n"
    page = tmp_path / "pages" / "mine.html"
    answer = ready("report", run_id, "--output", page, "--json")
    assert answer.json == {"run_id": run_id, "path": str(page)}
    assert "<html" in page.read_text()


def test_report_takes_an_executed_notebook_too(ready, lab, tmp_path):
    cell = nbformat.v4.new_code_cell("x", outputs=[])
    notebook = tmp_path / "study.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    assert ready("report", notebook).out == f"{lab.reports_folder / 'study.html'}\n"
    page = tmp_path / "small.html"
    answer = ready("report", notebook, "--output", page, "--still", "--json")
    assert answer.json == {"notebook": str(notebook), "path": str(page)}
    assert page.stat().st_size < 60_000


def test_a_pdf_without_a_browser_is_one_clear_line(ready, tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_CHROMIUM", "/no/such/browser")
    run_id = ready("backtest", "Golden cross", "ACME", "-p", "slow=60", "--json").json["id"]
    answer = ready("report", run_id, "--output", tmp_path / "run.pdf")
    assert answer.status == 1
    assert answer.err.count("\n") == 1
    assert "/no/such/browser did not answer" in answer.err


def test_sql_answers_in_a_table_in_csv_and_in_json(ready):
    query = "SELECT symbol, asset_type FROM symbols"
    assert ready("sql", query, "--json").json == [{"symbol": "ACME", "asset_type": "EQUITY"}]
    assert ready("sql", query, "--csv").out == "symbol,asset_type\nACME,EQUITY\n"
    assert ready("sql", query).out.split() == ["symbol", "asset_type", "ACME", "EQUITY"]
    assert ready("sql", "SELECT 1 WHERE false").out == "No rows.\n"


def test_sql_lets_nothing_through_that_writes(ready):
    answer = ready("sql", "DELETE FROM symbols")
    assert answer.status == 1
    assert ready("sql", "SELECT count(*) AS n FROM symbols", "--json").json == [{"n": 1}]


def test_lab_starts_jupyterlab_on_the_notebooks_with_this_database(call, database, monkeypatch):
    started = []
    monkeypatch.setattr(os, "execv", lambda program, words: started.append((program, words)))
    monkeypatch.setenv("BITSTOCKERZ_DB", "elsewhere")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    assert call("lab", "--", "--no-browser").status == 0
    ((_, words),) = started
    assert words[1:3] == ["-m", "jupyterlab"]
    assert (Path(words[3]) / "notebooks").is_dir(), "the root, so that links to docs/ lead there"
    assert words[4] == "--LabApp.default_url=/lab/tree/notebooks"
    assert words[-1] == "--no-browser"
    assert set(words[5:-1]) <= {"--allow-root"}
    assert os.environ["PATH"].startswith(str(Path(sys.executable).parent))
    assert os.environ["BITSTOCKERZ_DB"] == str(database.path)


def test_app_starts_voila_on_its_notebook_or_says_how_to_get_voila(call, monkeypatch):
    started = []
    monkeypatch.setattr(os, "execv", lambda _, words: started.append(words))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    assert call("app", "--", "--no-browser").status == 0
    ((_, *words),) = started
    assert words[:2] == ["-m", "voila"]
    assert Path(words[2]).parts[-2:] == ("notebooks", "app.ipynb")
    assert words[-1] == "--no-browser"
    (config,) = words[3:-1]  # what keeps the page from asking anybody else for anything
    assert (Path(config.partition("=")[2]) / "voila.json").is_file()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    answer = call("app")
    assert answer.status == 1
    assert "pip install" in answer.err


@pytest.fixture
def notebook(tmp_path):
    """A batch notebook that takes a moment and records nothing."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[
            nbformat.v4.new_code_cell(
                "symbol: str = 'A'  # a symbol\n"
                "fee_bps: float = 0.0  # per side\n"
                "options: dict = {}  # more",
                metadata={"tags": ["parameters"]},
            ),
            nbformat.v4.new_code_cell("print(symbol, fee_bps)\nassert symbol != 'BAD'"),
        ],
    )
    path = tmp_path / "small.ipynb"
    nbformat.write(made, path)
    return path


@pytest.mark.slow
def test_batch_runs_a_notebook_for_each_value_and_fails_as_a_whole_if_one_does(call, notebook):
    answer = call("batch", notebook, "--over", "symbol=A, BAD", "--set", "fee_bps=5", "--json")
    assert answer.status == 1
    done = answer.json
    assert (done["id"], done["status"]) == (1, "failed")
    assert Path(done["index"]).is_file()
    assert [item["status"] for item in done["items"]] == ["completed", "failed"]
    assert [item["failed_cell"] for item in done["items"]] == [None, 3]
    assert done["items"][0]["parameters"] == {"symbol": "A", "fee_bps": 5.0}
    assert "1 of 2 notebooks failed" in answer.err.splitlines()[-1]
    assert ".. See" not in answer.err
    [listed] = call("batches", "--json").json
    assert (listed["id"], listed["status"], listed["failed"]) == (1, "failed", 1)
    assert call("batches", "1", "--json").json == answer.json
    told = call("batches", "1").out
    assert told.startswith("Batch 1: 1 of 2 completed, 1 failed in")
    assert told.endswith("bitstockerz batch --resume 1 does what is missing.\n")
    assert str(notebook.parent) not in told + call("batches").out, "names, not paths"

    again = call("batch", "--resume", "1", "--json")
    assert again.status == 1
    assert [item["attempts"] for item in again.json["items"]] == [1, 2], (
        "what is done is not done again"
    )
    assert (
        call("batch", "--resume", "2").err == "error: No batch 2. bitstockerz batches shows them.\n"
    )


def asked_of(call, monkeypatch, verb, *words):
    """What a command line hands to a verb of the batch room."""
    asked = {}

    def run_instead(_, first, **options):
        asked.update(options, first=first)
        raise KeyboardInterrupt

    monkeypatch.setattr(f"bitstockerz_lab.batch.api.Batches.{verb}", run_instead)
    call("batch", *words)
    return asked


def test_batch_hands_over_and_set_to_the_verb(call, notebook, monkeypatch):
    asked = asked_of(
        call, monkeypatch, "run", notebook, "--over", "symbol=A,B", "--over", "fee_bps=0,10",
        "--zip", "--set", 'options={"fast": 20}', "--timeout", "9", "--retries", "2",
        "--workers", "3", "--fail-fast", "--cold",
    )  # fmt: skip
    assert asked["over"] == {"symbol": ["A", "B"], "fee_bps": [0.0, 10.0]}
    assert asked["parameters"] == {"options": {"fast": 20}}
    assert (asked["how"], asked["timeout_s"], asked["retries"]) == ("zip", 9.0, 2)
    assert (asked["workers"], asked["fail_fast"], asked["warm"]) == (3, True, False)


@pytest.mark.parametrize(
    ("over", "wanted"),
    [
        ('options={"fast": 20},{"fast": 50, "slow": 90}', [{"fast": 20}, {"fast": 50, "slow": 90}]),
        ('options=[{"fast": 20}, {"fast": 50}]', [{"fast": 20}, {"fast": 50}]),
        ("options={'fast': 20},{'fast': 50}", [{"fast": 20}, {"fast": 50}]),
        ("fee_bps=0:10:5,20", [0.0, 5.0, 10.0, 20.0]),
        ("symbol=10:30,B", ["10:30", "B"]),
        ('symbol=["A, B", "C"]', ["A, B", "C"]),
    ],
)
def test_batch_reads_json_and_ranges_in_over(call, notebook, monkeypatch, over, wanted):
    asked = asked_of(call, monkeypatch, "run", notebook, "--over", over)
    assert list(asked["over"].values()) == [wanted]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--over", 'options={"fast": 20'], "sets in a file: --from sets.yaml"),
        (["--over", "fee_bps=10:0:5"], "--over: '10:0:5' never gets"),
        (["--over", "symbol=,"], "--over symbol= names no value. Write them like symbol=A,B."),
        (["--over", "symbol=A,B", "--over", "fee_bps=1", "--zip"], "--zip pairs values off"),
        (["--timeout", "0"], "--timeout 0.0 leaves no time"),
        (["--over", "symbol=A,B,A"], "Sets 1 and 3 are the same: {'symbol': 'A'}. Take one out."),
    ],
)
def test_batch_says_what_is_wrong_in_its_own_options(call, notebook, words, told):
    assert told in call("batch", notebook, *words).err


def test_batch_takes_sets_from_a_file(call, notebook, monkeypatch, tmp_path):
    sets = tmp_path / "sets.csv"
    sets.write_text("symbol,fee_bps\nA,5\nB,\n")
    asked = asked_of(
        call, monkeypatch, "run", notebook, "--from", sets, "--set", 'options={"fast": 20}'
    )
    assert asked["over"] == [{"symbol": "A", "fee_bps": 5.0}, {"symbol": "B"}]
    assert asked["parameters"] == {"options": {"fast": 20}}


def test_a_batch_that_is_stopped_says_how_to_go_on(call, notebook, monkeypatch):
    def stopped(*_, **__):
        stop = KeyboardInterrupt()
        stop.add_note("lab.batch.resume(3) does what is missing.")
        raise stop

    monkeypatch.setattr("bitstockerz_lab.batch.api.Batches.run", stopped)
    answer = call("batch", notebook)
    assert answer.status == 130
    assert "bitstockerz batch --resume 3 does what is missing.\n" in answer.err


def test_batch_resumes_by_number(call, monkeypatch):
    asked = asked_of(call, monkeypatch, "resume", "--resume", "7", "--workers", "4")
    assert (asked["first"], asked["workers"], asked["warm"]) == (7, 4, True)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["n.ipynb", "--resume", "3"],
        ["--resume", "3", "--over", "symbol=A"],
        ["--resume", "3", "--retries", "1"],
        ["n.ipynb", "--from", "a.csv", "--over", "symbol=A"],
        ["n.ipynb", "--from", "a.csv", "--zip"],
    ],
)
def test_batch_refuses_options_that_exclude_each_other(call, words):
    answer = call("batch", *words)
    assert answer.status == 2
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--set", "symbl=A"],
        ["--over", "symbl=A"],
        ["--set", "fee_bps=much"],
        ["--over", "symbol=,"],
    ],
)
def test_batch_refuses_unknown_parameters_and_wrong_values_before_anything_runs(
    call, notebook, words
):
    answer = call("batch", notebook, *words)
    assert answer.status == 1
    assert answer.err.count("\n") == 1
    assert call("sql", "SELECT count(*) AS n FROM jobs", "--json").json == [{"n": 0}]
