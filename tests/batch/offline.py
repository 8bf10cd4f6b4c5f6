"""What a page would fetch if it were opened."""

from __future__ import annotations

import base64
import gzip
import re
from html.parser import HTMLParser

from bitstockerz_lab.pages.plotly_js import MEDIA_TYPE

LOADING = {"src", "srcset", "poster", "background", "data", "action"}
REMOTE = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(?:https?:)?//", re.IGNORECASE)


class _Loads(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.policy = ""
        self.plotly = 0
        self._inside = self._kind = ""

    def handle_starttag(self, tag, attributes):
        self._inside, self._kind = tag, dict(attributes).get("type", "")
        named = dict(attributes)
        if tag == "meta" and named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"]
        for name, value in attributes:
            loads = name in LOADING or (tag == "link" and name == "href")
            if value and ((loads and REMOTE.match(value)) or IN_STYLE.search(value)):
                self.found.append((tag, name, value[:80]))

    def handle_data(self, text):
        if self._inside == "style" and IN_STYLE.search(text):
            self.found.append(("style", "", text[:80]))
        if self._inside == "script" and "plotly.js v" in self._script(text)[:2000]:
            self.plotly += 1

    def _script(self, text):
        return inflated(text) if self._kind == MEDIA_TYPE else text

    def handle_endtag(self, tag):  # noqa: ARG002 - the parser calls it so
        self._inside = ""


def inflated(packed):
    """What the page makes of what is compressed in it."""
    return gzip.decompress(base64.b64decode(packed)).decode()


def read_page(text):
    """The page's own account: what it would fetch, its policy, how often it holds plotly.js."""
    page = _Loads()
    page.feed(text)
    page.close()
    return page
