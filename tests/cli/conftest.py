"""The command line, called inside the test's own process on a database of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from bitstockerz_lab.cli import run
from tests.helpers import make_bars


@dataclass(frozen=True)
class Answer:
    """What a command line left."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture
def call(database, capsys):
    """Call `bitstockerz` with these words, on the test's database."""

    def called(*words):
        capsys.readouterr()
        status = run(["--database", str(database.path), *map(str, words)])
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return called


@pytest.fixture
def bars_file(tmp_path):
    """A CSV file of 400 daily bars."""
    path = tmp_path / "ACME_1d.csv"
    bars = make_bars(400, seed=3)
    bars.index = bars.index.strftime("%Y-%m-%d")
    bars.to_csv(path, index_label="date")
    return path


@pytest.fixture
def ready(call, bars_file):
    """The same, with ACME's bars loaded and a strategy saved."""
    assert call("load", bars_file, "--symbol", "ACME", "--exchange", "XNYS").status == 0
    assert call("strategies", "save", "--template", "golden-cross").status == 0
    return call
