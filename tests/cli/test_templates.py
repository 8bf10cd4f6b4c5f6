"""The command strategies templates: what there is, and one of them told."""

from __future__ import annotations

import re

from bitstockerz_lab.strategies import summary, templates


def test_templates_are_listed_and_given_in_full_as_json(call):
    answer = call("strategies", "templates")
    assert answer.status == 0
    assert all(name in answer.out for name in templates.names())
    found = call("strategies", "templates", "--json").json
    assert sorted(row["name"] for row in found) == templates.names()
    assert all(row["works"] and row["fails"] and row["source"] for row in found)


def test_a_template_is_told_with_its_rules_and_where_it_fails(call):
    answer = call("strategies", "templates", "turtle")
    assert summary(templates.get("turtle")) in answer.out
    assert templates.TEMPLATES["turtle"].fails in answer.out
    assert [row["name"] for row in call("strategies", "templates", "turtle", "--json").json] == [
        "turtle"
    ]


def test_a_template_that_is_not_there_suggests_the_nearest(call):
    for words in (["templates", "turtel"], ["save", "--template", "turtel"]):
        answer = call("strategies", *words)
        assert answer.status == 1
        assert "Did you mean 'turtle'?" in answer.err


def test_the_help_of_save_says_where_the_templates_are_listed(call):
    text = re.sub(r"\s+", " ", call("strategies", "save", "--help").out)
    assert "bitstockerz strategies templates lists them" in text


def test_every_template_can_be_saved(call):
    for name in templates.names():
        assert call("strategies", "save", "--template", name).status == 0
    assert len(call("strategies", "list", "--json").json) == len(templates.names())
