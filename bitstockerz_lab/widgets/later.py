"""Something that happens once things have come to rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bitstockerz_lab.widgets.asked import by_browser

if TYPE_CHECKING:
    from collections.abc import Callable


class Later:
    """An action that waits until nobody has called for it for a moment.

    Where code calls, not the front end, it happens at once: a cell and a test see it done.

    Parameters
    ----------
    action : what to do
    delay_s : how long it must have been quiet

    Examples
    --------
    >>> preview = Later(self.draw, delay_s=0.15)
    >>> slider.observe(lambda _: preview.call(), "value")
    """

    def __init__(self, action: Callable[[], object], delay_s: float = 0.15) -> None:
        self._action = action
        self._delay_s = delay_s
        self._waiting: asyncio.TimerHandle | None = None

    def call(self) -> None:
        """Ask for the action; an earlier call that still waits is forgotten."""
        self.cancel()
        loop = _loop() if by_browser() else None
        if loop is None:
            self._action()
        else:
            self._waiting = loop.call_later(self._delay_s, self._act)

    def cancel(self) -> None:
        """Forget what still waits."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _act(self) -> None:
        self._waiting = None
        self._action()


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
