"""A page's table of contents, made of the headings in its body."""

from __future__ import annotations

import re
from html import unescape
from itertools import count

from markupsafe import Markup

FEWEST = 3
"""Headings from which on a table of contents helps."""

LONGEST_WORDS = 42

HEADING = re.compile(
    # what may hold text that only looks like a heading is stepped over whole
    r"<!--.*?-->|<(?P<other>script|style|svg|iframe|textarea|template)\b.*?</(?P=other)\s*>"
    r"|<(?P<tag>h[23])(?P<attributes>\s[^>]*)?>(?P<words>.*?)</(?P=tag)>",
    re.DOTALL | re.IGNORECASE,
)
ANCHOR = re.compile(r"""\bid=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")


def contents(body: str) -> tuple[str, Markup]:
    """Return a body whose headings can be jumped to, and the list of links to them.

    Parameters
    ----------
    body : HTML; its `h2` are listed, its `h3` where there are too few of those

    Returns
    -------
    body : the same HTML, with an `id` on each listed heading that had none
    links : a `nav`; empty where there are fewer than three headings
    """
    tags = [found["tag"].lower() for found in HEADING.finditer(body) if found["tag"]]
    level = "h2" if tags.count("h2") >= FEWEST else "h3"
    if tags.count(level) < FEWEST:
        return body, Markup()
    links: list[tuple[str, str]] = []
    numbers = count(1)

    def anchored(found: re.Match[str]) -> str:
        if not found["tag"] or found["tag"].lower() != level:
            return found[0]
        words = " ".join(unescape(re.sub(r"<[^>]*>", "", found["words"])).split())
        attributes = found["attributes"] or ""
        own = ANCHOR.search(attributes)
        anchor = unescape(next(filter(None, own.groups()), "")) if own else ""
        if not anchor:
            anchor = f"part-{next(numbers)}"
            # no quotes: they would end a text of a script or an attribute that looks like this
            attributes = f" id={anchor}{attributes}"
        links.append((anchor, words))
        return f"<{found['tag']}{attributes}>{found['words']}</{found['tag']}>"

    body = HEADING.sub(anchored, body)
    link = Markup('<li><a href="#{}">{}</a></li>')
    entries = Markup("").join(link.format(anchor, _short(words)) for anchor, words in links)
    return body, Markup('<nav class="bz-contents" aria-label="Contents"><ol>{}</ol></nav>').format(
        entries
    )


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1].rstrip()}…"
