"""A button that opens a page written by the kernel."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from pathlib import Path


class Opener(anywidget.AnyWidget):
    """A button *Open it*, which shows an HTML file of the kernel's machine in a new tab.

    The page goes to the browser by a message when it is asked for, so it opens wherever the
    notebook does: JupyterLab, Voilà, a server elsewhere. It runs in a sandbox, apart from the
    notebook's own page.

    Attributes
    ----------
    path : the file, or None where there is nothing to open; the button hides then

    Examples
    --------
    >>> opener = Opener()
    >>> opener.path = run.report("run-1.html")
    """

    _esm = (files("bitstockerz_lab.widgets") / "assets" / "opener.js").read_text("utf-8")
    label = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._heard)
        self.path = None

    @property
    def path(self) -> Path | None:
        """The file that is opened; None hides the button."""
        return self._path

    @path.setter
    def path(self, path: Path | None) -> None:
        self._path = path
        self.label = "" if path is None else f"Open {path.name}"
        self.layout.display = "none" if path is None else None

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("ask") != "page" or self._path is None:
            return
        try:
            self.send({"tell": "page", "title": self._path.name}, [self._path.read_bytes()])
        except OSError as problem:
            self.send({"tell": "gone", "title": f"{self._path} cannot be read: {problem.strerror}"})
