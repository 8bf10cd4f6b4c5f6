"""A notebook in a real JupyterLab: controls reach the kernel, the theme is followed."""

from __future__ import annotations

import shutil

import pytest

from bitstockerz_lab.batch.warm.place import supported
from tests.conftest import PROJECT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = """
# %%
import ipywidgets
slider = ipywidgets.IntSlider(5, description="fast")
told = ipywidgets.Label("5 bars")
slider.observe(lambda change: setattr(told, "value", f"{change['new']} bars"), "value")
ipywidgets.VBox([slider, told])
"""
PAPER = "getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor"


def test_a_slider_reaches_the_kernel_by_the_keyboard_and_the_page_follows_the_theme(notebook):
    opened = notebook(CELLS, dark=True, saves=True).run()
    page = opened.page
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=6 bars")
    parts = page.evaluate(PAPER)[4:-1].split(",")
    assert max(int(part) for part in parts[:3]) < 60
    assert "6 bars" in opened.save().read_text("utf-8")


def test_kernels_of_jupyterlab_are_forks_of_a_warm_parent(notebook, jupyterlab):
    if not supported():
        pytest.skip("warm kernels need Linux")
    cell = "Path('kernel.txt').write_text(Path('/proc/self/cmdline').read_text())"
    notebook(f"# %%\nfrom pathlib import Path\n{cell}").run()
    command = (jupyterlab.folder / "notebooks" / "kernel.txt").read_text("utf-8")
    log = (jupyterlab.folder / "server.log").read_text("utf-8")
    told = [line for line in log.splitlines() if "Cold start" in line]
    assert "bitstockerz_lab.batch.warm.server" in command, told


def test_the_first_notebook_of_the_guide_runs_from_top_to_bottom(browser, jupyterlab):
    source = PROJECT / "notebooks" / "guide" / "01_first_backtest.ipynb"
    shutil.copy(source, jupyterlab.folder / "notebooks")
    opened = jupyterlab.open(browser, source.name).run()
    assert opened.page.locator(".js-plotly-plot .main-svg").count() > 0
    opened.close()
    assert opened.complaints == []
