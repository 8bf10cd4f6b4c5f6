"""Outputs that a page without a kernel and without foreign scripts can show."""

from __future__ import annotations

import base64
import copy
import json
import re

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bitstockerz_lab.batch.outputs import FIGURE, PLOTLY, WIDGET, WIDGET_STATE, figures_in, tidy

go = pytest.importorskip("plotly.graph_objects")
EVIL = "</script><script>alert(1)</script>"


def shown(**data):
    return new_output("display_data", data={name.replace("__", "/"): v for name, v in data.items()})


def tidied(*outputs, **metadata):
    cell = new_code_cell("show()")
    cell.outputs = list(outputs)
    notebook = new_notebook(cells=[cell], metadata=metadata)
    before = copy.deepcopy(notebook)
    after = tidy(notebook)
    assert notebook == before  # the notebook itself is not touched
    return after.cells[0].outputs


def numbers(packed):
    """An array as plotly.js reads it."""
    assert packed["shape"] == str(len(base64.b64decode(packed["bdata"])) // 8)
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).tolist()


def figure_in(output):
    """What a page would draw."""
    (name,) = output.data
    assert name == FIGURE
    return json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', output.data[FIGURE])[1]
    )


def html(text):
    return shown(text__html=text, text__plain="<IPython.core.display.HTML object>")


@pytest.mark.parametrize("full", [True, False])
def test_a_figure_that_plotly_wrote_as_html_is_a_figure_again(full):
    figure = go.Figure(
        [go.Scatter(y=[1.5, 3.0, 2.0], name=EVIL), go.Bar(y=[1, 2])],
        layout={"title": {"text": "A ) , ] title"}, "height": 333},
    )
    (output,) = tidied(html(figure.to_html(include_plotlyjs=full, full_html=full)))
    wanted = json.loads(figure.to_json())
    assert figure_in(output) == {"data": wanted["data"], "layout": wanted["layout"]}


def test_a_figure_as_json_is_kept_as_it_is():
    content = {"data": [{"y": [1, None], "name": EVIL}], "layout": {}, "config": {"x": 1}}
    (output,) = tidied(shown(**{PLOTLY: content, "text__plain": "Figure()"}))
    assert figure_in(output) == {"data": content["data"], "layout": {}}


def test_two_figures_in_one_output_are_both_kept():
    one = go.Figure(go.Scatter(y=[1])).to_html(include_plotlyjs=False, full_html=False)
    two = go.Figure(go.Scatter(y=[2])).to_html(include_plotlyjs=False, full_html=False)
    found = [figure_in(output)["data"][0]["y"] for output in tidied(html(one + two))]
    assert found == [[1], [2]]


def test_a_call_that_only_looks_like_a_figure_is_none():
    assert figures_in('Plotly.newPlot("x", [1, {"broken": )') == []
    assert figures_in('Plotly.newPlot("x", data, layout)') == []


def test_plotlys_own_loader_leaves_nothing_behind():
    assert tidied(html("<script>window.PlotlyConfig = {};</script>\n<!-- loaded -->")) == []


def test_a_script_of_somebody_else_goes_and_the_page_says_so():
    (output,) = tidied(html("<p>An own thing</p><script src='https://x.invalid/a.js'></script>"))
    assert output.data["text/html"].startswith("<p>An own thing</p>")
    assert "<script" not in output.data["text/html"]
    assert "which was left out" in output.data["text/html"]


def test_html_without_a_script_stays_as_it_is():
    (output,) = tidied(html("<b>bold</b>"))
    assert output.data["text/html"] == "<b>bold</b>"


def test_a_widget_leaves_nothing_behind_but_what_it_has_besides_stays():
    view = {"model_id": "a"}
    assert tidied(shown(**{WIDGET: view, "text__plain": "IntSlider(value=3)"})) == []
    (kept,) = tidied(shown(**{WIDGET: view, "image__png": "aGVsbG8="}))
    assert dict(kept.data) == {"image/png": "aGVsbG8="}


def test_a_figure_widget_is_drawn_from_what_the_notebook_saved():
    packed = "AAAAAAAA8D8AAAAAAAAAQA=="  # 1.0 and 2.0
    model = {
        "model_name": "AnyModel",
        "state": {
            "_widget_data": [
                {"type": "scatter", "y": {"dtype": "float64", "shape": [2]}},
                {"type": "bar", "y": [3]},
            ],
            "_widget_layout": {"title": {"text": "kept"}},
        },
        "buffers": [
            {"encoding": "base64", "path": ["_widget_data", 0, "y", "buffer"], "data": packed}
        ],
    }
    state = {WIDGET_STATE: {"state": {"a": model}}}
    (output,) = tidied(shown(**{WIDGET: {"model_id": "a"}}), widgets=state)
    figure = figure_in(output)
    assert numbers(figure["data"][0]["y"]) == [1.0, 2.0]
    assert figure["data"][1]["y"] == [3]
    assert figure["layout"] == {"title": {"text": "kept"}}


@pytest.mark.slow
def test_a_real_figure_widget_survives_its_kernel():
    nbclient = pytest.importorskip("nbclient")
    source = (
        "import numpy as np, plotly.graph_objects as go\n"
        "widget = go.FigureWidget(go.Scatter(y=np.arange(4.0) ** 2))\n"
        "widget.add_trace(go.Bar(y=[1, 2]))\n"
        "widget.layout.title = 'set later'\n"
        "widget"
    )
    notebook = new_notebook(cells=[new_code_cell(source)])
    nbclient.NotebookClient(notebook).execute()
    (output,) = tidy(notebook).cells[0].outputs
    figure = figure_in(output)
    assert numbers(figure["data"][0]["y"]) == [0.0, 1.0, 4.0, 9.0]
    assert figure["data"][1]["y"] == [1, 2]
    assert figure["layout"]["title"]["text"] == "set later"


def test_a_stream_in_pieces_is_one_and_a_bar_printed_over_itself_is_its_last_state():
    pieces = [
        new_output("stream", name="stdout", text=text) for text in ("0 %\r", "50 %\r", "100 %\n")
    ]
    (output,) = tidied(*pieces)
    assert output.text == "100 %\n"
