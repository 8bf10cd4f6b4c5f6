"""What the form's script tells Python, in a Chromium that is given a field and a few keys."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from bitstockerz_lab.widgets.editor import Draft
from bitstockerz_lab.widgets.editor.form import form
from bitstockerz_lab.widgets.editor.live import ASSETS
from tests.browser.conftest import BROWSERS, SWITCHES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEYS = """
const sent = [];
let hear = null;
const model = {
  on: function (_, call) { hear = call; },
  send: function (message) { sent.push(message); },
};
render({ model, el: document.body });
hear({ tell: "form", offers: [], html: '<input data-do="type" data-offers="value" '
  + 'data-path="indicators.sma_20.period" data-key="indicators.sma_20.period:in" value="20">' });
const field = document.querySelector("input");
function type(text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
function enter() {
  const pressed = { key: "Enter", bubbles: true, cancelable: true };
  field.dispatchEvent(new KeyboardEvent("keydown", pressed));
}
function leave() { field.dispatchEvent(new Event("change", { bubbles: true })); }
STEPS
document.body.innerHTML = "<pre>" + JSON.stringify(
  sent.filter(function (one) { return one.do === "type" && !one.goes_on; })
    .map(function (one) { return one.text; })) + "</pre>";
"""


WIDTHS = """
const found = [...document.querySelectorAll('.bz-editor')].map(function (one) {
  return [...one.querySelectorAll('[data-path="stop_loss_pct"]')]
    .map(function (part) { return Math.round(part.getBoundingClientRect().width); });
});
document.body.innerHTML = "<pre>" + JSON.stringify(found) + "</pre>";
"""


def shown(tmp_path, html):
    """Return what a page writes into its <pre>."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"BROWSER MISSING: none of {', '.join(BROWSERS)} is on the PATH")
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><body>{html}</body>")
    command = [found, "--headless", *SWITCHES, f"--user-data-dir={tmp_path / 'profile'}"]
    told = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, check=True,
        timeout=60,
    ).stdout  # fmt: skip
    return json.loads(re.search("<pre>(.*)</pre>", told)[1])


def texts(tmp_path, steps):
    """Return the texts that were sent for good."""
    script = (ASSETS / "editor.js").read_text() + KEYS.replace("STEPS", steps)
    return shown(tmp_path, f'<script type="module">{script}</script>')


@pytest.mark.parametrize(
    ("steps", "sent"),
    [
        ('type("35"); enter(); leave();', ["35"]),
        ('type("35"); leave();', ["35"]),
        ('type("35"); enter(); type("36"); leave();', ["35", "36"]),
        ('type("35"); enter(); type("20"); type("35"); leave();', ["35", "35"]),
    ],
)
def test_a_value_that_enter_sent_is_not_sent_again_where_its_field_is_left(tmp_path, steps, sent):
    assert texts(tmp_path, steps) == sent


def test_a_field_that_something_is_wrong_with_stays_as_wide_as_it_was(tmp_path):
    drafts = [Draft({"name": "x", "stop_loss_pct": value}) for value in (5, -5)]
    forms = [form(one.document, one.problems) for one in drafts]
    assert "bz-problem" in forms[1]
    style = (ASSETS / "editor.css").read_text()
    both = "".join(f'<div class="bz-editor">{one}</div>' for one in forms)
    widths = shown(
        tmp_path,
        f"<style>{style}</style>{both}<script>{WIDTHS}</script>",
    )
    assert widths[0] == widths[1]
