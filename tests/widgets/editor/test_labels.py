"""Messages in the words of the form."""

from __future__ import annotations

import pytest

from bitstockerz_lab.widgets.editor.draft import Draft
from bitstockerz_lab.widgets.editor.form import form
from bitstockerz_lab.widgets.editor.labels import labelled


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Give enter_long a condition.", "Give “Buy when” a condition."),
        ("Set stop_loss_pct or max_bars.", "Set “Stop loss” or “Leave after”."),
        ("exit_long_2 and 'exit_long' are names.", "exit_long_2 and 'exit_long' are names."),
        ("my.exit_long is a path.", "my.exit_long is a path."),
    ],
)
def test_names_of_the_json_are_said_as_the_form_labels_them(said, wanted):
    assert labelled(said) == wanted


def test_an_empty_form_asks_for_a_condition_in_its_own_words():
    draft = Draft({"name": "Mine"})
    shown = form(draft.document, draft.problems)
    assert "Give “Buy when” or “Sell short when” a condition." in shown
    assert "enter_long or" not in shown
