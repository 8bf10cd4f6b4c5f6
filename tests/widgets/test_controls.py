"""Buttons and fields."""

from __future__ import annotations

import ipywidgets
import pytest

from bitstockerz_lab.widgets.controls import SymbolField, button, number_field, row


def test_a_button_does_what_it_says_and_says_it_aloud():
    heard = []
    made = button("Run", lambda: heard.append("ran"), primary=True, tip="Run the backtest")
    made.click()
    assert heard == ["ran"]
    assert (made.description, made.tooltip, made.button_style) == (
        "Run",
        "Run the backtest",
        "primary",
    )


@pytest.mark.parametrize(
    ("whole", "bounded", "kind"),
    [
        (True, True, ipywidgets.IntSlider),
        (False, True, ipywidgets.FloatSlider),
        (True, False, ipywidgets.IntText),
        (False, False, ipywidgets.FloatText),
    ],
)
def test_a_number_with_a_range_is_a_slider(whole, bounded, kind):
    bounds = {"minimum": 1, "maximum": 50} if bounded else {}
    field = number_field("fast", 20, whole=whole, unit="bars", **bounds)
    assert isinstance(field, kind)
    assert (field.value, field.description) == (20, "fast (bars)")


@pytest.mark.parametrize(("step", "shown"), [(0.1, ".1f"), (0.25, ".2f"), (5.0, ".0f")])
def test_a_slider_shows_as_many_decimals_as_its_step_has(step, shown):
    field = number_field("stop", 5.0, minimum=0, maximum=50, step=step)
    assert field.readout_format == shown


def test_a_symbol_is_found_by_a_part_of_it(lab):
    for symbol in ("DEMO-A", "DEMO-B", "DEMO-C-USD"):
        lab.market.load("synthetic", symbol)
    field = SymbolField(lab)
    assert set(field.options) == {"DEMO-A", "DEMO-B", "DEMO-C-USD"}
    field.value = "c-us"
    assert field.options == ("DEMO-C-USD",)
    field.value = " demo-a "
    assert field.symbol == "DEMO-A"


def test_things_in_a_row_may_wrap():
    assert "bz-row" in row(ipywidgets.Label("a"), ipywidgets.Label("b"))._dom_classes


def test_a_slider_hands_back_the_value_that_was_meant_and_not_the_sum_of_its_steps():
    field = number_field("trail", 15.0, minimum=2, maximum=40, step=1)
    field.value = 15.000000000000002
    assert field.value == 15.0
    tenths = number_field("stop", 0.5, minimum=0.1, maximum=5, step=0.1)
    tenths.value = 0.1 + 0.1 + 0.1
    assert tenths.value == 0.3
    tenths.value = 0.25
    assert tenths.value == 0.25
    tenths.value = 7
    assert tenths.value == 5
