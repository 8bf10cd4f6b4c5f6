"""Figures as pictures that need no plotly.js: drawn once, by a Chromium, as SVG.

Each is drawn twice, for a screen and for a phone, by the very script that draws the living ones.
What the theme colours is put back as the page's colours, so a picture turns dark with its page.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import Markup

from bitstockerz_lab.errors import NoChromium
from bitstockerz_lab.pages import chromium
from bitstockerz_lab.pages.shells import asset, for_chromium

if TYPE_CHECKING:
    from collections.abc import Iterable

FIGURE = re.compile(
    r'<figure class="bz-figure"(?P<label>[^>]*)><div class="bz-plot"[^>]*></div>'
    r'<script type="application/json">[^<]*</script></figure>'
)
WIDTHS = {"wide": 1200, "narrow": 390}
"""Pixels of the pages the pictures are drawn for."""

MOST_BYTES = 215_000
"""Of all pictures of a page; above it those for phones are left out."""


def draw(body: str) -> str:
    """Return a body with its figures as pictures.

    Parameters
    ----------
    body : HTML whose figures are made by `figure_html`

    Notes
    -----
    Where there is no Chromium, or it cannot draw a figure, a line in the figure's place says so.
    """
    if not FIGURE.search(body):
        return body
    try:
        drawings = _drawn(found[0] for found in FIGURE.finditer(body))
    except NoChromium as problem:
        words = Markup('<p class="bz-undrawn">This figure is not drawn. {}</p>').format(problem)
        return FIGURE.sub(lambda _: str(words), body)
    pictures = iter(drawings)
    return FIGURE.sub(lambda found: _figure(found["label"], next(pictures)), body)


def _drawn(figures: Iterable[str]) -> list[dict[str, str]]:
    """Return the SVG of each figure for each width; "" where it could not be drawn."""
    page = for_chromium("", "\n".join(figures))
    frame = '<iframe style="width: {}px; height: 1000px" srcdoc="{}"></iframe>'
    frames = "".join(frame.format(width, escape(page)) for width in WIDTHS.values())
    script = asset("stills.js.j2")
    dumped = chromium.dump(f"<!DOCTYPE html><body>{frames}<script>{script}</script></body>")
    found = re.search(r'id="stills">([^<]*)</script>', dumped)
    if found is None:
        raise NoChromium("Chromium drew no figure. Is it older than 2023?")
    told = json.loads(found[1])
    wide, narrow = ([_tidy(svg, told["colours"]) for svg in row] for row in told["drawings"])
    if sum(map(len, wide + narrow)) > MOST_BYTES:
        narrow = [""] * len(narrow)
    return [dict(zip(WIDTHS, pair, strict=True)) for pair in zip(wide, narrow, strict=True)]


def _tidy(svg: str, colours: dict[str, str]) -> str:
    """Return a drawing that follows the theme, a third smaller; "" if it is no sound SVG."""
    try:
        parts = ET.fromstring(svg).iter()  # noqa: S314 - reason: plotly.js wrote it
    except ET.ParseError:
        return ""
    if any(part.tag.rpartition("}")[2] in {"script", "foreignObject"} for part in parts):
        return ""
    for name, colour in colours.items():
        svg = svg.replace(colour, f"var(--bz-{name})")
    # only coordinates are shortened, never a number somebody reads
    svg = re.sub(r'(?<=\bd=")[^"]*', lambda path: _shorter(path[0]), svg)
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if size is None:
        return ""
    box = f'viewBox="0 0 {size[1]} {size[2]}" width="{size[1]}" height="{size[2]}"'
    return svg.replace(size[0], box, 1)


def _shorter(path: str) -> str:
    """Return a path to a tenth of a pixel; where it is all straight lines, in steps.

    Steps are taken between rounded places, so that nothing adds up.
    """
    if re.fullmatch(r"M[-\d.]+,[-\d.]+(?:L[-\d.]+,[-\d.]+)+Z?", path) is None:
        return re.sub(r"(\.\d)\d+", r"\1", path)
    tenths = [round(10 * float(number)) for number in re.findall(r"-?[\d.]+", path)]
    places = list(zip(tenths[::2], tenths[1::2], strict=True))
    (x, y), rest = places[0], places[1:]
    written = [f"M{x / 10:g},{y / 10:g}l"]
    for to_x, to_y in rest:
        written += [f"{(to_x - x) / 10:g}", f"{(to_y - y) / 10:g}"]
        x, y = to_x, to_y
    steps = " ".join(written[1:]).replace(" -", "-")
    return f"{written[0]}{steps}{'Z' if path.endswith('Z') else ''}"


def _figure(label: str, drawing: dict[str, str]) -> str:
    if not drawing["wide"]:
        return '<p class="bz-undrawn">This figure could not be drawn as a picture.</p>'
    shown = "".join(
        f'<div class="bz-{name}{"" if drawing["narrow"] else " bz-only"}">{svg}</div>'
        for name, svg in drawing.items()
        if svg
    )
    return f'<figure class="bz-still"{label}>{shown}</figure>'
