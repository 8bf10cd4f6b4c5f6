"""Warm parents from outside: starting one, asking one for a kernel, ending one."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.warm import messages
from bitstockerz_lab.batch.warm.place import (
    ADDRESS,
    LONGEST,
    THREADS,
    standard_address,
    supported,
)
from bitstockerz_lab.batch.warm.process import WarmProcess
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence

LOG = logging.getLogger("bitstockerz_lab.batch.warm")
ANSWER_S = 10.0
START_S = 600.0

PROGRAM = """
import builtins
builtins.get_ipython = type(
    "ZMQInteractiveShell", (), {"__module__": "ipykernel.zmqshell", "kernel": None}
)
from bitstockerz_lab.batch.warm.server import main
main()
"""
"""What a parent runs. pandas, which our own imports bring, asks for the name that notebooks have
built in, and decides by it how wide its tables are: it finds something that looks like a shell."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A warm parent, as it answers.

    Attributes
    ----------
    address : the socket it listens at
    pid : its process
    imports : the modules it was told to import and has
    modules : how many modules that came to
    started_in_s : seconds its start took
    forked, alive : kernels it has started, and those still running
    stale : why it starts no more kernels; empty while it does
    """

    address: Path
    pid: int
    imports: tuple[str, ...]
    modules: int
    started_in_s: float
    forked: int
    alive: int
    stale: str


@contextlib.contextmanager
def parent(imports: Sequence[str] | None = None) -> Iterator[str | None]:
    """Have a warm parent for the time of a `with`: a running one, else one of its own.

    Parameters
    ----------
    imports : modules it imports, "bitstockerz_lab" for all of it; None for the usual ones. A
        running parent is taken as it is.

    Yields
    ------
    str or None
        The address to put into ``$BITSTOCKERZ_WARM`` of those who start kernels; None where there
        is no parent, which has been logged: kernels start cold then.

    Notes
    -----
    A parent of its own ends with the `with`, and with this process however it ends.

    Examples
    --------
    >>> with parent(["bitstockerz_lab", "sklearn"]) as address:  # doctest: +SKIP
    ...     subprocess.run(command, env={**os.environ, "BITSTOCKERZ_WARM": address})
    """
    if not supported():
        LOG.warning("Cold starts: warm kernels need Linux, and this is %s.", sys.platform)
        yield None
        return
    if (running := _fresh()) is not None:
        yield str(running)
        return
    with tempfile.TemporaryDirectory(prefix="bz-warm-", ignore_cleanup_errors=True) as folder:
        address = Path(folder) / "parent"
        try:
            process = _launch(address, imports, stays=False)
        except BatchError as problem:
            LOG.warning("Cold starts: %s", problem)
            yield None
            return
        try:
            yield str(address)
        finally:
            _end(process)


def start(imports: Sequence[str] | None = None) -> Parent:
    """Start this environment's own parent, which stays until `stop`; a stale one is replaced.

    Raises
    ------
    BatchError
        It did not start, or this machine cannot have one.
    """
    if not supported():
        raise BatchError(f"Warm kernels need Linux, and this is {sys.platform}.")
    address = standard_address()
    running = ask(address)
    if running is not None and not running.stale:
        return running
    if running is not None:
        stop(address)
    process = _launch(address, imports, stays=True)
    process.returncode = 0  # nobody waits for it
    started = ask(address)
    if started is None:
        raise BatchError(f"The warm parent at {address} has ended. {_last_words(address)}")
    return started


def stop(address: Path | None = None) -> bool:
    """End a parent, the standard one by default; kernels at work go on. False if there is none."""
    address = address or standard_address()
    try:
        _request(address, {"do": "stop"})
    except (BatchError, OSError):
        return False
    until = time.monotonic() + ANSWER_S
    while address.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return True


def ask(address: Path | None = None) -> Parent | None:
    """Return what a parent, the standard one by default, says of itself; None without one."""
    address = address or standard_address()
    try:
        answer = _request(address, {"do": "status"})
    except (BatchError, OSError):
        return None
    return Parent(address, **(answer | {"imports": tuple(answer["imports"])}))


def fork(
    address: Path,
    argv: Sequence[str],
    environment: dict[str, str],
    folder: str,
    streams: tuple[int, int, int],
) -> WarmProcess:
    """Ask a parent for a kernel.

    Parameters
    ----------
    argv : the command that would start it cold
    environment, folder : as the kernel shall find them
    streams : descriptors for its standard input, output and errors

    Raises
    ------
    BatchError
        The parent is not there, or gives no kernel for this; the message says why.
    """
    asked = {"do": "fork", "argv": list(argv), "environment": environment, "folder": str(folder)}
    connection = _connected(address)
    try:
        answer, (descriptor,) = _answer(connection, asked, streams)
    except BaseException:
        connection.close()
        raise
    return WarmProcess(connection, answer["pid"], descriptor)


def _connected(address: Path) -> socket.socket:
    connection = messages.local_socket()
    connection.settimeout(ANSWER_S)
    try:
        connection.connect(str(address))
    except OSError as problem:
        connection.close()
        raise BatchError(
            f"no warm parent listens at {address} ({problem.strerror}); "
            "`bitstockerz warm start` starts one"
        ) from problem
    return connection


def _answer(
    connection: socket.socket, asked: messages.Message, streams: tuple[int, ...] = ()
) -> tuple[messages.Message, list[int]]:
    try:
        messages.send(connection, asked, streams)
        answer, descriptors = messages.receive(connection)
    except OSError as problem:
        raise BatchError(f"the warm parent did not answer ({problem})") from problem
    if answer is None:
        raise BatchError("the warm parent ended before it answered")
    if "refused" in answer:
        raise BatchError(answer["refused"])
    return answer, descriptors


def _request(address: Path, asked: messages.Message) -> dict[str, Any]:
    with _connected(address) as connection:
        return _answer(connection, asked)[0]


def _fresh() -> Path | None:
    """Return the address of a running parent that still starts kernels."""
    named = os.environ.get(ADDRESS)
    try:
        address = Path(named) if named else standard_address()
    except OSError as problem:  # the home folder is read only, or others may write there
        LOG.warning("No warm parent that stays: %s", problem)
        return None
    running = ask(address)
    return address if running is not None and not running.stale else None


def _launch(
    address: Path, imports: Sequence[str] | None, *, stays: bool
) -> subprocess.Popen[bytes]:
    """Start a parent and wait until it listens; one that does not stay ends with this process."""
    if len(os.fsencode(address)) > LONGEST:
        raise BatchError(
            f"The path {address} is too long for a socket. Set TMPDIR to a shorter one."
        )
    command = [sys.executable, "-c", PROGRAM, str(address)]
    command += ["--stays"] if stays else []
    command += ["--only", *imports] if imports is not None else []
    with _log_of(address).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - reason: this very interpreter and package
            command,
            env={**os.environ, **dict.fromkeys(THREADS, "1")},  # numpy reads them as it is loaded
            stdin=subprocess.DEVNULL if stays else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 - reason: for mypy
    with process.stdout as told:
        ready = _line_within(told.fileno(), START_S)
    if ready != b"ready\n":
        _end(process)
        raise BatchError(f"The warm parent did not start. {_last_words(address)}")
    return process


def _line_within(descriptor: int, seconds: float) -> bytes:
    import select  # noqa: PLC0415 - reason: only Unix has poll

    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return os.read(descriptor, 100) if poll.poll(seconds * 1000) else b""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let go of a parent's lifeline and see it end."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(ANSWER_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _log_of(address: Path) -> Path:
    return address.with_name(f"{address.name}.log")


def _last_words(address: Path) -> str:
    try:
        lines = _log_of(address).read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    told = [line for line in lines if "Error" in line or "parent" in line] or lines
    return " ".join(told[-1].split()) if told else ""
