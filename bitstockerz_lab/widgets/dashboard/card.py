"""A card: a title, what was read, and buttons within it; one model, whatever it shows."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from markupsafe import Markup

from bitstockerz_lab import pages

if TYPE_CHECKING:
    from collections.abc import Callable

BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL)


def act(
    label: str, action: str, key: object = "", *, primary: bool = False, tip: str = ""
) -> Markup:
    """Return a button for a card.

    Parameters
    ----------
    label : what it does: a verb
    action : what those are told who listen to the card
    key : of what
    primary : whether it is the one most people want here
    tip : shown by the mouse and read aloud; None is the label
    """
    return Markup(
        '<button type="button" class="jupyter-button bz-act{}" data-act="{}" data-key="{}" '
        'title="{}" aria-label="{}">{}</button>'
    ).format(" mod-primary" if primary else "", action, key, tip or label, tip or label, label)


class Card(anywidget.AnyWidget):
    """Something read, with a title; its content goes to the front end by messages.

    Parameters
    ----------
    title : written above it
    wide : whether it takes the room of two where there is room

    Attributes
    ----------
    body : what is shown
    problem : the exception that is shown instead, or None
    busy : whether it is being read

    Examples
    --------
    >>> card = Card("Positions")
    >>> card.on_act(lambda action, key: print(action, key))
    >>> card.show(act("Edit", "edit", "Golden cross"))
    >>> card.press("edit", "Golden cross")
    edit Golden cross
    """

    _esm = files("bitstockerz_lab.widgets") / "assets" / "card.js"
    label = traitlets.Unicode().tag(sync=True)
    wide = traitlets.Bool(default_value=False).tag(sync=True)
    again_s = traitlets.Int(help="Seconds after which it is read anew; 0 is never.").tag(sync=True)

    def __init__(self, title: str, *, wide: bool = False) -> None:
        super().__init__(label=title, wide=wide)
        self.body = Markup()
        self.problem: Exception | None = None
        self.busy = False
        self._hear: list[Callable[[str, str], object]] = []
        self.on_msg(self._heard)

    def show(self, body: str) -> None:
        """Show something; Markup goes in as it is, plain text is escaped."""
        self.body, self.problem, self.busy = Markup("{}").format(body), None, False
        self.draw()

    def fail(self, problem: Exception) -> None:
        """Show what went wrong above what was shown, and offer to try again."""
        self.problem, self.busy = problem, False
        self.draw()

    def wait(self) -> None:
        """Say that it is being read."""
        self.busy = True
        self.draw()

    def on_act(self, hear: Callable[[str, str], object]) -> None:
        """Call something with the action and the key of a button that was pressed."""
        self._hear.append(hear)

    def press(self, action: str, key: object = "") -> None:
        """Do what a click on a button does."""
        for hear in self._hear:
            hear(action, str(key))

    def markup(self) -> Markup:
        """Return it as HTML."""
        told = Markup()
        if self.problem is not None:
            name = type(self.problem).__name__
            words = getattr(self.problem, "message", None) or f"{name}: {self.problem}"
            told = pages.notice("failed", "", words) + Markup("<p>{}</p>").format(
                act("Try again", "again", tip=f"Read {self.label} again")
            )
        waits = self.busy and not self.body and not told
        body = Markup('<p class="bz-quiet">Reading …</p>') if waits else self.body
        return Markup("<h3>{}</h3>{}{}").format(self.label, told, body)

    def still(self) -> Markup:
        """Return it as HTML without its buttons, which do nothing in a page."""
        return Markup(BUTTON.sub("", self.markup()))  # noqa: S704 - reason: escaped already

    def draw(self) -> None:
        """Send it to the front end."""
        if self.comm is not None:
            self.send({"html": self.markup(), "busy": self.busy})

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("event") == "draw":
            self.draw()
        elif content.get("event") == "act":
            self.press(content["act"], content.get("key", ""))
