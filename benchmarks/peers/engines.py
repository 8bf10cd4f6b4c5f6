"""Which engines there are, in which environments they run, and how to talk to one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from benchmarks.peers.works import part

PROJECT = Path(__file__).resolve().parents[2]
HOME = Path(platformdirs.user_cache_dir("bitstockerz_lab")) / "benchmarks"
QUIET = {"RAPTORBT_NO_VERSION_CHECK": "1", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine, and how much of a work it is measured on: (symbols, pairs); None is all."""

    label: str
    module: str
    package: str | None = None
    settings: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    rounds: int = 3
    tolerance: float = 1e-9
    """What may differ in total return, as a share of the final equity, and of each metric."""


EXACT, WHOLE_UNITS = 1e-9, 1e-6
VECTORBT = {"W4a": (None, 2_000), "W4b": (None, 200), "W5": (50, None)}
SLOW = {"W3": (1, 20), "W4a": (1, 20), "W4b": (1, 2), "W5": (4, 5)}
ONE_CORE = Engine("ours, one core", "ours", settings={"SWEEP_THREADS": "1"}, rounds=7)
OURS = Engine("ours", "ours", rounds=7)
EVERY = Engine("ours, all 21 metrics", "ours", settings={"SWEEP_METRICS": "every"}, rounds=7)
UNRECORDED = Engine("ours in a lab, recording off", "lab", rounds=5)
RECORDED = Engine("ours in a lab, recorded", "lab", settings={"RECORD": "1"})
NUMBA = Engine("vectorbt, numba", "vectorbt", "vectorbt[rust]==1.2.0", parts=VECTORBT)
RUST = Engine(
    "vectorbt, rust",
    "vectorbt",
    "vectorbt[rust]==1.2.0",
    settings={"VECTORBT_ENGINE": "rust"},
    parts=VECTORBT,
)
RAPTORBT = Engine("raptorbt", "raptorbt", "raptorbt==0.13.4")
BACKTESTING = Engine(
    "backtesting.py", "backtesting", "backtesting==0.6.6", parts=SLOW, tolerance=WHOLE_UNITS
)
PEERS = (NUMBA, RUST, RAPTORBT, BACKTESTING)


def part_of(engine, work):
    """What of a work an engine is measured on."""
    return part(work, *engine.parts.get(work.name, ()))


def interpreters(engines):
    """The interpreter of each engine by label; None, and loudly so, for one that is not there."""
    found = {}
    for engine in engines:
        try:
            found[engine.label] = interpreter(engine.package)
        except (OSError, subprocess.CalledProcessError) as error:
            told = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            print(f"!! {engine.label} is missing, its rows stay empty: {told[-1] if told else ''}")
            found[engine.label] = None
    return found


def interpreter(package):
    """An environment's interpreter, made where there is none with this version of the package."""
    if package is None:
        return Path(sys.executable)
    name, version = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?==(.+)", package).groups()
    folder = HOME / "{}-{}-py{}.{}".format(name, version, *sys.version_info)
    python, complete = folder / "bin" / "python", folder / "complete"
    if not complete.exists():
        print(f"   making an environment of {package} in the cache folder", flush=True)
        call(sys.executable, "-m", "venv", "--clear", folder)
        call(python, "-m", "pip", "install", "-q", "-c", PROJECT / "constraints.txt",
             package, "numpy", "pandas")  # fmt: skip
        complete.touch()
    return python


def call(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)


class Child:
    """An engine on a work, in a process of its own that takes a turn when told."""

    def __init__(self, engine, work, python):
        parts = engine.parts.get(work.name, (None, None))
        self.engine, self.turns = engine, []
        self.process = subprocess.Popen(
            [
                str(python), "-m", "benchmarks.peers.child", engine.module, work.name,
                *("all" if one is None else str(one) for one in parts),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, **QUIET, "PYTHONPATH": str(PROJECT), **engine.settings},
        )  # fmt: skip
        self.answer()  # it is ready

    def turn(self):
        """Let it take a turn, unless it had all of its own."""
        if len(self.turns) < self.engine.rounds:
            self.turns.append(self.ask("turn"))

    def end(self):
        """What it found in the last turn, and the process is gone."""
        try:
            return self.ask("")
        finally:
            self.process.communicate()

    def ask(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return json.loads(self.answer())

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise ChildProcessError(f"{self.engine.label} failed; it says why above.")
        return line
