"""The base of every widget: what it says, what it shows where there is no front end."""

from __future__ import annotations

import pytest

from bitstockerz_lab import pages
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.widgets import Panel, Piece
from bitstockerz_lab.widgets.controls import button

WIDGET = "application/vnd.jupyter.widget-view+json"


class Asking(Panel):
    """One button that asks the lab for bars."""

    def __init__(self, lab):
        super().__init__(lab, "Asking")
        self.go = button("Go", self.ask, primary=True)
        self.seen_disabled = None
        self.show(self.go)

    def ask(self):
        with self.guard(self.go):
            self.seen_disabled = self.go.disabled
            self.lab.market.bars("NOPE")


def test_an_error_of_the_lab_is_shown_and_the_button_works_again(lab):
    panel = Asking(lab)
    panel.go.click()
    assert panel.seen_disabled is True
    assert panel.go.disabled is False
    assert "No symbol 'NOPE'" in str(panel.error)
    assert 'role="alert"' in panel.message.value
    assert "No symbol &#39;NOPE&#39;" in panel.message.value


def test_another_error_is_raised_and_the_button_works_again(lab):
    panel = Asking(lab)
    with pytest.raises(ZeroDivisionError), panel.guard(panel.go):
        _ = 1 / 0
    assert panel.go.disabled is False
    assert panel.error is None


def test_what_was_said_is_gone_after_the_next_try(lab):
    panel = Asking(lab)
    panel.fail(DataError("Nothing there."))
    with panel.guard():
        pass
    assert panel.error is None
    assert panel.message.value == ""


def test_words_said_are_escaped(lab):
    panel = Panel(lab)
    panel.say("<script>alert(1)</script>", "warning")
    assert "<script>" not in panel.message.value
    assert 'role="status"' in panel.message.value


def test_a_widget_is_a_widget_and_a_still_at_once(lab):
    bundle = Asking(lab)._repr_mimebundle_()
    assert WIDGET in bundle
    assert "run its cell in JupyterLab" in bundle["text/html"]
    assert bundle["text/plain"].startswith("Asking(Lab(")
    assert sum(len(str(value)) for value in bundle.values()) < 20_000


def test_unknown_words_are_refused(lab):
    with pytest.raises(TypeError):
        Panel(lab, colour="red")


def test_a_piece_escapes_what_is_no_piece():
    assert "&lt;b&gt;" in Piece("<b>bold</b>").value
    assert 'class="bz-notice' in Piece(pages.notice("note", "Done.")).value
    assert Piece().value == ""
