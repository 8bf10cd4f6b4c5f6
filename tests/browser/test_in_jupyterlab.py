"""Pieces shown inside JupyterLab, which styles bare tags of an output."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab import pages

JUPYTERLAB = """
.jp-OutputArea-output dl { width: 100%; overflow: hidden; padding: 0; margin: 0; }
.jp-OutputArea-output dt { font-weight: bold; float: left; width: 20%; padding: 0; margin: 0; }
.jp-OutputArea-output dd { float: left; width: 80%; padding: 0; margin: 0; }
.jp-RenderedHTMLCommon h2:first-child { margin-top: 40px; }
.jp-RenderedHTMLCommon table { table-layout: fixed; margin-left: auto; font-size: 20px; }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th { white-space: normal; max-width: none; }
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: red; }
:not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon th { text-align: right; }
"""
"""As JupyterLab 4 ships them; here behind our own style, where a tie would go to them."""

FOUND = """() => {
    const style = name => getComputedStyle(document.querySelector(name));
    const width = name => document.querySelector(name).getBoundingClientRect().width;
    return {
        card: width('.bz-card dt'), value: width('.bz-card dd'), fact: width('.bz-facts dt'),
        floats: [style('.bz-card dt').float, style('.bz-facts dd').float],
        heading: style('.bz-section h2').marginTop,
        layout: style('.bz-table').tableLayout, row: style('.bz-table tbody tr').backgroundColor,
    };
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_jupyterlabs_rules_for_bare_tags_do_not_reach_our_pieces(browser, tmp_path):
    piece = pages.standalone(
        pages.section(
            "Headline",
            pages.cards([pages.Card("Total return", "+10.27 %", "Final over initial, minus one.")]),
            pages.facts({"Initial equity": "100,000.00 USD"}),
            pages.table(pd.DataFrame({"side": ["LONG", "SHORT"], "profit": [1.0, -2.0]})),
        )
    )
    path = tmp_path / "lab.html"
    path.write_text(
        f'<div class="jp-OutputArea-output jp-RenderedHTMLCommon">{piece}</div>'
        f"<style>{JUPYTERLAB}</style>",
        encoding="utf-8",
    )
    opened = browser.new_page()
    opened.goto(path.as_uri())
    found = opened.evaluate(FOUND)
    opened.close()
    assert found["card"] > 60
    assert found["value"] > 60
    assert found["fact"] >= 150
    assert found["floats"] == ["none", "none"]
    assert found["heading"] == "0px"
    assert found["layout"] == "auto"
    assert found["row"] == "rgba(0, 0, 0, 0)"
