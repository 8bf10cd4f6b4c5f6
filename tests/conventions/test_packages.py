"""pyproject.toml, constraints.txt and environment.yml say the same."""

from __future__ import annotations

import re

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conventions.project import PROJECT, pyproject

CONDA_NAMES = {  # where conda-forge calls a package otherwise than PyPI
    "arch": "arch-py",
    "duckdb": "python-duckdb",
    "playwright": "playwright-python",
}
NOT_PYTHON_PACKAGES = {"python", "pip"}


def requirements() -> list[Requirement]:
    project = pyproject()["project"]
    return [
        Requirement(line)
        for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    ]


def pins() -> list[Requirement]:
    lines = (PROJECT / "constraints.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_every_dependency_is_pinned_to_a_version_its_bounds_allow():
    pinned = {canonicalize_name(pin.name): pin for pin in pins()}
    for requirement in requirements():
        pin = pinned[canonicalize_name(requirement.name)]
        (exact,) = pin.specifier
        assert requirement.specifier.contains(Version(exact.version)), str(requirement)


def test_a_pin_is_a_name_and_an_exact_version_and_nothing_else():
    for pin in pins():
        assert pin.url is None
        assert not pin.extras
        assert [specifier.operator for specifier in pin.specifier] == ["=="], str(pin)
    names = [canonicalize_name(pin.name) for pin in pins()]
    assert names == sorted(set(names))


def test_conda_gets_the_same_packages_with_the_same_bounds():
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))
    assert environment["channels"] == ["conda-forge"]
    told = [Requirement(line) for line in environment["dependencies"]]
    conda = {entry.name: entry.specifier for entry in told}
    wanted = {
        CONDA_NAMES.get(canonicalize_name(entry.name), canonicalize_name(entry.name)): (
            entry.specifier
        )
        for entry in requirements()
    }
    assert {name: conda[name] for name in conda if name not in NOT_PYTHON_PACKAGES} == wanted
    assert str(conda["python"]) == pyproject()["project"]["requires-python"]


def test_the_changelog_tells_of_the_version_that_is_coming_or_is_here():
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    version = pyproject()["project"]["version"]
    assert re.search(rf"^## \[(Unreleased|{re.escape(version)})\]", text, re.MULTILINE)


def test_decisions_are_numbered_short_and_say_what_was_verified():
    folder = PROJECT / "docs" / "decisions"
    paths = sorted(folder.glob("*.md"))
    assert paths
    for path in paths:
        text = path.read_text("utf-8")
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
        assert len(text.splitlines()) <= 40, path.name
        assert "Verified facts" in text, path.name
    assert len({path.name[:4] for path in paths}) == len(paths)
