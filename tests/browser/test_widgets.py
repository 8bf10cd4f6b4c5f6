"""The widgets in a real JupyterLab, by mouse and keyboard, on simulated bars."""

from __future__ import annotations

import shutil

import pytest

import bitstockerz_lab as bz
from tests.browser.furnished import furnish, trade

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN = "# %%\nimport bitstockerz_lab as bz\nlab = bz.open_lab({!r})\n# %%\n"
EVERYTHING = """
lab.dashboard()
# %%
lab.editor("RSI reversal")
# %%
runner = lab.runner("Golden cross", "DEMO-A")
runner.run_button.click()
runner
# %%
browser = lab.runs()
browser.chosen = [1, 7, 8]
browser
# %%
lab.explorer("Golden cross", "DEMO-A")
# %%
lab.chart("DEMO-C-USD")
"""
EDITOR = "document.querySelector('.bz-editor').dataset.drawn"
CURVE = "document.querySelector('.bz-overview .bz-picture > div')"
ENDS = f"JSON.stringify({CURVE}.calcdata.map(points => points.at(-1).y))"
"""Where each line of the curve ends."""
FOCUSED = "document.activeElement.getAttribute('aria-label')"
WIDER = """[...document.querySelectorAll('.bz-panel')].filter(panel =>
    panel.scrollWidth > panel.clientWidth + 1).map(panel => panel.innerText.slice(0, 40))"""
INK = "getComputedStyle(document.querySelector('.bz-panel .bz-title')).color"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A lab with bars, strategies, runs and a paper account, made once."""
    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        patch.setenv("BITSTOCKERZ_TRUST", str(folder / "trusted.json"))
        trade(lab := furnish(folder / "lab.duckdb"))
    return lab.path


@pytest.fixture
def full(furnished, tmp_path):
    """A copy of it, of this test's own."""
    return bz.open_lab(shutil.copy(furnished, tmp_path / "lab.duckdb"))


@pytest.fixture
def shown(notebook, full):
    """Show cells that begin with an open `lab`, and wait for them."""
    return lambda source, **options: notebook(OPEN.format(str(full.path)) + source, **options).run()


def drawn(page, act):
    """Do something to the editor and wait until its form is drawn anew."""
    before = page.evaluate(EDITOR)
    act()
    page.wait_for_function(f"{EDITOR} !== {before!r}")


def test_a_strategy_of_two_conditions_is_built_saved_run_and_its_report_opened(shown, full):
    opened = shown("lab.editor()\n# %%\nlab.runner()\n")
    page, keys = opened.page, opened.page.keyboard
    add = page.get_by_role("button", name="Buy when: add a condition")
    drawn(page, add.click)
    page.get_by_label("Buy when: right").click()
    keys.press("Control+a")
    keys.type("sma(50)")
    drawn(page, lambda: keys.press("Enter"))
    drawn(page, add.click)
    page.wait_for_function(f"{FOCUSED} === 'Condition 2 of 2: left'")
    keys.press("Control+a")
    keys.type("rsi")
    page.wait_for_selector(".bz-offers li[aria-selected=true]")
    drawn(page, lambda: keys.press("Enter"))
    for _ in range(4):  # the setting of the indicator and its button come first
        keys.press("Tab")
        if "how the two" in page.evaluate(FOCUSED):
            break
    drawn(page, lambda: keys.press("ArrowDown"))
    keys.press("Tab")
    keys.press("Control+a")
    keys.type("60")
    drawn(page, lambda: keys.press("Enter"))
    page.wait_for_selector("text=is above the 50-bar SMA and the 14-bar RSI is below 60")
    page.get_by_role("button", name="Save version").click()
    page.wait_for_selector("text=Saved as My strategy, version 1.")
    (saved,) = [one for one in full.strategies.list()["name"] if one == "My strategy"]
    assert full.strategies.get(saved).definition.document["enter_long"]["all"][1] == {
        "left": "rsi_14", "op": "<", "right": 60,
    }  # fmt: skip

    opened.run_cell(2)
    runner = page.locator(".bz-runner")
    runner.get_by_label("Strategy", exact=True).select_option("My strategy")
    runner.get_by_label("Symbol", exact=True).fill("DEMO-A")
    opened.idle()
    runner.get_by_title("Run and record").click()
    page.wait_for_selector("text=is recorded.")
    (run_id,) = full.backtests.list(strategy="My strategy")["id"]
    runner.get_by_title("Write the recorded run's report").click()
    with page.expect_popup() as popup:
        runner.get_by_role("button", name=f"Open run-{run_id}.html").click()
    report = popup.value.frame_locator("iframe")
    assert "My strategy" in report.locator("h1").inner_text()
    report.locator(".bz-plot svg.main-svg").first.wait_for()
    report.get_by_role("link", name="Monthly returns").first.click()
    assert report.locator("h2", has_text="Monthly returns").first.is_visible()
    assert popup.value.locator("iframe").count() == 1  # it has not gone anywhere


def test_a_slider_moves_the_figures_and_the_curve_and_an_error_stands_inline(shown, full):
    opened = shown('lab.runner("Golden cross", "DEMO-A")', dark=True)
    page = opened.page
    page.get_by_title("Run and record").click()
    page.wait_for_selector("text=is recorded.")
    page.wait_for_function(f"{CURVE}?.dataset.drawn")
    runs = len(full.backtests.list())
    before, headline = page.evaluate(ENDS), page.locator(".bz-overview .bz-cards").inner_text()
    fast = page.locator(".bz-parameters .widget-slider", has_text="fast")
    fast.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("text=Not recorded.")
    page.wait_for_function(f"{ENDS} !== {before!r}")
    assert page.locator(".bz-overview .bz-cards").inner_text() != headline
    assert len(full.backtests.list()) == runs  # looked at, and not recorded
    assert min(map(int, page.evaluate(INK)[4:-1].split(",")[:3])) > 180  # dark paper, light ink

    page.locator(".bz-costs").get_by_text("Money and costs").click()
    page.get_by_label("Fee (bps a fill)").fill("-5")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert] >> text=fee_bps must be")
    assert opened.idle() == []  # no cell failed: it stands in the widget


@pytest.mark.parametrize(
    ("cells", "options"),
    [(EVERYTHING, {"width": 360}), ("lab.dashboard()", {"saves": True})],
    ids=["everything", "the dashboard with the state of its widgets"],
)
def test_a_saved_notebook_is_small_and_fits_a_phone(shown, cells, options):
    opened = shown(cells, **options)
    assert opened.page.evaluate(WIDER) == []
    size = opened.save().stat().st_size
    assert 10_000 < size < 200_000, f"{size:,} bytes"
