"""A page on disk: as HTML, alive or with pictures, or as PDF; whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bitstockerz_lab.errors import LabError
from bitstockerz_lab.pages import chromium, stills
from bitstockerz_lab.pages.shells import for_chromium, shell

HTML = (".html", ".htm")
PDF = ".pdf"


def save(
    path: str | Path,
    title: str,
    body: str,
    *,
    tools: str = "",
    interactive: bool = True,
    name: str = "report.html",
) -> Path:
    """Write a page to a file, wholly or not at all, and return the file's path.

    Parameters
    ----------
    path : a file that ends in .html or .htm, or in .pdf; folders above it are made, an older
        file is replaced
    title, body, tools : as for `shell`
    interactive : False puts pictures in place of living figures, some 200 kB instead of 2 MB;
        that, as a PDF, needs a Chromium
    name : what a file may be called, for the message about a folder

    Raises
    ------
    LabError
        The path is a folder, has another ending, or cannot be written; a PDF is wanted and there
        is no Chromium.
    """
    target = Path(path).expanduser().absolute()
    _refuse(target, name)
    if target.suffix.casefold() == PDF:
        content = chromium.print_pdf(for_chromium(title, body, paper=True))
    else:
        drawn = body if interactive else stills.draw(body)
        content = shell(title, drawn, tools=tools).encode()
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(target)
    except OSError as problem:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise LabError(
            f"The report cannot be written to {target}: {problem.strerror}. "
            "Give the path of a file in a folder you may write to.",
            path=target,
        ) from problem
    return target


def _refuse(target: Path, name: str) -> None:
    if target.is_dir():
        raise LabError(
            f"The report cannot be written to {target}: that is a folder. "
            f"Name a file in it, like {target / name}.",
            path=target,
        )
    if target.suffix.casefold() not in (*HTML, PDF):
        raise LabError(
            f"The report cannot be written to {target}: it is an HTML page or a PDF. Give a path "
            f"that ends in .html or .pdf, like {target.with_suffix('.html').name}.",
            path=target,
        )
