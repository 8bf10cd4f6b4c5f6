"""Markdown of a notebook as HTML, its formulas as MathML, which browsers draw by themselves."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

LEADING_OUT = {"href", "src", "{http://www.w3.org/1999/xlink}href"}
"""Attributes a formula may set and a report does not keep."""


def mathml(formula: str, *, block: bool = False) -> Markup:
    r"""Return a formula in TeX as MathML; as it was written where it cannot be read.

    Parameters
    ----------
    formula : without its dollar signs
    block : it stands alone, in the middle of its line

    Examples
    --------
    >>> "<mo>&lt;</mo>" in mathml("a<b"), str(mathml(r"\frac{"))
    (True, '<code>\\frac{</code>')
    """
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - reason: heavy

    try:
        element = convert_to_element(formula, display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - reason: the library's errors have no base of their own
        return Markup("<code>{}</code>").format(formula.strip())
    for part in element.iter():
        # signs are character references in the text, which writing the element would escape again
        part.text = html.unescape(part.text) if part.text else part.text
        for name in LEADING_OUT & set(part.attrib):
            del part.attrib[name]
    return Markup(ET.tostring(element, encoding="unicode"))  # noqa: S704 - reason: escaped by it


def markdown_html(source: str, attachments: Mapping[str, Any] | None = None, path: str = "") -> str:
    """Return markdown as HTML; pictures attached or lying in the folder `path` are inside it."""
    from nbconvert.filters.markdown_mistune import (  # noqa: PLC0415 - reason: heavy
        InvalidNotebook,
        MarkdownWithMath,
    )

    renderer = _renderer()(
        escape=False,
        attachments=dict(attachments or {}),
        embed_images=bool(path),
        path=path,
        exclude_anchor_links=True,
    )
    try:
        return str(MarkdownWithMath(renderer=renderer).render(source))
    except InvalidNotebook:  # a picture is spoken of that was never attached
        return str(Markup("<pre>{}</pre>").format(source))


@cache
def _renderer() -> Any:  # noqa: ANN401 - reason: a class of nbconvert's, which has no types
    from nbconvert.filters.markdown_mistune import (  # noqa: PLC0415 - reason: heavy
        IPythonRenderer,
    )

    class Renderer(IPythonRenderer):
        def inline_math(self, body: str) -> str:
            return mathml(body)

        def block_math(self, body: str) -> str:
            return mathml(body, block=True)

        def latex_environment(self, name: str, body: str) -> str:
            return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

        def block_mermaidjs(self, code: str) -> str:
            return f"<pre>{escape(code.strip())}</pre>"

    return Renderer


def latex_html(text: str) -> Markup:
    """Return an output of type ``text/latex`` as HTML."""
    bare = text.strip()
    for begin, end in (("$$", "$$"), (r"\[", r"\]"), ("$", "$"), (r"\(", r"\)")):
        if bare.startswith(begin) and bare.endswith(end) and len(bare) >= len(begin + end):
            bare = bare[len(begin) : -len(end)]
            break
    return mathml(bare.replace(r"\displaystyle", ""), block=True)
