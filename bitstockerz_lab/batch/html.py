"""An executed notebook as one HTML page: figures alive, its code at the end, nothing fetched."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bitstockerz_lab import pages
from bitstockerz_lab.batch.execute import MARKER
from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

PLOTLY = "application/vnd.plotly.v1+json"
REPORT = "application/vnd.bitstockerz.run+json"
"""The type of a run's report; its heading is the page's where there is one."""

RUN = re.compile(rf"^Run (\d+) (?:{'|'.join(Status)}): ", re.MULTILINE)
"""How a run tells of itself in plain text: ``Run 12 completed: …``."""

TEMPLATES = files("bitstockerz_lab.batch") / "template"
OWN = {"database"}
"""Parameters that say where, not what; they tell the reader of a report nothing."""


def export(executed: Path, report: Path) -> tuple[int, ...]:
    """Write an executed notebook as an HTML page that is complete in itself.

    Parameters
    ----------
    executed : the executed notebook
    report : where the page goes; it appears there only when it is whole

    Returns
    -------
    tuple of int
        Ids of the backtest runs the notebook shows, in its order.

    Notes
    -----
    plotly.js is in the page once if there is a figure, else not at all. The code is folded
    away at the end. Widgets are left out: they need a kernel.
    """
    import nbformat  # noqa: PLC0415 - reason: heavy

    notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    draft = report.with_name(f".{report.name}.draft")
    draft.write_text(page(notebook, report.stem), encoding="utf-8")
    draft.replace(report)
    told = (found for output in _outputs(notebook) for found in RUN.findall(_text(output)))
    return tuple(dict.fromkeys(int(run_id) for run_id in told))


def page(notebook: NotebookNode, name: str) -> str:
    """Return a notebook as an HTML document.

    Parameters
    ----------
    notebook : of format 4
    name : what the page is called besides the notebook's own heading
    """
    resources = {
        "error_marker": MARKER,
        "given": _given(notebook),
        "one_report": sum(REPORT in output.get("data", {}) for output in _outputs(notebook)) == 1,
        "metadata": {"name": name},
    }
    body, _ = _exporter().from_notebook_node(notebook, resources)
    style = f"<style>{(TEMPLATES / 'bitstockerz' / 'notebook.css').read_text('utf-8')}</style>"
    with_plotly = any(PLOTLY in output.get("data", {}) for output in _outputs(notebook))
    title = f"{_heading(notebook)} · {name}".removeprefix(" · ")
    whole = "\n".join([style, _banner(notebook), body])
    return pages.shell(title, whole, with_plotly=with_plotly)


@cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter  # noqa: PLC0415 - reason: heavy

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="bitstockerz",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    exporter.register_filter("figure_html", pages.figure_html)  # type: ignore[no-untyped-call]
    return exporter


def _outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def _text(output: NotebookNode) -> str:
    return str(output.get("text") or output.get("data", {}).get("text/plain", ""))


def _banner(notebook: NotebookNode) -> str:
    """Return a line above everything that says the notebook did not reach its end."""
    for output in _outputs(notebook):
        if output.output_type == "error":
            told = f"{output.ename}: {output.evalue}"
            return pages.notice("failed", "This notebook did not reach its end.", told)
    return ""


def _given(notebook: NotebookNode) -> dict[str, str]:
    """Return what the notebook was run with, by name.

    What is empty is left out, and so is a zero that nobody gave: it stands for the default.
    """
    values: dict[str, object] = {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            with suppress(SyntaxError):
                values = {
                    name: known.default_value for name, known in declared(cell.source).items()
                }
            break
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    values = {name: value for name, value in values.items() if value or value is False} | given
    return {
        name: value if isinstance(value, str) else _as_json(value)
        for name, value in values.items()
        if name not in OWN and value not in (None, "", {}, [])
    }


def _as_json(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return f"{value:.0f}" if whole else json.dumps(value, ensure_ascii=False)


def _heading(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and MARKER not in cell.metadata.get("tags", []):
            found = re.search(r"^#\s+(.+)$", cell.source, re.MULTILINE)
            if found:
                return str(found[1]).strip()
    return ""
