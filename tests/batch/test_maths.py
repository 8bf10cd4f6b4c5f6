from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bitstockerz_lab.batch.maths import latex_html, markdown_html, mathml

EVIL = "<script>alert(1)</script>"


def test_a_formula_is_drawn_by_the_browser_itself():
    text = markdown_html("Growth $g$ is\n\n$$\\frac{a}{b}$$")
    assert text.count("<math ") == 2
    assert 'display="block"' in text
    assert "$" not in text
    assert "<mfrac>" in text


@pytest.mark.parametrize("formula", [r"\frac{", "{", r"\left(", "a^b^c"])
def test_what_cannot_be_read_is_shown_as_it_was_written(formula):
    assert mathml(formula) == f"<code>{formula}</code>"


@pytest.mark.parametrize("formula", [rf"\text{{{EVIL}}}", EVIL, "a<b & c", r"\frac{" + EVIL])
def test_a_formula_cannot_break_out(formula):
    told = mathml(formula)
    assert "<script" not in told
    assert ET.fromstring(told) is not None  # noqa: S314 - our own text


def test_a_formula_leads_nowhere():
    assert "javascript" not in mathml(r"\href{javascript:alert(1)}{x}")


@pytest.mark.parametrize("text", ["$$x$$", "$x$", r"\[x\]", r"$\displaystyle x$", "x"])
def test_an_output_in_latex_is_read_without_its_signs(text):
    assert latex_html(text) == mathml("x", block=True)


def test_prices_in_a_sentence_are_no_formula_when_escaped():
    assert "<math" not in markdown_html(r"From \$10 to \$20.")


def test_an_attached_picture_is_in_the_page_and_a_missing_one_stops_nothing():
    source = "![a chart](attachment:chart.png)"
    attached = {"chart.png": {"image/png": "aGVsbG8="}}
    assert 'src="data:image/png;base64,aGVsbG8="' in markdown_html(source, attached)
    assert markdown_html(source) == f"<pre>{source}</pre>"


def test_a_picture_beside_the_notebook_is_taken_into_the_page(tmp_path):
    (tmp_path / "chart.png").write_bytes(b"hello")
    text = markdown_html("![a chart](chart.png)", None, str(tmp_path))
    assert "data:image/png;base64,aGVsbG8=" in text
