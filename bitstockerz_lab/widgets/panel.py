"""What every widget of ours has: a title, a place for messages, a body."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import ipywidgets
import traitlets
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.opener import Opener
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bitstockerz_lab.lab import Lab

TITLES = {"note": "", "done": "", "warning": "Look here.", "failed": "That did not work."}


class Style(anywidget.AnyWidget):
    """The style of a panel, and whose its keys are; nothing to see."""

    _esm = (files("bitstockerz_lab.widgets") / "assets" / "panel.js").read_text("utf-8")
    sheet = traitlets.Unicode().tag(sync=True)

    def __init__(self, sheet: str) -> None:
        super().__init__(sheet=sheet)
        self.layout.height = "0"


class Panel(ipywidgets.VBox):
    """The base of every widget.

    Parameters
    ----------
    lab : the lab whose verbs it calls
    title : written above it

    Attributes
    ----------
    body : the box its content is in
    message : the line that says what went wrong, or what was done
    opener : the button beside it that opens a page that was written
    error : the LabError shown there, or None
    state : what was chosen and what came of it, as plain data
    """

    css: ClassVar[tuple[str, ...]] = ()
    """Names of the style sheets in ``assets`` that it needs besides the common one."""

    def __init__(self, lab: Lab, title: str = "") -> None:
        self.lab = lab
        self.title = title
        self.error: LabError | None = None
        heading = Markup('<h2 class="bz-title">{}</h2>').format(title) if title else Markup()
        self.message = Piece()
        self.opener = Opener()
        self.body = ipywidgets.VBox()
        self.body.add_class("bz-body")
        super().__init__([
            Style(sheet=sheet(*self.css)), Piece(heading), self.message, self.opener, self.body,
        ])  # fmt: skip
        self.add_class("bz-panel")

    def show(self, *children: ipywidgets.Widget) -> None:
        """Show these, one below the other."""
        self.body.children = children

    def say(self, text: str, kind: str = "note") -> None:
        """Say something to whoever looks at or listens to the widget.

        Parameters
        ----------
        text : plain text, or Markup
        kind : "note", "done", "warning" or "failed"
        """
        self.opener.path = None
        role = "alert" if kind == "failed" else "status"
        told = pages.notice("note" if kind == "done" else kind, TITLES[kind], text)
        self.message.markup = Markup('<div role="{}" class="bz-said bz-{}">{}</div>').format(
            role, kind, told
        )

    def wrote(self, page: Path) -> None:
        """Say where a page was written, and offer to open it."""
        self.say(Markup("Written: <code>{}</code>").format(page), "done")
        self.opener.path = page

    def hush(self) -> None:
        """Take back what was said."""
        self.error = self.opener.path = None
        self.message.markup = ""

    def fail(self, problem: Exception) -> None:
        """Show what went wrong; what is not a LabError is raised as well."""
        self.say(str(problem) or type(problem).__name__, "failed")
        if not isinstance(problem, LabError):
            raise problem
        self.error = problem

    @contextmanager
    def guard(self, *buttons: ipywidgets.Button) -> Iterator[None]:
        """Disable buttons meanwhile; show a LabError instead of raising it."""
        self.hush()
        for one in buttons:
            one.disabled = True
        try:
            yield
        except LabError as problem:
            self.fail(problem)
        finally:
            for one in buttons:
                one.disabled = False

    @property
    def state(self) -> dict[str, Any]:
        """What was chosen and what came of it, as plain data."""
        return {}

    def still(self) -> Markup:
        """Return what stands where there is no front end: a small picture, or words."""
        return Markup("<p>{}</p>").format(
            f"{self.title or type(self).__name__}: a widget; run its cell in JupyterLab to use it."
        )

    def _repr_mimebundle_(self, **_asked: object) -> dict[str, Any]:
        """Return the widget for those who can show it, and a still for all others."""
        bundle = super()._repr_mimebundle_()
        still = pages.standalone(self.still())
        return {**bundle, "text/html": str(still), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.lab!r})"


@cache
def sheet(*names: str) -> str:
    """Return the style of the pieces, of all widgets, and of those named."""
    folder = files("bitstockerz_lab.widgets") / "assets"
    own = [(folder / f"{name}.css").read_text("utf-8") for name in ("panel", *names)]
    return "\n".join([pages.piece_css(), *own])
