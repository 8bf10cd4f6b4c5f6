"""The pictures of this folder, taken of the widgets in a real JupyterLab on simulated bars.

python docs/screenshots/make.py                    all of them
python docs/screenshots/make.py runner dashboard   those of some widgets

Needs what the tests marked browser need: playwright and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.browser.conftest import BROWSERS, SWITCHES  # noqa: E402 - after the project is found
from tests.browser.furnished import furnish, trade  # noqa: E402
from tests.browser.jupyterlab import Server  # noqa: E402

MOST_BYTES, MARGIN = 200_000, 12
OPEN = "import bitstockerz_lab as bz\nlab = bz.open_lab({path!r})\n"
BARE = """
.jp-Cell-inputWrapper, .jp-NotebookPanel-toolbar, .jp-OutputPrompt,
.jp-OutputArea-promptOverlay, .jp-Cell:not(:has(.jp-OutputArea-child)) { display: none !important; }
.jp-Notebook-footer, .jp-Collapser { visibility: hidden; }
.jp-Notebook .jp-Cell { border-color: transparent !important; padding: 4px 12px !important; }
"""


@dataclass(frozen=True)
class Shot:
    """One picture: a cell, whose last line is what is shown."""

    cell: str
    empty: bool = False
    width: int = 1200
    most_high: int = 1400


SHOTS = {
    "dashboard-empty": Shot("lab.dashboard()", empty=True),
    "dashboard": Shot("lab.dashboard()"),
    "editor": Shot('lab.editor("RSI reversal")'),
    "runner": Shot(
        'runner = lab.runner("Golden cross", "DEMO-A")\nrunner.run_button.click()\nrunner'
    ),
    "runs": Shot(
        'browser = lab.runs()\nbrowser.actions.folder.value = "exports"\n'
        "browser.chosen = [1, 7, 8]\nbrowser",
        most_high=1500,
    ),
    "explorer": Shot(
        'sweeps = lab.explorer("Golden cross", "DEMO-A")\nsweeps.sweep_button.click()\nsweeps',
        most_high=1800,
    ),
    "chart": Shot('lab.chart("DEMO-C-USD")'),
}


def main(wanted):
    unknown = [name for name in wanted if name not in SHOTS]
    if unknown:
        print(f"No picture {unknown[0]!r}. There are {', '.join(SHOTS)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (server, browser):
        full = Path(folder) / "full.duckdb"
        trade(furnish(full))
        for name in wanted or SHOTS:
            for theme in ("light", "dark"):
                path = Path(folder) / "empty.duckdb" if SHOTS[name].empty else full
                size = take(server, browser, SHOTS[name], path, HERE / f"{name}-{theme}.png")
                print(f"{name}-{theme}.png  {size / 1000:,.0f} kB", flush=True)
    return 0


@contextmanager
def served(folder):
    """Yield a JupyterLab and a Chromium."""
    server = Server.start(folder, environment={"BITSTOCKERZ_TRUST": str(folder / "trusted.json")})
    try:
        with sync_playwright() as driver:
            found = next(filter(None, map(shutil.which, BROWSERS)))
            browser = driver.chromium.launch(executable_path=found, args=SWITCHES)
            yield server, browser
            browser.close()
    finally:
        server.stop()


def take(server, browser, shot, lab_path, path):
    """Show the cell, wait, and save what is on the page; returns the file's size."""
    source = f"# %%\n{OPEN.format(path=str(lab_path))}\n# %%\n{shot.cell}"
    dark = path.stem.endswith("-dark")
    notebook = server.show(browser, source, dark=dark, width=shot.width)
    notebook.page.add_style_tag(content=BARE)
    notebook.run().whole(most=shot.most_high).idle(still_s=1)
    box = notebook.page.locator(".jp-NotebookPanel").bounding_box()
    content = notebook.page.screenshot(clip=box)
    notebook.close()
    path.write_bytes(smaller(content))
    return path.stat().st_size


def smaller(content):
    """The picture without what is blank above and below, with a palette of 256 colours."""
    made = BytesIO()
    image = Image.open(BytesIO(content)).convert("RGB")
    blank = Image.new("RGB", image.size, image.getpixel((4, image.height - 4)))
    _, top, _, bottom = ImageChops.difference(image, blank).getbbox()
    image = image.crop((0, max(0, top - MARGIN), image.width, min(image.height, bottom + MARGIN)))
    image.quantize(256, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    if made.tell() > MOST_BYTES:
        raise ValueError(f"A picture of {made.tell():,} bytes; at most {MOST_BYTES:,} are wanted.")
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
