"""docs/templates.md is that of the templates; their rules in English stand there, read and kept."""

from __future__ import annotations

import re

import pytest

from bitstockerz_lab.strategies import summary, templates
from bitstockerz_lab.strategies.templates import page

STORED = page.PAGE.read_text("utf-8")


def test_the_stored_page_and_with_it_every_summary_is_that_of_the_templates():
    told = "it is old: run python -m bitstockerz_lab.strategies.templates.page, read what changed"
    assert page.text() == STORED, told


@pytest.mark.parametrize("name", templates.names())
def test_the_page_tells_a_template_as_summary_does(name):
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", STORED, re.MULTILINE | re.DOTALL)[1]
    rules = re.search(r"```text\n(.*?)\n```", section, re.DOTALL)[1]
    assert rules.replace("\n  ", " ") == summary(templates.get(name))
    assert " ".join(section.split()).startswith(templates.TEMPLATES[name].idea)
