"""Tiny notebooks and a batch room of one's own."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bitstockerz_lab.batch import Batches
from bitstockerz_lab.users import current


def write_notebook(path, parameters, *sources):
    """A notebook with a parameters cell (None for no such cell) and code cells."""
    cells = [new_markdown_cell("# Tiny")]
    if parameters is not None:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(source) for source in sources]
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def batches(database, tmp_path):
    return Batches(database, current(database), tmp_path / "executed", tmp_path / "reports")
