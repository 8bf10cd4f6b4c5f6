"""The page around the pieces: one document, its style, plotly.js once, nothing fetched."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab.pages import plotly_js
from bitstockerz_lab.pages.contents import contents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template

FIGURE = '<figure class="bz-figure"'
"""How every figure of a body begins."""


LEADS_AWAY = re.compile(r"<(?:meta|link)\b[^>]*>", re.IGNORECASE)
"""What a body could leave the page or look a host up with, which no policy forbids."""

CONTENT = re.compile(r'(?<=</div>)<script type="application/json">([^<]{20000,})</script></figure>')
"""What a figure shows, where it is worth compressing."""


@cache
def asset(name: str) -> str:
    """Return the text of one of this folder's files."""
    return (files("bitstockerz_lab.pages") / "assets" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - reason: heavy

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(asset("shell.html.j2"))


def piece_css() -> str:
    """Return the style of the pieces alone; every rule is below the class ``bz``."""
    return asset("pieces.css")


def css() -> str:
    """Return the whole style of a page: its colours in light and dark, its frame, its pieces."""
    return asset("page.css") + piece_css()


def standalone(piece: str) -> Markup:
    """Return a piece with the style it needs, to be shown alone in a notebook."""
    return Markup('<style>{}</style><div class="bz">{}</div>').format(
        Markup(piece_css()),  # noqa: S704 - reason: our own file
        Markup(piece),  # noqa: S704 - reason: pieces are escaped where they are made
    )


def shell(title: str, body_html: str, *, tools: str = "") -> str:
    """Return a whole HTML document around a body, good offline, in light and in dark.

    Parameters
    ----------
    title : plain text, escaped here
    body_html : HTML; its figures are made by `figure_html`
    tools : HTML for the bar above, beside the table of contents

    Notes
    -----
    The document carries a Content-Security-Policy that lets no request out, whatever a figure or
    a notebook's output asks for: fonts, images and scripts must be inside the page. Of scripts,
    only the page's own run; those in the body do not. plotly.js is in a page with figures only,
    compressed (2 MB); the page inflates it, or says that the browser is too old for that.
    """
    plotly = plotly_js.packed() if FIGURE in body_html else ""
    body_html = CONTENT.sub(_packed, body_html)
    return _rendered(title, body_html, tools=tools, packed=True, plotly_js=Markup(plotly))  # noqa: S704 - reason: plotly's own


def for_chromium(title: str, body_html: str, *, paper: bool = False) -> str:
    """Return the same document for a program that waits for nothing: figures drawn at once.

    Parameters
    ----------
    title, body_html : as for `shell`
    paper : as it is printed: light, drawings as wide as the paper
    """
    plotly = plotly_js.plain() if FIGURE in body_html else ""
    return _rendered(title, body_html, paper=paper, plotly_js=Markup(plotly))  # noqa: S704 - reason: plotly's own


def _packed(found: re.Match[str]) -> str:
    kind = plotly_js.MEDIA_TYPE
    return f'<script type="{kind}">{plotly_js.pack(found[1])}</script></figure>'


def _rendered(title: str, body_html: str, **given: object) -> str:
    body_html = LEADS_AWAY.sub("", body_html)
    body, links = contents(body_html)
    known = {
        "title": title,
        # whoever puts a script into the body would have to guess this digest of the body
        "nonce": hashlib.sha256(f"{title}\n{body_html}".encode()).hexdigest()[:32],
        "body": Markup(body),  # noqa: S704 - reason: pieces are escaped where they are made
        "contents": links,
        "css": Markup(css()),  # noqa: S704 - reason: our own file
        "charts_js": Markup(asset("theme.js") + asset("charts.js.j2")),  # noqa: S704 - reason: our own file
        "page_js": Markup(asset("page.js.j2")),  # noqa: S704 - reason: our own file
        "media_type": plotly_js.MEDIA_TYPE,
        "tools": "",
        "packed": False,
        "paper": False,
    }
    tools = Markup(given.pop("tools", ""))  # noqa: S704 - reason: our own, or escaped by its maker
    return _template().render(known | {"tools": tools} | given)


def document(title: str, sections: Iterable[str]) -> str:
    """Return a whole HTML document made of sections, in their order."""
    return shell(title, "\n".join(sections))
