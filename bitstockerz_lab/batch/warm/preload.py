"""What a warm parent imports and compiles, and when it must not be forked (any more)."""

from __future__ import annotations

import builtins
import gc
import importlib
import importlib.metadata
import logging
import os
import pkgutil
import site
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.warm.grammars import put_off
from bitstockerz_lab.batch.warm.place import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LOG = logging.getLogger("bitstockerz_lab.batch.warm")

OWN = "bitstockerz_lab"
"""Among modules to import: all of this package, tried out once so that it is compiled."""

USUAL = (
    OWN, "ipywidgets", "anywidget", "plotly.graph_objects", "plotly.io", "tqdm.auto",
    "vectorbt",
)  # fmt: skip
"""What notebooks import; pandas and numpy come along."""

KERNEL = (
    "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.debugger", "IPython.core.completerlib",
    "IPython.core.debugger", "IPython.core.oinspect", "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
)  # fmt: skip
LEFT_OUT = ("bitstockerz_lab.cli", "bitstockerz_lab.batch")
FIXED = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_")
"""Beginnings of variables that count only when a process starts."""

PASSING = {"PYTHONSTARTUP", "PYTHONEXECUTABLE"}
ALLOWED_TASKS = {"jemalloc_bg_thd"}
"""Threads of the operating system that survive a fork: jemalloc, in pyarrow, starts its anew."""


class Unfit(Exception):
    """Why this parent cannot be forked for what is asked."""


@dataclass(frozen=True, slots=True)
class Preloaded:
    """What has been imported, and from where.

    Attributes
    ----------
    imports : modules imported by name
    asked : modules that asked for the notebook's shell while there was none; a kernel loads them
        again once it has one
    environment : what this process was started with
    variables : what imports have put into the environment, as they would in a kernel
    files : each imported file, its time and size
    seconds : how long it took
    """

    imports: tuple[str, ...]
    asked: tuple[str, ...]
    environment: Mapping[str, str]
    variables: Mapping[str, str]
    files: Mapping[str, tuple[int, int]]
    distributions: frozenset[str]
    seconds: float

    @property
    def modules(self) -> int:
        """How many files that came to."""
        return len(self.files)

    def stale(self) -> str:
        """Say what has changed since; empty when nothing has."""
        for path, known in self.files.items():
            if _stamp(path) != known:
                return f"{path} has changed since the warm parent started"
        if _distributions() != self.distributions:
            return "packages were installed or removed since the warm parent started"
        return ""

    def check(self, asked: Mapping[str, Any]) -> None:
        """Raise `Unfit` if a fork would not be what a cold start would have been."""
        command = [sys.executable, "-m", "ipykernel_launcher"]
        if not _same_command(asked["argv"], command):
            raise Unfit(f"the kernel is another program: {' '.join(asked['argv'][:3])}")
        if difference := self._difference(asked["environment"]):
            raise Unfit(difference)
        if reason := self.stale() or _hidden_by(asked["folder"]) or threads():
            raise Unfit(reason)

    def _difference(self, environment: Mapping[str, str]) -> str:
        for name in sorted({*environment, *self.environment}):
            here, there = self.environment.get(name), environment.get(name)
            if name.startswith(FIXED) and name not in PASSING and here != there:
                return f"${name} is {there!r}, and {here!r} in the warm parent"
            if name in THREADS and there not in {None, "1"}:
                return f"${name} is {there!r}, and a warm kernel has 1"
        return ""


def preload(imports: Sequence[str], began: float) -> Preloaded:
    """Import and compile what notebooks use; the process must be new.

    Parameters
    ----------
    imports : modules, OWN among them; one that is not there is logged and left out
    began : `time.monotonic()` when the process started

    Raises
    ------
    RuntimeError
        An import or the trial run left a thread behind.
    """
    if early := {"ipywidgets", "plotly.io", "matplotlib"} & sys.modules.keys():
        raise RuntimeError(f"{', '.join(early)}: imported before anyone noted who asks for a shell")
    environment = dict(os.environ)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.environ.pop("PLOTLY_RENDERER", None)
    before = dict(os.environ)
    put_off()
    imported = []
    with _shell_asked_for() as asked:
        for name in (*KERNEL, *imports):
            for module in _own_modules() if name == OWN else [name]:
                try:
                    importlib.import_module(module)
                except Exception as problem:  # noqa: BLE001 - reason: a kernel that needs it will say so
                    LOG.warning("Not imported: %s (%s).", module, problem)
                    continue
                if reason := threads():
                    raise RuntimeError(f"import {module}: {reason}")
                if name in imports and name not in imported:
                    imported.append(name)
        if OWN in imports:
            _try_out()
    if reason := threads():
        raise RuntimeError(f"the trial run: {reason}")
    gc.collect()
    gc.freeze()  # so that the collector does not touch, and thereby copy, what kernels share
    return Preloaded(
        tuple(imported),
        tuple(asked),
        environment,
        {name: text for name, text in os.environ.items() if before.get(name) != text},
        _files(),
        _distributions(),
        time.monotonic() - began,
    )


def threads() -> str:
    """Say which thread forbids a fork; empty when there is none."""
    if others := [thread.name for thread in threading.enumerate()[1:]]:
        return f"the warm parent has a second Python thread, {others[0]}"
    for task in os.listdir("/proc/self/task"):  # noqa: PTH208 - reason: names are enough
        if int(task) == os.getpid():
            continue
        with suppress(FileNotFoundError):
            name = Path(f"/proc/self/task/{task}/comm").read_text().strip()
            if name not in ALLOWED_TASKS:
                return f"the warm parent has a second thread, {name}"
    return ""


def _own_modules() -> list[str]:
    """Return the names of this package's modules that a notebook may come to need."""
    found = pkgutil.walk_packages(importlib.import_module(OWN).__path__, f"{OWN}.")
    return [module.name for module in found if not module.name.startswith(LEFT_OUT)]


@contextmanager
def _shell_asked_for() -> Iterator[dict[str, None]]:
    """Note which modules ask IPython for its shell as they are imported.

    They decide then how to show things, and without a shell they decide wrongly.
    """
    import IPython  # noqa: PLC0415 - reason: heavy
    from IPython.core import getipython  # noqa: PLC0415 - reason: heavy

    asked: dict[str, None] = {}
    real = getipython.get_ipython

    def noting() -> object:
        caller = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - reason: who asks
        if caller in sys.modules:
            asked[caller] = None
        return real()

    getipython.get_ipython = IPython.get_ipython = noting  # type: ignore[assignment]
    try:
        yield asked
    finally:
        builtins.__dict__.pop("get_ipython", None)  # who started us had put a likeness there
        getipython.get_ipython = IPython.get_ipython = real
        for module in list(sys.modules.values()):  # `from IPython import get_ipython` kept ours
            if getattr(module, "__dict__", {}).get("get_ipython") is noting:
                module.get_ipython = real  # type: ignore[attr-defined]


def _try_out() -> None:
    """Run a small backtest and a small sweep, so that what they compile is there, and a figure."""
    from bitstockerz_lab.batch.warm.trial import trial  # noqa: PLC0415 - reason: heavy

    try:
        trial()
    except Exception:
        LOG.warning("The trial run failed; kernels compile what they need.", exc_info=True)


def _files() -> dict[str, tuple[int, int]]:
    paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return {path: _stamp(path) for path in sorted(filter(None, paths)) if os.path.isabs(path)}  # noqa: PTH117 - reason: texts


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - reason: thousands at each fork
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _distributions() -> frozenset[str]:
    folders = {*site.getsitepackages(), site.getusersitepackages()}
    return frozenset(
        f"{folder}/{name}"
        for folder in folders
        if os.path.isdir(folder)  # noqa: PTH112 - reason: texts
        for name in os.listdir(folder)  # noqa: PTH208 - reason: texts
        if name.endswith((".dist-info", ".egg-info", ".pth", ".egg-link"))
    )


def _same_command(argv: Sequence[str], command: Sequence[str]) -> bool:
    same_program = os.path.realpath(argv[0]) == os.path.realpath(command[0])
    same_place = Path(argv[0]).parent.resolve() == Path(command[0]).parent.resolve()
    return same_program and same_place and list(argv[1 : len(command)]) == list(command[1:])


def _hidden_by(folder: str) -> str:
    """Say which file of the kernel's folder a cold kernel would import instead of what we have."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - reason: texts
    except OSError as problem:
        return f"the folder {folder} cannot be read ({problem.strerror})"
    for name in names:
        path = Path(folder) / name
        module = sys.modules.get(name.removesuffix(".py"))
        hides = name.endswith(".py") or (path / "__init__.py").is_file()
        if module is None or not hides or name == "__main__.py":
            continue
        origin = getattr(module, "__file__", None) or ""
        if not Path(origin).is_relative_to(Path(folder).resolve()):
            return f"{path} would be imported instead of the warm parent's {module.__name__}"
    return ""
