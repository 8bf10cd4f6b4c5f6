from __future__ import annotations

import pytest

from bitstockerz_lab import pages, strategies
from bitstockerz_lab.backtests.report import FIGURE, Report
from tests.backtests.fake_run import failed_run, fake_run
from tests.helpers import make_bars

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUNS = {
    "candles": lambda: fake_run(make_bars(120), shorts=True, fast=3, slow=8),
    "long": lambda: fake_run(
        make_bars(9000, timeframe="1h", volatility=0.01), asset_type="CRYPTO", simulated=True
    ),
    "no trades": lambda: fake_run(never=True),
    "failed": failed_run,
}
PLOTS = """[...document.querySelectorAll('.bz-plot')].map(plot => {
    const drawing = plot.querySelector('svg.main-svg').getBoundingClientRect();
    return [drawing.width, drawing.height, plot.querySelectorAll('.scatterlayer .trace path, '
        + '.cartesianlayer .boxes path').length];
})"""
INK = "getComputedStyle(document.querySelector('.xtick text')).fill"
PAPER = "getComputedStyle(document.body).backgroundColor"
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The pages of some runs, written once."""
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strategies, "summary", lambda definition, _: definition.text)
        return {name: Report(make()).write(folder / f"{name}.html") for name, make in RUNS.items()}


def brightness(colour):
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return sum(parts) / 3


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("width", [1280, 360])
def test_a_report_opens_offline_draws_its_charts_and_fits_the_width(
    written, chromium_page, name, width
):
    opened = chromium_page(written[name], width=width)
    plots = opened.page.evaluate(PLOTS)
    assert len(plots) == (0 if name == "failed" else 3)
    for drawn_width, drawn_height, shapes in plots:
        assert width * 0.7 < drawn_width <= width
        assert drawn_height > 200
        assert shapes > 0
    assert opened.page.evaluate(WIDTHS) == [width, width]  # wide tables scroll, the page does not


def test_the_dark_theme_changes_the_page_and_its_figures(written, chromium_page):
    page = chromium_page(written["candles"]).page
    light = page.evaluate(f"[{PAPER}, {INK}]")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{INK} !== {light[1]!r}")
    dark = page.evaluate(f"[{PAPER}, {INK}]")
    assert brightness(light[0]) > 200
    assert brightness(dark[0]) < 60
    assert brightness(light[1]) < 130 < brightness(dark[1])


def test_a_page_opened_in_the_dark_is_dark_at_once(written, chromium_page):
    page = chromium_page(written["candles"], dark=True).page
    assert brightness(page.evaluate(PAPER)) < 60
    assert brightness(page.evaluate(INK)) > 130


def test_paper_is_light_and_its_charts_are_as_wide_as_it(written, chromium_page):
    page = chromium_page(written["candles"], dark=True).page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(f"getComputedStyle(document.body).color === {'rgb(20, 24, 29)'!r}")
    page.wait_for_function("document.querySelector('svg.main-svg').clientWidth === 680")
    assert brightness(page.evaluate(INK)) < 130
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_function("document.querySelector('svg.main-svg').clientWidth > 1000")
    assert brightness(page.evaluate(INK)) > 130


def test_no_button_of_a_chart_shares_it_with_a_server(written, chromium_page):
    page = chromium_page(written["candles"]).page
    page.hover(".bz-plot >> nth=0")
    titles = page.evaluate(
        "[...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title)"
    )
    assert "Zoom" in titles
    assert not [title for title in titles if "hare" in title or "loud" in title]


def test_what_a_page_tries_to_fetch_does_not_leave_it(tmp_path, chromium_page):
    path = tmp_path / "page.html"
    path.write_text(pages.shell("Title", "<p>quiet</p>"), encoding="utf-8")
    opened = chromium_page(path)
    refused = opened.page.evaluate(
        "fetch('http://127.0.0.1:9/').then(() => 'went out', () => 'refused')"
    )
    assert refused == "refused"
    assert any("Content Security Policy" in text for text in opened.complaints)
    assert opened.requests == [path.as_uri()]
    opened.complaints.clear()


def test_a_figure_of_a_notebook_draws_on_the_same_shell(tmp_path, chromium_page, monkeypatch):
    monkeypatch.setattr(strategies, "summary", lambda definition, _: definition.text)
    outputs = Report(fake_run(make_bars(60))).outputs()
    body = "".join(
        pages.figure_html(output[FIGURE]) if FIGURE in output else output["text/html"]
        for output in outputs
    )
    path = tmp_path / "notebook.html"
    path.write_text(pages.shell("Notebook", body), encoding="utf-8")
    page = chromium_page(path, width=360).page
    assert len(page.evaluate(PLOTS)) == 3
    assert page.evaluate(WIDTHS) == [360, 360]
