"""An executed notebook tells itself how it ended, and is whole at every moment."""

from __future__ import annotations

import json

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.task import Ended
from bitstockerz_lab.enums import Status
from tests.batch.conftest import write_notebook

ENDED = Ended(7, Status.COMPLETED, clock.now(), clock.now(), 1.5, 1)


@pytest.fixture
def executed(tmp_path):
    path = tmp_path / "n-000007.ipynb"
    write_notebook(endings.draft_of(path), "x: int = 1", "print(x)")
    return path


def test_a_draft_takes_its_name_with_how_it_ended(executed):
    endings.keep(executed, ENDED)
    assert endings.ending_of(executed, 7) == ENDED
    assert endings.ending_of(executed, 8) is None, "it is another job's"
    assert [path.name for path in executed.parent.iterdir()] == [executed.name]


def test_on_a_full_disk_the_draft_takes_its_name_as_it_is(executed, monkeypatch):
    before = endings.draft_of(executed).read_text()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(endings, "write_whole", full)
    endings.keep(executed, ENDED)
    assert executed.read_text() == before
    assert endings.ending_of(executed, 7) is None


def test_what_cannot_be_written_whole_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "n.ipynb"
    endings.write_whole(path, "before")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "")))
    with pytest.raises(OSError, match="28"):
        endings.write_whole(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"metadata": {"bitstockerz": {}}})])
def test_a_file_that_tells_no_ending_is_no_error(tmp_path, text):
    path = tmp_path / "n.ipynb"
    path.write_text(text)
    assert endings.ending_of(path, 7) is None
    assert endings.mark(path, "failed", "why") is None
