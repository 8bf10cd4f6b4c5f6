"""docs/versions.md tells what happens: its code runs, and prints what stands under it."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from bitstockerz_lab.strategies import diff, document, files, versions

PAGE = (Path(__file__).parents[2] / "docs" / "versions.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(python|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def told(lab, tmp_path, monkeypatch, capsys):
    """What the page's code leaves behind, and what it prints block by block."""
    monkeypatch.chdir(tmp_path)
    names = {"lab": lab}
    printed = []
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "docs/versions.md", "exec"), names)  # noqa: S102 - our own page
            printed.append(capsys.readouterr().out)
        else:
            assert printed.pop() == text
    assert not any(printed)
    return names


def test_the_code_of_the_page_runs_and_prints_what_the_page_says(lab, told):
    assert told["table"]["tags"].tolist() == ["", "candidate"]
    assert lab.strategies.notes("Dip, wider stop")["note"].tolist() == ["Copy of Dip version 1."]
    assert lab.strategies.versions("Dip of a friend")["tags"].tolist() == ["", "candidate"]


def test_every_key_of_a_file_stands_on_the_page():
    for model in (files.StrategyFile, files.FileVersion, files.Note):
        for key in model.model_fields:
            assert f"`{key}`" in PAGE or f'"{key}"' in PAGE, key
    assert f'`"{files.FORMAT}"`, {files.FORMAT_VERSION}' in PAGE
    assert len(PAGE.splitlines()) <= 100


@pytest.mark.parametrize("module", [diff.changes, document, files, versions])
def test_the_examples_say_what_happens(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
