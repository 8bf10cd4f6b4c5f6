"""The page around the pieces: one document, its style, plotly.js once, nothing fetched."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template


@cache
def _asset(name: str) -> str:
    return (files("bitstockerz_lab.pages") / "assets" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - reason: heavy

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_asset("shell.html.j2"))


@cache
def _plotly_js() -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - reason: heavy

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def piece_css() -> str:
    """Return the style of the pieces alone; every rule is below the class ``bz``."""
    return _asset("pieces.css")


def css() -> str:
    """Return the whole style of a page: its colours in light and dark, its frame, its pieces."""
    return _asset("page.css") + piece_css()


def standalone(piece: str) -> Markup:
    """Return a piece with the style it needs, to be shown alone in a notebook."""
    return Markup('<style>{}</style><div class="bz">{}</div>').format(
        Markup(piece_css()),  # noqa: S704 - reason: our own file
        Markup(piece),  # noqa: S704 - reason: pieces are escaped where they are made
    )


def shell(title: str, body_html: str, *, with_plotly: bool = True) -> str:
    """Return a whole HTML document around a body, good offline, in light and in dark.

    Parameters
    ----------
    title : plain text, escaped here
    body_html : HTML; its figures are made by `figure_html`
    with_plotly : False leaves plotly.js (5 MB) out of a page without figures

    Notes
    -----
    The document carries a Content-Security-Policy that lets no request out, whatever a figure or
    a notebook's output asks for: fonts, images and scripts must be inside the page.
    """
    return _template().render(
        title=title,
        body=Markup(body_html),  # noqa: S704 - reason: pieces are escaped where they are made
        css=Markup(css()),  # noqa: S704 - reason: our own file
        plotly_js=Markup(_plotly_js()) if with_plotly else "",  # noqa: S704 - reason: plotly's own
        charts_js=Markup(_asset("charts.js.j2")) if with_plotly else "",  # noqa: S704 - reason: ours
    )


def document(title: str, sections: Iterable[str], *, with_plotly: bool = True) -> str:
    """Return a whole HTML document made of sections, in their order."""
    return shell(title, "\n".join(sections), with_plotly=with_plotly)
