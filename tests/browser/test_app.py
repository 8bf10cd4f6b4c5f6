"""`make app`: the dashboard and the widgets as a page of their own, by Voilà."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.browser.jupyterlab import environment_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE_S = 90


@pytest.fixture
def app(tmp_path, jupyterlab):
    """Start the program as `make app` does, on an empty lab; yields the page's address."""
    pytest.importorskip("voila", reason="VOILÀ MISSING: pip install 'bitstockerz-lab[app]'")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    database = tmp_path / "lab.duckdb"
    environment = environment_of(tmp_path, dict(jupyterlab.environment))
    command = [sys.executable, "-m", "bitstockerz_lab.cli", "--database", str(database), "app"]
    with (tmp_path / "voila.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--", "--no-browser", f"--port={port}"],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield answering(f"http://localhost:{port}/", process, tmp_path / "voila.log")
    finally:
        process.terminate()
        process.wait(30)


def answering(url, process, log):
    """Wait until something listens at `url`; asking for the page itself would start a kernel."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}voila/static/absent", timeout=5):  # noqa: S310 - ours
                return url
        except urllib.error.HTTPError:
            return url
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(log.read_text("utf-8"))


def test_voila_serves_the_dashboard_and_the_widgets_and_asks_nobody_else(app, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    answered = []
    page.on("response", lambda answer: answered.append(answer.url))
    page.goto(app)
    page.wait_for_selector("text=Load the sample bars")  # an empty lab says what to do next
    titles = page.locator(".bz-panel .bz-title").all_inner_texts()
    assert titles[0] == "Dashboard"
    for name in ("Backtest", "Runs", "Sweep", "Strategy"):
        page.locator(".lm-TabBar-tabLabel", has_text=name).click()
    page.wait_for_selector(".bz-editor .bz-do-add")
    assert [url for url in answered if not url.startswith((app, "data:", "blob:"))] == []
    context.close()
