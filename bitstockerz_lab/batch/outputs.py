"""A notebook's outputs made fit for a page that runs no scripts but its own."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import pages
from bitstockerz_lab.batch.widgets import figure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

FIGURE = "application/vnd.bitstockerz.figure+html"
"""A figure as a page holds it."""

PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

SCRIPT = re.compile(r"<script\b(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
NEW_PLOT = re.compile(r"""Plotly\.newPlot\(\s*["'][^"']*["']\s*,\s*(?=\[)""")
BETWEEN = re.compile(r"\s*,\s*")
TAG = re.compile(r"<!--.*?-->|<style\b.*?</style\s*>|<(?!img|svg|hr|table)[^>]*>", re.DOTALL)
LEFT_OUT = '<p class="bz-quiet">This output brought a script of its own, which was left out.</p>'


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook whose outputs a page can show as they are; the one given is not changed.

    Notes
    -----
    Every figure is written out, as HTML of the type `FIGURE`. What plotly wrote as HTML with a
    script of its own becomes a figure again, and so does a `FigureWidget`; other scripts and what
    a widget leaves behind go. Streams that were printed in pieces are joined, of a line printed
    over itself the last state stays.
    """
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor  # noqa: PLC0415 - reason: heavy

    streams = CoalesceStreamsPreprocessor()  # type: ignore[no-untyped-call]
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    # no deep copies: a notebook may hold megabytes
    tidied = copy.copy(notebook)
    tidied.metadata = {}
    tidied.cells = [copy.copy(cell) for cell in notebook.cells]
    for cell in tidied.cells:
        if cell.cell_type == "code":
            cell.outputs = [shown for output in cell.outputs for shown in _tidied(output, state)]
            streams.preprocess_cell(cell, {}, 0)  # type: ignore[no-untyped-call]
    return tidied


def _tidied(output: NotebookNode, state: Mapping[str, Any]) -> list[NotebookNode]:
    """Return what is shown in an output's place: itself, made plain; figures; nothing."""
    output = copy.copy(output)
    if "data" not in output:
        return [output]
    if PLOTLY in output.data:
        return [_figure(output, output.data[PLOTLY])]
    output.data = dict(output.data)
    data = output.data
    if WIDGET in data:
        found = figure_of(state, data.pop(WIDGET).get("model_id", ""))
        if found is not None:
            return [_figure(output, found)]
        data.pop("text/plain", None)  # the widget's name and size in memory
    if "<script" in (page := data.get("text/html", "")).lower():
        return _without_scripts(output, page)
    return [output] if data else []


def _without_scripts(output: NotebookNode, page: str) -> list[NotebookNode]:
    figures = [_figure(output, found) for found in figures_in(page)]
    if figures:
        return figures
    rest = SCRIPT.sub("", page)
    strangers = [script for script in SCRIPT.findall(page) if "plotly" not in script.lower()]
    if not TAG.sub("", rest).strip() and not strangers:
        return []  # plotly.js itself, which the page brings once
    output.data["text/html"] = rest + (LEFT_OUT if strangers else "")
    return [output]


def _figure(output: NotebookNode, content: dict[str, Any]) -> NotebookNode:
    made = copy.copy(output)
    made.data = {FIGURE: str(pages.figure_html(content))}
    return made


def figures_in(page: str) -> list[dict[str, Any]]:
    """Return the figures that plotly wrote into HTML: data and layout of each `Plotly.newPlot`."""
    found = []
    read = json.JSONDecoder().raw_decode
    for call in NEW_PLOT.finditer(page):
        try:
            data, end = read(page, call.end())
            gap = BETWEEN.match(page, end)
            layout = read(page, gap.end())[0] if gap else {}
        except ValueError:
            continue
        found.append({"data": data, "layout": layout})
    return found
