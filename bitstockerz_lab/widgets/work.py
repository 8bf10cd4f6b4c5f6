"""Long work that leaves the kernel free for whoever wants to cancel it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import TYPE_CHECKING, TypeVar

from bitstockerz_lab.widgets.asked import by_browser

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def work(
    function: Callable[[], T],
    then: Callable[[T], object],
    *,
    otherwise: Callable[[Exception], object],
) -> None:
    """Do something long, then something with what came of it.

    Where the front end asked, it is done on a thread, and what follows in the kernel's own; where
    code asked, at once and in place, so that the next line of a cell or a test finds it done.

    Parameters
    ----------
    function : what takes long; it must not touch a widget but through messages of its own
    then : called with its result
    otherwise : called with the exception that ended it, or `then`

    Examples
    --------
    >>> work(lambda: lab.backtests.run("Golden cross", "AAPL"), self.took, otherwise=self.failed)
    """
    try:
        loop = asyncio.get_running_loop() if by_browser() else None
    except RuntimeError:
        loop = None
    if loop is None:
        _finish(function, then, otherwise, lambda follow: follow())
        return
    # outputs and messages of the work belong to the cell or the click that asked for it
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run,
        args=(_finish, function, then, otherwise, loop.call_soon_threadsafe),
        daemon=True,
    )
    thread.start()


def _finish(
    function: Callable[[], T],
    then: Callable[[T], object],
    otherwise: Callable[[Exception], object],
    handed: Callable[[Callable[[], object]], object],
) -> None:
    try:
        result = function()
    except Exception as problem:  # noqa: BLE001 - reason: it is told where it was asked for
        told = problem
        handed(lambda: otherwise(told))
    else:
        handed(lambda: _followed(result, then, otherwise))


def _followed(
    result: T, then: Callable[[T], object], otherwise: Callable[[Exception], object]
) -> None:
    """Do what follows; where that fails, it is told as well, else only the loop's log has it."""
    try:
        then(result)
    except Exception as problem:  # noqa: BLE001 - reason: as above
        otherwise(problem)
