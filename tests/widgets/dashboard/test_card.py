"""A card: its content and its buttons, without a front end."""

from __future__ import annotations

from bitstockerz_lab.errors import NoBars
from bitstockerz_lab.widgets.dashboard.card import Card, act


def test_a_card_shows_its_title_and_its_body_and_sends_both(sent):
    card = Card("Positions")
    messages = sent(card)
    card.show("5 < 6")
    assert messages[-1][0] == {"html": "<h3>Positions</h3>5 &lt; 6", "busy": False}


def test_a_click_in_the_front_end_does_what_press_does():
    card, heard = Card("Strategies"), []
    card.on_act(lambda action, key: heard.append((action, key)))
    card._heard(card, {"event": "act", "act": "edit", "key": "Golden cross"}, [])
    card.press("edit", "Golden cross")
    assert heard == [("edit", "Golden cross")] * 2


def test_a_front_end_that_comes_later_is_told_all_of_it(sent):
    card = Card("Jobs")
    card.show("nothing")
    messages = sent(card)
    card._heard(card, {"event": "draw"}, [])
    assert "nothing" in messages[-1][0]["html"]


def test_an_error_stands_above_what_was_shown_before_with_a_way_to_try_again():
    card = Card("Runs")
    card.show("three runs")
    card.fail(NoBars("AAPL has no bars. Load some."))
    markup = card.markup()
    assert markup.index("AAPL has no bars. Load some.") < markup.index("three runs")
    assert 'data-act="again"' in markup
    card.show("four runs")
    assert "AAPL" not in card.markup()


def test_an_error_that_is_no_sentence_of_ours_says_its_name():
    card = Card("Runs")
    card.fail(KeyError("total_return_pct"))
    assert "KeyError: &#39;total_return_pct&#39;" in card.markup()


def test_a_card_that_is_read_for_the_first_time_says_so():
    card = Card("Runs")
    card.wait()
    assert "Reading" in card.markup()
    card.show("three runs")
    card.wait()
    assert "Reading" not in card.markup()


def test_names_of_strategies_are_escaped_in_a_button():
    made = act("Edit", "edit", '"><script>alert(1)</script>', tip="a 'b'")
    assert "<script>" not in made
    assert 'data-key="&#34;&gt;' in made


def test_a_page_has_no_buttons():
    card = Card("Strategies")
    card.show(act("Edit", "edit") + "Golden cross")
    assert "button" not in card.still()
    assert "Golden cross" in card.still()
