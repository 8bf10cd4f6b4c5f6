"""A real JupyterLab for tests, benchmarks and screenshots, and notebooks run in it by a browser."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/apputils-extension/themes": {"adaptive-theme": False},
    "@jupyterlab/docmanager-extension/plugin": {
        "autosave": False,
        "renameUntitledFileOnSave": False,
    },
    "@jupyterlab/notebook-extension/tracker": {
        "windowingMode": "none",
        "codeCellConfig": {"lineNumbers": False, "autoClosingBrackets": False},
    },
    "@jupyterlab/statusbar-extension/plugin": {"visible": False},
}
"""No news, no saving behind the test's back, and every cell in the page."""
THEMES = "@jupyterlab/apputils-extension:themes"
SAVING = "@jupyter-widgets/jupyterlab-manager:plugin"

CELLS = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
    const kernel = panel.sessionContext.session?.kernel;
    return {
        kernel: kernel ? kernel.status : 'none',
        left: cells.filter(cell => cell.promptNode.textContent.includes('*')
            || (cell.model.sharedModel.source.trim() && cell.model.executionCount === null)).length,
        failed: cells.flatMap(cell => cell.model.outputs.toJSON())
            .filter(output => output.output_type === 'error')
            .map(output => `${output.ename}: ${output.evalue}`),
    };
}"""
SETTLED = """async () => {
    const plots = [...document.querySelectorAll('.js-plotly-plot, .bz-picture > div')];
    const frame = () => new Promise(done => requestAnimationFrame(done));
    await frame(); await frame();
    return plots.every(plot => plot.querySelector('svg.main-svg') || !plot.offsetWidth);
}"""

WITHOUT_SIDES = """() => {
    const bar = 'application:toggle-side-tabbar', { commands } = jupyterapp;
    for (const side of ['left', 'right']) {
        if (commands.isToggled(bar, { side })) commands.execute(bar, { side });
    }
}"""
BOTTOM = """(() => {
    const panel = document.querySelector('.jp-WindowedPanel-outer');
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-Cell')];
    return panel.scrollTop + Math.max(...cells.map(cell => cell.getBoundingClientRect().bottom));
})()"""


@dataclass
class Server:
    """A Jupyter server of its own: port, settings, runtime and data folders, all below `folder`.

    `folder / "notebooks"` is what it shows.
    """

    folder: Path
    url: str
    token: str
    process: subprocess.Popen | None = None
    """None where somebody else started it."""
    environment: dict = field(default_factory=dict)

    @classmethod
    def start(cls, folder, *, environment=None, timeout_s=90):
        """Start one on a free port and wait until it answers."""
        root = folder / "notebooks"
        root.mkdir(parents=True, exist_ok=True)
        for name, values in SETTINGS.items():
            path = folder / "settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), "utf-8")
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0",
            f"--notebook-dir={root}", "--expose-app-in-browser",
            "--LabApp.extension_manager=readonly",
            "--ServerApp.terminals_enabled=False",
            *(["--allow-root"] if os.getuid() == 0 else []),
        ]  # fmt: skip
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=root, env=environment_of(folder, environment or {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + timeout_s
        while (server := cls.running(folder)) is None:
            if process.poll() is not None or time.monotonic() > until:
                process.terminate()
                raise TimeoutError(
                    f"JupyterLab did not answer:\n{(folder / 'server.log').read_text()}"
                )
            time.sleep(0.1)
        server.process, server.environment = process, environment or {}
        return server

    @classmethod
    def running(cls, folder):
        """The server that was started in `folder` and answers, or None."""
        for path in (folder / "runtime").glob("jpserver-*.json"):
            try:
                told = json.loads(path.read_text("utf-8"))
                with urllib.request.urlopen(  # noqa: S310 - reason: this machine's own
                    f"{told['url']}api/status?token={told['token']}", timeout=5
                ):
                    return cls(folder, told["url"], told["token"])
            except (OSError, ValueError):
                continue
        return None

    def stop(self, *, timeout_s=20):
        """End the server, which ends its kernels."""
        self.process.terminate()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def open(
        self, browser, notebook, *, dark=False, width=1280, height=900, saves=False, timeout_s=60
    ):
        """Open a notebook of this server in a new page of `browser`; returns the Notebook.

        `saves` keeps the state of widgets in what is saved, which JupyterLab leaves out by default.
        """
        context = browser.new_context(
            viewport={"width": width, "height": height},
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(timeout_s * 1000)
        page = context.new_page()
        opened = Notebook(self, page, self.folder / "notebooks" / notebook)
        page.route(lambda url: not url.startswith((self.url, "data:", "blob:")), opened.refuse)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        wanted = {
            "@jupyterlab/apputils-extension:themes": {"adaptive-theme": False, "theme": theme}
        }
        wanted[SAVING] = {"saveState": saves}
        page.route("**/lab/api/settings**", lambda route: settings_of_the_page(route, wanted))
        page.goto(f"{self.url}doc/tree/{notebook}?token={self.token}")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
        )
        page.evaluate(WITHOUT_SIDES)
        page.wait_for_function(f"document.body.dataset.jpThemeName === '{theme}'")
        return opened

    def show(self, browser, source, **options):
        """Write the cells of `source` (percent format) to a new notebook and open that."""
        name = f"page-{os.getpid()}-{next(COUNT)}.ipynb"
        nbformat.write(notebook_of(source), self.folder / "notebooks" / name)
        return self.open(browser, name, **options)


COUNT = itertools.count(1)


@dataclass
class Notebook:
    """A notebook in a page of the browser: `run`, `idle`, `save`, `close`."""

    server: Server
    page: object
    path: Path
    complaints: list = field(default_factory=list)

    def refuse(self, route):
        """Let nothing leave this machine, and remember what tried."""
        self.complaints.append(f"asked for {route.request.url}")
        route.abort()

    def run(self, *, timeout_s=120):
        """Run all cells, wait until the page is idle; an error in a cell is an AssertionError."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells'); null")
        failed = self.idle(timeout_s=timeout_s, all_cells=True)
        assert failed == [], failed
        return self

    def run_cell(self, number, *, timeout_s=60):
        """Run one cell again, counted from 0."""
        self.page.evaluate(
            f"jupyterapp.shell.currentWidget.content.activeCellIndex = {number};"
            "jupyterapp.commands.execute('notebook:run-cell'); null"
        )
        failed = self.idle(timeout_s=timeout_s)
        assert failed == [], failed

    def idle(self, *, timeout_s=60, all_cells=False, still_s=0.3):
        """Wait until the kernel has been idle for a moment and every figure is drawn."""
        until, quiet_since = time.monotonic() + timeout_s, None
        while True:
            found = self.page.evaluate(CELLS)
            busy = found["kernel"] != "idle" or (
                all_cells and found["left"] and not found["failed"]
            )
            now = time.monotonic()
            quiet_since = None if busy else quiet_since or now
            if quiet_since and now - quiet_since >= still_s and self.page.evaluate(SETTLED):
                return found["failed"]
            if now > until:
                raise TimeoutError(f"{self.path.name} was not idle after {timeout_s} s: {found}")
            self.page.wait_for_timeout(50)

    def save(self):
        """Save the notebook as JupyterLab does, with the state of its widgets; returns its path."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
        return self.path

    def whole(self, *, most=8000):
        """Make the page as high as the notebook, so that a picture shows all of it."""
        for _ in range(3):  # a figure may grow with the page
            high = self.page.evaluate(BOTTOM) + 24
            size = self.page.viewport_size
            if abs(size["height"] - high) < 4:
                break
            self.page.set_viewport_size({**size, "height": int(min(max(high, 200), most))})
            self.page.wait_for_timeout(200)
        return self

    def close(self):
        """Shut the kernel down and close the page."""
        self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.context.close()


def environment_of(folder, more):
    """What a server and its kernels see: nothing of the person's own Jupyter."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_", "IPYTHON"))
    }
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        **more,
    }


def notebook_of(source):
    """A notebook of text whose cells begin with `# %%` (code) or `# %% [markdown]`."""
    made = new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
    )
    head, text = "", []
    for line in [*source.splitlines(), "# %%"]:
        if not line.startswith("# %%"):
            text.append(line)
            continue
        body = "\n".join(text).strip("\n")
        if "[markdown]" in head:
            plain = "\n".join(
                part.removeprefix("#").removeprefix(" ") for part in body.splitlines()
            )
            made.cells.append(new_markdown_cell(plain))
        elif body:
            made.cells.append(new_code_cell(body))
        head, text = line, []
    return made


def settings_of_the_page(route, wanted):
    """Let a page read the shared settings, some of them its own, and change none of them."""
    if route.request.method == "PUT":
        route.fulfill(status=204)
        return
    answer = route.fetch()
    told = answer.json()
    for setting in told.get("settings", []) if "schema" not in told else [told]:
        if isinstance(setting, dict) and setting.get("id") in wanted:
            setting["raw"] = json.dumps(wanted[setting["id"]])
    route.fulfill(response=answer, json=told)
