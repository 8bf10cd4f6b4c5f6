"""Pipelines: what a file says is checked first, and a failing step stops what needs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import nbformat
import pytest
import yaml

from bitstockerz_lab.batch.pipeline import raise_for_failures
from bitstockerz_lab.batch.pipeline_file import PipelineFile, read
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import BatchError, DataError, UnknownName
from bitstockerz_lab.strategies import templates
from tests.conftest import PROJECT
from tests.helpers import make_bars

WHOLE = """
name: nightly
steps:
  bars:
    update: {symbols: ABC, provider: file, folder: bars}
  runs:
    needs: bars
    batch:
      notebook: tiny.ipynb
      over: {number: [1, 2]}
  page:
    index: {of: runs, path: nightly.html}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a notebook that fails for the number 13."""
    cells = [
        nbformat.v4.new_code_cell("number: int = 0  # any", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("assert number != 13\nnumber"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "tiny.ipynb")
    return tmp_path


@pytest.fixture
def write(folder):
    def written(text):
        path = folder / "nightly.yaml"
        path.write_text(text)
        return path

    return written


@pytest.fixture
def stocked(lab):
    lab.market.load_frame(make_bars(50), "ABC", "1d", asset_type="EQUITY", exchange="XNYS")
    return lab


def test_bars_are_updated_notebooks_run_and_the_page_is_written(lab, write, folder):
    bars = make_bars(60).reset_index()
    (folder / "bars").mkdir()
    bars.to_csv(folder / "bars" / "ABC_1d.csv", index=False)
    lab.market.load_frame(make_bars(50), "ABC", "1d", asset_type="EQUITY", exchange="XNYS")
    told = []
    outcomes = lab.pipeline(write(WHOLE)).run(told.append)
    assert [(one.name, one.kind, one.status) for one in outcomes] == [
        ("bars", "update", Status.COMPLETED),
        ("runs", "batch", Status.COMPLETED),
        ("page", "index", Status.COMPLETED),
    ], told
    raise_for_failures(outcomes)
    assert "tiny" in (lab.reports_folder / "nightly.html").read_text()
    assert outcomes[0].told == "10 bars are new."
    assert told[0] == "bars (update): begun."
    assert [line.split(":")[0] for line in told].count("runs (batch)") == 2


def test_a_failing_step_stops_what_needs_it_and_nothing_else(stocked, write):
    text = WHOLE.replace("[1, 2]", "[1, 13]").replace(
        "page:\n    index: {", "tidy:\n    compact: {"
    )
    text = text.replace("of: runs, path: nightly.html", "").replace(
        "tidy:", "tidy:\n    needs: runs"
    )
    text += "  again:\n    batch: {notebook: tiny.ipynb}\n"
    text = text.replace("  bars:\n    update: {symbols: ABC, provider: file, folder: bars}\n", "")
    outcomes = stocked.pipeline(write(text.replace("    needs: bars\n", ""))).run()
    assert [str(one.status) for one in outcomes] == ["failed", "cancelled", "completed"]
    assert outcomes[1].told == "Not begun, because 'runs' failed."
    said = "Step 'runs' failed, so another did not begin: 1 of 2"
    with pytest.raises(BatchError, match=said):
        raise_for_failures(outcomes)


@pytest.mark.parametrize("needs", ["", "    needs: runs\n"])
def test_the_page_of_a_batch_is_written_also_where_a_notebook_failed(lab, write, needs):
    head, _, tail = WHOLE.partition("  bars:")
    text = head + "  runs:" + tail.partition("  runs:")[2].replace("    needs: bars\n", "")
    text = text.replace("[1, 2]", "[1, 13]").replace("    index:", f"{needs}    index:")
    outcomes = lab.pipeline(write(text)).run()
    assert [str(one.status) for one in outcomes] == ["failed", "completed"]
    assert "What failed" in (lab.reports_folder / "nightly.html").read_text()


def test_a_page_whose_batch_never_ran_is_not_begun(stocked, write):
    *_, runs, page = stocked.pipeline(write(WHOLE)).run()
    assert (runs.status, page.status) == (Status.CANCELLED, Status.CANCELLED)
    assert page.told == "Not begun, because 'runs' did not begin."


def test_symbols_that_cannot_be_updated_are_a_line_each(stocked, write, folder):
    (folder / "bars").mkdir()
    stocked.market.load_frame(make_bars(50), "XYZ", "1d", asset_type="EQUITY", exchange="XNYS")
    bars, *_ = outcomes = stocked.pipeline(write(WHOLE.replace("ABC", "[ABC, XYZ]"))).run()
    first, *each = bars.told.splitlines()
    assert first == "2 of 2 could not be brought up to date."
    assert [line.partition(":")[0] for line in each] == [
        "- ABC 1d from file", "- XYZ 1d from file",
    ]  # fmt: skip
    with pytest.raises(BatchError, match="so 2 others did not begin: 2 of 2") as refusal:
        raise_for_failures(outcomes)
    assert str(refusal.value).splitlines()[1:] == each


def test_a_symbol_that_was_never_loaded_is_told_with_what_to_do_first(lab, write):
    bars, *_ = lab.pipeline(write(WHOLE)).run()
    assert "No symbol 'ABC'." in bars.told
    assert bars.told.endswith("so load a new symbol's first ones once.")


@pytest.mark.slow
def test_the_example_in_the_documentation_runs_on_bars_loaded_from_files(lab, tmp_path):
    _, _, text = (PROJECT / "docs" / "schedules.md").read_text("utf-8").partition("```yaml\n")
    (tmp_path / "morning.yaml").write_text(text.partition("```")[0])
    (tmp_path / "notebooks").symlink_to(PROJECT / "notebooks")
    (tmp_path / "incoming").mkdir()
    lab.strategies.save(templates.get("golden-cross"))
    for symbol, kind in {"AAPL": "EQUITY", "BTC-USD": "CRYPTO"}.items():
        path = tmp_path / "incoming" / f"{symbol}_1d.csv"
        make_bars(300).reset_index().to_csv(path, index=False)
        lab.market.load_csv(path, asset_type=kind, exchange="XNAS" if kind == "EQUITY" else "X")
    outcomes = lab.pipeline(tmp_path / "morning.yaml").run()
    assert [one.status for one in outcomes] == [Status.COMPLETED] * 4, list(map(str, outcomes))


def test_the_guide_leaves_the_pages_and_schedules_of_other_pipelines_alone():
    guide = read(PROJECT / "notebooks" / "guide" / "nightly.yaml")
    _, _, text = (PROJECT / "docs" / "schedules.md").read_text("utf-8").partition("```yaml\n")
    example = PipelineFile.model_validate(yaml.safe_load(text.partition("```")[0]))
    names = {guide.name, example.name, "nightly"}
    assert len(names) == 3
    pages = {one.steps["page"].index.path for one in (guide, example)}
    assert len(pages | {"nightly.html"}) == 3


def test_a_step_can_make_the_file_anew(lab, write):
    inode = lab.path.stat().st_ino
    (outcome,) = lab.pipeline(write("name: tidy\nsteps: {tidy: {compact: {}}}")).run()
    assert (outcome.kind, outcome.status) == ("compact", Status.COMPLETED)
    assert lab.path.stat().st_ino != inode


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("update:", "updte:", "No entry 'updte' in steps.bars. Did you mean 'update'?"),
        ("symbols:", "symbls:", "No entry 'symbls' in steps.bars.update. Did you mean 'symbols'?"),
        ("name: nightly", "nme: nightly", "name is missing. No entry 'nme'. Did you mean 'name'?"),
        ("notebook:", "notebok:", "Did you mean 'notebook'?"),
        ("needs: bars", "needs: bar", "step 'runs' needs 'bar', no step before it. Did you mean"),
        ("of: runs", "of: bars", "is the index of 'bars', which runs no notebooks"),
        (
            "    update: {symbols: ABC, provider: file, folder: bars}",
            "    needs: []",
            "does nothing",
        ),
        ("steps:", "schedule: {evry: 6h}\nsteps:", "Did you mean 'every'?"),
        ("over: {number: [1, 2]}", "workers: 0", "steps.runs.batch.workers is 0"),
        ("name: nightly", "name: [", "is no YAML"),
    ],
)
def test_what_nobody_understands_is_refused_before_anything_starts(lab, write, old, new, told):
    with pytest.raises(DataError) as refusal:
        lab.pipeline(write(WHOLE.replace(old, new)))
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tiny.ipynb", "tinny.ipynb", "tinny.ipynb"),
        ("over: {number: [1, 2]}", "over: {numbr: [1, 2]}", "Did you mean 'number'"),
    ],
)
def test_a_notebook_and_its_parameters_are_looked_at_first(lab, write, old, new, told):
    with pytest.raises(UnknownName, match=told):
        lab.pipeline(write(WHOLE.replace(old, new)))


def test_there_is_no_such_file(lab, tmp_path):
    (tmp_path / "nightly.yaml").touch()
    with pytest.raises(UnknownName, match=r"nigthly\.yaml.*Did you mean"):
        lab.pipeline(tmp_path / "nigthly.yaml")


def test_the_command_line_tells_each_step_and_fails_with_it(stocked, write, folder):
    text = (
        WHOLE.split("  bars:", maxsplit=1)[0]
        + "  runs:\n    batch: {notebook: tiny.ipynb, parameters: {number: 13}}\n"
    )
    words = ["pipeline", str(write(text)), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "bitstockerz_lab.cli", "--database", str(stocked.path), *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ,
        check=False,
    )
    assert done.returncode == 1
    (outcome,) = json.loads(done.stdout)
    assert outcome["status"] == "failed"
    assert "Step 'runs' failed: 1 of 1 notebooks failed" in done.stderr


@pytest.mark.slow
def test_a_pipeline_that_stays_is_ended_by_an_interrupt_in_one_line(lab, write, folder):
    text = WHOLE.split("  bars:", maxsplit=1)[0]
    path = write(text + "  runs:\n    batch: {notebook: tiny.ipynb}\n")
    command = [sys.executable, "-m", "bitstockerz_lab.cli", "--database", str(lab.path)]
    process = subprocess.Popen(
        [*command, "pipeline", str(path), "--every", "2s"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    said = []
    try:
        while not said or "UTC: done." not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], said
        process.send_signal(signal.SIGINT)
        answer, rest = process.communicate(timeout=60)
    finally:
        process.kill()
    assert said[0].startswith("nightly: every 2s in UTC. The next is ")
    assert process.returncode == 130
    assert answer.splitlines()[1].split()[:3] == ["runs", "batch", "completed"]
    assert "Traceback" not in rest
