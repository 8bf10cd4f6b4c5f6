"""lab.batch.report: the page of any executed notebook."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bitstockerz_lab.errors import DataError, LabError, UnknownName

FIGURE = {"data": [{"type": "scatter", "y": [1, 3, 2]}], "layout": {}}


@pytest.fixture
def executed(tmp_path):
    cell = new_code_cell("figure")
    cell.outputs = [new_output("display_data", data={"application/vnd.plotly.v1+json": FIGURE})]
    path = tmp_path / "my study.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A study"), cell]), path)
    return path


def test_without_a_path_it_goes_to_the_labs_reports_under_the_notebooks_name(batches, executed):
    page = batches.report(executed)
    assert page.name == "my study.html"
    assert page.parent.name == "reports"
    assert "<title>A study · my study</title>" in page.read_text("utf-8")


def test_a_still_report_has_no_plotly(batches, executed, tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_CHROMIUM", "/no/such/browser")
    page = batches.report(executed, tmp_path / "still.html", interactive=False)
    assert page.stat().st_size < 100_000
    assert "This figure is not drawn." in page.read_text("utf-8")


def test_a_missing_notebook_names_the_nearest(batches, executed):
    with pytest.raises(UnknownName, match=re.escape("my study.ipynb")):
        batches.report(executed.with_name("my studi.ipynb"))


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"cells": 3}'])
def test_what_is_no_notebook_is_one_clear_error(batches, tmp_path, text):
    path = tmp_path / "odd.ipynb"
    path.write_text(text)
    with pytest.raises(DataError, match="is no Jupyter notebook"):
        batches.report(path)
    assert list(tmp_path.rglob("*.html")) == []


def test_a_path_that_is_no_page_is_refused(batches, executed, tmp_path):
    with pytest.raises(LabError, match="ends in"):
        batches.report(executed, tmp_path / "report.docx")
