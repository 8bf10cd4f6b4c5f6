"""Pieces of a page as a widget."""

from __future__ import annotations

import ipywidgets
from markupsafe import Markup, escape


class Piece(ipywidgets.HTML):
    """A piece of a page: cards, facts, notices, tables as `bitstockerz_lab.pages` makes them.

    Parameters
    ----------
    markup : Markup goes in as it is, plain text is escaped

    Examples
    --------
    >>> headline = Piece(pages.cards([pages.Card("Total return", "+12.50 %")]))
    >>> headline.markup = pages.notice("note", "Nothing was traded.")
    """

    def __init__(self, markup: str = "", **layout: object) -> None:
        super().__init__(**layout)
        self.add_class("bz-piece")
        self.markup = markup

    @property
    def markup(self) -> Markup:
        """What is shown."""
        return self._markup

    @markup.setter
    def markup(self, markup: str) -> None:
        self._markup = escape(markup)
        self.value = str(Markup('<div class="bz">{}</div>').format(self._markup)) if markup else ""
