"""docs/code-strategies.md tells code strategies as they are, and its code runs."""

from __future__ import annotations

import doctest
import linecache
import re
from pathlib import Path

from bitstockerz_lab.strategies.python import literals

PAGE = (Path(__file__).parents[3] / "docs" / "code-strategies.md").read_text("utf-8")


def test_the_code_of_the_page_runs_and_trades(stocked):
    (text,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    linecache.cache["<page>"] = (len(text), None, text.splitlines(keepends=True), "<page>")
    names = {"lab": stocked, "__name__": "__main__"}
    exec(compile(text, "<page>", "exec"), names)  # noqa: S102 - our own page
    assert len(names["run"].trades) > 3
    assert stocked.backtests.verify(names["run"]).ok


def test_the_page_names_every_verb_of_trust(stocked):
    for verb in ("trust", "distrust", "trusted"):
        assert f"lab.strategies.{verb}(" in PAGE
        assert callable(getattr(stocked.strategies, verb))
    assert len(PAGE.splitlines()) <= 120


def test_the_examples_say_what_happens():
    found = doctest.testmod(literals)
    assert (found.attempted, found.failed) == (1, 0)
