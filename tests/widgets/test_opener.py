"""The button that opens a page: what it offers, and what it sends."""

from __future__ import annotations

from bitstockerz_lab.widgets import Panel
from bitstockerz_lab.widgets.opener import Opener


def test_nothing_to_open_is_no_button_and_nothing_is_sent(sent):
    opener = Opener()
    messages = sent(opener)
    opener._heard(opener, {"ask": "page"}, [])
    assert (opener.label, messages) == ("", [])


def test_the_page_is_sent_when_it_is_asked_for(tmp_path, sent):
    page = tmp_path / "run-1.html"
    page.write_text("<h1>Köln</h1>", "utf-8")
    opener = Opener()
    messages = sent(opener)
    opener.path = page
    assert (opener.label, messages) == ("Open run-1.html", [])
    opener._heard(opener, {"ask": "page"}, [])
    assert messages == [({"tell": "page", "title": "run-1.html"}, ["<h1>Köln</h1>".encode()])]


def test_a_page_that_is_gone_is_told_with_its_path(tmp_path, sent):
    opener = Opener()
    messages = sent(opener)
    opener.path = tmp_path / "run-1.html"
    opener._heard(opener, {"ask": "page"}, [])
    ((told, buffers),) = messages
    assert (told["tell"], buffers) == ("gone", [])
    assert f"{tmp_path / 'run-1.html'} cannot be read: No such file" in told["title"]


def test_a_panel_offers_the_page_until_it_says_something_else(lab, tmp_path):
    panel = Panel(lab)
    panel.wrote(tmp_path / "a.html")
    assert f"<code>{tmp_path / 'a.html'}</code>" in panel.message.value
    assert panel.opener.path == tmp_path / "a.html"
    panel.say("Something else")
    assert panel.opener.path is None
    panel.wrote(tmp_path / "a.html")
    panel.hush()
    assert panel.opener.label == ""
