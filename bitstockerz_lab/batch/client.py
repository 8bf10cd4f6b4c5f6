"""papermill's line to a kernel, ready as soon as the kernel is.

Import this only where a notebook runs: it loads jupyter_client.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from queue import Empty

from jupyter_client.asynchronous.client import AsyncKernelClient

SILENCE_S = 1.0
"""After so long without an answer a kernel is asked again, if it still lives."""


class PromptClient(AsyncKernelClient):
    """Is ready with the kernel's first answers on both channels.

    jupyter_client (8.10) then waits until the kernel has said nothing for 0.2 s; whoever runs
    notebooks goes by each message's parent and need not.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - jupyter_client's
        """Wait until the kernel answers, `timeout` seconds at most.

        Raises
        ------
        RuntimeError
            It died, or did not answer in time; in the words of jupyter_client.
        """
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self) -> bool:
        """Ask once; the first message on the other channel shows that outputs will be heard."""
        self.kernel_info()
        with suppress(Empty):
            reply = await self.shell_channel.get_msg(timeout=SILENCE_S)
            if reply["msg_type"] == "kernel_info_reply":
                await self.iopub_channel.get_msg(timeout=SILENCE_S)
                self._handle_kernel_info_reply(reply)
                return True
        return False
