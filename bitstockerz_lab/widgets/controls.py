"""Buttons and fields, labelled and in their place."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import ipywidgets
import traitlets

from bitstockerz_lab.widgets.later import Later

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

SHOWN = 50
"""So many symbols are offered at once."""

LABEL = {"description_width": "initial"}


def button(
    label: str,
    action: Callable[[], object],
    *,
    primary: bool = False,
    tip: str = "",
    icon: str = "",
) -> ipywidgets.Button:
    """Return a button.

    Parameters
    ----------
    label : what it does: a verb
    action : called, with nothing, by a click
    primary : whether it is the one most people want here
    tip : shown by the mouse and read aloud
    icon : a name of Font Awesome 4: "play", "floppy-o"
    """
    made = ipywidgets.Button(
        description=label,
        tooltip=tip or label,
        icon=icon,
        button_style="primary" if primary else "",
        layout=ipywidgets.Layout(width="auto", flex="0 0 auto"),
    )
    made.on_click(lambda _: action())
    return made


def row(*children: ipywidgets.Widget) -> ipywidgets.Box:
    """Return things side by side, which wrap where there is no room."""
    made = ipywidgets.Box(children)
    made.add_class("bz-row")
    return made


def number_field(
    name: str,
    value: float,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    whole: bool = False,
    unit: str = "",
) -> ipywidgets.ValueWidget:
    """Return a field for a number: a slider whose number can be typed, where it has a range.

    Parameters
    ----------
    name : its label
    value : to begin with
    minimum, maximum : its range, both inclusive; a slider needs both
    step : between two values; None is 1 for whole numbers, else a hundredth of the range
    whole : whether it is an integer
    unit : written behind its name

    Returns
    -------
    IntSlider, FloatSlider, IntText or FloatText
        Its `value` is within the range.
    """
    words = {
        "value": value,
        "description": f"{name} ({unit})" if unit else name,
        "style": LABEL,
        "tooltip": name,
    }
    if minimum is None or maximum is None:
        kind = ipywidgets.IntText if whole else ipywidgets.FloatText
        field = kind(**words, step=step or (1 if whole else None))
    else:
        kind = ipywidgets.IntSlider if whole else SteppedSlider
        step = step or (1 if whole else (maximum - minimum) / 100 or 1)
        field = kind(**words, min=minimum, max=maximum, step=step)
        if not whole:
            field.readout_format = f".{min(6, _decimals(step))}f"
    field.add_class("bz-field")
    return field


def _decimals(step: float) -> int:
    """Return how many decimals tell two values apart that are a step from each other."""
    exponent = Decimal(str(step)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


class SteppedSlider(ipywidgets.FloatSlider):
    """A slider whose values have the decimals of its ends and steps.

    A browser adds steps up and hands 15.000000000000002 back for 15: another parameter, and so
    another run.
    """

    @traitlets.validate("value")
    def _validate_value(self, proposal: dict[str, float]) -> float:
        within = min(max(proposal["value"], self.min), self.max)
        if not self.step:
            return within
        decimals = max(_decimals(self.min), _decimals(self.step))
        # what lies between two steps, as a default may, is left as it is
        rounded = round(within, decimals)
        return rounded if math.isclose(rounded, within, rel_tol=1e-9, abs_tol=1e-12) else within


class SymbolField(ipywidgets.Combobox):
    """A symbol, found by typing a part of it or of its name.

    Parameters
    ----------
    lab : where it is looked for
    value : to begin with
    label : what the symbol is for
    """

    def __init__(self, lab: Lab, value: str = "", label: str = "Symbol") -> None:
        self._lab = lab
        super().__init__(
            value=value,
            description=label,
            placeholder="type to search",
            style=LABEL,
            tooltip="A symbol of this lab, found by a part of it or of its name",
            continuous_update=True,
        )
        self.add_class("bz-field")
        self._later = Later(self.search)
        self.observe(lambda _: self._later.call(), "value")
        self.search()

    def search(self) -> None:
        """Offer the symbols that have what was typed in them."""
        self.options = tuple(self._lab.market.search(self.value)[:SHOWN])

    @property
    def symbol(self) -> str:
        """The symbol as it is stored: upper case, no space."""
        return self.value.strip().upper()


def first_symbol(lab: Lab) -> str:
    """Return the first symbol there is, to begin with; "" where there is none."""
    return next(iter(lab.market.search()), "")
