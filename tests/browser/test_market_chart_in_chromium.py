from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab import pages
from bitstockerz_lab.market import charts
from tests.helpers import make_bars

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RANGES = """(() => {
    const layout = document.querySelector('.bz-plot')._fullLayout;
    return [layout.xaxis.range.map(text => text.slice(0, 10)), layout.yaxis.range];
})()"""
BOXES = "document.querySelectorAll('.boxlayer .trace path').length"
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"
OVERLAPS = """(() => {
    const names = ['.g-gtitle text', '.legendtext', '.updatemenu-container', '.g-xtitle text',
        '.xaxislayer-above', '.nsewdrag'];
    const boxes = names.flatMap(name => [...document.querySelectorAll(name)]
        .map(element => [name, element.getBoundingClientRect()]));
    const found = [];
    for (const [i, [a, one]] of boxes.entries())
        for (const [b, other] of boxes.slice(i + 1))
            if (Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
                && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1)
                found.push(a + ' over ' + b);
    return found;
})()"""


def stock(n, **attrs):
    index = pd.bdate_range("2015-01-02", periods=n, tz="UTC", name="timestamp")
    bars = make_bars(n).set_axis(index)
    bars.attrs = {"symbol": "AAPL", "asset_type": "EQUITY", "timeframe": "1d", "adjusted": "all"}
    bars.attrs |= attrs
    return bars


def full(bars):
    close = bars["close"]
    macd = pd.DataFrame({"MACD": close.diff(), "Signal": close.diff().rolling(9).mean()})
    kinds = np.resize(["buy", "sell", "note"], 9)
    return charts.candles(
        bars,
        indicators={f"SMA {n}": close.rolling(n).mean() for n in (10, 20, 50)},
        below={"RSI 14": close.rolling(14).std(), "MACD 12 26 9": macd},
        markers={"timestamp": bars.index[-9:], "kind": kinds, "text": "a reason"},
        currency="USD",
    )


CHARTS = {
    "everything": lambda: full(stock(500)),
    "long": lambda: full(stock(6000)),
    "hours": lambda: charts.candles(
        make_bars(9000, timeframe="1h").pipe(
            lambda bars: bars.drop(bars.index[100:5000]).assign(volume=0.0)
        )
    ),
    "one": lambda: charts.candles(stock(1)),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Pages with a chart each, written once."""
    folder = tmp_path_factory.mktemp("charts")
    paths = {}
    for name, make in CHARTS.items():
        paths[name] = folder / f"{name}.html"
        body = pages.figure(make(), label=name)
        paths[name].write_text(pages.shell(name, body), encoding="utf-8")
    return paths


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_chart_draws_without_a_complaint_fits_the_width_and_nothing_lies_over_another(
    written, chromium_page, name, width
):
    page = chromium_page(written[name], width=width, dark=width == 390).page
    assert page.evaluate(BOXES) > 0
    assert page.evaluate(WIDTHS) == [width, width]
    assert page.evaluate(OVERLAPS) == []


def test_a_period_button_moves_the_time_axis_and_fits_the_price_to_it(written, chromium_page):
    page = chromium_page(written["everything"]).page
    days, price = page.evaluate(RANGES)
    page.locator(".updatemenu-button").filter(has_text="1m").first.click()
    page.wait_for_function(f"{RANGES}[0][0] !== {days[0]!r}")
    month, fitted = page.evaluate(RANGES)
    assert month[1] == days[1] or pd.Timestamp(month[1]) <= pd.Timestamp(days[1])
    assert pd.Timestamp(month[1]) - pd.Timestamp(month[0]) < pd.Timedelta(days=34)
    assert fitted[1] - fitted[0] < price[1] - price[0]
    page.locator(".updatemenu-button").filter(has_text="All").first.click()
    page.wait_for_function(f"{RANGES}[0][0] === {days[0]!r}")


def test_the_pointer_shows_every_panels_value_in_one_box(written, chromium_page):
    page = chromium_page(written["everything"]).page
    box = page.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3)
    page.wait_for_selector(".hoverlayer .legend")
    told = page.text_content(".hoverlayer")
    for words in ("open", "close", "SMA 50", "volume", "RSI 14", "Signal"):
        assert words in told
