from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from bitstockerz_lab import pages
from tests.batch.offline import read_page

EVIL = "</script><script>alert(1)</script><b>&\u2028"


class Tags(HTMLParser):
    """The tags and scripts a browser would find."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            self.scripts.append([dict(attrs), ""])

    def handle_data(self, data):
        if self.tags and self.tags[-1] == "script" and self.scripts:
            self.scripts[-1][1] += data


def figures_of(text):
    return [
        json.loads(body)
        for kind, body in Tags(text).scripts
        if kind.get("type") == "application/json"
    ]


def test_a_page_loads_nothing_and_holds_plotly_once():
    figure = pages.figure_html({"data": [{"y": [1, 2]}], "layout": {}})
    page = read_page(pages.shell("Title", figure + figure))
    assert page.found == []
    assert page.plotly == 1
    assert "default-src 'none'" in page.policy
    assert "connect-src" not in page.policy  # falls back to default-src: nothing


def test_a_page_without_figures_has_no_plotly():
    assert read_page(pages.shell("Title", "")).plotly == 0


def test_the_pages_own_files_name_no_host():
    ours = pages.css() + pages.shell("Title", "")
    assert not re.search(r"https?:|//[a-z]|@import|sourceMappingURL", ours)


def test_a_title_cannot_break_out():
    text = pages.shell(EVIL, "")
    assert "<script>alert" not in text
    assert "&lt;/script&gt;" in text


def test_a_figures_json_cannot_end_its_script_and_arrives_unchanged():
    content = {"data": [{"name": EVIL, "y": [1.5, None]}], "layout": {"title": {"text": EVIL}}}
    html = pages.figure_html(content)
    assert html.count("</script") == 1
    assert figures_of(html) == [content]
    assert figures_of(pages.figure_html(json.dumps(content))) == [content]


def test_a_figures_own_config_and_what_is_not_finite_stay_out():
    content = {
        "data": [{"y": [1.0, float("nan"), float("inf")]}],
        "layout": {"height": 300},
        "config": {"plotlyServerURL": "https://example.invalid"},
    }
    html = pages.figure_html(content)
    assert figures_of(html) == [{"data": [{"y": [1.0, None, None]}], "layout": {"height": 300}}]
    assert "--bz-height: 300px" in html


def test_every_piece_escapes_what_it_is_given():
    frame = pd.DataFrame({"text": [EVIL]})
    pieces = [
        pages.section(EVIL, EVIL, anchor=EVIL),
        pages.cards([pages.Card(EVIL, EVIL, EVIL)]),
        pages.notice("note", EVIL, EVIL),
        pages.facts({EVIL: EVIL}),
        pages.details(EVIL, EVIL),
        pages.preformatted(EVIL),
        pages.table(frame, caption=EVIL, gap=(1, EVIL)),
        pages.figure_html({"data": []}, label=EVIL + '"'),
    ]
    for piece in pieces:
        assert "alert(1)</script" not in piece
        assert "<b>" not in piece


def test_pieces_nest_without_being_escaped_twice():
    inner = pages.notice("note", "a & b")
    assert inner in pages.section("Title", inner)
    assert "a &amp; b" in inner


def test_a_table_formats_colours_and_dashes_its_cells():
    frame = pd.DataFrame({"profit": [1.0, -2.0, None], "side": ["LONG", "SHORT", None]})
    columns = {
        "profit": pages.Column("Profit", pages.formats.money, tone=True, unit="USD"),
        "side": pages.Column("Side", number=False),
    }
    html = pages.table(frame, columns)
    assert '<td class="bz-number bz-gain">1.00</td>' in html
    assert '<td class="bz-number bz-loss">−2.00</td>' in html
    assert '<td class="bz-number">–</td>' in html
    assert "nan" not in html
    assert "None" not in html
    assert html.count("<tr>") == 4


def test_a_gap_in_a_table_stands_where_rows_are_left_out():
    html = pages.table(pd.DataFrame({"a": [1, 2]}), gap=(1, "5 left out"))
    assert html.index(">1<") < html.index("5 left out") < html.index(">2<")


@pytest.mark.parametrize("name", ["accent", "gain", "loss", "other", "ink"])
@pytest.mark.parametrize("background", ["#f7f8f9", "#0e1216"])
def test_chart_colours_have_a_contrast_of_three_to_one_on_both_themes(name, background):
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(pages.COLOURS[name]), luminance(background)))
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_piece_style_touches_nothing_outside_its_class():
    rules = re.sub(r"/\*.*?\*/|@media[^{]*\{", "", pages.piece_css(), flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", rules):
        for selector in selectors.split(","):
            assert ".bz" in selector, selector
