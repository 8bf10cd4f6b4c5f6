"""What docs/widgets.md tells people to type works, and it tells of every door."""

from __future__ import annotations

import re

import ipywidgets
import pytest

from tests.conftest import PROJECT

PAGE = (PROJECT / "docs" / "widgets.md").read_text("utf-8")
DOORS = ("dashboard", "editor", "runner", "runs", "explorer", "chart")


def test_the_cells_of_the_page_run(lab):
    names = {"lab": lab}
    for cell in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(cell, "widgets.md", "exec"), names)  # noqa: S102 - the page's own cells
    assert names["runner"].run.details.parameters["fast"] == 20
    assert names["browser"].state["chosen"] == [names["runner"].run.id]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_of_the_lab_is_told_and_opens_a_widget(door, lab):
    assert f"`lab.{door}(" in PAGE
    lab.market.load("synthetic", "DEMO-A")
    opened = getattr(lab, door)(*(["DEMO-A"] if door == "chart" else []))
    assert isinstance(opened, ipywidgets.Widget)
    assert opened.error is None
