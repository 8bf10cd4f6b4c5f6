"""Commands that stay or tidy up: what they refuse, and what they tell."""

from __future__ import annotations

import pytest

from bitstockerz_lab.cli import pipelines
from tests.conftest import PROJECT


def test_compact_makes_the_file_anew_and_tells_its_sizes(ready, database):
    inode = database.path.stat().st_ino
    answer = ready("compact")
    assert answer.status == 0
    assert "is made anew" in answer.out
    assert database.path.stat().st_ino != inode
    assert ready("sql", "SELECT count(*) AS n FROM symbols", "--json").json == [{"n": 1}]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--every", "6 hours"], "'6 hours' is no span"),
        (["--cron", "0 6 * *"], "has 4 fields instead of 5"),
        (["--every", "6h", "--cron", "0 6 * * *"], "Give one of them"),
        (["--cron", "0 6 * * *", "--zone", "Mars"], "No time zone 'Mars'"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_one_line(call, tmp_path, words, told):
    file = tmp_path / "tidy.yaml"
    file.write_text("name: tidy\nsteps: {tidy: {compact: {}}}")
    answer = call("pipeline", file, *words)
    assert answer.status == 1
    assert answer.err.startswith("error: ")
    assert told in answer.err
    assert len(answer.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["pipeline", "batch"])
@pytest.mark.parametrize("words", [[], ["--every", "6h"]])
def test_a_zone_of_no_cron_line_is_refused(call, tmp_path, command, words):
    answer = call(command, tmp_path / "any", *words, "--zone", "America/New_York")
    assert answer.status == 2
    assert "--zone America/New_York is of a --cron line" in " ".join(answer.err.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--over", "symbl=AAPL"], "No parameter 'symbl'. Did you mean 'symbol'?"),
        (["--over", "symbol=AAPL", "--workers", "0"], "nobody would work"),
    ],
)
def test_a_schedule_checks_its_batch_as_it_starts(call, monkeypatch, words, told):
    monkeypatch.setattr(pipelines, "repeat", lambda *_: pytest.fail("it waits"))
    notebook = PROJECT / "notebooks" / "batch" / "backtest.ipynb"
    answer = call("batch", notebook, *words, "--cron", "0 6 * * 1")
    assert answer.status == 1
    assert told in answer.err


def test_a_pipeline_answers_with_a_row_a_step(call, tmp_path):
    file = tmp_path / "tidy.yaml"
    file.write_text("name: tidy\nschedule: {every: 6h}\nsteps: {tidy: {compact: {}}}")
    answer = call("pipeline", file, "--once")
    assert answer.status == 0
    heading, step = answer.out.splitlines()
    assert heading.split() == ["step", "kind", "status", "seconds"]
    assert step.split()[:3] == ["tidy", "compact", "completed"]
    (row,) = call("pipeline", file, "--once", "--json").json
    assert (row["name"], row["status"]) == ("tidy", "completed")
