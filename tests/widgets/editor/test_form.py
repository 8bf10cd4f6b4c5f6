"""Every leaf of a definition has a field, every field a label, every problem its place."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import templates
from bitstockerz_lab.widgets.editor import paths
from bitstockerz_lab.widgets.editor.form import form
from tests.strategies import random_rules

FIELDS = {"input", "select", "textarea", "button"}
TOLD_ELSEWHERE = ("format", "direction", "name", "description")


class Page(HTMLParser):
    """The fields of a form."""

    def __init__(self, html):
        super().__init__()
        self.fields = []
        self.open = []
        self.feed(str(html))

    def handle_starttag(self, tag, attributes):
        if tag in FIELDS:
            self.fields.append((tag, dict(attributes)))
        if tag not in {"input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def drawn(document):
    return form(document, definitions.validate(document))


def shown(document):
    return {one["data-path"] for _, one in Page(drawn(document)).fields if "data-path" in one}


def unshown(document):
    fields = shown(document)
    return [
        path
        for path, _ in paths.leaves(document)
        if not path.startswith(TOLD_ELSEWHERE)
        and not any(paths.within(path, field) and field for field in fields)
    ]


@pytest.mark.parametrize("name", templates.names())
def test_every_number_and_name_of_a_template_has_a_field(name):
    assert unshown(templates.get(name).document) == []


@settings(max_examples=15, deadline=None)
@given(random_rules.documents(random_rules.ANYWHERE, exits=True))
def test_every_number_and_name_of_any_rules_has_a_field(document):
    assert unshown(document) == []


@pytest.mark.parametrize("name", templates.names())
def test_every_field_has_a_label_and_a_key_of_its_own(name):
    fields = Page(drawn(templates.get(name).document)).fields
    assert all(one.get("aria-label") for _, one in fields)
    assert all(one.get("data-key") for _, one in fields)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enter_long": {"left": "clsoe", "op": ">", "right": 1}}, "enter_long.left"),
        ({"indicators": {"x": {"indicator": "sma", "period": -1}}}, "indicators.x.period"),
        ({"stop_loss_pct": 200}, "stop_loss_pct"),
        ({"sizing": {"method": "percent_of_equity", "value": 500}}, "sizing.value"),
        ({"max_bars": 0.5}, "max_bars"),
        ({"parameters": {"p": {"default": 9, "max": 5}}}, "parameters.p.default"),
        ({"targets": [{"profit_pct": 5, "close_pct": 500}]}, "targets[0].close_pct"),
    ],
)
def test_a_problem_stands_beside_the_field_it_is_about(change, field):
    document = {"enter_long": {"left": "close", "op": ">", "right": 1}, **change}
    (problem, *_) = definitions.validate(document)
    html = str(drawn(document))
    assert re.search(rf'<p class="bz-problem" id="bz:{re.escape(field)}"', html)
    wrong = [one for _, one in Page(html).fields if one.get("aria-invalid")]
    assert field in {one["data-path"] for one in wrong}
    assert all(one["aria-describedby"] == f"bz:{one['data-path']}" for one in wrong)
    assert problem.suggestion.split("'")[0].split('"')[0] in html


def test_a_problem_of_the_whole_stands_above_all():
    assert 'role="alert">The strategy never enters.' in str(drawn({"name": "x"}))


def test_what_is_no_condition_is_shown_as_json_and_not_lost():
    document = {"enter_long": {"all": [{"left": "close", "op": "~", "right": 1}, 5]}}
    fields = Page(drawn(document)).fields
    leaves = [one["data-path"] for tag, one in fields if tag == "textarea"]
    assert leaves == ["enter_long.all[0]", "enter_long.all[1]"]


def test_text_that_looks_like_html_is_shown_as_text():
    evil = '"><script>alert(1)</script>'
    document = {
        "enter_long": {"left": evil, "op": ">", "right": 1},
        "parameters": {evil: {"default": 1}},
    }
    assert "<script" not in str(drawn(document))


@pytest.mark.parametrize(
    "document",
    [
        {"enter_long": None}, {"enter_long": 5}, {"enter_long": {"all": 3}}, {"indicators": [1]},
        {"indicators": {"x": 3, "y": {"indicator": "nope"}}}, {"parameters": {"p": {}}},
        {"targets": {"a": 1}}, {"targets": [5]}, {"sizing": 5}, {"sizing": {"method": "x"}},
        {"enter_long": {"not": {"holds": 3}}}, {"python": {"code": "x"}}, {"stop_loss_pct": []},
    ],
)  # fmt: skip
def test_a_broken_document_is_drawn_all_the_same(document):
    Page(drawn(document))
