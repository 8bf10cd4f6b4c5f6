"""Opening a lab: which file is meant, and what it leaves open."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import StorageError
from bitstockerz_lab.lab import find_database


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """A folder deep in a clone, and one is in it."""
    deep = tmp_path / "clone" / "notebooks" / "guide"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    return tmp_path / "clone"


def test_the_environment_names_the_file(somewhere, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_DB", str(somewhere / "other.duckdb"))
    assert find_database() == somewhere / "other.duckdb"


def test_the_nearest_parent_with_a_database_wins(somewhere):
    (somewhere / "data").mkdir()
    (somewhere / "data" / "lab.duckdb").touch()
    assert find_database() == somewhere / "data" / "lab.duckdb"


def test_a_fresh_clone_is_known_by_its_pyproject(somewhere):
    (somewhere / "pyproject.toml").touch()
    assert find_database() == somewhere / "data" / "lab.duckdb"


def test_elsewhere_it_is_the_folder_one_is_in(somewhere):
    assert find_database() == somewhere / "notebooks" / "guide" / "data" / "lab.duckdb"


def test_opening_makes_the_file_and_says_where_it_is(tmp_path):
    lab = bz.open_lab(tmp_path / "new" / "lab.duckdb")
    assert lab.path.exists()
    assert str(lab.path) in repr(lab)
    assert lab.executed_folder == tmp_path / "new" / "executed"
    assert lab.reports_folder == tmp_path / "new" / "reports"


def test_an_open_idle_lab_disturbs_nobody(lab):
    code = (
        "import sys, bitstockerz_lab as bz; print(len(bz.open_lab(sys.argv[1]).market.symbols()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, lab.path], capture_output=True, text=True, check=True
    )
    assert other.stdout == "0\n"
    assert len(lab.market.symbols()) == 0


def test_what_is_no_lab_is_one_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(StorageError, match="another path"):
        bz.open_lab(tmp_path / "notes.txt")


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'opne_lab'"):
        bz.opne_lab  # noqa: B018


def test_a_misspelt_public_name_says_what_may_have_been_meant():
    with pytest.raises(AttributeError, match="Did you mean 'strategy'"):
        bz.stratgy  # noqa: B018 - asking is what fails
    with pytest.raises(AttributeError, match="Did you mean 'sma'"):
        bz.strategies.smaa  # noqa: B018 - as above
