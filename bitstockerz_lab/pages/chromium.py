"""A Chromium of this machine, asked for what only a browser can do: draw and print a page.

It is optional. Each question starts one without a window, with a profile of its own that is
thrown away; the page's own policy keeps it from fetching anything.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from bitstockerz_lab.errors import NoChromium

VARIABLE = "BITSTOCKERZ_CHROMIUM"
"""Names the browser where it is not found by itself; options may follow its path."""

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
)
LIMIT_S = 120.0


def command() -> list[str]:
    """Return how Chromium is called here.

    Raises
    ------
    NoChromium
        There is none.
    """
    told = os.environ.get(VARIABLE)
    if told:
        return shlex.split(told)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(
            "No Chromium or Chrome was found on this machine, and only a browser can draw this. "
            f"Install one, or name it in ${VARIABLE}."
        )
    return [found]


def print_pdf(page: str) -> bytes:
    """Return a page as PDF, as a browser prints it.

    Raises
    ------
    NoChromium
        There is none, or it printed nothing.
    """
    with tempfile.TemporaryDirectory(prefix="bitstockerz-") as folder:
        printed = Path(folder) / "page.pdf"
        told = _run(page, Path(folder), f"--print-to-pdf={printed}", "--no-pdf-header-footer")
        if not printed.exists():
            raise NoChromium(f"Chromium printed nothing. It said: {told[-300:].strip()!r}.")
        return printed.read_bytes()


def dump(page: str) -> str:
    """Return what a page's document has become once it is loaded, as HTML.

    Raises
    ------
    NoChromium
        There is none, or it failed.
    """
    with tempfile.TemporaryDirectory(prefix="bitstockerz-") as folder:
        return _run(page, Path(folder), "--dump-dom", "--window-size=1280,1000")


def _run(page: str, folder: Path, *wishes: str) -> str:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    # a Chromium refuses to start as root with its sandbox on
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    call = [*command(), *SWITCHES, *root, f"--user-data-dir={folder / 'profile'}", *wishes]
    try:
        done = subprocess.run(  # noqa: S603 - reason: the browser, no shell
            [*call, file.as_uri()], capture_output=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NoChromium(
            f"{call[0]} did not answer: {problem}. Name another one in ${VARIABLE}."
        ) from problem
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise NoChromium(
            f"{call[0]} ended with status {done.returncode}: {words[-1] if words else 'no word'}. "
            f"Name another one, or options of it, in ${VARIABLE}."
        )
    return done.stdout.decode(errors="replace")
