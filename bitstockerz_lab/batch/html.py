"""An executed notebook as one HTML page: its figures alive, its code folded, nothing fetched."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bitstockerz_lab import pages
from bitstockerz_lab.batch.execute import MARKER
from bitstockerz_lab.batch.parameters import declared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

PLOTLY = "application/vnd.plotly.v1+json"
RUN = "application/vnd.bitstockerz.run+json"
"""What a recorded run shows of itself to programs: ``{"id": 12}``."""

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
        Ids of the backtest runs the notebook shows.

    Notes
    -----
    plotly.js is in the page once if there is a figure, else not at all. Code is folded. Widgets
    are left out: they need a kernel.
    """
    import nbformat  # noqa: PLC0415 - reason: heavy

    notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    draft = report.with_name(f".{report.name}.draft")
    draft.write_text(page(notebook, report.stem), encoding="utf-8")
    draft.replace(report)
    shown = [output.data[RUN] for output in _data_outputs(notebook) if RUN in output.data]
    return tuple(dict.fromkeys(int(run["id"]) for run in shown))


def page(notebook: NotebookNode, name: str) -> str:
    """Return a notebook as an HTML document.

    Parameters
    ----------
    notebook : of format 4
    name : what the page is called besides the notebook's own heading
    """
    resources = {
        "error_marker": MARKER,
        "parameters_html": _parameters_html(notebook),
        "metadata": {"name": name},
    }
    body, _ = _exporter().from_notebook_node(notebook, resources)
    style = f"<style>{(TEMPLATES / 'bitstockerz' / 'notebook.css').read_text('utf-8')}</style>"
    with_plotly = any(PLOTLY in output.data for output in _data_outputs(notebook))
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


def _data_outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output


def _banner(notebook: NotebookNode) -> str:
    """Return a line above everything that says the notebook did not reach its end."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                told = f"{output.ename}: {output.evalue}"
                return pages.notice("failed", "This notebook did not reach its end.", told)
    return ""


def _parameters_html(notebook: NotebookNode) -> str:
    """Return what the notebook was run with: its parameters, their values and their meaning."""
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    values: dict[str, object] = dict(given)
    for cell in notebook.cells:
        if "parameters" not in cell.metadata.get("tags", []):
            continue
        try:
            known = declared(cell.source)
        except SyntaxError:
            break
        values = {name: entry.default_value for name, entry in known.items()} | given
        break
    told = {name: _told(value) for name, value in values.items() if name not in OWN}
    return pages.facts(told) if told else ""


def _told(value: object) -> str:
    if value in (None, "", {}, []):
        return pages.formats.MISSING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _heading(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and MARKER not in cell.metadata.get("tags", []):
            found = re.search(r"^#\s+(.+)$", cell.source, re.MULTILINE)
            if found:
                return str(found[1]).strip()
    return ""
