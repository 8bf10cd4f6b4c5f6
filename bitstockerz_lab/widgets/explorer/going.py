"""How far something long has come, and the button that ends it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import ipywidgets

from bitstockerz_lab.widgets.asked import by_browser
from bitstockerz_lab.widgets.controls import button
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.backtests.sweep.progress import Progress


class Going(ipywidgets.HBox):
    """A bar, words and Cancel; there only while something is under way.

    Attributes
    ----------
    bar : a share from 0 to 1
    words : how far it is
    cancel_button : ends it; what is done is kept
    is_cancelled : whether somebody pressed it; as `lab.backtests.sweep(cancel=...)` asks
    """

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.bar = ipywidgets.FloatProgress(
            min=0.0, max=1.0, layout={"width": "auto", "flex": "1 1 160px"}, tooltip="Progress"
        )
        self.words = Piece()
        self.cancel_button = button(
            "Cancel", self._asked.set, icon="stop", tip="Stop here; what is done is kept"
        )
        super().__init__([self.bar, self.words, self.cancel_button])
        self.add_class("bz-going")
        self.layout.display = "none"

    def begin(self, words: str, *, cancels: bool = True) -> Callable[[Progress], None]:
        """Appear; returns what takes each `Progress`, from any thread."""
        self._asked.clear()
        self.bar.value, self.words.markup = 0.0, words
        self.cancel_button.layout.display = "" if cancels else "none"
        self.layout.display = ""
        return here(self._tell)

    def end(self) -> None:
        """Disappear."""
        self.layout.display = "none"

    def is_cancelled(self) -> bool:
        """Tell whether Cancel was pressed."""
        return self._asked.is_set()

    def _tell(self, progress: Progress) -> None:
        self.bar.value = progress.done / progress.total if progress.total else 1.0
        ending = ", stopping …" if self.is_cancelled() else ""
        self.words.markup = f"{progress}{ending}"


def here(function: Callable[..., object]) -> Callable[..., None]:
    """Return the function as any thread may call it: it runs where the widgets live."""
    try:
        loop = asyncio.get_running_loop() if by_browser() else None
    except RuntimeError:
        loop = None

    def call(*given: Any) -> None:  # noqa: ANN401 - the function's
        if loop is None:
            function(*given)
        else:
            loop.call_soon_threadsafe(function, *given)

    return call
