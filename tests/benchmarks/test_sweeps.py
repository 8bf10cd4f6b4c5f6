"""The benchmark of sweeps compares what it says it compares; how fast anything is, no test asks."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import sweeps
from benchmarks.peers import engines
from benchmarks.peers.works import WORKS, part, spread, tiny
from tests.conventions.project import PROJECT

OF_ALL = {
    "total_return_pct": np.array([[1.0, -2.0, 3.0], [4.0, 5.0, np.nan]]),
    "num_trades": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]]),
}
SMALL = part(tiny(WORKS["W5"]))


def some(rows, columns):
    return {name: values[np.ix_(rows, columns)] for name, values in OF_ALL.items()}


class Chosen:
    symbols, pairs = (0, 1), (0, 2)


def test_a_work_has_as_many_combinations_as_the_table_says():
    counted = {name: (work.combinations, work.bars) for name, work in WORKS.items()}
    assert counted == {
        "W1": (1, 2_520),
        "W2": (1, 87_600),
        "W3": (1_000, 2_520),
        "W4a": (10_000, 2_520),
        "W4b": (1_000, 87_600),
        "W5": (50_000, 2_520),
    }
    assert all(fast < slow for work in WORKS.values() for fast, slow in work.pairs)


def test_a_part_is_spread_over_the_whole():
    assert spread(10, 3) == (0, 4, 9)
    assert spread(3, 10) == spread(3) == (0, 1, 2)
    chosen = part(WORKS["W5"], 50, 10)
    assert chosen.share == 1 / 100
    assert chosen.parameters == [WORKS["W5"].pairs[place] for place in chosen.pairs]


def test_a_symbol_has_the_same_bars_in_a_part_and_in_the_whole():
    work = tiny(WORKS["W5"])
    every, (second,) = work.tables(), work.tables([1])
    assert second.equals(every[1])
    assert not second.equals(every[0])
    assert (second["open"] != second["close"].shift()).all()


def test_the_same_numbers_agree_and_so_do_two_that_are_undefined():
    equal, word = sweeps.agreement(OF_ALL, some((0, 1), (0, 2)), Chosen, 1e-9)
    assert equal
    assert word == "2 numbers equal within 1e-09 (worst 0e+00)"


@pytest.mark.parametrize("wrong", [3.1, np.nan])
def test_one_number_that_differs_is_told(wrong):
    theirs = some((0, 1), (0, 2))
    theirs["total_return_pct"][0, 1] = wrong
    equal, word = sweeps.agreement(OF_ALL, theirs, Chosen, 1e-9)
    assert not equal
    assert word == "DIFFERS: total_return_pct in 1 of 4"


def test_a_missing_peer_is_told_and_its_rows_stay_empty(monkeypatch, capsys):
    def refused(package):
        raise subprocess.CalledProcessError(1, "pip", stderr=f"ERROR: no {package} for you")

    monkeypatch.setattr(engines, "interpreter", refused)
    assert engines.interpreters([engines.RAPTORBT]) == {"raptorbt": None}
    assert "!! raptorbt is missing, its rows stay empty: ERROR: no" in capsys.readouterr().out


def test_a_peers_seconds_are_those_of_the_whole_work():
    turns = [{"wall": wall, "cpu": 2 * wall, "peak_mb": 9.0} for wall in (3.0, 1.0, 2.0)]
    assert sweeps.scaled(turns, 0.5) == {"share": 0.5, "wall": 4.0, "cpu": 8.0, "peak_mb": 9.0}


def test_a_missed_ratio_is_found(capsys):
    row = {"share": 1, "wall": 1.0, "cpu": 1.0, "peak_mb": 1.0}
    slow = {engines.OURS.label: row, engines.NUMBA.label: row | {"wall": 99.0}}
    assert not sweeps.ratio("W3", slow, engines.NUMBA, "wall", 100.0)
    assert sweeps.ratio("W3", slow, engines.NUMBA, "wall", 99.0)
    assert sweeps.ratio("W3", slow, engines.RAPTORBT, "cpu", 10.0)
    assert "not there" in capsys.readouterr().out


def test_our_sweep_agrees_with_vectorbt_on_little_bars():
    from benchmarks.peers import ours_engine, vectorbt_engine

    tables = SMALL.work.tables()
    ours, theirs = ours_engine.run(SMALL, tables), vectorbt_engine.run(SMALL, tables)
    equal, word = sweeps.agreement(ours, theirs, SMALL, 1e-9)
    assert equal, word
    assert ours["num_trades"].min() > 0


def test_the_rules_with_stops_trade():
    from benchmarks.peers import ours_engine

    (bars,) = tiny(WORKS["W3"]).tables()
    found = ours_engine.rules(bars, {name: list(some)[:2] for name, some in
                                     ours_engine.GRID_OF_RULES.items()})  # fmt: skip
    assert len(found.results) == 16
    assert (found.results["num_trades"] > 0).all()


def test_a_child_takes_a_turn_whenever_it_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers.child", "ours", "W1", "all", "all"],
        input="turn\nturn\n\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    ready, *turns, answer = done.stdout.splitlines()
    assert ready == "ready"
    assert [set(json.loads(turn)) for turn in turns] == [{"wall", "cpu", "peak_mb"}] * 2
    assert json.loads(answer)["num_trades"] == [[30.0]]
