"""The fork server: one process, one thread, that turns into kernels on demand."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bitstockerz_lab.batch.warm import messages
from bitstockerz_lab.batch.warm.child import become_kernel
from bitstockerz_lab.batch.warm.preload import USUAL, Unfit, preload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.batch.warm.preload import Preloaded


OURS = {signal.SIGTERM, signal.SIGINT}
"""Signals the parent answers itself; a child must not, before it has forgotten how."""


@dataclass(slots=True)
class Kernel:
    """A kernel at work: whose it is, its process, the descriptor that tells of its end."""

    connection: socket.socket
    pid: int
    descriptor: int


class Server:
    """Answers requests one after another and looks after the kernels it has forked.

    Parameters
    ----------
    listener : where requests come in
    lock : what keeps a second parent from the same address
    preloaded : what a kernel finds imported
    lifeline : a descriptor whose other end is its owner's; None if it stays by itself
    """

    def __init__(
        self, listener: socket.socket, lock: IO[str], preloaded: Preloaded, lifeline: int | None
    ) -> None:
        self._listener = listener
        self._lock = lock
        self._preloaded = preloaded
        self._lifeline = lifeline
        self._callers: dict[int, socket.socket] = {}
        self._kernels: dict[int, Kernel] = {}
        self._forked = 0
        self._poll = select.poll()
        for descriptor in (listener.fileno(), lifeline):
            if descriptor is not None:
                self._poll.register(descriptor, select.POLLIN)
        self._going = True

    def serve(self) -> None:
        """Serve until told to stop, or until the lifeline is let go."""
        while self._going:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._listener.fileno():
                    caller, _ = self._listener.accept()
                    caller.setblocking(False)
                    self._callers[caller.fileno()] = caller
                    self._poll.register(caller.fileno(), select.POLLIN)
                elif descriptor == self._lifeline:
                    self._going = False
                elif descriptor in self._kernels:
                    self._reap(self._kernels[descriptor])
                elif descriptor in self._callers:
                    self._hear(self._callers[descriptor])

    def _hear(self, caller: socket.socket) -> None:
        """Do what a caller asks; a caller that has gone takes its kernel along."""
        try:
            asked, descriptors = messages.receive(caller)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            asked, descriptors = None, []
        if asked is None:
            self._forget(caller)
            return
        try:
            with contextlib.suppress(OSError):  # the caller may have gone meanwhile
                self._answer(caller, asked, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _answer(
        self, caller: socket.socket, asked: messages.Message, descriptors: list[int]
    ) -> None:
        if asked["do"] == "status":
            messages.send(caller, self._status())
        elif asked["do"] == "stop":
            self._going = False
            messages.send(caller, {})
        else:
            try:
                self._preloaded.check(asked)
            except Unfit as problem:
                messages.send(caller, {"refused": str(problem)})
            else:
                self._fork(caller, asked, descriptors)

    def _fork(self, caller: socket.socket, asked: messages.Message, descriptors: list[int]) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
        try:
            pid = os.fork()
        except OSError as problem:  # no memory, or too many processes
            signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
            messages.send(caller, {"refused": f"it cannot be forked ({problem.strerror})"})
            return
        if pid == 0:
            try:
                self._let_go(caller)
                asked["environment"] = {**self._preloaded.variables, **asked["environment"]}
                become_kernel(asked, descriptors, caller, _client(caller), self._preloaded.asked)
            finally:
                os._exit(1)  # the parent's work must not go on here
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
        self._forked += 1
        kernel = Kernel(caller, pid, os.pidfd_open(pid))
        self._kernels[kernel.descriptor] = kernel
        self._poll.register(kernel.descriptor, select.POLLIN)

    def _let_go(self, caller: socket.socket) -> None:
        """Close, in a child, what belongs to the parent and to other kernels."""
        self._listener.close()
        self._lock.close()
        for other in self._callers.values():
            if other is not caller:
                other.close()
        for descriptor in self._kernels:
            os.close(descriptor)

    def _reap(self, kernel: Kernel) -> None:
        """Tell how a kernel has ended."""
        _, status = os.waitpid(kernel.pid, 0)
        with contextlib.suppress(OSError):
            messages.send(kernel.connection, {"ended": os.waitstatus_to_exitcode(status)})
        self._poll.unregister(kernel.descriptor)
        os.close(self._kernels.pop(kernel.descriptor).descriptor)
        if kernel.connection.fileno() in self._callers:
            self._forget(kernel.connection)

    def _forget(self, caller: socket.socket) -> None:
        for kernel in self._kernels.values():
            if kernel.connection is caller:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(kernel.pid, signal.SIGKILL)
        self._poll.unregister(caller.fileno())
        del self._callers[caller.fileno()]
        caller.close()

    def _status(self) -> messages.Message:
        return {
            "pid": os.getpid(),
            "imports": list(self._preloaded.imports),
            "modules": self._preloaded.modules,
            "started_in_s": self._preloaded.seconds,
            "forked": self._forked,
            "alive": len(self._kernels),
            "stale": self._preloaded.stale(),
        }


def _client(caller: socket.socket) -> int:
    """Return the process that asked."""
    wanted = struct.calcsize("3i")
    pid, _user, _group = struct.unpack(
        "3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, wanted)
    )
    return int(pid)


def _clear_up(address: Path) -> None:
    """Remove what lies beside a parent's socket, and their folder: its owner may be dead."""
    for name in ("lock", "log"):
        address.with_name(f"{address.name}.{name}").unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        address.parent.rmdir()


def main(arguments: Sequence[str] | None = None) -> None:
    """Be a warm parent: `ADDRESS [--stays] [--only MODULE …]`."""
    reader = argparse.ArgumentParser(prog="bitstockerz_lab.batch.warm")
    reader.add_argument("address", type=Path)
    reader.add_argument("--stays", action="store_true", help="do not end with the standard input")
    reader.add_argument("--only", nargs="*", default=USUAL, help="modules to import")
    told = reader.parse_args(arguments)
    began = time.monotonic()
    lock = told.address.with_name(f"{told.address.name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Another parent holds {told.address}.")
    if sys.path[0] in {"", str(Path.cwd())}:
        del sys.path[0]  # as ipykernel_launcher does
    starter = os.dup(1)
    os.dup2(2, 1)  # what imports print belongs into the log
    try:
        preloaded = preload(told.only, began)
    except BaseException:  # noqa: BLE001 - reason: the last line of the log says why
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os.chdir("/")
    told.address.unlink(missing_ok=True)
    with messages.local_socket() as listener:
        mask = os.umask(0o177)  # nobody else may connect
        listener.bind(str(told.address))
        os.umask(mask)
        listener.listen(64)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        os.write(starter, b"ready\n")
        os.close(starter)
        try:
            Server(listener, lock, preloaded, None if told.stays else 0).serve()
        finally:
            told.address.unlink(missing_ok=True)
            if not told.stays:
                _clear_up(told.address)
    os._exit(0)  # nothing here is worth taking apart
