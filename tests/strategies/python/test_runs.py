"""Recorded runs of Python: what ran, with which packages, and whether it can be run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import strategies
from bitstockerz_lab.cli import run as command_line
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies.python import imports
from tests.batch.conftest import write_notebook
from tests.strategies.python import written

CELLS = """\
import bitstockerz_lab as bz
from math import sqrt
lab = bz.open_lab()
BAND = 2.0
""", """\
def spread(column, n):
    return column.rolling(n).std() * sqrt(BAND) / sqrt(2.0)

@bz.code_strategy("Mean reversion", parameters={"n": bz.parameter("n", 20, min=5, max=100)})
def rules(bars, n, width=1.0):
    middle = bars["close"].rolling(n).mean()
    below = bars["close"] < middle - width * spread(bars["close"], n)
    return {"enter": below, "leave": bars["close"] > middle}
lab.strategies.save(rules)
""", """\
run = lab.backtests.run("Mean reversion", symbol)
assert lab.backtests.verify(run).ok
assert len(run.trades) > 3
print(rules.code())
"""  # fmt: skip


def test_a_run_is_recorded_verified_and_found_again_as_any_other(stocked, reversion):
    stocked.strategies.save(reversion)
    run = stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5, parameters={"n": 10})
    assert len(run.trades) > 3
    assert run.details.parameters == {"n": 10, "stop": 8, "width": 2.0}
    again = stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5, parameters={"n": 10})
    assert again.id == run.id
    verification = stocked.backtests.verify(run)
    assert verification.ok, verification
    assert verification.second_opinion.differences == ()
    page = stocked.backtests.get(run.id).report().html()
    assert "Python code decides" in page
    source = page.partition('<pre class="bz-pre"')[2].partition("</pre>")[0]
    assert "def mean_reversion(bars" in source
    assert '"enter": column &lt; middle' in source.replace("&#34;", '"')


def test_what_runs_is_what_was_stored_not_what_the_function_has_become(stocked, monkeypatch):
    made = bz.code_strategy("S", parameters={"n": 20})(written.mean_reversion)
    stocked.strategies.save(made)
    first = stocked.backtests.run("S", "AAPL")
    monkeypatch.setattr(written, "BAND", 99.0)
    monkeypatch.setattr(written, "spread", abs)
    assert stocked.backtests.run("S", "AAPL", rerun=True).trades.equals(first.trades)


def test_the_same_function_is_the_same_version_and_a_changed_constant_the_next(
    stocked, monkeypatch
):
    def decorated():
        return bz.code_strategy("S", parameters={"n": 20})(written.mean_reversion)

    assert stocked.strategies.save(decorated()).version == 1
    assert stocked.strategies.save(decorated()).version == 1
    monkeypatch.setitem(written.NAMES, "another", 1.5)
    assert stocked.strategies.save(decorated()).version == 2


def test_another_version_of_a_package_is_told_recorded_and_another_run(
    stocked, reversion, monkeypatch
):
    stocked.strategies.save(reversion)
    before = stocked.backtests.run("Mean reversion", "AAPL")
    saved = reversion.python.imports["pandas"]
    assert before.details.versions["pandas"] == saved
    monkeypatch.setattr(imports, "_version", lambda name: f"99.{len(name)}")
    after = stocked.backtests.run("Mean reversion", "AAPL")
    assert after.id != before.id
    assert after.details.versions["pandas"] == "99.6"
    told = f"The strategy was saved with pandas {saved}; 99.6 ran it."
    assert told in stocked.backtests.get(after.id).details.warnings
    assert told not in before.details.warnings
    verification = stocked.backtests.verify(before)
    assert verification.ok
    assert f"(pandas {saved} then, 99.6 now)" in str(verification)
    assert "then" not in str(stocked.backtests.verify(after))


def test_rules_as_data_know_nothing_of_packages(stocked):
    plain = bz.strategy("Plain", enter=strategies.close > 95, leave=strategies.close < 95)
    stocked.strategies.save(plain)
    run = stocked.backtests.run("Plain", "AAPL")
    assert run.recipe.packages == {}
    assert sorted(run.details.versions) == [
        "bitstockerz-lab", "duckdb", "numba", "numpy", "pandas", "ta-lib"
    ]  # fmt: skip


def test_code_that_fails_leaves_a_failed_run_with_its_line(stocked):
    def rules(bars):
        return {"enter": bars["close"] / 0 > bars["nothing"]}

    stocked.strategies.save(bz.code_strategy("Broken")(rules))
    with pytest.raises(LabError, match="line 2 of the strategy's code"):
        stocked.backtests.run("Broken", "AAPL")
    (row,) = stocked.backtests.list().to_dict("records")
    assert row["status"] == "failed"
    assert "KeyError: 'nothing'" in row["error_message"]


@pytest.mark.slow
def test_a_notebook_saves_and_runs_it_and_other_processes_of_this_person_run_it_again(
    stocked, tmp_path, elsewhere
):
    notebook = write_notebook(tmp_path / "study.ipynb", 'symbol: str = "AAPL"', *CELLS)
    stocked.batch.run(notebook, over={"symbol": ["AAPL"]}).raise_for_failures()
    program = (
        "import bitstockerz_lab as bz; "
        "run = bz.open_lab().backtests.run('Mean reversion', 'AAPL', fee_bps=3); print(run.status)"
    )
    path = stocked.strategies._database.path
    environment = {**os.environ, "BITSTOCKERZ_DB": str(path)}
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "completed\n", done.stderr
    source = stocked.strategies.get("Mean reversion").definition.python.source
    assert source.startswith("from math import sqrt\n\nBAND = 2.0\n\n\ndef spread(column, n):")
    elsewhere()
    assert command_line(["--database", str(path), "backtest", "Mean reversion", "AAPL", "-p",
                         "n=9"]) == 1  # fmt: skip


def test_the_command_line_asks_too(stocked, reversion, elsewhere, capsys):
    stocked.strategies.save(reversion)
    elsewhere()
    start = ["--database", str(stocked.strategies._database.path)]
    asked = [*start, "backtest", "Mean reversion", "AAPL", "--json"]
    assert command_line(asked) == 1
    assert "not written or agreed to on this machine" in capsys.readouterr().err
    assert command_line([*asked, "--trust"]) == 0
    run_id = json.loads(capsys.readouterr().out)["id"]
    elsewhere("third")
    assert command_line([*start, "verify", str(run_id)]) == 1
    assert command_line([*start, "verify", str(run_id), "--trust"]) == 0
