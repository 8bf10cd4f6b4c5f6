"""What a page carries: its policy, plotly.js compressed once, its bar."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from bitstockerz_lab import pages
from bitstockerz_lab.pages import plotly_js
from tests.batch.offline import inflated, read_page

FIGURE = pages.figure_html({"data": [{"y": [1, 2]}]})


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plotly_js.packed.cache_clear()
    yield tmp_path / "bitstockerz-lab"
    plotly_js.packed.cache_clear()


def test_plotly_is_compressed_to_less_than_half_and_comes_back_whole():
    packed = plotly_js.packed()
    assert len(packed) < 2_100_000
    assert inflated(packed) == plotly_js.plain()


def test_a_page_with_a_figure_is_below_two_and_a_half_megabytes():
    assert len(pages.shell("Title", FIGURE)) < 2_500_000


def test_a_large_figure_is_compressed_too_and_a_small_one_is_not():
    content = {"data": [{"y": list(range(10_000)), "name": "</script>"}], "layout": {}}
    text = pages.shell("Title", f"{pages.figure_html(content)}{FIGURE}")
    (packed,) = re.findall(rf'<script type="{plotly_js.MEDIA_TYPE}">([^<]+)<', text)
    assert json.loads(inflated(packed)) == content
    assert len(packed) < 40_000
    assert text.count('<script type="application/json">') == 1


def test_compressed_once_it_is_kept_for_the_next_process(cache_folder):
    first = plotly_js.packed()
    (kept,) = cache_folder.iterdir()
    plotly_js.packed.cache_clear()
    written = kept.stat().st_mtime_ns
    assert plotly_js.packed() == first
    assert kept.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "damage",
    [b"", b"not gzip at all", gzip.compress(b"alert(1)", mtime=0)],
    ids=["empty", "not gzip", "something else"],
)
def test_a_damaged_copy_is_made_anew(cache_folder, damage):
    first = plotly_js.packed()
    (kept,) = cache_folder.iterdir()
    kept.write_bytes(damage)
    plotly_js.packed.cache_clear()
    assert plotly_js.packed() == first
    assert gzip.decompress(kept.read_bytes())[:20]


def test_a_cut_copy_is_made_anew(cache_folder):
    first = plotly_js.packed()
    (kept,) = cache_folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:500_000])
    plotly_js.packed.cache_clear()
    assert plotly_js.packed() == first


def test_a_cache_that_cannot_be_written_costs_time_only(cache_folder):
    cache_folder.write_text("a file where the folder should be")
    assert inflated(plotly_js.packed()) == plotly_js.plain()


def test_only_scripts_of_the_page_itself_may_run():
    text = pages.shell("Title", f"{FIGURE}<script>alert(1)</script>")
    policy = read_page(text).policy
    (nonce,) = re.findall(r"script-src 'nonce-(\w{32})'", policy)
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert text.count(f'<script nonce="{nonce}">') == 2
    assert "<script>alert(1)" in text  # it is there, and stays dead


def test_nobody_can_know_the_nonce_before_the_page_is_written():
    nonces = {re.search(r"nonce-(\w+)", pages.shell("T", body))[1] for body in ("a", "b", "c")}
    assert len(nonces) == 3
    assert pages.shell("T", "a") == pages.shell("T", "a")


def test_an_old_browser_and_one_without_scripts_are_told_plainly():
    text = pages.shell("Title", FIGURE)
    assert 'typeof DecompressionStream === "undefined"' in text
    assert "This browser is too old to draw the figures" in text
    assert "<noscript>" in text
    assert "<noscript>" not in pages.shell("Title", "")


def test_a_pages_sections_are_in_its_bar():
    body = "".join(pages.section(name, "text") for name in ("One", "Two", "Three"))
    assert 'aria-label="Contents"' in pages.shell("Title", body)
    assert 'aria-label="Contents"' not in pages.shell("Title", pages.section("One", "text"))


@pytest.mark.parametrize(
    "leading_away",
    [
        '<meta http-equiv="refresh" content="0; url=https://example.org">',
        "<META/HTTP-EQUIV=refresh\ncontent=0>",
        '<link rel="dns-prefetch" href="//example.org">',
    ],
)
def test_nothing_in_a_body_leads_away_from_the_page(leading_away):
    page = pages.shell("Title", f"<p>before</p>{leading_away}<p>after</p>")
    assert "<p>before</p><p>after</p>" in page
