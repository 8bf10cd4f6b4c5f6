"""How a forked child becomes a kernel like any other."""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import os
import random
import resource
import select
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bitstockerz_lab.batch.warm import messages

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

CLOSING_S = 0.3


def become_kernel(
    asked: messages.Message,
    streams: Sequence[int],
    caller: socket.socket,
    client: int,
    chosen_early: Sequence[str],
) -> NoReturn:
    """Run a kernel in this process, which has just been forked, and end with it.

    Parameters
    ----------
    asked : argv, environment and folder of the kernel
    streams : descriptors for its standard input, output and errors
    caller : who waits for its process
    client : the process that asked, with which the kernel ends
    chosen_early : modules to load again as soon as there is a shell
    """
    status = 1
    try:
        os.setsid()
        _forget_the_parent()
        _inherit(client)
        for descriptor, stream in enumerate(streams):
            os.dup2(stream, descriptor)
            os.close(stream)
        os.chdir(asked["folder"])
        _live_in(asked["environment"])
        _draw_anew()
        with caller:
            caller.setblocking(True)
            me = os.pidfd_open(os.getpid())
            messages.send(caller, {"pid": os.getpid()}, (me,))
            os.close(me)
        status = _kernel(asked["argv"], client, chosen_early)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - reason: the parent's code above must not go on here
        traceback.print_exc(file=sys.__stderr__)
    finally:
        _leave(status)


def _forget_the_parent() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            signum, signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL
        )
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    gc.enable()


def _inherit(client: int) -> None:
    """Take over what a child of the client would have had: limits, mask, processors, niceness."""
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            with suppress(OSError, ValueError):
                limit = getattr(resource, name)
                resource.setrlimit(limit, resource.prlimit(client, limit))
    with suppress(OSError, ValueError):
        told = Path(f"/proc/{client}/status").read_text()
        os.umask(int(told.partition("Umask:")[2].split()[0], 8))
    with suppress(OSError):
        os.sched_setaffinity(0, os.sched_getaffinity(client))
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, client))


def _live_in(environment: dict[str, str]) -> None:
    """Take over the environment, also where something has read the old one already."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None
    if "numba" in sys.modules:
        sys.modules["numba"].config.reload_config()


def _draw_anew() -> None:
    """Seed what would otherwise draw the same numbers in every kernel."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _kernel(argv: Sequence[str], client: int, chosen_early: Sequence[str]) -> int:
    from ipykernel import kernelapp  # noqa: PLC0415 - reason: imported long ago

    class IPKernelApp(kernelapp.IPKernelApp):
        def init_poller(self) -> None:
            """Watch the client; the parent of this process is somebody else."""
            self.poller = _Watch(client)

    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else argv[2]), *argv[3:]]
    app: Any = IPKernelApp.instance(parent_handle=client)
    app.initialize(sys.argv[1:])
    _choose_again(chosen_early)
    app.start()
    atexit.unregister(app.close)  # it waits for whoever does not listen any more
    closing = threading.Thread(target=app.close, daemon=True)
    closing.start()
    closing.join(CLOSING_S)
    return 0


def _choose_again(names: Sequence[str]) -> None:
    """Load again what chose how to show things before there was a shell to show them in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            importlib.reload(sys.modules[name])
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]


class _Watch(threading.Thread):
    """Ends this process, and what it has started, when its client has ended."""

    def __init__(self, client: int) -> None:
        super().__init__(name="client-watch", daemon=True)
        self._client = client

    def run(self) -> None:
        with suppress(ProcessLookupError):
            poll = select.poll()
            poll.register(os.pidfd_open(self._client), select.POLLIN)
            poll.poll()
        os.killpg(0, signal.SIGKILL)


def _leave(status: int) -> NoReturn:
    """End as Python does, except for taking 3,000 modules apart."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - reason: what Python's own end calls
        atexit._run_exitfuncs()  # noqa: SLF001 - reason: as above
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
    except BaseException:  # noqa: BLE001 - reason: the parent's code must not go on here
        traceback.print_exc()
    finally:
        os._exit(status)
