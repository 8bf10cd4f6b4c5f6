"""A table: what is found, shown, chosen and sent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.widgets import Table

COLUMNS = {
    "id": Column("Run"),
    "name": Column("Strategy", number=False),
    "sharpe": Column("Sharpe", text=formats.number),
}


@pytest.fixture
def runs():
    return pd.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "name": ["Golden cross", "RSI-2", "<script>", "Turtle"],
            "sharpe": [0.5, np.nan, 1.25, -0.3],
        }
    )


@pytest.fixture
def table(runs):
    return Table(runs, COLUMNS, select="many", label="Runs", rows=3)


def told(table, **content):
    table._heard(table, content, [])


def test_sorting_puts_missing_values_last_both_ways(table):
    table.sort("sharpe", descending=True)
    assert table.found["id"].tolist() == [3, 1, 4, 2]
    table.sort("sharpe")
    assert table.found["id"].tolist() == [4, 1, 3, 2]


def test_the_first_click_on_a_number_sorts_from_the_largest_on_and_the_second_turns_it(table):
    told(table, event="sort", column=2)
    assert table.sorted_by == ("sharpe", True)
    told(table, event="sort", column=2)
    assert table.sorted_by == ("sharpe", False)
    told(table, event="sort", column=1)
    assert table.sorted_by == ("name", False)


def test_a_search_looks_at_what_is_shown_for_every_word_in_any_case(table):
    told(table, event="search", text="CROSS gol")
    assert table.found["id"].tolist() == [1]
    table.query = "1.25"
    assert table.found["id"].tolist() == [3]
    table.query = "nobody"
    assert table.found.empty


def test_a_new_search_begins_with_the_first_page(table, sent):
    messages = sent(table)
    told(table, event="page", step=1)
    assert table.shown["id"].tolist() == [4]
    table.query = "r"
    assert table.page == 0
    assert messages[-1][0]["first"] == 1


def test_a_click_chooses_the_row_in_view_and_a_second_lets_it_go(table):
    table.sort("sharpe", descending=True)
    told(table, event="choose", row=0)
    told(table, event="choose", row=1)
    assert table.selected == [3, 1]
    told(table, event="choose", row=0)
    assert table.selected == [1]
    assert 'aria-selected="true"' in table.markup()


def test_where_one_may_be_chosen_the_other_is_let_go(runs):
    table = Table(runs, COLUMNS, select="one")
    table.choose(1)
    table.choose(2)
    assert table.selected == [2]


def test_where_none_may_be_chosen_none_is(runs):
    table = Table(runs, COLUMNS)
    table.choose(1)
    assert table.selected == []


def test_opening_a_row_tells_its_key(table):
    heard = []
    table.on_open(heard.append)
    told(table, event="open", row=2)
    assert heard == [3]
    assert type(heard[0]) is int


def test_another_frame_keeps_the_choices_it_has(table, runs):
    table.selected = [1, 4]
    table.frame = runs[runs["id"] < 3]
    assert table.selected == [1]


def test_what_goes_to_the_front_end_is_the_page_in_view_escaped(table, sent):
    messages = sent(table)
    told(table, event="draw")
    content = messages[0][0]
    assert (content["first"], content["last"], content["found"], content["more"]) == (
        1,
        3,
        "4",
        True,
    )
    assert "&lt;script&gt;" in content["html"]
    assert "<script>" not in content["html"]
    assert "Turtle" not in content["html"]


def test_nothing_found_is_told(table, sent):
    messages = sent(table)
    table.query = "nobody"
    assert (messages[-1][0]["first"], messages[-1][0]["last"]) == (0, 0)
