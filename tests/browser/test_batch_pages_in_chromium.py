"""Reports of notebooks and a batch's page, in a real browser."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bitstockerz_lab import pages
from bitstockerz_lab.batch import html, index
from bitstockerz_lab.batch.result import Batch, BatchItem
from bitstockerz_lab.enums import Status

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPT = "<script>window.taken = 1</script>"
EVIL = f"{SCRIPT}<img src=x onerror='window.taken = 2'>"
FIGURE = {
    "data": [{"type": "scatter", "y": [1, 3, 2], "name": EVIL}],
    "layout": {"title": {"text": EVIL}, "height": 300},
}
ROWS = 60
CELLS = (
    "[...document.querySelectorAll('table tbody tr:not([hidden])')]"
    ".map(row => row.cells[{}].textContent)"
)


def output(**data):
    return new_output("display_data", data={name.replace("__", "/"): v for name, v in data.items()})


def code(source, *outputs):
    made = new_code_cell(source)
    made.outputs = list(outputs)
    return made


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A notebook with a figure, a long table, a formula and somebody's script."""
    folder = tmp_path_factory.mktemp("reports")
    profits = [(n * 37) % ROWS - 20.5 for n in range(ROWS)]
    frame = pd.DataFrame({"profit": profits, "symbol": [f"S{n}" for n in range(ROWS)]})
    cells = [
        new_markdown_cell("# A study\n\n$$\\frac{a}{b}$$"),
        new_markdown_cell("## Chart"),
        code("chart()", output(**{"application__vnd.plotly.v1+json": FIGURE})),
        new_markdown_cell("## Table"),
        code("table()", output(text__html=frame.to_html(index=False))),
        new_markdown_cell("## Other"),
        code("other()", output(text__html=f"<p>own</p>{SCRIPT}")),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "study.ipynb")
    html.export(folder / "study.ipynb", folder / "study.html")
    return folder / "study.html"


@pytest.fixture(scope="module")
def batch_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    items = tuple(
        BatchItem(
            n, EVIL if n == 1 else f"study-{n}", {"symbol": EVIL, "fast": n},
            Status.FAILED if n == 1 else Status.COMPLETED, (), Path("x.ipynb"), None, 1.0 + n,
            error_message=EVIL if n == 1 else None,
        )
        for n in range(1, 6)
    )  # fmt: skip
    return index.write(Batch(items, ("symbol", "fast"), 9.0), folder / "index.html")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_inflates_plotly_draws_and_fits(report, chromium_page, width):
    page = chromium_page(report, width=width).page
    assert page.evaluate("document.querySelectorAll('.bz-plot svg.main-svg').length") > 0
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
    assert page.evaluate("document.querySelector('math mfrac').getBoundingClientRect().height") > 10


@pytest.mark.parametrize("kind", ["report", "batch_page", "still"])
def test_no_request_leaves_and_no_name_runs_by_the_browsers_own_log(
    browser, request, tmp_path, kind
):
    """Chromium's network log, of a browser that is *not* offline."""
    if kind == "still":
        figures = "".join(str(pages.figure_html(FIGURE)) for _ in range(2))
        path = pages.save(tmp_path / "still.html", "Still", figures, interactive=False)
    else:
        path = request.getfixturevalue(kind)
    context = browser.new_context()
    page = context.new_page()
    asked, log = [], context.new_cdp_session(page)
    log.send("Network.enable")
    log.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    log.on("Network.webSocketCreated", lambda event: asked.append(event["url"]))
    page.on("request", lambda one: asked.append(one.url))
    page.goto(path.as_uri())
    page.wait_for_timeout(700)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    assert page.evaluate("window.taken === undefined")  # names from data run nothing
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    context.close()
    # `data:,` is the empty icon, inside the page
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}


def test_a_heading_sorts_by_mouse_and_by_keyboard(report, chromium_page):
    page = chromium_page(report).page
    head = page.locator("th:has-text('profit')")
    order = lambda: [float(text) for text in page.evaluate(CELLS.format(0))]  # noqa: E731 - short
    before = order()
    head.locator(".bz-sort").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert (
        order() == sorted((float((n * 37) % ROWS - 20.5) for n in range(ROWS)), reverse=True)[:20]
    )
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert order()[0] == -20.5
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert order() == before


def test_a_long_table_is_folded_and_can_be_opened(report, chromium_page):
    page = chromium_page(report).page
    more = page.locator(".bz-more")
    assert more.text_content() == f"Show all {ROWS} rows (20 shown)"
    assert len(page.evaluate(CELLS.format(0))) == 20
    more.press("Enter")
    assert more.get_attribute("aria-expanded") == "true"
    assert len(page.evaluate(CELLS.format(0))) == ROWS


def test_numbers_sort_as_numbers_and_what_is_missing_comes_last(tmp_path, chromium_page):
    frame = pd.DataFrame({"a": [2.0, None, -10.0, 1234.5], "b": ["5 %", "1 USD", "3 %", "2 %"]})
    columns = {
        "a": pages.Column("A", pages.formats.money),
        "b": pages.Column("B", number=False),
    }
    path = tmp_path / "page.html"
    path.write_text(pages.shell("T", pages.table(frame, columns)), encoding="utf-8")
    page = chromium_page(path).page
    page.click(".bz-sort")
    assert page.evaluate(CELLS.format(0)) == ["1,234.50", "2.00", "−10.00", "–"]
    page.click(".bz-sort")
    assert page.evaluate(CELLS.format(0)) == ["−10.00", "2.00", "1,234.50", "–"]
    assert page.evaluate("document.querySelectorAll('.bz-sort').length") == 1  # units differ in B


def test_a_long_subtitle_does_not_widen_the_page_of_a_phone(tmp_path, chromium_page):
    spans = "<span>" + "2 periods: 1998-01-02 to 2021-03-31; " * 4 + "</span>"
    path = tmp_path / "page.html"
    body = f'<header class="bz-header"><p class="bz-subtitle">{spans}</p></header>'
    path.write_text(pages.shell("T", body), encoding="utf-8")
    page = chromium_page(path, width=390).page
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]


def test_infinity_is_a_number_and_not_missing(tmp_path, chromium_page):
    frame = pd.DataFrame({"a": [2.5, float("inf"), float("nan"), -1.0, float("-inf")]})
    path = tmp_path / "page.html"
    path.write_text(pages.shell("T", frame.to_html(index=False)), encoding="utf-8")
    page = chromium_page(path).page
    page.click(".bz-sort")
    assert page.evaluate(CELLS.format(0)) == ["inf", "2.5", "-1.0", "-inf", "NaN"]


def test_the_bar_shows_code_leads_to_headings_and_changes_the_theme(report, chromium_page):
    page = chromium_page(report).page
    code = page.locator(".bz-code").first
    assert not code.is_visible()
    page.check("#bz-code")
    assert code.is_visible()
    paper = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('.xtick text')).fill"
    light = page.evaluate(f"[{paper}, {ink}]")
    page.click(".bz-theme")
    page.wait_for_function(f"{paper} !== {light[0]!r} && {ink} !== {light[1]!r}")
    links = page.locator(".bz-contents a")
    assert links.all_text_contents() == ["Chart", "Table", "Other"]
    links.last.click()
    page.wait_for_function("scrollY > 100")


def test_a_browser_without_decompression_says_it_is_too_old(report, browser):
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(report.as_uri())
    assert "too old to draw the figures" in page.text_content(".bz-undrawn")
    context.close()


def test_a_still_figure_follows_theme_and_width(tmp_path, chromium_page):
    figure = str(pages.figure_html(FIGURE, label="a chart"))
    path = pages.save(tmp_path / "still.html", "Still", figure, interactive=False)
    page = chromium_page(path, dark=True).page
    fill = page.evaluate("getComputedStyle(document.querySelector('.bz-wide .xtick text')).fill")
    assert min(int(part) for part in fill[4:-1].split(",")) > 130
    assert page.locator(".bz-wide").is_visible()
    phone = chromium_page(path, width=390).page
    assert phone.locator(".bz-narrow").is_visible()
    assert not phone.locator(".bz-wide").is_visible()
    assert phone.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
