"""A Chromium with the network off, a JupyterLab and a Voilà of their own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

import pytest

from bitstockerz_lab.batch import warm
from tests.browser.jupyterlab import Server
from tests.conftest import NOWHERE

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Opened:
    """A page in the browser, with everything it asked for and complained about."""

    page: object
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium of this machine, with a profile of its own; skips loudly without one."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="BROWSER MISSING: pip install playwright"
    )
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"BROWSER MISSING: none of {', '.join(BROWSERS)} is on the PATH")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def chromium_page(browser):
    """Open a file offline: `chromium_page(path, width=360, dark=True)` → Opened.

    After the test, whatever was opened must have asked for nothing but itself and complained of
    nothing.
    """
    contexts, opened = [], []

    def open_page(path, *, width=1280, dark=False):
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            has_touch=phone,
            is_mobile=phone,
            offline=True,
        )
        contexts.append(context)
        one = Opened(context.new_page())
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on(
            "console",
            lambda message: (
                one.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )
        one.page.goto(path.as_uri())
        one.page.wait_for_function(
            "[...document.querySelectorAll('.bz-plot')].every(plot => plot.querySelector('svg'))"
        )
        opened.append((path, one))
        return one

    yield open_page
    for path, one in opened:
        assert one.complaints == []
        assert [url for url in one.requests if url.split("#")[0] != path.as_uri()] == []
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """A real JupyterLab with warm kernels: new settings, runtime and data folders, a free port."""
    folder = tmp_path_factory.mktemp("jupyterlab")
    with warm.parent() as address:
        environment = {
            "BITSTOCKERZ_USER": "tester@local",
            "BITSTOCKERZ_TRUST": str(folder / "trusted.json"),
            "BITSTOCKERZ_DB": str(folder / "lab.duckdb"),
            "JUPYTER_DEFAULT_PROVISIONER_NAME": warm.PROVISIONER,
            **dict.fromkeys(("http_proxy", "https_proxy"), NOWHERE),
            "no_proxy": "127.0.0.1,localhost",
            **({warm.ADDRESS: address} if address else {}),
        }
        server = Server.start(folder, environment=environment)
        yield server
        server.stop()


@pytest.fixture
def notebook(browser, jupyterlab):
    """Open cells in JupyterLab: `notebook(source, dark=True, width=360)` → a Notebook, not yet run.

    After the test, no page may have raised an error or asked for anything outside this machine.
    """
    opened = []

    def show(source, **options):
        opened.append(jupyterlab.show(browser, source, **options))
        return opened[-1]

    yield show
    complaints = [text for one in opened for text in one.complaints]
    for one in opened:
        one.close()
    assert complaints == []
