"""An executed notebook as one HTML page: figures alive, its code hidden, nothing fetched."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bitstockerz_lab import pages
from bitstockerz_lab.batch.execute import MARKER
from bitstockerz_lab.batch.maths import latex_html, markdown_html
from bitstockerz_lab.batch.outputs import FIGURE, tidy
from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbconvert import TemplateExporter
    from nbformat import NotebookNode

REPORT = "application/vnd.bitstockerz.run+json"
"""The type of a run's report; its heading is the page's where there is one."""

RUN = re.compile(rf"^Run (\d+) (?:{'|'.join(Status)}): ", re.MULTILINE)
"""How a run tells of itself in plain text: ``Run 12 completed: …``."""

TEMPLATES = files("bitstockerz_lab.batch") / "template"
TOGGLE = '<label><input type="checkbox" id="bz-code"> Code</label>'
"""Shows the cells' code, by style alone."""

OWN = {"database"}
"""Parameters that say where, not what; they tell the reader of a report nothing."""


def export(executed: Path, report: Path, *, interactive: bool = True) -> tuple[int, ...]:
    """Write an executed notebook as an HTML page that is complete in itself.

    Parameters
    ----------
    executed : the executed notebook
    report : where the page goes; it appears there only when it is whole; a PDF where it ends in
        .pdf
    interactive : False draws the figures as pictures; that and PDF need a Chromium

    Returns
    -------
    tuple of int
        Ids of the backtest runs the notebook shows, in its order.

    Raises
    ------
    DataError
        The file is no notebook.
    LabError
        It cannot be written there; a PDF is wanted and there is no Chromium.

    Notes
    -----
    plotly.js is in the page once if there is a figure, else not at all. The code is hidden until
    the reader wants it. Widgets are left out: they need a kernel.
    """
    notebook = _read(executed)
    parts = _parts(notebook, report.stem)
    pages.save(report, parts.title, parts.body, tools=parts.tools, interactive=interactive)
    told = (found for output in _outputs(notebook) for found in RUN.findall(_text(output)))
    return tuple(dict.fromkeys(int(run_id) for run_id in told))


def _read(executed: Path) -> NotebookNode:
    import nbformat  # noqa: PLC0415 - reason: heavy

    try:
        return nbformat.read(executed, as_version=4)  # type: ignore[no-any-return, no-untyped-call]
    except (ValueError, AttributeError, KeyError, TypeError) as problem:
        raise DataError(
            f"{executed} is no Jupyter notebook. Open it in JupyterLab and save it.",
            notebook=str(executed),
        ) from problem


def page(notebook: NotebookNode, name: str) -> str:
    """Return a notebook as an HTML document.

    Parameters
    ----------
    notebook : of format 4
    name : what the page is called besides the notebook's own heading
    """
    parts = _parts(notebook, name)
    return pages.shell(parts.title, parts.body, tools=parts.tools)


class Parts(NamedTuple):
    """What a page is made of."""

    title: str
    body: str
    tools: str


def _parts(notebook: NotebookNode, name: str) -> Parts:
    tidied = tidy(notebook)
    ran_from = notebook.metadata.get("papermill", {}).get("input_path") or ""
    resources = {
        "error_marker": MARKER,
        "figure": FIGURE,
        "given": _given(notebook),
        "one_report": sum(REPORT in output.get("data", {}) for output in _outputs(notebook)) == 1,
        "path": str(Path(ran_from).parent) if ran_from else "",
        "metadata": {"name": name},
    }
    body, _ = _exporter().from_notebook_node(tidied, resources)
    style = f"<style>{(TEMPLATES / 'bitstockerz' / 'notebook.css').read_text('utf-8')}</style>"
    title = f"{_heading(notebook)} · {name}".removeprefix(" · ")
    has_code = any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.cells)
    return Parts(title, "\n".join([style, _banner(notebook), body]), TOGGLE if has_code else "")


@cache
def _exporter() -> TemplateExporter:
    from nbconvert import TemplateExporter  # noqa: PLC0415 - reason: heavy
    from nbconvert.filters import Highlight2HTML  # noqa: PLC0415 - reason: heavy

    # not the HTMLExporter: it reads and writes the whole page once more, figures and all
    return TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="bitstockerz",
        template_file="index.html.j2",
        extra_template_basedirs=[str(TEMPLATES)],
        preprocessors=[],
        default_preprocessors=[],
        filters={
            "highlight_code": Highlight2HTML(pygments_lexer="ipython3"),  # type: ignore[no-untyped-call]
            "latex_html": latex_html,
            "markdown_html": markdown_html,
        },
    )


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
