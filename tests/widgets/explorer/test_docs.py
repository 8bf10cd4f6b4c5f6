"""docs/sweep-explorer.md tells the explorer as it is: its code runs."""

from __future__ import annotations

import re

from tests.conventions.project import PROJECT

PAGE = (PROJECT / "docs" / "sweep-explorer.md").read_text("utf-8")


def test_the_code_of_the_page_runs(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_DB", str(lab.path))
    monkeypatch.chdir(tmp_path)
    names = {}
    for cell in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(cell, "docs/sweep-explorer.md", "exec"), names)  # noqa: S102 - our own page
    assert names["run"].status == "completed"
    assert len(names["sweep"].results) == 16
    assert names["explorer"].state["run"] == names["run"].id
    assert names["explorer"].error is None


def test_the_verbs_it_names_are_there(sweeping):
    known = {*dir(sweeping.backtests)}
    assert set(re.findall(r"`lab\.backtests\.(\w+)\(", PAGE)) <= known
