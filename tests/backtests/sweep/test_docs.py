"""docs/sweeps.md tells sweeps as they are: its code runs."""

from __future__ import annotations

import re

from tests.conventions.project import PROJECT

PAGE = (PROJECT / "docs" / "sweeps.md").read_text("utf-8")
CELLS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_code_of_the_page_runs(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_DB", str(lab.path))
    monkeypatch.chdir(tmp_path)
    names = {}
    for cell in CELLS:
        exec(compile(cell, "docs/sweeps.md", "exec"), names)  # noqa: S102 - our own page
    assert names["run"].status == "completed"
    assert len(names["sweep"].results) == 45
    assert len(names["wide"].units) == 6
    assert names["again"].results.equals(names["sweep"].results)


def test_the_metrics_and_tables_it_names_are_there(lab):
    with lab.database.read() as con:
        tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    assert set(re.findall(r"`(sweep\w*s)`", PAGE)) <= tables
