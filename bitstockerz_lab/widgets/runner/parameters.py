"""A strategy's parameters as sliders and number fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab.widgets.controls import number_field
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies import Definition


class Parameters(ipywidgets.Box):
    """A field a parameter; a slider where it has a range.

    Parameters
    ----------
    moved : called when a value has changed

    Attributes
    ----------
    fields : by name
    """

    def __init__(self, moved: Callable[[], object]) -> None:
        super().__init__()
        self._moved = moved
        self.fields: dict[str, ipywidgets.ValueWidget] = {}
        self.add_class("bz-row")
        self.add_class("bz-parameters")

    def take(self, definition: Definition | None) -> None:
        """Show the parameters of a definition at their defaults; None has none."""
        for field in self.fields.values():
            field.unobserve_all()
            field.close()
        declared = definition.parameters if definition is not None else {}
        self.fields = {
            name: number_field(
                name,
                one.default,
                minimum=one.min,
                maximum=one.max,
                step=one.step,
                whole=one.type == "int",
            )
            for name, one in declared.items()
        }
        for field in self.fields.values():
            field.observe(lambda _: self._moved(), "value")
        if definition is None:
            self.children = []
        elif self.fields:
            self.children = [*self.fields.values()]
        else:
            words = Markup('<p class="bz-caption">{}</p>').format("It has no parameters.")
            self.children = [Piece(words)]

    @property
    def values(self) -> dict[str, float]:
        """The value of each, by name."""
        return {name: field.value for name, field in self.fields.items()}
