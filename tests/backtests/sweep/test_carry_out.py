from __future__ import annotations

import io
import re

import numpy as np
import pytest

from bitstockerz_lab.backtests.sweep import carry_out as carrying
from bitstockerz_lab.backtests.sweep import engine, progress
from bitstockerz_lab.backtests.sweep.carry_out import carry_out, missing
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.question import Question
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars, sma_cross


@pytest.fixture
def question():
    """Two units, sixty combinations."""
    document = sma_cross().document
    units = [
        unit_of(document, make_bars(60, seed=seed), number=number, name=name)
        for number, (name, seed) in enumerate({"A": 1, "B": 2}.items())
    ]
    fast = Combinations({"fast": np.arange(2, 62)})
    return Question(version=units[0].recipe.version, combinations=fast, units=units)


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    """The settings the engine was called with; what it measures does not matter here."""
    seen = []

    def measure(_unit, combinations, **settings):
        seen.append(settings)
        zeros = np.zeros(len(combinations))
        values = dict.fromkeys((*engine.METRICS, *engine.BESIDES), zeros)
        return engine.Measured(values, np.zeros((len(zeros), 16, 5)))

    monkeypatch.setattr(engine, "measure", measure)
    return seen


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of some ten combinations."""
    monkeypatch.setattr(carrying, "FIRST_S", 0.01)
    monkeypatch.setattr(carrying, "GUESS_NS", 0.01 / 60 / 10 * 1e9)
    monkeypatch.setattr(carrying, "PART_S", 0.0)


def ranges(parts):
    return [(part.unit, part.start, part.stop) for part in parts]


@pytest.mark.usefixtures("small_parts")
def test_parts_cover_everything_once_in_order(question):
    found = ranges(carry_out(question))
    assert len(found) > 10
    assert [stop - start for _, start, stop in found[:1]] == [10]
    for unit in (0, 1):
        edges = [(start, stop) for number, start, stop in found if number == unit]
        assert edges[0][0] == 0
        assert edges[-1][1] == 60
        assert [stop for _, stop in edges[:-1]] == [start for start, _ in edges[1:]]
    assert [unit for unit, _, _ in found] == sorted(unit for unit, _, _ in found)


@pytest.mark.parametrize(
    ("done", "gaps"),
    [
        ([], [(0, 0, 60), (1, 0, 60)]),
        ([(0, 0, 60)], [(1, 0, 60)]),
        ([(1, 10, 20), (0, 50, 60), (0, 0, 5)], [(0, 5, 50), (1, 0, 10), (1, 20, 60)]),
        ([(0, 10, 30), (0, 20, 40), (1, 0, 60)], [(0, 0, 10), (0, 40, 60)]),
        ([(0, 0, 60), (1, 0, 60)], []),
    ],
)
def test_what_is_done_is_left_out(question, done, gaps):
    assert missing(question, iter(done)) == gaps
    assert sum(stop - start for _, start, stop in ranges(carry_out(question, done=done))) == sum(
        stop - start for _, start, stop in gaps
    )


def test_little_work_is_one_part_a_unit(question):
    assert ranges(carry_out(question)) == [(0, 0, 60), (1, 0, 60)]


def test_settings_reach_the_engine(question, settings):
    list(carry_out(question, threads=2, memory_mb=64))
    list(carry_out(question, metrics=["sharpe_ratio"]))
    assert settings[0] == {"threads": 2, "memory_mb": 64}
    assert settings[-1] == {"threads": None, "memory_mb": 512, "metrics": ["sharpe_ratio"]}


@pytest.mark.usefixtures("small_parts")
def test_progress_is_told_with_rate_and_time_left(question):
    told = []
    list(carry_out(question, done=[(0, 0, 30)], progress=told.append))
    assert [one.total for one in told] == [90] * len(told)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done == 90
    assert told[-1].left == 0.0
    assert re.fullmatch(r"90 of 90 combinations, [\d,]+/s, 0 s left", str(told[-1]))


def test_a_time_left_is_told_as_people_do():
    def left(seconds):
        return str(progress.Progress(1, 1 + seconds, 1.0)).split(", ")[-1]

    assert left(42) == "42 s left"
    assert left(90) == "1:30 min left"
    assert left(3661) == "1:01:01 h left"
    assert str(progress.Progress(0, 9, 1.0)).endswith("just begun")


def test_short_work_draws_nothing(question, capsys):
    list(carry_out(question))
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("small_parts")
def test_a_line_is_rewritten_where_it_is_asked_for(question, capsys):
    list(carry_out(question, progress=True))
    told = capsys.readouterr()
    assert told.out == ""
    assert "\r10 of 120 combinations, " in told.err
    list(carry_out(question, progress=False))
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_a_bar_once_it_takes_long(monkeypatch):
    from rich.console import Console

    written = io.StringIO()
    monkeypatch.setattr(progress, "PATIENCE_S", -1.0)
    monkeypatch.setattr(
        "rich.console.Console", lambda **_: Console(file=written, force_terminal=True, width=100)
    )
    with progress.drawn(100) as count:
        count(10)
        count(90)
    assert "100 of 100 combinations" in written.getvalue()


def test_a_notebook_shows_a_line_once_it_takes_long(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE_S", -1.0)
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    with progress.drawn(100) as count:
        count(10)
        count(90)
    told = capsys.readouterr()
    assert told.out.startswith("\r10 of 100 combinations, ")
    assert told.err == ""
