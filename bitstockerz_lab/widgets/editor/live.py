"""A form whose HTML is made in Python: what is done to it comes here, what it becomes goes back."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    Offers = Sequence[dict[str, Any]]

ASSETS = files("bitstockerz_lab.widgets") / "assets"


class LiveForm(anywidget.AnyWidget):
    """A form as HTML. Nothing of it is kept in a notebook: it goes to the front end by messages.

    Parameters
    ----------
    act : called with what was done: do, path, and text or with; goes_on while one is still at it
    catalogue : what fields offer whatever the rules are: text, kind, note, and for which fields

    Attributes
    ----------
    html : what is shown
    """

    _esm = ASSETS / "editor.js"

    def __init__(self, act: Callable[[dict[str, Any]], object], catalogue: Offers = ()) -> None:
        super().__init__()
        self._act = act
        self._catalogue = list(catalogue)
        self._offers: list[dict[str, Any]] = []
        self.html = ""
        self.on_msg(self._heard)

    def draw(self, html: Markup, offers: Offers = (), focus: dict[str, str] | None = None) -> None:
        """Show HTML; what stands and has the focus keeps it.

        Parameters
        ----------
        html : of the whole form
        offers : what fields offer besides the catalogue
        focus : "path" of the row, or "field", which gets the focus
        """
        self.html, self._offers = str(html), list(offers)
        self._tell(focus)

    def _tell(self, focus: dict[str, str] | None = None) -> None:
        told = {"tell": "form", "html": self.html, "offers": self._offers, "focus": focus}
        self.send(told)

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("do") == "hello":
            self.send({"tell": "catalogue", "offers": self._catalogue})
            self._tell()
            return
        try:
            self._act(content)
        except BaseException:
            self._tell()  # the front end waits for an answer
            raise
