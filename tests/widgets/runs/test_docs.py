"""docs/run-browser.md tells runs as they are: its code runs."""

from __future__ import annotations

import re

import pytest

from bitstockerz_lab.strategies import templates
from tests.conventions.project import PROJECT

PAGE = (PROJECT / "docs" / "run-browser.md").read_text("utf-8")


@pytest.fixture
def two(lab):
    lab.market.load("synthetic", "DEMO-A")
    lab.strategies.save(templates.get("golden-cross"))
    for fast in (10, 20):
        lab.backtests.run("Golden cross", "DEMO-A", parameters={"fast": fast})
    return lab


def test_the_cells_of_the_page_run(two):
    names = {"lab": two}
    for cell in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(cell, "docs/run-browser.md", "exec"), names)  # noqa: S102 - our own page
    assert names["version"].name == "Golden cross, quick"
    assert names["folder"].name == "run-1"
    assert (two.reports_folder / "compared.html").is_file()
    assert two.backtests.list(tag="candidate")["id"].tolist() == [2, 1]
