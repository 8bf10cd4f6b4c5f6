from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import pages
from tests.backtests.sweep.test_pictures import averages
from tests.helpers import make_bars

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLOTS = """[...document.querySelectorAll('.bz-plot')].map(plot => {
    const drawing = plot.querySelector('svg.main-svg').getBoundingClientRect();
    return [drawing.width, drawing.height, plot.querySelectorAll('.heatmaplayer image').length];
})"""
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"
HOVER = "document.querySelector('.hoverlayer .hovertext').textContent"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The report of a sweep, and its heat map alone."""
    folder = tmp_path_factory.mktemp("sweeps")
    grid = {"fast": [3, 5, 8], "slow": [13, 21, 34]}
    sweep = bz.sweep(averages(), {"ACME": make_bars(300)}, grid=grid)
    sweep.report(folder / "sweep.html")
    alone = pages.document("Heat map", [str(pages.figure(sweep.heatmap()))])
    (folder / "map.html").write_text(alone, encoding="utf-8")
    return sweep, folder


@pytest.mark.parametrize("width", [1280, 390])
def test_a_sweeps_report_opens_offline_draws_its_map_and_fits_the_width(
    written, chromium_page, width
):
    opened = chromium_page(written[1] / "sweep.html", width=width)
    plots = opened.page.evaluate(PLOTS)
    assert [images for _, _, images in plots] == [0, 1]
    assert all(width * 0.7 < wide <= width and high > 200 for wide, high, _ in plots)
    assert opened.page.evaluate(WIDTHS) == [width, width]


def test_the_pointer_reads_the_numbers_of_the_cell_it_is_on(written, chromium_page):
    sweep, folder = written
    page = chromium_page(folder / "map.html", width=1280).page
    box = page.query_selector(".heatmaplayer image").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".hoverlayer .hovertext")
    rows = sweep.results[(sweep.results["fast"] == 5) & (sweep.results["slow"] == 21)]
    said = page.evaluate(HOVER)
    assert said.startswith("fast 5, slow 21Sharpe ratio ")
    assert f"Trades {rows['num_trades'].iloc[0]:.0f}" in said
