"""The kernel of one notebook: whose interpreter, in which folder, and how it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import EntryPoint
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jupyter_client.manager import AsyncKernelManager

SHUTDOWN_S = 2.0
"""How long a kernel may take to end by itself; half of it until SIGTERM, then SIGKILL."""

LONGEST_FOLDER = 70
"""Characters of a folder that folders of sockets are in; a socket's path may have 107 in all."""

PR_SET_PDEATHSIG = 1


def socket_folder(inside: str | None = None) -> tempfile.TemporaryDirectory[str]:
    """Return a new folder for sockets, whose name is short; it is gone after its `with` block."""
    if inside is None and len(tempfile.gettempdir()) > LONGEST_FOLDER:
        inside = "/tmp"  # noqa: S108 - reason: its name is short
    return tempfile.TemporaryDirectory(prefix="bz-", dir=inside, ignore_cleanup_errors=True)


class Kernels:
    """Makes the kernel manager class that papermill is handed, and knows the processes it started.

    papermill hands nothing on to a kernel's start, so the manager itself knows what it needs.
    Searching no folder for kernel specifications leaves ipykernel's own, whose command is
    `sys.executable`: a "python3" installed elsewhere cannot take its place.

    Parameters
    ----------
    environment : variables for the kernel, besides this process's own
    folder : where it works
    sockets : a folder for its sockets and connection file; its path must be short
    noise : takes what it writes to stderr
    warm : whether it is forked from a warm parent
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        folder: Path,
        sockets: Path,
        noise: IO[bytes],
        *,
        warm: bool,
    ) -> None:
        self._options = {
            "env": {**os.environ, **environment},
            "cwd": str(folder),
            "stdout": subprocess.DEVNULL,
            "stderr": noise,
        }
        if sys.platform == "linux":
            self._options["preexec_fn"] = _dying_with_its_parent()
        self._sockets = sockets
        self._warm = warm
        self.process: Any = None

    def manager_class(self) -> type[AsyncKernelManager]:
        """Return the class; heavy imports wait until here."""
        from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - reason: heavy
        from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415 - reason: heavy

        from bitstockerz_lab.batch.client import PromptClient  # noqa: PLC0415 - reason: heavy

        kernels = self

        class BatchKernel(AsyncKernelManager):
            def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - reason: jupyter_client's
                if sys.platform != "win32":  # no ports that another program may take meanwhile
                    settings |= {"transport": "ipc", "ip": str(kernels._sockets / "k")}
                super().__init__(
                    **settings,
                    kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
                    connection_file=str(kernels._sockets / "kernel.json"),
                )
                self.client_factory = PromptClient
                self.shutdown_wait_time = SHUTDOWN_S
                if kernels._warm and self.kernel_spec is not None:
                    self.kernel_spec.metadata["kernel_provisioner"] = _warm_provisioner()

            async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - reason: as above
                await super().start_kernel(**options | kernels._options)
                kernels.process = getattr(self.provisioner, "process", None)

        return BatchKernel

    @property
    def status(self) -> int | None:
        """The kernel's exit status; below 0 it is the signal that ended it, None if unknown."""
        status = getattr(self.process, "returncode", None)
        return status if isinstance(status, int) else None

    def end(self) -> None:
        """End at once what is left of it, the processes it started included."""
        pid = getattr(self.process, "pid", None)
        if isinstance(pid, int) and hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def how_it_died(status: int | None) -> str:
    """Return what an exit status tells: " (SIGKILL: out of memory, or ended from outside)"."""
    if not status:
        return ""
    if status > 0:
        return f" (exit status {status})"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    return f" ({name}{': out of memory, or ended from outside' if name == 'SIGKILL' else ''})"


def _warm_provisioner() -> dict[str, object]:
    """Return what a kernel specification says to have its kernel forked from a warm parent."""
    from jupyter_client.provisioning.factory import (  # noqa: PLC0415 - reason: heavy
        KernelProvisionerFactory,
    )

    from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: only where asked

    # known here even where the installed package's entry points are those of an older version
    group = KernelProvisionerFactory.GROUP_NAME
    value = "bitstockerz_lab.batch.warm.provisioner:WarmProvisioner"
    known = KernelProvisionerFactory.instance().provisioners
    known.setdefault(warm.PROVISIONER, EntryPoint(warm.PROVISIONER, value, group))
    return {"provisioner_name": warm.PROVISIONER, "config": {}}


def _dying_with_its_parent() -> Callable[[], None]:
    """Return what a new process calls to be killed when its parent's life ends, however it does."""
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    return ask
