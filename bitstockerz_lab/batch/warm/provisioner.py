"""How jupyter_client gets a warm kernel, and a cold one where there is none."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from bitstockerz_lab.batch.warm.parents import fork
from bitstockerz_lab.batch.warm.place import address_of, supported
from bitstockerz_lab.batch.warm.process import WarmProcess
from bitstockerz_lab.errors import BatchError

if TYPE_CHECKING:
    from jupyter_client.connect import KernelConnectionInfo

LOG = logging.getLogger("bitstockerz_lab.batch.warm")
KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "kernel_id"}
GRACE_S = 0.5


class WarmProvisioner(LocalProvisioner):
    """Asks a warm parent for a kernel; starts one from nothing where that does not work.

    Chosen by ``JUPYTER_DEFAULT_PROVISIONER_NAME=bitstockerz-warm``, or by a kernel specification's
    ``metadata.kernel_provisioner.provisioner_name``. Why a kernel is cold is logged, each reason
    once a process, as a warning of the logger ``bitstockerz_lab.batch.warm``.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401 - reason: jupyter_client's
        """Launch a kernel, warm if possible."""
        try:
            process = _warm_process(cmd, kwargs)
        except (BatchError, OSError) as problem:
            _tell(str(problem))
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]  # it has Popen's face
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or os.getcwd()  # noqa: PTH109 - reason: jupyter_client keeps a text
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end, without the tenth of a second between two looks."""
        if isinstance(self.process, WarmProcess):
            while await self.poll() is None:  # noqa: ASYNC110 - reason: another process ends
                await asyncio.sleep(0.005)
        return await super().wait()

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Give the kernel, which was asked to end, a moment before anyone looks."""
        await super().shutdown_requested(restart=restart)
        if isinstance(self.process, WarmProcess):
            looks = int(GRACE_S / 0.005)
            while looks and await self.poll() is None:
                looks -= 1
                await asyncio.sleep(0.005)


def _warm_process(cmd: list[str], options: dict[str, Any]) -> WarmProcess:
    if not supported():
        raise BatchError(f"warm kernels need Linux, and this is {sys.platform}")
    unknown = {name for name, value in options.items() if value is not None} - KNOWN
    if getattr(options.get("preexec_fn"), "__module__", "").startswith("bitstockerz_lab."):
        unknown.discard("preexec_fn")  # ends a kernel with its client, as every warm one does
    if unknown or options.get("independent"):
        asked = ", ".join(sorted(unknown)) or "independent"
        raise BatchError(f"a warm kernel cannot be started with {asked}")
    environment = {**(options.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
    streams = [options.get(name) for name in ("stdout", "stderr")]
    if subprocess.PIPE in streams or options.get("stdin") not in {None, subprocess.DEVNULL}:
        raise BatchError("a warm kernel cannot be started with a pipe")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123 - reason: a device
        output, errors = (
            _descriptor(stream, default, nowhere)
            for stream, default in zip(streams, (1, 2), strict=True)
        )
        if options.get("stderr") == subprocess.STDOUT:
            errors = output
        return fork(
            address_of(environment),
            cmd,
            environment,
            options.get("cwd") or os.getcwd(),  # noqa: PTH109 - reason: sent as text
            (nowhere.fileno(), output, errors),
        )


def _descriptor(stream: int | IO[bytes] | None, default: int, nowhere: IO[bytes]) -> int:
    if stream is None:
        return default
    if stream == subprocess.DEVNULL:
        return nowhere.fileno()
    return stream if isinstance(stream, int) else stream.fileno()


@functools.cache
def _tell(reason: str) -> None:
    LOG.warning("Cold start: %s.", reason)
