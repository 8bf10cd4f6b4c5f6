"""An executed notebook as a page."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bitstockerz_lab.batch import html
from tests.batch.offline import read_page

FIGURE = {"data": [{"type": "scatter", "y": [1, 3, 2], "name": "</script><b>"}], "layout": {}}
EVIL = "<script>alert('from data')</script>"


def shown(mime, content):
    return new_output("display_data", data={mime: content, "text/plain": "plain fallback"})


def cell(source, *outputs, tags=()):
    made = new_code_cell(source, metadata={"tags": list(tags)})
    made.outputs = list(outputs)
    return made


def page(*cells, parameters=None):
    notebook = new_notebook(cells=[new_markdown_cell("# A study\n\nof *bars*"), *cells])
    if parameters is not None:
        notebook.metadata["papermill"] = {"parameters": parameters}
    return html.page(notebook, "study-AAPL-000001")


@pytest.fixture(scope="module")
def with_two_figures():
    figure = shown("application/vnd.plotly.v1+json", FIGURE)
    return page(cell("figure", figure), cell("again", figure))


def test_figures_come_alive_with_plotly_in_the_page_once(with_two_figures):
    read = read_page(with_two_figures)
    assert with_two_figures.count('<figure class="bz-figure"') == 2
    assert read.plotly == 1
    assert "plain fallback" not in with_two_figures


def test_a_page_without_figures_is_small_and_has_no_plotly():
    text = page(cell("1 + 1", shown("text/html", "<table><tr><td>2</td></tr></table>")))
    assert read_page(text).plotly == 0
    assert len(text) < 60_000
    assert "<table><tr><td>2</td></tr></table>" in text


def test_nothing_is_fetched_and_the_policy_forbids_it(with_two_figures):
    read = read_page(with_two_figures)
    assert read.found == []
    assert "default-src 'none'" in read.policy
    for stranger in ("require.min.js", "MathJax.js", "mermaid.esm"):
        assert stranger not in with_two_figures


def test_code_stands_above_its_output_behind_one_switch_and_markdown_is_set():
    text = page(cell("secret = 42"), cell("print()", shown("text/html", "<i>told</i>")))
    assert text.count('id="bz-code"') == 1
    code, rest = text.split("<i>told</i>")
    assert code.count('<div class="bz-code">') == 2
    assert "bz-code" not in rest
    assert "secret" in code
    assert "body:has(#bz-code:checked) .bz-code { display: block; }" in text
    assert "<em>bars</em>" in text
    assert "<title>A study · study-AAPL-000001</title>" in text


def test_a_notebook_around_one_report_leaves_the_first_heading_to_it():
    report = new_output("display_data", data={"text/html": "<h1>X</h1>", html.REPORT: {"id": 1}})
    lead = '<div class="bz-cell bz-lead"><h1'
    assert lead in page(cell("run.report()", report))
    assert lead not in page(cell("run.report()", report, report))
    assert lead not in page(cell("1 + 1"))


def test_a_zero_nobody_gave_is_no_parameter_worth_showing_but_a_given_one_is():
    declared = (
        "version: int = 0\nfixed_fee: float = 0.0\nfee_bps: float = 5.0\nshorts: bool = False"
    )
    text = page(cell(declared, tags=["parameters"]), parameters={"fixed_fee": 0.0})
    assert "<dt>version</dt>" not in text
    assert "<dt>fixed_fee</dt><dd>0</dd>" in text
    assert "<dt>fee_bps</dt><dd>5</dd>" in text
    assert "<dt>shorts</dt><dd>false</dd>" in text


def test_the_parameters_it_was_run_with_are_a_table_without_the_path_of_the_database():
    declared = 'symbol: str = "DEMO-A"  # which\nfee_bps: float = 5.0\ndatabase: str = ""'
    text = page(
        cell(declared, tags=["parameters"]),
        cell('symbol = "AAPL"\ndatabase = "/home/me/lab.duckdb"', tags=["injected-parameters"]),
        parameters={"symbol": "AAPL", "database": "/home/me/lab.duckdb"},
    )
    assert "<dt>symbol</dt><dd>AAPL</dd>" in text
    assert "<dt>fee_bps</dt><dd>5</dd>" in text
    assert "/home/me" not in text


def test_an_error_is_told_first_and_its_traceback_is_readable():
    failure = new_output(
        "error",
        ename="ValueError",
        evalue=f"no {EVIL}",
        traceback=["\x1b[31mValueError\x1b[0m", f"no {EVIL}"],
    )
    text = page(cell("fail()", failure))
    assert text.index("did not reach its end") < text.index("<h1")
    assert text.count("<strong>") == 1  # told once, above everything
    assert "no &lt;script&gt;" in text.split("<h1")[0]
    assert EVIL not in text
    assert '<span class="ansi-red-fg">ValueError</span>' in text


def test_papermills_own_error_cells_are_left_out():
    marker = new_markdown_cell(
        "<span>An Exception was encountered at", metadata={"tags": [html.MARKER]}
    )
    assert "An Exception was encountered" not in page(marker)


def test_text_and_streams_are_escaped_pictures_stay_scripts_and_widgets_go():
    text = page(
        cell("print()", new_output("stream", name="stdout", text=EVIL)),
        cell("text", new_output("execute_result", data={"text/plain": EVIL})),
        cell("picture", shown("image/png", "aGVsbG8=\n")),
        cell("script", new_output("display_data", data={"application/javascript": "alert(1)"})),
        cell("widget", shown("application/vnd.jupyter.widget-view+json", {"model_id": "x"})),
    )
    assert EVIL not in text
    assert text.count("&lt;script&gt;") == 2
    assert 'src="data:image/png;base64,aGVsbG8="' in text
    assert "alert(1)" not in text
    assert "plain fallback" not in text


def test_a_page_appears_whole_and_names_the_runs_it_shows(tmp_path):
    texts = ["Run 7 completed: Golden cross …", "Run 9 failed: …", "Run 7 completed: …", "Run off"]
    runs = [new_output("display_data", data={"text/plain": text}) for text in texts]
    printed = new_output("stream", name="stdout", text="see:\nRun 11 failed: …\n")
    notebook = new_notebook(cells=[cell("run", *runs, printed)])
    nbformat.write(notebook, tmp_path / "study.ipynb")
    assert html.export(tmp_path / "study.ipynb", tmp_path / "study.html") == (7, 9, 11)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study.html", "study.ipynb"]
