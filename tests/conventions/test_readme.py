"""What README.md and docs/ tell people to type works."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
import yaml
from papermill.cli import papermill as papermill_command

from bitstockerz_lab.batch.plan import notebook_parameters
from bitstockerz_lab.cli.app import app
from bitstockerz_lab.cli.settings import Settings
from tests.conventions.project import PROJECT, files, pyproject, short

PAGES = [
    path
    for path in files()
    if path.suffix == ".md" and (path.parent == PROJECT or path.parts[-2] in {"docs", "benchmarks"})
]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)\)")
NOT_OURS = {  # said once, and to be read by a person
    "conda env create -f environment.yml",
    "conda activate bitstockerz",
    "pip install --no-deps -e .",
}


def blocks(path, language):
    return [text for kind, text in FENCED.findall(path.read_text("utf-8")) if kind == language]


SHELL = [
    (path, line.partition("  #")[0].strip())
    for path in PAGES
    for text in blocks(path, "sh")
    for line in text.splitlines()
    if line.strip()
]


def parse(words):
    """Parse a command line as the program would, without running anything."""
    command = typer.main.get_command(app)
    context = command.make_context("bitstockerz", list(words), obj=Settings())
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        context = command.make_context(name, rest, parent=context)


def check_papermill(words):
    """Parse the line as papermill would; its parameters are those of the notebook."""
    asked = papermill_command.make_context("papermill", list(words)).params
    given = dict(asked["parameters"]) | dict(asked["parameters_raw"])
    for text in asked["parameters_yaml"]:
        given |= yaml.safe_load(text)
    known = notebook_parameters(PROJECT / asked["notebook_path"])
    for name, value in given.items():
        known[name].check(known[name].parse(value) if isinstance(value, str) else value)


def targets():
    return set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize(("path", "line"), SHELL, ids=[line for _, line in SHELL])
def test_a_command_that_is_told_exists(path, line):
    assert path.exists()
    words = shlex.split(line)
    if words[0] == "make":
        assert set(words[1:]) <= targets()
    elif words[0] == "bitstockerz":
        parse(words[1:])
    elif words[0] == "papermill":
        check_papermill(words[1:])
    else:
        assert line in NOT_OURS


def test_the_makefile_has_every_command_the_issue_names_and_tells_of_it():
    assert {"demo", "test", "lab", "bench", "lint", "clean", "help"} <= targets()
    text = (PROJECT / "Makefile").read_text("utf-8")
    told = set(re.findall(r"^([a-z]+):.*  ## ", text, re.MULTILINE))
    assert told == targets()


def test_the_cells_of_the_readme_run(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_DB", str(lab.path))
    monkeypatch.chdir(tmp_path)
    cells = blocks(PROJECT / "README.md", "python")
    assert len(cells) == 3 + 1  # and a sweep
    names = {}
    for cell in cells:
        exec(compile(cell, "README.md", "exec"), names)  # noqa: S102 - the readme's own cells
    assert names["run"].status == "completed"
    assert len(names["sweep"].results) == 20
    assert (names["lab"].reports_folder / "my-cross.html").stat().st_size > 10_000


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_link_to_a_file_leads_somewhere(path):
    broken = [
        link for link in LINK.findall(path.read_text("utf-8")) if not (path.parent / link).exists()
    ]
    assert broken == []


def test_every_environment_variable_of_the_package_is_told_in_the_docs():
    text = (PROJECT / "docs" / "README.md").read_text("utf-8")
    used = {
        name
        for path in files()
        if path.suffix == ".py" and "bitstockerz_lab" in path.parts
        for name in re.findall(r"BITSTOCKERZ_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))
    }
    internal = {"BITSTOCKERZ_JOB_ID", "BITSTOCKERZ_NOTEBOOK"}  # set by a batch for its kernels
    assert {name for name in used - internal if name not in text} == set()


def test_the_readme_says_what_a_stranger_must_know():
    text = (PROJECT / "README.md").read_text("utf-8")
    assert pyproject()["project"]["version"] in text
    for word in ("simulated", "Commons Clause", "make demo", "make test", "not advice"):
        assert word in text


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_every_python_block_of_a_page_compiles(path):
    for text in blocks(path, "python"):
        compile(text, short(path), "exec")
