"""The page about the editor says what is so."""

from __future__ import annotations

import re

import bitstockerz_lab as bz
from tests.helpers import make_bars


def test_every_block_of_the_page_runs(database, monkeypatch, request):
    lab = bz.open_lab(database.path)
    lab.market.load_frame(make_bars(300), symbol="AAA", timeframe="1d", exchange="XNYS")
    monkeypatch.setenv("BITSTOCKERZ_DB", str(database.path))
    page = (request.config.rootpath / "docs" / "strategy-editor.md").read_text("utf-8")
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)  # noqa: S102 - reason: the page's own code
    assert names["editor"].problems == []
    assert names["version"].version == 1
    assert names["editor"].honesty.tested.symbol == "AAA"


def test_every_example_expression_of_the_page_is_read(request):
    from bitstockerz_lab.widgets.editor import offers, operands

    page = (request.config.rootpath / "docs" / "strategy-editor.md").read_text("utf-8")
    table = page.partition("## Fields")[2].partition("## Keys")[0]
    told = [one for one in re.findall(r"`([^`]+)`", table) if "lab." not in one]
    assert len(told) > 4
    for text in [*told, *offers.EXPRESSIONS]:
        operand, _ = operands.read(text, {})
        assert operand != text
